"""claim -> send -> settle: once on each platform, whatever fails in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import StoryClock
from bot.errors import PlatformError, PlatformFailure
from bot.model import Delivery, DeliveryState, Event, EventKind, Part, Post, Receipt
from bot.ports import OwnPost
from bot.steps import reconcile
from bot.steps.habits import Habits
from bot.steps.reconcile import FOUND_AGAIN, Memory
from bot.steps.send import ATTEMPTS, BETWEEN_READS, LEASE, LONGEST_REST, LONGEST_WAIT, Courier, after_failure
from bot.store import SqlStore, open_store

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


@dataclass
class Wall:
    """A platform on which parts are pinned; it can lose, apply and fail, limit, revoke and lag."""

    id: str = "wall"
    limit: int = 500
    threads: bool = True
    wants_link: bool = False
    pinned: list[tuple[str, str]] = field(default_factory=list)
    #: What happens to the next parts: "lose", "apply and fail", "limit", "revoke", "reject".
    mood: list[str] = field(default_factory=list)
    #: How many look-ups still miss what is there.
    lag: int = 0
    lookups: int = 0

    def length(self, text: str) -> int:
        return len(text)

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        return [Part(f"{post.key}/{i}", i, words.encode()) for i, words in enumerate(post.parts)]

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        mood = self.mood.pop(0) if self.mood else "fine"
        if mood == "lose":
            raise PlatformError(PlatformFailure.UNKNOWN, "no answer")
        if mood == "limit":
            raise PlatformError(PlatformFailure.TRY_AGAIN, "too many", retry_at=NOON + timedelta(minutes=15))
        if mood == "revoke":
            raise PlatformError(PlatformFailure.PAUSED, "the key was revoked; make a new one")
        if mood == "reject":
            raise PlatformError(PlatformFailure.REJECTED, "too long")
        self.pinned.append((part.key, parent.id if parent else ""))
        if mood == "apply and fail":
            raise PlatformError(PlatformFailure.UNKNOWN, "connection lost")
        if mood == "apply and die":
            raise KeyboardInterrupt
        return self._receipt(part)

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        self.lookups += 1
        if self.lag:
            self.lag -= 1
            return None
        return self._receipt(part) if part.key in [key for key, _ in self.pinned] else None

    async def check(self) -> str:
        return "a wall"

    async def aclose(self) -> None:
        pass

    async def own_posts(self, since: datetime) -> Sequence[OwnPost]:
        self.lookups += 1
        return [OwnPost(Receipt(key, ""), key.partition("/")[0], NOON) for key, _ in self.pinned]

    def words(self, part: Part) -> str:
        return part.key.partition("/")[0]

    def _receipt(self, part: Part) -> Receipt:
        return Receipt(part.key, f"https://wall.example/{part.key}")


@dataclass
class Kiosk(Wall):
    """A wall on which each part costs what it says ("20 cents")."""

    budget: int | None = 1_000_000

    def price(self, part: Part) -> int:
        return int(part.payload.split()[0]) * 10_000


class Errand:
    """A store with something owed, a wall, and the courier between them."""

    def __init__(self, *parts: str, per_hour: int = 6, wall: Wall | None = None) -> None:
        self.wall = wall or Wall()
        self.clock = StoryClock(NOON)
        self.store: SqlStore = open_store("sqlite://")
        self.events: list[Event] = []
        self.habits = Habits(per_hour=per_hour)
        self.memory: Memory | None = None
        self.owe("story", *parts)

    def owe(self, key: str, *parts: str) -> None:
        frozen = self.wall.prepare(Post(key, parts), NOON)
        before = ["", *(part.key for part in frozen)]
        self.store.owe(
            [
                Delivery("wall", part, key, after=after, owed_at=self.clock.now())
                for part, after in zip(frozen, before, strict=False)
            ]
        )

    async def prove(self, delivery: Delivery) -> None:
        """Nothing stands in the way, unless a test says so."""
        if delivery.part.payload == b"a lie":
            raise PlatformError(PlatformFailure.REJECTED, "the stored page does not hold what it says")

    async def send_all(self) -> None:
        courier = Courier(
            self.wall, self.store, self.habits, self.clock, "me", self.events.append, self.prove, self.memory
        )
        while await courier.send_next():
            pass

    async def send_all_after(self, wait: timedelta) -> None:
        self.clock.move_to(self.clock.now() + wait)
        await self.send_all()

    @property
    def states(self) -> list[DeliveryState]:
        return [delivery.state for delivery in self.store.deliveries()]


async def test_a_thread_is_pinned_in_order_each_part_under_the_one_before() -> None:
    errand = Errand("one", "two", "three")
    await errand.send_all()
    assert errand.wall.pinned == [("story/0", ""), ("story/1", "story/0"), ("story/2", "story/1")]
    assert errand.states == [DeliveryState.SENT] * 3


async def test_what_is_sent_is_never_sent_again() -> None:
    errand = Errand("one")
    await errand.send_all()
    await errand.send_all_after(timedelta(days=1))
    assert len(errand.wall.pinned) == 1


async def test_a_post_that_was_applied_before_the_connection_broke_is_found_not_repeated() -> None:
    errand = Errand("one")
    errand.wall.mood = ["apply and fail"]
    await errand.send_all()
    assert errand.states == [DeliveryState.UNKNOWN]
    await errand.send_all_after(LONGEST_WAIT)
    assert errand.states == [DeliveryState.SENT]
    assert len(errand.wall.pinned) == 1


async def test_a_lagging_timeline_does_not_lead_to_a_second_post() -> None:
    errand = Errand("one")
    errand.wall.mood, errand.wall.lag = ["apply and fail"], 1
    await errand.send_all()
    await errand.send_all_after(LONGEST_WAIT)
    assert errand.states == [DeliveryState.UNKNOWN], "one empty read proves nothing"
    await errand.send_all_after(BETWEEN_READS)
    assert len(errand.wall.pinned) == 1
    assert errand.states == [DeliveryState.SENT]


async def test_a_lost_post_is_sent_again_after_two_empty_reads_a_minute_apart() -> None:
    errand = Errand("one")
    errand.wall.mood = ["lose"]
    await errand.send_all()
    await errand.send_all_after(LONGEST_WAIT)
    await errand.send_all_after(BETWEEN_READS - timedelta(seconds=1))
    assert errand.wall.pinned == []
    assert errand.wall.lookups == 1
    await errand.send_all_after(timedelta(seconds=1))
    assert errand.wall.lookups == 2
    assert errand.states == [DeliveryState.SENT]


async def test_a_process_that_dies_after_sending_finds_its_post_when_it_is_back() -> None:
    errand = Errand("one")
    errand.wall.mood = ["apply and die"]
    with pytest.raises(KeyboardInterrupt):
        await errand.send_all()
    await errand.send_all()
    assert len(errand.wall.pinned) == 1, "the claim of the dead process still stands"
    await errand.send_all_after(LEASE)
    assert errand.states == [DeliveryState.SENT]
    assert len(errand.wall.pinned) == 1


async def test_a_rate_limit_waits_for_the_platforms_own_time() -> None:
    errand = Errand("one")
    errand.wall.mood = ["limit"]
    await errand.send_all()
    await errand.send_all_after(timedelta(minutes=14))
    assert errand.wall.pinned == []
    await errand.send_all_after(timedelta(minutes=1))
    assert len(errand.wall.pinned) == 1


async def test_a_revoked_key_pauses_the_platform_and_says_so_once() -> None:
    errand = Errand("one")
    errand.owe("other", "two")
    errand.wall.mood = ["revoke"]
    await errand.send_all()
    assert errand.store.paused_platforms() == {"wall": "the key was revoked; make a new one"}
    await errand.send_all_after(timedelta(days=1))
    assert [event.kind for event in errand.events] == [EventKind.NOT_SENT]
    errand.store.resume_platform("wall")
    await errand.send_all()
    assert errand.states == [DeliveryState.SENT] * 2


async def test_a_rejected_part_is_parked_and_the_next_story_goes_on() -> None:
    errand = Errand("one", "two")
    errand.owe("other", "three")
    errand.wall.mood = ["reject"]
    await errand.send_all()
    assert errand.states == [DeliveryState.PARKED, DeliveryState.OWED, DeliveryState.SENT]


async def test_a_busy_day_is_no_flood_but_a_thread_once_begun_is_ended() -> None:
    errand = Errand("one", "two", per_hour=1)
    errand.owe("other", "three")
    await errand.send_all()
    assert [key for key, _ in errand.wall.pinned] == ["story/0", "story/1"]
    await errand.send_all_after(timedelta(hours=1))
    assert [key for key, _ in errand.wall.pinned][2:] == ["other/0"]


def test_what_stays_unknown_is_parked_for_the_operator() -> None:
    delivery = Delivery("wall", Part("k", 0, b""), "s", state=DeliveryState.UNKNOWN, attempts=ATTEMPTS - 1)
    error = PlatformError(PlatformFailure.UNKNOWN, "no answer")
    assert after_failure(delivery, error, NOON).state is DeliveryState.PARKED


def test_a_failed_read_back_never_makes_an_unknown_part_sendable() -> None:
    delivery = Delivery("wall", Part("k", 0, b""), "s", state=DeliveryState.UNKNOWN)
    error = PlatformError(PlatformFailure.TRY_AGAIN, "too many reads")
    assert after_failure(delivery, error, NOON).state is DeliveryState.UNKNOWN


async def test_what_is_no_longer_proved_is_parked_and_the_others_go_on() -> None:
    errand = Errand("a lie")
    errand.owe("other", "true")
    await errand.send_all()
    assert [key for key, _ in errand.wall.pinned] == ["other/0"]
    assert errand.states == [DeliveryState.PARKED, DeliveryState.SENT]


async def test_what_was_sent_before_its_proof_was_lost_is_found_and_not_parked() -> None:
    errand = Errand("one")
    errand.wall.mood = ["apply and fail"]
    await errand.send_all()

    async def lost(delivery: Delivery) -> None:
        raise PlatformError(PlatformFailure.REJECTED, "its page cannot be read again")

    errand.prove = lost  # type: ignore[method-assign]
    await errand.send_all_after(timedelta(minutes=10))
    assert errand.states == [DeliveryState.SENT]


# ---- a platform that asks for a pause, and a backlog ----------------------------------------------------------------


async def test_a_rate_limit_holds_the_whole_platform_and_not_only_the_part_that_met_it() -> None:
    errand = Errand("one")
    errand.owe("other", "two")
    errand.wall.mood = ["limit"]
    await errand.send_all()
    await errand.send_all_after(timedelta(minutes=14))
    assert errand.wall.pinned == []
    await errand.send_all_after(timedelta(minutes=1))
    assert len(errand.wall.pinned) == 2


async def test_a_reset_time_in_a_year_is_not_believed() -> None:
    delivery = Delivery("wall", Part("k", 0, b""), "s")
    error = PlatformError(PlatformFailure.TRY_AGAIN, "too many", retry_at=NOON + timedelta(days=365))
    assert after_failure(delivery, error, NOON).next_attempt_at == NOON + LONGEST_REST


async def test_after_an_outage_three_stories_an_hour_are_told() -> None:
    errand = Errand("one")
    for number in range(7):
        errand.owe(f"other {number}", "two")
    await errand.send_all_after(timedelta(hours=20))
    assert len(errand.wall.pinned) == 3
    await errand.send_all_after(timedelta(minutes=59))
    assert len(errand.wall.pinned) == 3
    await errand.send_all_after(timedelta(minutes=1))
    assert len(errand.wall.pinned) == 6


async def test_what_may_have_been_sent_counts_as_begun() -> None:
    errand = Errand("one", per_hour=1)
    errand.owe("other", "two")
    errand.wall.mood = ["apply and fail"]
    await errand.send_all()
    await errand.send_all_after(timedelta(seconds=30))
    assert [key for key, _ in errand.wall.pinned] == ["story/0"]


async def test_what_is_parked_is_told_to_the_operator() -> None:
    errand = Errand("one")
    errand.wall.mood = ["reject"]
    await errand.send_all()
    (event,) = errand.events
    assert event.reasons == ("too long", "parked: see `smallprint outbox list`")


# ---- money ----------------------------------------------------------------------------------------------------------


async def test_what_does_not_fit_the_budget_waits_and_says_so_once() -> None:
    errand = Errand("60 cents", wall=Kiosk())
    errand.owe("other", "60 cents")
    errand.owe("third", "30 cents")
    await errand.send_all()
    assert [key for key, _ in errand.wall.pinned] == ["story/0", "third/0"], "what is cheaper goes on"
    await errand.send_all_after(timedelta(hours=5))
    (waiting,) = [event for event in errand.events if event.kind is EventKind.NOT_SENT]
    assert "would cost $0.60" in waiting.reasons[0]
    assert "of this month's $1.00 for wall $0.60 are spent" in waiting.reasons[0]


async def test_in_another_month_there_is_money_again() -> None:
    errand = Errand("60 cents", wall=Kiosk())
    errand.owe("other", "60 cents")
    await errand.send_all()
    await errand.send_all_after(timedelta(days=30))
    assert len(errand.wall.pinned) == 2


async def test_a_thread_is_begun_only_when_all_of_it_can_be_paid_and_then_is_ended() -> None:
    errand = Errand("40 cents", "40 cents", "40 cents", wall=Kiosk())
    errand.owe("other", "30 cents", "30 cents")
    errand.owe("third", "50 cents")
    await errand.send_all()
    assert [key for key, _ in errand.wall.pinned] == ["other/0", "other/1"]


async def test_what_may_have_been_sent_is_spent_also_when_it_is_sent_again() -> None:
    errand = Errand("40 cents", wall=Kiosk())
    errand.wall.mood = ["lose"]
    await errand.send_all()
    assert errand.store.spent("wall", NOON) == 400_000
    await errand.send_all_after(LONGEST_WAIT)
    await errand.send_all_after(BETWEEN_READS)
    assert errand.states == [DeliveryState.SENT]
    assert errand.store.spent("wall", NOON) == 800_000


async def test_what_is_found_is_not_paid_twice() -> None:
    errand = Errand("40 cents", wall=Kiosk())
    errand.wall.mood = ["apply and fail"]
    await errand.send_all()
    await errand.send_all_after(LONGEST_WAIT)
    assert errand.states == [DeliveryState.SENT]
    assert errand.store.spent("wall", NOON) == 400_000


# ---- an older database ----------------------------------------------------------------------------------------------


async def test_what_a_lost_bot_has_posted_is_recognised_and_not_posted_again() -> None:
    errand = Errand("one")
    errand.wall.pinned = [("story/of the lost bot", "")]
    errand.memory = Memory(errand.wall, errand.store, errand.clock)
    reconcile.begin(errand.store, NOON)
    await errand.send_all()
    assert errand.states == [DeliveryState.SENT]
    assert len(errand.wall.pinned) == 1


async def test_after_a_restore_what_is_not_there_is_sent_when_it_was_not_there_twice() -> None:
    errand = Errand("one")
    errand.memory = Memory(errand.wall, errand.store, errand.clock)
    reconcile.begin(errand.store, NOON)
    await errand.send_all()
    assert errand.wall.pinned == []
    await errand.send_all_after(BETWEEN_READS)
    assert [key for key, _ in errand.wall.pinned] == ["story/0"]
    errand.owe("other", "two")
    await errand.send_all_after(FOUND_AGAIN)
    assert len(errand.wall.pinned) == 2, "and one day the lost time is over"
