"""What can be measured of a passage: the numbers from which `weights` tell news from editing, and the best quote.

Every feature is a small number with a name that an operator understands; the weights are trained on real histories
(tests/corpus/train.py) and stand in `weights`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.compare.firm_words import (
    ALL_SMALL_WORDS,
    COMPANY_FORMS,
    CONDITIONS,
    DUTIES,
    MODALS,
    NEGATIONS,
    NUMBERS,
    PERMITS,
    POINTERS,
    UNITS,
    WE,
    YOU,
)
from bot.compare.lexicon import stakes, topics
from bot.compare.passages import Passage
from bot.compare.sentences import Sentence, normal, sections
from bot.model import Block, BlockKind, EditKind, Version

_NO_LETTERS = re.compile(r"[^\w\s]+|_+")


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a passage: weighty things stand early, and the first sentence of a new clause says what it is."""

    #: Its number among the passages of its kind, and how many these are.
    number: int = 0
    of: int = 1
    #: Its place in a run of neighbours that are as new, and how many these are.
    in_run: int = 0
    run: int = 1
    #: Whether the page's own date moved on with the change (`effective.moved_on`).
    dated: bool | None = None


#: Where these stand, a number of two digits is an age.
_AGES = frozenset(
    {"age", "ages", "aged", "old", "older", "minor", "minors", "child", "children", "under"}
    | {"âge", "alter", "edad", "età", "idade", "leeftijd"}
)
#: Words are known again by their first letters: "collects" and "collecting" speak of one thing.
_STEM = 7
#: So many words are cheaper to look for one by one than to take the whole page apart.
_FEW = 30


@dataclass(slots=True)
class Page:
    """What features need to know of one side as a whole; measured once, and only what is asked for."""

    version: Version
    #: The sentences of the blocks that differ.
    differing: Sequence[Sentence] = ()
    _text: str = ""
    _asked: int = 0
    _stems: frozenset[str] | None = None
    _headings: frozenset[str] | None = None
    _counts: Counter[str] | None = None
    _first: dict[str, int] = field(default_factory=dict)
    _holders: dict[str, list[int]] | None = None

    def says(self, word: str) -> bool:
        """Whether a word stands anywhere on the page, in any form."""
        stem = word[:_STEM]
        if self._stems is None and self._asked < _FEW:
            self._asked += 1
            self._text = self._text or self.version.text.casefold()
            return _begins_a_word(stem, self._text, whole=len(word) < _STEM)
        if self._stems is None:
            words = set(_NO_LETTERS.sub(" ", self.version.text.casefold()).split())
            self._stems = frozenset(each[:_STEM] for each in words)
        return stem in self._stems

    def has_heading(self, heading: str) -> bool:
        """Whether a section of this name stands on the page."""
        if self._headings is None:
            self._headings = frozenset(map(normal, set(sections(self.version))))
        return normal(heading) in self._headings

    def among_text(self, number: int) -> float:
        """Which share of the blocks around one is running text: a policy is, menus and widgets are not."""
        blocks = self.version.blocks
        around = [blocks[n] for n in range(max(0, number - 4), min(len(blocks), number + 5)) if n != number]
        return sum(_is_text(block) for block in around) / max(1, len(around))

    def count(self, word: str) -> int:
        """How often the sentences that differ say a word."""
        if self._counts is None:
            self._counts = Counter()
            for number, sentence in enumerate(self.differing):
                for each in {w[:_STEM] for w in sentence.words}:
                    self._counts[each] += 1
                    self._first.setdefault(each, number)
        return self._counts[word[:_STEM]]

    def first_says(self, word: str, sentence: Sentence) -> bool:
        """Whether this is the first sentence to say a word."""
        self.count(word)
        return self.differing[self._first[word[:_STEM]]] is sentence

    def overlap(self, words: Sequence[str]) -> float:
        """Which share of the words of a sentence stands together in one differing sentence here."""
        if self._holders is None:
            self._holders = {}
            for number, sentence in enumerate(self.differing):
                for each in {w[:_STEM] for w in sentence.words if w not in ALL_SMALL_WORDS}:
                    self._holders.setdefault(each, []).append(number)
        votes: dict[int, float] = {}
        total = 0.0
        for each in sorted({w[:_STEM] for w in words if w not in ALL_SMALL_WORDS}):
            owners = self._holders.get(each, ())
            weight = 1 / math.log2(2 + len(owners))
            total += weight
            if len(owners) <= 60:
                for owner in owners:
                    votes[owner] = votes.get(owner, 0.0) + weight
        return max(votes.values(), default=0.0) / total if total else 0.0


def _begins_a_word(stem: str, text: str, *, whole: bool) -> bool:
    """Whether a word of the text begins with ``stem``, or is it."""
    at = text.find(stem)
    while at >= 0:
        end = at + len(stem)
        if not text[at - 1 : at].isalnum() and not (whole and text[end : end + 1].isalnum()):
            return True
        at = text.find(stem, at + 1)
    return False


def _is_text(block: Block) -> bool:
    return (block.linked < 0.5 and len(block.text) > 60) or (block.kind is BlockKind.HEADING and block.linked < 0.5)


def measure(passage: Passage, own: Page, other: Page, where: Where) -> dict[str, float]:
    """The features of a passage; those that are 0 are left out.

    Args:
        passage: What differs.
        own: The side on which it stands.
        other: The side on which the passage's new (or gone) words did not stand.
        where: Its place among all passages.
    """
    sentence = passage.sentence
    shown = passage.old_words if passage.kind is EditKind.REMOVED else passage.new_words
    changed = set(passage.new_words) ^ set(passage.old_words)
    tokens = sentence.words
    found: dict[str, float] = {
        passage.kind.value: 1.0,
        sentence.kind.value: 1.0,
        "length": math.log2(1 + len(tokens)) / 5,
        "very short": float(len(tokens) < 8),
        "very long": max(0.0, len(tokens) - 45) / 45,
        "newness": len(shown) / max(1, len(tokens)),
        "new words": math.log2(1 + len(shown)) / 5,
        "gone words": math.log2(1 + len(passage.old_words)) / 5 if passage.kind is EditKind.REWORDED else 0.0,
        "linked": sentence.linked,
    }
    content = [word for word in set(shown) if len(word) > 3 and word.isalpha() and word not in ALL_SMALL_WORDS]
    unknown = sorted(word for word in content if not other.says(word))
    found["unknown words"] = math.log2(1 + len(unknown)) / 3
    found["unknown share"] = len(unknown) / max(3, len(content))
    themes = sorted((own.count(word) for word in unknown), reverse=True)
    found["new theme"] = math.log2(themes[0]) / 4 if themes else 0.0
    found["new themes"] = sum(math.log2(count) for count in themes[:4]) / 10
    found["introduces"] = min(3, sum(own.count(word) > 1 and own.first_says(word, sentence) for word in unknown)) / 3
    found["said before"] = other.overlap(shown) if passage.kind is not EditKind.REWORDED else 0.0
    for topic in topics(shown):
        found[f"about {topic}"] = 1.0
    for stake in stakes(shown):
        found[stake] = 1.0
    around = topics(tokens) if passage.kind is EditKind.REWORDED else ()
    found["about something"] = float(bool(topics(shown)))
    found["in a passage about something"] = float(bool(around))
    silent = not (topics(tokens) or MODALS.intersection(tokens) or (YOU | WE).intersection(tokens))
    found["no word of policies"] = float(silent)
    found["among text"] = own.among_text(sentence.block)
    _firmness(found, changed, tokens)
    _voice(found, sentence.text, tokens)
    if sentence.section and passage.kind is not EditKind.REWORDED:
        found["new section"] = float(not other.has_heading(sentence.section))
    found["first of many"] = float(where.in_run == 0 and where.run > 1)
    found["run"] = math.log2(where.run) / 4
    found["date moved on"] = float(where.dated is True)
    found["date stands still"] = float(where.dated is False)
    found["early"] = 1 / (1 + where.number / 5)
    found["late"] = where.number / where.of if where.of > 4 else 0.0
    return {name: value for name, value in found.items() if value}


def _firmness(found: dict[str, float], changed: set[str], tokens: Sequence[str]) -> None:
    found["duty"] = float(bool(changed & DUTIES))
    found["permission"] = float(bool(changed & PERMITS))
    found["modal"] = float(bool(changed & MODALS))
    found["negation"] = float(bool(changed & NEGATIONS))
    found["condition"] = float(bool(changed & CONDITIONS))
    figures = [word for word in changed if word[0].isdigit()]
    found["figure"] = float(bool(figures))
    found["term or sum"] = float(not terms(tokens).isdisjoint(figures))
    found["legal entity"] = float(bool(changed & COMPANY_FORMS))


def terms(tokens: Sequence[str]) -> frozenset[str]:
    """The figures of a sentence that count days, years, percent or money, or somebody's age."""
    ages = not _AGES.isdisjoint(tokens)
    return frozenset(
        word
        for at, word in enumerate(tokens)
        if (word[0].isdigit() or word in NUMBERS)
        and ((ages and len(word) == 2) or not UNITS.isdisjoint(tokens[max(0, at - 2) : at + 4]))
    )


def _voice(found: dict[str, float], text: str, tokens: Sequence[str]) -> None:
    words = set(tokens)
    found["speaks to the reader"] = float(bool(words & YOU))
    found["speaks of the company"] = float(bool(words & WE))
    found["points elsewhere"] = min(3, sum(word in POINTERS for word in tokens)) / 3
    found["begins with a pointer"] = float(tokens[0] in POINTERS) if tokens else 0.0
    found["ends open"] = float(text.rstrip().endswith((":", ";", ",")))
    found["no full stop"] = float(not text.rstrip().endswith((".", "!", "?", "。", ".”", '."', ":", ";")))
    found["in capitals"] = float(sum(map(str.isupper, text)) > 0.5 * max(1, sum(map(str.isalpha, text))))
    found["small words"] = sum(word in ALL_SMALL_WORDS for word in tokens) / max(1, len(tokens))
    names = [word for word in text.split()[1:] if len(word) > 3]
    found["written like titles"] = float(sum(word[0].isupper() for word in names) > 0.7 * max(2, len(names)))
    found["asks"] = float(text.rstrip().endswith("?"))
    found["begins small"] = float(text[:1].islower())
    found["defines"] = float("means" in words or "“" in text[:3])
    found["address"] = float("@" in text or bool(re.search(r"\b\d{4,}\b", text)))
