"""The bot on mastodon_mock: another author's idea of Mastodon accepts the same requests and shows the same posts.

It counts addresses in full and has no rate limits; what that leaves out is in tests/platforms/test_mastodon.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from mastodon_mock.config import SeedAccount, SeedConfig
from mastodon_mock.testing import MockServer

from bot.errors import PlatformError, PlatformFailure
from bot.model import Part, Post, Receipt
from bot.platforms.mastodon import Mastodon
from bot.ports import PlatformSetup

pytestmark = pytest.mark.servers

LINK = "https://smallprint.example/changes/2023-08-23-x-privacy-policy-3f9a"
STORY = Post(
    "story",
    (f"New: “We own #all of @carol’s data, see evil.com.”\n\n{LINK}", "And more."),
    link=LINK,
    language="en-US",
)


@pytest.fixture
def server() -> Iterator[MockServer]:
    """An instance on which the bot and carol have accounts."""
    accounts = [
        SeedAccount(username="smallprint", bot=True, access_token="bots-token"),
        SeedAccount(username="carol", access_token="carols-token"),
    ]
    with MockServer(seed=SeedConfig(accounts=accounts)) as server:
        yield server


@pytest.fixture
def carol(server: MockServer) -> Any:
    """Carol's client, which is not ours."""
    return server.client("carol")


@pytest.fixture
def mastodon(server: MockServer) -> Mastodon:
    return sign_in(server)


def sign_in(server: MockServer, token: str = "bots-token", **options: Any) -> Mastodon:
    return Mastodon(PlatformSetup(options={"instance": server.base_url, **options}, secret=lambda name: token))


def frozen(mastodon: Mastodon, post: Post = STORY) -> list[Part]:
    return list(mastodon.prepare(post, datetime.now(UTC)))


async def test_the_account_is_named_and_its_limits_are_read(mastodon: Mastodon, server: MockServer) -> None:
    assert await mastodon.check() == f"posts as @smallprint on {server.base_url}, up to 500 characters"


async def test_a_token_that_is_none_pauses_the_platform(server: MockServer) -> None:
    with pytest.raises(PlatformError) as refused:
        await sign_in(server, "nobodys-token").publish(frozen(sign_in(server))[0], None, None)
    assert refused.value.kind is PlatformFailure.PAUSED


async def test_a_thread_is_posted_and_found_again(mastodon: Mastodon, carol: Any) -> None:
    head, more = frozen(mastodon)
    assert await mastodon.find(head, None, None) is None
    told = await mastodon.publish(head, None, None)
    part = await mastodon.publish(more, told, told)
    assert await mastodon.find(head, None, None) == told
    assert await mastodon.find(more, told, told) == part

    first, second = (carol.status(receipt.id) for receipt in (told, part))
    assert (first.visibility, second.visibility) == ("public", "unlisted")
    assert (first.in_reply_to_id, str(second.in_reply_to_id)) == (None, told.id)
    assert first.language == "en"
    assert LINK in first.content
    assert (first.tags, first.mentions) == ([], [])
    assert carol.notifications() == [], "the page's words mentioned her"


async def test_the_same_part_again_is_the_same_status(mastodon: Mastodon, carol: Any) -> None:
    head, more = frozen(mastodon)
    receipts = {await mastodon.publish(head, None, None) for _ in range(3)}
    assert len(receipts) == 1
    assert await mastodon.publish(more, None, None) not in receipts
    me = carol.status(next(iter(receipts)).id).account
    assert len(carol.account_statuses(me.id)) == 2


async def test_what_just_fits_is_accepted_and_one_more_is_refused(mastodon: Mastodon, server: MockServer) -> None:
    fits = Post("fits", ("é" * 500,))
    await mastodon.publish(frozen(mastodon, fits)[0], None, None)
    roomy = sign_in(server, limit=501)
    with pytest.raises(PlatformError) as refused:
        await roomy.publish(frozen(roomy, Post("too long", ("é" * 501,)))[0], None, None)
    assert refused.value.kind is PlatformFailure.REJECTED


async def test_a_question_in_private_is_heard_and_answered_in_private(mastodon: Mastodon, carol: Any) -> None:
    _, cursor = await mastodon.mentions("")
    about = carol.status_post("They changed https://example.com/terms again")
    asked = carol.status_post(
        "@smallprint watch https://example.com/privacy", in_reply_to_id=about.id, visibility="direct"
    )
    [mention], cursor = await mastodon.mentions(cursor)
    assert (mention.id, mention.author) == (str(asked.id), "carol")
    assert mention.text == "@smallprint watch https://example.com/privacy"
    assert mention.links == ("https://example.com/privacy",)
    assert mention.parent_links == ("https://example.com/terms",)
    assert not mention.author_is_bot
    assert await mastodon.mentions(cursor) == ([], cursor)

    parent = Receipt(mention.id, mention.url, mention.cid)
    [answer] = frozen(mastodon, Post("answer", ("I watch it.",), mention=mention.author))
    receipt = await mastodon.publish(answer, parent, parent)
    assert await mastodon.find(answer, parent, parent) == receipt
    [notification] = carol.notifications()
    assert notification.type == "mention"
    assert (notification.status.visibility, str(notification.status.in_reply_to_id)) == ("direct", mention.id)


async def test_many_questions_come_whole_and_in_order(mastodon: Mastodon, carol: Any) -> None:
    _, cursor = await mastodon.mentions("")
    written = [str(carol.status_post(f"@smallprint help {number}").id) for number in range(45)]
    mentions, _ = await mastodon.mentions(cursor)
    assert [mention.id for mention in mentions] == written
