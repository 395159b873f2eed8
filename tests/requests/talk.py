"""People, a desk and a web of policies: who says what, and what they hear."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import StoryClock
from bot.errors import FetchError, FetchFailure
from bot.model import Delivery, Mention, Policy, Source, Story
from bot.platforms import build
from bot.ports import PlatformSetup, Publisher
from bot.requests.answer import Desk, Reply
from bot.requests.limits import Limits, Mode
from bot.steps.habits import Habits
from bot.steps.owe import Clerk
from bot.store import SqlStore, open_store
from bot.write.replies import answer_words

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PAGES = "https://smallprint.example"
HANDLES = {"bluesky": "smallprint.example", "mastodon": "smallprint@social.example", "x": "smallprint"}


@dataclass(frozen=True)
class Page:
    """A page that reads like a policy."""

    url: str
    service: str
    document: str
    title: str = ""
    language: str = "en"
    words: int = 2345
    personal: bool = False

    def policy(self, source: Source) -> Policy:
        slug = f"{self.service}/{self.document}".lower().replace(" ", "-")
        return Policy(slug, self.service, self.document, self.url, language=self.language, source=source)


ACME = Page("https://acme.example/privacy", "Acme", "Privacy Policy", "Acme Privacy Policy")
TERMS = Page("https://acme.example/terms", "Acme", "Terms of Service", "Terms")
GADGETS = Page("https://www.gadgets.example/legal/privacy", "Gadgets", "Privacy Policy", "How we use what we know")


@dataclass
class Found:
    candidates: Sequence[Page]


@dataclass
class Web:
    """A Find: what is at an address, a domain or under a name. Everything else is unreachable."""

    there: dict[str, FetchError | tuple[Page, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, target: str) -> Found:
        self.asked.append(target)
        answer = self.there.get(target, FetchError(FetchFailure.UNREACHABLE, "nobody answers"))
        if isinstance(answer, FetchError):
            raise answer
        return Found(answer)


class Talk:
    """A desk with people in front of it. It is open unless a test says otherwise."""

    def __init__(self, mode: Mode = Mode.OPEN, **limits: object) -> None:
        self.clock = StoryClock(NOON)
        self.store: SqlStore = open_store("sqlite://")
        self.web = Web({page.url: (page,) for page in (ACME, TERMS, GADGETS)})
        self.web.there["acme.example"] = (ACME, TERMS)
        self.publishers = {name: publisher(name) for name in HANDLES}
        habits = Habits(live=frozenset(HANDLES), public_url=PAGES)
        self.clerk = Clerk(self.store, self.publishers, habits, self.clock)
        self.desk = self.new_desk(mode, **limits)
        self._mentions = 0

    def new_desk(self, mode: Mode = Mode.OPEN, **limits: object) -> Desk:
        """What a restart makes of the same store."""
        return Desk(self.store, self.web, Limits(mode, **limits), HANDLES, lambda story: self.clerk.link(story), PAGES)  # type: ignore[arg-type]

    def mention(self, text: str, who: str = "carol", *, on: str = "bluesky", **facts: object) -> Mention:
        """A new post that names the bot."""
        self._mentions += 1
        known = {
            "platform": on,
            "id": f"{on}/{who}/{self._mentions}",
            "url": f"https://{on}.example/{who}/{self._mentions}",
            "author_id": f"id of {who}",
            "author": who,
            "text": f"@{HANDLES[on]} {text}",
            "at": self.clock.now(),
        }
        return Mention(**(known | facts))  # type: ignore[arg-type]

    async def hears(self, mention: Mention) -> str | None:
        """As the pipeline does it: what the desk answers is owed. The words, without who is addressed."""
        reply = await self.desk.reply(mention, self.clock.now())
        if reply is None:
            return None
        self.store.owe(self.clerk.owe_reply(reply))
        return words(reply)

    async def says(self, text: str, who: str = "carol", *, on: str = "bluesky", **facts: object) -> str | None:
        """Somebody writes; what they hear, or None for silence."""
        return await self.hears(self.mention(text, who, on=on, **facts))

    def changes(self, story: Story) -> list[tuple[str, str]]:
        """The policy of a story changes: who is told what, where it is not owed already."""
        before = {delivery.part.key for delivery in self.owed}
        told = []
        for reply in self.desk.tell(story):
            owed = self.clerk.owe_reply(reply)
            self.store.owe(owed)
            if not before & {delivery.part.key for delivery in owed}:
                told.append((reply.mention.author, words(reply)))
        return told

    @property
    def owed(self) -> Sequence[Delivery]:
        return self.store.deliveries()

    @property
    def watched(self) -> dict[str, bool]:
        """Policies that are watched, and whether they are read."""
        return {policy.id: not policy.paused for policy in self.store.policies()}


class Restored(Talk):
    """A desk whose database is a file, of which there is a backup that can be put back."""

    def __init__(self, folder: Path, **limits: object) -> None:
        super().__init__(**limits)  # type: ignore[arg-type]
        self.limits = limits
        self.file = folder / "smallprint.db"
        self.backup = folder / "older.db"
        self.open()

    def open(self) -> None:
        self.store.close()
        self.store = open_store(f"sqlite:///{self.file}")
        with self.store._database._engine.execution_options(begin="").connect() as connection:
            connection.exec_driver_sql("PRAGMA synchronous = OFF")  # no power fails here, and a disk is slow
        self.clerk.outbox = self.store
        self.desk = self.new_desk(**self.limits)  # type: ignore[arg-type]

    def back_up(self) -> None:
        self.store.tidy()
        shutil.copy(self.file, self.backup)

    def put_back(self) -> None:
        self.store.close()
        for left in self.file.parent.glob(f"{self.file.name}-*"):
            left.unlink()
        shutil.copy(self.backup, self.file)
        self.open()


def publisher(name: str) -> Publisher:
    return build(name, PlatformSetup(options={}, secret=lambda name: ""))


def words(reply: Reply) -> str:
    return answer_words(reply.answer, "", lambda words: False)
