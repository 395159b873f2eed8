from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.errors import NotFound
from bot.model import DeliveryState, Rename, Standpoint, StoryKind, Told
from bot.store import SqlStore
from tests.store.samples import ACME, HOUR, NOW, OTHER, owed, read, story, thread

DAY = timedelta(days=1)


def test_a_story_comes_back_as_it_was_told(store: SqlStore) -> None:
    told = story("new", at=NOW, effective=date(2026, 4, 1))
    told = replace(told, change=replace(told.change, renames=(Rename("A", "B", 140),), plain=True, quiet=False))
    store.record(read("We sell it.", stories=(told,)))
    store.add_policy(replace(ACME, service="Renamed"))
    assert store.story("new") == told, "with the policy as it was then"
    with pytest.raises(NotFound, match="nothing"):
        store.story("nothing")


def test_stories_are_turned_over_page_by_page_newest_first(store: SqlStore) -> None:
    told = [story(f"s{n}", at=NOW + n // 2 * HOUR) for n in range(6)]
    store.record(read("A.", stories=tuple(told)))
    store.record(read("A.", of=OTHER, stories=(story("other", of=OTHER, at=NOW - HOUR),)))
    newest = [each.id for each in store.stories(9)]
    assert newest == ["s5", "s4", "s3", "s2", "s1", "s0", "other"]
    turned = [each.id for each in store.stories(2)]
    while more := store.stories(2, before=turned[-1]):
        turned += [each.id for each in more]
    assert turned == newest
    assert [each.id for each in store.stories(9, policy_id=OTHER.id)] == ["other"]
    assert [each.id for each in store.stories(9, before="s1", policy_id=ACME.id)] == ["s0"]
    for unknown in ({"before": "nothing"}, {"policy_id": "nothing"}):
        with pytest.raises(NotFound, match="nothing"):
            store.stories(9, **unknown)


def test_only_news_is_told_of_a_policy_and_follow_ups_stand_under_it(store: SqlStore) -> None:
    news = story("news")
    withdrawn = story("gone", at=NOW + DAY, kind=StoryKind.WITHDRAWN, under="news")
    restored = story("back", at=NOW + 2 * DAY, kind=StoryKind.RESTORED, under="news")
    store.record(read("A.", stories=(news,)))
    store.record(read("B.", stories=(withdrawn,), standpoints={"news": Standpoint.WITHDRAWN}))
    assert store.told(ACME.id) == [Told(news, Standpoint.WITHDRAWN)]
    store.record(read("A.", stories=(restored,), standpoints={"news": Standpoint.STANDING}))
    assert store.told(ACME.id) == [Told(news, Standpoint.STANDING)]
    assert store.told(OTHER.id) == []
    assert store.follow_ups("news") == [withdrawn, restored]


def test_what_comes_into_effect_later_is_remembered_for_its_day(store: SqlStore) -> None:
    day = NOW.date()
    at_once = story("at once", effective=day)
    later = story("later", effective=day + timedelta(days=30))
    latest = story("latest", effective=day + timedelta(days=60))
    store.record(read("A.", stories=(at_once, later, latest, story("undated"))))
    assert store.next_effect() == datetime(2026, 4, 1, tzinfo=UTC)
    assert store.taking_effect(day + timedelta(days=29)) == []
    assert store.taking_effect(day + timedelta(days=30)) == [Told(later, Standpoint.STANDING)]

    line = story("now", at=NOW + 30 * DAY, kind=StoryKind.IN_EFFECT, under="later", effective=later.change.effective)
    for _ in range(2):
        store.tell(line, [owed("now.0", about="now")], {"later": Standpoint.IN_EFFECT})
    assert store.taking_effect(day + timedelta(days=30)) == []
    assert store.next_effect() == datetime(2026, 5, 1, tzinfo=UTC)
    assert store.follow_ups("later") == [line]
    assert len(store.deliveries(about="now")) == 1


def test_what_was_told_before_is_left_as_it_became(store: SqlStore) -> None:
    store.record(read("A.", stories=(story("news", effective=NOW.date() + DAY),)))
    line = story("now", kind=StoryKind.IN_EFFECT, under="news")
    store.tell(line, [], {"news": Standpoint.IN_EFFECT})
    store.record(read("B.", standpoints={"news": Standpoint.REPLACED}))
    store.tell(line, [], {"news": Standpoint.IN_EFFECT})
    assert store.told(ACME.id)[0].standpoint is Standpoint.REPLACED


@pytest.mark.parametrize("end", ["withdrawn", "removed", "paused", "retracted"])
def test_nothing_comes_into_effect_that_does_not_stand_or_is_not_read(store: SqlStore, end: str) -> None:
    day = NOW.date() + DAY
    store.record(read("A.", stories=(story("news", effective=day),)))
    assert store.taking_effect(day)
    match end:
        case "withdrawn":
            store.record(read("B.", standpoints={"news": Standpoint.WITHDRAWN}))
        case "removed":
            store.remove_policy(ACME.id)
        case "paused":
            store.pause_policy(ACME.id, True)
        case "retracted":
            store.retract(story("sorry", kind=StoryKind.CORRECTION, under="news", note="wrong"), [])
    assert store.taking_effect(day) == []
    assert store.next_effect() is None


def test_a_retracted_story_says_so_and_is_corrected_where_it_was_told(store: SqlStore) -> None:
    store.record(
        read(
            "A.",
            stories=(story("news"),),
            owed=(
                *thread("news", 2, to="bluesky"),
                *thread("news", 1, to="mastodon"),
                *thread("news", 1, to="x"),
                *thread("news", 1, to="local"),
            ),
        )
    )
    _settle(store, "bluesky", DeliveryState.SENT)
    _settle(store, "mastodon", DeliveryState.UNKNOWN)
    store.claim("x", NOW, "a", HOUR, 1)  # under way when the operator speaks
    sorry = story("sorry", kind=StoryKind.CORRECTION, under="news", note="We misread 2.1.")
    corrections = [
        owed(f"sorry.{to}", to=to, about="sorry", after="news.0") for to in ("bluesky", "mastodon", "x", "local")
    ]
    store.retract(sorry, corrections)
    assert store.story("news").retracted == "We misread 2.1."
    assert store.follow_ups("news") == [sorry]
    assert {(d.publisher, d.part.key): d.state for d in store.deliveries()} == {
        ("bluesky", "news.0"): DeliveryState.SENT,
        ("bluesky", "news.1"): DeliveryState.DISCARDED,
        ("mastodon", "news.0"): DeliveryState.PARKED,
        ("x", "news.0"): DeliveryState.PARKED,
        ("local", "news.0"): DeliveryState.DISCARDED,
        ("bluesky", "sorry.bluesky"): DeliveryState.OWED,
        ("mastodon", "sorry.mastodon"): DeliveryState.OWED,
        ("x", "sorry.x"): DeliveryState.OWED,
    }, "where it cannot be, there is nothing to correct"
    again = replace(sorry, id="again", note="Other words.")
    store.retract(again, [owed("again.0", about="again")])
    assert store.story("news").retracted == "We misread 2.1."
    assert store.follow_ups("news") == [sorry]
    with pytest.raises(NotFound, match="nothing"):
        store.retract(replace(sorry, under="nothing"), [])


def _settle(store: SqlStore, to: str, state: DeliveryState) -> None:
    (delivery,) = store.claim(to, NOW, "a", HOUR, 1)
    store.settle(replace(delivery, state=state, sent_at=NOW))
