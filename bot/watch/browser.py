"""A Chromium that has nowhere to go: for pages that are filled by script (render.py).

The browser only lays out what it is given. Every one of its requests is answered by the bot or not at all, and it
stands in a room without a door, for whatever an interception may miss::

    HTTP       by a proxy that is not there, and by nothing else, for loopback too
    names      resolve to nothing, where the bot starts the browser
    WebRTC     not past the proxy: tried before the first page, since a named browser may have been started without that
    profile    empty, its own, thrown away; no permission, download or service worker; none of the bot's environment

It is spoken to over the Chrome DevTools Protocol by Playwright, which is an extra and imported here alone: over a pipe
where the bot starts the browser itself, so that no port is open, or at the address that the operator named. Of a named
browser the bot can close what it opens in it and nothing else: its own services, and the names that a page tells it to
look up ahead of time (``dns-prefetch``), are its operator's to turn off.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bot.errors import ConfigError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

#: Debian's names first.
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome-headless-shell")
#: Nothing listens there, and it is asked before every other address.
_NOWHERE = "http://127.0.0.1:1"
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-remote-fonts",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    # What Chromium calls it, and what its smaller build without windows does.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # A page that fills its own heap ends there.
    "--js-flags=--max-old-space-size=512",
)
#: Whether a page finds a way for WebRTC past the proxy. No packet is sent: it would only open its sockets.
_WEBRTC = """new Promise(done => {
  const peers = new RTCPeerConnection();
  peers.onicecandidate = ({candidate}) => done(Boolean(candidate && candidate.candidate));
  peers.createDataChannel("");
  peers.setLocalDescription();
})"""
#: Seconds to start or find it, and to close a page or all of it before it is killed.
_START, _CLOSE = 12.0, 5.0

_INSTALL = (
    "A policy is filled by script, and Playwright, which shows it, is not installed: install Smallprint with its extra "
    "“browser” (pip install 'smallprint[browser]')."
)
_NO_PROGRAM = (
    "A policy is filled by script, and there is no Chromium on this machine: install one (Debian: apt-get install "
    "chromium), name it as `program` under [renderer], or name a running one as `address`."
)
_NO_START = (
    "The browser under [renderer] does not start: try it by hand; where the machine has no sandbox to give (as in some "
    "containers), set `sandbox = false`, or name a browser elsewhere as `address`."
)
_NOT_KEPT_IN = (
    "The browser under [renderer] lets pages out by WebRTC: start it with "
    "--webrtc-ip-handling-policy=disable_non_proxied_udp."
)
_NO_ANSWER = (
    "The browser at `address` under [renderer] does not answer: check that it runs with --remote-debugging-port, and "
    "that the bot may reach it."
)


def playwright() -> Any:
    """The library.

    Raises:
        ConfigError: it is not installed; it says what to do.
    """
    try:
        import playwright.async_api
    except ImportError as error:
        raise ConfigError(_INSTALL) from error
    return playwright.async_api


@dataclass(frozen=True, slots=True)
class Place:
    """Where the browser is."""

    #: Of a running one: what it serves the DevTools Protocol on ("http://127.0.0.1:9222", "wss://..."); "": start one.
    address: str = ""
    #: Takes the place of ``{key}`` in ``address``.
    key: str = field(default="", repr=False)
    #: Of a Chromium on this machine; "": the one on the PATH.
    program: str = ""
    #: Whether it has a sandbox of its own; never for root, who cannot have one.
    sandbox: bool = True


class Chromium:
    """One browser, started or found when it is needed.

    Args:
        place: Where it is.
    """

    def __init__(self, place: Place | None = None) -> None:
        self._place = place or Place()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._home: TemporaryDirectory[str] | None = None
        #: Of the browser that the bot started.
        self._process = 0

    @asynccontextmanager
    async def context(self, **looks: Any) -> AsyncIterator[BrowserContext]:
        """An empty profile for one page; what it holds is gone afterwards. A browser that does not let go is killed.

        Args:
            looks: Playwright's options for how the browser presents itself (``user_agent``, ``locale``, ...).

        Raises:
            ConfigError: there is no browser, or none that keeps a page in; it says what to do.
        """
        context = await self._new_context(**looks)
        try:
            yield context
        finally:
            if not await _within(_CLOSE, context.close()):
                await self.aclose(kill=True)

    async def check(self) -> str:
        """Which browser it is, in one line for `doctor`.

        Raises:
            ConfigError: there is none, or none that keeps a page in; it says what to do.
        """
        async with self.context():
            assert self._browser is not None
            where = "named by its address" if self._place.address else self._program()
            return f"Chromium {self._browser.version}, {where}"

    def weight(self) -> int:
        """Bytes of memory that the browser takes with all its processes; 0 for one that is not the bot's to weigh."""
        return _weight(self._process) if self._process else 0

    async def aclose(self, *, kill: bool = False) -> None:
        """End it (only leave it, where the operator named it); the next page starts it again.

        Args:
            kill: Do not wait for it to agree.
        """
        browser, self._browser = self._browser, None
        if browser is not None and (kill or not await _within(_CLOSE, browser.close())) and self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
        self._process = 0
        driver, self._playwright = self._playwright, None
        if driver is not None:
            await _within(_CLOSE, driver.stop())
        home, self._home = self._home, None
        if home is not None:
            home.cleanup()

    async def _new_context(self, **looks: Any) -> BrowserContext:
        """One that hangs when it starts, or has ended unseen, is started anew, once."""
        library = playwright()
        for _ in range(2):
            context: BrowserContext | None = None
            try:
                async with asyncio.timeout(_START):
                    context = await _apart(await self._ready(library), **looks)
                    return context
            except (TimeoutError, library.Error):
                continue
            finally:
                if context is None:
                    await self.aclose(kill=True)
        # Its own words would repeat the address, and with it the key.
        raise ConfigError(_NO_ANSWER if self._place.address else _NO_START)

    async def _ready(self, library: Any) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            await self.aclose(kill=True)
            self._browser = await self._open(library)
            if await _lets_out(self._browser):
                raise ConfigError(_NOT_KEPT_IN)
        return self._browser

    async def _open(self, library: Any) -> Browser:
        program = "" if self._place.address else self._program()
        self._playwright = await library.async_playwright().start()
        if self._place.address:
            return await self._playwright.chromium.connect_over_cdp(
                self._place.address.replace("{key}", self._place.key), timeout=_START * 1000
            )
        self._home = TemporaryDirectory(prefix="smallprint-browser-", ignore_cleanup_errors=True)
        browser = await self._playwright.chromium.launch(
            executable_path=program,
            args=_FLAGS,
            chromium_sandbox=self._place.sandbox and os.geteuid() != 0,
            proxy={"server": _NOWHERE},
            env=_environment(self._home.name),
            timeout=_START * 1000,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        session = await browser.new_browser_cdp_session()
        processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        self._process = next(process["id"] for process in processes if process["type"] == "browser")
        return browser

    def _program(self) -> str:
        found = shutil.which(self._place.program) if self._place.program else _find()
        if found is None:
            raise ConfigError(_NO_PROGRAM)
        return found


def _find() -> str | None:
    return next((found for found in map(shutil.which, _NAMES) if found), None)


async def _apart(browser: Browser, **looks: Any) -> BrowserContext:
    """A profile of its own in the browser, with nowhere to go."""
    return await browser.new_context(
        proxy={"server": _NOWHERE}, service_workers="block", accept_downloads=False, permissions=[], **looks
    )


async def _lets_out(browser: Browser) -> bool:
    """Whether a page could send anything past the proxy."""
    context = await _apart(browser)
    window = await context.new_page()
    found = bool(await window.evaluate(_WEBRTC))
    await context.close()
    return found


def _environment(home: str) -> dict[str, str | float | bool]:
    """What the browser is told of this machine: nothing of the bot's own environment but where programs are."""
    return {"HOME": home, "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}


def _weight(leader: int) -> int:
    """Of a process and its group, from Linux's /proc; what they share with files is not counted."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # one of the two has just ended
            if os.getpgid(int(process.name)) == os.getpgid(leader):
                lines = (process / "status").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:")))
    return total * 1024


async def _within(seconds: float, work: Awaitable[None]) -> bool:
    """Whether something of Playwright's came to its end in time, and well."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except (TimeoutError, playwright().Error):
        return False
    return True
