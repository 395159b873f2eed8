"""How a policy is doing, as one word for metrics and in a few words for everybody. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model import Health
from bot.web.text import plain


class Condition(StrEnum):
    """A policy's health as one word."""

    WELL = "well"
    FAILING = "failing"
    HELD = "held"
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


def condition(health: Health) -> Condition:
    """What is most to be known about it."""
    if health.policy.paused:
        return Condition.PAUSED
    if health.failing:
        return Condition.FAILING
    if health.held:
        return Condition.HELD
    return Condition.WELL if health.last_read_at else Condition.UNREAD


def health_view(health: Health | None) -> HealthView:
    """For everybody: the kind of a failure and not its details. None: the policy is no longer watched."""
    if health is None:
        return HealthView("no longer watched")
    found = condition(health)
    look = "unwell" if found in TROUBLE else "well" if found is Condition.WELL else "idle"
    return HealthView(_words(found, health), look, health.last_read_at, health.last_checked_at)


def _words(found: Condition, health: Health) -> str:
    since = health.failing_since
    if found is Condition.PAUSED:
        return "paused by the operator"
    if found is Condition.FAILING:
        return health.failing + (f", since {since.day} {since:%B %Y}" if since else "")
    if found is Condition.HELD:
        return f"set aside, no whole policy: {'; '.join(map(plain, health.held))}"
    return found.value
