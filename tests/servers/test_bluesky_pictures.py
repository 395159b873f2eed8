"""A post's picture on the reference PDS: what it makes of blobs, and whether the frozen record stays the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from bot.model import Post
from tests.platforms.test_pictures import CARD, LINK
from tests.servers.conftest import RealAccount, RealPds
from tests.servers.test_bluesky import start

pytestmark = pytest.mark.servers

POST = Post(
    "story:bluesky", ("Acme Privacy Policy: new in section 2.\n\n“We sell it.”",), LINK, "Acme Privacy Policy", "en",
    picture=CARD,
)  # fmt: skip


async def test_a_post_with_a_picture_and_its_alt_text_however_often_it_is_sent(pds: RealPds) -> None:
    account = pds.join()
    bot = start(pds, account, [""])
    (part,) = bot.prepare(POST, datetime.now(UTC))
    receipt = await bot.publish(part, None, None)
    record = pds.record(receipt.id)
    assert record["value"] == json.loads(part.payload)["record"], "the server changed what was frozen"
    (image,) = record["value"]["embed"]["images"]
    assert image["alt"] == CARD.alt
    assert blob(pds, account, image["image"]["ref"]["$link"]) == CARD.png
    assert await bot.publish(part, None, None) == receipt
    assert await bot.find(part, None, None) == receipt
    await bot.aclose()


async def test_a_picture_in_a_links_card(pds: RealPds) -> None:
    account = pds.join()
    bot = start(pds, account, [""])
    (part,) = bot.prepare(replace(POST, parts=("Something else is new.",)), datetime.now(UTC))
    receipt = await bot.publish(part, None, None)
    external = pds.record(receipt.id)["value"]["embed"]["external"]
    assert external["uri"] == LINK
    assert blob(pds, account, external["thumb"]["ref"]["$link"]) == CARD.png
    assert await bot.find(part, None, None) == receipt
    await bot.aclose()


def blob(pds: RealPds, account: RealAccount, cid: str) -> bytes:
    """What the server gives to whoever looks at the picture."""
    answer = httpx.get(f"{pds.url}/xrpc/com.atproto.sync.getBlob", params={"did": account.did, "cid": cid}, timeout=30)
    answer.raise_for_status()
    return answer.content
