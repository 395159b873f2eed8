"""A publisher as another package would bring it: the worked example of CONTRIBUTING, "Add a platform".

The blocks of code there are these lines, and a test holds them to it; the conformance suite plays this publisher like
every other one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from bot.errors import PlatformError, PlatformFailure
from bot.model import Part, Post, Receipt
from bot.ports import PlatformSetup
from bot.write.inert import inert
from tests.platforms.stages import Stage

SECRET = "CHALK"


class Chalkboard:
    """A board on which everybody sees what is written, 400 characters at a time."""

    id = "chalkboard"
    limit = 400
    threads = True
    wants_link = True
    options: ClassVar[dict[str, type]] = {"colour": str}

    #: What is written, by key: the server of this platform.
    board: ClassVar[dict[str, str]] = {}

    def __init__(self, setup: PlatformSetup) -> None:
        self._setup = setup

    def length(self, text: str) -> int:
        return len(text)

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        parts = []
        for number, words in enumerate(post.parts):
            text = inert(words, [post.link])
            if not 0 < self.length(text) <= self.limit:
                raise PlatformError(PlatformFailure.REJECTED, f"{post.key} does not fit the board.", about=post.key)
            frozen = {"colour": self._setup.options.get("colour", "white"), "text": text}
            parts.append(Part(f"{post.key}.{number}", number, json.dumps(frozen, sort_keys=True).encode()))
        return parts

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        self._take_chalk()
        self.board[part.key] = json.loads(part.payload)["text"]
        return self._receipt(part)

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        self._take_chalk()
        return self._receipt(part) if part.key in self.board else None

    async def check(self) -> str:
        self._take_chalk()
        return "writes on the board"

    async def aclose(self) -> None:
        pass

    def _take_chalk(self) -> None:
        if not self._setup.secret(SECRET):
            raise PlatformError(PlatformFailure.PAUSED, f"The board cannot be used: set {SECRET}.", about=self.id)

    def _receipt(self, part: Part) -> Receipt:
        return Receipt(part.key, f"https://board.example/{part.key}")


@contextmanager
def chalkboard() -> Iterator[Stage]:
    """A clean board."""
    Chalkboard.board.clear()
    yield Stage(
        "chalkboard",
        posts=lambda: list(Chalkboard.board.values()),
        live=lambda part: (),
        secrets={SECRET: "canary-chalk"},
    )
