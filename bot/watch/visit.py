"""One look at a page with everything that its scripts ask for: to each host it leads to, one visit and not many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

from bot.watch.manners import Turn, Turns


class Visit:
    """Holds the turn of every host from the first request to it until the page is shown. Within a visit a host is still
    asked for one thing at a time, but without a pause: a page comes with its parts, as for every reader.

    Only one visit may be under way at a time, since it takes a second turn while it holds a first.

    Args:
        turns: Whose turns there are.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._locks: dict[str, asyncio.Lock] = {}
        self._held: dict[str, Turn] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def of(self, host: str, page: str = "") -> AsyncIterator[Turn]:
        """The host's turn, for one request. See `Turns.of`.

        Raises:
            NotAsked: the host is to be left alone until ``retry_at``.
        """
        async with self._locks.setdefault(host, asyncio.Lock()):
            if host not in self._held:
                self._held[host] = await self._stack.enter_async_context(self._turns.of(host, page))
            yield self._held[host]
