"""fetch | extract: what a policy's page says now, by the cheapest way that answers.

304, then equal bytes, then equal text; only then is there a text to compare.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.compare.sentences import fingerprints
from bot.model import Policy, Reading, Snapshot, Version
from bot.ports import Extractor, Fetcher, PolicyStore
from bot.watch import EXTRACTOR


@dataclass(frozen=True, slots=True)
class Page:
    """What a read gave."""

    #: The bytes, or None where they were the last ones again.
    snapshot: Snapshot | None
    #: The text, or None where it was the last one again.
    version: Version | None
    #: Where the site says that the page is now, for good; None where its answer said nothing of it (304).
    moved_to: str | None = None


async def read(policy: Policy, reading: Reading, fetcher: Fetcher, extractor: Extractor) -> Page:
    """Read a policy's page.

    Raises:
        FetchError: it could not be read, or holds no policy text.
    """
    seen = reading.seen
    snapshot = await fetcher.fetch(policy, seen.validators if seen else None)
    if snapshot is None:
        return Page(None, None)
    if seen and snapshot.sha256 == seen.seen_sha256:
        return Page(None, None, snapshot.moved_to)
    version = await extractor.extract(snapshot, policy.select, policy.remove)
    if seen and version.sha256 == seen.text_sha256:
        return Page(snapshot, None, snapshot.moved_to)
    return Page(snapshot, version, snapshot.moved_to)


async def upgraded(policy: Policy, reading: Reading, store: PolicyStore, extractor: Extractor) -> Reading:
    """The reading after our newest extractor has read the stored pages again: our own change is not the policy's."""
    stale = [stored for stored in {reading.current, reading.seen} if stored and stored.extractor != EXTRACTOR]
    for stored in stale:
        snapshot = store.snapshot(stored.snapshot_sha256)
        version = await extractor.extract(snapshot, policy.select, policy.remove)
        store.replace_version(stored.id, version, fingerprints(version) if stored == reading.current else ())
    return store.reading(policy.id) if stale else reading
