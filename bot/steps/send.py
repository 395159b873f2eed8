"""claim -> send -> settle: each owed part once, whatever fails in between.

A part is claimed before it is sent; a claim that ends without a settlement (a crash, a bug) comes back as "unknown".
What is unknown is read back before anything is sent again, twice and a minute apart, because timelines lag; what stays
unknown is parked for the operator, never guessed.

What costs money is reserved first (`Priced`): a story is begun only when all of its parts fit the month's budget.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import PlatformError, PlatformFailure
from bot.model import Delivery, DeliveryState, Event, EventKind, Receipt
from bot.ports import Clock, OutboxStore, Priced, Publisher
from bot.steps.habits import Habits
from bot.steps.reconcile import Memory

#: A claim that is older was cut off by a crash; longer than any publisher's time-outs together.
LEASE = timedelta(minutes=5)
#: "Not there" must be read twice, this far apart, before a write of unknown result is sent again.
BETWEEN_READS = timedelta(seconds=60)
#: After so many attempts nobody can tell what became of a part, and an operator decides.
ATTEMPTS = 12
#: Between two attempts; doubled each time up to LONGEST_WAIT.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
#: A platform that asks for a longer pause than this has a wrong clock, or ours is wrong.
LONGEST_REST = timedelta(hours=24)
#: Who has waited for so long for its turn is part of a backlog, which is told slowly.
LATE = timedelta(hours=1)
#: Until it is looked again whether there is money for a part.
BETWEEN_LOOKS_AT_MONEY = timedelta(hours=1)

#: Any other failure leaves a part as it was: what was unknown stays so until reading back has answered.
_STATE_AFTER = {
    PlatformFailure.UNKNOWN: DeliveryState.UNKNOWN,
    PlatformFailure.REJECTED: DeliveryState.PARKED,
}


class NoMoney(Exception):
    """A part does not fit the budget: it waits, and the sentence says so."""


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
        memory: Memory | None = None,
    ) -> None:
        self.publisher = publisher
        self.outbox = outbox
        self.habits = habits
        self.clock = clock
        self.owner = owner
        self.report = report
        #: Raises PlatformError where a part must not be sent after all.
        self.prove = prove
        #: Knows what was sent before an older backup was restored.
        self.memory = memory

    async def send_next(self) -> bool:
        """Send the next part whose turn it is; whether another may follow at once."""
        now = self.clock.now()
        claimed = self.outbox.claim(self.publisher.id, now, self.owner, LEASE, 1, begin=self._may_begin(now))
        if not claimed:
            return False
        delivery = claimed[0]
        try:
            receipt = await self._send(delivery)
        except NoMoney as wait:
            self._wait_for_money(delivery, str(wait))
            return True
        except PlatformError as error:
            self._failed(delivery, error)
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
        unknown, forgotten = delivery.state is DeliveryState.UNKNOWN, self.memory and not self.memory.is_whole
        found = await self.publisher.find(delivery.part, delivery.parent, delivery.root) if unknown else None
        if found is not None and isinstance(self.publisher, Priced):
            price = self.publisher.price(delivery.part)
            self.outbox.charge(self.publisher.id, delivery.part.key, price, self.clock.now())
        if found is None and forgotten and self.memory:
            found = await self.memory.find(delivery)
        if found is not None:
            return found
        if (unknown or forgotten) and delivery.empty_reads < 1:
            return None
        await self.prove(delivery)
        self._reserve(delivery)
        return await self.publisher.publish(delivery.part, delivery.parent, delivery.root)

    def _failed(self, delivery: Delivery, error: PlatformError) -> None:
        now = self.clock.now()
        after = after_failure(delivery, error, now)
        self.outbox.settle(after)
        if error.kind is PlatformFailure.PAUSED:
            self.outbox.pause_platform(self.publisher.id, str(error))
        elif error.retry_at is not None:
            self.outbox.rest_platform(self.publisher.id, min(error.retry_at, now + LONGEST_REST))
        parked = after.state is DeliveryState.PARKED
        self._tell(
            EventKind.NOT_SENT, reasons=(str(error), *(["parked: see `smallprint outbox list`"] if parked else []))
        )

    # ---- money --------------------------------------------------------------------------------------------------

    def _reserve(self, delivery: Delivery) -> None:
        """Set aside what a part costs, and with the first part what its whole thread does: what is begun is ended."""
        if not isinstance(self.publisher, Priced):
            return
        parts = [delivery.part]
        if delivery.part.number == 0:
            ours = self.outbox.deliveries(about=delivery.about, states=(DeliveryState.OWED, DeliveryState.UNKNOWN))
            parts += [each.part for each in ours if each.publisher == self.publisher.id and each.id != delivery.id]
        prices = {part.key: self.publisher.price(part) for part in parts}
        now, budget = self.clock.now(), self.publisher.budget
        if not self.outbox.reserve(self.publisher.id, prices, budget, now):
            spent = self.outbox.spent(self.publisher.id, now)
            raise NoMoney(
                f"Waits for money: it would cost {dollars(sum(prices.values()))}, and of this month's "
                f"{dollars(budget or 0)} for {self.publisher.id} {dollars(spent)} are spent or set aside. It goes on "
                "next month, or when budget_dollars is raised."
            )

    def _wait_for_money(self, delivery: Delivery, why: str) -> None:
        if not delivery.problem:
            self._tell(EventKind.NOT_SENT, reasons=(why,))
        again = self.clock.now() + BETWEEN_LOOKS_AT_MONEY
        self.outbox.settle(replace(delivery, next_attempt_at=again, problem=why))

    # ---- pace ---------------------------------------------------------------------------------------------------

    def _may_begin(self, now: datetime) -> bool:
        """At most so many stories an hour and a day, so that neither a busy day nor the end of an outage is a flood;
        the bot's own page takes all."""
        if self.publisher.id == "local":
            return True
        begun, waiting = self.outbox.begun_since, self.outbox.waiting_since(self.publisher.id, now)
        late = waiting is not None and now - waiting > LATE
        per_hour = min(self.habits.per_hour, self.habits.per_hour_late) if late else self.habits.per_hour
        return waiting is None or (
            begun(self.publisher.id, now - timedelta(hours=1)) < per_hour
            and begun(self.publisher.id, now - timedelta(days=1)) < self.habits.per_day
        )

    def _tell(self, kind: EventKind, *, reasons: tuple[str, ...] = (), receipt: Receipt | None = None) -> None:
        self.report(Event(kind, self.clock.now(), publisher=self.publisher.id, reasons=reasons, receipt=receipt))


def dollars(micros: int) -> str:
    """Millionths of a dollar, for people."""
    return f"${micros / 1_000_000:.3f}".removesuffix("0")


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
        next_attempt_at=max(min(error.retry_at or now, now + LONGEST_REST), now + wait),
        problem=str(error),
    )
