"""A renderer that speaks the domain: a page in no browser, which asks for what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot.errors import FetchError, FetchFailure
from bot.model import Snapshot
from bot.watch.render import Renderer
from bot.watch.showing import Part


class Page(Renderer):
    """A renderer without a browser: its page asks for addresses one after the other, or all at once."""

    def __init__(self, *addresses: str, headers: Mapping[str, str] | None = None, at_once: bool = False) -> None:
        super().__init__()
        self.addresses = addresses
        self.headers = headers or {}
        self.at_once = at_once
        #: What became of each: the answer's words, or the failure.
        self.had: list[str | FetchFailure] = []
        self.shown: list[Snapshot] = []
        self.looks: dict[str, str] = {}

    async def render(self, page: Snapshot, part: Part, **looks: str) -> Snapshot:
        self.shown.append(page)
        self.looks = looks
        if self.at_once:
            await asyncio.gather(*(self._ask(part, address) for address in self.addresses))
        else:
            for address in self.addresses:
                await self._ask(part, address)
        return replace(page, body=b"shown")

    async def _ask(self, part: Part, address: str) -> None:
        try:
            self.had.append((await part(address, self.headers)).body.decode())
        except FetchError as error:
            self.had.append(error.kind)
