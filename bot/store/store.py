"""The whole store: each part in a file of its own, one transaction at a time on one database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, select, union, union_all, update

from bot.store.checks import Checks
from bot.store.database import Database, upsert
from bot.store.digests import Digests
from bot.store.history import History
from bot.store.migrate import migrate
from bot.store.outbox import Outbox
from bot.store.pictures import Pictures, drop_unneeded
from bot.store.policies import Policies
from bot.store.requests import Requests
from bot.store.schema import notes, outbox, policies
from bot.store.spending import Spending
from bot.store.stories import Stories

#: What is worked on by one at a time.
_LEASED = (policies, outbox)

_RECALL = select(notes.c.text).where(notes.c.name == bindparam("name"))


class SqlStore(Policies, History, Checks, Stories, Pictures, Outbox, Digests, Spending, Requests):
    """`ports.Store` on a database that SQLAlchemy speaks to (database.py says from where it may be called)."""

    def recall(self, name: str) -> str:
        """A small named text, or ""."""
        with self._database.read() as connection:
            return connection.execute(_RECALL, {"name": name}).scalar() or ""

    def remember(self, name: str, text: str) -> None:
        """Keep a small named text."""
        with self._database.write() as connection:
            upsert(connection, notes, {"name": name, "text": text})

    def last_moment(self) -> datetime | None:
        """The newest thing that this database knows of."""
        known = union_all(
            select(func.max(policies.c.last_checked_at)),
            select(func.max(outbox.c.sent_at)),
            select(func.max(outbox.c.owed_at)),
            select(func.max(outbox.c.last_read_at)),
        )
        with self._database.read() as connection:
            moments: list[datetime] = [each for each in connection.execute(known).scalars() if each is not None]
            return max(moments, default=None)

    def lease_owners(self) -> Collection[str]:
        """Who has something leased."""
        with self._database.read() as connection:
            owners = [select(table.c.lease_owner).where(table.c.lease_until.is_not(None)) for table in _LEASED]
            return set(connection.execute(union(*owners)).scalars())

    def end_leases(self, owner: str, now: datetime) -> None:
        """What ``owner`` had leased is free at once; the outbox still knows that a claim was not settled."""
        with self._database.write() as connection:
            for table in _LEASED:
                held = table.c.lease_owner == owner, table.c.lease_until > now
                connection.execute(update(table).where(*held).values(lease_until=now))

    def tidy(self) -> None:
        """What may wait for a quiet moment."""
        with self._database.write() as connection:
            drop_unneeded(connection)
        self._database.tidy()

    def close(self) -> None:
        """Give back the database."""
        self._database.close()


def open_store(url: str = "sqlite:///state/smallprint.db") -> SqlStore:
    """Open a store, making or migrating its tables where that is needed ("sqlite://": in memory, gone when closed).

    Raises:
        StoreError: it cannot be opened, is no database of ours, or was made by a newer Smallprint.
    """
    database = Database(url)
    try:
        migrate(database)
        store = SqlStore(database)
        store.agree_on_opt_outs()
    except BaseException:
        database.close()
        raise
    return store
