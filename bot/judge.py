"""The one function that judges: two versions and what was known -> silent, broken, or news with proved quotes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.compare.align import align
from bot.compare.compare import compare_aligned
from bot.compare.effective import unfold
from bot.compare.lexicon import VAGUE, topics
from bot.compare.sentences import words
from bot.model import Change, EditKind, Quote, Verdict, Version
from bot.watch.plausible import mismatch
from bot.write.quote import pick


def judge(before: Version, after: Version, known: Collection[int] = ()) -> Change:
    """Whether what differs between two versions is news, and the words to tell it with. Pure.

    ``known`` are fingerprints of sentences that the policy has shown before (`compare.sentences.fingerprints`).
    """
    copies = unfold(align(before, after), before, after)
    side, doubts = mismatch(before, after, copies)
    if side:
        return Change(Verdict.BROKEN, doubts, broken_side=side)
    found = compare_aligned(before, after, copies, known)
    if found.change.verdict is not Verdict.POST:
        return found.change
    quotes = pick(found.judged, before, after)
    if not quotes:
        why = ("no wording of the change can be quoted alone", *found.change.reasons)
        return replace(found.change, verdict=Verdict.SILENT, reasons=why)
    # What is missing may be missing from this read only: news that leads with a removal needs a longer second look.
    plain = found.change.plain and quotes[0].kind is not EditKind.REMOVED
    return replace(found.change, quotes=quotes, plain=plain, topics=_topics(quotes[0], found.change))


def _topics(lead: Quote, change: Change) -> tuple[str, ...]:
    """What the leading quote is about, then the rest; what nearly every sentence is about comes last."""
    named = dict.fromkeys((*topics(words(lead.text)), *change.topics))
    return tuple(sorted(named, key=lambda topic: topic in VAGUE))
