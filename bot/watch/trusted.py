"""Pages that an operator names: files of the operator's own, and pages that the bot has read before.

Their text is parsed in this process, because starting another would take longer than the reading, nobody waits for
anything else here, and ^C ends it. A PDF gets a process all the same: PDFium may take the memory of the whole machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.model import Snapshot, Version
from bot.watch import extract, media
from bot.watch.workers import Workers


class Trusted:
    """A `ports.Extractor` for them."""

    async def extract(self, snapshot: Snapshot, select: Sequence[str] = (), remove: Sequence[str] = ()) -> Version:
        """The text of a page; raises like `extract.extract`."""
        if _is_pdf(snapshot):
            return await _in_a_process(snapshot)
        return await asyncio.to_thread(extract.extract, snapshot, select, remove)


def extract_trusted(snapshot: Snapshot, select: Sequence[str] = (), remove: Sequence[str] = ()) -> Version:
    """The text of a page; raises like `extract.extract`. Not for use in an event loop."""
    if _is_pdf(snapshot):
        return asyncio.run(_in_a_process(snapshot))
    return extract.extract(snapshot, select, remove)


def _is_pdf(snapshot: Snapshot) -> bool:
    return media.readable(snapshot.content_type, snapshot.body) == media.PDF


async def _in_a_process(snapshot: Snapshot) -> Version:
    workers = Workers()
    try:
        return await workers.extract(snapshot)
    finally:
        await workers.aclose()
