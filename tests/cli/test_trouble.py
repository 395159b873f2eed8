"""Bad input at the command line: one sentence that says what and what to do, and an exit code; never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Operator


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[publishing]\npublsh = true\n", "unknown key “publishing.publsh”"),
        ("[web\n", "not valid TOML"),
        ("[publishing]\nplatforms = ['local', 'myspace']\n", "There is no platform “myspace”"),
        ("[platforms.myspace]\nhandle = 'tom'\n", "no publisher of that name"),
        ("[platforms.bluesky]\nhandl = 'a'\n", "has no option “handl”"),
        ("[watching]\nlists = ['nowhere.toml']\n", "nowhere.toml"),
        ("[watching]\nallow_hosts = ['http://a/b']\n", "not a host that can be allowed"),
    ],
)
def test_a_configuration_that_cannot_be_used_names_its_mistake(operator: Operator, text: str, words: str) -> None:
    operator.config.write_text(text)
    said = operator.types("status", exits=2)
    assert said.startswith("smallprint: ")
    assert words in said


def test_a_configuration_file_that_is_missing(operator: Operator, tmp_path: Path) -> None:
    operator.config.unlink()
    assert "smallprint init" in operator.types("--config", str(tmp_path / "nowhere.toml"), "status", exits=2)


def test_a_file_that_is_no_database(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "smallprint.db").write_bytes(b"this is a shopping list\n" * 200)
    said = operator.types("status", exits=1)
    assert "is not a database: move that file away" in said


def test_a_place_where_no_database_can_be_made(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    assert "cannot be made" in operator.types("status", exits=1)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:9/", "public web"),
        ("file:///etc/passwd", "no address"),
        ("http://localhost/privacy", "public web"),
    ],
)
def test_an_address_that_may_not_be_read(operator: Operator, address: str, words: str) -> None:
    said = operator.types("watch", "add", address, exits=1)
    assert words in said
    assert address not in said


def test_a_dead_site(operator: Operator) -> None:
    dead = operator.address
    operator.web.__exit__()
    assert "refuses connections" in operator.types("watch", "add", dead, exits=1)


def test_a_page_that_is_no_policy(operator: Operator) -> None:
    operator.web.put("/", b"<html><body><h1>Shoes</h1><p>Our shoes are on sale.</p></body></html>")
    said = operator.types("watch", "add", operator.web.url("/shoes"), exits=1)
    assert said.startswith("smallprint: ")


def test_init_does_not_write_over_a_file(operator: Operator) -> None:
    before = operator.config.read_text()
    assert "--force" in operator.types("init", "--contact", "me@example.org", "--public-url", "", exits=2)
    assert operator.config.read_text() == before


def test_a_wrong_command_exits_with_2(operator: Operator) -> None:
    operator.types("wach", exits=2)
    operator.types("outbox", "retry", exits=2)


def test_the_console_script_ends_quietly_when_nobody_reads_on(tmp_path: Path) -> None:
    piped = f"{sys.executable} -m bot --help | head -1"
    done = subprocess.run(piped, shell=True, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("Usage: smallprint")
