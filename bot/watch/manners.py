"""How a guest behaves: one request at a time a host, a pause in between, robots.txt, "come back later" obeyed, and a
host in trouble left alone."""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from protego import Protego

from bot.errors import FetchError, FetchFailure, NotAsked
from bot.ports import Clock
from bot.watch.breaker import TROUBLE, Breaker

#: The product token that robots.txt files address (RFC 9309, section 2.2.1).
ROBOT = "Smallprint"
#: RFC 9309, section 2.4: a copy should not be used for longer.
ROBOTS_KEPT = timedelta(hours=24)
#: RFC 9309, section 2.5: at least 500 KiB must be read.
ROBOTS_READ = 512_000
#: A site may ask for longer pauses, up to this (seconds), and for a longer rest, up to this.
LONGEST_PAUSE = 30.0
LONGEST_REST = timedelta(days=1)
#: Answers and hosts remembered; beyond that one is asked for again, or a pause is forgotten.
ANSWERS_KEPT = 20_000
RULES_KEPT = 100
HOSTS_KEPT = 10_000


_ASKED_FOR = "The site asked the bot to come back later, and it will."
_IN_TROUBLE = "Several pages of this site failed one after the other: the bot asks for one later, then for the others."


@dataclass(slots=True)
class Turn:
    """A host's turn. Whoever holds it may lengthen ``pause`` (seconds), and says what the host did."""

    pause: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: How many hold it or wait for it.
    wanted: int = 0
    ended_at: datetime | None = None
    #: Until when, and why, the host wants to be left alone.
    rest_until: datetime | None = None
    rest_kind: FetchFailure = FetchFailure.BLOCKED
    rest_words: str = _ASKED_FOR
    #: What happened in this turn: an answer came, no connection could be opened, the host is in trouble.
    answered: bool = False
    shut: bool = False
    trouble: FetchFailure | None = None
    breaker: Breaker = field(default_factory=Breaker)

    def hear(self, refusal: FetchError | None) -> None:
        """An answer came: none of trouble, or one that says "later" (429) or "trouble" (5xx)."""
        self.answered = refusal is None or refusal.kind not in TROUBLE
        if refusal is not None:
            self.trouble = refusal.kind
            self.rest_until, self.rest_kind, self.rest_words = refusal.retry_at, refusal.kind, _ASKED_FOR

    def learn(self, page: str, now: datetime, chance: random.Random) -> None:
        """At the end of a turn: whether the host is in trouble as a whole."""
        if self.answered and self.trouble not in TROUBLE:
            self.breaker.answers(now)
        elif self.trouble in TROUBLE:
            until = self.breaker.fails(page, now, chance, shut=self.shut)
            if until is not None and (self.rest_until is None or until > self.rest_until):
                assert self.trouble is not None
                self.rest_until, self.rest_kind, self.rest_words = until, self.trouble, _IN_TROUBLE


class Turns:
    """One request at a time a host.

    Args:
        clock: For the pauses.
        pause: Seconds between two requests to a host.
        kept: So many hosts are remembered.
        chance: For the jitter of a rest.
    """

    def __init__(
        self, clock: Clock, pause: float, *, kept: int = HOSTS_KEPT, chance: random.Random | None = None
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._kept = kept
        self._chance = chance or random.Random()  # noqa: S311 - spreads requests in time, guards nothing
        self._turns: OrderedDict[str, Turn] = OrderedDict()

    @asynccontextmanager
    async def of(self, host: str, page: str = "") -> AsyncIterator[Turn]:
        """Wait for the host's turn and hold it, to ask for a page (its address).

        Raises:
            NotAsked: the host is to be left alone until ``retry_at``.
        """
        turn = self._turns.setdefault(host, Turn(self._pause))
        self._turns.move_to_end(host)
        turn.wanted += 1
        try:
            async with turn.lock:
                now = self._clock.now()
                if turn.rest_until is not None and _ahead(turn.rest_until, now, LONGEST_REST):
                    raise NotAsked(turn.rest_kind, turn.rest_words, retry_at=turn.rest_until)
                if turn.ended_at is not None:
                    # A clock that was set back must not make the pause longer.
                    waited = max(0.0, (now - turn.ended_at).total_seconds())
                    if waited < turn.pause:
                        await self._clock.sleep(turn.pause - waited)
                turn.pause = self._pause
                turn.answered, turn.shut, turn.trouble = False, False, None
                try:
                    yield turn
                except FetchError as error:
                    turn.trouble = error.kind
                    raise
                finally:
                    turn.ended_at = self._clock.now()
                    turn.learn(page, turn.ended_at, self._chance)
        finally:
            turn.wanted -= 1
            self._forget()

    def _forget(self) -> None:
        """Keep the hosts of late; one that is wanted or rests stays."""
        if len(self._turns) <= self._kept:
            return
        now = self._clock.now()
        for host in list(self._turns)[: len(self._turns) - self._kept]:
            turn = self._turns[host]
            if not turn.wanted and (turn.rest_until is None or not _ahead(turn.rest_until, now, LONGEST_REST)):
                del self._turns[host]


@dataclass(frozen=True, slots=True)
class _Word:
    """What robots.txt says about one address."""

    allowed: bool
    pause: float
    until: datetime


class Robots:
    """What a site's robots.txt allows (RFC 9309).

    A missing file (4xx) allows everything. While the file cannot be read (5xx, no answer) nothing is asked of the site,
    except on the word of an older copy, if there is one.

    Args:
        clock: For the age of a copy.
        rules_kept: So many files are remembered.
        answers_kept: For so many pages it is remembered what their site's file says.
    """

    def __init__(self, clock: Clock, *, rules_kept: int = RULES_KEPT, answers_kept: int = ANSWERS_KEPT) -> None:
        self._clock = clock
        self._rules_kept = rules_kept
        self._answers_kept = answers_kept
        self._rules: OrderedDict[str, tuple[Protego, datetime]] = OrderedDict()
        self._words: OrderedDict[str, _Word] = OrderedDict()

    async def pause(self, url: httpx.URL, read: Callable[[httpx.URL], Awaitable[str]]) -> float:
        """The seconds that the site wants between requests (0: no wish), where the address may be read at all.

        Args:
            url: What is about to be read.
            read: Fetches a robots.txt; "" where there is none; raises FetchError where it cannot be read now.

        Raises:
            FetchError: ``DISALLOWED``, or what ``read`` raises.
        """
        word = self._words.get(str(url))
        now = self._clock.now()
        if word is None or not _ahead(word.until, now, ROBOTS_KEPT):
            try:
                rules = await self._read(url, read, now)
            except FetchError:
                if word is None:
                    raise
            else:
                delay = rules.crawl_delay(ROBOT) or 0.0
                word = _Word(rules.can_fetch(str(url), ROBOT), min(delay, LONGEST_PAUSE), now + ROBOTS_KEPT)
                _keep(self._words, str(url), word, self._answers_kept)
        if not word.allowed:
            raise FetchError(
                FetchFailure.DISALLOWED,
                "The site's robots.txt asks robots not to read this page: ask the site, or watch another address.",
            )
        return word.pause

    async def _read(self, url: httpx.URL, read: Callable[[httpx.URL], Awaitable[str]], now: datetime) -> Protego:
        address = url.copy_with(raw_path=b"/robots.txt")
        rules, until = self._rules.get(str(address), (None, now))
        if rules is None or not _ahead(until, now, ROBOTS_KEPT):
            rules = Protego.parse((await read(address))[:ROBOTS_READ])
            _keep(self._rules, str(address), (rules, now + ROBOTS_KEPT), self._rules_kept)
        return rules


def rest_until(retry_after: str, now: datetime) -> datetime | None:
    """When a ``Retry-After`` header (seconds or a date, RFC 9110, 10.2.3) lets the bot come back, if it says so."""
    try:
        if retry_after.strip().isdecimal():
            wait = timedelta(seconds=int(retry_after))
        else:
            moment = parsedate_to_datetime(retry_after)
            wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    except OverflowError:
        wait = LONGEST_REST
    except (ValueError, TypeError, IndexError):  # the last two by what `email` does not expect
        return None
    return now + min(wait, LONGEST_REST) if wait > timedelta() else None


def _ahead(moment: datetime, now: datetime, most: timedelta) -> bool:
    """Whether a moment is still to come; one that is further off than it can be was set by a clock that was wrong."""
    return now < moment <= now + most


_Value = TypeVar("_Value")


def _keep(cache: OrderedDict[str, _Value], key: str, value: _Value, most: int) -> None:
    """Remember, and forget what was remembered longest ago."""
    cache[key] = value
    cache.move_to_end(key)
    while len(cache) > most:
        cache.popitem(last=False)
