"""The told changes, as the store holds them: only what the bot's own page has settled as sent is ever shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import NotFound
from bot.model import Delivery, DeliveryState, Standpoint, Story, StoryKind
from bot.ports import Store

#: The publisher whose posts these pages are (bot/platforms/local.py).
OWN = "local"
#: Stories read beyond those that are wanted, because follow-ups among them are passed over.
_SPARE = 5


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a person can look at a story on another platform."""

    platform: str
    url: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A story that may be shown, and where else it was posted."""

    story: Story
    posted: tuple[Posted, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A change, and what became of it."""

    story: Story
    posted: tuple[Posted, ...]
    #: Oldest first; a correction is one of them.
    follow_ups: tuple[Shown, ...]

    @property
    def updated_at(self) -> datetime:
        """When something was last said of it."""
        return max(self.story.confirmed_at, *(each.story.confirmed_at for each in self.follow_ups), self.story.found_at)


class Shelf:
    """Reads the store for the pages. Every method may raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def latest(self, limit: int, *, before: str = "", policy_id: str = "") -> Sequence[Shown]:
        """The newest stories of every kind, newest first; of those ``before`` a story. Raises NotFound."""
        return self._newest(limit, before, policy_id, set(StoryKind))

    def changes(self, limit: int, *, before: str = "", policy_id: str = "") -> Sequence[Told]:
        """The newest changes (no follow-ups), newest first; of those ``before`` a change. Raises NotFound."""
        return [self._told(each) for each in self._newest(limit, before, policy_id, {StoryKind.POST})]

    def story(self, story_id: str) -> Shown:
        """A story of any kind. Raises NotFound, also for one that is not posted (yet)."""
        shown = self._shown(self._store.story(story_id))
        if shown is None:
            raise NotFound("This change is not posted.", about=story_id)
        return shown

    def change(self, story_id: str) -> Told:
        """A change with its follow-ups. Raises NotFound."""
        return self._told(self.story(story_id))

    def standpoint(self, story: Story) -> Standpoint:
        """What became of a change's wording."""
        told = (each.standpoint for each in self._store.told(story.policy.id) if each.story.id == story.id)
        return next(told, Standpoint.STANDING)

    def _newest(self, limit: int, before: str, policy_id: str, kinds: set[StoryKind]) -> list[Shown]:
        found: list[Shown] = []
        while len(found) < limit:
            wanted = limit - len(found) + _SPARE
            batch = self._store.stories(wanted, before, policy_id)
            found += [shown for each in batch if each.kind in kinds and (shown := self._shown(each))]
            if len(batch) < wanted:
                break
            before = batch[-1].id
        return found[:limit]

    def _told(self, shown: Shown) -> Told:
        under = [each for each in self._store.follow_ups(shown.story.id) if (each.id != shown.story.id)]
        return Told(shown.story, shown.posted, tuple(each for story in under if (each := self._shown(story))))

    def _shown(self, story: Story) -> Shown | None:
        sent = [each for each in self._store.deliveries(about=story.id) if each.state is DeliveryState.SENT]
        if not any(each.publisher == OWN for each in sent):
            return None
        return Shown(story, tuple(_posted(each) for each in sent if each.publisher != OWN and each.part.number == 0))


def _posted(delivery: Delivery) -> Posted:
    return Posted(delivery.publisher, delivery.receipt.url if delivery.receipt else "", delivery.sent_at)
