"""`smallprint status`: the whole bot on one screen."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bot.app import Bot
from bot.model import DeliveryState
from bot.pipeline import CYCLE_ENDED


def status_of(bot: Bot) -> dict[str, Any]:
    """Everything the screen shows, as JSON."""
    health = bot.store.health()
    waiting = bot.store.deliveries(states=(DeliveryState.OWED, DeliveryState.UNKNOWN, DeliveryState.PARKED))
    return {
        "publish": bot.settings.publishing.publish,
        "live": sorted(bot.pipeline.habits.live),
        "last_cycle": bot.store.recall(CYCLE_ENDED) or None,
        "policies": {
            "watched": len(health),
            "paused": sum(item.policy.paused for item in health),
            "not_read_yet": sum(item.last_read_at is None and not item.failing for item in health),
            "waiting_for_second_look": [item.policy.id for item in health if item.candidate_since],
            "held": {item.policy.id: "; ".join(item.held) for item in health if item.held},
            "failing": {
                item.policy.id: {"kind": item.failing, "since": item.failing_since and item.failing_since.isoformat()}
                for item in health
                if item.failing
            },
        },
        "outbox": {
            platform: dict(Counter(d.state.value for d in waiting if d.publisher == platform))
            for platform in sorted({d.publisher for d in waiting})
        },
        "paused_platforms": dict(bot.store.paused_platforms()),
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
    lines += [
        f"  failing   {name}: {item['kind']}, since {_minute(item['since'])}"
        for name, item in policies["failing"].items()
    ]
    lines += [f"  held      {name}: {why}" for name, why in policies["held"].items()]
    lines += [f"  waiting   {name}: seen once, not confirmed yet" for name in policies["waiting_for_second_look"]]
    owed = [
        f"{platform}: {', '.join(f'{n} {s}' for s, n in states.items())}"
        for platform, states in status["outbox"].items()
    ]
    lines.append(f"outbox      {'; '.join(owed) or 'nothing is owed'}")
    lines += [f"  paused    {platform}: {why}" for platform, why in status["paused_platforms"].items()]
    return "\n".join(lines)


def _minute(moment: str | None) -> str:
    """ "2026-03-03T09:20:11.5+00:00" -> "2026-03-03 09:20 UTC"; "" for none."""
    return f"{moment[:16].replace('T', ' ')} UTC" if moment else ""
