"""What the operator sees and decides at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.model import RequestState
from tests.requests.talk import ACME, DAY, GADGETS, Page, Restored


class Desk:
    """An operator with a terminal, and a bot on the same database."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "smallprint.toml"
        self.config.write_text(
            'store = "sqlite:///smallprint.db"\n[watching]\ndefault_list = false\n[requests]\nmode = "approval"\n'
        )
        self.talk = Restored(folder)

    def types(self, *words: str, exits: int = 0) -> str:
        result = CliRunner().invoke(cli, ["--config", str(self.config), *words])
        assert result.exit_code == exits, result.output
        return result.output


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_who_asked_for_what_is_listed_and_decided(desk: Desk) -> None:
    assert "Nobody has asked for anything yet." in desk.types("requests", "list")
    paste = ACME.url.replace("acme.", "pastes.")
    desk.talk.web.there[paste] = (Page(paste, "Globex", "Privacy Policy"),)
    await desk.talk.says(f"watch {GADGETS.url}", "dave", on="mastodon")
    await desk.talk.says(f"watch {paste}", "carol")
    listed = desk.types("requests", "list")
    assert f"1  approved  2026-03-03T12:00  @dave on mastodon: {GADGETS.url}" in listed
    assert f"2  waiting   2026-03-03T12:00  @carol on bluesky: {paste}" in listed
    (waiting,) = json.loads(desk.types("requests", "list", "--waiting", "--json"))
    assert (waiting["who"], waiting["platform"], waiting["url"]) == ("carol", "bluesky", paste)
    assert desk.types("requests", "approve", "2") == f"Approved: {paste}, asked for by @carol.\n"
    assert "Nothing waits for you." in desk.types("requests", "list", "--waiting")
    assert desk.types("requests", "refuse", "1") == f"Refused: {GADGETS.url}, asked for by @dave.\n"
    assert [watch.state for watch in desk.talk.store.watches()] == [RequestState.REFUSED, RequestState.APPROVED]
    assert [policy.url for policy in desk.talk.store.policies()] == [paste]


async def test_who_is_forgotten_is_not_named(desk: Desk) -> None:
    await desk.talk.says(f"watch {GADGETS.url}", "dave")
    desk.types("requests", "refuse", "1")
    desk.talk.clock.move_to(desk.talk.clock.now() + DAY)
    desk.talk.store.forget(1)
    assert f"forgotten: {GADGETS.url}" in desk.types("requests", "list")
