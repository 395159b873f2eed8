"""Proves a change again, from nothing but what the store keeps."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from bot.model import StoryKind
from bot.ports import Store
from bot.watch.trusted import extract_trusted
from bot.write.quote import stands

_FOLLOW_UPS = (StoryKind.WITHDRAWN, StoryKind.RESTORED, StoryKind.IN_EFFECT)


@dataclass(frozen=True, slots=True)
class ProvedQuote:
    """A quote, and whether it is where it was said to be."""

    text: str
    kind: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """A change recomputed."""

    story: str
    address: str
    fetched_at: str
    sha256: str
    hash_holds: bool
    quotes: tuple[ProvedQuote, ...]

    @property
    def holds(self) -> bool:
        """Whether everything that was told can be shown again."""
        return self.hash_holds and all(quote.holds for quote in self.quotes)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "holds": self.holds}

    def words(self) -> str:
        """For people."""
        lines = [
            f"{self.story}: {'proved' if self.holds else 'NOT PROVED'}",
            f"  {'ok ' if self.hash_holds else 'BAD'} snapshot {self.sha256}",
            f"      of {self.address}, fetched {self.fetched_at}",
        ]
        lines += [f"  {'ok ' if quote.holds else 'BAD'} {quote.kind}: {quote.text}" for quote in self.quotes]
        return "\n".join(lines)


def verify(store: Store, story_id: str) -> Proof:
    """Recompute the snapshot's hash, extract it again and look for every quote.

    What a story tells must stand in the page, or be gone from it where it was removed; of what was withdrawn the
    opposite. A follow-up repeats the leading quote alone.

    Raises:
        NotFound: there is no such story.
        StoreError: its snapshot is damaged or was not kept.
    """
    story = store.story(story_id)
    snapshot = store.snapshot(story.snapshot_sha256)
    version = extract_trusted(snapshot, story.policy.select, story.policy.remove)
    quotes = story.change.quotes[: 1 if story.kind in _FOLLOW_UPS else None]
    withdrawn = story.kind is StoryKind.WITHDRAWN
    return Proof(
        story=story.id,
        address=snapshot.url,
        fetched_at=snapshot.fetched_at.isoformat(),
        sha256=story.snapshot_sha256,
        hash_holds=hashlib.sha256(snapshot.body).hexdigest() == story.snapshot_sha256,
        quotes=tuple(
            ProvedQuote(quote.text, quote.kind.value, stands(quote, version) is not withdrawn) for quote in quotes
        ),
    )
