"""The bot's own page as a publisher: pure, and the same however often it is done."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import Post, Receipt
from bot.platforms.local import Local
from bot.ports import PlatformSetup

STORY = Post("2023-08-23-x-privacy-policy-3f9a:local", ("New in 2.1: “We may use your data.”", "And more."))


def local(public_url: str = "") -> Local:
    return Local(PlatformSetup(options={}, secret=lambda name: "", public_url=public_url))


@pytest.mark.parametrize(
    ("public_url", "url"),
    [
        ("https://smallprint.dev", "https://smallprint.dev/changes/2023-08-23-x-privacy-policy-3f9a"),
        ("", "/changes/2023-08-23-x-privacy-policy-3f9a"),
    ],
)
async def test_the_receipt_is_the_place_of_the_changes_page(public_url: str, url: str) -> None:
    publisher = local(public_url)
    [part] = publisher.prepare(STORY, datetime.now(UTC))
    receipt = await publisher.publish(part, None, None)
    assert receipt == Receipt("/changes/2023-08-23-x-privacy-policy-3f9a", url)
    assert await publisher.publish(part, None, None) == await publisher.find(part, None, None) == receipt


def test_a_story_is_one_part_however_long() -> None:
    assert len(local().prepare(Post("s:local", ("x" * 50_000,) * 3), datetime.now(UTC))) == 1


def test_broken_text_from_a_page_can_be_frozen() -> None:
    assert local().prepare(Post("s:local", ("\ud800",)), datetime.now(UTC))


async def test_doctor_hears_where_the_page_is() -> None:
    assert "https://smallprint.dev" in await local("https://smallprint.dev").check()
    assert "only this machine" in await local().check()
