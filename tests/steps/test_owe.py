"""What is owed to whom: frozen once, in threads, and never where it was not told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import StoryClock
from bot.errors import PlatformError, PlatformFailure
from bot.model import (
    Answer,
    Change,
    Delivery,
    DeliveryState,
    Edit,
    EditKind,
    Mention,
    Part,
    Policy,
    Post,
    Quote,
    Receipt,
    Story,
    StoryKind,
    Verdict,
)
from bot.requests.answer import FACTS, Reply
from bot.steps.habits import Habits
from bot.steps.owe import Clerk
from bot.store import SqlStore, open_store
from tests.steps.test_send import Wall

OWED, UNKNOWN, SENT, PARKED, DISCARDED, DIGESTED = DeliveryState
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy", language="en")
SENTENCE = "We may use the posts you publish to train our models."
NEWS = Story(
    "news",
    ACME,
    StoryKind.POST,
    Change(
        Verdict.POST,
        ("new sentence about ai",),
        edits=(
            Edit(EditKind.ADDED, "2.1", None, SENTENCE, 1.6, ("ai",)),
            Edit(EditKind.ADDED, "3", None, "We may sell it.", 1.2),
        ),
        quotes=(Quote(SENTENCE, EditKind.ADDED, "2.1"), Quote("We may sell it.", EditKind.ADDED, "3")),
        topics=("ai",),
    ),
    NOON,
    NOON,
    "0" * 64,
)
CAROL = Mention("wall", "17", "https://wall.example/17", "id of carol", "carol", "watch", NOON, cid="c17")


def follow_up(kind: StoryKind = StoryKind.WITHDRAWN) -> Story:
    return replace(NEWS, id=kind.value, kind=kind, under=NEWS.id, note="It was another document.")


@dataclass
class Picky(Wall):
    """A wall on which nothing longer than a word fits."""

    id: str = "picky"

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        raise PlatformError(
            PlatformFailure.REJECTED, "Part 1 counts 212; the wall allows 1 to 9: shorten its template."
        )


class Desk:
    """A clerk between a store and some walls."""

    def __init__(self, *walls: Wall, live: Sequence[str] = (), public_url: str = "https://bot.example") -> None:
        self.store: SqlStore = open_store("sqlite://")
        self.clock = StoryClock(NOON)
        walls = walls or (Wall(), Wall(id="other"))
        habits = Habits(live=frozenset(live or (wall.id for wall in walls)), public_url=public_url)
        self.clerk = Clerk(self.store, {wall.id: wall for wall in walls}, habits, self.clock)

    def owe(self, story: Story) -> list[Delivery]:
        owed = self.clerk.owe(story)
        self.store.owe(owed)
        return owed

    def becomes(self, *states: DeliveryState, on: str = "wall") -> None:
        """The parts of the news on a platform are settled like this."""
        parts = [part for part in self.store.deliveries(about=NEWS.id) if part.publisher == on]
        for part, state in zip(parts, states, strict=True):
            if state is not OWED:
                self.store.settle(
                    replace(part, state=state, receipt=Receipt(part.part.key, "") if state is SENT else None)
                )


def places(owed: Sequence[Delivery]) -> list[tuple[str, str, str]]:
    return [(part.publisher, part.part.key, part.after) for part in owed]


def test_a_story_is_owed_as_a_thread_to_each_live_publisher() -> None:
    desk = Desk()
    owed = desk.owe(NEWS)
    assert places(owed) == [
        ("wall", "news:wall/0", ""),
        ("wall", "news:wall/1", "news:wall/0"),
        ("other", "news:other/0", ""),
        ("other", "news:other/1", "news:other/0"),
    ]
    assert {part.state for part in owed} == {OWED}
    assert {(part.weight, part.about, part.owed_at) for part in owed} == {(1.6, "news", NOON)}
    desk.clock.move_to(NOON + timedelta(hours=1))
    assert [part.part for part in desk.clerk.owe(NEWS)] == [part.part for part in owed], "the same keys again"


def test_a_preview_shows_every_publisher_and_owes_only_the_live_ones() -> None:
    desk = Desk(live=["other"])
    assert set(desk.clerk.words(NEWS)) == {"wall", "other"}
    assert {part.publisher for part in desk.owe(NEWS)} == {"other"}


def test_the_link_is_the_change_page_or_the_policy() -> None:
    assert Desk().clerk.link(NEWS) == "https://bot.example/changes/news"
    assert Desk().clerk.link(follow_up()) == "https://bot.example/changes/news"
    assert Desk(public_url="").clerk.link(NEWS) == ACME.url


def test_a_follow_up_comes_after_the_last_part_of_what_it_follows() -> None:
    desk = Desk()
    desk.owe(NEWS)
    desk.becomes(SENT, OWED)
    assert places(desk.owe(follow_up()))[0] == ("wall", "withdrawn:wall/0", "news:wall/1")


def test_two_follow_ups_stand_under_the_same_part() -> None:
    desk = Desk(Wall())
    desk.owe(NEWS)
    desk.becomes(SENT, SENT)
    for kind in (StoryKind.WITHDRAWN, StoryKind.RESTORED, StoryKind.IN_EFFECT):
        assert places(desk.owe(follow_up(kind))) == [("wall", f"{kind}:wall/0", "news:wall/1")]


@pytest.mark.parametrize("kind", sorted(set(StoryKind) - {StoryKind.POST}))
def test_nothing_follows_where_nothing_was_told(kind: StoryKind) -> None:
    """A platform that was added later, or on which the operator discarded the news, has nothing to follow up."""
    desk = Desk()
    desk.store.owe([part for part in desk.clerk.owe(NEWS) if part.publisher == "other"])
    assert {part.publisher for part in desk.owe(follow_up(kind))} == {"other"}
    desk.becomes(DISCARDED, DISCARDED, on="other")
    assert desk.clerk.owe(follow_up(kind)) == []


@pytest.mark.parametrize(
    ("states", "news_after", "correction_after"),
    [
        ((SENT, SENT), "news:wall/1", "news:wall/1"),
        ((OWED, OWED), "news:wall/1", "news:wall/0"),
        ((SENT, OWED), "news:wall/1", "news:wall/0"),
        ((SENT, UNKNOWN), "news:wall/1", "news:wall/0"),
        ((SENT, PARKED), "news:wall/0", "news:wall/0"),
        ((SENT, DISCARDED), "news:wall/0", "news:wall/0"),
        ((PARKED, OWED), "news:wall/0", "news:wall/0"),
        ((UNKNOWN, OWED), "news:wall/1", "news:wall/0"),
    ],
)
def test_a_follow_up_never_waits_for_what_is_never_sent(
    states: Sequence[DeliveryState], news_after: str, correction_after: str
) -> None:
    desk = Desk(Wall())
    desk.owe(NEWS)
    desk.becomes(*states)
    assert [part.after for part in desk.clerk.owe(follow_up())] == [news_after]
    assert [part.after for part in desk.clerk.owe(follow_up(StoryKind.CORRECTION))] == [correction_after]


def test_a_correction_stands_under_what_is_out_although_the_rest_never_goes_out() -> None:
    desk = Desk(Wall())
    desk.store.add_policy(ACME)
    desk.store.tell(NEWS, desk.clerk.owe(NEWS), {})
    desk.becomes(SENT, OWED)
    correction = follow_up(StoryKind.CORRECTION)
    desk.store.retract(correction, desk.clerk.owe(correction))
    (part,) = desk.store.claim("wall", NOON, "me", timedelta(minutes=5), 9)
    assert (part.about, part.parent) == (correction.id, Receipt("news:wall/0", ""))


def test_what_a_platform_refuses_is_parked_with_its_reason_and_the_others_go_on() -> None:
    desk = Desk(Picky(), Wall())
    refused, *rest = desk.owe(NEWS)
    assert (refused.publisher, refused.state) == ("picky", PARKED)
    assert "shorten its template" in refused.problem
    assert refused.part.payload == b"", "there is nothing that could be sent"
    assert {part.publisher for part in rest} == {"wall"}
    assert desk.store.claim("picky", NOON, "me", timedelta(minutes=5), 9) == []


# ---- answers ----------------------------------------------------------------------------------------------------


def answer(template: str = "already", key: str = "answer:wall:17", link: str = "", **facts: str) -> Reply:
    return Reply(CAROL, Answer(template, dict.fromkeys(FACTS, "") | {"policy": "Acme Terms"} | facts), key, link)


def test_an_answer_stands_under_the_question_in_its_thread() -> None:
    desk = Desk()
    (owed,) = desk.clerk.owe_reply(answer())
    assert owed.part.payload.decode() == "@carol The Acme Terms is on your list already."
    assert (owed.publisher, owed.about, owed.part.key) == ("wall", "17", "answer:wall:17/0")
    asked = Receipt("17", "https://wall.example/17", "c17")
    assert (owed.parent, owed.root) == (asked, asked)
    in_thread = replace(answer(), mention=replace(CAROL, root_id="9", root_cid="c9"))
    (owed,) = desk.clerk.owe_reply(in_thread)
    assert (owed.parent, owed.root) == (asked, Receipt("9", "", "c9"))


def test_an_answer_is_owed_once_and_each_news_of_it_once() -> None:
    desk = Desk()
    for key in (
        "answer:wall:17",
        "answer:wall:17",
        "changed:wall:17:news",
        "changed:wall:17:more",
        "changed:wall:17:news",
    ):
        desk.store.owe(desk.clerk.owe_reply(answer(key=key)))
    assert [part.part.key for part in desk.store.deliveries()] == [
        "answer:wall:17/0",
        "changed:wall:17:news/0",
        "changed:wall:17:more/0",
    ]


@pytest.mark.parametrize(("wants_link", "words"), [(True, f"new, about AI. {ACME.url}"), (False, "new, about AI.")])
def test_the_link_is_in_the_words_where_it_has_to_be(wants_link: bool, words: str) -> None:
    posts: list[Post] = []

    class Keeping(Wall):
        def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
            posts.append(post)
            return super().prepare(post, at)

    wall = Keeping(wants_link=wants_link)
    Desk(wall).clerk.owe_reply(answer("changed", link=ACME.url, kind="added", topics="ai"))
    (post,) = posts
    assert post.parts[0] == f"@carol The Acme Terms has changed: {words}"
    assert (post.link, post.link_title, post.mention, post.mention_id) == (
        ACME.url,
        "Acme Terms",
        "carol",
        "id of carol",
    )
