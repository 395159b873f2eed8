"""`status`: everything on one screen, and what is wrong with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.app import Bot
from bot.clock import StoryClock
from bot.model import Checked, DeliveryState, Standing
from bot.operator.status import status_of, status_words
from bot.pipeline import CYCLE_ENDED
from bot.ports import Clock
from bot.settings import Loaded, parse
from tests.store.samples import ACME, HOUR, NOW, OTHER, owed, read


def bot_of(folder: Path, *, clock: Clock | None = None, watching: Mapping[str, object] | None = None) -> Bot:
    settings = parse({"watching": {"default_list": False, **(watching or {})}})
    bot = Bot(Loaded(settings, folder, None), clock=clock, secret=lambda name: "")
    bot.store.add_policy(ACME)
    bot.store.add_policy(OTHER)
    return bot


def test_a_new_bot_has_done_nothing_yet(tmp_path: Path) -> None:
    said = status_words(status_of(bot_of(tmp_path)))
    assert "preview (publish = false)" in said
    assert "none has ended yet" in said
    assert "2 watched, 2 not read yet, 0 paused" in said
    assert "nothing is owed" in said


def test_every_trouble_has_its_line(tmp_path: Path) -> None:
    bot = bot_of(tmp_path)
    bot.store.record(Checked(ACME.id, NOW, NOW + HOUR, failure="blocked by the site", failure_message="HTTP 403"))
    bot.store.owe([owed("a"), replace(owed("b"), state=DeliveryState.PARKED)])
    bot.store.pause_platform("x", "X does not accept the keys (401): make new ones.")
    bot.store.remember(CYCLE_ENDED, NOW.isoformat())
    found = status_of(bot)
    assert found["policies"]["failing"] == {
        ACME.id: {
            "kind": "blocked by the site",
            "since": NOW.isoformat(),
            "next_try": (NOW + HOUR).isoformat(),
            "why": "HTTP 403",
        }
    }
    assert found["outbox"] == {"bluesky": {"owed": 1, "parked": 1}}
    said = status_words(found)
    assert "failing   acme/privacy-policy: blocked by the site, since 2026-03-02 09:00 UTC" in said
    assert "last cycle  2026-03-02 09:00 UTC" in said
    assert "bluesky: 1 owed, 1 parked" in said
    assert "paused    x: X does not accept the keys" in said


def test_each_trouble_of_a_policy_is_told_apart(tmp_path: Path) -> None:
    clock = StoryClock(NOW)
    bot = bot_of(tmp_path, clock=clock)
    asleep, walled, news, disputed = (
        replace(ACME, id=f"acme/{name}") for name in ("asleep", "walled", "news", "other")
    )
    for policy in (asleep, walled, news, disputed):
        bot.store.add_policy(policy)
        bot.store.record(read("We keep it.", of=policy))
    bot.store.pause_policy(asleep.id, True)
    bot.store.record(read("Sign in.", of=walled, standing=Standing.HELD, reasons=("a sign-in wall",)))
    waits = {"standing": Standing.CANDIDATE, "candidate_since": NOW + HOUR, "at": NOW + HOUR}
    bot.store.record(read("We sell it.", of=news, moved_to="https://acme.example/legal", **waits))
    bot.store.record(read("We sell it.", of=disputed, disputed_at=NOW + HOUR, **waits))
    clock.move_to(NOW + 7 * 24 * HOUR)
    said = status_words(status_of(bot))
    assert "6 watched, 2 not read yet, 1 paused" in said
    assert "no policy acme/walled: a sign-in wall" in said
    assert "unread    acme/walled: not read since 2026-03-02 09:00 UTC" in said
    assert "moved     acme/news: now at https://acme.example/legal; give the watch list this address" in said
    assert "waiting   acme/news: seen, not confirmed yet" in said
    assert "waiting   acme/other: a second route showed the old text, 2026-03-02 10:00 UTC" in said
    assert "asleep" not in said, "the operator paused it, and knows"
    assert "acme/news: not read" not in said, "that was an hour less than seven days ago"


def test_after_how_many_days_unread_is_said_is_a_setting(tmp_path: Path) -> None:
    bot = bot_of(tmp_path, clock=StoryClock(NOW + 25 * HOUR), watching={"unread_days": 1})
    bot.store.record(read("We keep it."))
    assert status_of(bot)["policies"]["unread"] == {ACME.id: NOW.isoformat()}


def test_what_posts_cost_and_may_cost_is_shown(tmp_path: Path) -> None:
    clock = StoryClock(NOW)
    settings = parse({"watching": {"default_list": False}, "platforms": {"x": {"budget_dollars": 5}}})
    bot = Bot(Loaded(settings, tmp_path, None), clock=clock, secret=lambda name: "")
    bot.store.charge("x", "a post", 215_000, NOW)
    found = status_of(bot)
    assert found["spent"] == {"x": {"dollars": 0.215, "budget": 5.0}}
    assert "spent     x: $0.215 this month, of $5.00" in status_words(found)
