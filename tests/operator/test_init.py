"""`init` writes a configuration that the settings understand."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bot.operator.init import configuration, next_steps
from bot.settings import parse


def test_what_it_writes_can_be_read_and_posts_nothing_yet() -> None:
    text = configuration(contact="me@example.org", public_url="https://bot.example", platforms=["bluesky", "x"])
    settings = parse(tomllib.loads(text))
    assert settings.publishing.publish is False
    assert settings.publishing.platforms == ("local", "bluesky", "x")
    assert settings.watching.contact == "me@example.org"
    assert settings.web.public_url == "https://bot.example"
    assert settings.web.host == "0.0.0.0", "a public address means that somebody else's proxy comes in"


def test_without_a_public_address_only_this_machine_is_served() -> None:
    assert parse(tomllib.loads(configuration(contact="me@example.org"))).web.host == "127.0.0.1"


def test_the_next_steps_name_every_secret_and_hold_none(tmp_path: Path) -> None:
    said = next_steps(tmp_path / "smallprint.toml", ["x", "bluesky", "mastodon"])
    for variable in (
        "SMALLPRINT_X_ACCESS_TOKEN_SECRET",
        "SMALLPRINT_BLUESKY_APP_PASSWORD",
        "SMALLPRINT_MASTODON_ACCESS_TOKEN",
    ):
        assert variable in said
    assert "publish = true" in said
