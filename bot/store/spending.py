"""What posts cost: reserved before a part is sent, and spent as soon as it may have been.

A reservation counts for as long as its part may still be sent. What is spent counts for ever, also where the part was
never found again: the platform may have charged for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from bot.model import DeliveryState
from bot.store.database import Room
from bot.store.schema import outbox, spending


class Spending(Room):
    """`ports.OutboxStore`: its money. All amounts are in millionths of a dollar."""

    def reserve(self, publisher: str, prices: Mapping[str, int], budget: int | None, now: datetime) -> bool:
        """Set aside what these parts cost, all or nothing, unless the month's ``budget`` would be exceeded."""
        month = _month(now)
        with self._database.write() as connection:
            rows = connection.execute(
                select(spending.c.id, spending.c.key, spending.c.month).where(
                    spending.c.publisher == publisher, spending.c.key.in_(prices), ~spending.c.spent
                )
            ).all()
            # What was set aside in another month is charged in this one.
            stale = [row for row in rows if row.month != month]
            new = [key for key in prices if key not in {row.key for row in rows}]
            asked = sum(prices[row.key] for row in stale) + sum(prices[key] for key in new)
            if asked and budget is not None and _used(connection, publisher, month) + asked > budget:
                return False
            for row in stale:
                connection.execute(
                    update(spending).where(spending.c.id == row.id).values(month=month, micros=prices[row.key])
                )
            for key in new:
                connection.execute(
                    insert(spending).values(publisher=publisher, key=key, month=month, micros=prices[key], spent=False)
                )
            return True

    def spent(self, publisher: str, now: datetime) -> int:
        """What this month has cost so far, what is set aside for posts under way included."""
        with self._database.read() as connection:
            return _used(connection, publisher, _month(now))

    def charge(self, publisher: str, key: str, price: int, now: datetime) -> None:
        """Count a part that was found on the platform and of whose price nothing is known here: an older database."""
        with self._database.write() as connection:
            count_as_spent(connection, publisher, key)
            known = select(spending.c.id).where(spending.c.publisher == publisher, spending.c.key == key)
            if connection.execute(known).first() is None:
                connection.execute(
                    insert(spending).values(publisher=publisher, key=key, month=_month(now), micros=price, spent=True)
                )


def count_as_spent(connection: Connection, publisher: str, key: str) -> None:
    """The part is sent, or may be."""
    of_part = and_(spending.c.publisher == publisher, spending.c.key == key, ~spending.c.spent)
    connection.execute(update(spending).where(of_part).values(spent=True))


def _used(connection: Connection, publisher: str, month: str) -> int:
    part = and_(outbox.c.publisher == spending.c.publisher, outbox.c.key == spending.c.key)
    may_be_sent = outbox.c.state.in_((DeliveryState.OWED, DeliveryState.UNKNOWN))
    used: int | None = connection.execute(
        select(func.sum(spending.c.micros))
        .select_from(spending)
        .outerjoin(outbox, part)
        .where(spending.c.publisher == publisher, spending.c.month == month, or_(spending.c.spent, may_be_sent))
    ).scalar()
    return used or 0


def _month(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m}"
