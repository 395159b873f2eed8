"""One file, a clear sentence for every mistake in it, secrets from the environment only."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.settings import load, parse, secret_values, secrets


def test_with_no_file_the_bot_runs_on_safe_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load()
    assert loaded.file is None
    assert loaded.settings.publishing.publish is False
    assert loaded.settings.requests.mode == "off"


def test_the_readme_lists_every_key_with_its_default() -> None:
    """An unknown key is answered with "README lists every key"."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    table = tomllib.loads(readme.partition("```toml\n")[2].partition("```")[0])
    shown, defaults = parse(table).model_dump(), parse({}).model_dump()
    examples = {"platforms", "lists", "contact"}
    for name, default in defaults.items():
        if isinstance(default, dict) and name not in examples:
            assert table[name].keys() == default.keys()
            assert {key: shown[name][key] for key in default.keys() - examples} == {
                key: value for key, value in default.items() if key not in examples
            }
        elif name not in examples:
            assert table[name] == default


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "smallprint.toml"
    file.parent.mkdir()
    file.write_text('store = "sqlite:///here.db"\n')
    assert load(file).store_url == f"sqlite:///{file.parent.resolve()}/here.db"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[publishing]\npublsh = true\n", "unknown key “publishing.publsh”"),
        ("[watching]\ninterval_minutes = 0\n", "“watching.interval_minutes”"),
        ('[web]\npublic_url = "bot.example"\n', "must start with https://"),
        ("[web]\nport = 99999\n", "“web.port”"),
        ('[requests]\nmode = "everybody"\n', "“requests.mode”"),
        ('[renderer]\naddress = "browser.example:9222"\n', "must start with http://"),
        ('[renderer]\naddress = "wss://me:hunter2@browser.example"\n', "must hold no password"),
        ("[renderer]\nseconds = 1000\n", "“renderer.seconds”"),
        ("[web\n", "not valid TOML"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "smallprint.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        load(file)


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="smallprint init"):
        load(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "smallprint.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(file)


def test_a_wrong_value_is_not_repeated_for_it_may_be_a_secret() -> None:
    with pytest.raises(ConfigError) as caught:
        parse({"web": {"port": "hunter2"}})
    assert "hunter2" not in str(caught.value)


def test_secrets_come_from_the_environment_alone() -> None:
    secret = secrets({"SMALLPRINT_X_CONSUMER_KEY": " k "})
    assert secret("SMALLPRINT_X_CONSUMER_KEY") == "k"
    assert secret("SMALLPRINT_NOT_SET") == ""


def test_whatever_may_be_a_secret_is_known_to_the_log() -> None:
    environ = {"SMALLPRINT_BLUESKY_APP_PASSWORD": "canary", "SMALLPRINT_CONFIG": "bot.toml", "HOME": "/root"}
    assert secret_values(environ) == ("canary",)
