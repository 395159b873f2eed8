"""Who asked, as the real AppView tells it: the PDS sends the bot's questions on, and writers' clocks are their own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.model import Mention, Post, Receipt
from bot.platforms.bluesky import Bluesky
from bot.ports import PlatformSetup
from tests.servers.conftest import RealAccount, RealPds

pytestmark = pytest.mark.servers

#: Seconds in which the AppView must have heard of a post.
PATIENCE = 30
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


def json_of_nothing() -> str:
    """The cursor of an account that nobody had notified of anything yet."""
    return '{"newest": "", "seen": []}'
