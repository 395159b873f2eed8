"""CONTRIBUTING's worked example of a platform is code that runs: the conformance suite plays it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.platforms import GROUP, build
from bot.ports import PlatformSetup

HERE = Path(__file__).resolve().parent
CONTRIBUTING = HERE.parent.parent / "CONTRIBUTING.md"


def blocks(language: str) -> list[str]:
    """The code of the section "Add a platform"."""
    section = re.search(r"^## Add a platform$(.*?)(?=^## |\Z)", CONTRIBUTING.read_text(), re.MULTILINE | re.DOTALL)
    assert section, "CONTRIBUTING.md has no section “Add a platform”"
    return re.findall(rf"^```{language}\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)


def test_its_code_is_that_of_the_publisher_which_the_conformance_suite_plays() -> None:
    whole = (HERE / "outsider.py").read_text()
    shown = blocks("python")
    assert len(shown) == 4
    assert [block for block in shown if block not in whole] == []


@pytest.mark.usefixtures("outside_package")
def test_its_entry_point_is_in_the_group_that_the_bot_looks_into() -> None:
    [block] = blocks("toml")
    [name] = tomllib.loads(block)["project"]["entry-points"][GROUP]
    assert build(name, PlatformSetup(options={"colour": "red"}, secret=lambda name: "")).id == name
