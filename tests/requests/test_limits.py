"""Who is answered and whose page is watched, from counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Mention
from bot.requests.limits import DAY, HOUR, Ledger, Limits, Mode, Outcome, account, may_answer, may_ask, may_watch

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
CAROL = Mention("x", "1", "https://x.com/carol/status/1", "17", "Carol", "@smallprint help", NOON)
OPEN = Limits(Mode.OPEN)


EMPTY = Ledger()


def outcome(
    mention: Mention = CAROL, limits: Limits = OPEN, ledger: Ledger = EMPTY, opted_out: bool = False
) -> Outcome:
    return may_answer(mention, limits, ledger, NOON, own="@smallprint", opted_out=opted_out).outcome


def test_a_person_is_answered_and_nobody_is_while_requests_are_off() -> None:
    assert outcome() is Outcome.GO
    assert Limits().mode is Mode.OFF
    assert outcome(limits=Limits()) is Outcome.IGNORE


@pytest.mark.parametrize("facts", [{"author_is_bot": True}, {"author_opted_out": True}, {"author": "@SmallPrint"}])
def test_who_is_never_answered(facts: dict[str, object]) -> None:
    assert outcome(replace(CAROL, **facts)) is Outcome.IGNORE  # type: ignore[arg-type]
    assert outcome(opted_out=True) is Outcome.IGNORE


@pytest.mark.parametrize(
    ("listed", "heard"), [("carol", True), ("@Carol", True), ("x:carol", True), ("x:@carol", True)]
)
def test_listed_accounts(listed: str, heard: bool) -> None:
    assert (outcome(limits=Limits(Mode.ACCOUNTS, frozenset({listed}))) is Outcome.GO) == heard


@pytest.mark.parametrize("listed", ["dave", "mastodon:carol", ""])
def test_accounts_that_are_not_listed(listed: str) -> None:
    assert outcome(limits=Limits(Mode.ACCOUNTS, frozenset({listed}))) is Outcome.IGNORE


def test_a_person_and_an_hour_have_a_number_of_answers() -> None:
    mine, others = Ledger(), Ledger()
    for n in range(10):
        assert outcome(ledger=mine) is Outcome.GO
        mine = mine.add(NOON - HOUR * n, account(CAROL), "help")
    assert outcome(ledger=mine) is Outcome.IGNORE
    for n in range(60):
        assert outcome(ledger=others) is Outcome.GO
        others = others.add(NOON - timedelta(seconds=n), f"x:{n + 100}", "help")
    assert outcome(ledger=others) is Outcome.IGNORE


def test_the_days_number_of_watches_is_said_once() -> None:
    assert may_ask(OPEN, asked_today=4, told_today=False).outcome is Outcome.GO
    assert may_ask(OPEN, asked_today=5, told_today=False).outcome is Outcome.REFUSE
    assert may_ask(OPEN, asked_today=5, told_today=True).outcome is Outcome.IGNORE


@pytest.mark.parametrize(
    ("facts", "waits"),
    [
        ({}, False),
        ({"on_host": 5}, True),
        ({"in_all": 500}, True),
        ({"refused": True}, True),
        ({"vouched": False}, True),
        ({"on_host": 5, "in_all": 500, "vouched": False, "refused": True, "waiting": 500, "listed": True}, False),
    ],
)
def test_what_waits_for_the_operator(facts: dict[str, object], waits: bool) -> None:
    usual: dict[str, object] = {
        "on_host": 4, "in_all": 499, "waiting": 499, "listed": False, "refused": False, "vouched": True,
    }  # fmt: skip
    decision = may_watch(OPEN, **(usual | facts))  # type: ignore[arg-type]
    assert (decision.outcome is Outcome.WAIT) == waits
    assert decision.reason
    assert may_watch(Limits(Mode.APPROVAL), **(usual | facts)).outcome is Outcome.WAIT  # type: ignore[arg-type]


def test_not_more_may_wait_than_an_operator_can_look_at() -> None:
    decision = may_watch(OPEN, on_host=0, in_all=500, waiting=500, listed=False, refused=False, vouched=True)
    assert decision.outcome is Outcome.REFUSE


def test_what_was_asked_days_ago_is_not_answered_any_more() -> None:
    assert outcome(replace(CAROL, at=NOON - 3 * DAY)) is Outcome.GO
    assert outcome(replace(CAROL, at=NOON - 3 * DAY - HOUR)) is Outcome.IGNORE


@given(st.lists(st.tuples(st.integers(0, 48), st.text(max_size=5), st.sampled_from(["help", "quota"])), max_size=20))
def test_the_ledger_survives_a_restart_and_forgets_after_a_day(entries: list[tuple[int, str, str]]) -> None:
    ledger = Ledger()
    for hours, who, template in entries:
        ledger = ledger.add(NOON - hours * HOUR, who, template)
    again = Ledger.load(ledger.dump(), NOON)
    assert set(again.entries) == {entry for entry in ledger.entries if entry[0] > NOON - DAY}
    assert again.count(since=NOON - DAY) == len(again.entries)
    assert again.count(since=NOON - DAY, template="quota") == sum(entry[2] == "quota" for entry in again.entries)


def test_no_ledger_is_an_empty_one() -> None:
    assert Ledger.load("", NOON) == Ledger()
