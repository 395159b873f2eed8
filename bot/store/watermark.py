"""How far the bot had come, noted outside of its database: so an older database is known for what it is.

A number in a file beside SQLite's. It may lag behind the database (the process died in between), which is harmless; the
database never lags behind it, unless it was replaced by an older one. On a machine that has no such file yet, a
database that has sent something already came from elsewhere.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bot.ports import OutboxStore

_SQLITE = "sqlite:///"


class Watermark:
    """Args: url: the database's address. Only SQLite's, in a file, has a place beside it."""

    def __init__(self, url: str) -> None:
        self._file = Path(f"{url.removeprefix(_SQLITE)}.sent") if url.startswith(_SQLITE) and url != _SQLITE else None

    def note(self, store: OutboxStore) -> None:
        """The store has come so far. Where it cannot be written, the next start looks at the platforms for nothing."""
        if self._file is not None:
            with suppress(OSError):
                self._file.write_text(str(store.sent_count()), encoding="ascii")

    def is_ahead_of(self, store: OutboxStore) -> bool:
        """Whether the store is older than what the bot has done, or may be."""
        if self._file is None:
            return False
        count = store.sent_count()
        try:
            return int(self._file.read_text(encoding="ascii")) > count
        except (OSError, ValueError):
            return count > 0
