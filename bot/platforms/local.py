"""The bot's own page and Atom feed: the default publisher, and the smallest example of one.

Nothing is sent anywhere: the web app shows every story whose delivery by this publisher is settled as sent. So there
is no account, no limit, no secret, and nothing that could fail. What every publisher does can be seen here: `length`
counts, `prepare` freezes every byte, `publish` turns one frozen part into a receipt, `find` reads back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from bot.model import Part, Post, Receipt, Shape
from bot.platforms.picture import frozen
from bot.ports import Frame, PlatformSetup


class Local:
    """Publishes on the page that the bot itself serves."""

    id = "local"
    #: Characters; a page has no real limit.
    limit = 1_000_000
    threads = False
    #: Who reads it is there already.
    wants_link = False
    #: The page's own, and what previews of links to it show.
    frame = Frame(Shape.LANDSCAPE, most_bytes=5_000_000, most_alt=10_000)
    options: ClassVar[dict[str, type]] = {}

    def __init__(self, setup: PlatformSetup) -> None:
        self._public_url = setup.public_url

    def length(self, text: str) -> int:
        """Characters."""
        return len(text)

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        """One part: the address of the change's page. The page itself is made from the story when it is looked at."""
        story = post.key.partition(":")[0]
        payload: dict[str, Any] = {"at": at.isoformat(), "path": f"/changes/{story}", "text": "\n\n".join(post.parts)}
        if post.picture:
            payload["picture"] = frozen(post.picture)
        png = post.picture.png if post.picture else b""
        return [Part(post.key, 0, json.dumps(payload, sort_keys=True).encode(), png)]

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        """Its place; doing it again changes nothing."""
        path = json.loads(part.payload)["path"]
        return Receipt(id=path, url=self._public_url + path)

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        """The same receipt: the outbox's own row is the post, and whoever asks is about to settle it."""
        return await self.publish(part, parent, root)

    async def check(self) -> str:
        """Where the page is."""
        return f"posts on its own page {self._public_url or '(no public_url is set: only this machine sees it)'}"

    async def aclose(self) -> None:
        """Nothing to give back."""
