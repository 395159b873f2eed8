"""Quotes and edits with their marks, as a change's page shows them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Change, Edit, EditKind, Quote
from bot.web.text import plain
from bot.write.marks import Mark, Piece, Pieces, marked
from bot.write.quote import ELLIPSIS

#: More edits than this belong into a file (the change's JSON has them all).
MOST_EDITS = 1500
#: A quote longer than this is set smaller.
_LONG = 280


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote with its marks; ``was`` is empty unless it was reworded."""

    kind: str
    section: str
    was: Pieces
    now: Pieces
    #: Whether it is long, and should be set smaller.
    long: bool


@dataclass(frozen=True, slots=True)
class SectionView:
    """The edits of one section, folded."""

    name: str
    #: How many of each kind ("added", "reworded" ...).
    counts: tuple[tuple[str, int], ...]
    edits: tuple[tuple[str, Pieces], ...]


def quote_view(quote: Quote, change: Change) -> QuoteView:
    """The quote as it was told, or the whole sentence where the post had to cut it."""
    before, text = quote.before, quote.text
    if ELLIPSIS in text and (edit := source(quote, change)):
        before, text = edit.before, (edit.before if quote.kind is EditKind.REMOVED else edit.after) or text
    was: Pieces = ()
    if quote.kind is EditKind.REWORDED and before:
        both = marked(plain(before), plain(text))
        was, now = both.was, both.now
    else:
        now = (Piece(plain(text), Mark.GONE if quote.kind is EditKind.REMOVED else Mark.NEW),)
    length = max(sum(len(piece.text) for piece in pieces) for pieces in (was, now))
    return QuoteView(quote.kind.value, plain(quote.section), was, now, length > _LONG)


def sections(edits: Sequence[Edit]) -> tuple[SectionView, ...]:
    """Edits by section, as they come: that with the weightiest edit first. What lists can do without."""
    found: dict[str, list[Edit]] = {}
    for edit in edits[:MOST_EDITS]:
        found.setdefault(edit.section, []).append(edit)
    return tuple(
        SectionView(
            plain(name),
            tuple((kind.value, count) for kind, count in Counter(edit.kind for edit in group).most_common()),
            tuple((edit.kind.value, _woven(edit)) for edit in group),
        )
        for name, group in found.items()
    )


def source(quote: Quote, change: Change) -> Edit | None:
    """The edit that a quote is taken from."""
    pieces = [piece.strip() for piece in quote.text.split(ELLIPSIS) if piece.strip()]
    for edit in change.edits:
        text = edit.before if edit.kind is EditKind.REMOVED else edit.after
        if edit.kind is quote.kind and edit.section == quote.section and text and _holds(text, pieces):
            return edit
    return None


def _holds(text: str, pieces: list[str]) -> bool:
    """Whether the pieces stand in the text, in order."""
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def _woven(edit: Edit) -> Pieces:
    before, after = plain(edit.before or ""), plain(edit.after or "")
    if edit.kind is EditKind.MOVED:
        return (Piece(after or before),)
    if not before or not after:
        return (Piece(after, Mark.NEW),) if after else (Piece(before, Mark.GONE),)
    return marked(before, after).woven
