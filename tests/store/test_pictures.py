"""Pictures in the outbox: each kept once, given to whoever sends, and forgotten when nobody needs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.model import Delivery, DeliveryState, Part, Receipt
from bot.store import SqlStore
from bot.store.schema import pictures
from tests.store.samples import NOW

CARD, OTHER_CARD = b"\x89PNG card", b"\x89PNG other card"
LEASE = timedelta(minutes=5)


def owed(publisher: str, png: bytes, about: str = "a-story") -> Delivery:
    return Delivery(publisher, Part(f"{about}:{publisher}", 0, b"payload", png), about, owed_at=NOW)


def kept(store: SqlStore) -> list[bytes]:
    with store._database.read() as connection:
        return sorted(connection.execute(select(pictures.c.png)).scalars())


def test_a_claimed_part_comes_with_its_picture(store: SqlStore) -> None:
    store.owe([owed("wall", CARD), owed("plain", b"")])
    (claimed,) = store.claim("wall", NOW, "me", LEASE, 1)
    assert claimed.part == Part("a-story:wall", 0, b"payload", CARD)
    (claimed,) = store.claim("plain", NOW, "me", LEASE, 1)
    assert claimed.part.picture == b""


def test_one_picture_of_several_parts_is_kept_once(store: SqlStore) -> None:
    store.owe([owed("wall", CARD), owed("fence", CARD)])
    store.owe([owed("door", CARD), owed("window", OTHER_CARD)])
    assert kept(store) == sorted([CARD, OTHER_CARD])


def test_a_part_that_is_owed_again_keeps_the_picture_that_it_had(store: SqlStore) -> None:
    store.owe([owed("wall", CARD)])
    store.owe([owed("wall", OTHER_CARD)])
    (claimed,) = store.claim("wall", NOW, "me", LEASE, 1)
    assert claimed.part.picture == CARD


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.DISCARDED])
def test_a_settled_part_needs_its_picture_no_more(store: SqlStore, state: DeliveryState) -> None:
    store.owe([owed("wall", CARD), owed("fence", CARD), owed("door", OTHER_CARD)])
    for publisher in ("wall", "door"):
        (claimed,) = store.claim(publisher, NOW, "me", LEASE, 1)
        receipt = Receipt("1", "https://wall.example/1") if state is DeliveryState.SENT else None
        store.settle(replace(claimed, state=state, receipt=receipt, sent_at=NOW))
    assert kept(store) == sorted([CARD, OTHER_CARD])
    store.tidy()
    assert kept(store) == [CARD]  # the fence has not sent it yet


def test_the_bots_own_page_keeps_its_picture(store: SqlStore) -> None:
    store.owe([owed("local", CARD)])
    (claimed,) = store.claim("local", NOW, "me", LEASE, 1)
    store.settle(replace(claimed, state=DeliveryState.SENT, receipt=Receipt("/", "/"), sent_at=NOW))
    store.tidy()
    assert store.picture("a-story") == CARD
    assert store.picture("another-story") is None


def test_a_picture_for_another_platform_is_not_the_pages(store: SqlStore) -> None:
    store.owe([owed("wall", CARD)])
    assert store.picture("a-story") is None


def test_a_damaged_picture_is_shown_to_nobody(store: SqlStore) -> None:
    store.owe([owed("local", CARD)])
    with store._database.write() as connection:
        connection.execute(update(pictures).values(png=b"\x89PNG worm"))
    assert store.picture("a-story") is None
