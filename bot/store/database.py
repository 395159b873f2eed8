"""One database, its transactions, and its troubles in words a person can act on.

Calls are synchronous and short, made from the bot's one event loop; a web handler in the same loop may call too, since
no transaction stays open across an ``await``. With a file, other threads and processes may call as well (each gets its
own connection; writers wait for each other up to ``BUSY_MS``). A database in memory belongs to one thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError

from bot.errors import StoreError

#: How long a writer waits for another one.
BUSY_MS = 5000

#: The beginning of SQLite's name for a trouble, and what to tell a person.
_TROUBLES = {
    "SQLITE_FULL": "{place} cannot be written, since its disk is full: free some space; nothing was lost.",
    "SQLITE_BUSY": "{place} is locked by another process: let its backup or the other Smallprint end, and try again.",
    "SQLITE_LOCKED": "{place} is locked by another process: let its backup or the other Smallprint end, and try again.",
    "SQLITE_READONLY": "{place} cannot be written: give Smallprint's user the right to write the file and its folder.",
    "SQLITE_PERM": "{place} cannot be written: give Smallprint's user the right to write the file and its folder.",
    "SQLITE_CANTOPEN": "{place} cannot be opened: check that its folder exists and that Smallprint's user may use it.",
    "SQLITE_NOTADB": "{place} is not a database: move that file away, or name another one in `store`.",
    "SQLITE_CORRUPT": "{place} is damaged: stop the bot and restore the newest backup.",
    "SQLITE_IOERR": "{place} cannot be read or written: the disk reports an error; check it before you go on.",
}


class Database:
    """Opens ``url`` ("sqlite:///state/smallprint.db"; "sqlite://" in memory; "postgresql+psycopg://...").

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.in_memory = _is_sqlite(parsed) and parsed.database in (None, "", ":memory:")
        #: Where the tables are, if that is a file of this machine.
        self.file = None if self.in_memory or not _is_sqlite(parsed) else _file(parsed)
        #: How it is called in errors; never with a password.
        self.place = _called(parsed)
        self._engine = self._open(parsed)
        # A writer locks at once: one that reads first and locks later can be refused half-way.
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")

    def _open(self, url: URL) -> Engine:
        if not _is_sqlite(url):
            try:
                return create_engine(url, pool_pre_ping=True)
            except ModuleNotFoundError as error:
                raise StoreError(f"{self.place} needs the Python package {error.name}: install it first.") from error
        if self.in_memory:
            engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        else:
            self._make_folder(url.database or "")
            engine = create_engine(url)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _make_folder(self, file: str) -> None:
        if file.startswith("file:"):  # SQLite's own form of address, for those who know what they want
            return
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self.place} cannot be made: {error.strerror} at {error.filename}; name another place in `store`."
            ) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """All reads inside see the same moment. Raises StoreError."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """All or nothing; on SQLite the only writer meanwhile. Raises StoreError, and then nothing was written."""
        with self._translated(), self._writer.begin() as connection:
            yield connection

    def tidy(self) -> None:
        """SQLite's statistics and write-ahead log; a server keeps its own house. Raises StoreError."""
        if self._engine.dialect.name == "sqlite":
            outside = self._engine.execution_options(begin="")
            with self._translated(), outside.connect() as connection:
                connection.exec_driver_sql("PRAGMA optimize")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Trouble with the database becomes a sentence; a mistake of ours (a broken constraint, bad SQL) stays one."""
        try:
            yield
        except DBAPIError as error:
            if sentence := self._sentence(error):
                raise StoreError(sentence) from error
            raise

    def _sentence(self, error: DBAPIError) -> str:
        if isinstance(error.orig, sqlite3.Error):
            name = getattr(error.orig, "sqlite_errorname", "")
            known = (text for start, text in _TROUBLES.items() if name.startswith(start))
            return next(known, "").format(place=self.place)
        if isinstance(error, OperationalError | InterfaceError):
            return f"{self.place} cannot be reached or does not answer: check that it runs and that `store` is right."
        return ""


class Room:
    """A part of the store: what each needs of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that are not there yet, by primary key or unique constraint."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless it is there already; whether it was new."""
    new = _insert(connection, table).values(row).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(new).one_or_none() is not None


def upsert(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or give the one with its primary key these values."""
    connection.execute(
        _insert(connection, table).values(row).on_conflict_do_update(index_elements=table.primary_key, set_=row)
    )


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The one statement that the two databases share and SQLAlchemy's core does not have."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError("`store` is no database address: write for example sqlite:///state/smallprint.db.") from error
    return parsed


def _file(url: URL) -> Path | None:
    name = str(url.database)
    return None if name.startswith("file:") else Path(name)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _called(url: URL) -> str:
    if _is_sqlite(url):
        return f"The database {url.database or 'in memory'}"
    return f"The database {url.database} at {url.host}"


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """Transactions are begun by `_begin` alone: the driver's own would begin late and share badly."""
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {BUSY_MS}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    if begin := connection.get_execution_options().get("begin", "BEGIN"):
        connection.exec_driver_sql(begin)
