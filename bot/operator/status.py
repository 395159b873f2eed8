"""`smallprint status`: the whole bot on one screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.app import Bot
from bot.model import DeliveryState, Health
from bot.pipeline import CYCLE_ENDED
from bot.ports import Priced
from bot.web.condition import Condition, condition, unread_since


def status_of(bot: Bot) -> dict[str, Any]:
    """Everything the screen shows, as JSON."""
    health = bot.store.health()
    waiting = bot.store.deliveries(states=(DeliveryState.OWED, DeliveryState.UNKNOWN, DeliveryState.PARKED))
    return {
        "publish": bot.settings.publishing.publish,
        "live": sorted(bot.pipeline.habits.live),
        "last_cycle": bot.store.recall(CYCLE_ENDED) or None,
        "policies": _policies(bot, health),
        "outbox": {
            platform: dict(Counter(d.state.value for d in waiting if d.publisher == platform))
            for platform in sorted({d.publisher for d in waiting})
        },
        "paused_platforms": dict(bot.store.paused_platforms()),
        "spent": {
            publisher.id: {
                "dollars": bot.store.spent(publisher.id, bot.clock.now()) / 1_000_000,
                "budget": None if publisher.budget is None else publisher.budget / 1_000_000,
            }
            for publisher in bot.publishers.values()
            if isinstance(publisher, Priced)
        },
    }


def _policies(bot: Bot, health: Sequence[Health]) -> dict[str, Any]:
    now, after = bot.clock.now(), bot.settings.unread_after
    read = [item for item in health if not item.policy.paused]
    return {
        "watched": len(health),
        "paused": len(health) - len(read),
        "not_read_yet": sum(condition(item) is Condition.UNREAD for item in read),
        "failing": {
            item.policy.id: {
                "kind": item.failing,
                "since": _moment(item.failing_since),
                "next_try": _moment(item.next_check_at),
                "why": item.failing_message,
            }
            for item in health
            if item.failing
        },
        "held": {item.policy.id: "; ".join(item.held) for item in health if item.held},
        "unread": {item.policy.id: _moment(since) for item in read if (since := unread_since(item, now, after))},
        "moved": {item.policy.id: item.moved_to for item in health if item.moved_to},
        "waiting_for_second_look": [item.policy.id for item in health if item.candidate_since],
        "disputed": {item.policy.id: _moment(item.disputed_at) for item in health if item.disputed_at},
    }


def status_words(status: dict[str, Any]) -> str:
    """The screen."""
    policies = status["policies"]
    mode = f"posting to {', '.join(status['live'])}" if status["publish"] else "preview (publish = false)"
    lines = [
        f"mode        {mode}",
        f"last cycle  {_minute(status['last_cycle']) or 'none has ended yet'}",
        f"policies    {policies['watched']} watched, {policies['not_read_yet']} not read yet, "
        f"{policies['paused']} paused",
    ]
    for name, item in policies["failing"].items():
        lines.append(f"  failing   {name}: {item['kind']}, since {_minute(item['since'])}")
        lines.append(f"            {item['why']} Next try {_minute(item['next_try'])}.")
    lines += [f"  no policy {name}: {why}" for name, why in policies["held"].items()]
    lines += [f"  unread    {name}: not read since {_minute(since)}" for name, since in policies["unread"].items()]
    lines += [
        f"  moved     {name}: now at {url}; give the watch list this address" for name, url in policies["moved"].items()
    ]
    for name in policies["waiting_for_second_look"]:
        told = f"a second route showed the old text, {_minute(policies['disputed'].get(name))}"
        lines.append(f"  waiting   {name}: {told if name in policies['disputed'] else 'seen, not confirmed yet'}")
    owed = [
        f"{platform}: {', '.join(f'{n} {s}' for s, n in states.items())}"
        for platform, states in status["outbox"].items()
    ]
    lines.append(f"outbox      {'; '.join(owed) or 'nothing is owed'}")
    for platform, money in status["spent"].items():
        of = "no budget is set" if money["budget"] is None else f"of ${money['budget']:.2f}"
        if money["dollars"] or money["budget"] is not None:
            lines.append(f"  spent     {platform}: ${money['dollars']:.3f} this month, {of}")
    lines += [f"  paused    {platform}: {why}" for platform, why in status["paused_platforms"].items()]
    return "\n".join(lines)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _minute(moment: str | None) -> str:
    """ "2026-03-03T09:20:11.5+00:00" -> "2026-03-03 09:20 UTC"; "" for none."""
    return f"{moment[:16].replace('T', ' ')} UTC" if moment else ""
