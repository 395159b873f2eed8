"""Makes the tables, or brings those of an older Smallprint up to date, when a store is opened.

Alembic is imported only when there is something to do, since it takes longer than everything else at the start.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.schema import REVISION, metadata


def migrate(database: Database) -> None:
    """Bring the database to `REVISION`, in one transaction.

    Raises:
        StoreError: it cannot be, since it belongs to something else or was made by a newer Smallprint.
    """
    with database.read() as connection:
        if _revision(connection) == REVISION:
            return
    with database.write() as connection:
        if database.in_memory:
            metadata.create_all(connection, checkfirst=False)
        elif (revision := _revision(connection)) != REVISION:  # another process may have been faster
            if revision is None and inspect(connection).get_table_names():
                raise StoreError(
                    f"{database.place} belongs to another program: name another one in `store`, such as "
                    "sqlite:///state/smallprint.db."
                )
            _upgrade(connection, database, revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _upgrade(connection: Connection, database: Database, revision: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"{database.place} was made by a newer Smallprint (schema {revision}, this one knows {REVISION}): update "
            "Smallprint, or restore the backup from before the update."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
