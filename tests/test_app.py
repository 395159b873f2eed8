"""The bot as a process: it starts on a configuration file, serves its page, and ends cleanly when it is asked to."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from bot.app import Bot, habits, listed, publishers
from bot.errors import ConfigError
from bot.model import EventKind, Policy, Source
from bot.ports import Publisher
from bot.settings import Loaded, parse
from bot.steps.reconcile import lost_time
from tests.cli.conftest import page
from tests.fakes.policies import PolicyWeb
from tests.fakes.process import RunningBot
from tests.fakes.site import policy_text

DEFAULTS = parse({})


def loaded(folder: Path, **tables: object) -> Loaded:
    return Loaded(parse({"watching": {"default_list": False}, **tables}), folder, None)


def test_a_preview_shows_every_platform_and_posts_on_the_own_page_alone(tmp_path: Path) -> None:
    bot = Bot(loaded(tmp_path), secret=lambda name: "")
    assert {"local", "x", "bluesky", "mastodon"} <= bot.publishers.keys()
    assert bot.pipeline.habits.live == {"local"}


def test_with_publish_only_what_is_named_is_built_and_posts(tmp_path: Path) -> None:
    settings = {"publish": True, "platforms": ["local", "mastodon"]}
    bot = Bot(loaded(tmp_path, publishing=settings), secret=lambda name: "")
    assert bot.publishers.keys() == {"local", "mastodon"}
    assert bot.pipeline.habits.live == {"local", "mastodon"}


def test_a_second_route_and_a_browser_are_the_operators_to_name(tmp_path: Path) -> None:
    assert Bot(loaded(tmp_path), secret=lambda name: "").second is None
    watching = {"default_list": False, "second_route": "https://shows.example/?key={key}&url={url}"}
    asked: list[str] = []

    def secret(name: str) -> str:
        asked.append(name)
        return "a key"

    bot = Bot(loaded(tmp_path, watching=watching, renderer={"address": "wss://browser.example"}), secret=secret)
    assert bot.second is not None
    assert bot.second is not bot.fetcher
    assert {"SMALLPRINT_SECOND_ROUTE_KEY", "SMALLPRINT_RENDERER_KEY"} <= set(asked)
    with pytest.raises(ConfigError, match="`second_route` under"):
        Bot(loaded(tmp_path, watching=watching | {"second_route": "shows.example"}), secret=secret)


def test_every_habit_is_the_operators_to_change() -> None:
    changed = habits(
        parse(
            {
                "watching": {"interval_minutes": 120, "at_once": 3},
                "patience": {"plain_minutes": 1, "weak_hours": 2, "alternating_hours": 3},
                "publishing": {"per_hour": 4, "per_day": 5},
                "web": {"public_url": "https://bot.example/"},
            }
        )
    )
    assert changed.interval.total_seconds() == 7200
    assert (changed.at_once, changed.per_hour, changed.per_day) == (3, 4, 5)
    assert (changed.plain.seconds, changed.weak.seconds, changed.alternating.seconds) == (60, 7200, 10800)
    assert changed.public_url == "https://bot.example"


def test_the_operators_lists_win_over_the_one_that_is_shipped(tmp_path: Path) -> None:
    shipped = listed(Loaded(DEFAULTS, tmp_path, None))
    assert len(shipped) >= 30
    mine = shipped[0]
    (tmp_path / "mine.toml").write_text(
        f'[[policy]]\nservice = "{mine.service}"\ndocument = "{mine.document}"\nurl = "https://elsewhere.example/"\n'
    )
    both = listed(Loaded(parse({"watching": {"lists": ["mine.toml"]}}), tmp_path, None))
    assert len(both) == len(shipped)
    assert next(policy for policy in both if policy.id == mine.id).url == "https://elsewhere.example/"


def test_a_table_for_a_platform_that_is_not_installed_is_an_error(tmp_path: Path) -> None:
    bot = Bot(loaded(tmp_path), secret=lambda name: "")
    with pytest.raises(ConfigError, match="no publisher of that name"):
        publishers(parse({"platforms": {"myspace": {}}}), bot.store, lambda name: "")


async def test_a_platform_that_hangs_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"publish": True, "platforms": ["local", "mastodon"]}
    bot = Bot(loaded(tmp_path, publishing=settings, web={"port": 0}), secret=lambda name: "")
    stop, served = asyncio.Event(), 0

    async def publish_to(publisher: Publisher) -> None:
        nonlocal served
        if publisher.id == "mastodon":
            await stop.wait()
        served += 1
        if served == 3:
            stop.set()

    monkeypatch.setattr(bot.pipeline, "publish_to", publish_to)
    await asyncio.wait_for(bot.run(tick=timedelta(seconds=0.3), stop=stop), timeout=20)
    assert served >= 3


def test_a_bot_that_was_killed_at_work_goes_on_at_once(tmp_path: Path) -> None:
    with PolicyWeb(slow=60) as web:
        web.put("/privacy", page(policy_text()))
        acme = Policy("acme/privacy-policy", "Acme", "Privacy Policy", web.url("/privacy"), source=Source.LIST)
        settings = {"watching": {"allow_hosts": web.allowed}}
        with RunningBot(tmp_path, settings, [acme]) as bot:
            bot.wait_until(lambda: web.asked["/robots.txt"] > 0, "it is in the midst of a check")
            bot.stop(signal.SIGKILL)
        web.slow = 0
        with RunningBot(tmp_path, settings, [acme]) as again:
            again.wait_until(lambda: web.asked["/privacy"] > 0, "the policy is read", seconds=10)
            assert again.stop() == 0


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_asked_to(tmp_path: Path, signum: int) -> None:
    with PolicyWeb() as web:
        web.put("/privacy", page(policy_text()))
        acme = Policy("acme/privacy-policy", "Acme", "Privacy Policy", web.url("/privacy"), source=Source.LIST)
        settings = {"watching": {"allow_hosts": web.allowed}}
        with RunningBot(tmp_path, settings, [acme]) as bot:
            bot.wait_for_a_cycle()
            (reads,) = psutil.Process(bot.process.pid).children()
            assert bot.command("status")["policies"]["watched"] == 1
            assert bot.stop(signum) == 0
            assert not reads.is_running()
        assert web.asked["/privacy"] == 1
        said = bot.said()
        assert EventKind.BASELINE.value in said
        assert "Traceback" not in said

        with RunningBot(tmp_path, settings, [acme]) as again:
            again.wait_for_a_cycle()
            assert again.stop(signum) == 0
        assert web.asked["/privacy"] == 1, "a restart forgets nothing: the next check is not due yet"


def test_a_database_that_was_replaced_by_an_older_one_is_noticed_at_the_start(tmp_path: Path) -> None:
    bot = Bot(loaded(tmp_path, store="sqlite:///bot.db"), secret=lambda name: "")
    bot.take_over()
    assert lost_time(bot.store, bot.clock.now()) is None
    (tmp_path / "bot.db.sent").write_text("12")
    bot.take_over()
    assert lost_time(bot.store, bot.clock.now()) is not None
    assert (tmp_path / "bot.db.sent").read_text() == "0"
