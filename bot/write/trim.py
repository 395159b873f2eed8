"""A quote cut to the room there is: at clauses where it can, at words where it must, with an ellipsis where it is cut.

What is cut off should say nothing firm (a negation, a condition, a modal verb, a number): of all cuts that fit, the one
that leaves out the least of that is taken, and of those the longest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import regex

from bot.compare.firm_words import FIRM

ELLIPSIS = "…"
#: In scripts that do not space their words a full-width sign ends a clause by itself.
_CLAUSE = re.compile(r"(?<=[,;:.!?])\s+|(?<=[。，；：])|\s+(?=[(（])")
_WORD = re.compile(r"\s+")
_GRAPHEME = regex.compile(r"\X")
_FIRM = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def trim(text: str, focus: tuple[int, int], fits: Callable[[str], bool]) -> str:
    """``text`` whole where it fits, else a cut of it that holds as much of ``focus`` (start and end, in characters) as
    fits; "" where not even that does. Never cuts inside a grapheme, nor inside a word where words are spaced.
    """
    if fits(text):
        return text
    for bounds in (_CLAUSE, _WORD, _GRAPHEME):
        cuts = sorted({0, len(text), *(match.end() for match in bounds.finditer(text))})
        found = [window for window in _windows(text, cuts, focus, fits) if window[1] - window[0] > 1]
        if found:
            start, end = min(found, key=lambda window: _cost(text, window, focus))
            return _cut(text, start, end)
    return ""


def _windows(
    text: str, cuts: list[int], focus: tuple[int, int], fits: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    """For each start at or before the focus, the longest window that fits and reaches into it."""
    for place, start in enumerate(cuts[:-1]):
        if start > focus[0]:
            return
        low, high = place, len(cuts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(_cut(text, start, cuts[middle])) else (low, middle - 1)
        if cuts[low] > focus[0] and low > place:
            yield start, cuts[low]


def _cost(text: str, window: tuple[int, int], focus: tuple[int, int]) -> tuple[bool, int, int]:
    """Focus lost, then firm words lost, then length lost."""
    start, end = window
    left_out = f"{text[:start]} {text[end:]}"
    firm = sum(word.casefold() in FIRM or any(map(str.isdigit, word)) for word in _FIRM.findall(left_out))
    return end < focus[1], firm, len(left_out)


def _cut(text: str, start: int, end: int) -> str:
    piece = text[start:end].strip().removeprefix(ELLIPSIS).removesuffix(ELLIPSIS).strip()
    before = f"{ELLIPSIS} " if start or text.startswith(ELLIPSIS) else ""
    after = f" {ELLIPSIS}" if end < len(text) or text.endswith(ELLIPSIS) else ""
    return f"{before}{piece}{after}"
