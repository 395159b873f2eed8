"""claim -> send -> settle: each owed part once, whatever fails in between.

A part is claimed before it is sent; a claim that ends without a settlement (a crash, a bug) comes back as "unknown".
What is unknown is read back before anything is sent again, twice and a minute apart, because timelines lag; what stays
unknown is parked for the operator, never guessed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import PlatformError, PlatformFailure
from bot.model import Delivery, DeliveryState, Event, EventKind, Receipt
from bot.ports import Clock, OutboxStore, Publisher
from bot.steps.habits import Habits

#: A claim that is older was cut off by a crash; longer than any publisher's time-outs together.
LEASE = timedelta(minutes=5)
#: "Not there" must be read twice, this far apart, before a write of unknown result is sent again.
BETWEEN_READS = timedelta(seconds=60)
#: After so many attempts nobody can tell what became of a part, and an operator decides.
ATTEMPTS = 12
#: Between two attempts; doubled each time up to LONGEST_WAIT.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)

#: Any other failure leaves a part as it was: what was unknown stays so until reading back has answered.
_STATE_AFTER = {
    PlatformFailure.UNKNOWN: DeliveryState.UNKNOWN,
    PlatformFailure.REJECTED: DeliveryState.PARKED,
}


class Courier:
    """Brings owed parts to one publisher."""

    def __init__(
        self,
        publisher: Publisher,
        outbox: OutboxStore,
        habits: Habits,
        clock: Clock,
        owner: str,
        report: Callable[[Event], None],
        prove: Callable[[Delivery], Awaitable[None]],
    ) -> None:
        self.publisher = publisher
        self.outbox = outbox
        self.habits = habits
        self.clock = clock
        self.owner = owner
        self.report = report
        #: Raises PlatformError where a part must not be sent after all.
        self.prove = prove

    async def send_next(self) -> bool:
        """Send the next part whose turn it is; whether another may follow at once."""
        now = self.clock.now()
        claimed = self.outbox.claim(self.publisher.id, now, self.owner, LEASE, 1, begin=self._may_begin(now))
        if not claimed:
            return False
        delivery = claimed[0]
        try:
            receipt = await self._send(delivery)
        except PlatformError as error:
            self.outbox.settle(after_failure(delivery, error, self.clock.now()))
            if error.kind is PlatformFailure.PAUSED:
                self.outbox.pause_platform(self.publisher.id, str(error))
            self._tell(EventKind.NOT_SENT, reasons=(str(error),))
            return error.kind is PlatformFailure.REJECTED
        if receipt is None:
            self.outbox.settle(read_again_later(delivery, self.clock.now()))
            return True
        sent = replace(delivery, state=DeliveryState.SENT, receipt=receipt, sent_at=self.clock.now(), problem="")
        self.outbox.settle(sent)
        self._tell(EventKind.SENT, receipt=receipt)
        return True

    async def _send(self, delivery: Delivery) -> Receipt | None:
        """The receipt, or None when reading back must be repeated before anything is sent again."""
        if delivery.state is DeliveryState.UNKNOWN:
            found = await self.publisher.find(delivery.part, delivery.parent, delivery.root)
            if found is not None:
                return found
            if delivery.empty_reads < 1:
                return None
        await self.prove(delivery)
        return await self.publisher.publish(delivery.part, delivery.parent, delivery.root)

    def _may_begin(self, now: datetime) -> bool:
        """At most so many stories an hour and a day, so that a busy day is no flood; the bot's own page takes all."""
        if self.publisher.id == "local":
            return True
        sent = self.outbox.sent_since
        return (
            sent(self.publisher.id, now - timedelta(hours=1)) < self.habits.per_hour
            and sent(self.publisher.id, now - timedelta(days=1)) < self.habits.per_day
        )

    def _tell(self, kind: EventKind, *, reasons: tuple[str, ...] = (), receipt: Receipt | None = None) -> None:
        self.report(Event(kind, self.clock.now(), publisher=self.publisher.id, reasons=reasons, receipt=receipt))


def read_again_later(delivery: Delivery, now: datetime) -> Delivery:
    """A part that was not found once: nobody may send it before it was not found again."""
    return replace(
        delivery, empty_reads=delivery.empty_reads + 1, last_read_at=now, next_attempt_at=now + BETWEEN_READS
    )


def after_failure(delivery: Delivery, error: PlatformError, now: datetime) -> Delivery:
    """What becomes of a part that was not simply accepted, or could not be read back."""
    attempts = delivery.attempts + 1
    state = _STATE_AFTER.get(error.kind, delivery.state)
    if state is DeliveryState.UNKNOWN and attempts >= ATTEMPTS:
        state = DeliveryState.PARKED
    wait = min(FIRST_WAIT * 2 ** min(delivery.attempts, 10), LONGEST_WAIT)
    return replace(
        delivery,
        state=state,
        attempts=attempts,
        empty_reads=0,
        next_attempt_at=max(error.retry_at or now, now + wait),
        problem=str(error),
    )
