"""A bot's web room with a real store in memory: tell it stories, then look at its pages as a reader does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.clock import StoryClock
from bot.model import (
    Block,
    BlockKind,
    Change,
    Checked,
    Delivery,
    DeliveryState,
    Edit,
    EditKind,
    Part,
    Policy,
    Quote,
    Receipt,
    Rename,
    Snapshot,
    Standing,
    Standpoint,
    Story,
    StoryKind,
    Verdict,
    Version,
)
from bot.pipeline import CYCLE_ENDED
from bot.platforms.local import Local
from bot.ports import PlatformSetup
from bot.store import open_store
from bot.web import Counters, build
from bot.write.templating import environment

#: What posts and pages call a topic; it is theirs to word.
TOPICS: dict[str, str] = environment().get_template("posts/words.j2").module.topic_words  # type: ignore[attr-defined]

NOW = datetime(2026, 3, 14, 10, tzinfo=UTC)
FOUND = datetime(2026, 3, 3, 9, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SHA256 = "9c1f" * 16

CHIRRUP = Policy(
    "chirrup/privacy-policy", "Chirrup", "Privacy Policy", "https://chirrup.example/privacy", language="en"
)
POND = Policy("pondlife/terms-of-service", "Pondlife", "Terms of Service", "https://pondlife.example/terms")

GIVEN = "2.1 Information you give us"
KEPT = "4. How long we keep information"
TRAINING = "We may also use the posts you publish to train our artificial intelligence models, unless you object."
THIRTY = "If you delete your account, we erase your posts within thirty days."
NINETY = "If you delete your account, we erase your posts within ninety days."
PROMISE = "We never sell your address book."

NEW_EDIT = Edit(EditKind.ADDED, GIVEN, None, TRAINING, 1.6, ("ai",), ("new sentence about ai",))
REWORDED_EDIT = Edit(EditKind.REWORDED, KEPT, THIRTY, NINETY, 1.2, ("retention",), ("figure changed",))
GONE_EDIT = Edit(EditKind.REMOVED, "3. Sharing", PROMISE, None, 1.0, ("sale",), ("gone sentence about sale",))

CHANGE = Change(
    Verdict.POST,
    ("new sentence about ai, content-licence in “2.1 Information you give us”", "figure changed: ninety, thirty"),
    (NEW_EDIT, REWORDED_EDIT, GONE_EDIT, Edit(EditKind.MOVED, "7. Contact", "Write to us.", "Write to us.", 0.0)),
    (Rename("Chirrup", "Rookery", 14),),
    date(2026, 4, 9),
    ("ai", "content-licence", "retention"),
    (
        Quote(TRAINING, EditKind.ADDED, GIVEN),
        Quote(NINETY, EditKind.REWORDED, KEPT, THIRTY),
        Quote(PROMISE, EditKind.REMOVED, "3. Sharing"),
    ),
    True,
    False,
)


def added(text: str, *, section: str = GIVEN, topics: tuple[str, ...] = ("ai",), **facts: Any) -> Change:
    """A change of one new sentence."""
    edit = Edit(EditKind.ADDED, section, None, text, 1.5, topics)
    quote = Quote(text, EditKind.ADDED, section)
    return Change(Verdict.POST, ("new sentence",), (edit,), topics=topics, quotes=(quote,), **facts)


def reworded(before: str, after: str, *, section: str = KEPT, **facts: Any) -> Change:
    """A change of one sentence that says something else now."""
    edit = Edit(EditKind.REWORDED, section, before, after, 1.5)
    return Change(
        Verdict.POST, ("reworded",), (edit,), quotes=(Quote(after, EditKind.REWORDED, section, before),), **facts
    )


class House:
    """The room, its clock and its store."""

    def __init__(self, **settings: Any) -> None:
        self.clock = StoryClock(NOW)
        self.store = open_store("sqlite://")
        self.counters = Counters()
        for policy in (CHIRRUP, POND):
            self.store.add_policy(policy)
        setup = PlatformSetup(options={}, secret=lambda name: "")
        self.settings = {
            "store": self.store,
            "clock": self.clock,
            "publishers": {"local": Local(setup)},
            "public_url": "",
            "title": "Smallprint",
            "contact": "https://operator.example/contact",
            "stale_after": HOUR,
            "counters": self.counters,
            "fresh_for": 0,
            **settings,
        }
        self.app = build(**self.settings)
        self.client = self.client_of(self.app)

    @staticmethod
    def client_of(app: Any, *, bugs: bool = True) -> httpx.AsyncClient:
        """Somebody who asks the app; with ``bugs`` a bug in it fails the test."""
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=bugs)
        return httpx.AsyncClient(transport=transport, base_url="http://house.example")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """What a reader gets."""
        return await self.client.get(path, headers=headers)

    async def page(self, path: str) -> LexborHTMLParser:
        """A page that must be there."""
        response = await self.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return LexborHTMLParser(response.text)

    def tell(
        self,
        name: str = "news",
        change: Change = CHANGE,
        *,
        of: Policy = CHIRRUP,
        at: datetime = FOUND,
        kind: StoryKind = StoryKind.POST,
        under: str = "",
        sent_to: tuple[str, ...] = ("local",),
        owed_to: tuple[str, ...] = (),
        standpoints: dict[str, Standpoint] | None = None,
        not_before: datetime | None = None,
    ) -> Story:
        """A story, and where it is posted."""
        story = Story(name, of, kind, change, at, at + HOUR, SHA256, under=under, not_before=not_before)
        owed = [Delivery(each, Part(f"{name}:{each}", 0, b"{}"), name, owed_at=at) for each in (*sent_to, *owed_to)]
        self.store.tell(story, owed, standpoints or {})
        self.send(name, sent_to)
        return story

    def send(self, about: str, to: tuple[str, ...] = ("local",)) -> None:
        """Settle what is owed of a story."""
        for delivery in self.store.deliveries(about=about):
            if delivery.publisher in to:
                receipt = Receipt(f"/{about}", f"https://{delivery.publisher}.example/post/{about}")
                sent = replace(delivery, state=DeliveryState.SENT, receipt=receipt, sent_at=delivery.owed_at)
                self.store.settle(sent)

    def retract(self, name: str, why: str, at: datetime = NOW) -> None:
        """Take a story back, as the operator does."""
        wrong = self.store.story(name)
        correction = replace(
            wrong,
            id=f"{name}-correction",
            kind=StoryKind.CORRECTION,
            under=name,
            note=why,
            found_at=at,
            confirmed_at=at,
        )
        part = Part(f"{correction.id}:local", 0, b"{}")
        self.store.retract(correction, [Delivery("local", part, correction.id, owed_at=at)])
        self.send(correction.id)

    def read(
        self, policy: Policy, text: str, *, at: datetime = NOW, standing: Standing = Standing.ACCEPTED, **facts: Any
    ) -> None:
        """A check that read something."""
        version = Version((Block(BlockKind.PARAGRAPH, text),), extractor=1)
        snapshot = Snapshot(policy.url, at, text.encode("utf-8", "surrogatepass"), "text/html")
        reasons = ("a sign-in wall",) if standing is Standing.HELD else ()
        self.store.record(
            Checked(
                policy.id,
                at,
                at + HOUR,
                snapshot=snapshot,
                version=version,
                standing=standing,
                reasons=reasons,
                **facts,
            )
        )

    def fail(self, policy: Policy, kind: str, *, at: datetime = NOW) -> None:
        """A check that could not read the page."""
        self.store.record(
            Checked(policy.id, at, at + HOUR, failure=kind, failure_message="secret detail of the failure")
        )

    def cycle_ended(self, at: datetime = NOW) -> None:
        """A full cycle of checks came to its end."""
        self.store.remember(CYCLE_ENDED, at.isoformat())


def words(node: LexborNode | LexborHTMLParser | None) -> str:
    assert node is not None
    return " ".join(node.text(deep=True, separator=" ").split()).replace(" ,", ",").replace(" .", ".")


def standing(page: LexborHTMLParser) -> str:
    found = page.css_first(".standing")
    return words(found) if found else ""
