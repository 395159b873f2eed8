"""Two versions -> a Change: what was edited, what of it is news, when it takes effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.compare import renames as naming
from bot.compare.align import Alignment, align
from bot.compare.effective import Copies, in_effect_date, moved_on, quiet, stamps, unfold
from bot.compare.features import Page, Where, measure
from bot.compare.furniture import promotion
from bot.compare.news import GRAVE, NEWS, PLAIN, Judged, judge_passage, silent
from bot.compare.passages import Passage, passages
from bot.model import Change, Edit, EditKind, Verdict, Version


@dataclass(frozen=True, slots=True)
class Comparison:
    """A judged change without its quotes, and what they are picked from."""

    change: Change
    judged: tuple[Judged, ...]


def compare(before: Version, after: Version, known: Collection[int] = ()) -> Change:
    """Judge what changed between two whole versions of one policy. Pure, and the same in every run."""
    return compare_aligned(before, after, unfold(align(before, after), before, after), known).change


def compare_aligned(before: Version, after: Version, copies: Copies, known: Collection[int] = ()) -> Comparison:
    """`compare` for versions that are aligned already.

    Args:
        before: What the policy said.
        after: What it says now.
        copies: What differs (`align`, then `unfold`).
        known: Fingerprints of all wording that the policy ever showed.
    """
    found = copies.alignment
    notes: list[str] = []
    if copies.added:
        notes.append("the page holds two versions: the coming one is compared with the current one")
    if copies.dropped:
        notes.append("one of two versions on the page was dropped")
    if known:
        found = _without_known(found, known, notes)
    renamed = naming.find(found.reworded)
    differing = passages(found, renamed)
    dated = (stamps(before), stamps(after)) if differing else ((), ())
    judged = [judge_passage(*each) for each in measured(differing, found, before, after, moved_on(*dated))]
    edits = [each.edit for each in judged]
    edits += [Edit(EditKind.MOVED, s.section, s.text, s.text, 0.0, (), ("moved",)) for s in found.moved]
    edits.sort(key=lambda edit: -edit.weight)
    news = [edit for edit in edits if edit.weight >= NEWS]
    counted = Counter(topic for edit in news for topic in edit.topics)
    change = Change(
        Verdict.POST if news else Verdict.SILENT,
        reasons=_reasons(news, edits, notes),
        edits=tuple(edits),
        renames=renamed,
        effective=in_effect_date([s.text for s in found.added] + [p.after.text for p in found.reworded]),
        topics=tuple(topic for topic, _ in counted.most_common()),
        plain=bool(news) and (news[0].weight >= PLAIN or not GRAVE.isdisjoint(news[0].topics)),
        quiet=quiet(*dated) if news else None,
    )
    return Comparison(change, tuple(judged))


def measured(
    found: Sequence[Passage], differing: Alignment, before: Version, after: Version, dated: bool | None
) -> Iterator[tuple[Passage, str, dict[str, float]]]:
    """Each passage with why it is silent, or else its features; ``dated`` is `effective.moved_on`."""
    old, new = Page(before, differing.old), Page(after, differing.new)
    for kind in (EditKind.ADDED, EditKind.REMOVED, EditKind.REWORDED):
        own, other = (old, new) if kind is EditKind.REMOVED else (new, old)
        for passage, where in _placed([each for each in found if each.kind is kind], dated):
            why = silent(passage)
            if not why and promotion(passage.sentence.text, own.version.blocks[passage.sentence.block].text):
                why = "the terms of a promotion"
            yield passage, why, {} if why else measure(passage, own, other, where)


def _placed(found: Sequence[Passage], dated: bool | None) -> Iterator[tuple[Passage, Where]]:
    """Passages of one kind, each with its place; neighbours stand in the same or the next block."""
    runs: list[list[Passage]] = []
    for passage in found:
        near = runs and passage.kind is not EditKind.REWORDED
        if near and passage.sentence.block - runs[-1][-1].sentence.block <= 1:
            runs[-1].append(passage)
        else:
            runs.append([passage])
    number = 0
    for run in runs:
        for in_run, passage in enumerate(run):
            yield passage, Where(number, len(found), in_run, len(run), dated)
            number += 1


def _without_known(found: Alignment, known: Collection[int], notes: list[str]) -> Alignment:
    """Wording that this policy has shown before is never new."""
    added = tuple(s for s in found.added if s.fingerprint not in known)
    reworded = tuple(p for p in found.reworded if p.after.fingerprint not in known)
    if len(added) + len(reworded) < len(found.added) + len(found.reworded):
        notes.append("some wording was known from earlier")
    return replace(found, added=added, reworded=reworded)


def _reasons(news: Sequence[Edit], edits: Sequence[Edit], notes: Sequence[str]) -> tuple[str, ...]:
    if news:
        places = [f" in “{edit.section}”" if edit.section else "" for edit in news[:5]]
        return (*("; ".join(edit.reasons) + place for edit, place in zip(news, places, strict=False)), *notes)
    counted = Counter(reason for edit in edits for reason in edit.reasons[:1])
    found = [f"{why} ({n})" if n > 1 else why for why, n in counted.most_common(4)]
    return (*found, *notes) or ("nothing changed",)
