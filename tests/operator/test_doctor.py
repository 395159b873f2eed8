"""`doctor`: each finding says whether it is well, and if not what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.operator import doctor
from bot.settings import Loaded, parse


def findings(found: list[doctor.Finding]) -> dict[str, tuple[bool, str]]:
    return {finding.what: (finding.ok, finding.words) for finding in found}


async def offline() -> doctor.Finding:
    return doctor.Finding("network", False, "cannot be reached")


async def examined(folder: Path, **tables: object) -> dict[str, tuple[bool, str]]:
    settings = parse({"watching": {"default_list": False, "contact": "me@example.org"}, **tables})
    return findings(await doctor.examine(Loaded(settings, folder, folder / "smallprint.toml"), probe=offline))


async def test_what_is_well_is_said_to_be(tmp_path: Path) -> None:
    found = await examined(tmp_path)
    assert found["configuration"][0]
    assert found["contact"] == (True, "me@example.org")
    assert found["database"][0]
    assert found["disk"][0]
    assert found["local"][0]


async def test_the_browser_is_looked_at_where_a_policy_needs_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    assert "browser" not in await examined(tmp_path)
    policy = 'service = "A"\ndocument = "B"\nurl = "https://a.example/"\nrenderer = "browser"\n'
    (tmp_path / "mine.toml").write_text("[[policy]]\n" + policy)
    watching = {"default_list": False, "lists": ["mine.toml"]}
    ok, words = (await examined(tmp_path, watching=watching))["browser"]
    assert not ok
    assert "pip install 'smallprint[browser]'" in words


async def test_a_network_that_does_not_answer_says_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_PROBE_HOST", "127.0.0.1")  # where nobody serves https
    found = await doctor.network()
    assert not found.ok
    assert "check DNS" in found.words


async def test_missing_keys_are_named_by_their_variables(tmp_path: Path) -> None:
    publishing = {"publish": True, "platforms": ["local", "x", "bluesky", "mastodon"]}
    found = await examined(tmp_path, publishing=publishing)
    for platform, variable in (
        ("x", "SMALLPRINT_X_CONSUMER_KEY"),
        ("bluesky", "SMALLPRINT_BLUESKY_APP_PASSWORD"),
        ("mastodon", "SMALLPRINT_MASTODON_ACCESS_TOKEN"),
    ):
        ok, words = found[platform]
        assert not ok
        assert variable in words


async def test_the_projects_own_contact_is_to_be_replaced(tmp_path: Path) -> None:
    defaults = Loaded(parse({"watching": {"default_list": False}}), tmp_path, None)
    found = findings(await doctor.examine(defaults, probe=offline))
    assert not found["contact"][0]


async def test_a_full_disk_is_found_before_a_write_fails(tmp_path: Path) -> None:
    defaults = Loaded(parse({"watching": {"default_list": False}}), tmp_path, None)
    ok, words = findings(await doctor.examine(defaults, probe=offline, least_free=10**15))["disk"]
    assert not ok
    assert "make room" in words


async def test_scripts_that_no_picture_can_be_written_in_are_named(tmp_path: Path) -> None:
    ok, words = (await examined(tmp_path))["pictures"]
    assert ok is ("cannot be drawn" not in words)
    assert "can be drawn in Latin" in words or "install" in words
