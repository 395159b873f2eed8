"""Reads a page, as a polite guest and within limits::

    address | gate       may it be dialled at all
            | turn       one request at a time a host, a pause in between
            | robots     does the site want robots here
            | ask        one request, with the validators of the version we have
            | understand 304, a redirect (again from the gate on), a page, or why there is none

A policy that is filled by script is then shown in a browser, whose every request comes back here (render.py).

Whatever goes wrong is a `FetchError` that says what happened and what to do.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx
import tenacity

from bot import __version__
from bot.errors import ConfigError, FetchError, FetchFailure
from bot.model import Policy, Snapshot, Validators
from bot.ports import Clock
from bot.watch.answers import elsewhere, failure, is_front_page, snapshot
from bot.watch.gate import Gate, GatedBackend, Resolver
from bot.watch.manners import Robots, Turn, Turns
from bot.watch.render import Renderer
from bot.watch.route import Route
from bot.watch.visit import Visit
from bot.watch.watchlist import LANGUAGE
from bot.watch.wire import Answer, Budget, Limits, Transport, ask, reason, unreachable

#: Seconds between the attempts to open a connection, and how many there are.
RECONNECT_PAUSE = 0.5
RECONNECT_ATTEMPTS = 3
#: RFC 9309, section 2.3.1.2: at least so many redirects of robots.txt are followed.
ROBOTS_REDIRECTS = 5

_ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/markdown;q=0.9,text/plain;q=0.8,*/*;q=0.1"
_REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})


class WebFetcher:
    """The real `ports.Fetcher`: one shared client for everything the bot reads on the web.

    Args:
        contact: An address or page where the operator can be reached; part of the User-Agent.
        clock: For pauses, ages and the time of a snapshot.
        allowed: Hosts that may be read although they are not public ("intranet.example", "127.0.0.1:8080").
        own: Addresses of the bot's own pages, whose hosts it never reads.
        pause: Seconds between two requests to a host.
        limits: The most that a page may cost.
        resolver: Asked for the addresses of names; the system's by default.
        connector: Opens the connections to checked addresses; asyncio by default.
        renderer: Shows policies that are filled by script; None: such a policy cannot be read.

    Raises:
        ConfigError: an entry of ``allowed`` is not a host, one of ``own`` no address, or ``contact`` no plain line.
    """

    def __init__(
        self,
        *,
        contact: str,
        clock: Clock,
        allowed: Collection[str] = (),
        own: Collection[str] = (),
        pause: float = 2.0,
        limits: Limits | None = None,
        resolver: Resolver | None = None,
        connector: httpcore.AsyncNetworkBackend | None = None,
        renderer: Renderer | None = None,
    ) -> None:
        if not (contact.isascii() and contact.isprintable()):
            raise ConfigError("`contact` under [watching] goes into a header line: write a plain address or page.")
        self._clock = clock
        self._limits = limits or Limits()
        self._gate = Gate(allowed, own=own, resolver=resolver)
        self._turns = Turns(clock, pause)
        self._robots = Robots(clock)
        self._pause = pause
        self._name = f"Smallprint/{__version__} (+{contact})"
        self._renderer = renderer
        self._shown_elsewhere = False
        self._direct = self
        self._client = self._by(Transport(GatedBackend(self._gate, connector)))

    def by(self, route: Route, connector: httpcore.AsyncNetworkBackend | None = None) -> WebFetcher:
        """A second fetcher that goes another way to the same pages: the same gate, rules of robots.txt (read the direct
        way), limits and browser; its own connections and turns, since what fails on the way is not the site's doing.

        Args:
            route: The other way.
            connector: Opens the connection to what the operator named; asyncio by default.
        """
        other = copy(self)
        other._turns = Turns(self._clock, self._pause)
        other._shown_elsewhere = route.shows
        other._client = other._by(route.transport(self._gate, connector))
        return other

    def _by(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=transport,
            headers={"User-Agent": self._name, "Accept": _ACCEPT, "Accept-Encoding": "gzip, identity"},
            # A policy is the same for everybody: nothing is kept that would make the bot somebody.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(None, connect=self._limits.connect_seconds),
            trust_env=False,
        )

    async def fetch(self, policy: Policy, validators: Validators | None = None) -> Snapshot | None:
        """The policy's page as it is now, or None when the server says it is the one of ``validators`` (304).

        Raises:
            FetchError: the page could not be read; ``kind`` says why.
            ConfigError: the policy is filled by script, and there is no browser to show it.
        """
        try:
            if policy.renderer and not self._shown_elsewhere:
                return await self._rendered(policy)
            return await self._read(policy.url, policy.language, validators or Validators())
        except FetchError as error:
            error.about = policy.id
            raise

    async def get(self, url: str, *, via: str | None = None) -> Snapshot:
        """Any page, for discovery and requests: the same gate, limits and manners.

        Args:
            url: The address.
            via: The page that it stood on, "" for a stranger's word, None for the operator's: see `Gate.check`.

        Raises:
            FetchError: the page could not be read; ``kind`` says why.
        """
        self._gate.check(url, via=via)
        page = await self._read(url, "", Validators())
        assert page is not None
        return page

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        self._gate.close()

    async def _read(self, address: str, language: str, validators: Validators) -> Snapshot | None:
        url = first = self._gate.check(address)
        budget = Budget(self._limits.seconds)
        languages = _languages(language)
        for_good = True
        for _ in range(self._limits.redirects + 1):
            known = _conditions(validators) if str(url) == (validators.url or str(first)) else {}
            async with self._turns.of(url.host, str(url)) as turn:
                turn.pause = max(turn.pause, await self._robots.pause(url, self._rules(turn, budget)))
                answer = await self._ask(url, known | languages, turn, budget)
            if answer.status == 304 and known:
                return None
            if answer.status not in _REDIRECTS:
                page = snapshot(str(url), answer, self._clock.now())
                if is_front_page(url) and not is_front_page(first):
                    raise FetchError(
                        FetchFailure.MOVED, "The page now leads to the site's front page: look for its new address."
                    )
                return replace(page, moved_to=str(url)) if for_good and elsewhere(first, url) else page
            for_good = for_good and answer.status in _FOR_GOOD
            url = self._gate.follow(url, answer.headers.get("location", ""))
        raise FetchError(
            FetchFailure.MOVED, "The page redirects too often: open it in a browser and give the address it ends at."
        )

    async def _rendered(self, policy: Policy) -> Snapshot:
        """The page with what its scripts put into it. The server's "has it changed?" is of its empty shell, and is not
        asked."""
        if self._renderer is None:
            raise ConfigError(f"{policy.id} is filled by script, and there is no browser here.", about=policy.id)
        shell = await self._read(policy.url, policy.language, Validators())
        assert shell is not None
        if shell.content_type != "text/html":
            return shell
        known = policy.language if LANGUAGE.fullmatch(policy.language) else "en"
        async with Visit(self._turns) as visit:
            part = partial(self._part, visit, httpx.URL(shell.url), known)
            return await self._renderer.render(shell, part, user_agent=self._name, locale=known)

    async def _part(
        self, visit: Visit, page: httpx.URL, language: str, address: str, headers: Mapping[str, str]
    ) -> Answer:
        """What a page's script asks for, on the page's own way: the same gate, limits and robots.txt."""
        url = self._gate.follow(page, address)
        budget = Budget(self._limits.seconds)
        for _ in range(self._limits.redirects + 1):
            async with visit.of(url.host, str(page)) as turn:
                await self._robots.pause(url, self._rules(turn, budget))
                answer = await self._ask(url, {"Accept": "*/*", **_languages(language), **headers}, turn, budget)
            if answer.status not in _REDIRECTS:
                return answer
            url = self._gate.follow(url, answer.headers.get("location", ""))
        raise FetchError(FetchFailure.MOVED, "A part of the page redirects too often.")

    def _rules(self, turn: Turn, budget: Budget) -> Callable[[httpx.URL], Awaitable[str]]:
        """What reads a robots.txt: always the direct way, which brings it as it is."""
        return partial(self._direct._robots_txt, turn, budget)

    async def _robots_txt(self, turn: Turn, budget: Budget, url: httpx.URL) -> str:
        """A site's rules for robots, "" where it has none; one that cannot be reached by redirects is none either."""
        for _ in range(ROBOTS_REDIRECTS + 1):
            answer = await self._ask(url, {}, turn, budget)
            if answer.status not in _REDIRECTS:
                break
            try:
                url = self._gate.follow(url, answer.headers.get("location", ""))
            except FetchError:
                return ""
        if answer.status == 429 or answer.status >= 500:
            raise failure(answer, self._clock.now())
        return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""

    async def _ask(self, url: httpx.URL, headers: Mapping[str, str], turn: Turn, budget: Budget) -> Answer:
        """One request; opening the connection, and nothing after that, is tried more than once."""
        try:
            async with budget.spend():
                async for attempt in tenacity.AsyncRetrying(
                    retry=tenacity.retry_if_exception(_may_pass),
                    stop=tenacity.stop_after_attempt(RECONNECT_ATTEMPTS),
                    wait=tenacity.wait_fixed(RECONNECT_PAUSE),
                    sleep=self._clock.sleep,
                    reraise=True,
                ):
                    with attempt:
                        answer = await ask(self._client, url, headers, self._limits)
        except TimeoutError as error:
            raise FetchError(
                FetchFailure.TIMED_OUT,
                f"The site did not answer in {self._limits.seconds:g} seconds: the bot tries again at the next check.",
            ) from error
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            turn.shut = True
            raise unreachable(error) from error
        turn.hear(failure(answer, self._clock.now()) if answer.status == 429 or answer.status >= 500 else None)
        return answer


def _languages(language: str) -> dict[str, str]:
    """The header by which a page is asked for in its policy's language."""
    return {"Accept-Language": f"{language}, en;q=0.5" if LANGUAGE.fullmatch(language) else "en"}


def _conditions(validators: Validators) -> dict[str, str]:
    """The server's own words, handed back to it."""
    headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in headers.items() if value}


def _may_pass(error: BaseException) -> bool:
    """Whether a connection that could not be opened may open a moment later; a bad name or certificate stays bad."""
    if not isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout)):
        return False
    cause = reason(error)
    gone = isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN
    return not gone and not isinstance(cause, (ssl.SSLError, UnicodeError))
