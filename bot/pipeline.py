"""The whole bot, as its story::

    check -> compare -> confirm -> owe -> publish -> answer

    page    | read                     a Version, or why there is none            watch/, steps/read.py
            | judge                    silent, broken or news, with reasons       judge.py, compare/
            | doubt                    news that a second route must show too     steps/second_look.py
            | decide                   wait for a second look, or tell            steps/decide.py, steps/weigh.py
            | draw                     a card, where one can be drawn             write/, steps/illustrate.py
            | owe                      frozen parts for every publisher           write/, steps/owe.py
            | record                   all of it in one transaction               store/
    part    | fold                     what is stale into one digest              steps/digest.py
            | claim, prove, send       once on each platform, then settled        platforms/, steps/send.py
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
from bot.errors import ConfigError, FetchError, NotAsked, PlatformError, SmallprintError
from bot.model import (
    Checked,
    Delivery,
    Event,
    EventKind,
    Mention,
    Policy,
    Reading,
    Standpoint,
    Story,
    StoryKind,
)
from bot.ports import Clock, Extractor, Fetcher, Inbox, Publisher, Store
from bot.requests.answer import Desk
from bot.steps import read
from bot.steps.asked import asked_for
from bot.steps.decide import Decision, story
from bot.steps.digest import fold_stale, prove_each
from bot.steps.habits import Habits
from bot.steps.illustrate import NO_PICTURES, Draw, Illustrator, Pictures
from bot.steps.owe import Clerk
from bot.steps.prove import prove
from bot.steps.reconcile import Memory
from bot.steps.send import LEASE, Courier
from bot.steps.weigh import Scales, Weighed

#: Under this name the store keeps when a full cycle of checks last ended; readiness looks at it.
CYCLE_ENDED = "cycle.ended"
#: Seconds after which a round that waits for a slow site looks again what is due.
LOOK_AGAIN = 1.0


class Pipeline:
    """Ties the rooms together."""

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        extractor: Extractor,
        second: Fetcher | None = None,
        publishers: Mapping[str, Publisher],
        clock: Clock,
        habits: Habits,
        report: Callable[[Event], None],
        desk: Desk | None = None,
        draw: Draw | None = None,
        owner: str = "bot",
        seed: int | None = None,
    ) -> None:
        self.store = store
        self.fetcher = fetcher
        self.extractor = extractor
        self.clock = clock
        self.habits = habits
        self.report = report
        #: None while requests are off.
        self.desk = desk
        self.owner = owner
        self.chance = random.Random(seed)  # noqa: S311 - spreads checks in time, guards nothing
        self.live = [publisher for publisher in publishers.values() if publisher.id in habits.live]
        self.scales = Scales(store, habits, extractor, second)
        self.clerk = Clerk(store, publishers, habits, clock)
        self.illustrator = Illustrator(self.live, habits.name, self.clerk.link, draw)
        #: One courier at a time for each: the pace is theirs together.
        self._doors = {publisher.id: asyncio.Lock() for publisher in self.live}
        #: Set when the process is asked to end: nothing new is begun.
        self.stopping = False

    # ---- check -> compare -> confirm -> owe ------------------------------------------------------------------

    async def check_due(self) -> None:
        """Check every policy that is due, ``at_once`` of them at a time and one of a host, so that a slow site holds up
        only itself: what falls due meanwhile is begun beside it.

        Where there is always something due this goes on and on; a cycle ends, again and again, when all that was at
        work at the end of the one before has come to its end, and nothing is left waiting.
        """
        at_work: set[asyncio.Task[None]] = set()
        cycle: set[asyncio.Task[None]] = set()
        bugs: list[BaseException] = []
        try:
            while True:
                if not (self.stopping or bugs) and (free := self.habits.at_once - len(at_work)):
                    due = self.store.lease_due(self.clock.now(), self.owner, LEASE, free)
                    at_work |= {asyncio.create_task(self.check(policy)) for policy in due}
                if not at_work:
                    break
                if cycle.isdisjoint(at_work):
                    if cycle and len(at_work) < self.habits.at_once and not bugs:
                        self.store.remember(CYCLE_ENDED, self.clock.now().isoformat())
                    cycle = set(at_work)
                done, at_work = await asyncio.wait(at_work, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
                bugs += [bug for each in done if (bug := each.exception())]
        finally:
            for each in at_work:
                each.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)
        if bugs:  # it shows itself afterwards, and has stopped no other check
            raise bugs[0]
        if not self.stopping:
            self.store.remember(CYCLE_ENDED, self.clock.now().isoformat())

    async def check(self, policy: Policy) -> None:
        """Read one policy, judge what it says, and write down what follows. Expected trouble costs only this check."""
        reading = self.store.reading(policy.id)
        try:
            reading = await read.upgraded(policy, reading, self.store, self.extractor)
            page = await read.read(policy, reading, self.fetcher, self.extractor)
            weighed = await self.scales.weigh(policy, reading, page, self.clock.now())
        except SmallprintError as error:
            self._failed(policy, reading, error)
            return
        if reading.failing:
            self._tell(EventKind.RECOVERED, policy=policy, reasons=(reading.failing,))
        pictures = await self.illustrator.pictures(weighed.decision.stories)
        if pictures.trouble:
            self._tell(EventKind.NOT_DRAWN, policy=policy, reasons=pictures.trouble)
        self._write(policy, page, weighed, pictures)
        self._announce(policy, reading, page, weighed.decision)

    def _write(self, policy: Policy, page: read.Page, weighed: Weighed, pictures: Pictures) -> None:
        """One transaction: what was read, what it is, what is told of it and what is owed to whom."""
        now, decision = self.clock.now(), weighed.decision
        next_check = self.habits.next_check(now, self.chance)
        self.store.record(
            Checked(
                policy_id=policy.id,
                at=now,
                next_check_at=min(next_check, decision.look_again_at or next_check),
                moved_to=page.moved_to,
                snapshot=page.snapshot if page.version else None,
                version=page.version,
                standing=decision.standing,
                reasons=decision.reasons,
                seen_sha256=page.snapshot.sha256 if page.snapshot else "",
                validators=page.snapshot.validators if page.snapshot else None,
                candidate_since=decision.candidate_since,
                candidate_signature=decision.candidate_signature,
                candidate_not_before=decision.candidate_not_before,
                disputed_at=decision.disputed_at,
                flapped=decision.flapped,
                remember=weighed.known,
                stories=decision.stories,
                owed=tuple(self._owed(decision.stories, pictures)),
                standpoints=decision.standpoints,
            )
        )

    def _owed(self, stories: tuple[Story, ...], pictures: Pictures = NO_PICTURES) -> list[Delivery]:
        """A word to the world about each story, and for news one to everybody who asked."""
        owed = [delivery for each in stories for delivery in self.clerk.owe(each, pictures)]
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
        """A failed read is told aloud once, and once more when the policy is well again. A page that nobody asked for,
        because its host is left alone, waits with its host."""
        now = self.clock.now()
        if isinstance(error, FetchError):
            kind, retry_at = error.kind.value, error.retry_at
        else:
            kind, retry_at = "settings of the policy" if isinstance(error, ConfigError) else "stored page damaged", None
        if isinstance(error, NotAsked):
            event, again = EventKind.NOT_ASKED, self.habits.after_rest(now, retry_at, self.chance)
        else:
            event = EventKind.STILL_FAILING if reading.failing == kind else EventKind.FAILED
            again = self.habits.next_try(now, kind, reading.failures, retry_at, self.chance)
        asked = event is not EventKind.NOT_ASKED
        self.store.record(Checked(policy.id, now, again, failure=kind, failure_message=str(error), asked=asked))
        self._tell(event, policy=policy, reasons=(kind, str(error)))

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
        """Send what is owed to every platform."""
        await _each(map(self.publish_to, self.live))

    async def publish_to(self, publisher: Publisher) -> None:
        """Send what is owed to one platform, so that its trouble never holds another back."""
        async with self._doors[publisher.id]:
            fold_stale(publisher, self.store, self.clerk)
            courier = self._courier(publisher)
            while not self.stopping and await courier.send_next():
                pass

    def _courier(self, publisher: Publisher) -> Courier:
        proved = partial(prove_each, store=self.store, prove=partial(prove, store=self.store, extractor=self.extractor))
        proved = partial(asked_for, publisher=publisher, prove=proved)
        memory = Memory(publisher, self.store, self.clock)
        return Courier(publisher, self.store, self.habits, self.clock, self.owner, self.report, proved, memory)

    # ---- answer -----------------------------------------------------------------------------------------------

    async def answer_mentions(self) -> None:
        """Read each inbox from where it was settled, answer what needs an answer, and only then move on."""
        if self.desk is None or not self.desk.open:
            return
        for publisher in self.live:
            if isinstance(publisher, Inbox):
                try:
                    mentions, cursor = await publisher.mentions(self.store.cursor(publisher.id))
                except PlatformError as error:
                    self._tell(EventKind.NOT_SENT, publisher=publisher.id, reasons=(str(error),))
                    continue
                self.desk.heed(mentions)
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

    async def forget(self) -> None:
        """Forget requests that were deleted or whose accounts are gone, and every answer after a day."""
        if self.desk is None:
            return
        now = self.clock.now()
        for publisher in self.live:
            due = self.desk.memory.due(publisher.id, now) if isinstance(publisher, Inbox) else ()
            if due and isinstance(publisher, Inbox):
                try:
                    gone = await publisher.gone([watch.mention.id for watch in due])
                except PlatformError as error:
                    self._tell(EventKind.NOT_SENT, publisher=publisher.id, reasons=(str(error),))
                    continue
                self.desk.memory.note(due, gone, now)
        self.desk.memory.tidy(now)

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
