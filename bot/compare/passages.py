"""What is new and what is gone in each sentence that differs, to the word.

A sentence that was reworded shows only the words that changed, after renames are folded. Wording that merely went
somewhere else - a clause split off, two paragraphs joined, a list made of a sentence - is found again by its runs of
words and is neither new nor gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from bot.compare.align import Alignment, Reworded, Runs, Span, phrases
from bot.compare.firm_words import FIRM
from bot.compare.renames import fold
from bot.compare.sentences import Sentence
from bot.model import EditKind, Rename

#: A changed stretch shorter than this is never explained by wording elsewhere: "may" to "will" is news.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence that differs, with what of it is new or gone."""

    kind: EditKind
    before: Sentence | None
    after: Sentence | None
    #: Stretches of new words in ``after.words``, and of gone words in ``before.words`` (as folded for renames).
    come: tuple[Span, ...] = ()
    gone: tuple[Span, ...] = ()
    #: The words of these stretches.
    new_words: tuple[str, ...] = ()
    old_words: tuple[str, ...] = ()

    @property
    def sentence(self) -> Sentence:
        """The sentence that a reader is shown: the new one, or the one that is gone."""
        found = self.after or self.before
        assert found is not None, "a passage is of one page at least"
        return found


def passages(found: Alignment, renames: Sequence[Rename] = ()) -> list[Passage]:
    """Every added, removed and reworded sentence, in this order, each in the order of its page."""
    old, new = found.old_runs, found.new_runs
    result = []
    for sentence in found.added:
        come = old.missing(sentence.words)
        result.append(Passage(EditKind.ADDED, None, sentence, come=come, new_words=_of(sentence.words, come)))
    for sentence in found.removed:
        gone = new.missing(sentence.words)
        result.append(Passage(EditKind.REMOVED, sentence, None, gone=gone, old_words=_of(sentence.words, gone)))
    result += [_reworded(pair, renames, old, new) for pair in found.reworded]
    return result


def _reworded(pair: Reworded, renames: Sequence[Rename], old: Runs, new: Runs) -> Passage:
    before, after = fold(pair.before.words, renames), pair.after.words
    come: list[Span] = []
    gone: list[Span] = []
    for a, b, c, d in phrases(before, after):
        if same_words(before[a:b], after[c:d]):
            continue
        if d > c:
            come += _unless_elsewhere((c, d), after, old)
        if b > a:
            gone += _unless_elsewhere((a, b), before, new)
    return Passage(
        EditKind.REWORDED,
        pair.before,
        pair.after,
        tuple(come),
        tuple(gone),
        _of(after, come),
        _of(before, gone),
    )


def _unless_elsewhere(span: Span, words: Sequence[str], other: Runs) -> list[Span]:
    """A changed stretch without what of it only came from, or went to, another sentence."""
    start, end = span
    if end - start < _LEAST:
        return [span]
    around = max(0, start - 1)
    return [(around + a, around + b) for a, b in other.missing(words[around : end + 1]) if b - a > 1 or not around]


def same_words(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two stretches say the same: other spaces and hyphens, or a spelling mended."""
    if "".join(one) == "".join(two):
        return True
    return len(one) == len(two) and all(
        a == b or {a, b} == {"a", "an"} or _spelled(a, b) for a, b in zip(one, two, strict=True)
    )


def _spelled(one: str, two: str) -> bool:
    """Whether two words are one, spelled otherwise: a letter more or less, or another one inside the word.

    The last letter may be part of the meaning ("licensor" and "licensee", "employer" and "employee"), the first one is.
    """
    if min(len(one), len(two)) < 5 or one in FIRM or two in FIRM or one[0] != two[0]:
        return False
    if not (one.isalpha() and two.isalpha()):
        return False
    return Levenshtein.distance(one, two) == 1 and (len(one) != len(two) or one[-1] == two[-1])


def _of(words: Sequence[str], spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(word for start, end in spans for word in words[start:end])
