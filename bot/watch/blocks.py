"""Runs of text -> blocks: what HTML, Markdown, PDF and plain text share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.model import Block, BlockKind

#: Characters that nobody sees: soft hyphens, zero-width spaces, byte order marks, direction marks.
_INVISIBLE = re.compile("[\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
#: Joiners outside scripts that need them (Persian, Hindi, emoji): editors for pages leave them everywhere.
_IDLE_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]++|(?<![\u200c\u200d])[\u200c\u200d]++(?![^\x00-\x7f])")
_BULLET = re.compile(r"[•●▪◦‣·○■□∙⁃]\s*(?=\S)|[-–*]\s+(?=\w)")
#: "1.", "2.1", "(a)", "iv)", "Section 3."; a bare number only before a capital: "1 Scope", never "30 days", "a device".
_NUMBER = re.compile(
    r"(?:(?:section|article|part|§)\s*)?(?:\d{1,2}(?:\.\d{1,2})+[.):]?|(?:\d{1,2}|[ivx]{1,5}|[a-z])[.):]"
    r"|\((?:\d{1,2}|[ivx]{1,5}|[a-z])\)|\d{1,2}(?=\s+(?-i:[A-ZÀ-Þ])))\s+\S",
    re.IGNORECASE,
)
_MARKER = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,5}|[a-z])[.)]|\d{1,2}(?:\.\d{1,2})+", re.IGNORECASE)
_CLOSED = re.compile(r"[.!?;:…。！？；：][\"'”’»)\]]*$")
#: A numbered line that is no longer than this may be a title ("1. Scope"); a wrapped line is longer.
_LONGEST_TITLE = 60
#: A heading that somebody wrote as a paragraph is no longer than this (characters).
LONGEST_HEADLINE = 120
#: A heading element with more than this holds text, not a title.
LONGEST_HEADING = 300


@dataclass(frozen=True, slots=True)
class Run:
    """A line or paragraph as it was read."""

    text: str
    #: The share of its characters inside links.
    linked: float = 0.0
    #: Whether all of it is bold.
    bold: bool = False


#: A piece of a paragraph: its text, and whether that is linked and bold.
_Piece = tuple[str, bool, bool]
_BREAK: _Piece = ("\n", False, False)


class Inline:
    """Collects the text of one paragraph, with what is linked and bold in it."""

    def __init__(self) -> None:
        #: What there is so far.
        self.pieces: list[_Piece] = []
        self._seam = False

    def add(self, text: str, *, linked: bool = False, bold: bool = False) -> None:
        """More text; white space as in the source."""
        if self._seam:
            self._seam = False
            if self.pieces and _are_lines(self.pieces[-1][0], text):
                self.pieces += (_BREAK, _BREAK)
        self.pieces.append((text, linked, bold))

    def seam(self) -> None:
        """A ``<span>`` begins right where another ended: in one line, or each a line of its own by a style sheet.

        The letters tell: no line reads "...on the Site.1. Who" or "...we collectWe may", but a word may be in two.
        """
        self._seam = True

    def apart(self, *, always: bool = False) -> None:
        """A link (``always``: a button) begins: where one just ended, a style sheet keeps the two apart."""
        if self.pieces and (always or self.pieces[-1][1]):
            self.pieces.append((" ", False, False))

    def line_break(self) -> None:
        """A ``<br>``."""
        self.pieces.append(_BREAK)

    def take(self) -> list[Run]:
        """What was collected, a run a paragraph, and begin anew.

        A single line break separates where a sentence, a heading or a list entry ends with it; otherwise the author
        only wrapped a line (an address, a poem), which a reader sees as one.
        """
        pieces, self.pieces, self._seam = self.pieces, [], False
        paragraphs: list[list[Run]] = []
        line: list[_Piece] = []
        blank = True
        for piece in (*pieces, _BREAK):
            if piece is not _BREAK:
                line.append(piece)
                continue
            run, line = _run(line), []
            if not run.text:
                blank = True
            elif blank or _separate(paragraphs[-1][-1], run):
                paragraphs.append([run])
                blank = False
            else:
                paragraphs[-1].append(run)
        return [joined(lines) for lines in paragraphs]


def tidy(text: str) -> str:
    """Text as a reader sees it: one kind of space, composed characters, nothing invisible."""
    if not text.isascii():
        text = _INVISIBLE.sub("", _composed(text))
        if "\u200d" in text or "\u200c" in text:
            text = _IDLE_JOINER.sub("", text)
    return " ".join(text.replace("\0", "").split())


def _composed(text: str) -> str:
    """Text in Unicode's composed form (NFC); of marks that are piled on one letter the first ones."""
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _piled().sub(r"\1", text))


@cache
def _piled() -> re.Pattern[str]:
    """More marks on one letter than any script has: sorting them takes time that grows with their square.

    (30: the Stream-Safe Text Format of Unicode Standard Annex 15.)
    """
    marks = re.escape("".join(filter(unicodedata.combining, map(chr, range(0x300, 0x1F000)))))
    return re.compile(f"([{marks}]{{30}})[{marks}]++")


def block(run: Run, *, heading: int = 0, item: int = 0) -> Block:
    """The block that a run is.

    Args:
        run: A paragraph's text.
        heading: The level, if it is marked as a heading.
        item: The depth, if it is marked as a list item.
    """
    if heading and len(run.text) <= LONGEST_HEADING:
        return Block(BlockKind.HEADING, run.text, heading, run.linked)
    if item:
        return Block(BlockKind.ITEM, run.text, item, run.linked)
    if bullet := _BULLET.match(run.text):
        return Block(BlockKind.ITEM, run.text[bullet.end() :], 1, run.linked)
    if _is_headline(run):
        return Block(BlockKind.HEADING, run.text, 0, run.linked)
    return Block(BlockKind.PARAGRAPH, run.text, 0, run.linked)


def levelled(blocks: Iterable[Block]) -> Iterator[Block]:
    """Give headings that were written as paragraphs (level 0) the level below the marked heading above them."""
    level = 1
    for each in blocks:
        if each.kind is BlockKind.HEADING:
            if each.level:
                level = each.level
            else:
                each = replace(each, level=min(6, level + 1))
        yield each


def joined(runs: Sequence[Run]) -> Run:
    """Lines of one paragraph as one run."""
    if len(runs) == 1:
        return runs[0]
    share = sum(run.linked * len(run.text) for run in runs) / max(1, sum(len(run.text) for run in runs))
    return Run(" ".join(run.text for run in runs), round(share, 2), all(run.bold for run in runs))


def is_marker(text: str) -> bool:
    """Whether it is only the number of a section, clause or entry."""
    return bool(_MARKER.fullmatch(text))


def begins_entry(text: str) -> bool:
    """Whether a line begins with the bullet or the number of a list entry, clause or section."""
    return bool(_BULLET.match(text) or _NUMBER.match(text))


def ends_sentence(text: str) -> bool:
    """Whether a line ends where a sentence or clause does."""
    return bool(_CLOSED.search(text, max(0, len(text) - 8)))


def _run(pieces: Sequence[_Piece]) -> Run:
    text = tidy("".join([piece[0] for piece in pieces]))
    if not text:
        return Run("")
    if len(pieces) == 1:
        return Run(text, float(pieces[0][1]), pieces[0][2])
    length = linked = 0
    bold = True
    for piece, is_linked, is_bold in pieces:
        letters = sum(map(len, piece.split()))
        length += letters
        linked += letters if is_linked else 0
        bold = bold and (is_bold or not any(map(str.isalnum, piece)))
    return Run(text, round(linked / max(1, length), 2), bold)


def _are_lines(before: str, after: str) -> bool:
    """Whether what meets at a seam without a space can only be two lines."""
    if not before or not after:
        return False
    return (before[-1].islower() and after[0].isupper()) or (
        ends_sentence(before) and (after[0].isupper() or begins_entry(after[:40]))
    )


def _separate(before: Run, after: Run) -> bool:
    titled = len(before.text) <= _LONGEST_TITLE and _NUMBER.match(before.text) and after.text[0].isupper()
    return bool(titled or ends_sentence(before.text) or before.bold != after.bold or begins_entry(after.text))


def _is_headline(run: Run) -> bool:
    """A short bold line, or one in capitals, that is no sentence."""
    text = run.text
    if len(text) > LONGEST_HEADLINE or not any(map(str.isalpha, text)):
        return False
    if not run.bold and not (text.isupper() and len(text) >= 4):
        return False
    return not text.endswith((".", ";", ",", "!")) or (bool(_NUMBER.match(text)) and len(text.split()) <= 12)
