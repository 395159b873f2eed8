"""Who is answered, and whose page is watched: decisions from counts, each with its reason. Pure.

The rules are those of the platforms and of trusted reply bots: never a bot, never itself, never somebody who does not
want it, and few answers, so that a flood or two bots talking to each other end by themselves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from bot.model import Mention

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
#: A request that the bot hears later than that is no longer answered: who asked has given up.
TOO_LATE = 3 * DAY


class Mode(StrEnum):
    """How far the operator opens the desk."""

    #: Nobody is answered.
    OFF = "off"
    #: Every watch waits for the operator.
    APPROVAL = "approval"
    #: Only the accounts that are listed are answered.
    ACCOUNTS = "accounts"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Limits:
    """The operator's settings of the desk."""

    mode: Mode = Mode.OFF
    #: For ACCOUNTS: handles, or "platform:handle" for one platform only; "@" and letter case do not matter.
    accounts: frozenset[str] = frozenset()
    #: Watches that one person may ask for in 24 hours.
    per_person_a_day: int = 5
    #: Policies that requests may add on one host, and in all; further ones wait for the operator, as many as in all.
    per_host: int = 5
    in_all: int = 500
    #: Answers of any kind: to all in an hour, and to one person in 24 hours.
    answers_an_hour: int = 60
    answers_a_person: int = 10


class Outcome(StrEnum):
    """What to do with a request."""

    GO = "go"
    #: The operator decides.
    WAIT = "wait"
    #: Say no, in a fixed sentence.
    REFUSE = "refuse"
    #: Say nothing.
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do and why, in an operator's words."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Who was answered when and with which template in the last 24 hours."""

    entries: tuple[tuple[datetime, str, str], ...] = ()

    @classmethod
    def load(cls, text: str, now: datetime) -> Ledger:
        """Read what `dump` wrote ("" is an empty ledger) and forget what is older than a day."""
        return cls(tuple(entry for entry in _entries(text) if entry[0] > now - DAY))

    def dump(self) -> str:
        """As text, at most ``24 * answers_an_hour`` entries long."""
        return json.dumps([(at.isoformat(), who, template) for at, who, template in self.entries])

    def add(self, at: datetime, who: str, template: str) -> Ledger:
        """With one answer more."""
        return Ledger((*self.entries, (at, who, template)))

    def count(self, *, since: datetime, who: str = "", template: str = "") -> int:
        """How many answers went out after ``since``, to whom and with which template."""
        return sum(
            at > since and who in {"", to} and template in {"", wording} for at, to, wording in self.entries
        )  # fmt: skip


@lru_cache(maxsize=2)
def _entries(text: str) -> tuple[tuple[datetime, str, str], ...]:
    """What a ledger says; in a flood the same one is asked a thousand times a second."""
    return tuple((datetime.fromisoformat(at), who, template) for at, who, template in json.loads(text or "[]"))


def account(mention: Mention) -> str:
    """Who asks, as the ledger names them."""
    return f"{mention.platform}:{mention.author_id}"


def may_answer(
    mention: Mention, limits: Limits, ledger: Ledger, now: datetime, *, own: str, opted_out: bool
) -> Decision:
    """Whether to answer somebody at all: GO or IGNORE.

    Args:
        own: the bot's own handle on this platform.
        opted_out: whether the account once said "stop".
    """
    author, bot = (handle.lstrip("@").casefold() for handle in (mention.author, own))
    if limits.mode is Mode.OFF:
        return Decision(Outcome.IGNORE, "requests are off")
    if author in {bot, bot.partition("@")[0]}:  # a handle of the bot's own server stands there without its server
        return Decision(Outcome.IGNORE, "the bot's own post")
    if mention.author_is_bot:
        return Decision(Outcome.IGNORE, "another bot")
    if opted_out or mention.author_opted_out:
        return Decision(Outcome.IGNORE, "this account wants no answers")
    listed = {entry.replace("@", "", 1).casefold() for entry in limits.accounts}
    if limits.mode is Mode.ACCOUNTS and listed.isdisjoint({author, f"{mention.platform}:{author}"}):
        return Decision(Outcome.IGNORE, "not on the operator's list of accounts")
    if mention.at < now - TOO_LATE:
        return Decision(Outcome.IGNORE, "asked too long ago")
    if ledger.count(since=now - DAY, who=account(mention)) >= limits.answers_a_person:
        return Decision(Outcome.IGNORE, f"{limits.answers_a_person} answers to this account in a day")
    if ledger.count(since=now - HOUR) >= limits.answers_an_hour:
        return Decision(Outcome.IGNORE, f"{limits.answers_an_hour} answers in an hour")
    return Decision(Outcome.GO, "a request")


def may_ask(limits: Limits, *, asked_today: int, told_today: bool) -> Decision:
    """Whether this person may ask for one more watch today: GO, REFUSE once, then IGNORE.

    Args:
        asked_today: watches that the person asked for in the last 24 hours.
        told_today: whether they were already told that it is enough for today.
    """
    if asked_today < limits.per_person_a_day:
        return Decision(Outcome.GO, "within the day's number")
    reason = f"{limits.per_person_a_day} watches in a day"
    return Decision(Outcome.IGNORE if told_today else Outcome.REFUSE, reason)


def may_watch(
    limits: Limits, *, on_host: int, in_all: int, waiting: int, listed: bool, refused: bool, vouched: bool
) -> Decision:
    """Whether a page is watched at once or waits for the operator: GO or WAIT; REFUSE where too many wait already.

    Args:
        on_host: policies on the page's host that are there because somebody asked.
        in_all: policies on any host that are.
        waiting: how many of them wait for the operator.
        listed: whether the policy is already watched.
        refused: whether the operator refused it to anybody.
        vouched: whether the page's site bears the name of the service that the page speaks for. A page on a host where
            everybody may write does not, nor does one that poses as somebody else's.
    """
    if not listed and waiting >= limits.in_all:
        return Decision(Outcome.REFUSE, f"{waiting} requests wait for the operator already")
    if limits.mode is Mode.APPROVAL:
        return Decision(Outcome.WAIT, "the operator decides each request")
    if listed:
        return Decision(Outcome.GO, "already watched")
    if refused:
        return Decision(Outcome.WAIT, "refused before")
    if not vouched:
        return Decision(Outcome.WAIT, "its site does not bear the name of the service")
    if on_host >= limits.per_host:
        return Decision(Outcome.WAIT, f"already {on_host} requested policies on this host")
    if in_all >= limits.in_all:
        return Decision(Outcome.WAIT, f"already {in_all} requested policies")
    return Decision(Outcome.GO, "within the numbers")
