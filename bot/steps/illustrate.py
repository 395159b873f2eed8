"""stories | draw: one card for each story and shape that a live publisher shows, before anything of it is owed.

A picture is a service to followers: whatever keeps it from being drawn costs the picture, and never the post.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import CardError
from bot.model import Picture, Shape, Story
from bot.ports import Frame, Illustrated, Publisher
from bot.write.card import Card, alt_text, card
from bot.write.draw import Drawn

#: Draws cards in shapes: `write.draw.draw`, or what stands for it.
Draw = Callable[[Sequence[tuple[Card, Shape]]], Awaitable[list[Drawn | CardError]]]


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was drawn of some stories."""

    #: By the ids of story and publisher.
    of: Mapping[tuple[str, str], Picture] = field(default_factory=dict)
    #: Why something was not drawn, each reason once.
    trouble: tuple[str, ...] = ()


#: Of stories that nobody drew.
NO_PICTURES = Pictures()


class Illustrator:
    """Has stories drawn, one after the other: each process that draws takes memory.

    Args:
        publishers: those that will post.
        bot: the bot's name.
        link: where more about a story is to be read.
        draw: draws cards; None: nothing is drawn (in `replay` and where pictures are turned off).
    """

    def __init__(
        self, publishers: Sequence[Publisher], bot: str, link: Callable[[Story], str], draw: Draw | None
    ) -> None:
        frames = {each.id: each.frame for each in publishers if isinstance(each, Illustrated)}
        self._frames: dict[str, Frame] = frames
        self._bot = bot
        self._link = link
        self._draw = draw
        self._easel = asyncio.Lock()

    async def pictures(self, stories: Sequence[Story]) -> Pictures:
        """The cards of these stories, as each publisher takes them."""
        cards = [(each, card(each, self._bot, self._link(each))) for each in stories]
        shapes = list(dict.fromkeys(frame.shape for frame in self._frames.values()))
        wanted = [(story, made, shape) for story, made in cards if made is not None for shape in shapes]
        if self._draw is None or not wanted:
            return NO_PICTURES
        async with self._easel:
            drawn = await self._draw([(made, shape) for _, made, shape in wanted])
        found: dict[tuple[str, str], Picture] = {}
        trouble: dict[str, None] = {}
        for (story, made, shape), result in zip(wanted, drawn, strict=True):
            if isinstance(result, CardError):
                trouble[str(result)] = None
                continue
            for publisher, frame in self._frames.items():
                if frame.shape is shape and len(result.png) <= frame.most_bytes:
                    alt = alt_text(made, result.view, frame.most_alt)
                    found[story.id, publisher] = Picture(result.png, result.width, result.height, alt)
        return Pictures(found, tuple(trouble))
