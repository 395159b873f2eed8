"""A recorded history with a simulated clock: what is told, about which file, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.model import Event, EventKind
from bot.platforms import build
from bot.ports import PlatformSetup, Publisher
from bot.replay import history, replay
from bot.steps.habits import Habits
from tests.fakes.site import SALE, TRAINING, policy_text


def voices() -> dict[str, Publisher]:
    return {"bluesky": build("bluesky", PlatformSetup(options={}, secret=lambda name: ""))}


async def told(folder: Path, habits: Habits | None = None) -> list[tuple[EventKind, str, datetime]]:
    events: list[tuple[Event, str]] = []
    await replay(folder, voices(), habits or Habits(), lambda event, version: events.append((event, version)))
    return [(event.kind, version, event.at) for event, version in events]


async def events(folder: Path) -> list[Event]:
    happened: list[Event] = []
    await replay(folder, voices(), Habits(), lambda event, version: happened.append(event))
    return happened


def record(folder: Path, at: datetime, text: str) -> str:
    name = f"{at:%Y-%m-%dT%H%M%S}.md"
    (folder / name).write_text(text)
    return name


START = datetime(2026, 1, 5, 8, 20, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_news_is_told_about_the_file_that_brought_it_after_a_second_look(tmp_path: Path) -> None:
    record(tmp_path, START, policy_text())
    second = record(tmp_path, START + DAY, policy_text(TRAINING))
    ((kind, version, at),) = await told(tmp_path)
    assert (kind, version) == (EventKind.POST, second)
    assert START + DAY < at <= START + DAY + timedelta(hours=2)


async def test_wording_that_is_gone_before_the_second_look_is_not_told(tmp_path: Path) -> None:
    record(tmp_path, START, policy_text())
    record(tmp_path, START + DAY, policy_text(TRAINING))
    record(tmp_path, START + DAY + timedelta(minutes=5), policy_text())
    assert await told(tmp_path) == []


WALL = "# Just a moment...\n\nChecking your browser before you continue. Enable JavaScript and cookies.\n"


async def test_years_without_a_change_are_years_in_which_the_page_was_read(tmp_path: Path) -> None:
    record(tmp_path, START, policy_text())
    record(tmp_path, START + 400 * DAY, WALL)
    record(tmp_path, START + 410 * DAY, policy_text(TRAINING))
    record(tmp_path, START + 800 * DAY, policy_text(TRAINING, SALE))
    first, second = [event.story for event in await events(tmp_path) if event.kind is EventKind.POST]
    assert first is not None
    assert second is not None
    assert first.gap == ((START + 400 * DAY).date(), (START + 410 * DAY).date()), "a wall stood before it"
    assert second.gap is None


async def test_a_date_of_effect_years_later_is_told_on_its_day(tmp_path: Path) -> None:
    record(tmp_path, START, policy_text())
    record(tmp_path, START + DAY, policy_text(TRAINING, "This change takes effect on 1 May 2029."))
    (_, _, _), (kind, _, at) = await told(tmp_path)
    assert kind is EventKind.IN_EFFECT
    assert at.date().isoformat() == "2029-05-01"


async def test_idle_years_cost_nothing(tmp_path: Path) -> None:
    for number in range(60):
        record(tmp_path, START + number * 90 * DAY, policy_text(*([SALE] if number % 2 else [])))
    events = await told(tmp_path)
    assert [kind for kind, _, _ in events[:3]] == [EventKind.POST, EventKind.WITHDRAWN, EventKind.RESTORED]
    assert EventKind.POST not in [kind for kind, _, _ in events[1:]], "known wording is never news"


def test_files_are_taken_by_the_time_in_their_names(tmp_path: Path) -> None:
    for name in (
        "2026-01-02T000000.html",
        "x-2026-01-01T000000.pdf",
        "2026-01-03T000000.md.gz",
        "notes.txt",
        "index.json",
    ):
        (tmp_path / name).write_text("")
    (tmp_path / "2026-01-01T000000.ota.md").write_text("")
    assert [file.path.name for file in history(tmp_path)] == [
        "x-2026-01-01T000000.pdf",
        "2026-01-02T000000.html",
        "2026-01-03T000000.md.gz",
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no folder"):
        history(tmp_path / "nowhere")
