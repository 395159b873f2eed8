"""How the bot behaves: how often it looks, how it waits for what cannot be read, and how long news must stand.

What may pass by itself is tried again soon, what refuses the bot is not pressed, and what only a person can mend is
looked at once a day. Each further failure doubles the wait.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import FetchFailure

#: A page that lost a change before its second look is taken to alternate for so long.
ALTERNATES_FOR = timedelta(days=30)
#: Failures that pass by themselves more often than not, the first wait after one (never longer than the interval) and
#: the longest (never shorter).
PASSING = frozenset(
    {FetchFailure.TIMED_OUT, FetchFailure.UNREACHABLE, FetchFailure.SERVER_ERROR, FetchFailure.TRUNCATED}
)
SOON = timedelta(minutes=15)
LONGEST_WHILE_PASSING = timedelta(hours=12)
#: Failures that only a person can mend, here or at the site. These wait for the longest at once; all others are looked
#: at after an interval, and then ever later.
LASTING = frozenset({FetchFailure.DISALLOWED, FetchFailure.REFUSED, FetchFailure.TOO_LARGE})
LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Habits:
    """Intervals, patience and pace."""

    interval: timedelta = timedelta(hours=1)
    #: How far a check may be moved, as a share of the interval, so that not all are due at once.
    jitter: float = 0.1
    #: How long news must stand before it is told: plainly news, weak or doubted, on a page known to alternate. A second
    #: route that does not answer makes it twice as long.
    plain: timedelta = timedelta(minutes=30)
    weak: timedelta = timedelta(hours=24)
    alternating: timedelta = timedelta(hours=72)
    #: Stories a platform may be sent.
    per_hour: int = 6
    per_day: int = 24
    #: And while some wait for longer than they should, as after an outage.
    per_hour_late: int = 3
    #: Checks under way at once.
    at_once: int = 8
    #: Publishers that really post; the others show what they would.
    live: frozenset[str] = frozenset({"local"})
    public_url: str = ""
    #: How the bot is called on its pictures.
    name: str = "Smallprint"

    def next_check(self, now: datetime, chance: random.Random) -> datetime:
        """When a policy that is well is read again."""
        return now + self.interval * (1 + self.jitter * chance.uniform(-1, 1))

    def next_try(
        self, now: datetime, kind: str, failures: int, retry_at: datetime | None, chance: random.Random
    ) -> datetime:
        """When a policy that could not be read is tried again: each time later, and not before the site said.

        Args:
            now: when it failed.
            kind: how (a `FetchFailure`, or another word where it was no fetch that failed).
            failures: how often it had failed in a row before.
            retry_at: when the site lets the bot come back, if it said so.
            chance: for the jitter.
        """
        first, longest = self.interval, LONGEST
        if kind in PASSING:
            first, longest = min(SOON, self.interval), LONGEST_WHILE_PASSING
        elif kind in LASTING:
            first = LONGEST
        wait = min(first * 2.0 ** min(failures, 20), max(longest, self.interval))
        return max(now + wait * (1 + self.jitter * chance.uniform(-1, 1)), retry_at or now)

    def after_rest(self, now: datetime, rest_until: datetime | None, chance: random.Random) -> datetime:
        """When a policy that waits with its host is asked for: soon after the rest, not all of a host's at once."""
        return max(now, rest_until or now) + self.interval * self.jitter * chance.uniform(0, 1)

    def patience(self, *, plain: bool, last_flap_at: datetime | None, now: datetime) -> timedelta:
        """How long news must stand: fast where it is plain, longer where the signal is weak or the page is doubted
        (steps/second_look.py), longest where this page is known to alternate."""
        if last_flap_at is not None and now - last_flap_at < ALTERNATES_FOR:
            return self.alternating
        return self.plain if plain else self.weak

    @property
    def shortest_patience(self) -> timedelta:
        """Before this nothing can be confirmed, whatever it is."""
        return min(self.plain, self.weak, self.alternating)
