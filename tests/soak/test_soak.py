"""The hostile web for ten real minutes: every healthy policy is read on time, every real change is told once, nothing
else is told, and nothing grows."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.model import Policy, Source
from bot.operator.verify import verify
from bot.store import open_store
from tests.fakes.mastodon import SECRETS, FakeMastodon, live
from tests.fakes.process import RunningBot
from tests.soak.gauge import Gauge, usual
from tests.soak.guarded import ESCAPE
from tests.soak.hostile import HELD, WELL
from tests.soak.ledger import Happened, Told, balance, policy_id
from tests.soak.plan import plan, telephone_book
from tests.soak.plot import Pace, Plot
from tests.soak.report import report
from tests.soak.town import Town
from tests.soak.words import company

pytestmark = pytest.mark.soak

MINUTES = float(os.environ.get("SMALLPRINT_TEST_SOAK_MINUTES", "10"))
POLICIES = int(os.environ.get("SMALLPRINT_TEST_SOAK_POLICIES", "1000"))
SEED = int(os.environ.get("SMALLPRINT_TEST_SOAK_SEED", "1"))

#: Checks under way at once. One that times out takes 15 seconds of a minute here, of an hour in life: 64 at once have a
#: seventh of the time for them that the default of 8 has.
AT_ONCE = 64
#: Megabytes and files that the bot may hold more in the last minute than in the one after the third, when all that it
#: ever loads is loaded and every kind of page was met.
GROWTH, MORE_FILES = 16, 16
#: Megabytes that its parsers may hold, which come and go: two of them, each replaced when it grew past 96.
PARSERS = 2 * 96
#: Seconds in which the bot must be gone, by design.md ("Clean stop").
STOPPED_WITHIN = 20


def test_the_hostile_web(tmp_path: Path) -> None:
    pace, seconds = Pace(), 60 * MINUTES
    plots = plan(SEED, POLICIES, seconds, pace)
    with Town(plots) as town, FakeMastodon() as mastodon:
        with running(tmp_path, town, mastodon, pace) as bot:
            began, gauge = datetime.now(UTC), Gauge(bot.process.pid)
            town.begin()
            while town.second < seconds:
                assert bot.process.poll() is None, bot.said()[-4000:]
                gauge.look(town.second)
                time.sleep(2)
            ended = town.second
            status = bot.command("status")["policies"]
            ready = bot.answers("/readyz")
            gauge.look(town.second)
            asked_to_stop = time.monotonic()
            exit_code = bot.stop()
            stopped_after = time.monotonic() - asked_to_stop
            orphans = gauge.orphans()
            log = bot.said()
        visits = town.visits()
    happened = Happened(
        began=began,
        seconds=ended,
        visits={plot.number: visits.get(plot.place(town.port), []) for plot in plots},
        told=told_stories(tmp_path),
        status={policy_id(plot): word_for(policy_id(plot), status) for plot in plots},
    )
    ledger = balance(plots, happened, pace)
    ledger.complaints += posted_wrongly(mastodon, happened.told)
    print("\n" + report(plots, seconds, SEED, ledger, gauge, len(town.site.asked)))

    assert town.trouble is None
    assert ledger.complaints == []
    assert status["not_read_yet"] == 0
    assert ready == 200
    assert [line for line in log.splitlines() if ESCAPE in line] == []
    assert [line for line in log.splitlines() if "Traceback" in line or "bug in" in line] == []
    assert (exit_code, orphans) == (0, [])
    assert stopped_after < STOPPED_WITHIN
    early, late = gauge.between(180, 240), gauge.between(seconds - 60, seconds)
    assert usual(s.main for s in late) <= usual(s.main for s in early) + GROWTH
    assert usual(s.tree - s.main for s in late) <= PARSERS
    assert usual(s.files for s in late) <= usual(s.files for s in early) + MORE_FILES


def running(folder: Path, town: Town, mastodon: FakeMastodon, pace: Pace) -> RunningBot:
    """The bot before this town, ready to be entered."""
    book = folder / "telephone-book.json"
    book.write_text(json.dumps(telephone_book(town.plots)), encoding="utf-8")
    settings: dict[str, Any] = {
        "watching": {
            "allow_hosts": town.allowed,
            "interval_minutes": pace.interval / 60,
            "pause_seconds": 0,
            "at_once": AT_ONCE,
        },
        "patience": {
            "plain_minutes": pace.plain / 60,
            "weak_hours": pace.weak / 3600,
            "alternating_hours": pace.alternating / 3600,
        },
        "publishing": {"publish": True, "platforms": ["local", "mastodon"], "per_hour": 10_000, "per_day": 10_000},
        "platforms": {"mastodon": {"instance": mastodon.url, "handle": "smallprint"}},
    }
    environment = {
        **SECRETS,
        "SOAK_TELEPHONE_BOOK": str(book),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]),
    }
    program = (sys.executable, "-m", "tests.soak.guarded")
    return RunningBot(folder, settings, [watched(plot, town.port) for plot in town.plots], environment, program)


def watched(plot: Plot, port: int) -> Policy:
    """Its entry on the watch list."""
    return Policy(policy_id(plot), company(plot.number), "Privacy Policy", plot.url(port), source=Source.LIST)


def word_for(policy: str, status: dict[str, Any]) -> str:
    """What the JSON of `status` says of a policy, in one word."""
    if policy in status["failing"]:
        return str(status["failing"][policy]["kind"])
    return HELD if policy in status["held"] else WELL


def told_stories(folder: Path) -> list[Told]:
    """Every story in the bot's store, proved again from there."""
    store = open_store(f"sqlite:///{folder}/state/smallprint.db")
    try:
        return [
            Told.of(
                story,
                proved=verify(store, story.id).holds,
                deliveries=[f"{each.publisher} {each.state}" for each in store.deliveries(about=story.id)],
            )
            for story in store.stories(100_000)
        ]
    finally:
        store.close()


def posted_wrongly(mastodon: FakeMastodon, told: Sequence[Told]) -> Iterable[str]:
    """What followers saw that they should not have seen, or did not see."""
    texts = [status.text for status in mastodon.own]
    owed = sum(delivery.startswith("mastodon ") for story in told for delivery in story.deliveries)
    if len(texts) != owed:
        yield f"{len(texts)} statuses on the instance for {owed} that were owed"
    for text in {text for text in texts if texts.count(text) > 1}:
        yield f"posted more than once: {text}"
    for text in texts:
        if strange := {each for each in live(text) if "/changes/" not in each}:
            yield f"live in a status: {', '.join(sorted(strange))}"
