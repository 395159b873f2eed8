"""Section C on an invented policy: what is not a change is never told as one, and what is one is told."""

from __future__ import annotations

import asyncio

import pytest

from tests.hostile.pages import CASES, sections, with_news
from tests.hostile.table import FOLDER, Row, rows
from tests.hostile.town import Outcome, Text, live

C = rows("C")
EXPECTED = {case: row.expected for row in C for case in row.list("cases")}


def _sample(name: str) -> list[str]:
    return sections((FOLDER / "samples" / f"{name}.md").read_text(encoding="utf-8"))


INVENTED = Text("Harbour Library", _sample("library"), _sample("salon"), _sample("datenschutz"))


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """Four days with every case at once."""
    return {outcome.case: outcome for outcome in asyncio.run(live(INVENTED))}


def test_every_case_has_a_row_and_every_row_its_cases() -> None:
    assert sorted(EXPECTED) == sorted(CASES)


@pytest.mark.parametrize("case", CASES)
def test_nothing_that_is_no_change_is_told(outcomes: dict[str, Outcome], case: str) -> None:
    assert outcomes[case].baseline
    if EXPECTED[case] != "READ" and case != "stale_copies":
        assert outcomes[case].told == [], outcomes[case].why


@pytest.mark.parametrize("case", [case for case, expected in EXPECTED.items() if expected == "HOLD"])
def test_what_is_no_policy_is_said_to_be_none(outcomes: dict[str, Outcome], case: str) -> None:
    assert outcomes[case].held, outcomes[case].why


@pytest.mark.parametrize("case", [case for case, expected in EXPECTED.items() if expected == "READ"])
def test_what_may_be_in_a_policy_is_read(outcomes: dict[str, Outcome], case: str) -> None:
    assert not outcomes[case].held, outcomes[case].why


def test_stale_copies_repeat_nothing(outcomes: dict[str, Outcome]) -> None:
    assert sum(told.startswith("post") for told in outcomes["stale_copies"].told) <= 1


async def test_a_real_change_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all of the above would hold for a bot that never says a word."""
    monkeypatch.setitem(CASES, "real", lambda place: place.shows(with_news(place)))
    (outcome,) = await live(INVENTED, ["real"])
    assert len(outcome.told) == 1
    assert "precise location" in outcome.told[0]


@pytest.mark.parametrize("row", [row for row in C if row.more.get("cases")], ids=lambda row: row.id)
def test_a_row_expects_what_there_is(row: Row) -> None:
    assert row.expected in {"HOLD", "SILENT", "READ"}
