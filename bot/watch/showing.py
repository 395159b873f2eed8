"""One page in the browser: its requests are answered, and its text is taken when it has come to rest (render.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from bot.errors import FetchError, FetchFailure
from bot.model import Snapshot
from bot.watch.browser import playwright
from bot.watch.charset import decode
from bot.watch.wire import Answer

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page, Route

#: Reads an address that a page asks for, with its own headers: everything that may be asked passes here.
Part = Callable[[str, Mapping[str, str]], Awaitable[Answer]]

#: What is answered, in Chromium's words. A style is answered too, but empty: scripts wait for it.
_ANSWERED = frozenset({"script", "fetch", "xhr"})
#: What of a request is the page's to say.
_SAID = ("accept", "authorization")
#: The browser's own share in keeping the page in: the rest is refused when it is asked for.
_CONFINED = (
    "sandbox allow-scripts allow-same-origin; default-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' http: https: blob:; style-src 'unsafe-inline' http: https:; "
    "connect-src http: https: data: blob:; worker-src 'none'"
)
#: Seconds between two looks at the memory that the page takes.
_WEIGHED = 0.25
#: So many looks at a page that has come to rest are alike.
_ALIKE = 3
#: Failures after which words may be missing that the page has.
_INCOMPLETE = frozenset(
    {FetchFailure.TIMED_OUT, FetchFailure.UNREACHABLE, FetchFailure.TRUNCATED, FetchFailure.TOO_LARGE}
)

_STATE = "[location.protocol, document.readyState, document.documentElement.textContent.length]"
#: The markup that a reader sees, or null where it is too much: what components hide in their shadow trees is moved to
#: where it is seen, and what is for machines, or for readers without scripts, is left out.
_TAKE = """((nodes, characters) => {
  if (document.getElementsByTagName("*").length > nodes) return null;
  const hosts = (root) => [...root.querySelectorAll("*")].filter((node) => node.shadowRoot);
  const found = hosts(document);
  for (const host of found) found.push(...hosts(host.shadowRoot));
  for (const host of found.reverse()) {
    for (const slot of host.shadowRoot.querySelectorAll("slot")) {
      const given = slot.assignedNodes();
      slot.replaceWith(...(given.length ? given : slot.childNodes));
    }
    host.replaceChildren(...host.shadowRoot.childNodes);
  }
  const unread = "script, noscript, style, template, iframe, object, embed";
  for (const gone of document.querySelectorAll(unread)) gone.remove();
  const markup = document.documentElement.outerHTML;
  return markup.length > characters ? null : markup;
})(%d, %d)"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that showing one page may cost."""

    #: From the start to the markup.
    seconds: float = 30.0
    #: How often a page may ask for something that is read.
    requests: int = 100
    #: Bytes in all of what it asked for.
    size: int = 15 * 1024 * 1024
    #: Elements and characters of the markup.
    nodes: int = 100_000
    characters: int = 5_000_000
    #: Bytes of memory, of the whole browser; it takes about 200 MB for an ordinary page.
    memory: int = 800 * 1024 * 1024
    #: Seconds between two looks at whether it has come to rest.
    look: float = 0.5
    #: Seconds after which a browser that nobody needs is closed.
    idle: float = 300.0


class Showing:
    """Answers what a page asks for and waits until it has what it wants. For one page and one use.

    Args:
        page: As it came.
        part: Reads what it asks for.
        weight: How many bytes of memory the browser takes.
        bounds: The most that it may cost.
    """

    def __init__(self, page: Snapshot, part: Part, weight: Callable[[], int], bounds: Bounds) -> None:
        self._page = page
        self._part = part
        self._weight = weight
        self._bounds = bounds
        self._host = httpx.URL(page.url).host
        self._shown = False
        #: What the page asked for: all of it, what was read of it, what is being read, bytes.
        self._asked = self._read = self._reading = self._size = 0
        self._tasks: set[asyncio.Task[None]] = set()
        #: What of the page's own site was not to be had, by its address.
        self._missing: dict[str, FetchError] = {}
        #: Why the page ends before it is shown, once it does.
        self._over: asyncio.Future[FetchError] = asyncio.get_running_loop().create_future()

    async def markup(self, context: BrowserContext) -> str:
        """What a reader sees, as markup without scripts.

        Raises:
            FetchError: the page cannot be shown, or not as a whole; ``kind`` says why.
            TimeoutError: the browser waited too long for it.
        """
        showing = asyncio.create_task(self._show(context))
        weighing = asyncio.create_task(self._weigh())
        try:
            ends: set[asyncio.Future[Any]] = {showing, self._over}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._over.done():
                raise self._over.result()
            return showing.result()
        finally:
            self._over.cancel()
            for task in (tasks := {showing, weighing, *self._tasks}):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, context: BrowserContext) -> str:
        library = playwright()
        try:
            await context.route("**/*", self._asks)
            window = await context.new_page()
            window.on("crash", lambda _: self._end(_broken()))
            context.on("page", lambda other: self._later(other.close()))
            await window.goto(self._page.url, wait_until="commit", timeout=self._bounds.seconds * 1000)
            look = await _Look.at(context, window)
            await self._settle(look)
            markup = await look(_TAKE % (self._bounds.nodes, self._bounds.characters))
        except library.TimeoutError as error:
            raise TimeoutError from error
        except library.Error as error:
            raise _broken() from error
        if self._missing:
            raise next(iter(self._missing.values()))
        if not isinstance(markup, str):
            raise _too_much("grows beyond any policy")
        return markup

    async def _weigh(self) -> None:
        while self._weight() <= self._bounds.memory:  # noqa: ASYNC110 - nobody says when it grows
            await asyncio.sleep(_WEIGHED)
        self._end(_too_much(f"takes more than {self._bounds.memory // 1024**2} MB of memory"))

    async def _settle(self, look: _Look) -> None:
        """Wait until the page is there, nothing that it asked for is on its way, and its text stays as it is."""
        last, alike = None, 0
        while alike < _ALIKE:
            await asyncio.sleep(self._bounds.look)
            state = await look(_STATE)
            if not state or state[0] not in ("http:", "https:"):
                raise _broken()
            alike = alike + 1 if state == last and state[1] != "loading" and not self._reading else 0
            last = state

    # ---- what the page asks for ---------------------------------------------------------------------------------

    async def _asks(self, route: Route) -> None:
        self._asked += 1
        if self._asked > 10 * self._bounds.requests:  # pictures and the like count little, but they count
            self._end(_too_much("asks for more than a policy needs"))
        elif not self._over.done():
            self._later(self._answer(route))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        async def quietly() -> None:
            with suppress(playwright().Error):  # the window may be gone by now
                await work

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request():
            if self._shown:
                await route.fulfill(status=204)  # by which a browser stays where it is
            else:
                self._shown = True
                headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": _CONFINED}
                text = decode(self._page.body, self._page.charset)
                await route.fulfill(status=200, headers=headers, body=text.encode("utf-8", "replace"))
        elif request.resource_type == "stylesheet":
            await route.fulfill(status=200, headers={"content-type": "text/css"}, body=b"")
        elif request.method != "GET" or request.resource_type not in _ANSWERED:
            await route.abort("blockedbyclient")
        else:
            answer = await self._have(request.url, {name: request.headers.get(name, "") for name in _SAID})
            if answer is None:
                await route.abort("failed")
            else:
                kind = {name: answer.headers[name] for name in ("content-type",) if name in answer.headers}
                await route.fulfill(status=answer.status, headers=kind, body=answer.body)

    async def _have(self, address: str, headers: Mapping[str, str]) -> Answer | None:
        """An answer for the page, or None where there is none for it."""
        self._read += 1
        if self._read > self._bounds.requests:
            self._end(_too_much(f"asks for more than {self._bounds.requests} scripts and data"))
            return None
        self._reading += 1
        try:
            answer = await self._part(address, {name: value for name, value in headers.items() if value})
        except FetchError as error:
            if error.kind in _INCOMPLETE or error.retry_at is not None:
                self._lacks(address, error.kind, error.retry_at)
            return None
        finally:
            self._reading -= 1
        self._size += len(answer.body)
        if self._size > self._bounds.size:
            self._end(_too_much(f"takes more than {self._bounds.size // 1024**2} MB of scripts and data"))
        if answer.status == 429 or answer.status >= 500:
            self._lacks(address, FetchFailure.SERVER_ERROR)
        else:
            self._missing.pop(address, None)  # asked for again, and had
        return answer

    def _lacks(self, address: str, kind: FetchFailure, retry_at: datetime | None = None) -> None:
        """Words of the page may be missing, where what is missing comes from its own site."""
        if httpx.URL(address).host.split(".")[-2:] == self._host.split(".")[-2:]:
            sentence = f"A part that the page's scripts ask the site for is missing ({kind}): the bot tries again."
            self._missing[address] = FetchError(kind, sentence, retry_at=retry_at)

    def _end(self, error: FetchError) -> None:
        if not self._over.done():
            self._over.set_result(error)


class _Look:
    """Asks a page about itself from a world of the browser's own, where its scripts cannot pretend."""

    def __init__(self, session: CDPSession, world: int) -> None:
        self._session = session
        self._world = world

    @classmethod
    async def at(cls, context: BrowserContext, window: Page) -> _Look:
        """A look at what is in a window."""
        session = await context.new_cdp_session(window)
        frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        world = await session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "smallprint"})
        return cls(session, world["executionContextId"])

    async def __call__(self, expression: str) -> Any:
        """What JavaScript says; None where it fails."""
        said = await self._session.send(
            "Runtime.evaluate", {"expression": expression, "contextId": self._world, "returnByValue": True}
        )
        return said["result"].get("value")


def _too_much(why: str) -> FetchError:
    return FetchError(
        FetchFailure.TOO_LARGE, f"The page {why}: check that it is the policy's own, or watch another address of it."
    )


def _broken() -> FetchError:
    return FetchError(
        FetchFailure.NO_POLICY_TEXT,
        "The page cannot be shown, since its scripts replace it or break the browser: look for another address of it.",
    )
