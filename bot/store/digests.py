"""What waited for too long is told together, in one post: the parts it stands for step back behind it.

A digest that was not tried yet can be taken apart again: for one that tells more, or because one of its stories was
retracted meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, update

from bot.model import Delivery, DeliveryState, StoryKind
from bot.store.database import Room
from bot.store.outbox import owe, to_delivery
from bot.store.schema import outbox, stories

#: Nobody has ever begun to send it.
_UNTRIED = and_(outbox.c.state == DeliveryState.OWED, outbox.c.lease_owner.is_(None))
_OVER = (DeliveryState.SENT, DeliveryState.DISCARDED, DeliveryState.DIGESTED)
_previous = outbox.alias("previous")
#: First parts that wait for long, each with the state of the part that it follows.
_OLD = (
    select(outbox.c.about, outbox.c.after, _previous.c.state.label("previous_state"))
    .join(stories, stories.c.id == outbox.c.about)
    .outerjoin(_previous, and_(_previous.c.publisher == outbox.c.publisher, _previous.c.key == outbox.c.after))
    .where(
        outbox.c.publisher == bindparam("publisher"),
        outbox.c.number == 0,
        outbox.c.owed_at <= bindparam("before"),
        stories.c.kind != StoryKind.CORRECTION,
        _UNTRIED,
    )
    .order_by(outbox.c.id)
)


class Digests(Room):
    """`ports.OutboxStore`: its digests."""

    def stale(self, publisher: str, before: datetime) -> Sequence[Delivery]:
        """What is to be told in one digest, oldest first: all parts of each story that was owed before and of which
        nothing was ever sent, with what an untried digest holds already; empty where nothing is new in it. Corrections
        are never among it."""
        with self._database.read() as connection:
            new = _stale(connection, publisher, before)
            if not new:
                return ()
            held = select(outbox).where(
                outbox.c.publisher == publisher,
                outbox.c.state == DeliveryState.DIGESTED,
                outbox.c.digest.in_(select(outbox.c.about).where(outbox.c.publisher == publisher, _UNTRIED)),
            )
            rows = [*connection.execute(held), *new]
            return [to_delivery(row) for row in sorted(rows, key=lambda row: row.id)]

    def fold(self, digest: Delivery, members: Sequence[Delivery]) -> bool:
        """Owe a digest in the place of its members, and of the digests that they were in; what follows one of them
        follows the digest. Nothing is done, and False returned, where one of them was touched meanwhile."""
        ids = [member.id for member in members]
        older = {member.digest for member in members if member.digest}
        of_publisher = outbox.c.publisher == digest.publisher
        with self._database.write() as connection:
            replaced = connection.execute(select(outbox).where(of_publisher, outbox.c.about.in_(older), _UNTRIED)).all()
            same = connection.execute(
                select(outbox.c.id).where(
                    outbox.c.id.in_(ids),
                    (_UNTRIED & (outbox.c.digest == ""))
                    | (
                        (outbox.c.state == DeliveryState.DIGESTED)
                        & outbox.c.digest.in_([row.about for row in replaced])
                    ),
                )
            ).all()
            if len(same) != len(ids):
                return False
            gone = [row.id for row in replaced]
            connection.execute(update(outbox).where(outbox.c.id.in_(gone)).values(state=DeliveryState.DISCARDED))
            connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(state=DeliveryState.DIGESTED, digest=digest.about, problem="")
            )
            before = [*(member.part.key for member in members), *(row.key for row in replaced)]
            connection.execute(
                update(outbox)
                .where(of_publisher, outbox.c.after.in_(before), outbox.c.id.not_in(ids), _UNTRIED)
                .values(after=digest.part.key)
            )
            owe(connection, [digest])
            return True

    def told_in(self, digest: str) -> Sequence[str]:
        """The ids of the stories that a digest tells; empty for what is no digest."""
        told = select(outbox.c.about).where(outbox.c.digest == digest, outbox.c.digest != "").order_by(outbox.c.id)
        with self._database.read() as connection:
            return list(dict.fromkeys(connection.execute(told).scalars()))


def take_apart(connection: Connection, about: str) -> None:
    """Undo the untried digests that tell a story: everything in them is owed by itself again."""
    holding = select(outbox.c.publisher, outbox.c.digest).where(
        outbox.c.about == about, outbox.c.state == DeliveryState.DIGESTED
    )
    for publisher, digest in connection.execute(holding.distinct()).all():
        untried = and_(outbox.c.publisher == publisher, outbox.c.about == digest, _UNTRIED)
        if connection.execute(update(outbox).where(untried).values(state=DeliveryState.DISCARDED)).rowcount:
            connection.execute(
                update(outbox)
                .where(outbox.c.publisher == publisher, outbox.c.digest == digest)
                .values(state=DeliveryState.OWED, digest="")
            )


def _stale(connection: Connection, publisher: str, before: datetime) -> list[Row[Any]]:
    told: set[str] = set()
    keys: set[str] = set()
    for row in connection.execute(_OLD, {"publisher": publisher, "before": before}).all():
        # What follows a part that is parked or unknown waits with it.
        if row.previous_state in (None, *_OVER) or row.after in keys:
            told.add(row.about)
            keys.update(_keys(connection, publisher, row.about))
    if not told:
        return []
    parts = select(outbox).where(outbox.c.publisher == publisher, outbox.c.about.in_(told), _UNTRIED)
    return list(connection.execute(parts.order_by(outbox.c.id)).all())


def _keys(connection: Connection, publisher: str, about: str) -> Sequence[str]:
    of_story = select(outbox.c.key).where(outbox.c.publisher == publisher, outbox.c.about == about)
    return connection.execute(of_story).scalars().all()
