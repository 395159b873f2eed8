"""The pictures that go with parts, each kept once under its digest for as long as somebody needs it.

A part's picture is needed until the part is settled, and that of the bot's own page for good: the page shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, delete, or_, select

from bot.model import DeliveryState, Part
from bot.store.database import Room, insert_new
from bot.store.schema import outbox, pictures

#: States in which a part, and so its picture, may still be sent.
_UNSETTLED = (DeliveryState.OWED, DeliveryState.UNKNOWN, DeliveryState.PARKED)
#: The publisher that is the bot's own page.
_OWN_PAGE = "local"


class Pictures(Room):
    """`ports.PolicyStore`: the cards of its stories."""

    def picture(self, story_id: str) -> bytes | None:
        """The card of a story as its page shows it (a PNG); None where there is none."""
        shown = (
            select(pictures)
            .join(outbox, outbox.c.picture == pictures.c.sha256)
            .where(outbox.c.about == story_id, outbox.c.publisher == _OWN_PAGE)
        )
        with self._database.read() as connection:
            row = connection.execute(shown).first()
            return row.png if row is not None and _digest(row.png) == row.sha256 else None


def digest_of(part: Part) -> str:
    """Under which name the picture of a part is kept: its hex SHA-256, or ""."""
    return _digest(part.picture) if part.picture else ""


def put(connection: Connection, parts: Iterable[Part]) -> None:
    """Keep the pictures of parts; what is there already is not kept twice."""
    new = {digest_of(part): part.picture for part in parts if part.picture}
    insert_new(connection, pictures, [{"sha256": digest, "png": png} for digest, png in new.items()])


def get(connection: Connection, sha256: str) -> bytes:
    """A kept picture, b"" where it is lost; whoever sends it compares it with what was frozen."""
    return connection.execute(select(pictures.c.png).where(pictures.c.sha256 == sha256)).scalar() or b""


def drop_unneeded(connection: Connection) -> None:
    """Forget the pictures of parts that are settled."""
    needed = select(outbox.c.picture).where(or_(outbox.c.publisher == _OWN_PAGE, outbox.c.state.in_(_UNSETTLED)))
    connection.execute(delete(pictures).where(pictures.c.sha256.not_in(needed)))


def _digest(png: bytes) -> str:
    return hashlib.sha256(png).hexdigest()
