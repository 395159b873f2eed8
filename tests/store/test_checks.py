from dataclasses import replace
from datetime import datetime

import pytest

from bot.errors import NotFound
from bot.model import Checked, Standing, Standpoint
from bot.store import SqlStore
from tests.store.samples import ACME, HOUR, NOW, checked, owed, page, read, story, text


def test_news_waits_for_its_second_look_and_is_then_what_the_policy_says(store: SqlStore) -> None:
    store.record(read("We keep it."))
    base = store.reading(ACME.id).current
    store.record(
        read(
            "We sell it.",
            at=NOW + HOUR,
            standing=Standing.CANDIDATE,
            candidate_since=NOW,
            candidate_signature="s",
            candidate_not_before=NOW - HOUR,
            disputed_at=NOW,
        )
    )
    waiting = store.reading(ACME.id)
    assert waiting.current == base
    assert waiting.seen is not None
    assert store.version(waiting.seen.id) == text("We sell it.")
    assert (waiting.candidate_since, waiting.candidate_signature) == (NOW, "s")
    assert (waiting.candidate_not_before, waiting.disputed_at) == (NOW - HOUR, NOW)

    store.record(checked(at=NOW + 2 * HOUR))
    looked = replace(waiting, last_read_at=NOW + 2 * HOUR)
    assert store.reading(ACME.id) == looked, "a look that decides nothing changes nothing"

    store.record(checked(at=NOW + 3 * HOUR, standing=Standing.ACCEPTED))
    confirmed = store.reading(ACME.id)
    assert confirmed.current == confirmed.seen
    assert confirmed.current is not None
    assert (confirmed.current.id, confirmed.current.standing) == (waiting.seen.id, Standing.ACCEPTED)
    assert (confirmed.candidate_since, confirmed.candidate_signature) == (None, "")
    assert (confirmed.candidate_not_before, confirmed.disputed_at) == (None, None)


def test_a_wall_in_between_is_held_and_the_news_keeps_waiting(store: SqlStore) -> None:
    store.record(read("We keep it."))
    store.record(read("We sell it.", standing=Standing.CANDIDATE, candidate_since=NOW, candidate_signature="s"))
    store.record(read("Wall.", standing=Standing.HELD, candidate_since=NOW, candidate_signature="s"))
    store.record(checked(at=NOW + HOUR))
    reading = store.reading(ACME.id)
    assert reading.current is not None
    assert store.version(reading.current.id) == text("We keep it.")
    assert (reading.candidate_since, reading.candidate_signature) == (NOW, "s")


def test_a_page_that_alternates_is_known_to(store: SqlStore) -> None:
    store.record(read("We keep it."))
    for day in range(3):
        store.record(read("B.", standing=Standing.CANDIDATE, candidate_since=NOW))
        store.record(read("We keep it.", at=NOW + day * HOUR, flapped=True))
    reading = store.reading(ACME.id)
    assert (reading.flaps, reading.last_flap_at) == (3, NOW + 2 * HOUR)
    assert reading.candidate_since is None


def test_failures_are_counted_from_the_first_and_forgotten_at_the_next_read(store: SqlStore) -> None:
    store.record(read("We keep it."))
    base = store.reading(ACME.id).current
    store.record(checked(at=NOW + HOUR, failure="timed out", failure_message="no answer in 15 s"))
    store.record(checked(at=NOW + 2 * HOUR, failure="gone", failure_message="404"))
    reading = store.reading(ACME.id)
    assert (reading.failing, reading.failing_since, reading.failures) == ("gone", NOW + HOUR, 2)
    assert reading.current == base
    store.record(checked(at=NOW + 3 * HOUR))
    reading = store.reading(ACME.id)
    assert (reading.failing, reading.failing_since, reading.failures) == ("", None, 0)


def test_a_page_that_nobody_asked_for_was_not_tried(store: SqlStore) -> None:
    store.record(read("We keep it."))
    store.record(checked(at=NOW + HOUR, failure="unreachable", failure_message="its host is down", asked=False))
    reading = store.reading(ACME.id)
    assert (reading.failing, reading.failing_since, reading.failures) == ("unreachable", NOW + HOUR, 0)
    health = store.health()[0]
    assert (health.last_checked_at, health.next_check_at) == (NOW, NOW + 2 * HOUR)


def test_a_policy_was_read_when_its_page_was_last_a_whole_policy(store: SqlStore) -> None:
    def last_read(*checks: Checked) -> datetime | None:
        for check in checks:
            store.record(check)
        return store.reading(ACME.id).last_read_at

    wall = read("Wall.", at=NOW + HOUR, standing=Standing.HELD)
    assert last_read(read("We keep it.")) == NOW
    assert last_read(wall, checked(at=NOW + 2 * HOUR)) == NOW, "the wall stands there still"
    assert last_read(checked(at=NOW + 3 * HOUR, failure="gone")) == NOW
    assert last_read(read("We sell it.", at=NOW + 4 * HOUR, standing=Standing.CANDIDATE)) == NOW + 4 * HOUR
    assert last_read(checked(at=NOW + 5 * HOUR)) == NOW + 5 * HOUR


def test_where_a_page_moved_to_is_known_until_a_read_says_otherwise(store: SqlStore) -> None:
    def moved_to(check: Checked) -> str:
        store.record(check)
        return store.health()[0].moved_to

    assert moved_to(read("We keep it.")) == ""
    assert moved_to(checked(moved_to="https://acme.example/legal")) == "https://acme.example/legal"
    assert moved_to(checked()) == "https://acme.example/legal", "a 304 says nothing of it"
    assert moved_to(checked(failure="timed out")) == "https://acme.example/legal"
    wall = read("Wall.", standing=Standing.HELD, moved_to="https://acme.example/sign-in")
    assert moved_to(wall) == "https://acme.example/legal", "a wall moves no policy"
    assert moved_to(checked(moved_to="https://acme.example/sign-in")) == "https://acme.example/legal"
    assert moved_to(read("We keep it.", moved_to="")) == ""


def test_a_story_is_written_with_what_is_owed_of_it(store: SqlStore) -> None:
    store.record(read("We keep it.", stories=(story("old"),)))
    store.record(
        read(
            "We sell it.",
            stories=(story("new"),),
            owed=(owed("new.0", about="new"), owed("new.1", about="new", number=1, after="new.0")),
            standpoints={"old": Standpoint.REPLACED},
        )
    )
    assert store.story("new") == story("new")
    assert [delivery.part.key for delivery in store.deliveries(about="new")] == ["new.0", "new.1"]
    assert {told.story.id: told.standpoint for told in store.told(ACME.id)} == {
        "old": Standpoint.REPLACED,
        "new": Standpoint.STANDING,
    }


def test_the_same_story_found_twice_is_told_once(store: SqlStore) -> None:
    check = read("We sell it.", stories=(story("new"),), owed=(owed("new.0", about="new"),))
    store.record(check)
    store.record(check)
    assert len(store.stories(9)) == 1
    assert len(store.deliveries()) == 1


def test_a_check_that_cannot_be_written_whole_is_not_written_at_all(store: SqlStore) -> None:
    store.record(read("We keep it."))
    before = store.reading(ACME.id)
    nonsense = owed("bad.0", weight="heavy")
    with pytest.raises(Exception, match="heavy"):
        store.record(read("We sell it.", remember=frozenset({9}), stories=(story("new"),), owed=(nonsense,)))
    assert store.reading(ACME.id) == before
    assert store.known(ACME.id) == frozenset()
    assert store.stories(9) == []
    assert len(store.versions(ACME.id)) == 1


def test_a_check_of_nobody_is_refused(store: SqlStore) -> None:
    with pytest.raises(NotFound, match="nobody/terms"):
        store.record(Checked("nobody/terms", NOW, NOW + HOUR))


def test_a_new_text_must_have_a_standing(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="standing"):
        store.record(checked(snapshot=page(text("A.")), version=text("A.")))
