"""Whatever happens in whatever order, the outbox agrees with a model of it that has no SQL.

Never two claims of one part at once, never a part before the one it follows, never one forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from bot.errors import NotFound
from bot.model import Delivery, DeliveryState, Receipt
from bot.store import open_store
from tests.store.samples import MINUTE, NOW, thread

OWED, UNKNOWN, SENT, PARKED, DISCARDED, DIGESTED = DeliveryState
LEASE = 5 * MINUTE


@dataclass
class Part:
    """What the model knows of a part."""

    owed: Delivery
    state: DeliveryState = OWED
    claimed_until: timedelta | None = None
    claimed_by: str | None = None
    wait_until: timedelta = timedelta(0)


class OutboxMachine(RuleBasedStateMachine):
    claimed = Bundle("claimed")

    @initialize()
    def begin(self) -> None:
        self.store = open_store("sqlite://")
        self.time = timedelta(0)
        self.parts: dict[str, Part] = {}

    def teardown(self) -> None:
        self.store.close()

    # ---- what can happen -------------------------------------------------------------------------------------

    @rule(parts=st.integers(1, 3), weight=st.sampled_from([0.0, 1.0, 2.0]), follows=st.integers(0, 30))
    def a_story_is_owed(self, parts: int, weight: float, follows: int) -> None:
        after = list(self.parts)[follows] if follows < len(self.parts) else ""
        about = f"s{len(self.parts)}"
        new = thread(about, parts, weight=weight, after=after, owed_at=NOW + self.time)
        self.store.owe(new)
        self.parts |= {each.part.key: Part(each) for each in new}

    @rule(target=claimed, worker=st.sampled_from("ab"), limit=st.integers(1, 3), begin=st.booleans())
    def a_worker_claims(self, worker: str, limit: int, begin: bool) -> object:
        turn = sorted(
            (key for key in self.parts if self.may_go(key, begin)),
            key=lambda key: (-self.parts[key].owed.weight, self.parts[key].owed.owed_at),
        )
        got = self.store.claim("bluesky", NOW + self.time, worker, LEASE, limit, begin=begin)
        assert [each.part.key for each in got] == turn[:limit]
        for each in got:
            part = self.parts[each.part.key]
            if part.claimed_until is not None:
                part.state = UNKNOWN
            part.claimed_until, part.claimed_by = self.time + LEASE, worker
            assert each.state is part.state
            before = self.parts.get(each.after)
            assert each.parent == (Receipt(each.after, "") if before and before.state is SENT else None)
        return multiple(*got)

    @rule(delivery=consumes(claimed), state=st.sampled_from([OWED, UNKNOWN, SENT, SENT, PARKED]))
    def the_worker_settles(self, delivery: Delivery, state: DeliveryState) -> None:
        self.store.settle(
            replace(
                delivery,
                state=state,
                receipt=Receipt(delivery.part.key, "") if state is SENT else None,
                next_attempt_at=NOW + self.time + MINUTE,
            )
        )
        part = self.parts[delivery.part.key]
        if part.claimed_by == delivery.owner:
            part.claimed_until = part.claimed_by = None
        blindly = part.state is UNKNOWN and state is OWED
        if (part.state in (OWED, UNKNOWN) and not blindly) or (state is SENT and part.state is not SENT):
            part.state, part.wait_until = state, self.time + MINUTE

    @rule(delivery=consumes(claimed))
    def the_worker_is_killed(self, delivery: Delivery) -> None:
        """Its claim is never settled."""

    @rule(minutes=st.integers(1, 4))
    def time_passes(self, minutes: int) -> None:
        self.time += minutes * MINUTE

    @rule(which=st.integers(0, 30), state=st.sampled_from([OWED, DISCARDED]))
    def the_operator_speaks(self, which: int, state: DeliveryState) -> None:
        if which >= len(self.parts):
            return
        key, part = list(self.parts.items())[which]
        number = next(each.id for each in self.store.deliveries() if each.part.key == key)
        try:
            self.store.steer(number, state)
        except NotFound:
            assert part.state is SENT
            return
        assert part.state is not SENT
        if state is DISCARDED:
            self.discard(key)
        else:
            part.state = OWED if part.state is OWED else UNKNOWN
        part.wait_until = timedelta(0)

    @invariant()
    def nothing_is_lost_and_all_is_as_the_model_says(self) -> None:
        assert {each.part.key: each.state for each in self.store.deliveries()} == {
            key: part.state for key, part in self.parts.items()
        }

    # ---- the model -------------------------------------------------------------------------------------------

    def may_go(self, key: str, begin: bool) -> bool:
        part = self.parts[key]
        before = self.parts.get(part.owed.after)
        lapsed = part.claimed_until is not None
        return (
            part.state in (OWED, UNKNOWN)
            and (part.claimed_until is None or part.claimed_until <= self.time)
            and part.wait_until <= self.time
            and (before is None or before.state in (SENT, DISCARDED))
            and (begin or part.owed.part.number > 0 or part.state is UNKNOWN or lapsed)
        )

    def discard(self, key: str) -> None:
        self.parts[key].state = DISCARDED
        for other, part in self.parts.items():
            same_thread = part.owed.about == self.parts[key].owed.about
            if part.owed.after == key and same_thread and part.state is not SENT:
                self.discard(other)


TestOutboxWhateverHappens = OutboxMachine.TestCase
TestOutboxWhateverHappens.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
