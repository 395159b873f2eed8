from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pytest

from bot.errors import NotFound
from bot.model import Delivery, DeliveryState, Part, Receipt
from bot.store import SqlStore, open_store
from tests.store.samples import HOUR, MINUTE, NOW, owed, thread

OWED, UNKNOWN, SENT, PARKED, DISCARDED, DIGESTED = DeliveryState


def claim(store: SqlStore, *, at: datetime = NOW, limit: int = 9, begin: bool = True) -> Sequence[Delivery]:
    return store.claim("bluesky", at, "worker", 5 * MINUTE, limit, begin=begin)


def keys(deliveries: Sequence[Delivery]) -> list[str]:
    return [delivery.part.key for delivery in deliveries]


def receipt(delivery: Delivery) -> Receipt:
    return Receipt(f"at://{delivery.part.key}", f"https://bsky.example/{delivery.part.key}", f"cid-{delivery.part.key}")


def send(store: SqlStore, delivery: Delivery, at: datetime = NOW) -> Receipt:
    store.settle(replace(delivery, state=SENT, receipt=receipt(delivery), sent_at=at))
    return receipt(delivery)


def states(store: SqlStore) -> dict[str, DeliveryState]:
    return {delivery.part.key: delivery.state for delivery in store.deliveries()}


def test_every_byte_that_is_owed_comes_back(store: SqlStore) -> None:
    part = owed("a", weight=2.5, parent=Receipt("p", "https://p.example", "c"), root=Receipt("r", "https://r.example"))
    part = replace(part, part=replace(part.part, payload=bytes(range(256))), next_attempt_at=NOW + HOUR, problem="\0é")
    store.owe([part])
    (kept,) = store.deliveries()
    assert kept == replace(part, id=kept.id, problem="\ufffdé")
    assert kept.id > 0


def test_what_is_owed_twice_is_owed_once(store: SqlStore) -> None:
    store.owe([owed("a")])
    send(store, claim(store)[0])
    store.owe([owed("a", weight=9.0), owed("a", to="mastodon")])
    assert [(each.publisher, each.state) for each in store.deliveries()] == [("bluesky", SENT), ("mastodon", OWED)]


def test_the_weightiest_goes_first_then_the_oldest(store: SqlStore) -> None:
    store.owe([owed("light", weight=0.5), owed("new", weight=1.0, owed_at=NOW), owed("heavy", weight=3.0)])
    store.owe([owed("old", weight=1.0, owed_at=NOW - HOUR), owed("elsewhere", to="x", weight=9.0)])
    assert keys(claim(store, limit=3)) == ["heavy", "old", "new"]
    assert keys(claim(store)) == ["light"]


def test_nobody_claims_what_is_claimed(store: SqlStore) -> None:
    store.owe([owed("a")])
    assert keys(claim(store)) == ["a"]
    assert claim(store, at=NOW + 4 * MINUTE) == []


def test_a_claim_that_was_cut_off_comes_back_as_unknown(store: SqlStore) -> None:
    store.owe([owed("a")])
    claim(store)
    (again,) = claim(store, at=NOW + 5 * MINUTE)
    assert again.state is UNKNOWN
    assert states(store) == {"a": UNKNOWN}


def test_reading_back_begins_anew_after_each_attempt_of_unknown_end(store: SqlStore) -> None:
    store.owe([owed("a")])
    claim(store)
    (unknown,) = claim(store, at=NOW + 5 * MINUTE)
    store.settle(replace(unknown, empty_reads=1))
    claim(store, at=NOW + 6 * MINUTE)  # not found twice: it is sent again, and cut off again
    (again,) = claim(store, at=NOW + 11 * MINUTE)
    assert (again.state, again.empty_reads) == (UNKNOWN, 0)


def test_a_part_waits_until_its_time(store: SqlStore) -> None:
    store.owe([owed("a")])
    (part,) = claim(store)
    store.settle(replace(part, attempts=1, next_attempt_at=NOW + HOUR, problem="429"))
    assert claim(store, at=NOW + HOUR - MINUTE) == []
    (part,) = claim(store, at=NOW + HOUR)
    assert (part.attempts, part.problem, part.state) == (1, "429", OWED)


def test_a_thread_is_sent_in_order_each_part_under_the_one_before(store: SqlStore) -> None:
    store.owe(thread("news", 3))
    root = parent = None
    for number in range(3):
        (part,) = claim(store)
        assert (part.part.number, part.parent, part.root) == (number, parent, root)
        parent = send(store, part)
        root = root or parent
    assert claim(store) == []


@pytest.mark.parametrize("waiting", [OWED, UNKNOWN, PARKED])
def test_nothing_follows_what_is_not_sent(store: SqlStore, waiting: DeliveryState) -> None:
    store.owe(thread("news", 2))
    (first,) = claim(store)
    store.settle(replace(first, state=waiting, next_attempt_at=NOW + HOUR))
    assert claim(store) == []


def test_a_follow_up_continues_the_thread_it_is_about(store: SqlStore) -> None:
    store.owe(thread("news", 2))
    store.owe(thread("gone", 1, after="news.1"))
    root = send(store, claim(store)[0])
    parent = send(store, claim(store)[0])
    (follow_up,) = claim(store)
    assert (follow_up.about, follow_up.parent, follow_up.root) == ("gone", parent, root)


def test_an_answer_keeps_the_request_it_replies_to(store: SqlStore) -> None:
    asked, top = Receipt("asked", "https://a.example"), Receipt("top", "https://t.example")
    store.owe([owed("answer.0", parent=asked, root=top), owed("answer.1", number=1, after="answer.0")])
    (first,) = claim(store)
    assert (first.parent, first.root) == (asked, top)
    sent = send(store, first)
    (second,) = claim(store)
    assert (second.parent, second.root) == (sent, top)


@pytest.mark.parametrize("never", ["discarded", "never owed"])
def test_a_follow_up_of_what_was_never_told_stands_alone(store: SqlStore, never: str) -> None:
    store.owe(thread("gone", 1, after="news.0"))
    if never == "discarded":
        store.owe(thread("news", 1))
        store.steer(store.deliveries(about="news")[0].id, DISCARDED)
    (follow_up,) = claim(store)
    assert (follow_up.part.key, follow_up.parent, follow_up.root) == ("gone.0", None, None)


def test_discarding_a_part_discards_the_rest_of_its_thread_alone(store: SqlStore) -> None:
    store.owe([*thread("news", 4), *thread("gone", 1, after="news.3"), *thread("else", 2)])
    send(store, claim(store)[0])
    store.steer(store.deliveries(about="news")[1].id, DISCARDED)
    assert states(store) == {
        "news.0": SENT,
        "news.1": DISCARDED,
        "news.2": DISCARDED,
        "news.3": DISCARDED,
        "gone.0": OWED,
        "else.0": OWED,
        "else.1": OWED,
    }


def test_when_the_pace_is_reached_only_what_was_begun_goes_on(store: SqlStore) -> None:
    store.owe([*thread("begun", 2), owed("fresh", weight=9.0), owed("cut off", weight=8.0), owed("lost", weight=7.0)])
    fresh, cut_off, lost, first = claim(store)
    store.settle(fresh)
    store.settle(replace(lost, state=UNKNOWN))
    send(store, first)
    assert keys(claim(store, begin=False)) == ["lost", "begun.1"]
    assert keys(claim(store, at=NOW + 5 * MINUTE, begin=False)) == ["cut off", "lost", "begun.1"]
    assert cut_off.state is OWED


def test_the_pace_counts_first_parts_that_were_sent(store: SqlStore) -> None:
    store.owe([*thread("a", 2), *thread("b", 1), *thread("c", 1, to="x")])
    for at in (NOW, NOW + MINUTE):
        for part in claim(store, at=at):
            send(store, part, at)
    send(store, store.claim("x", NOW, "worker", HOUR, 1)[0])
    assert store.begun_since("bluesky", NOW - MINUTE) == 2
    assert store.begun_since("bluesky", NOW) == 0
    assert store.begun_since("x", NOW - MINUTE) == 1


def test_a_paused_platform_keeps_everything_until_it_goes_on(store: SqlStore) -> None:
    store.owe([owed("a"), owed("b", to="x")])
    store.pause_platform("bluesky", "401: the key was revoked")
    store.pause_platform("bluesky", "401: still")
    assert store.paused_platforms() == {"bluesky": "401: still"}
    assert claim(store) == ()
    assert keys(store.claim("x", NOW, "worker", HOUR, 9)) == ["b"]
    store.resume_platform("bluesky")
    assert store.paused_platforms() == {}
    assert keys(claim(store)) == ["a"]


def test_what_is_sent_stays_sent(store: SqlStore) -> None:
    store.owe([owed("a")])
    (part,) = claim(store)
    late, quick = part, claim(store, at=NOW + 5 * MINUTE)[0]
    send(store, quick)
    for state in (OWED, UNKNOWN, PARKED, DISCARDED):
        store.settle(replace(late, state=state))
    assert states(store) == {"a": SENT}
    for state in (OWED, DISCARDED):
        with pytest.raises(NotFound, match="retract"):
            store.steer(part.id, state)


@pytest.mark.parametrize("said", [OWED, UNKNOWN, PARKED])
def test_what_an_operator_discarded_meanwhile_stays_discarded(store: SqlStore, said: DeliveryState) -> None:
    store.owe([owed("a")])
    (part,) = claim(store)
    store.steer(part.id, DISCARDED)
    store.settle(replace(part, state=said))
    assert states(store) == {"a": DISCARDED}


def test_but_what_got_out_before_that_is_sent(store: SqlStore) -> None:
    store.owe([owed("a")])
    (part,) = claim(store)
    store.steer(part.id, DISCARDED)
    send(store, part)
    assert states(store) == {"a": SENT}


def test_a_late_worker_ends_nobody_elses_claim_and_makes_nothing_be_sent_blindly(store: SqlStore) -> None:
    store.owe([owed("a")])
    (late,) = store.claim("bluesky", NOW, "late", 5 * MINUTE, 1)
    (held,) = store.claim("bluesky", NOW + 6 * MINUTE, "other", HOUR, 1)
    assert held.state is UNKNOWN
    store.settle(replace(late, state=OWED, attempts=1, problem="429"))
    assert states(store) == {"a": UNKNOWN}
    assert claim(store, at=NOW + 10 * MINUTE) == [], "the other one is still at work"


def test_what_a_killed_process_had_in_hand_is_free_at_once_and_read_back_first(store: SqlStore) -> None:
    store.owe([owed("a"), owed("b")])
    store.claim("bluesky", NOW, "killed", HOUR, 1)
    store.claim("bluesky", NOW, "alive", HOUR, 1)
    assert store.lease_owners() == {"killed", "alive"}
    store.end_leases("killed", NOW + MINUTE)
    (back,) = claim(store, at=NOW + MINUTE)
    assert (back.part.key, back.state) == ("a", UNKNOWN)


def test_what_was_never_frozen_can_only_be_discarded(store: SqlStore) -> None:
    store.owe([replace(owed("a"), part=Part("a", 0, b""), state=PARKED, problem="too long")])
    (part,) = store.deliveries()
    with pytest.raises(NotFound, match="discard it"):
        store.steer(part.id, OWED)
    assert store.steer(part.id, DISCARDED).state is DISCARDED


def test_an_answer_neither_waits_for_the_pace_nor_counts_for_it(store: SqlStore) -> None:
    store.owe([owed("news"), replace(owed("answer"), parent=Receipt("at://question", ""))])
    (answer,) = claim(store, begin=False)
    assert answer.part.key == "answer"
    send(store, answer)
    assert store.begun_since("bluesky", NOW - HOUR) == 0


def test_an_operator_lets_a_parked_part_try_again_at_once(store: SqlStore) -> None:
    store.owe([owed("a")])
    (part,) = claim(store)
    store.settle(replace(part, state=PARKED, attempts=12, empty_reads=1, next_attempt_at=NOW + HOUR))
    assert claim(store) == []
    steered = store.steer(part.id, OWED)
    assert (steered.state, steered.attempts, steered.empty_reads) == (UNKNOWN, 0, 0), "it is read back first"
    assert keys(claim(store)) == ["a"]


def test_no_operator_can_make_it_send_blindly_again(store: SqlStore) -> None:
    store.owe([owed("unknown"), owed("under way")])
    unknown, under_way = claim(store)
    store.settle(replace(unknown, state=UNKNOWN, next_attempt_at=NOW + HOUR))
    for part in (unknown, under_way):
        store.steer(part.id, OWED)
    assert [(part.part.key, part.state) for part in claim(store)] == [("unknown", UNKNOWN)]
    assert [(part.part.key, part.state) for part in claim(store, at=NOW + 5 * MINUTE)] == [
        ("unknown", UNKNOWN),
        ("under way", UNKNOWN),
    ]


def test_the_outbox_is_listed_by_story_and_state(store: SqlStore) -> None:
    store.owe([*thread("news", 2), *thread("else", 1)])
    send(store, claim(store, limit=1)[0])
    assert keys(store.deliveries()) == ["news.0", "news.1", "else.0"]
    assert keys(store.deliveries(about="news")) == ["news.0", "news.1"]
    assert keys(store.deliveries(states=[OWED])) == ["news.1", "else.0"]
    assert keys(store.deliveries(about="news", states=[SENT])) == ["news.0"]


def test_a_delivery_that_is_not_there_is_named(store: SqlStore) -> None:
    with pytest.raises(NotFound, match="77"):
        store.steer(77, OWED)
    with pytest.raises(NotFound, match="77"):
        store.settle(replace(owed("a"), id=77))


def test_two_processes_never_claim_the_same_part(file_url: str) -> None:
    with closing(open_store(file_url)) as first, closing(open_store(file_url)) as second:
        first.owe([owed(f"part {n}") for n in range(40)])

        def work(store: SqlStore) -> list[str]:
            mine: list[str] = []
            while claimed := store.claim("bluesky", NOW, "worker", HOUR, 1):
                mine += keys(claimed)
            return mine

        with ThreadPoolExecutor(2) as workers:
            both = [key for mine in workers.map(work, (first, second)) for key in mine]
    assert sorted(both) == sorted(f"part {n}" for n in range(40))
