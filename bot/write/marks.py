"""Two wordings, marked word by word: what is gone from the old one and what is new in the new one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex

from bot.compare.align import phrases

#: Where less than this share of the longer text's words is common, marking single words only confuses.
_ALIKE = 0.3
#: Words beyond which two texts are not aligned; no sentence is nearly as long.
_LONGEST = 5000

#: Words where a script spaces them, else letters; then figures, and any other sign as its reader sees it.
_TOKEN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
    r"|\p{N}+(?:[.,:]\p{N}+)*"
    r"|[\p{L}\p{M}\p{N}\u200c\u200d]+(?:['’][\p{L}\p{M}\p{N}]+)*"
    r"|(?!\s)\X"
)


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and what became of it."""

    text: str
    mark: Mark = Mark.SAME


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """Two wordings, each whole with its own marks, and both woven into one."""

    was: Pieces
    now: Pieces
    woven: Pieces


@lru_cache(maxsize=1024)
def marked(before: str, after: str) -> Marked:
    """Mark what differs. Pieces of ``was`` joined are ``before``, those of ``now`` are ``after``."""
    old, new = _Tokens(before), _Tokens(after)
    spans = _spans(old.words, new.words)
    if spans is None:
        gone, come = Piece(before, Mark.GONE), Piece(after, Mark.NEW)
        return Marked((gone,), (come,), (gone, Piece(" "), come))
    was: list[Piece] = []
    now: list[Piece] = []
    woven: list[Piece] = []
    at_old = at_new = 0
    for a, b, c, d in spans:
        (gone_from, gone_to), (new_from, new_to) = old.span(a, b), new.span(c, d)
        hangs = c == d and a > 0 and c > 0 and old.span(0, a)[1] == gone_from
        if hangs:  # a sign that hung on its word is shown there, and not on the next one
            new_from = new_to = new.span(0, c)[1]
        gone, come = Piece(before[gone_from:gone_to], Mark.GONE), Piece(after[new_from:new_to], Mark.NEW)
        was += [Piece(before[at_old:gone_from]), gone]
        now += [Piece(after[at_new:new_from]), come]
        woven.append(Piece(after[at_new:new_from]))
        if gone.text and come.text:
            woven += [gone, Piece(" "), come]
        elif come.text or hangs:
            woven.append(come if come.text else gone)
        elif b == len(old.words):  # the space that went with the words stands before them, else behind
            woven += [Piece(before[old.span(0, a)[1] : gone_from]), gone]
        else:
            woven += [gone, Piece(before[gone_to : old.span(b, b)[0]])]
        at_old, at_new = gone_to, new_to
    was.append(Piece(before[at_old:]))
    now.append(Piece(after[at_new:]))
    woven.append(Piece(after[at_new:]))
    return Marked(_whole(was), _whole(now), _whole(woven))


class _Tokens:
    """A text's words and signs, and where they stand."""

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        self.words = [token[0] for token in found]
        self._starts = [*(token.start() for token in found), len(text)]
        self._ends = [token.end() for token in found]

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Some tokens in characters, from the first one to before ``end``; none stand where the next one begins."""
        start = self._starts[first]
        return start, self._ends[end - 1] if end > first else start


def _spans(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]] | None:
    """What differs, as token numbers (from, to) in each; None where too little is common to be worth marking."""
    if max(len(old), len(new)) > _LONGEST:
        return None
    spans = phrases(old, new)
    kept = len(old) - sum(b - a for a, b, _, _ in spans)
    return spans if kept >= _ALIKE * min(len(old), len(new)) else None


def _whole(pieces: list[Piece]) -> Pieces:
    """Without empty pieces, and neighbours of one mark as one."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].mark is piece.mark:
            found[-1] = Piece(found[-1].text + piece.text, piece.mark)
        elif piece.text:
            found.append(piece)
    return tuple(found)
