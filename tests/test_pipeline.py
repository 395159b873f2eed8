"""The bot's life with one policy, from the first read to the thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import StoryClock
from bot.errors import FetchError, FetchFailure, NotAsked
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
from bot.watch.trusted import Trusted
from tests.fakes.site import SALE, TRAINING, Site, policy_text
from tests.steps.test_send import Wall

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy", source=Source.OPERATOR)
HOUR = timedelta(hours=1)
QUIET = {EventKind.UNCHANGED, EventKind.STILL_FAILING, EventKind.NOT_ASKED}


class Life:
    """A bot, a site, a wall to post on, and time."""

    def __init__(self, *, second: bool = False) -> None:
        self.clock = StoryClock(NOON)
        self.site = Site(self.clock)
        #: The same page as another route shows it, where there is one.
        self.elsewhere = Site(self.clock)
        self.wall = Wall()
        self.events: list[Event] = []
        self.store = open_store("sqlite://")
        self.store.add_policy(ACME)
        setup = PlatformSetup(options={}, secret=lambda name: "")
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.site,
            extractor=Trusted(),
            second=self.elsewhere if second else None,
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
        return [event.kind for event in self.events[before:] if event.kind not in QUIET]

    def events_of(self, kind: EventKind) -> list[Event]:
        return [event for event in self.events if event.kind is kind]

    @property
    def pinned(self) -> int:
        return len(self.wall.pinned)


@pytest.fixture
def life() -> Iterator[Life]:
    life = Life()
    yield life
    life.store.close()


@pytest.fixture
def doubled() -> Iterator[Life]:
    """A bot with a second route to every page."""
    life = Life(second=True)
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


# ---- what cannot be read, and what comes after --------------------------------------------------------------------


def the_post(life: Life) -> Event:
    (told,) = [event for event in life.events if event.kind is EventKind.POST]
    return told


async def test_a_policy_that_recovers_is_caught_up_and_its_change_told_once_with_both_dates(life: Life) -> None:
    await life.lives(HOUR)
    life.site.blocks_the_bot()
    await life.lives(7 * 24 * HOUR)
    life.site.text = policy_text(SALE)
    await life.lives(24 * HOUR)
    life.site.text = policy_text(SALE, TRAINING)
    await life.lives(6 * 24 * HOUR)
    life.site.is_well()
    happened = [kind for kind in await life.lives(5 * 24 * HOUR) if kind is not EventKind.SENT]
    assert happened == [EventKind.RECOVERED, EventKind.SEEN, EventKind.POST]
    told = the_post(life)
    assert told.story is not None
    assert told.story.not_before == NOON + HOUR
    assert told.story.found_at - told.story.not_before > timedelta(days=14)
    assert f"Changed between 3 and {told.story.found_at.day} March 2026." in told.posts["wall"][0]
    assert {quote.text for quote in told.story.change.quotes} == {SALE, TRAINING}


async def test_a_policy_behind_a_wall_that_answers_was_not_read_either(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = "# Just a moment...\n\nChecking your browser before you continue. Enable JavaScript and cookies.\n"
    await life.lives(14 * 24 * HOUR)
    (health,) = life.store.health()
    assert health.last_read_at == NOON + HOUR
    life.site.text = policy_text(TRAINING)
    await life.lives(3 * 24 * HOUR)
    told = the_post(life).story
    assert told is not None
    assert told.gap is not None
    assert told.gap[0] == NOON.date()


async def test_of_news_between_two_usual_looks_only_the_day_is_told(life: Life) -> None:
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.lives(48 * HOUR)
    told = the_post(life)
    assert told.story is not None
    assert (told.story.not_before, told.story.gap) == (NOON + HOUR, None)
    assert "Changed between" not in told.posts["wall"][0]


async def test_equal_failures_are_told_aloud_once_and_quietly_each_time(life: Life) -> None:
    await life.lives(HOUR)
    life.site.blocks_the_bot()
    before = len(life.events)
    await life.lives(24 * HOUR)
    kinds = [event.kind for event in life.events[before:] if event.kind is not EventKind.UNCHANGED]
    assert kinds == [EventKind.FAILED, *[EventKind.STILL_FAILING] * 4], "after 1, 2, 4, 8 hours"


async def test_a_policy_of_a_host_that_is_left_alone_waits_with_it_and_is_no_attempt(life: Life) -> None:
    await life.lives(HOUR)
    rest_until = NOON + 5 * HOUR
    life.site.trouble = NotAsked(FetchFailure.UNREACHABLE, "The host is left alone.", retry_at=rest_until)
    assert await life.lives(HOUR) == []
    (health,) = life.store.health()
    assert (health.failing, health.failures, health.next_check_at) == ("unreachable", 0, rest_until)
    assert health.last_checked_at == NOON + HOUR
    assert life.events[-1].kind is EventKind.NOT_ASKED
    life.site.is_well()
    assert await life.lives(4 * HOUR) == [EventKind.RECOVERED]


async def test_what_a_policy_fails_with_by_itself_is_not_forgotten_while_its_host_rests(life: Life) -> None:
    life.site.trouble = FetchError(FetchFailure.GONE, "The page is gone.")
    await life.lives(HOUR / 2)
    life.site.trouble = NotAsked(FetchFailure.UNREACHABLE, "The host is left alone.", retry_at=NOON + 5 * HOUR)
    await life.lives(HOUR)
    (health,) = life.store.health()
    assert (health.failing, health.failing_message, health.failures) == ("gone", "The page is gone.", 1)


async def test_where_a_policy_moved_to_is_remembered_also_when_nothing_else_is_new(life: Life) -> None:
    await life.lives(HOUR)
    life.site.moved_to, life.site.nonce = "https://acme.example/legal", "a"
    assert await life.lives(3 * HOUR) == []
    assert life.store.health()[0].moved_to == "https://acme.example/legal"
    life.site.moved_to, life.site.nonce = "", "b"
    await life.lives(HOUR)
    assert life.store.health()[0].moved_to == ""


# ---- a second look, and a second route ------------------------------------------------------------------------------


PARTNERS = [
    f"We also receive data from partner number {n}, who sells shoes in the city of Westport." for n in range(20)
]


async def shrinks(life: Life) -> None:
    """Of a long policy more than a third is gone, and something else is new."""
    life.site.text = life.elsewhere.text = policy_text(*PARTNERS)
    await life.lives(HOUR)
    life.site.text = shrunk()


def shrunk() -> str:
    return policy_text(TRAINING).replace("1 March 2026", "3 March 2026")


async def test_a_page_that_lost_a_third_is_believed_after_a_day_and_not_after_half_an_hour(life: Life) -> None:
    await shrinks(life)
    assert await life.lives(24 * HOUR) == [EventKind.SEEN]
    assert "the page lost more than a third of its text" in life.events_of(EventKind.SEEN)[0].reasons
    assert EventKind.POST in await life.lives(2 * HOUR)


async def test_one_new_text_in_the_place_of_several_policies_is_believed_late(life: Life) -> None:
    terms = replace(ACME, id="acme/terms", document="Terms", url="https://acme.example/terms")
    life.site.text = policy_text(SALE)
    life.store.add_policy(terms)
    await life.pipeline.check(terms)
    life.site.text = policy_text()
    await life.pipeline.check(ACME)
    life.site.text = policy_text(TRAINING)
    assert await life.lives(24 * HOUR) == [EventKind.SEEN, EventKind.SEEN]
    assert "so do other policies of this site: acme/privacy-policy" in life.events_of(EventKind.SEEN)[1].reasons
    assert (await life.lives(2 * HOUR)).count(EventKind.POST) == 2


async def test_a_second_route_is_asked_for_what_is_doubted_and_for_nothing_else(doubled: Life) -> None:
    await doubled.lives(HOUR)
    doubled.site.text = policy_text(TRAINING)
    assert EventKind.POST in await doubled.lives(48 * HOUR)
    assert doubled.elsewhere.asked == []


async def test_doubted_news_that_a_second_route_shows_too_is_told(doubled: Life) -> None:
    await shrinks(doubled)
    doubled.elsewhere.text = shrunk()
    assert (await doubled.lives(30 * HOUR))[:2] == [EventKind.SEEN, EventKind.POST]
    assert len(doubled.elsewhere.asked) == 1
    told = the_post(doubled).story
    assert told is not None
    assert told.change.reasons[-1] == "a second route shows it too"


async def test_doubted_news_that_a_second_route_does_not_show_is_held_until_it_does(doubled: Life) -> None:
    await shrinks(doubled)
    assert await doubled.lives(10 * 24 * HOUR) == [EventKind.SEEN, EventKind.HELD]
    assert "a second route still shows the old text" in doubled.events_of(EventKind.HELD)[0].reasons
    assert doubled.store.health()[0].disputed_at is not None
    doubled.elsewhere.text = shrunk()
    assert EventKind.POST in await doubled.lives(2 * HOUR)
    assert doubled.store.health()[0].disputed_at is None


async def test_disputed_news_that_goes_away_was_never_told(doubled: Life) -> None:
    await shrinks(doubled)
    await doubled.lives(48 * HOUR)
    doubled.site.text = policy_text(*PARTNERS)
    assert await doubled.lives(48 * HOUR) == [EventKind.VANISHED]
    assert doubled.pinned == 0
    assert doubled.store.health()[0].disputed_at is None


async def test_a_second_route_that_fails_makes_news_late_and_nothing_more(doubled: Life) -> None:
    await shrinks(doubled)
    doubled.elsewhere.blocks_the_bot()
    assert await doubled.lives(48 * HOUR) == [EventKind.SEEN]
    assert EventKind.POST in await doubled.lives(3 * HOUR)


async def test_told_wording_is_not_called_gone_while_a_second_route_shows_it(doubled: Life) -> None:
    await doubled.lives(HOUR)
    doubled.site.text = doubled.elsewhere.text = policy_text(TRAINING)
    await doubled.lives(48 * HOUR)
    doubled.site.text = policy_text()
    assert EventKind.WITHDRAWN not in await doubled.lives(5 * 24 * HOUR)
    doubled.elsewhere.text = policy_text()
    assert EventKind.WITHDRAWN in await doubled.lives(24 * HOUR)


def kept_waiting(life: Life, *slow: Policy) -> tuple[asyncio.Queue[str], dict[str, asyncio.Event]]:
    """Sites that answer only when they are told to: what is asked of any site, and the word that lets each answer."""
    asked: asyncio.Queue[str] = asyncio.Queue()
    may_answer, read_of = {policy.id: asyncio.Event() for policy in slow}, life.site.fetch

    async def fetch(policy: Policy, validators: Validators | None = None) -> Snapshot | None:
        asked.put_nowait(policy.id)
        if policy.id in may_answer:
            await may_answer[policy.id].wait()
        return await read_of(policy, validators)

    life.site.fetch = fetch  # type: ignore[method-assign]
    return asked, may_answer


SLOW = Policy("slow/terms", "Slow", "Terms", "https://slow.example/")
LATE = Policy("late/terms", "Late", "Terms", "https://late.example/")


async def test_a_slow_site_holds_up_only_itself(life: Life) -> None:
    """What falls due while a site keeps the bot waiting is checked beside it, and not after it."""
    life.store.add_policy(SLOW)
    asked, may_answer = kept_waiting(life, SLOW)
    cycle = asyncio.create_task(life.pipeline.check_due())
    async with asyncio.timeout(5):
        assert {await asked.get(), await asked.get()} == {ACME.id, SLOW.id}
        life.store.add_policy(LATE)
        assert await asked.get() == LATE.id
    assert life.store.recall(CYCLE_ENDED) == ""
    may_answer[SLOW.id].set()
    await cycle
    assert life.store.recall(CYCLE_ENDED) != ""


async def test_a_cycle_ends_although_there_is_always_something_at_work(life: Life) -> None:
    """Readiness looks at the end of cycles, so a bot that never runs out of work must not look stuck."""
    life.store.add_policy(SLOW)
    asked, may_answer = kept_waiting(life, SLOW, LATE)
    work = asyncio.create_task(life.pipeline.check_due())
    async with asyncio.timeout(5):
        assert {await asked.get(), await asked.get()} == {ACME.id, SLOW.id}
        life.store.add_policy(LATE)
        assert await asked.get() == LATE.id
        may_answer[SLOW.id].set()
        while not life.store.recall(CYCLE_ENDED):  # noqa: ASYNC110 - the store has no event
            await asyncio.sleep(0)
    assert not work.done()
    may_answer[LATE.id].set()
    await work
