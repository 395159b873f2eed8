"""The tables of bad inputs: each row once, with what must come of it and which code sees to that.

A section is a TOML file: ``addresses`` (A), ``bytes`` (B), ``pages`` (C), ``texts`` (D). To add an input, write a row;
where the section's runner cannot play it, name the test that does under ``tests``. Each file says what its rows hold.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SECTIONS = {"A": "addresses", "B": "bytes", "C": "pages", "D": "texts"}


@dataclass(frozen=True)
class Row:
    """One bad input, or several of a kind."""

    #: Its number: the section's letter and two figures.
    id: str
    what: str
    #: What must come of it; the section's file explains the words.
    expected: str
    #: The code that sees to it, as "bot.watch.gate:Gate.check".
    by: tuple[str, ...]
    #: Tests that play it, besides the section's runner, as "tests/watch/test_wire.py::test_a_bomb_does_not_go_off".
    tests: tuple[str, ...] = ()
    #: What the section's runner needs.
    more: dict[str, Any] = field(default_factory=dict)

    def list(self, name: str) -> list[str]:
        """A list of the row, empty where it has none."""
        return list(self.more.get(name, ()))


def rows(section: str) -> list[Row]:
    """A section, in its file's order."""
    table = tomllib.loads((FOLDER / f"{SECTIONS[section]}.toml").read_text(encoding="utf-8"))
    return [_row(dict(entry)) for entry in table["row"]]


def _row(entry: dict[str, Any]) -> Row:
    by, tests = entry.pop("by"), entry.pop("tests", [])
    return Row(entry.pop("id"), entry.pop("what"), entry.pop("expected"), tuple(by), tuple(tests), entry)
