"""The card of a change on the bot's own site."""

from __future__ import annotations

import httpx

from bot.model import Delivery, Part
from bot.web import cards
from tests.web.house import House

CARD = b"\x89PNG card"
STORY = "2026-03-03-chirrup"


async def test_a_card_is_served_for_good_and_its_lack_is_said() -> None:
    house = House()
    house.store.owe([Delivery("local", Part(STORY, 0, b"", CARD), STORY)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.app), base_url="http://bot.example") as reader:
        found = await reader.get(cards.path(STORY))
        assert (found.status_code, found.content) == (200, CARD)
        assert found.headers["Content-Type"] == "image/png"
        assert "immutable" in found.headers["Cache-Control"]
        again = await reader.get(cards.path(STORY), headers={"If-None-Match": found.headers["ETag"]})
        assert again.status_code == 304
        assert (await reader.get(cards.path("another"))).status_code == 404
