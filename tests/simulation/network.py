"""The way to a platform and back, on which everything can go wrong, without a socket.

The bot's own publishers and their libraries make each request; here it is handed to a fake platform (tests/fakes), or
lost, or handed over and its answer lost, or handed over when nobody waits any more.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from enum import StrEnum
from random import Random
from typing import Any, TypeVar

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.platforms.outcome import TIME_OUT
from bot.platforms.wire import Wire
from tests.fakes.loopback import Answered, Asked
from tests.simulation.loop import Time

T = TypeVar("T")

#: After a request was given up, the platform may still do what it asks: at most so many seconds later.
LATEST = 90.0


class Fault(StrEnum):
    """What becomes of one request."""

    UNREACHABLE = "unreachable"
    LOST = "lost"
    TIMED_OUT = "timed out"
    APPLIED_THEN_DROPPED = "applied, then dropped"
    APPLIED_THEN_500 = "applied, then 500"
    APPLIED_THEN_GARBLED = "applied, then garbled"
    APPLIED_LATE = "timed out, applied later"
    BROKEN = "500"
    LIMITED = "429 with a time"
    LIMITED_SOMEHOW = "429 without a time"


class Unreachable(Exception):
    """No byte was sent."""


class Dropped(Exception):
    """No answer came."""


class Late(Exception):
    """No answer came in time."""


@dataclass
class Way:
    """The way to one platform."""

    name: str
    #: Answers what arrives.
    platform: Callable[[Asked], Answered]
    time: Time
    chance: Random
    #: What the platform says when it is asked too often (until a UNIX time, or not), and to keys that are refused.
    too_many: Callable[[int | None], Answered]
    refusal: Callable[[str], Answered]
    #: Told of each request before it leaves and after it is answered: a process may die there.
    passing: Callable[[str], None]
    #: How likely each fault is just now, from 0 to 1.
    weather: dict[Fault, float] = field(default_factory=dict)
    #: Nobody answers, for as long as this holds.
    down: bool = False
    #: "revoked" or "suspended" until the operator mends it.
    refused: str = ""
    #: UNIX time until which everything is a 429.
    limited_until: int = 0
    #: Whether the last request was given up.
    late: bool = False

    def exchange(self, asked: Asked) -> Answered:
        """A request and its answer, or what became of them."""
        if self.down:
            raise Unreachable
        now = int(self.time.now().timestamp())
        if now < self.limited_until:
            return self.too_many(self.limited_until)
        if self.refused:
            return self.refusal(self.refused)
        return self._fault(self._drawn(), asked, now)

    def _drawn(self) -> Fault | None:
        draw = self.chance.random()
        for fault, likelihood in self.weather.items():
            draw -= likelihood
            if draw < 0:
                return fault
        return None

    def _fault(self, fault: Fault | None, asked: Asked, now: int) -> Answered:
        if fault is Fault.UNREACHABLE:
            raise Unreachable
        if fault is Fault.LOST:
            raise Dropped
        if fault is Fault.TIMED_OUT:
            raise Late
        if fault is Fault.BROKEN:
            return Answered(500, {"error": "Internal error"})
        if fault is Fault.LIMITED:
            self.limited_until = now + self.chance.choice([5, 60, 900])
            return self.too_many(self.limited_until)
        if fault is Fault.LIMITED_SOMEHOW:
            return self.too_many(None)
        if fault is Fault.APPLIED_LATE:
            self.time.later(TIME_OUT + self.chance.uniform(0, LATEST), lambda: self.platform(asked))
            raise Late
        answered = self.platform(asked)
        if fault is Fault.APPLIED_THEN_DROPPED:
            raise Dropped
        if fault is Fault.APPLIED_THEN_500:
            return Answered(500, {"error": "Internal error"})
        if fault is Fault.APPLIED_THEN_GARBLED:
            return Answered(200, "<html>It works!</html>")
        return answered

    def travel(self) -> float:
        """Seconds in one direction."""
        return self.chance.choice([0.01, 0.05, 0.3, 2.0])


# ---- for tweepy and Mastodon.py --------------------------------------------------------------------------------------


class _Adapter(BaseAdapter):
    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:  # type: ignore[override]
        body = request.body or b""
        headers = {name.title(): _text(value) for name, value in request.headers.items()}
        body = body.encode() if isinstance(body, str) else body
        try:
            answered = self._way.exchange(Asked(request.method or "", request.url or "", headers, body))
        except Unreachable:
            reason = NewConnectionError(None, "refused")  # type: ignore[arg-type]
            raise requests.ConnectionError(MaxRetryError(None, "", reason)) from None  # type: ignore[arg-type]
        except Dropped:
            raise requests.ConnectionError("Connection aborted.") from None
        except Late:
            self._way.late = True
            raise requests.ReadTimeout("Read timed out.") from None
        response = requests.Response()
        response.status_code = answered.status
        response.headers = CaseInsensitiveDict(_headers(answered, self._way.time))
        response._content = _body(answered)
        response.url, response.request, response.reason = request.url or "", request, "OK"
        return response

    def close(self) -> None:
        pass


def wire_of(way: Way) -> Callable[..., Wire]:
    """What makes the sessions of a publisher that goes this way."""

    class SimulatedWire(Wire):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.trust_env = False
            self.mount("https://", _Adapter(way))

        async def beside(self, call: Callable[[], T]) -> T:
            way.passing(f"{way.name}: before a request")
            await asyncio.sleep(way.travel())
            way.late = False
            try:
                result = call()
            except Exception:
                await asyncio.sleep(TIME_OUT if way.late else way.travel())
                raise
            way.passing(f"{way.name}: after a request")
            await asyncio.sleep(way.travel())
            return result

    return SimulatedWire


# ---- for atproto -----------------------------------------------------------------------------------------------------


class Transport(httpx.AsyncBaseTransport):
    """What carries the requests of one publisher."""

    def __init__(self, way: Way) -> None:
        self._way = way

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        way = self._way
        headers = {name.title(): value for name, value in request.headers.items()}
        asked = Asked(request.method, str(request.url), headers, await request.aread())
        way.passing(f"{way.name}: before a request")
        await asyncio.sleep(way.travel())
        try:
            answered = way.exchange(asked)
        except Unreachable:
            raise httpx.ConnectError("refused", request=request) from None
        except Dropped:
            raise httpx.ReadError("dropped", request=request) from None
        except Late:
            await asyncio.sleep(TIME_OUT)
            raise httpx.ReadTimeout("no answer", request=request) from None
        way.passing(f"{way.name}: after a request")
        await asyncio.sleep(way.travel())
        return httpx.Response(
            answered.status, headers=_headers(answered, way.time), content=_body(answered), request=request
        )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _headers(answered: Answered, time: Time) -> dict[str, str]:
    date = format_datetime(time.now(), usegmt=True)
    return {"Content-Type": "application/json", "Date": date, **answered.headers}


def _body(answered: Answered) -> bytes:
    text = answered.body if isinstance(answered.body, str) else json.dumps(answered.body)
    return text.encode()


def lag_of(chance: Random) -> timedelta:
    """How late an own timeline shows a new post; less than the bot waits between two looks."""
    return timedelta(seconds=chance.choice([0, 0, 5, 45]))
