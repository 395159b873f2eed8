"""Parts on their way out: owed, claimed, settled.

A row is claimed by one worker at a time. A claim that ended without being settled was cut off while it was sent, so
its part comes back as UNKNOWN, to be read back from the beginning. A part waits for the one it follows, and takes that
one's receipt as its parent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from bot.errors import NotFound
from bot.model import Delivery, DeliveryState, Part, Receipt
from bot.store import pictures
from bot.store.database import Room, insert_new, upsert
from bot.store.nouns import to_noun, to_plain
from bot.store.schema import outbox, paused_platforms, platform_rests
from bot.store.spending import count_as_spent

#: States in which a part may still be sent by itself.
_OPEN = (DeliveryState.OWED, DeliveryState.UNKNOWN)

_previous = outbox.alias("previous")
#: A reply to a person, which has a pace of its own (requests/limits.py).
_ANSWER = and_(outbox.c.parent.is_not(None), outbox.c.after == "")


class Outbox(Room):
    """`ports.OutboxStore`."""

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        """Add parts that no check owes; a key that is already there is left as it is."""
        with self._database.write() as connection:
            owe(connection, deliveries)

    def claim(
        self, publisher: str, now: datetime, owner: str, lease: timedelta, limit: int, *, begin: bool = True
    ) -> Sequence[Delivery]:
        """Up to ``limit`` parts whose turn it is, weightiest first, then oldest."""
        turn = _TURN if begin else _TURN_OF_BEGUN
        with self._database.write() as connection:
            if _held(connection, publisher, now):
                return ()
            rows = connection.execute(turn, {"publisher": publisher, "now": now, "rows": limit}).all()
            return [_claim(connection, row, owner, now + lease) for row in rows]

    def settle(self, delivery: Delivery) -> None:
        """Write a delivery's new state and end the claim."""
        with self._database.write() as connection:
            row = _row(connection, delivery.id)
            if row.lease_owner == delivery.owner:
                ended = {"lease_owner": None, "lease_until": None}
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(ended))
            if _may_follow(DeliveryState(row.state), delivery.state):
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(_outcome(delivery)))
            if delivery.state in (DeliveryState.SENT, DeliveryState.UNKNOWN):
                count_as_spent(connection, row.publisher, row.key)
            if delivery.state is DeliveryState.DISCARDED:
                _discard_rest(connection, row)

    def begun_since(self, publisher: str, since: datetime) -> int:
        """How many stories were begun after ``since``, what may have been sent included."""
        with self._database.read() as connection:
            return connection.execute(_BEGUN, {"publisher": publisher, "since": since}).scalar_one()

    def waiting_since(self, publisher: str, now: datetime) -> datetime | None:
        """When the story was owed that has waited the longest for its turn, of those whose turn it is."""
        with self._database.read() as connection:
            since: datetime | None = connection.execute(_LONGEST, {"publisher": publisher, "now": now}).scalar()
            return since

    def sent_count(self) -> int:
        """How many parts were ever sent: it only grows, unless the database is replaced by an older one."""
        with self._database.read() as connection:
            return connection.execute(select(func.count()).where(outbox.c.state == DeliveryState.SENT)).scalar_one()

    def rest_platform(self, publisher: str, until: datetime) -> None:
        """The platform asked for a pause: nothing is sent to it before ``until``."""
        with self._database.write() as connection:
            upsert(connection, platform_rests, {"publisher": publisher, "until": until})

    def deliveries(self, *, about: str = "", states: Collection[DeliveryState] = ()) -> Sequence[Delivery]:
        """The outbox, oldest first; all states when none are named."""
        wanted = select(outbox).order_by(outbox.c.id)
        if about:
            wanted = wanted.where(outbox.c.about == about)
        if states:
            wanted = wanted.where(outbox.c.state.in_(states))
        with self._database.read() as connection:
            return [to_delivery(row) for row in connection.execute(wanted)]

    def steer(self, delivery_id: int, state: DeliveryState) -> Delivery:
        """An operator's word: OWED or DISCARDED."""
        with self._database.write() as connection:
            row = _row(connection, delivery_id)
            if row.state == DeliveryState.SENT:
                raise NotFound(
                    f"Delivery {delivery_id} is sent already: to take a post back, use `smallprint retract`.",
                    about=row.about,
                )
            if row.state == DeliveryState.DIGESTED:
                raise NotFound(
                    f"Delivery {delivery_id} is told in a digest: `smallprint outbox list --all` shows that one.",
                    about=row.about,
                )
            if state is DeliveryState.OWED and not row.payload:
                raise NotFound(
                    f"There is nothing of delivery {delivery_id} that could be sent, since the platform cannot take "
                    "its words: discard it.",
                    about=row.about,
                )
            if state is DeliveryState.OWED and row.state != DeliveryState.OWED:
                state = DeliveryState.UNKNOWN  # whatever was tried may be out there: it is read back first
            values = {"state": state, "next_attempt_at": None, "attempts": 0, "empty_reads": 0}
            connection.execute(update(outbox).where(outbox.c.id == delivery_id).values(values))
            if state is DeliveryState.DISCARDED:
                _discard_rest(connection, row)
            return to_delivery(_row(connection, delivery_id))

    def pause_platform(self, publisher: str, reason: str) -> None:
        """Keep everything of this platform back until `resume_platform`."""
        with self._database.write() as connection:
            upsert(connection, paused_platforms, {"publisher": publisher, "reason": reason})

    def resume_platform(self, publisher: str) -> None:
        """Go on."""
        with self._database.write() as connection:
            for table in (paused_platforms, platform_rests):
                connection.execute(delete(table).where(table.c.publisher == publisher))

    def paused_platforms(self) -> Mapping[str, str]:
        """Paused publishers and why."""
        with self._database.read() as connection:
            return {row.publisher: row.reason for row in connection.execute(select(paused_platforms))}


def owe(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Add parts to the outbox; a key that a publisher has already is left as it is."""
    pictures.put(connection, (delivery.part for delivery in deliveries))
    insert_new(connection, outbox, [_columns(delivery) for delivery in deliveries])


def hold_back(connection: Connection, about: str) -> frozenset[str]:
    """Send nothing more of a story: what was never tried is discarded, what may have been sent is parked.

    Returns:
        The publishers that have the story, or may have it.
    """
    of_story = and_(outbox.c.about == about, outbox.c.state.in_(_OPEN))
    untried = and_(outbox.c.state == DeliveryState.OWED, outbox.c.lease_owner.is_(None))
    connection.execute(update(outbox).where(of_story, untried).values(state=DeliveryState.DISCARDED))
    connection.execute(
        update(outbox)
        .where(of_story)
        .values(
            state=DeliveryState.PARKED,
            problem="Retracted before it was known whether it had been sent: look, and delete it there if it was.",
        )
    )
    out = outbox.c.state.in_((DeliveryState.SENT, DeliveryState.PARKED, DeliveryState.DIGESTED))
    return frozenset(
        connection.execute(select(outbox.c.publisher).where(outbox.c.about == about, out).distinct()).scalars()
    )


_NOW: BindParameter[datetime] = bindparam("now")


def _turn(*columns: Any) -> Select[Any]:
    """The parts of a publisher whose turn it is, each with the one it follows."""
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= _NOW)
    reached = or_(outbox.c.next_attempt_at.is_(None), outbox.c.next_attempt_at <= _NOW)
    over = or_(_previous.c.id.is_(None), _previous.c.state.in_((DeliveryState.SENT, DeliveryState.DISCARDED)))
    return (
        select(*columns)
        .outerjoin_from(
            outbox, _previous, and_(_previous.c.publisher == outbox.c.publisher, _previous.c.key == outbox.c.after)
        )
        .where(outbox.c.publisher == bindparam("publisher"), outbox.c.state.in_(_OPEN), free, reached, over)
    )


_TURN = (
    _turn(
        outbox,
        _previous.c.state.label("previous_state"),
        _previous.c.receipt.label("previous_receipt"),
        _previous.c.root.label("previous_root"),
    )
    .order_by(outbox.c.weight.desc(), outbox.c.owed_at.asc().nulls_first(), outbox.c.id)
    .limit(bindparam("rows"))
    .with_for_update(of=outbox, skip_locked=True)
)
_TURN_OF_BEGUN = _TURN.where(
    or_(outbox.c.number > 0, outbox.c.state == DeliveryState.UNKNOWN, outbox.c.lease_owner.is_not(None), _ANSWER)
)
#: Which parts tell a story for the first time on their platform.
_FIRST = and_(outbox.c.number == 0, ~_ANSWER)
_LONGEST = _turn(func.min(outbox.c.owed_at)).where(_FIRST, outbox.c.state == DeliveryState.OWED)
_BEGUN = select(func.count()).where(
    outbox.c.publisher == bindparam("publisher"),
    _FIRST,
    or_(
        and_(outbox.c.state == DeliveryState.SENT, outbox.c.sent_at > bindparam("since")),
        # After so many attempts, each twice as long after the one before, it was begun more than an hour ago.
        and_(outbox.c.state == DeliveryState.UNKNOWN, outbox.c.attempts <= 6),
        outbox.c.lease_owner.is_not(None),
    ),
)


def _may_follow(now: DeliveryState, then: DeliveryState) -> bool:
    """Whether a settled state may take the place of the one that stands, which an operator or another worker wrote.

    What is sent stays sent, and being sent is stronger than anything else. What an operator decided stays. And what may
    have been sent is never simply owed again, whoever says so: it must be read back.
    """
    if then is DeliveryState.SENT:
        return now is not DeliveryState.SENT
    return now in _OPEN and not (now is DeliveryState.UNKNOWN and then is DeliveryState.OWED)


def _claim(connection: Connection, row: Row[Any], owner: str, until: datetime) -> Delivery:
    claimed: dict[str, Any] = {"lease_owner": owner, "lease_until": until}
    if row.lease_owner is not None:
        claimed |= {"state": DeliveryState.UNKNOWN, "empty_reads": 0}
        count_as_spent(connection, row.publisher, row.key)
    if row.previous_state == DeliveryState.SENT:
        claimed["parent"] = row.previous_receipt
        claimed["root"] = row.previous_root or row.previous_receipt
    connection.execute(update(outbox).where(outbox.c.id == row.id).values(claimed))
    delivery = to_delivery(_row(connection, row.id))
    if not row.picture:
        return delivery
    return replace(delivery, part=replace(delivery.part, picture=pictures.get(connection, row.picture)))


def _discard_rest(connection: Connection, row: Row[Any]) -> None:
    """Later parts of the same thread make no sense alone; a follow-up, which is about another story, does."""
    following = and_(
        outbox.c.publisher == row.publisher,
        outbox.c.about == row.about,
        outbox.c.after == row.key,
        outbox.c.state != DeliveryState.SENT,
    )
    for part in connection.execute(select(outbox).where(following)).all():
        connection.execute(update(outbox).where(outbox.c.id == part.id).values(state=DeliveryState.DISCARDED))
        _discard_rest(connection, part)


def _held(connection: Connection, publisher: str, now: datetime) -> bool:
    """Whether nothing may be sent: the operator must act, or the platform asked for a pause."""
    return connection.execute(_HELD, {"publisher": publisher, "now": now}).first() is not None


_HELD = union_all(
    select(paused_platforms.c.publisher).where(paused_platforms.c.publisher == bindparam("publisher")),
    select(platform_rests.c.publisher).where(
        platform_rests.c.publisher == bindparam("publisher"), platform_rests.c.until > _NOW
    ),
)


def _row(connection: Connection, delivery_id: int) -> Row[Any]:
    row = connection.execute(select(outbox).where(outbox.c.id == delivery_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no delivery {delivery_id}: `smallprint outbox list` shows those there are.")
    return row


def _outcome(delivery: Delivery) -> dict[str, Any]:
    """What sending, or trying to, may change."""
    return {
        "state": delivery.state,
        "attempts": delivery.attempts,
        "empty_reads": delivery.empty_reads,
        "last_read_at": delivery.last_read_at,
        "next_attempt_at": delivery.next_attempt_at,
        "problem": delivery.problem,
        "receipt": _plain(delivery.receipt),
        "sent_at": delivery.sent_at,
    }


def _columns(delivery: Delivery) -> dict[str, Any]:
    return _outcome(delivery) | {
        "publisher": delivery.publisher,
        "key": delivery.part.key,
        "number": delivery.part.number,
        "payload": delivery.part.payload,
        "about": delivery.about,
        "after": delivery.after,
        "parent": _plain(delivery.parent),
        "root": _plain(delivery.root),
        "weight": delivery.weight,
        "owed_at": delivery.owed_at,
        "digest": delivery.digest,
        "picture": pictures.digest_of(delivery.part),
    }


def to_delivery(row: Row[Any]) -> Delivery:
    """A row as a noun."""
    return Delivery(
        publisher=row.publisher,
        part=Part(row.key, row.number, row.payload),
        about=row.about,
        after=row.after,
        parent=_receipt(row.parent),
        root=_receipt(row.root),
        weight=row.weight,
        owed_at=row.owed_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        empty_reads=row.empty_reads,
        last_read_at=row.last_read_at,
        next_attempt_at=row.next_attempt_at,
        problem=row.problem,
        receipt=_receipt(row.receipt),
        sent_at=row.sent_at,
        digest=row.digest,
        owner=row.lease_owner,
        id=row.id,
    )


def _plain(receipt: Receipt | None) -> Any:
    return None if receipt is None else to_plain(receipt)


def _receipt(plain: Any) -> Receipt | None:
    return None if plain is None else to_noun(Receipt, plain)
