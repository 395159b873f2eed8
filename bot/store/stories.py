"""What was told of the policies, what became of it, and what was taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, tuple_, update

from bot.errors import NotFound
from bot.model import Change, Delivery, Policy, Standpoint, Story, StoryKind, Told
from bot.store.database import Room, insert_if_new
from bot.store.digests import take_apart
from bot.store.history import number_of
from bot.store.nouns import to_noun, to_plain
from bot.store.outbox import hold_back, owe
from bot.store.schema import policies, stories

#: Told stories that wait for their date of effect, of policies that are still read.
_COMING = and_(
    stories.c.takes_effect.is_not(None),
    stories.c.standpoint == Standpoint.STANDING,
    stories.c.retracted == "",
    policies.c.watched,
    ~policies.c.paused,
)


class Stories(Room):
    """`ports.PolicyStore`: its stories."""

    def told(self, policy_id: str) -> Sequence[Told]:
        """The stories told of a policy, oldest first (kind POST only, each with what became of it)."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(stories)
                .join(policies)
                .where(policies.c.id == policy_id, stories.c.kind == StoryKind.POST)
                .order_by(stories.c.confirmed_at, stories.c.id)
            )
            return [_to_told(row) for row in rows]

    def taking_effect(self, day: date) -> Sequence[Told]:
        """Told stories whose date of effect came after they were told and is on or before ``day``, whose wording stands
        and of which that was not told yet."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(stories)
                .join(policies)
                .where(_COMING, stories.c.takes_effect <= day)
                .order_by(stories.c.takes_effect, stories.c.id)
            )
            return [_to_told(row) for row in rows]

    def next_effect(self) -> datetime | None:
        """The start (UTC) of the earliest day for which `taking_effect` will have something."""
        with self._database.read() as connection:
            day: date | None = connection.execute(
                select(func.min(stories.c.takes_effect)).join(policies).where(_COMING)
            ).scalar()
        return datetime.combine(day, time(), UTC) if day else None

    def tell(self, story: Story, owed: Sequence[Delivery], standpoints: Mapping[str, Standpoint]) -> None:
        """Record a story that no read of a page caused, with what is owed of it."""
        with self._database.write() as connection:
            if add_story(connection, number_of(connection, story.policy.id), story):
                set_standpoints(connection, standpoints)
                owe(connection, owed)

    def stories(self, limit: int, before: str = "", policy_id: str = "") -> Sequence[Story]:
        """Stories of every kind, newest first; the next page comes ``before`` the last one's id."""
        newest = select(stories).order_by(stories.c.confirmed_at.desc(), stories.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            if before:
                last = _row(connection, before)
                newest = newest.where(tuple_(stories.c.confirmed_at, stories.c.id) < (last.confirmed_at, last.id))
            if policy_id:
                newest = newest.where(stories.c.policy == number_of(connection, policy_id))
            return [_to_story(row) for row in connection.execute(newest)]

    def story(self, story_id: str) -> Story:
        """One story."""
        with self._database.read() as connection:
            return _to_story(_row(connection, story_id))

    def follow_ups(self, story_id: str) -> Sequence[Story]:
        """The stories under this one, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(stories).where(stories.c.under == story_id).order_by(stories.c.confirmed_at, stories.c.id)
            )
            return [_to_story(row) for row in rows]

    def retract(self, correction: Story, owed: Sequence[Delivery]) -> None:
        """Take a story back, and owe its correction to the platforms that have it or may have it."""
        wrong = stories.c.id == correction.under
        with self._database.write() as connection:
            row = _row(connection, correction.under)
            if row.retracted:
                return
            connection.execute(
                update(stories).where(wrong).values(retracted=correction.note, retracted_at=correction.confirmed_at)
            )
            add_story(connection, row.policy, correction)
            take_apart(connection, row.id)
            out = hold_back(connection, row.id)
            owe(connection, [delivery for delivery in owed if delivery.publisher in out])


def add_story(connection: Connection, policy: int, story: Story) -> bool:
    """Keep a story unless it is there already; whether it was new."""
    effective = story.change.effective
    comes = story.kind is StoryKind.POST and effective is not None and effective > story.confirmed_at.date()
    row = {
        "id": story.id,
        "policy": policy,
        "policy_then": to_plain(story.policy),
        "kind": story.kind,
        "change": to_plain(story.change),
        "found_at": story.found_at,
        "confirmed_at": story.confirmed_at,
        "snapshot_sha256": story.snapshot_sha256,
        "under": story.under,
        "note": story.note,
        "retracted": story.retracted,
        "not_before": story.not_before,
        "takes_effect": effective if comes else None,
        "standpoint": Standpoint.STANDING,
    }
    return insert_if_new(connection, stories, row)


def set_standpoints(connection: Connection, standpoints: Mapping[str, Standpoint]) -> None:
    """Write what became of stories told before."""
    for story_id, standpoint in standpoints.items():
        connection.execute(update(stories).where(stories.c.id == story_id).values(standpoint=standpoint))


def _row(connection: Connection, story_id: str) -> Row[Any]:
    row = connection.execute(select(stories).where(stories.c.id == story_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no change {story_id}: the list of changes has their names.", about=story_id)
    return row


def _to_story(row: Row[Any]) -> Story:
    return Story(
        id=row.id,
        policy=to_noun(Policy, row.policy_then),
        kind=StoryKind(row.kind),
        change=to_noun(Change, row.change),
        found_at=row.found_at,
        confirmed_at=row.confirmed_at,
        snapshot_sha256=row.snapshot_sha256,
        under=row.under,
        note=row.note,
        retracted=row.retracted,
        not_before=row.not_before,
    )


def _to_told(row: Row[Any]) -> Told:
    return Told(_to_story(row), Standpoint(row.standpoint))
