"""Stories get their cards: drawn once for each shape, given to whoever can show them, and never waited for in vain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.clock import StoryClock
from bot.errors import CardError
from bot.model import Shape
from bot.platforms.bluesky import Bluesky
from bot.platforms.local import Local
from bot.platforms.mastodon import Mastodon
from bot.platforms.x import X
from bot.ports import Frame, PlatformSetup, Publisher
from bot.steps.habits import Habits
from bot.steps.illustrate import Illustrator
from bot.steps.owe import Clerk
from bot.store import open_store
from bot.write.card import Card
from bot.write.draw import Drawn
from tests.platforms.test_pictures import png
from tests.steps.test_send import Wall
from tests.write.cards import STORIES

SETUP = PlatformSetup(options={}, secret=lambda name: "", public_url="https://bot.example")
NEWS = STORIES["one word"]


class Easel:
    """Draws small white pictures, and remembers what was asked of it."""

    def __init__(self, *refused: Shape) -> None:
        self.asked: list[tuple[Card, Shape]] = []
        self.refused = refused

    async def draw(self, wanted: Sequence[tuple[Card, Shape]]) -> list[Drawn | CardError]:
        self.asked += wanted
        sizes = {Shape.PORTRAIT: (40, 50), Shape.LANDSCAPE: (64, 36)}
        drawn: list[Drawn | CardError] = []
        for _, shape in wanted:
            size = sizes[shape]
            picture = Drawn(png(*size), *size, view=0)
            drawn.append(CardError("The card cannot be drawn: no ink.") if shape in self.refused else picture)
        return drawn


def illustrator(easel: Easel | None, *publishers: Publisher) -> Illustrator:
    return Illustrator(publishers, "Smallprint", lambda story: "https://bot.example/x", easel.draw if easel else None)


async def test_one_card_is_drawn_for_each_shape_and_given_to_whoever_shows_it() -> None:
    easel = Easel()
    publishers = (Local(SETUP), X(SETUP), Bluesky(SETUP), Mastodon(SETUP), Wall())
    found = await illustrator(easel, *publishers).pictures([NEWS])
    assert {shape for _, shape in easel.asked} == set(Shape)
    assert len(easel.asked) == 2
    shapes = {publisher: (each.width, each.height) for (_, publisher), each in found.of.items()}
    assert shapes == {"local": (64, 36), "mastodon": (64, 36), "x": (40, 50), "bluesky": (40, 50)}
    assert all("Rookery Privacy Policy" in each.alt for each in found.of.values())
    assert found.trouble == ()


async def test_what_cannot_be_drawn_is_said_once_and_costs_only_the_picture() -> None:
    found = await illustrator(Easel(*Shape), Local(SETUP), X(SETUP)).pictures([NEWS])
    assert (dict(found.of), found.trouble) == ({}, ("The card cannot be drawn: no ink.",))
    found = await illustrator(Easel(Shape.PORTRAIT), Local(SETUP), X(SETUP)).pictures([NEWS])
    assert {publisher for _, publisher in found.of} == {"local"}


async def test_nothing_is_drawn_where_nobody_would_show_it() -> None:
    easel = Easel()
    for stories, publishers in (([], [Local(SETUP)]), ([NEWS], [Wall()]), ([STORIES["one word"]], [])):
        assert not (await illustrator(easel, *publishers).pictures(stories)).of
    assert not (await illustrator(None, Local(SETUP)).pictures([NEWS])).of
    assert easel.asked == []


async def test_a_picture_that_a_platform_would_refuse_is_not_given_to_it() -> None:
    narrow = X(SETUP)
    narrow.frame = Frame(Shape.PORTRAIT, most_bytes=10, most_alt=1000)
    found = await illustrator(Easel(), narrow, Bluesky(SETUP)).pictures([NEWS])
    assert {publisher for _, publisher in found.of} == {"bluesky"}


async def test_what_is_owed_holds_the_picture_and_its_words() -> None:
    store, clock = open_store("sqlite://"), StoryClock(datetime(2026, 3, 3, 12, tzinfo=UTC))
    publishers = {"local": Local(SETUP), "x": X(SETUP)}
    clerk = Clerk(store, publishers, Habits(live=frozenset(publishers)), clock)
    pictures = await illustrator(Easel(), *publishers.values()).pictures([NEWS])
    owed = {each.publisher: each.part for each in clerk.owe(NEWS, pictures)}
    for publisher, part in owed.items():
        assert part.picture == pictures.of[NEWS.id, publisher].png
        assert json.loads(part.payload)["picture"]["alt"] == pictures.of[NEWS.id, publisher].alt
    assert all(not each.part.picture for each in clerk.owe(NEWS))
    store.close()
