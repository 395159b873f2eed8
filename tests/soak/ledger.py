"""What happened, held against the truth: every difference is a complaint, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from bot.model import Quote, Story
from tests.soak.plot import Pace, Plot, Telling
from tests.soak.words import company


@dataclass(frozen=True)
class Told:
    """A story as the bot keeps it."""

    policy_id: str
    kind: str
    confirmed_at: datetime
    quotes: tuple[Quote, ...]
    #: Whether `smallprint verify` can prove it.
    proved: bool
    #: How each platform stands with each of its parts: "local sent".
    deliveries: tuple[str, ...]
    id: str = ""

    @classmethod
    def of(cls, story: Story, *, proved: bool, deliveries: Sequence[str]) -> Told:
        """A story of the store."""
        change, kind = story.change, story.kind.value
        return cls(story.policy.id, kind, story.confirmed_at, change.quotes, proved, tuple(deliveries), story.id)


@dataclass(frozen=True)
class Happened:
    """All that was seen of one soak."""

    began: datetime
    seconds: float
    #: When each page was asked for, in seconds, by the number of its policy.
    visits: Mapping[int, Sequence[float]]
    told: Sequence[Told]
    #: The word of `status` for each policy id.
    status: Mapping[str, str]


@dataclass
class Ledger:
    """The balance."""

    complaints: list[str] = field(default_factory=list)
    #: Seconds between two reads of each healthy policy at most, and from a change to its telling.
    gaps: list[float] = field(default_factory=list)
    delays: dict[str, list[float]] = field(default_factory=dict)
    #: What `status` says at the end, by role.
    words: dict[str, Counter[str]] = field(default_factory=dict)

    def complain(self, plot: Plot, what: str) -> None:
        """Something is not as it must be."""
        self.complaints.append(f"{policy_id(plot)} ({plot.role}): {what}")


def policy_id(plot: Plot) -> str:
    """As the bot's watch list makes it."""
    return f"{company(plot.number).lower().replace(' ', '-')}/privacy-policy"


def balance(plots: Sequence[Plot], happened: Happened, pace: Pace) -> Ledger:
    """Hold everything that happened against everything that had to."""
    ledger = Ledger()
    told: dict[str, list[Told]] = {}
    for each in happened.told:
        told.setdefault(each.policy_id, []).append(each)
    for plot in plots:
        _reads(plot, happened, pace, ledger)
        _tellings(plot, told.pop(policy_id(plot), []), happened.began, ledger)
        _standing(plot, happened.status.get(policy_id(plot), "not watched"), ledger)
    ledger.complaints += [f"{each}: told, and nobody knows this policy" for each in told]
    return ledger


def _reads(plot: Plot, happened: Happened, pace: Pace, ledger: Ledger) -> None:
    """Healthy policies are read on time; whoever asked to be left alone is."""
    visits = sorted(happened.visits.get(plot.number, ()))
    if plot.healthy:
        moments = [0.0, *(visit for visit in visits if visit <= happened.seconds), happened.seconds]
        gap, at = max((later - earlier, earlier) for earlier, later in pairwise(moments))
        ledger.gaps.append(gap)
        if gap > pace.on_time:
            ledger.complain(plot, f"not read for {gap:.0f} s from second {at:.0f} on (at most {pace.on_time:.0f})")
    if plot.rest:
        turned = [visit for visit in visits if visit >= plot.turns[-1].at]
        for earlier, later in pairwise(turned):
            if later - earlier < plot.rest:
                ledger.complain(plot, f"asked again after {later - earlier:.0f} s of the {plot.rest} it wants to rest")


def _tellings(plot: Plot, stories: list[Told], began: datetime, ledger: Ledger) -> None:
    """Each real change once, in time and proved, and nothing else."""
    left = list(stories)
    for telling in plot.tellings:
        found = [story for story in left if _is_of(story, telling)]
        left = [story for story in left if story not in found]
        if not found:
            ledger.complain(plot, f"{telling.kind} of second {telling.at:.0f} was never told: {telling.sentence}")
        if len(found) > 1:
            ledger.complain(plot, f"{telling.kind} of second {telling.at:.0f} was told {len(found)} times")
        for story in found:
            second = (story.confirmed_at - began) / timedelta(seconds=1)
            ledger.delays.setdefault(f"{plot.role}: {telling.kind}", []).append(second - telling.at)
            if not telling.at <= second <= telling.by:
                ledger.complain(plot, f"told in second {second:.0f}, not between {telling.at:.0f} and {telling.by:.0f}")
            for problem in _problems(story, telling):
                ledger.complain(plot, problem)
    for story in left:
        words = "; ".join(quote.text for quote in story.quotes)
        ledger.complain(plot, f"told though nothing of the kind happened: {story.kind}: {words}")


def _is_of(story: Told, telling: Telling) -> bool:
    """Whether a story tells this: it leads with words of its sentence."""
    return story.kind == telling.kind and any(is_part(quote.text, telling.sentence) for quote in story.quotes[:1])


def _problems(story: Told, telling: Telling) -> Iterator[str]:
    """What is wrong with a story that had to be told."""
    if not story.proved:
        yield f"{story.id} cannot be proved"
    for quote in story.quotes:
        if not is_part(quote.text, telling.sentence):
            yield f"quotes what the change did not bring: {quote.text}"
        if quote.before is not None and not is_part(quote.before, telling.before):
            yield f"quotes as old what did not stand there: {quote.before}"
    for delivery in story.deliveries:
        if not delivery.endswith(" sent"):
            yield f"{story.id} is not out: {delivery}"
    if not story.deliveries:
        yield f"{story.id} is owed to nobody"


def is_part(quoted: str, sentence: str) -> bool:
    """Whether quoted words stand in a sentence, verbatim and in order; an ellipsis leaves something out."""
    at = 0
    for piece in filter(None, (piece.strip() for piece in quoted.split("…"))):
        at = sentence.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return bool(re.search(r"\w", quoted))


def _standing(plot: Plot, word: str, ledger: Ledger) -> None:
    """`status` tells the hostile ones apart, and has nothing against the others."""
    ledger.words.setdefault(plot.role, Counter())[word] += 1
    if word not in plot.ends:
        ledger.complain(plot, f"status says “{word}” instead of “{'” or “'.join(sorted(plot.ends))}”")
