"""How the bot behaves; every value is the operator's to change (settings.py)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

#: A page that lost a change before its second look is taken to alternate for so long.
ALTERNATES_FOR = timedelta(days=30)
#: The longest wait between two checks of a policy that cannot be read, in intervals.
LONGEST_BACKOFF = 12


@dataclass(frozen=True, slots=True)
class Habits:
    """Intervals, patience and pace."""

    interval: timedelta = timedelta(hours=1)
    #: How far a check may be moved, as a share of the interval, so that not all are due at once.
    jitter: float = 0.1
    #: How long news must stand before it is told: plainly news, a weak signal, a page known to alternate.
    plain: timedelta = timedelta(minutes=30)
    weak: timedelta = timedelta(hours=24)
    alternating: timedelta = timedelta(hours=72)
    #: Stories a platform may be sent.
    per_hour: int = 6
    per_day: int = 24
    #: Checks under way at once.
    at_once: int = 8
    #: Publishers that really post; the others show what they would.
    live: frozenset[str] = frozenset({"local"})
    public_url: str = ""

    def next_check(self, now: datetime, chance: random.Random) -> datetime:
        """When a policy that is well is read again."""
        return now + self.interval * (1 + self.jitter * chance.uniform(-1, 1))

    def next_try(self, now: datetime, failures: int, retry_at: datetime | None, chance: random.Random) -> datetime:
        """When a policy that could not be read is tried again: each time later, and not before the site said."""
        wait = self.next_check(now, chance) - now
        steps = float(min(2**failures, LONGEST_BACKOFF))
        return max(now + wait * steps, retry_at or now)

    def patience(self, *, plain: bool, last_flap_at: datetime | None, now: datetime) -> timedelta:
        """How long news must stand: fast where it is plain, slow where this page is known to alternate."""
        if last_flap_at is not None and now - last_flap_at < ALTERNATES_FOR:
            return self.alternating
        return self.plain if plain else self.weak

    @property
    def shortest_patience(self) -> timedelta:
        """Before this nothing can be confirmed, whatever it is."""
        return min(self.plain, self.weak, self.alternating)
