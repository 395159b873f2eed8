"""Time, as `ports.Clock` wants it: the real one, and one that is set by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Really wait."""
        await asyncio.sleep(seconds)


class StoryClock:
    """Time that passes only when it is told to: `replay`, `demo` and tests live in it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment of the story."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Nobody waits in a story: the time has passed."""
        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def move_to(self, moment: datetime) -> None:
        """Let time pass until ``moment``; it never goes back."""
        self._now = max(self._now, moment)
