"""A quote as a picture shows it: whole where there is room, marked word by word, or cut around what changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.model import Change, Edit, EditKind, Quote
from bot.write.inert import BREAK, inert
from bot.write.marks import Mark, Piece, Pieces, marked
from bot.write.templating import environment
from bot.write.trim import ELLIPSIS, trim

#: Characters of a heading.
_HEADING = 64
_START = (0, 1)


@dataclass(frozen=True, slots=True)
class Passage:
    """One edit as it is shown."""

    kind: str
    label: str
    #: "in 2.1 Information you give us", or "".
    place: str
    #: Old and new wording in one, or one below the other where little is common.
    paragraphs: tuple[Pieces, ...]
    #: What it said and what it says, without marks; "" for none.
    was: str
    now: str
    #: "1", "2" where there are several.
    number: str = ""


def passage_of(quote: Quote, change: Change, name: str) -> Passage:
    """A quote with its marks; the whole sentence where the quote is a piece of one that was reworded."""
    before, text, edit = quote.before or "", quote.text, _source(quote, change)
    if edit is not None:
        before, text = edit.before or before, edit.after or text
    before, text = clean(before), clean(text)
    words, kind = wording(), quote.kind.value
    section = short(clean(quote.section).strip(" .:;"), _HEADING)
    place = str(words.place(kind, "" if section.casefold() in name.casefold() else section))
    label = str(words.label(kind))
    if quote.kind is EditKind.REMOVED:
        return Passage(kind, label, place, ((Piece(text, Mark.GONE),),), was=text, now="")
    if quote.kind is not EditKind.REWORDED or not before:
        return Passage(kind, label, place, ((Piece(text, Mark.NEW),),), was="", now=text)
    both = marked(before, text)
    if ELLIPSIS in quote.text and edit is None:  # what the piece leaves out is not gone
        return Passage(kind, label, place, (both.now,), was="", now=text)
    woven = (both.was, both.now) if both.now == (Piece(text, Mark.NEW),) else (both.woven,)
    return Passage(kind, label, place, woven, was=before, now=text)


def _source(quote: Quote, change: Change) -> Edit | None:
    """The edit that a quote is a piece of; None where it is whole, or no edit is known to hold it."""
    if quote.kind is not EditKind.REWORDED or ELLIPSIS not in quote.text:
        return None
    pieces = [piece.strip() for piece in quote.text.split(ELLIPSIS) if piece.strip()]
    alike = (edit for edit in change.edits if (edit.kind, edit.section) == (quote.kind, quote.section))
    return next((edit for edit in alike if all(piece in (edit.after or "") for piece in pieces)), None)


def cut(whole: Passage, room: int) -> Passage:
    """With at most ``room`` characters, around what matters: the largest change with what it took the place of, where
    both fit, else only what is new."""
    if sum(len(piece.text) for pieces in whole.paragraphs for piece in pieces) <= room:
        return whole
    pieces = whole.paragraphs[-1]
    if len(whole.paragraphs) == 1 and (both := _around(pieces, room)) is not None:
        was = _text(both, Mark.SAME, Mark.GONE) if any(piece.mark is Mark.GONE for piece in both) else ""
        now = _text(both, Mark.SAME, Mark.NEW) if whole.now else ""
        return replace(whole, paragraphs=(both,), was=was, now=now)
    if whole.was and whole.now:
        pieces = marked(whole.was, whole.now).now
    kept = _around(pieces, room, whole=False) or ()
    words = _text(kept, *Mark)
    return replace(whole, paragraphs=(kept,), was="" if whole.now else words, now=words if whole.now else "")


def _around(pieces: Pieces, room: int, *, whole: bool = True) -> Pieces | None:
    """A cut of marked text around its largest change; None where that is not ``whole`` in it."""
    text = "".join(piece.text for piece in pieces)
    start, end = max(_changes(pieces), key=lambda run: run[1] - run[0], default=_START)
    core = (
        trim(text, (start, end), lambda piece: len(piece) <= room).removeprefix(ELLIPSIS).removesuffix(ELLIPSIS).strip()
    )
    at = text.find(core, max(0, start - len(core))) if core else -1
    if at < 0 or (whole and not at <= start <= end <= at + len(core)):
        return None
    found, place = [Piece(f"{ELLIPSIS} ")] if at else [], 0
    for piece in pieces:
        inside = piece.text[max(0, at - place) : max(0, at + len(core) - place)]
        if inside:
            found.append(Piece(inside, piece.mark))
        place += len(piece.text)
    if at + len(core) < len(text):
        found.append(Piece(f" {ELLIPSIS}"))
    return _joined(found)


def _changes(pieces: Pieces) -> list[tuple[int, int]]:
    """Where words went or came, in characters; what took the place of other words together with those."""
    runs: list[tuple[int, int]] = []
    at = 0
    for piece in pieces:
        end = at + len(piece.text)
        if piece.mark is not Mark.SAME:
            if runs and at - runs[-1][1] <= 1:
                runs[-1] = (runs[-1][0], end)
            else:
                runs.append((at, end))
        at = end
    return runs


def _joined(pieces: Sequence[Piece]) -> Pieces:
    """Neighbours of one mark as one."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].mark is piece.mark:
            found[-1] = Piece(found[-1].text + piece.text, piece.mark)
        else:
            found.append(piece)
    return tuple(found)


def _text(pieces: Pieces, *marks: Mark) -> str:
    """The words of these marks alone, without the space that only parts old words from new ones."""
    around = zip([None, *pieces], pieces, [*pieces[1:], None], strict=False)
    own = [
        piece.text
        for before, piece, after in around
        if piece.mark in marks
        and not (piece.text == " " and before and after and (before.mark, after.mark) == (Mark.GONE, Mark.NEW))
    ]
    return " ".join("".join(own).split())


# ---- words of others --------------------------------------------------------------------------------------------


def wording() -> Any:
    """The wording: macros of templates/card.j2."""
    return environment().get_template("card.j2").module


def clean(text: str) -> str:
    """Words of others on one line, with nothing in them that is unseen or turns the words around it."""
    return " ".join(inert(text).replace(BREAK, "").split())


def short(text: str, room: int) -> str:
    """The beginning of a text, cut where it can be."""
    return trim(text, _START, lambda cut: len(cut) <= room)
