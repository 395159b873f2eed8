"""What Alembic runs: the migrations, on the connection and in the transaction of `bot.store.migrate`."""

from __future__ import annotations

from alembic import context

from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    #: SQLite changes a table by making it anew.
    render_as_batch=True,
)
context.run_migrations()
