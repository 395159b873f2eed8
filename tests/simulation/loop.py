"""Time that only passes when everybody waits, and an event loop in which the same things happen in the same order."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 3, 12, tzinfo=UTC)


class Time:
    """The seconds since the world began; they go on when a process dies."""

    def __init__(self) -> None:
        self.seconds = 0.0
        #: By how much the bot's own clock is wrong.
        self.skew = timedelta(0)
        #: What will happen in the world, whoever is alive then: when, in which order of planning, and what.
        self.to_come: list[tuple[float, int, Callable[[], object]]] = []
        self._planned = 0

    def now(self) -> datetime:
        """As it is everywhere else."""
        return START + timedelta(seconds=self.seconds)

    def later(self, seconds: float, event: Callable[[], object]) -> None:
        """Let something happen."""
        self._planned += 1
        self.to_come.append((self.seconds + seconds, self._planned, event))
        self.to_come.sort(key=lambda planned: planned[:2])

    def pass_to(self, moment: float) -> None:
        """Until then, with all that happens meanwhile."""
        while self.to_come and self.to_come[0][0] <= moment:
            when, _, event = self.to_come.pop(0)
            self.seconds = max(self.seconds, when)
            event()
        self.seconds = max(self.seconds, moment)


class BotClock:
    """`ports.Clock`, as the bot's machine shows it."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def now(self) -> datetime:
        return self._time.now() + self._time.skew

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _NobodyElse(selectors.DefaultSelector):
    """Waiting is passing to the moment at which the waiting ends: no socket ever wakes anybody."""

    time: Time

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise AssertionError("everybody waits for something that will never happen")
        self.time.pass_to(self.time.seconds + timeout)
        return []


class Loop(asyncio.SelectorEventLoop):
    """One life of the process."""

    def __init__(self, time: Time) -> None:
        selector = _NobodyElse()
        selector.time = time
        self._world = time
        super().__init__(selector)

    def time(self) -> float:
        return self._world.seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        """At once: threads would end in another order each time."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def die(self) -> None:
        """Whoever was at work is never heard of again."""
        for task in asyncio.all_tasks(self):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            with suppress(RuntimeError):  # it is the one that died
                task.get_coro().close()  # type: ignore[union-attr]
        self.close()
