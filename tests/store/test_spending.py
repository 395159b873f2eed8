"""Money: reserved, spent, and never more than there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import DeliveryState, Receipt
from bot.store import SqlStore, open_store
from tests.store.samples import MINUTE, NOW, thread

MONTH = timedelta(days=31)


def test_a_reservation_counts_until_its_part_can_no_longer_be_sent(store: SqlStore) -> None:
    (part,) = thread("s", 1)
    store.owe([part])
    assert store.reserve("bluesky", {part.part.key: 60}, 100, NOW)
    assert store.spent("bluesky", NOW) == 60
    assert not store.reserve("bluesky", {"other": 60}, 100, NOW)
    store.steer(store.deliveries()[0].id, DeliveryState.DISCARDED)
    assert store.spent("bluesky", NOW) == 0
    assert store.reserve("bluesky", {"other": 60}, 100, NOW)


def test_the_same_reservation_again_is_free(store: SqlStore) -> None:
    store.owe(thread("s", 1))
    key = store.deliveries()[0].part.key
    assert store.reserve("bluesky", {key: 60}, 100, NOW)
    assert store.reserve("bluesky", {key: 60}, 100, NOW)
    assert store.spent("bluesky", NOW) == 60


def test_what_was_set_aside_in_one_month_and_is_sent_in_another_is_charged_in_that(store: SqlStore) -> None:
    store.owe(thread("s", 1))
    key = store.deliveries()[0].part.key
    store.reserve("bluesky", {key: 60}, 100, NOW)
    assert store.spent("bluesky", NOW + MONTH) == 0
    assert store.reserve("bluesky", {key: 60}, 100, NOW + MONTH)
    assert store.spent("bluesky", NOW + MONTH) == 60


def test_a_claim_that_lapsed_may_have_been_charged(store: SqlStore) -> None:
    store.owe(thread("s", 1))
    (claimed,) = store.claim("bluesky", NOW, "me", MINUTE, 1)
    store.reserve("bluesky", {claimed.part.key: 60}, 100, NOW)
    store.claim("bluesky", NOW + MINUTE, "another", MINUTE, 1)
    store.steer(claimed.id, DeliveryState.DISCARDED)
    assert store.spent("bluesky", NOW) == 60


def test_what_is_found_after_a_restore_is_charged_once(store: SqlStore) -> None:
    for _ in range(2):
        store.charge("bluesky", "k", 60, NOW)
    assert store.spent("bluesky", NOW) == 60


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["sent", "unknown", "owed"])), max_size=8))
def test_whatever_is_reserved_and_sent_the_budget_is_never_exceeded(posts: list[tuple[int, str]]) -> None:
    store = open_store("sqlite://")
    for number, (price, outcome) in enumerate(posts):
        store.owe(thread(f"s{number}", 1))
        (claimed,) = [each for each in store.claim("bluesky", NOW, "me", MINUTE, 99) if each.about == f"s{number}"]
        if store.reserve("bluesky", {claimed.part.key: price}, 100, NOW):
            store.settle(
                replace(claimed, state=DeliveryState(outcome), receipt=Receipt("r", ""), next_attempt_at=NOW + MONTH)
            )
        else:
            store.settle(replace(claimed, next_attempt_at=NOW + MONTH))
        assert store.spent("bluesky", NOW) <= 100
    store.close()
