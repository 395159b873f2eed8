"""Shows a page that is filled by script, as far as its scripts can without leaving the bot's sight.

::

    page as it came | show       in a browser that has nowhere to go (browser.py)
                    | answer     each script and each datum it asks for: read by the bot itself, through the gate
                    | settle     until nothing is asked for and nothing changes
                    | take       the text as markup, without the scripts

The bot reads and nothing else, so only GET requests are answered, of scripts and of data; there are no pictures,
frames, forms, workers, sockets, windows or downloads, and the page stays where it is: where a script leads elsewhere is
not followed. What was missing for want of an answer would look like words that were taken out; so a page whose own site
did not answer one of its requests, or that asks for more than it may, is not shown at all.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.errors import FetchError, FetchFailure
from bot.model import Snapshot, Validators
from bot.watch.browser import Chromium
from bot.watch.showing import Bounds, Part, Showing

#: High enough that what waits to be scrolled to is there (pixels).
_WINDOW = {"width": 1280, "height": 8000}


class Renderer:
    """Shows pages, one at a time: a browser takes more memory than the bot.

    Args:
        chromium: The browser.
        bounds: The most that a page may cost.
    """

    def __init__(self, chromium: Chromium | None = None, bounds: Bounds | None = None) -> None:
        self._chromium = chromium or Chromium()
        self._bounds = bounds or Bounds()
        self._lock = asyncio.Lock()
        self._closing: asyncio.Task[None] | None = None

    async def render(self, page: Snapshot, part: Part, **looks: str) -> Snapshot:
        """The page with what its scripts put into it.

        Args:
            page: As it came.
            part: Reads what it asks for.
            looks: How the browser presents itself: ``user_agent``, ``locale``.

        Raises:
            FetchError: it cannot be shown, or not as a whole; ``kind`` says why.
            ConfigError: there is no browser.
        """
        async with self._lock:
            if self._closing is not None:
                self._closing.cancel()
            try:
                async with asyncio.timeout(self._bounds.seconds):
                    async with self._chromium.context(
                        viewport=_WINDOW, reduced_motion="reduce", timezone_id="UTC", **looks
                    ) as context:
                        markup = await Showing(page, part, self._chromium.weight, self._bounds).markup(context)
            except TimeoutError as error:
                await self._chromium.aclose(kill=True)
                raise FetchError(
                    FetchFailure.TIMED_OUT,
                    f"The page's scripts did not come to rest in {self._bounds.seconds:g} seconds: the bot tries again "
                    "at the next check; allow more `seconds` under [renderer] if this stays.",
                ) from error
            except FetchError:
                await self._chromium.aclose(kill=True)  # a page that goes wrong leaves nothing to the next
                raise
            finally:
                self._closing = asyncio.create_task(self._close_unused())
        body = f"<!doctype html>\n{markup}".encode("utf-8", "replace")
        return replace(page, body=body, content_type="text/html", charset="utf-8", validators=Validators())

    async def check(self) -> str:
        """Which browser there is, in one line for `doctor`.

        Raises:
            ConfigError: there is none; it says what to do.
        """
        async with self._lock:
            return await self._chromium.check()

    async def aclose(self) -> None:
        """Close the browser."""
        if self._closing is not None:
            self._closing.cancel()
        async with self._lock:
            await self._chromium.aclose()

    async def _close_unused(self) -> None:
        await asyncio.sleep(self._bounds.idle)
        async with self._lock:
            self._closing = None  # from here on it is not to be cancelled
            await self._chromium.aclose()
