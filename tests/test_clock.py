"""Time: the machine's, and that of a story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clock import StoryClock, SystemClock
from bot.ports import Clock

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


async def test_the_machines_time_is_in_utc_and_passes() -> None:
    clock: Clock = SystemClock()
    before = clock.now()
    assert before.tzinfo is UTC
    await clock.sleep(0.001)
    assert clock.now() > before


async def test_a_storys_time_passes_when_somebody_sleeps_and_nobody_waits() -> None:
    clock: Clock = StoryClock(NOON)
    assert clock.now() == clock.now() == NOON
    await clock.sleep(86_400)
    assert clock.now() == NOON + timedelta(days=1)


def test_a_storys_time_moves_on_and_never_back() -> None:
    clock = StoryClock(NOON)
    clock.move_to(NOON + timedelta(hours=1))
    clock.move_to(NOON)
    assert clock.now() == NOON + timedelta(hours=1)
