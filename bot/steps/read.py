"""fetch | extract: what a policy's page says now, by the cheapest way that answers.

304, then equal bytes, then equal text; only then is there a text to compare.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.compare.sentences import fingerprints
from bot.model import Policy, Reading, Snapshot, Version
from bot.ports import Fetcher, PolicyStore
from bot.watch.extract import EXTRACTOR, extract


@dataclass(frozen=True, slots=True)
class Page:
    """What a read gave."""

    #: The bytes, or None where they were the last ones again.
    snapshot: Snapshot | None
    #: The text, or None where it was the last one again.
    version: Version | None


async def read(policy: Policy, reading: Reading, fetcher: Fetcher) -> Page:
    """Read a policy's page.

    Raises:
        FetchError: it could not be read, or holds no policy text.
    """
    seen = reading.seen
    snapshot = await fetcher.fetch(policy, seen.validators if seen else None)
    if snapshot is None or (seen and snapshot.sha256 == seen.seen_sha256):
        return Page(None, None)
    version = await asyncio.to_thread(extract, snapshot, policy.select, policy.remove)
    if seen and version.sha256 == seen.text_sha256:
        return Page(snapshot, None)
    return Page(snapshot, version)


async def upgraded(policy: Policy, reading: Reading, store: PolicyStore) -> Reading:
    """The reading after our newest extractor has read the stored pages again: our own change is not the policy's."""
    stale = [stored for stored in {reading.current, reading.seen} if stored and stored.extractor != EXTRACTOR]
    for stored in stale:
        snapshot = store.snapshot(stored.snapshot_sha256)
        version = await asyncio.to_thread(extract, snapshot, policy.select, policy.remove)
        store.replace_version(stored.id, version, fingerprints(version) if stored == reading.current else ())
    return store.reading(policy.id) if stale else reading
