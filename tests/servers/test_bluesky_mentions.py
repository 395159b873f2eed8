"""Who asked, as the real AppView tells it: the PDS sends the bot's questions on, and writers' clocks are their own."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import StoryClock
from bot.model import Mention, Post, Receipt
from bot.pipeline import Pipeline
from bot.platforms.bluesky import Bluesky
from bot.ports import PlatformSetup
from bot.requests import answer as requests
from bot.requests.limits import Limits, Mode
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.trusted import Trusted
from tests.fakes.site import SALE, TRAINING, Site, policy_text
from tests.requests.talk import ACME, PAGES, TERMS, Web
from tests.servers.conftest import RealAccount, RealPds

pytestmark = pytest.mark.servers

#: Seconds in which the AppView must have heard of a post.
PATIENCE = 60
PROFILE = "app.bsky.actor.profile"


class Person:
    """Somebody who writes in the network, by the same means as the bot."""

    def __init__(self, network: RealPds, **profile: Any) -> None:
        self.network = network
        self.account: RealAccount = network.join()
        self.bluesky = Bluesky(
            PlatformSetup(
                options={"service": network.url, "handle": self.account.handle},
                secret=lambda name: self.account.app_password,
            )
        )
        record = {
            "repo": self.account.did,
            "collection": PROFILE,
            "rkey": "self",
            "record": {"$type": PROFILE} | profile,
        }
        network.call("com.atproto.repo.putRecord", record, token=self.account.token)

    async def write(
        self,
        text: str,
        under: Receipt | None = None,
        root: Receipt | None = None,
        *,
        ago: timedelta = timedelta(0),
        **more: Any,
    ) -> Receipt:
        at = datetime.now(UTC) - ago
        [part] = self.bluesky.prepare(Post(f"{self.account.handle} {at}", (text,), **more), at)
        return await self.bluesky.publish(part, under, root)

    async def ask(self, bot: Person, words: str, under: Receipt | None = None, **more: Any) -> Receipt:
        """Write to the bot, and name it."""
        handle, did = bot.account.handle, bot.account.did
        return await self.write(f"@{handle} {words}", under, mention=handle, mention_id=did, **more)

    async def hears(self, cursor: str, count: int = 1) -> tuple[Sequence[Mention], str]:
        """The next mentions after ``cursor``, as soon as so many are there."""
        heard: list[Mention] = []
        until = time.monotonic() + PATIENCE
        while len(heard) < count:
            assert time.monotonic() < until, f"only {len(heard)} of {count} mentions came"
            mentions, cursor = await self.bluesky.mentions(cursor)
            heard += mentions
            await asyncio.sleep(0.1)
        return heard, cursor


@pytest.fixture
def bot(network: RealPds) -> Person:
    return Person(network)


@pytest.fixture
def carol(network: RealPds) -> Person:
    return Person(network, description="I read, and I want no bots. #NoBot")


@pytest.fixture
def robot(network: RealPds) -> Person:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "bot"}]}
    return Person(network, labels=labels)


async def test_a_question_comes_with_all_that_an_answer_needs(bot: Person, carol: Person, robot: Person) -> None:
    _, cursor = await bot.bluesky.mentions("")
    about = await robot.write("They changed https://example.com/terms", link="https://example.com/terms")
    asked = await carol.ask(bot, "watch this", about)
    [mention], cursor = await bot.hears(cursor)
    assert (mention.id, mention.cid) == (asked.id, asked.cid)
    assert (mention.root_id, mention.root_cid) == (about.id, about.cid)
    assert (mention.author_id, mention.author) == (carol.account.did, carol.account.handle)
    assert mention.text == f"@{bot.account.handle} watch this"
    assert mention.parent_links == ("https://example.com/terms",)
    assert (mention.author_is_bot, mention.author_opted_out) == (False, True)

    parent = Receipt(mention.id, mention.url, mention.cid)
    answer = await bot.write("I watch it.", parent, Receipt(mention.root_id, "", mention.root_cid))
    assert bot.network.record(answer.id)["value"]["reply"]["root"] == {"uri": about.id, "cid": about.cid}
    assert list((await bot.bluesky.mentions(cursor))[0]) == [], "once"


async def test_a_reply_to_the_bot_is_heard_and_talk_below_it_is_not(bot: Person, carol: Person, robot: Person) -> None:
    _, cursor = await bot.bluesky.mentions("")
    news = await bot.write("News", link="https://example.com/changes/1")
    why = await robot.write("why", news, news)
    await carol.write("because", why, news)
    await carol.ask(bot, "help")
    (first, second), _ = await bot.hears(cursor, 2)
    assert (first.id, first.author_is_bot, first.parent_links) == (why.id, True, ("https://example.com/changes/1",))
    assert second.text.endswith("help")


async def test_a_question_whose_writers_clock_is_behind_is_heard_once(bot: Person, carol: Person) -> None:
    _, cursor = await bot.bluesky.mentions("")
    await carol.ask(bot, "help")
    _, cursor = await bot.hears(cursor)
    late = await carol.ask(bot, "list", ago=timedelta(minutes=30))
    [mention], cursor = await bot.hears(cursor)
    assert mention.id == late.id
    assert list((await bot.bluesky.mentions(cursor))[0]) == []


async def test_a_question_under_a_post_that_is_gone_is_still_one(bot: Person, carol: Person) -> None:
    _, cursor = await bot.bluesky.mentions("")
    gone = await carol.write("https://example.com/terms", link="https://example.com/terms")
    address = {"repo": carol.account.did, "collection": "app.bsky.feed.post", "rkey": gone.id.rpartition("/")[2]}
    carol.network.call("com.atproto.repo.deleteRecord", address, token=carol.account.token)
    await carol.ask(bot, "watch this", gone)
    [mention], _ = await bot.hears(cursor)
    assert mention.parent_links == ()


async def test_what_was_asked_before_the_first_look_stays_unanswered(bot: Person, carol: Person) -> None:
    await bot.bluesky.mentions("")
    await carol.ask(bot, "help")
    await bot.hears(json_of_nothing())
    old, cursor = await bot.bluesky.mentions("")
    assert list(old) == []
    assert list((await bot.bluesky.mentions(cursor))[0]) == []


# ---- a whole conversation -----------------------------------------------------------------------------------------


@pytest.fixture
def dave(network: RealPds) -> Person:
    return Person(network)


class Desk:
    """The whole bot, with its account on the network and a company's page that it reads."""

    def __init__(self, bot: Person) -> None:
        self.bot = bot
        self.clock = StoryClock(datetime.now(UTC))
        self.store = open_store("sqlite://")
        self.site = Site(self.clock)
        web = Web({ACME.url: (ACME,), TERMS.url: (TERMS,), "acme.example": (ACME, TERMS)})
        limits = Limits(Mode.OPEN, answers_a_person=50)
        handles = {"bluesky": bot.account.handle}
        self.desk = requests.Desk(
            self.store, web, limits, handles, lambda story: self.pipeline.clerk.link(story), PAGES
        )
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.site,
            extractor=Trusted(),
            publishers={"bluesky": bot.bluesky},
            clock=self.clock,
            habits=Habits(jitter=0, live=frozenset({"bluesky"}), public_url=PAGES),
            report=lambda event: None,
            desk=self.desk,
        )

    @property
    def posts(self) -> list[str]:
        return self.bot.network.posts(self.bot.account)

    async def hears(self, who: Person, words: str, under: Receipt | None = None) -> tuple[Receipt, str]:
        """Somebody asks: their post, and what the bot answers under it."""
        before = Counter(self.posts)
        asked = await who.ask(self.bot, words, under)
        until = time.monotonic() + PATIENCE
        while not (new := Counter(self.posts) - before):
            assert time.monotonic() < until, f"no answer to “{words}”"
            await asyncio.sleep(0.2)
            await self.pipeline.answer_mentions()
            await self.pipeline.publish_due()
        (answer,) = new
        return asked, answer

    async def lives(self, hours: int) -> list[str]:
        """Time passes; what the bot says meanwhile."""
        before = Counter(self.posts)
        for _ in range(hours):
            self.clock.move_to(self.clock.now() + timedelta(hours=1))
            await self.pipeline.answer_mentions()
            await self.pipeline.check_due()
            await self.pipeline.forget()
            await self.pipeline.publish_due()
        return list(Counter(self.posts) - before)


@pytest.fixture
async def desk(bot: Person) -> Desk:
    desk = Desk(bot)
    await desk.pipeline.answer_mentions()
    return desk


async def test_mention_answer_change_told_stop_silence(desk: Desk, dave: Person) -> None:
    _, cursor = await dave.bluesky.mentions("")
    assert "1 Privacy Policy, 2 Terms of Service" in (await desk.hears(dave, "watch acme.example"))[1]
    assert "I watch the Acme Terms of Service" in (await desk.hears(dave, "2"))[1]
    _, answer = await desk.hears(dave, f"watch {ACME.url}")
    assert answer.startswith(f"@{dave.account.handle} I watch the Acme Privacy Policy: 2,345 words in English.")
    heard, _ = await dave.hears(cursor, 3)
    assert [mention.links for mention in heard] == [(), (TERMS.url,), (ACME.url,)], "told of each, with its card"
    assert "On your list (2)" in (await desk.hears(dave, "list"))[1]
    assert "Off your list: Acme Terms of Service" in (await desk.hears(dave, "stop acme.example terms of service"))[1]

    await desk.lives(3)
    desk.site.text = policy_text(TRAINING)
    told = await desk.lives(4)
    (mine,) = (words for words in told if words.startswith("@"))
    assert mine.startswith(f"@{dave.account.handle} The Acme Privacy Policy has changed: new in")
    assert "was news: new in" in (await desk.hears(dave, "why was acme.example told?"))[1]
    assert "Acme Privacy Policy on" in (await desk.hears(dave, "last acme.example"))[1]
    assert "last read" in (await desk.hears(dave, "status of acme.example"))[1]
    assert "Also “list”" in (await desk.hears(dave, "help"))[1]

    before = desk.posts
    await dave.ask(desk.bot, "stop")
    until = time.monotonic() + PATIENCE
    while not desk.store.opted_out("bluesky", dave.account.did):
        assert time.monotonic() < until
        await asyncio.sleep(0.2)
        await desk.pipeline.answer_mentions()
    await dave.ask(desk.bot, "help")
    desk.site.text = policy_text(TRAINING, SALE)
    await asyncio.sleep(2)
    assert await desk.lives(4) == []
    assert desk.posts == before
    assert desk.store.policies() == []


async def test_a_deleted_request_and_a_blocker_are_gone_and_forgotten(desk: Desk, dave: Person, robot: Person) -> None:
    kept, _ = await desk.hears(dave, f"watch {ACME.url}")
    deleted, _ = await desk.hears(dave, f"watch {TERMS.url}")
    erin = Person(dave.network)
    blocked, _ = await desk.hears(erin, f"watch {ACME.url}")
    address = {"repo": dave.account.did, "collection": "app.bsky.feed.post", "rkey": deleted.id.rpartition("/")[2]}
    dave.network.call("com.atproto.repo.deleteRecord", address, token=dave.account.token)
    block = {
        "repo": erin.account.did,
        "collection": "app.bsky.graph.block",
        "record": {"subject": desk.bot.account.did, "createdAt": datetime.now(UTC).isoformat()},
    }
    dave.network.call("com.atproto.repo.createRecord", block, token=erin.account.token)
    asked = [kept.id, deleted.id, blocked.id]
    until = time.monotonic() + PATIENCE
    while set(await desk.bot.bluesky.gone(asked)) != {deleted.id, blocked.id}:
        assert time.monotonic() < until, "the AppView still shows them"
        await asyncio.sleep(0.2)
    await desk.lives(24)
    assert [watch.mention.id for watch in desk.store.watches()] == [kept.id]


def json_of_nothing() -> str:
    """The cursor of an account that nobody had notified of anything yet."""
    return '{"newest": "", "seen": []}'
