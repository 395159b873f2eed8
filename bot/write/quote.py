"""Which words of a change to quote, and the proof that the page holds them.

One normalisation is used for every proof: NFKC, no invisible characters, one kind of quote and dash, and no white
space, so that line breaks never matter. An ellipsis joins pieces of one sentence in order; each must stand in the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.compare.firm_words import FIRM
from bot.compare.news import Judged
from bot.compare.passages import Passage
from bot.compare.sentences import wording
from bot.model import EditKind, Quote, Version

#: A quote is a clause or a few sentences long, in characters; a sentence that is hardly longer is left whole. A reader
#: takes in as much at one look, and a shorter one often holds only half of the clause that matters.
LENGTH = 400
_WHOLE = 450
#: A handful makes the thread; the rest is for the change page.
MOST = 6
#: What it costs a quote that an earlier one is of its section, or of its topic.
SAMENESS = 0.5
#: What is quoted weighs at least this much.
LEAST_WEIGHT = 0.5
ELLIPSIS = "…"
#: How many letters an ellipsis may leave out.
GAP = 1000
#: How many letters apart the pieces may have stood before to count as known wording.
_KNOWN_GAP = 2000

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufeff]")
#: Printed in more than one way, and the same to a reader; a bar only parts cells.
_SAME = {"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "|": " "}
#: Where a long sentence may be cut: after a pause, before a bracket, between two cells.
_PAUSE = re.compile(r"(?<=[,;:.])\s+|\s+(?=[(–—])|\s\|\s")


def proof_form(text: str) -> str:
    """The published normalisation: what is compared when a quote is proved."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    for printed, same in _SAME.items():  # a chain of replacements is many times as fast as str.translate here
        text = text.replace(printed, same)
    return "".join(text.split())


def pick(judged: Sequence[Judged], before: Version, after: Version) -> tuple[Quote, ...]:
    """The quotes of a change, best first, each proved.

    The best leads; those that follow are of other sections and topics where there are any.
    """
    left = [each for each in judged if each.edit.weight >= LEAST_WEIGHT]
    quoter = Quoter(left, before, after)
    found: list[Quote] = []
    seen: Counter[str] = Counter()
    while left and len(found) < MOST:
        best = max(left, key=lambda each: each.rank - SAMENESS * sum(seen[mark] for mark in _marks(each)))
        left.remove(best)
        quote = quoter.proved(best)
        if quote is None or any(_within(quote, other) for other in found):
            continue
        found.append(quote)
        seen.update(_marks(best))
    return tuple(found)


def _within(one: Quote, other: Quote) -> bool:
    """Whether a quote tells no more than another: both were filled up from the same sentences."""
    return one.kind is other.kind and (one.text in other.text or other.text in one.text)


def _marks(each: Judged) -> tuple[str, ...]:
    """What makes two passages alike to a reader: their section, and their first topic."""
    return (f"in {each.edit.section}", *(f"about {topic}" for topic in each.edit.topics[:1]))


class Quoter:
    """Makes quotes of passages: new sentences that stand side by side make one quote, as far as there is room."""

    def __init__(self, judged: Sequence[Judged], before: Version, after: Version) -> None:
        self.versions = before, after
        self.texts = proof_form(before.text), proof_form(after.text)
        self.by_block: dict[tuple[EditKind, int], list[str]] = {}
        for each in judged:
            sentence = each.passage.sentence
            self.by_block.setdefault((each.edit.kind, sentence.block), []).append(sentence.text)

    def proved(self, judged: Judged) -> Quote | None:
        """The quote of a passage, if it stands on its side and did not stand on the other."""
        quote = self._quote(judged)
        before, after = self.texts
        here, there = (before, after) if quote.kind is EditKind.REMOVED else (after, before)
        if "\N{REPLACEMENT CHARACTER}" in quote.text:
            return None  # letters that could not be decoded: nobody can tell what stands there
        return quote if _stands(quote.text, here) and not _stands(quote.text, there, _KNOWN_GAP) else None

    def _quote(self, judged: Judged) -> Quote:
        passage, edit = judged.passage, judged.edit
        text = passage.sentence.text
        if len(text) > _WHOLE:
            text = _window(text, _focus(passage))
        elif edit.kind is not EditKind.REWORDED:
            version = self.versions[edit.kind is not EditKind.REMOVED]
            neighbours = self.by_block.get((edit.kind, passage.sentence.block), ())
            text = _filled(text, neighbours, version.blocks[passage.sentence.block].text)
        return Quote(text, edit.kind, edit.section, edit.before if edit.kind is EditKind.REWORDED else None)


def _filled(text: str, neighbours: Sequence[str], whole: str) -> str:
    """A quote with the new sentences that follow it, then those before it, as far as there is room."""
    for join in ("{text} {more}", "{more} {text}"):
        grown = True
        while grown:
            grown = False
            for more in neighbours:
                longer = join.format(text=text, more=more)
                if len(longer) <= LENGTH and longer in whole:
                    text, grown = longer, True
                    break
    return text


def _focus(passage: Passage) -> tuple[int, int]:
    """Where a long sentence holds what is new, in characters: its longest stretch of new (or gone) words."""
    removed = passage.kind is EditKind.REMOVED
    places = wording(passage.sentence.text)
    spans = passage.gone if removed else passage.come
    if not spans and passage.kind is EditKind.REWORDED:
        spans = passage.come
    start, end = max(spans, key=lambda span: (span[1] - span[0], -span[0]), default=(0, len(places)))
    if not places:
        return 0, len(passage.sentence.text)
    return places[min(start, len(places) - 1)].start(), places[min(max(start, end - 1), len(places) - 1)].end()


def _window(text: str, focus: tuple[int, int]) -> str:
    """At most about LENGTH characters of a long sentence, cut at pauses, with an ellipsis where it is cut.

    The window holds as much of the focus as it can; of those that do, the one with most firm words (a negation, a
    modal, a condition, a figure), and the longest.
    """
    cuts = [0, *(found.end() for found in _PAUSE.finditer(text)), len(text)]
    start, end = max(_windows(text, cuts), key=lambda window: _worth(text, window, focus))
    piece = text[start:end].strip(" |")
    return (f"{ELLIPSIS} " if start else "") + piece + (f" {ELLIPSIS}" if end < len(text) else "")


def _windows(text: str, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    for at, start in enumerate(cuts[:-1]):
        ends = [cut for cut in cuts[at + 1 :] if cut - start <= LENGTH]
        if ends:
            yield start, ends[-1]
        else:
            space = text.rfind(" ", start + 1, start + LENGTH)
            yield start, space if space > start else min(len(text), start + LENGTH)


def _worth(text: str, window: tuple[int, int], focus: tuple[int, int]) -> tuple[int, int, int, int]:
    start, end = window
    held = max(0, min(end, focus[1]) - max(start, focus[0]))
    tokens = text[start:end].casefold().split()
    firm = sum(word.strip(".,;:()") in FIRM or word[:1].isdigit() for word in tokens)
    return min(held, LENGTH // 2), firm, held, end - start


def stands(quote: Quote, version: Version) -> bool:
    """Whether the told wording is (still) on the page; for a removal: whether it is still gone."""
    here = _stands(quote.text, proof_form(version.text))
    return not here if quote.kind is EditKind.REMOVED else here


def _stands(quote: str, source: str, gap: int = GAP) -> bool:
    """Whether the pieces of a quote stand in a `proof_form`, in order and at most ``gap`` letters apart."""
    pieces = [form for piece in quote.split(ELLIPSIS) if len(form := proof_form(piece)) >= 3]
    start = source.find(pieces[0]) if pieces else -1
    while start >= 0:
        end = start + len(pieces[0])
        for piece in pieces[1:]:
            at = source.find(piece, end, end + gap + len(piece))
            if at < 0:
                break
            end = at + len(piece)
        else:
            return True
        start = source.find(pieces[0], start + 1)
    return False
