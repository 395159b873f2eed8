"""Which sentence became which: equal, moved, split, merged, reworded, added, removed.

Only blocks whose text differs are looked into. Equal normal forms are the same wording wherever they stand; wording
that stands whole on the other side was split or merged. What is left is paired by likeness: candidates share rare
words, rapidfuzz decides. Nothing here grows with the square of a page.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import LCSseq

from bot.compare.firm_words import FIRM
from bot.compare.sentences import Sentence, sections, split_blocks
from bot.model import Version

#: From this share of common words on, two sentences are one that was reworded.
SAME = 0.5
#: A short sentence of which this share stands in a much longer one is that one grown.
GROWN = 0.85
#: Candidates looked at for each new sentence.
_CANDIDATES = 6
#: A word in more sentences than this tells nothing about which sentence became which.
_COMMON = 60
#: Shorter leftovers of a split sentence say nothing.
_CRUMB = 4


#: So many words in a row are found again only where the same wording stands.
RUN = 5
#: A sentence is looked for in the blocks that did not change only while that costs less, in letters passed over.
_CHEAP = 200_000_000

Span = tuple[int, int]


class Runs:
    """All runs of words in some sentences, to find wording again wherever it went."""

    def __init__(self, sentences: Iterable[Sentence] = ()) -> None:
        words = [word for sentence in sentences for word in sentence.words]
        self._runs = {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}

    def missing(self, words: Sequence[str]) -> tuple[Span, ...]:
        """The stretches of ``words`` that stand nowhere in these sentences."""
        there = [False] * len(words)
        for at in range(len(words) - RUN + 1):
            if tuple(words[at : at + RUN]) in self._runs:
                there[at : at + RUN] = [True] * RUN
        found: list[Span] = []
        for at, known in enumerate(there):
            if known:
                continue
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + 1)
            else:
                found.append((at, at + 1))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Reworded:
    """A sentence and what became of it."""

    before: Sentence
    after: Sentence


@dataclass(frozen=True, slots=True)
class Alignment:
    """Every difference between two versions, sentence by sentence, each kind in the order of its page."""

    added: tuple[Sentence, ...] = ()
    removed: tuple[Sentence, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    moved: tuple[Sentence, ...] = ()
    #: All sentences of the blocks that differ, of each side, in the order of the page.
    old: tuple[Sentence, ...] = ()
    new: tuple[Sentence, ...] = ()
    #: The runs of words in these.
    old_runs: Runs = field(default_factory=Runs, compare=False)
    new_runs: Runs = field(default_factory=Runs, compare=False)


def align(before: Version, after: Version) -> Alignment:
    """Compare two versions. A sentence that stands anywhere on the other side is neither added nor removed."""
    old = _differing(before, after)
    new = _differing(after, before)
    old_forms = {s.normal: s for s in reversed(old)}
    new_forms = {s.normal: s for s in reversed(new)}
    moved = [s for form, s in new_forms.items() if form in old_forms and old_forms[form].section != s.section]
    gone = [s for form, s in old_forms.items() if form not in new_forms][::-1]
    come = [s for form, s in new_forms.items() if form not in old_forms][::-1]
    old_runs, new_runs = Runs(old), Runs(new)
    gone, come = _new_wording(gone, _Page(new), new_runs, after), _new_wording(come, _Page(old), old_runs, before)
    pairs = pair(gone, come)
    old_paired = {id(p.before) for p in pairs}
    new_paired = {id(p.after) for p in pairs}
    return Alignment(
        added=tuple(s for s in come if id(s) not in new_paired),
        removed=tuple(s for s in gone if id(s) not in old_paired),
        reworded=tuple(pairs),
        moved=tuple(reversed(moved)),
        old=tuple(old),
        new=tuple(new),
        old_runs=old_runs,
        new_runs=new_runs,
    )


def _differing(version: Version, other: Version) -> list[Sentence]:
    standing = {block.text for block in other.blocks}
    numbers = [n for n, block in enumerate(version.blocks) if block.text not in standing]
    return list(split_blocks(version, numbers, sections(version))) if numbers else []


class _Page:
    """The differing sentences of one side as one text, in which wording is found again across their borders."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.text = "".join(s.normal for s in sentences)
        self.starts = [0]
        for sentence in sentences:
            self.starts.append(self.starts[-1] + len(sentence.normal))

    def leftovers(self, form: str) -> list[str] | None:
        """What is left of the sentences in which ``form`` stands, or None where it does not stand."""
        at = self.text.find(form)
        if at < 0:
            return None
        end = at + len(form)
        first = self.starts[bisect_right(self.starts, at) - 1]
        last = self.starts[bisect_left(self.starts, end)]
        return [self.text[first:at], self.text[end:last]]


def _new_wording(sentences: list[Sentence], other: _Page, runs: Runs, version: Version) -> list[Sentence]:
    """Leave out what stands on the other side: in an equal block, or as part of a sentence that was split or merged.

    A part counts as split off only if the rest of its old sentence stands as well; else something was cut from it.
    """
    own = "".join(s.normal for s in sentences)
    text = version.text if sentences else ""
    text = text if len(text) * len(sentences) < _CHEAP else ""
    found = []
    for sentence in sentences:
        rest = None if runs.missing(sentence.words) and len(sentence.words) >= RUN else other.leftovers(sentence.normal)
        if rest is not None and all(_says_nothing(crumb) or crumb in own for crumb in rest):
            continue
        if rest is None and sentence.text in text:
            continue
        found.append(sentence)
    return found


def _says_nothing(crumb: str) -> bool:
    """Whether what is left of a sentence is only its number or "and"; a "no" that is left out turns it around."""
    return len(crumb) < _CRUMB and crumb not in FIRM


def pair(gone: Sequence[Sentence], come: Sequence[Sentence]) -> list[Reworded]:
    """Pair sentences by common words, the most alike first; each is used once."""
    if not gone or not come:
        return []
    holders: dict[str, list[int]] = defaultdict(list)
    for number, sentence in enumerate(gone):
        for token in set(sentence.words):
            holders[token].append(number)
    found: list[tuple[float, int, int]] = []
    for number, sentence in enumerate(come):
        for candidate in _candidates(sentence.words, holders):
            score = likeness(gone[candidate].words, sentence.words)
            if score >= SAME:
                near = 0.05 if gone[candidate].section == sentence.section else 0.0
                found.append((score + near, candidate, number))
    found.sort(key=lambda hit: (-hit[0], hit[2], hit[1]))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, old, new in found:
        if old not in taken and new not in pairs:
            taken.add(old)
            pairs[new] = old
    return [Reworded(gone[old], come[new]) for new, old in sorted(pairs.items())]


def _candidates(tokens: Sequence[str], holders: dict[str, list[int]]) -> list[int]:
    """The old sentences that share most rare words with a new one."""
    votes: dict[int, float] = defaultdict(float)
    for token in sorted(set(tokens)):
        owners = holders.get(token, ())
        if 0 < len(owners) <= _COMMON:
            weight = 1 / math.log2(1 + len(owners))
            for owner in owners:
                votes[owner] += weight
    return sorted(votes, key=lambda owner: (-votes[owner], owner))[:_CANDIDATES]


def likeness(one: Sequence[str], two: Sequence[str]) -> float:
    """How much of two sentences is common, in order: 0 to 1. A short one that stands in a longer one has grown."""
    if not one or not two:
        return 0.0
    common = LCSseq.similarity(one, two)
    ratio = 2 * common / (len(one) + len(two))
    if ratio < SAME and 6 <= len(one) < len(two) and common >= GROWN * len(one):
        return SAME
    return float(ratio)


def phrases(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """What differs between two word lists, as (from, to) in each; a single common word between two is bridged."""
    found: list[tuple[int, int, int, int]] = []
    for op in LCSseq.opcodes(before, after):
        if op.tag == "equal":
            continue
        span = (op.src_start, op.src_end, op.dest_start, op.dest_end)
        if found and span[0] - found[-1][1] <= 1 and span[2] - found[-1][3] <= 1:
            found[-1] = (found[-1][0], span[1], found[-1][2], span[3])
        else:
            found.append(span)
    return found
