"""How often, how patiently."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.steps.habits import ALTERNATES_FOR, Habits

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(st.integers())
def test_checks_are_spread_around_the_interval(seed: int) -> None:
    habits = Habits(interval=HOUR, jitter=0.1)
    wait = habits.next_check(NOON, random.Random(seed)) - NOON
    assert timedelta(minutes=54) <= wait <= timedelta(minutes=66)


def test_two_policies_read_together_are_not_due_together_again() -> None:
    chance = random.Random(1)
    assert Habits().next_check(NOON, chance) != Habits().next_check(NOON, chance)


def test_each_failure_waits_longer_up_to_half_a_day() -> None:
    habits, chance = Habits(interval=HOUR, jitter=0), random.Random(1)
    waits = [habits.next_try(NOON, failures, None, chance) - NOON for failures in range(6)]
    assert waits == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, 12 * HOUR]


def test_a_site_that_says_when_to_come_back_is_obeyed() -> None:
    habits, chance = Habits(interval=HOUR, jitter=0), random.Random(1)
    assert habits.next_try(NOON, 0, NOON + 5 * HOUR, chance) == NOON + 5 * HOUR


def test_plain_news_is_fast_weak_news_is_slow_and_an_alternating_page_slowest() -> None:
    habits = Habits()
    assert habits.patience(plain=True, last_flap_at=None, now=NOON) == habits.plain
    assert habits.patience(plain=False, last_flap_at=None, now=NOON) == habits.weak
    assert habits.patience(plain=True, last_flap_at=NOON - HOUR, now=NOON) == habits.alternating


def test_a_page_that_behaved_for_a_month_is_trusted_again() -> None:
    habits = Habits()
    assert habits.patience(plain=True, last_flap_at=NOON - ALTERNATES_FOR, now=NOON) == habits.plain
