"""What follows from a judged change: silence, waiting, holding, or stories to tell. Pure.

The rules are design.md's "How a change is judged", 5: a change must be seen again before it is told, and one that is
doubted by a second route too, where there is one; wording that was told and is withdrawn, restored or replaced is
followed up, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.compare.sentences import normal
from bot.model import (
    Change,
    EditKind,
    EventKind,
    Policy,
    Quote,
    Reading,
    Standing,
    Standpoint,
    Story,
    StoryKind,
    Told,
    Verdict,
    Version,
)
from bot.steps.habits import Habits
from bot.steps.second_look import Sight
from bot.write.quote import stands

#: The reasons of a change that is judged by nothing, because the policy said exactly this before.
EARLIER_TEXT = ("an earlier text of the policy again",)
#: What is said of news, beside its reasons, by a second route.
_SAID_BY_ROUTE = {
    Sight.NEWS: ("a second route shows it too",),
    Sight.OLD: ("a second route still shows the old text",),
    Sight.NOTHING: ("a second route could not tell",),
    Sight.NOT_ASKED: (),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write down and report of one check."""

    #: What to report; None where the stories speak for themselves.
    event: EventKind | None
    #: What the text is from now on; None leaves it as it was.
    standing: Standing | None = None
    reasons: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()
    standpoints: dict[str, Standpoint] = field(default_factory=dict)
    #: Since when which news has been waiting; none is.
    candidate_since: datetime | None = None
    candidate_signature: str = ""
    candidate_not_before: datetime | None = None
    disputed_at: datetime | None = None
    #: When to look again, where that is sooner than usual.
    look_again_at: datetime | None = None
    #: Whether waiting news vanished, so that the page is known to alternate.
    flapped: bool = False

    @property
    def takes_back(self) -> bool:
        """Whether told wording would be called gone."""
        return any(each.kind is StoryKind.WITHDRAWN for each in self.stories)


@dataclass(frozen=True, slots=True)
class FollowUps:
    """What is to be said in threads, and what becomes of the told stories if it is."""

    #: The change without what the threads will say of it.
    change: Change
    tell: tuple[tuple[Told, StoryKind], ...] = ()
    standpoints: dict[str, Standpoint] = field(default_factory=dict)


def follow_ups(told_before: Sequence[Told], change: Change, after: Version) -> FollowUps:
    """What became of wording that was told, now that the page says ``after``.

    Gone and taken back (the page shows an earlier text, the old wording, or simply lost it) is told as withdrawn; gone
    with other news, or with an old copy of the policy, it was replaced, and there is nothing to say. Nor is there of a
    story that was retracted: the correction was the last word.
    """
    tell: list[tuple[Told, StoryKind]] = []
    standpoints: dict[str, Standpoint] = {}
    removed = [quote for quote in change.quotes if quote.kind is EditKind.REMOVED]
    answered: list[Quote] = []
    for told in (each for each in told_before if not each.story.retracted):
        lead = told.story.change.quotes[0]
        here = stands(lead, after)
        if told.standpoint is Standpoint.WITHDRAWN and here:
            tell.append((told, StoryKind.RESTORED))
            standpoints[told.story.id] = Standpoint.STANDING
        elif told.standpoint in (Standpoint.STANDING, Standpoint.IN_EFFECT) and not here:
            lost = [quote for quote in removed if any(_same(quote, each) for each in told.story.change.quotes)]
            if change.verdict is not Verdict.POST:
                lost += [told.story.change.quotes[0]] if _is_among(lead, change) else []
            back = lead.before is not None and stands(replace(lead, text=lead.before), after)
            if told.standpoint is Standpoint.STANDING and (change.reasons == EARLIER_TEXT or lost or back):
                tell.append((told, StoryKind.WITHDRAWN))
                standpoints[told.story.id] = Standpoint.WITHDRAWN
                answered += lost
            else:
                standpoints[told.story.id] = Standpoint.REPLACED
    return FollowUps(_without(change, answered), tuple(tell), standpoints)


def _same(quote: Quote, told: Quote) -> bool:
    """Whether a removed sentence is one that was told, or holds it."""
    gone, words = normal(quote.text), normal(told.text)
    return gone in words or words in gone


def _is_among(lead: Quote, change: Change) -> bool:
    """Whether told wording is among the sentences that are gone, though their loss is no news by itself."""
    gone = (edit.before or "" for edit in change.edits if edit.kind is EditKind.REMOVED)
    return any(_same(replace(lead, text=text), lead) for text in gone if text)


def _without(change: Change, answered: Sequence[Quote]) -> Change:
    """The change without quotes that a thread answers; without any it is no news of its own."""
    quotes = tuple(quote for quote in change.quotes if quote not in answered)
    if quotes or change.verdict is not Verdict.POST:
        return replace(change, quotes=quotes)
    return replace(change, verdict=Verdict.SILENT, quotes=(), reasons=("told wording is gone", *change.reasons))


def decide(
    policy: Policy,
    reading: Reading,
    follow: FollowUps,
    *,
    now: datetime,
    found_at: datetime,
    proof: str,
    habits: Habits,
    not_before: datetime | None = None,
    doubts: Sequence[str] = (),
    elsewhere: Sight = Sight.NOT_ASKED,
) -> Decision:
    """What to do about a text that was judged. Before a doubted one is told, whoever has a second route asks it, and
    decides again with what it showed.

    Args:
        policy: whose text it is.
        reading: what was known before this check.
        follow: the step from the accepted text to this one, and what became of told wording.
        now: when the page was read.
        found_at: when this text was first read.
        proof: the sha256 of the snapshot in which the quotes stand.
        habits: the operator's patience.
        not_before: when the policy was last read before ``found_at``.
        doubts: why the change may be the page's and not the policy's.
        elsewhere: what a second route shows.
    """
    change = follow.change
    waiting = reading.candidate_since is not None
    if change.verdict is Verdict.BROKEN and change.broken_side != "before":
        return Decision(
            EventKind.HELD,
            Standing.HELD,
            change.reasons,
            candidate_since=reading.candidate_since,
            candidate_signature=reading.candidate_signature,
            candidate_not_before=reading.candidate_not_before,
            disputed_at=reading.disputed_at,
        )
    news = change.verdict is Verdict.POST
    if not news and not follow.tell:
        return Decision(
            EventKind.VANISHED if waiting else EventKind.SILENT,
            Standing.ACCEPTED,
            change.reasons,
            standpoints=follow.standpoints,
            flapped=waiting,
        )
    signature = _signature(follow)
    again = waiting and _leads(reading.candidate_signature, signature)
    since, disputed_at = found_at, None
    if again and reading.candidate_since:
        since, not_before, disputed_at = reading.candidate_since, reading.candidate_not_before, reading.disputed_at
    plain = change.plain and not doubts
    patience = habits.patience(plain=plain or not news, last_flap_at=reading.last_flap_at, now=now)
    tell_at = since + patience
    if elsewhere is Sight.NOTHING:  # a route that never answers makes news late, and holds nothing back for ever
        tell_at = (disputed_at or since) + 2 * patience
    disputed = elsewhere is Sight.OLD
    if now < tell_at or disputed:
        newly = EventKind.HELD if disputed and disputed_at is None else None if again else EventKind.SEEN
        return Decision(
            newly or EventKind.UNCHANGED,
            Standing.CANDIDATE,
            (*_SAID_BY_ROUTE[elsewhere], *doubts, *change.reasons),
            candidate_since=since,
            candidate_signature=signature,
            candidate_not_before=not_before,
            disputed_at=now if disputed else disputed_at,
            look_again_at=tell_at if now < tell_at else None,
            flapped=waiting and not again,
        )
    change = replace(change, reasons=(*change.reasons, *_SAID_BY_ROUTE[elsewhere]))
    stories = []
    if news:
        stories = [story(policy, StoryKind.POST, change, since, now, proof, not_before=not_before)]
    stories += [
        story(policy, kind, _told_again(told, change), since, now, proof, under=told.story.id)
        for told, kind in follow.tell
    ]
    # Withdrawn and there again: from now on this page is known to alternate, and each turn must stand longer.
    alternates = any(kind is StoryKind.RESTORED for _, kind in follow.tell)
    return Decision(None, Standing.ACCEPTED, change.reasons, tuple(stories), follow.standpoints, flapped=alternates)


def _told_again(told: Told, change: Change) -> Change:
    """What a follow-up carries: the change that was told, with the date of effect that the page states now."""
    return replace(told.story.change, effective=change.effective or told.story.change.effective)


def story(
    policy: Policy,
    kind: StoryKind,
    change: Change,
    found_at: datetime,
    confirmed_at: datetime,
    proof: str,
    *,
    under: str = "",
    note: str = "",
    not_before: datetime | None = None,
) -> Story:
    """A story whose id says when and about what, and which the same story would get again."""
    words = "\x1f".join([policy.id, kind, under, found_at.isoformat(), note, *(quote.text for quote in change.quotes)])
    digest = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    name = f"{found_at:%Y-%m-%d}-{policy.id.replace('/', '-')}-{digest}"
    return Story(
        name, policy, kind, change, found_at, confirmed_at, proof, under=under, note=note, not_before=not_before
    )


def _signature(follow: FollowUps) -> str:
    """Which news is waiting for its second look: a line for each thing that would be told, the leading one first."""
    quotes = [quote.text for quote in follow.change.quotes] if follow.change.verdict is Verdict.POST else []
    lines = quotes + [f"{kind} {told.story.id}" for told, kind in follow.tell]
    return "\n".join(hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:16] for line in lines)


def _leads(waiting: str, seen: str) -> bool:
    """Whether the leading news that waits is still among what the page says; the rest may have grown meanwhile."""
    return waiting.split("\n")[0] in seen.split("\n")
