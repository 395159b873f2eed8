"""How a policy is doing, as one word for metrics and in a few words for everybody. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model import Health
from bot.web.links import outside
from bot.web.text import plain

#: Without a good read for so long a policy's page says so, unless the operator set another time.
UNREAD_AFTER = timedelta(days=7)


class Condition(StrEnum):
    """A policy's health as one word."""

    WELL = "well"
    FAILING = "failing"
    #: The page can be read, and what stands there is not the policy.
    HELD = "not a policy"
    #: News waits for its second look.
    WAITING = "held for confirmation"
    PAUSED = "paused"
    UNREAD = "not read yet"


#: Something is wrong, here or at the site.
TROUBLE = frozenset({Condition.FAILING, Condition.HELD})


@dataclass(frozen=True, slots=True)
class HealthView:
    """What a page says of it."""

    words: str
    #: "well", "unwell" or "idle": nothing wrong, but not read.
    look: str = "idle"
    read_at: datetime | None = None
    checked_at: datetime | None = None
    #: Since when it has not been read, where that is so long ago that it must be said.
    unread_since: datetime | None = None
    #: Where the site says that it is now, and the same where a page may link to it, else "".
    moved_to: str = ""
    moved_link: str = ""


def condition(health: Health) -> Condition:
    """What is most to be known about it."""
    if health.policy.paused:
        return Condition.PAUSED
    if health.failing:
        return Condition.FAILING
    if health.held:
        return Condition.HELD
    if health.candidate_since:
        return Condition.WAITING
    return Condition.WELL if health.last_read_at else Condition.UNREAD


def unread_since(health: Health, now: datetime, after: timedelta = UNREAD_AFTER) -> datetime | None:
    """Since when a policy has not been read, if that is at least ``after`` ago. One that never could be read counts
    from its first failure."""
    since = health.last_read_at or health.failing_since
    return since if since is not None and now - since >= after else None


def health_view(health: Health | None, now: datetime, unread_after: timedelta = UNREAD_AFTER) -> HealthView:
    """For everybody: the kind of a failure and not its details. None: the policy is no longer watched."""
    if health is None:
        return HealthView("no longer watched")
    found = condition(health)
    look = "unwell" if found in TROUBLE else "well" if found in (Condition.WELL, Condition.WAITING) else "idle"
    return HealthView(
        _words(found, health),
        look,
        health.last_read_at,
        health.last_checked_at,
        unread_since(health, now, unread_after),
        plain(health.moved_to),
        outside(health.moved_to),
    )


def _words(found: Condition, health: Health) -> str:
    if found is Condition.PAUSED:
        return "paused by the operator"
    if found is Condition.FAILING:
        return health.failing + (f", since {_day(health.failing_since)}" if health.failing_since else "")
    if found is Condition.HELD:
        return f"not a policy just now, set aside: {'; '.join(map(plain, health.held))}"
    if found is Condition.WAITING and health.disputed_at:
        return "a change is held for confirmation: seen by one way and not by another"
    if found is Condition.WAITING and health.candidate_since:
        return f"a change of {_day(health.candidate_since)} is held for confirmation by a second look"
    return found.value


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
