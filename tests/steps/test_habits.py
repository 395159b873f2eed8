"""How often, how patiently."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FetchFailure
from bot.steps.habits import ALTERNATES_FOR, LASTING, PASSING, Habits

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


def waits(kind: str, *, interval: timedelta = HOUR, times: int = 8) -> list[float]:
    """In hours, after each of so many failures in a row."""
    habits, chance = Habits(interval=interval, jitter=0), random.Random(1)
    return [(habits.next_try(NOON, kind, failures, None, chance) - NOON) / HOUR for failures in range(times)]


@pytest.mark.parametrize("kind", sorted(PASSING))
def test_what_may_pass_by_itself_is_tried_again_soon_and_then_ever_later(kind: str) -> None:
    assert waits(kind) == [0.25, 0.5, 1, 2, 4, 8, 12, 12]


@pytest.mark.parametrize("kind", [*sorted(set(FetchFailure) - PASSING - LASTING), "settings of the policy"])
def test_what_refuses_the_bot_is_not_pressed(kind: str) -> None:
    assert waits(kind) == [1, 2, 4, 8, 16, 24, 24, 24]


@pytest.mark.parametrize("kind", sorted(LASTING))
def test_what_only_a_person_can_mend_is_looked_at_once_a_day(kind: str) -> None:
    assert waits(kind) == [24] * 8


def test_a_page_that_is_read_once_a_week_is_not_tried_more_often_when_it_fails_for_long() -> None:
    week = timedelta(days=7)
    assert waits(FetchFailure.GONE, interval=week) == [168] * 8
    assert waits(FetchFailure.TIMED_OUT, interval=week, times=12)[-1] == 168


def test_a_page_that_is_read_every_minute_is_tried_no_sooner_when_it_fails() -> None:
    assert waits(FetchFailure.TIMED_OUT, interval=timedelta(minutes=1))[0] * 60 == 1


@given(st.sampled_from(FetchFailure), st.integers(0, 10**6), st.integers())
def test_a_try_is_spread_and_never_further_off_than_a_day(kind: str, failures: int, seed: int) -> None:
    wait = Habits().next_try(NOON, kind, failures, None, random.Random(seed)) - NOON
    assert timedelta(minutes=13) < wait <= timedelta(hours=26.4)


def test_a_site_that_says_when_to_come_back_is_obeyed() -> None:
    habits, chance = Habits(interval=HOUR, jitter=0), random.Random(1)
    assert habits.next_try(NOON, FetchFailure.BLOCKED, 0, NOON + 5 * HOUR, chance) == NOON + 5 * HOUR


@given(st.integers())
def test_what_waits_with_its_host_comes_soon_after_the_rest(seed: int) -> None:
    again = Habits(interval=HOUR, jitter=0.1).after_rest(NOON, NOON + 5 * HOUR, random.Random(seed))
    assert NOON + 5 * HOUR <= again <= NOON + 5 * HOUR + timedelta(minutes=6)


def test_plain_news_is_fast_weak_news_is_slow_and_an_alternating_page_slowest() -> None:
    habits = Habits()
    assert habits.patience(plain=True, last_flap_at=None, now=NOON) == habits.plain
    assert habits.patience(plain=False, last_flap_at=None, now=NOON) == habits.weak
    assert habits.patience(plain=True, last_flap_at=NOON - HOUR, now=NOON) == habits.alternating


def test_a_page_that_behaved_for_a_month_is_trusted_again() -> None:
    habits = Habits()
    assert habits.patience(plain=True, last_flap_at=NOON - ALTERNATES_FOR, now=NOON) == habits.plain
