"""What was changed in a reworded sentence, and how much of its old wording to show beside the new. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.compare.align import phrases
from bot.model import EditKind, Quote
from bot.write.trim import ELLIPSIS, trim

#: Old words may stand alone up to so many characters, and a sentence up to so many is worth cutting to show them.
FEW_WORDS = 60
LONG_SENTENCE = 600

_WORDS = re.compile(r"\w+", re.UNICODE)


def whole_was(quote: Quote, fits: Callable[[str], bool]) -> str | None:
    """All of the old wording; None where there is none."""
    return quote.before or None


def changed_was(quote: Quote, fits: Callable[[str], bool]) -> str | None:
    """As much of the old wording as fits around all that was changed in it; None where not all of that fits."""
    least = least_was(quote)
    if not quote.before or len(quote.before) > LONG_SENTENCE or not least or not fits(least):
        return None
    start, end = changed(quote, now=False)
    cut = trim(quote.before, (start, end), fits)
    return cut if quote.before[start:end] in cut else None


def no_was(quote: Quote, fits: Callable[[str], bool]) -> str | None:
    """Without the old wording."""
    return ""


def least_was(quote: Quote) -> str:
    """The old words that gave way to others, from the first to the last; "" where there are none or many.

    A quote that is itself a piece of its sentence shows too little of it to tell which words those are.
    """
    (start, end), (first, last) = changed(quote, now=False), changed(quote, now=True)
    if not quote.before or ELLIPSIS in quote.text or first == last or not 0 < end - start <= FEW_WORDS:
        return ""
    return window(quote.before, start, end)


def window(text: str, start: int, end: int) -> str:
    """A piece of a sentence, with an ellipsis where something is left out."""
    return f"{ELLIPSIS} " * bool(start) + text[start:end] + f" {ELLIPSIS}" * (end < len(text))


def longest_change(quote: Quote) -> tuple[int, int]:
    """Where a quote holds what is new, in characters; its beginning where it is new as a whole."""
    runs = _runs(quote, now=True)
    return max(runs, key=lambda run: run[1] - run[0]) if runs else (0, 1)


def changed(quote: Quote, *, now: bool) -> tuple[int, int]:
    """From the first to the last word that differs, in characters of the new or of the old wording; (0, 0) for none."""
    runs = _runs(quote, now=now)
    return (runs[0][0], runs[-1][1]) if runs else (0, 0)


def _runs(quote: Quote, *, now: bool) -> list[tuple[int, int]]:
    """The words that differ, in characters of the new or of the old wording."""
    if quote.kind is not EditKind.REWORDED or not quote.before:
        return []
    old, new = (list(_WORDS.finditer(text)) for text in (quote.before, quote.text))
    words = new if now else old
    spans = phrases([word[0].casefold() for word in old], [word[0].casefold() for word in new])
    places = [span[2:] if now else span[:2] for span in spans]
    return [(words[first].start(), words[last - 1].end()) for first, last in places if last > first]
