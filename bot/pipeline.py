"""The whole bot, as its story::

    check -> compare -> confirm -> owe -> publish -> answer

    page    | read                     a Version, or why there is none            watch/, steps/read.py
            | judge                    silent, broken or news, with reasons       judge.py, compare/
            | decide                   wait for a second look, or tell            steps/decide.py
            | owe                      frozen parts for every publisher           write/, steps/owe.py
            | record                   all of it in one transaction               store/
    part    | claim, prove, send       once on each platform, then settled        platforms/, steps/send.py
    mention | understand, answer       when requests are on                       requests/

What happened is reported as an :class:`Event`, which the log, `replay`, `demo` and metrics read. The pipeline itself
remembers nothing: a crash at any point loses nothing that was recorded, and repeats nothing that was sent.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bot.compare.effective import coming
from bot.compare.sentences import fingerprints
from bot.errors import ConfigError, FetchError, FetchFailure, PlatformError, SmallprintError
from bot.judge import judge
from bot.model import (
    Change,
    Checked,
    Delivery,
    Event,
    EventKind,
    Mention,
    Policy,
    Reading,
    Standing,
    Standpoint,
    Story,
    StoryKind,
    Verdict,
)
from bot.ports import Clock, Fetcher, Inbox, Publisher, Store
from bot.requests.answer import Desk
from bot.steps import read
from bot.steps.decide import EARLIER_TEXT, Decision, decide, follow_ups, story
from bot.steps.habits import Habits
from bot.steps.owe import Clerk
from bot.steps.prove import prove
from bot.steps.send import LEASE, Courier
from bot.watch.plausible import doubt

#: Under this name the store keeps when a full cycle of checks last ended; readiness looks at it.
CYCLE_ENDED = "cycle.ended"


class Pipeline:
    """Ties the rooms together."""

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        publishers: Mapping[str, Publisher],
        clock: Clock,
        habits: Habits,
        report: Callable[[Event], None],
        desk: Desk | None = None,
        owner: str = "bot",
        seed: int | None = None,
    ) -> None:
        self.store = store
        self.fetcher = fetcher
        self.clock = clock
        self.habits = habits
        self.report = report
        #: None while requests are off.
        self.desk = desk
        self.owner = owner
        self.chance = random.Random(seed)  # noqa: S311 - spreads checks in time, guards nothing
        self.live = [publisher for publisher in publishers.values() if publisher.id in habits.live]
        self.clerk = Clerk(store, publishers, habits, clock)
        #: Set when the process is asked to end: nothing new is begun.
        self.stopping = False

    # ---- check -> compare -> confirm -> owe ------------------------------------------------------------------

    async def check_due(self) -> None:
        """Check every policy that is due, ``at_once`` of them at a time and one of a host, so that a slow site holds up
        only itself."""

        async def work() -> None:
            while not self.stopping and (due := self.store.lease_due(self.clock.now(), self.owner, LEASE, 1)):
                await self.check(due[0])

        await _each(work() for _ in range(self.habits.at_once))
        if not self.stopping:
            self.store.remember(CYCLE_ENDED, self.clock.now().isoformat())

    async def check(self, policy: Policy) -> None:
        """Read one policy, judge what it says, and write down what follows. Expected trouble costs only this check."""
        reading = self.store.reading(policy.id)
        try:
            reading = await read.upgraded(policy, reading, self.store)
            page = await read.read(policy, reading, self.fetcher)
            decision, known_now = await self._decide(policy, reading, page)
        except SmallprintError as error:
            self._failed(policy, reading, error)
            return
        if reading.failing:
            self._tell(EventKind.RECOVERED, policy=policy, reasons=(reading.failing,))
        self._write(policy, page, decision, known_now)
        self._announce(policy, reading, page, decision)

    async def _decide(self, policy: Policy, reading: Reading, page: read.Page) -> tuple[Decision, frozenset[int]]:
        """What follows from a page, and the wording that is known from now on."""
        now, seen = self.clock.now(), reading.seen
        waiting = reading.candidate_since
        if page.version is None and seen is not None:
            # The last text again. Only news that waits for this second look has anything to gain from it.
            too_soon = waiting is None or now < waiting + self.habits.shortest_patience
            if too_soon or seen.standing is not Standing.CANDIDATE:
                return Decision(EventKind.UNCHANGED), frozenset()
        after = page.version if page.version is not None or seen is None else self.store.version(seen.id)
        assert after is not None, "a first read always has a text"
        if reading.current is None:
            # The first good read is a silent baseline, and a page that is no policy is not one.
            if doubts := doubt(after):
                raise FetchError(FetchFailure.NO_POLICY_TEXT, f"{'; '.join(doubts)}.", about=policy.id)
            return Decision(EventKind.BASELINE, Standing.ACCEPTED), fingerprints(after)
        before = self.store.version(reading.current.id)
        if self.store.said(policy.id, after.sha256):
            change = Change(Verdict.SILENT, EARLIER_TEXT)
        else:
            change = await asyncio.to_thread(judge, before, after, self.store.known(policy.id))
        new = page.version is not None and page.snapshot is not None
        decision = decide(
            policy,
            reading,
            follow_ups(self.store.told(policy.id), change, after),
            now=now,
            found_at=now if new or seen is None else seen.fetched_at,
            proof=page.snapshot.sha256 if new and page.snapshot else (seen or reading.current).snapshot_sha256,
            habits=self.habits,
        )
        return decision, fingerprints(after) if decision.standing is Standing.ACCEPTED else frozenset()

    def _write(self, policy: Policy, page: read.Page, decision: Decision, known_now: frozenset[int]) -> None:
        """One transaction: what was read, what it is, what is told of it and what is owed to whom."""
        now = self.clock.now()
        next_check = self.habits.next_check(now, self.chance)
        self.store.record(
            Checked(
                policy_id=policy.id,
                at=now,
                next_check_at=min(next_check, decision.look_again_at or next_check),
                snapshot=page.snapshot if page.version else None,
                version=page.version,
                standing=decision.standing,
                reasons=decision.reasons,
                seen_sha256=page.snapshot.sha256 if page.snapshot else "",
                validators=page.snapshot.validators if page.snapshot else None,
                candidate_since=decision.candidate_since,
                candidate_signature=decision.candidate_signature,
                flapped=decision.flapped,
                remember=known_now,
                stories=decision.stories,
                owed=tuple(self._owed(decision.stories)),
                standpoints=decision.standpoints,
            )
        )

    def _owed(self, stories: tuple[Story, ...]) -> list[Delivery]:
        """A word to the world about each story, and for news one to everybody who asked."""
        owed = [delivery for each in stories for delivery in self.clerk.owe(each)]
        if self.desk is not None:
            news = [each for each in stories if each.kind is StoryKind.POST]
            owed += [
                delivery
                for each in news
                for reply in self.desk.tell(each)
                if reply.mention.platform in self.habits.live
                for delivery in self.clerk.owe_reply(reply)
            ]
        return owed

    def _failed(self, policy: Policy, reading: Reading, error: SmallprintError) -> None:
        """A failed read is told once, and once more when the policy is well again."""
        now = self.clock.now()
        if isinstance(error, FetchError):
            kind, retry_at = error.kind.value, error.retry_at
        else:
            kind, retry_at = "settings of the policy" if isinstance(error, ConfigError) else "stored page damaged", None
        again = self.habits.next_try(now, reading.failures, retry_at, self.chance)
        self.store.record(Checked(policy.id, now, again, failure=kind, failure_message=str(error)))
        if reading.failing != kind:
            self._tell(EventKind.FAILED, policy=policy, reasons=(kind, str(error)))

    def tell_what_takes_effect(self) -> None:
        """One line in the thread on the day that a told change takes effect, while its wording still stands."""
        now = self.clock.now()
        for told in self.store.taking_effect(now.date()):
            current = self.store.reading(told.story.policy.id).current
            if current is None:
                continue
            version, day = self.store.version(current.id), told.story.change.effective or now.date()
            if coming(version, now.date()):
                continue  # the page has put it off: asked again until the day that it states now
            line = story(
                told.story.policy,
                StoryKind.IN_EFFECT,
                replace(told.story.change, effective=coming(version, day) or day),
                told.story.found_at,
                now,
                current.snapshot_sha256,
                under=told.story.id,
            )
            self.store.tell(line, self._owed((line,)), {told.story.id: Standpoint.IN_EFFECT})
            self._tell_story(line, fetched_at=current.fetched_at)

    def retract(self, story_id: str, why: str) -> list[Delivery]:
        """Take a story back: a correction under each of its posts, its page and the feed marked; nothing is deleted.

        Raises:
            NotFound: there is no such story.
        """
        wrong = self.store.story(story_id)
        now = self.clock.now()
        correction = story(
            wrong.policy, StoryKind.CORRECTION, wrong.change, now, now, wrong.snapshot_sha256, under=wrong.id, note=why
        )
        owed = self._owed((correction,))
        self.store.retract(correction, owed)
        return owed

    # ---- publish ----------------------------------------------------------------------------------------------

    async def publish_due(self) -> None:
        """Send what is owed; one platform's trouble never holds another back."""

        async def deliver(publisher: Publisher) -> None:
            proved = partial(prove, store=self.store)
            courier = Courier(publisher, self.store, self.habits, self.clock, self.owner, self.report, proved)
            while not self.stopping and await courier.send_next():
                pass

        await _each(map(deliver, self.live))

    # ---- answer -----------------------------------------------------------------------------------------------

    async def answer_mentions(self) -> None:
        """Read each inbox from where it was settled, answer what needs an answer, and only then move on."""
        if self.desk is None:
            return
        for publisher in self.live:
            if isinstance(publisher, Inbox):
                try:
                    mentions, cursor = await publisher.mentions(self.store.cursor(publisher.id))
                except PlatformError as error:
                    self._tell(EventKind.NOT_SENT, publisher=publisher.id, reasons=(str(error),))
                    continue
                for mention in mentions:
                    if self.stopping:
                        return  # the cursor stays: the rest comes again after the next start
                    await self._answer(self.desk, mention)
                self.store.settle_mentions(publisher.id, cursor)

    async def _answer(self, desk: Desk, mention: Mention) -> None:
        reply = await desk.reply(mention, self.clock.now())
        if reply is not None:
            self.store.owe(self.clerk.owe_reply(reply))
            self._tell(EventKind.ANSWERED, publisher=mention.platform, reasons=(reply.answer.template,))

    # ---- reporting --------------------------------------------------------------------------------------------

    def _announce(self, policy: Policy, reading: Reading, page: read.Page, decision: Decision) -> None:
        """Report what a check decided."""
        fetched_at = reading.seen.fetched_at if page.version is None and reading.seen else self.clock.now()
        if decision.event is not None:
            self._tell(decision.event, policy=policy, fetched_at=fetched_at, reasons=decision.reasons)
        for each in decision.stories:
            self._tell_story(each, fetched_at=fetched_at)

    def _tell_story(self, told: Story, **facts: Any) -> None:
        self._tell(
            EventKind(told.kind.value),
            policy=told.policy,
            story=told,
            posts=self.clerk.words(told),
            reasons=told.change.reasons,
            **facts,
        )

    def _tell(self, kind: EventKind, **facts: Any) -> None:
        self.report(Event(kind, self.clock.now(), **facts))


async def _each(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Let every one of them come to its end; a bug in one shows itself afterwards and has stopped no other."""
    results = await asyncio.gather(*works, return_exceptions=True)
    if bugs := [result for result in results if isinstance(result, BaseException)]:
        raise bugs[0]
