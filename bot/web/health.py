"""Is the bot alive, and is it at work? ``/healthz`` for whoever restarts it, ``/readyz`` for whoever should be told.

A bot that runs and tells nothing must not look well: it is ready only while cycles of checks come to their end, its
database can be read, and no post is stuck.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.errors import StoreError
from bot.model import Delivery, DeliveryState
from bot.pipeline import CYCLE_ENDED
from bot.ports import Clock, Store
from bot.web import answers
from bot.web.recent import Handler

#: A mark this far ahead was made by a clock that was wrong, and proves nothing.
_AHEAD = timedelta(minutes=5)
#: A post that was tried and still not taken for so long is stuck, whatever the platform says about trying again.
STUCK = timedelta(hours=6)
_OPEN = (DeliveryState.OWED, DeliveryState.UNKNOWN, DeliveryState.PARKED)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the bot does its work; ready when there is no reason against it."""

    reasons: tuple[str, ...]
    last_cycle: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """For the probe, and the person it wakes."""
        last = self.last_cycle.isoformat() if self.last_cycle else None
        return {"ready": not self.reasons, "reasons": list(self.reasons), "last_cycle": last}


class Probes:
    """The handlers."""

    def __init__(self, store: Store, clock: Clock, stale_after: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._stale_after = stale_after
        #: A bot that just started has not had the time for a cycle.
        self._started = clock.now()

    def routes(self) -> dict[str, Handler]:
        """Where they are."""
        return {"/healthz": self.live, "/readyz": self.ready}

    async def live(self, request: Request) -> Response:
        """The process answers. Asks nothing, so that a slow disk does not get it killed."""
        return answers.data({"live": True}, cache=answers.NEVER)

    async def ready(self, request: Request) -> Response:
        """200, or 503 and why."""
        found = readiness(self._store, self._clock.now(), self._started, self._stale_after)
        return answers.data(found.as_json(), status=503 if found.reasons else 200, cache=answers.NEVER)


def readiness(store: Store, now: datetime, started: datetime, stale_after: timedelta) -> Readiness:
    """Look at everything that keeps the bot from its work.

    Args:
        store: the bot's.
        now: the present moment.
        started: when the process began; a cycle is missed only from then on.
        stale_after: how long a cycle may take to come round.
    """
    try:
        last = last_cycle(store, now)
        paused = store.paused_platforms()
        waiting = store.deliveries(states=_OPEN)
    except StoreError:
        return Readiness(("the database cannot be read: see the log, and run `smallprint doctor`",))
    reasons = []
    idle = now - max(last or started, started)
    if idle > stale_after:
        reasons.append(f"no full cycle of checks has ended for {_span(idle)}: see the log")
    reasons += [f"{name} is paused: `smallprint status` says why" for name in sorted(paused)]
    parked = Counter(each.publisher for each in waiting if each.state is DeliveryState.PARKED)
    reasons += [f"{name}: {number} parked: see `smallprint outbox list`" for name, number in sorted(parked.items())]
    stuck = Counter(each.publisher for each in waiting if each.publisher not in paused and _stuck(each, now))
    reasons += [
        f"{name}: {number} not taken for {_span(STUCK)}: see `smallprint outbox list`"
        for name, number in sorted(stuck.items())
    ]
    return Readiness(tuple(reasons), last)


def last_cycle(store: Store, now: datetime) -> datetime | None:
    """When a full cycle of checks last ended, as far as its mark can be believed. Raises StoreError."""
    try:
        ended = datetime.fromisoformat(store.recall(CYCLE_ENDED))
    except ValueError:
        return None
    return ended if ended.tzinfo is not None and ended <= now + _AHEAD else None


def _stuck(delivery: Delivery, now: datetime) -> bool:
    tried = delivery.state is not DeliveryState.PARKED and delivery.attempts > 0
    return tried and delivery.owed_at is not None and now - delivery.owed_at > STUCK


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
