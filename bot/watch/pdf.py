"""PDF -> blocks: paragraphs rebuilt from lines, without running headers, footers and page numbers.

A PDF has no paragraphs, only letters at places. PDFium puts them into lines in reading order (pdfium.py); where a
paragraph ends is seen as a reader sees it: by the space above a line, by its size and weight, by a bullet or number, by
a last line that ends early.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.errors import ExtractError
from bot.model import Block
from bot.watch.blocks import Run, begins_entry, block, ends_sentence, tidy
from bot.watch.mend import finished
from bot.watch.pdfium import read_rows

#: Fewer letters a page than this mean pictures of text.
LEAST_LETTERS = 20
#: Lines at the top and at the bottom of a page that may be running headers and footers.
_MARGIN_LINES = 4
#: A running line stands at the same height on at least so many pages, and on this share of them.
_REPEATS, _REPEATED_SHARE = 3, 0.5
#: A line so much taller than the body text is a heading; so much more space than usual begins a paragraph.
_TALLER, _SPACED = 1.12, 1.3
#: A line that ends so much of the width before the edge was ended by its author.
_EARLY = 0.15
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|página|pagina|pag|p)\b\.?\s*)?\d{1,4}(?:\s*(?:/|of|von|de|di|sur|van|\|)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
#: What PDFium writes for a hyphen at the end of a line when it puts the two halves together.
_MARK = "\ufffe"
_DIVIDED = re.compile(r"(?<![^\W\d_])([^\W\d_]++)[\ufffe\u0002\u00ad]([^\W\d_]++)")
_HYPHEN_AT_END = re.compile(r"(?<=[^\W\d_])[-‐\u00ad\u0002\ufffe]$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line. Lengths in points, from the lower left corner of the page."""

    page: int
    text: str
    #: Of its first and of its last letter: PDFium makes one line of two where a word was divided.
    base: float
    foot: float
    left: float
    right: float
    height: float
    bold: bool


def read_pdf(body: bytes) -> tuple[list[Block], str]:
    """The blocks of a PDF and the title that its maker gave it.

    Raises:
        ExtractError: it is locked, damaged, far too large, or holds pictures of text.
    """
    found, title = read_rows(body)
    pages = [[_Line(number, *row) for row in rows] for number, rows in enumerate(found)]
    if sum(len(line.text) for lines in pages for line in lines) < LEAST_LETTERS * max(1, len(pages)):
        raise ExtractError("The PDF holds pictures of text, not text: watch a page that has the words.")
    lines = [line for lines in _without_running(pages) for line in lines]
    return finished(list(_blocks(lines))), title


# ---- running headers and footers -------------------------------------------------------------------------------


def _without_running(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """Without the lines that stand at one height on most pages, whatever numbers are in them, and page numbers.

    The first page keeps its header: it is where many a document has its title and date.
    """
    seen = Counter(place for lines in pages for place in {_place(line) for line in _margins(lines)})
    least = max(_REPEATS, _REPEATED_SHARE * len(pages))
    kept: list[list[_Line]] = []
    for lines in pages:
        highest = _margins(lines)[:_MARGIN_LINES] if not kept else []
        numbers = [line for line in _outermost(lines) if _PAGE_NUMBER.fullmatch(line.text)]
        running = [line for line in _margins(lines) if seen[_place(line)] >= least and line not in highest]
        kept.append([line for line in lines if line not in numbers and line not in running])
    return kept


def _margins(lines: Sequence[_Line]) -> list[_Line]:
    by_height = sorted(lines, key=lambda line: -line.base)
    return by_height[:_MARGIN_LINES] + by_height[_MARGIN_LINES:][-_MARGIN_LINES:]


def _outermost(lines: Sequence[_Line]) -> tuple[_Line, ...]:
    return (max(lines, key=lambda line: line.base), min(lines, key=lambda line: line.base)) if len(lines) > 2 else ()


def _place(line: _Line) -> tuple[str, int]:
    return _DIGITS.sub("0", line.text), round(line.base / 4)


# ---- paragraphs ------------------------------------------------------------------------------------------------


def _blocks(lines: Sequence[_Line]) -> Iterator[Block]:
    if not lines:
        return
    body = _usual(line.height for line in lines for _ in range(len(line.text)))
    heights = sorted({line.height for line in lines if line.height > _TALLER * body}, reverse=True)
    all_bold = sum(len(line.text) for line in lines if line.bold) > sum(len(line.text) for line in lines) / 2
    joiner = _Joiner(lines)
    for paragraph in _paragraphs(lines, body):
        first = paragraph[0]
        text = tidy(joiner.join(line.text for line in paragraph))
        run = Run(text, 0.0, not all_bold and all(line.bold for line in paragraph))
        level = min(6, heights.index(first.height) + 1) if first.height > _TALLER * body else 0
        if text:
            yield block(run, heading=level)


def _paragraphs(lines: Sequence[_Line], body: float) -> Iterator[list[_Line]]:
    """The lines of each paragraph."""
    steps = [
        round(before.foot - after.base, 1)
        for before, after in pairwise(lines)
        if before.page == after.page and 0 < before.foot - after.base < 3 * body
    ]
    step = _usual(steps) or body * 1.2
    edge = max(line.right for line in lines)
    paragraph = [lines[0]]
    for before, after in pairwise(lines):
        if _parted(before, after, step, edge):
            yield paragraph
            paragraph = []
        paragraph.append(after)
    yield paragraph


def _parted(before: _Line, after: _Line, step: float, edge: float) -> bool:
    """Whether a paragraph ends between two lines."""
    if abs(before.height - after.height) > 0.1 * max(before.height, after.height) or before.bold != after.bold:
        return True
    early = before.right < edge - _EARLY * (edge - before.left)
    if begins_entry(after.text) and (early or ends_sentence(before.text) or after.left < before.left - 2):
        return True
    if before.page != after.page or after.base > before.foot + step / 2:
        # The next page or column: a sentence goes on, a paragraph hardly ever does.
        goes_on = after.text[0].islower() or _HYPHEN_AT_END.search(before.text)
        return ends_sentence(before.text) or before.bold or not goes_on
    if before.foot - after.base > _SPACED * step:
        return True
    return early and ends_sentence(before.text)


def _usual(values: Iterable[float]) -> float:
    """The most frequent value, 0 for none."""
    found = Counter(values)
    return max(found, key=lambda value: (found[value], -value)) if found else 0.0


class _Joiner:
    """Lines -> one text; a word that was divided at the end of a line is one word again, "third-party" stays.

    The document itself tells which is which: by the same word elsewhere, else by whether it divides words at all.
    """

    def __init__(self, lines: Sequence[_Line]) -> None:
        found = {word.casefold() for line in lines for word in _WORD.findall(_DIVIDED.sub(" ", line.text))}
        self._words = {word for word in found if "-" not in word}
        self._compounds = found - self._words
        halves = [halves for line in lines for halves in _DIVIDED.findall(line.text)]
        whole = sum((head + tail).casefold() in self._words for head, tail in halves)
        self._divides = whole > sum(f"{head}-{tail}".casefold() in self._compounds for head, tail in halves)

    def join(self, lines: Iterable[str]) -> str:
        """The text of a paragraph."""
        pieces: list[str] = []
        for line in lines:
            if pieces and _WORD.match(line) and (hyphen := _HYPHEN_AT_END.search(pieces[-1])):
                pieces[-1] = pieces[-1][: hyphen.start()] + _MARK
                pieces.append(line)
            else:
                pieces.append(f" {line}")
        return _DIVIDED.sub(self._mended, "".join(pieces)).replace(_MARK, "-")

    def _mended(self, halves: re.Match[str]) -> str:
        whole, compound = halves[1] + halves[2], f"{halves[1]}-{halves[2]}"
        if not halves[2][0].islower() or compound.casefold() in self._compounds:
            return compound
        return whole if self._divides or whole.casefold() in self._words else compound
