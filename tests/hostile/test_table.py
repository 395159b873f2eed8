"""The tables themselves: every row once, with code that is there and a test that is there."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.hostile.table import FOLDER, SECTIONS, Row, rows

ROOT = FOLDER.parent.parent
ROWS = [row for section in SECTIONS for row in rows(section)]
#: How many rows the tables had when they were made; they only grow.
AT_LEAST = {"A": 48, "B": 24, "C": 20, "D": 16}


@cache
def functions(path: Path) -> frozenset[str]:
    """The tests in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_row_stands_there_once_and_in_order(section: str) -> None:
    ids = [row.id for row in rows(section)]
    assert ids == [f"{section}{number:02}" for number in range(1, len(ids) + 1)]
    assert len(ids) >= AT_LEAST[section]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_names_code_and_tests_that_are_there(row: Row) -> None:
    assert row.by, "which code sees to it?"
    for place in row.by:
        module, _, name = place.partition(":")
        found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    for test in row.tests:
        path, _, name = test.partition("::")
        assert name in functions(ROOT / path), test
    assert row.tests or row.more, "nothing plays this row"


def test_no_row_of_the_list_that_these_tables_were_made_from_is_missing() -> None:
    listed = SHARED / "facts" / "bad-inputs.md"
    if not listed.is_file():
        pytest.skip("../shared/facts is not here: the list that these tables were made from is not part of the project")
    wanted = set(re.findall(r"^\| ([A-D]\d\d) \|", listed.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(wanted) == 105
    assert wanted - {row.id for row in ROWS} == set()
