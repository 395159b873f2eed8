"""The bot's life with one policy, from the first read to the thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import StoryClock
from bot.model import (
    Change,
    DeliveryState,
    EditKind,
    Event,
    EventKind,
    Policy,
    Quote,
    Snapshot,
    Source,
    Standpoint,
    StoryKind,
    Validators,
    Verdict,
)
from bot.pipeline import CYCLE_ENDED, Pipeline
from bot.platforms.local import Local
from bot.ports import PlatformSetup
from bot.steps.decide import story
from bot.steps.habits import Habits
from bot.store import open_store
from tests.fakes.site import SALE, TRAINING, Site, policy_text
from tests.steps.test_send import Wall

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy", source=Source.OPERATOR)
HOUR = timedelta(hours=1)


class Life:
    """A bot, a site, a wall to post on, and time."""

    def __init__(self) -> None:
        self.clock = StoryClock(NOON)
        self.site = Site(self.clock)
        self.wall = Wall()
        self.events: list[Event] = []
        self.store = open_store("sqlite://")
        self.store.add_policy(ACME)
        setup = PlatformSetup(options={}, secret=lambda name: "")
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.site,
            publishers={"local": Local(setup), "wall": self.wall},
            clock=self.clock,
            habits=Habits(jitter=0, live=frozenset({"local", "wall"}), public_url="https://bot.example"),
            report=self.events.append,
        )

    async def round(self) -> None:
        await self.pipeline.check_due()
        self.pipeline.tell_what_takes_effect()
        await self.pipeline.publish_due()

    async def looks(self) -> None:
        """The next regular look, and nothing more."""
        self.clock.move_to(self.store.next_due() or self.clock.now())
        await self.round()

    async def lives(self, span: timedelta) -> list[EventKind]:
        """Live for a while, looking whenever something is due; what happened besides quiet checks."""
        end, before = self.clock.now() + span, len(self.events)
        await self.round()
        while (due := self.store.next_due()) is not None and due <= end:
            self.clock.move_to(due)
            await self.round()
        self.clock.move_to(end)
        return [event.kind for event in self.events[before:] if event.kind is not EventKind.UNCHANGED]

    @property
    def pinned(self) -> int:
        return len(self.wall.pinned)


@pytest.fixture
def life() -> Iterator[Life]:
    life = Life()
    yield life
    life.store.close()


async def test_the_first_read_is_a_silent_baseline(life: Life) -> None:
    assert await life.lives(3 * HOUR) == [EventKind.BASELINE]
    assert life.pinned == 0


async def test_news_is_told_after_a_second_look_and_only_once(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    happened = await life.lives(72 * HOUR)
    assert happened.count(EventKind.SEEN) == 1
    assert happened.count(EventKind.POST) == 1
    assert life.pinned == 1
    (told,) = [event for event in life.events if event.kind is EventKind.POST]
    assert told.story is not None
    assert told.story.change.quotes[0].text == TRAINING
    assert told.story.found_at < told.story.confirmed_at


async def test_what_is_gone_before_the_second_look_is_never_told(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.looks()
    life.site.text = policy_text()
    assert await life.lives(24 * HOUR) == [EventKind.VANISHED]
    assert life.pinned == 0


async def test_a_page_that_flickers_must_stand_longer_before_it_is_believed(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.looks()
    life.site.text = policy_text()
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    assert EventKind.POST not in await life.lives(71 * HOUR)
    assert EventKind.POST in await life.lives(2 * HOUR)


async def test_withdrawn_and_restored_wording_is_told_in_the_thread(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.lives(48 * HOUR)
    life.site.text = policy_text()
    assert EventKind.WITHDRAWN in await life.lives(24 * HOUR)
    life.site.text = policy_text(TRAINING)
    happened = await life.lives(24 * HOUR)
    assert EventKind.RESTORED in happened
    assert EventKind.POST not in happened, "known wording is never news"
    (told, _), *following = life.wall.pinned
    assert [parent for _, parent in following] == [told, told], "both stand under the post that told it"


async def test_told_wording_that_is_reworded_is_told_as_news_and_not_as_withdrawn(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.lives(48 * HOUR)
    life.site.text = policy_text(
        TRAINING.replace("We may", "We will always").replace("models.", "models for ten years.")
    )
    happened = await life.lives(48 * HOUR)
    assert EventKind.POST in happened
    assert EventKind.WITHDRAWN not in happened
    assert life.store.told(ACME.id)[0].standpoint is Standpoint.REPLACED


async def test_told_wording_that_gives_way_to_other_news_is_withdrawn_beside_it(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.lives(48 * HOUR)
    life.site.text = policy_text(SALE)
    happened = await life.lives(48 * HOUR)
    assert EventKind.POST in happened
    assert EventKind.WITHDRAWN in happened
    news = [event.story for event in life.events if event.kind is EventKind.POST][-1]
    assert news is not None
    assert [quote.text for quote in news.change.quotes] == [SALE], "what the thread says is not said again"


async def test_new_bytes_with_the_same_words_are_not_compared(life: Life) -> None:
    await life.lives(HOUR)
    versions = len(life.store.versions(ACME.id))
    for nonce in "abc":
        life.site.nonce = nonce
        assert await life.lives(HOUR) == []
    assert len(life.store.versions(ACME.id)) == versions


async def test_the_servers_own_validators_are_sent_back(life: Life) -> None:
    await life.lives(2 * HOUR)
    last = life.site.asked[-1]
    assert last is not None
    assert last.etag.startswith('"')


async def test_an_error_page_is_held_and_the_policy_goes_on_from_where_it_was(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = "# Just a moment...\n\nChecking your browser before you continue. Enable JavaScript and cookies.\n"
    happened = await life.lives(3 * HOUR)
    assert set(happened) <= {EventKind.HELD, EventKind.FAILED}
    assert happened
    life.site.text = policy_text()
    assert not {EventKind.POST, EventKind.WITHDRAWN} & set(await life.lives(72 * HOUR))
    assert life.pinned == 0


async def test_a_policy_that_cannot_be_read_is_told_once_and_once_more_when_it_recovers(life: Life) -> None:
    await life.lives(HOUR)
    life.site.blocks_the_bot()
    assert await life.lives(24 * HOUR) == [EventKind.FAILED]
    life.site.is_well()
    assert await life.lives(24 * HOUR) == [EventKind.RECOVERED]


async def test_a_selector_that_is_no_css_costs_its_own_policy_and_says_so(life: Life) -> None:
    life.site.content_type = "text/html"
    life.site.text = "<p>" + policy_text() + "</p>"
    life.store.add_policy(replace(ACME, select=("main[",)))
    assert await life.lives(3 * HOUR) == [EventKind.FAILED]
    (health,) = life.store.health()
    assert health.failing == "settings of the policy"
    assert "is not a CSS selector" in health.failing_message


async def test_a_bug_in_one_check_shows_itself_and_stops_no_other_policy(life: Life) -> None:
    other = replace(ACME, id="bolt/terms", url="https://bolt.example/terms")
    life.store.add_policy(other)
    real = life.site.fetch

    async def fetch(policy: Policy, validators: Validators | None = None) -> Snapshot | None:
        if policy.id == ACME.id:
            raise ZeroDivisionError("a bug")
        return await real(policy, validators)

    life.site.fetch = fetch  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        await life.round()
    assert life.store.reading(other.id).current is not None
    assert life.store.recall(CYCLE_ENDED) == "", "readiness sees that no cycle comes to its end"


async def test_a_page_without_policy_text_is_no_baseline(life: Life) -> None:
    life.site.text = "# Sign in\n\nEnter your email and password to go on.\n"
    assert await life.lives(HOUR) == [EventKind.FAILED]
    assert life.store.reading(ACME.id).current is None
    life.site.text = policy_text()
    assert EventKind.BASELINE in await life.lives(24 * HOUR)


async def test_nothing_is_told_by_an_upgrade_of_our_own_extractor(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    await life.lives(HOUR)
    monkeypatch.setattr("bot.steps.read.EXTRACTOR", 999)
    assert await life.lives(72 * HOUR) == []


async def test_what_the_stored_page_does_not_hold_is_parked_and_never_sent(life: Life) -> None:
    await life.lives(HOUR)
    current = life.store.reading(ACME.id).current
    assert current is not None
    lie = Change(Verdict.POST, ("new sentence",), quotes=(Quote(SALE, EditKind.ADDED),))
    told = story(ACME, StoryKind.POST, lie, NOON, NOON, current.snapshot_sha256)
    life.store.tell(told, life.pipeline.clerk.owe(told), {})
    await life.pipeline.publish_due()
    assert life.pinned == 0
    assert {delivery.state for delivery in life.store.deliveries()} == {DeliveryState.PARKED}


async def test_a_dead_wall_does_not_hold_back_the_bots_own_page(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    life.wall.mood = ["revoke"]
    await life.lives(48 * HOUR)
    assert life.pinned == 0
    states = {delivery.publisher: delivery.state for delivery in life.store.deliveries()}
    assert states == {"local": DeliveryState.SENT, "wall": DeliveryState.OWED}


async def test_a_full_cycle_leaves_its_mark(life: Life) -> None:
    await life.round()
    assert life.store.recall(CYCLE_ENDED) == NOON.isoformat()


async def test_a_bot_that_is_asked_to_stop_begins_nothing_new(life: Life) -> None:
    life.pipeline.stopping = True
    await life.round()
    assert life.site.asked == []
    assert life.store.recall(CYCLE_ENDED) == ""


async def test_a_retracted_story_is_corrected_in_its_thread(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.lives(48 * HOUR)
    (told,) = life.store.told(ACME.id)
    life.pipeline.retract(told.story.id, "The sentence stood in another document.")
    await life.pipeline.publish_due()
    assert life.pinned == 2
    assert life.wall.pinned[1][1] == life.wall.pinned[0][0]
    assert life.store.story(told.story.id).retracted == "The sentence stood in another document."
