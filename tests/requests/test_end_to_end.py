"""A mention comes in, an answer goes out, the page changes, the person is told, says stop, and hears nothing more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import StoryClock
from bot.errors import PlatformError, PlatformFailure
from bot.model import Event, EventKind, Mention, Part, Receipt
from bot.pipeline import Pipeline
from bot.requests.answer import Desk
from bot.requests.limits import Limits, Mode
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.trusted import Trusted
from tests.fakes.site import SALE, TRAINING, Site, policy_text
from tests.requests.talk import ACME, NOON, Web
from tests.steps.test_send import Wall

HOUR = timedelta(hours=1)


@dataclass
class Square(Wall):
    """A wall in a public square: people write on it, too."""

    mentioned: list[Mention] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    #: Posts of people that are no longer there.
    deleted: set[str] = field(default_factory=set)
    #: It cannot be read, once.
    deaf: bool = False

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        receipt = await super().publish(part, parent, root)
        if parent is not None:
            self.answers.append((parent.id, part.payload.decode()))
        return receipt

    async def mentions(self, cursor: str) -> tuple[Sequence[Mention], str]:
        if self.deaf:
            self.deaf = False
            raise PlatformError(PlatformFailure.TRY_AGAIN, "the square is closed")
        return self.mentioned[int(cursor or 0) :], str(len(self.mentioned))

    async def gone(self, posts: Collection[str]) -> Collection[str]:
        return [post for post in posts if post in self.deleted]


class Town:
    """A bot, a site, a square with people, and time."""

    def __init__(self) -> None:
        self.clock = StoryClock(NOON)
        self.site = Site(self.clock)
        self.square = Square()
        self.store = open_store("sqlite://")
        self.events: list[Event] = []
        self.start()

    def start(self) -> None:
        """The process starts, or starts again."""
        desk = Desk(self.store, Web({ACME.url: (ACME,)}), Limits(Mode.OPEN), {"wall": "smallprint"})
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.site,
            extractor=Trusted(),
            publishers={"wall": self.square},
            clock=self.clock,
            habits=Habits(jitter=0, live=frozenset({"wall"})),
            report=self.events.append,
            desk=desk,
        )

    def write(self, text: str, who: str = "carol") -> str:
        """Somebody writes to the bot; the post's id."""
        name = f"{who}-{len(self.square.mentioned)}"
        self.square.mentioned.append(
            Mention("wall", name, f"https://wall.example/{name}", who, who, f"@smallprint {text}", self.clock.now())
        )
        return name

    async def lives(self, span: timedelta) -> list[tuple[str, str]]:
        """Live for a while; what was answered to whom meanwhile."""
        end, before = self.clock.now() + span, len(self.square.answers)
        while True:
            await self.pipeline.answer_mentions()
            await self.pipeline.check_due()
            await self.pipeline.publish_due()
            due = self.store.next_due()
            if due is None or due > end:
                break
            self.clock.move_to(due)
        self.clock.move_to(end)
        return self.square.answers[before:]


async def test_from_the_request_to_the_stop() -> None:
    town = Town()
    asked = town.write(f"watch {ACME.url}")
    assert await town.lives(HOUR) == [
        (
            asked,
            "@carol I watch the Acme Privacy Policy: 2,345 words in English. I will tell you when it changes.",
        )
    ]
    town.site.text = policy_text(TRAINING)
    ((under, told),) = await town.lives(48 * HOUR)
    assert under == asked
    assert told.startswith("@carol The Acme Privacy Policy has changed: ")
    assert len(town.square.pinned) == 3, "the answer, the news, and the word to who asked"
    town.write("stop")
    town.site.text = policy_text(TRAINING, SALE)
    town.write("list")
    assert await town.lives(72 * HOUR) == []
    assert town.store.policies() == []


async def test_a_square_that_cannot_be_read_is_said_so_and_read_later() -> None:
    town = Town()
    town.square.deaf = True
    town.write("help")
    await town.pipeline.answer_mentions()
    assert [(event.kind, event.reasons) for event in town.events] == [(EventKind.NOT_SENT, ("the square is closed",))]
    assert len(await town.lives(HOUR)) == 1


async def test_a_restart_with_an_old_cursor_answers_nothing_again() -> None:
    town = Town()
    town.write(f"watch {ACME.url}")
    town.write("help", "dave")
    assert len(await town.lives(HOUR)) == 2
    town.store.settle_mentions("wall", "")
    town.start()
    assert await town.lives(HOUR) == []


async def test_a_preview_answers_nobody() -> None:
    town = Town()
    town.pipeline.live = []
    town.write("help")
    assert await town.lives(HOUR) == []
    assert town.store.deliveries() == []


async def test_a_stop_further_down_the_inbox_is_heeded_before_anything_is_answered() -> None:
    """After an older database was put back, the inbox begins with what was answered long ago."""
    town = Town()
    town.write(f"watch {ACME.url}")
    town.write("help", "dave")
    town.write("stop")
    assert [under for under, _ in await town.lives(HOUR)] == ["dave-1"]
    assert town.store.policies() == []


async def test_while_requests_are_off_nobody_is_heard_or_told_but_what_is_deleted_is_forgotten() -> None:
    town = Town()
    asked = town.write(f"watch {ACME.url}")
    await town.lives(HOUR)
    assert town.pipeline.desk is not None
    town.pipeline.desk.limits = Limits(Mode.OFF)
    town.write("help", "dave")
    town.site.text = policy_text(TRAINING)
    assert await town.lives(48 * HOUR) == []
    town.square.deleted = {asked}
    for _ in range(2):
        town.clock.move_to(town.clock.now() + 2 * HOUR)
        await town.pipeline.forget()
    assert town.store.watches() == []
