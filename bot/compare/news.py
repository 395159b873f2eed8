"""Is a passage news, and why?

Two questions with two scores: the weight of a passage says whether to tell, its rank what to lead with.

Both are sums of `features`, with weights that were trained on real histories (`weights`). The reasons name the features
that an operator can check by eye.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.compare import weights
from bot.compare.effective import only_dates
from bot.compare.features import terms
from bot.compare.firm_words import (
    ALL_SMALL_WORDS,
    COMPANY_FORMS,
    DUTIES,
    EXCEPTIONS,
    FIRM,
    FUTURES,
    MODALS,
    NEGATIONS,
    PERMITS,
    YOU,
)
from bot.compare.furniture import furniture, prose
from bot.compare.lexicon import topics
from bot.compare.passages import Passage
from bot.model import Edit, EditKind

#: An edit of this weight is news by itself.
NEWS = 1.0
#: What is worth a place on the change page, but is no news by itself.
_UNSURE = 0.9
#: In a language that is understood, one word in so many is a small one: it, of, the.
_SMALL_WORDS = 12
#: A sentence that comes to speak of one of these is news.
GRAVE = frozenset({"ai", "sale", "biometrics", "arbitration"})
#: A false alarm costs a follower more than an editorial change missed: news must be twice as likely as not.
_LIKELY = 2 / 3
#: From this weight on news is plain, four times in five: a short second look is enough.
PLAIN = 0.8 / _LIKELY


@dataclass(frozen=True, slots=True)
class Judged:
    """A passage, what it weighs, and how well it would lead."""

    edit: Edit
    passage: Passage
    #: Higher is better; has no meaning between changes.
    rank: float = 0.0


def judge_passage(passage: Passage, why_silent: str, found: Mapping[str, float]) -> Judged:
    """Weigh a passage by its features (`features.measure`), or say why it is silent."""
    if why_silent:
        return Judged(_edit(passage, 0.0, (), (why_silent,)), passage)
    shown = passage.old_words if passage.kind is EditKind.REMOVED else passage.new_words or passage.old_words
    about = topics(shown)
    weight = NEWS / _LIKELY / (1 + math.exp(-_sum(weights.NEWS, found)))
    plain = plainly(passage)
    if plain:
        weight = max(weight, NEWS)
    elif unsure := _unsure(shown, about, found):
        weight, plain = min(weight, _UNSURE), (unsure,)
    reasons = (_heading(passage, about), *(plain or _firm_words(passage, found)))
    return Judged(_edit(passage, weight, about, reasons), passage, _sum(weights.LEAD, found))


def silent(passage: Passage) -> str:
    """Why a passage says nothing new at all, or ""."""
    if not passage.new_words and not passage.old_words:
        return "only a name" if passage.kind is EditKind.REWORDED else "the same words in other sentences"
    if passage.before and passage.after and only_dates(passage.before.text) and only_dates(passage.after.text):
        return "only a date"
    return furniture(passage.sentence)


def _edit(passage: Passage, weight: float, about: tuple[str, ...], reasons: tuple[str, ...]) -> Edit:
    return Edit(
        passage.kind,
        passage.sentence.section,
        passage.before.text if passage.before else None,
        passage.after.text if passage.after else None,
        weight,
        about,
        reasons,
    )


def _sum(trained: Mapping[str, float], found: Mapping[str, float]) -> float:
    return trained["bias"] + sum(trained.get(name, 0.0) * value for name, value in found.items())


def plainly(passage: Passage) -> tuple[str, ...]:
    """What makes a passage news however small it is, in an operator's words; nothing where the weights decide.

    In a reworded sentence a "not" that came or went, "may" that became "will", another number of days, months, percent
    or years of age, an exception, another company that one deals with, or a purpose that few readers would pass over;
    and a right of the reader that is gone.
    """
    if not prose(passage.sentence.words):
        return ()
    gone, come = set(passage.old_words), set(passage.new_words)
    if passage.kind is EditKind.REMOVED:
        whole = len(passage.old_words) >= 0.8 * len(passage.sentence.words)
        right = whole and "rights" in topics(passage.old_words) and gone & YOU and gone & PERMITS
        return ("a right is gone",) if right else ()
    if passage.before is None or passage.after is None:
        return ()
    found = []
    if len(gone & NEGATIONS) != len(come & NEGATIONS):
        found.append(f"a negation came or went: {', '.join(sorted((gone ^ come) & NEGATIONS))}")
    old, new = _force(gone), _force(come)
    if old and new and old != new:
        found.append(f"“{'/'.join(sorted(gone & MODALS))}” became “{'/'.join(sorted(come & MODALS))}”")
    old_terms, new_terms = terms(passage.before.words) & gone, terms(passage.after.words) & come
    if old_terms and new_terms and old_terms != new_terms:
        found.append(f"{', '.join(sorted(old_terms))} became {', '.join(sorted(new_terms))}")
    if exceptions := (gone ^ come) & EXCEPTIONS:
        found.append(f"an exception came or went: {', '.join(sorted(exceptions))}")
    if gone & COMPANY_FORMS and come & COMPANY_FORMS:
        found.append("another company is named")
    before = set(topics(passage.before.words))
    found += [f"now about {topic}" for topic in topics(passage.new_words) if topic in GRAVE and topic not in before]
    return tuple(found)


def _unsure(shown: Sequence[str], about: Sequence[str], found: Mapping[str, float]) -> str:
    """Why the weights are not believed, or "".

    Where a passage has no topic, no term or sum, and not even the small words of a language that is known, the features
    say little: such a passage is news only where the page's own date moved on with it.
    """
    if about or found.get("term or sum") or found.get("date moved on"):
        return ""
    small = sum(word in ALL_SMALL_WORDS for word in shown)
    return "" if small * _SMALL_WORDS >= len(shown) else "in a language that is not known well enough"


def _force(words: set[str]) -> str:
    """How firmly modal verbs speak: the firmest of them."""
    if words & DUTIES:
        return "must"
    if words & FUTURES:
        return "will"
    return "may" if words & PERMITS else ""


def _heading(passage: Passage, about: tuple[str, ...]) -> str:
    what = {
        EditKind.ADDED: "new sentence",
        EditKind.REMOVED: "sentence gone",
        EditKind.REWORDED: "reworded",
    }[passage.kind]
    return f"{what} about {', '.join(about[:3])}" if about else what


def _firm_words(passage: Passage, found: Mapping[str, float]) -> tuple[str, ...]:
    """What an operator can check by eye, besides the topic."""
    if passage.kind is EditKind.REWORDED:
        changed = set(passage.old_words) ^ set(passage.new_words)
        firm = sorted(word for word in changed if word in FIRM or word[0].isdigit())
        return (f"changed: {', '.join(firm[:6])}",) if firm else ()
    return tuple(name for name in ("duty", "permission", "negation", "term or sum", "new section") if found.get(name))
