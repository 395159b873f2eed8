"""judge | doubt | decide: what follows from a page that was read.

The last text again costs nothing, unless news waits for this very look. Of two routes to a page the second is asked
last, and only before news that is doubted would be told.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.compare.sentences import fingerprints
from bot.errors import FetchError, FetchFailure, SmallprintError
from bot.judge import judge
from bot.model import Change, EventKind, Policy, Reading, Standing, Verdict, Version
from bot.ports import Extractor, Fetcher, PolicyStore
from bot.steps import read
from bot.steps.decide import EARLIER_TEXT, Decision, decide, follow_ups
from bot.steps.habits import Habits
from bot.steps.second_look import Sight, doubts, hosts_of, sight
from bot.watch.plausible import doubt


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a page comes to."""

    decision: Decision
    #: Fingerprints of the wording that is known from now on.
    known: frozenset[int] = frozenset()


class Scales:
    """Weighs what a page says against all that its policy said before."""

    def __init__(self, store: PolicyStore, habits: Habits, extractor: Extractor, second: Fetcher | None) -> None:
        self.store = store
        self.extractor = extractor
        self.habits = habits
        #: Another way to the same pages (another region's proxy, a browser); None where the operator named none.
        self.second = second

    async def weigh(self, policy: Policy, reading: Reading, page: read.Page, now: datetime) -> Weighed:
        """What follows from a page.

        Raises:
            FetchError: it would be the policy's first text, and is no policy's.
            StoreError: the text before is damaged.
        """
        seen = reading.seen
        if page.version is None and seen is not None and not self._is_waited_for(reading, now):
            return Weighed(Decision(EventKind.UNCHANGED))
        after = page.version if page.version is not None or seen is None else self.store.version(seen.id)
        assert after is not None, "a first read always has a text"
        if reading.current is None:
            # The first good read is a silent baseline, and a page that is no policy is not one.
            if found := doubt(after):
                raise FetchError(FetchFailure.NO_POLICY_TEXT, f"{'; '.join(found)}.", about=policy.id)
            return Weighed(
                Decision(EventKind.BASELINE, Standing.ACCEPTED), await asyncio.to_thread(fingerprints, after)
            )
        before = self.store.version(reading.current.id)
        if self.store.said(policy.id, after.sha256):
            change = Change(Verdict.SILENT, EARLIER_TEXT)
        else:
            change = await asyncio.to_thread(judge, before, after, self.store.known(policy.id))
        follow = follow_ups(self.store.told(policy.id), change, after)
        doubted = self._doubts(policy, reading, page, follow.change, before, after)
        new = page.snapshot if page.version is not None else None
        decided = partial(
            decide,
            policy,
            reading,
            follow,
            now=now,
            found_at=now if new or seen is None else seen.fetched_at,
            not_before=reading.last_read_at if new else None,
            proof=new.sha256 if new else (seen or reading.current).snapshot_sha256,
            habits=self.habits,
            doubts=doubted,
        )
        decision = decided()
        if self.second is not None and decision.stories and (doubted or decision.takes_back):
            decision = decided(elsewhere=await self._elsewhere(self.second, policy, follow.change, before, after))
        accepted = decision.standing is Standing.ACCEPTED
        return Weighed(decision, await asyncio.to_thread(fingerprints, after) if accepted else frozenset())

    def _is_waited_for(self, reading: Reading, now: datetime) -> bool:
        """Whether the last text, seen again, is news that may have waited long enough."""
        since, seen = reading.candidate_since, reading.seen
        if since is None or seen is None or seen.standing is not Standing.CANDIDATE:
            return False
        return now >= since + self.habits.shortest_patience

    def _doubts(
        self, policy: Policy, reading: Reading, page: read.Page, change: Change, before: Version, after: Version
    ) -> tuple[str, ...]:
        """Why a change may be the page's and not the policy's; nobody asks where nothing would be told of it."""
        if change.verdict is not Verdict.POST:
            return ()
        was = reading.current.validators.url if reading.current else ""
        now = page.snapshot.url if page.snapshot else reading.seen.validators.url if reading.seen else ""
        alike = self.store.alike(policy.id, after.sha256)
        return doubts(change, before, after, alike=alike, hosts=hosts_of(was, now))

    async def _elsewhere(
        self, second: Fetcher, policy: Policy, change: Change, before: Version, after: Version
    ) -> Sight:
        """What the second route shows; its own trouble says nothing for or against the news."""
        try:
            page = await read.read(policy, Reading(None, None), second, self.extractor)
        except SmallprintError:
            return Sight.NOTHING
        return await asyncio.to_thread(sight, change, before, after, page.version) if page.version else Sight.NOTHING
