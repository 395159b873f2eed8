"""Who said "stop", in a file beside the database: an older database that is put back forgets it, the file does not.

One line an account, ``["mastodon", "109"]``, only ever added to; both say the same once the store is opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from bot.errors import StoreError

Account = tuple[str, str]


class OptOuts:
    """The file; without a ``path`` nothing is kept (a database in memory, or on a server that has its own backups)."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def read(self) -> list[Account]:
        """Everybody in it. A line that was cut off says nothing. Raises StoreError."""
        if self.path is None or not self.path.exists():
            return []
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise self._trouble(error) from error
        return [account for line in lines if (account := _account(line))]

    def add(self, accounts: Iterable[Account]) -> None:
        """Add them, on disk when this returns. Raises StoreError."""
        new = "".join(json.dumps(account) + "\n" for account in accounts)
        if self.path is None or not new:
            return
        try:
            with self.path.open("a+b") as file:
                if file.tell() and _last(file.fileno(), file.tell()) != b"\n":
                    new = "\n" + new  # after a line that was cut off
                file.write(new.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> StoreError:
        return StoreError(
            f"{self.path}, where those who want no answers are kept, cannot be used ({error.strerror}): give "
            "Smallprint's user the right to write it, and free some space if its disk is full."
        )


def _last(file: int, size: int) -> bytes:
    return os.pread(file, 1, size - 1)


def _account(line: str) -> Account | None:
    try:
        platform, author_id = json.loads(line)
    except (ValueError, TypeError):
        return None
    return (platform, author_id) if isinstance(platform, str) and isinstance(author_id, str) else None
