"""`status`: everything on one screen, and what is wrong with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.app import Bot
from bot.model import Checked, DeliveryState
from bot.operator.status import status_of, status_words
from bot.pipeline import CYCLE_ENDED
from bot.settings import Loaded, parse
from tests.store.samples import ACME, HOUR, NOW, OTHER, owed


def bot_of(folder: Path) -> Bot:
    bot = Bot(Loaded(parse({"watching": {"default_list": False}}), folder, None), secret=lambda name: "")
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
    assert found["policies"]["failing"] == {ACME.id: {"kind": "blocked by the site", "since": NOW.isoformat()}}
    assert found["outbox"] == {"bluesky": {"owed": 1, "parked": 1}}
    said = status_words(found)
    assert "failing   acme/privacy-policy: blocked by the site, since 2026-03-02 09:00 UTC" in said
    assert "last cycle  2026-03-02 09:00 UTC" in said
    assert "bluesky: 1 owed, 1 parked" in said
    assert "paused    x: X does not accept the keys" in said
