"""When a host is left alone because its pages fail one after the other: a circuit breaker.

A page that fails is that page's trouble, and its policy waits by itself (steps/habits.py). Where several pages fail in
a row and nothing of the host answers in between, the trouble is the host's: its other pages are not asked one by one,
but wait with it. When the rest is over the first of them is the probe; turns come one at a time, so there is never a
second. An answer ends the trouble, a failure doubles the rest.

It lives in memory: after a restart a host has to fail anew, which costs it a few requests. The breakers that there are
as libraries count calls and read the machine's own clock; none tells a page that fails from a host that does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import FetchFailure

#: So many different pages that fail in a row are their host's trouble ...
SEVERAL = 3
#: ... if nothing of it has answered for so long either, or it does not even take a connection.
SILENT = timedelta(minutes=1)
#: The first rest, and the longest. Each is up to a tenth longer, so that hosts that fell together do not rise together.
FIRST_REST = timedelta(minutes=10)
LONGEST_REST = timedelta(hours=6)
#: What can be a host's trouble; everything else is an answer of its, or a page's own matter.
TROUBLE = frozenset({FetchFailure.TIMED_OUT, FetchFailure.UNREACHABLE, FetchFailure.SERVER_ERROR})


@dataclass(slots=True)
class Breaker:
    """One host's."""

    #: Since when nothing of it has answered: its last answer, or the first page that failed.
    silent_since: datetime | None = None
    #: The pages that failed since; more than `SEVERAL` need not be told apart.
    failed: set[str] = field(default_factory=set)
    #: How many rests have not helped.
    rests: int = 0

    def answers(self, now: datetime) -> None:
        """A page of the host answered, whatever it said."""
        self.silent_since, self.rests = now, 0
        self.failed.clear()

    def fails(self, page: str, now: datetime, chance: random.Random, *, shut: bool) -> datetime | None:
        """A page failed with `TROUBLE`; until when the host is to be left alone, if it is.

        Args:
            page: its address.
            now: the present moment.
            chance: for the jitter.
            shut: the host does not even take a connection.
        """
        self.silent_since = self.silent_since or now
        if len(self.failed) < SEVERAL:
            self.failed.add(page)
        if len(self.failed) < SEVERAL or not (shut or now - self.silent_since >= SILENT):
            return None
        rest = min(FIRST_REST * 2.0 ** min(self.rests, 10), LONGEST_REST)
        self.rests += 1
        return now + rest * chance.uniform(1.0, 1.1)
