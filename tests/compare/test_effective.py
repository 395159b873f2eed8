"""Dates of effect, date stamps, and two versions on one page."""

from __future__ import annotations

from datetime import date

import pytest

from bot.compare.align import align
from bot.compare.effective import (
    announces,
    coming,
    dates,
    in_effect_date,
    moved_on,
    only_dates,
    quiet,
    stamps,
    unfold,
)
from tests.compare.samples import POLICY, version, with_lines

DAY = date(2026, 9, 29)


@pytest.mark.parametrize(
    "printed",
    [
        "September 29, 2026", "Sept. 29th, 2026", "29 September 2026", "29. September 2026", "29 septembre 2026",
        "29 de septiembre de 2026", "29 settembre 2026", "29 de setembro de 2026", "29 september 2026", "2026-09-29",
    ],
)  # fmt: skip
def test_a_date_is_read_in_seven_languages(printed: str) -> None:
    assert dates(f"as of {printed}") == [DAY]


def test_an_impossible_date_is_no_date() -> None:
    assert dates("31 February 2026") == []


@pytest.mark.parametrize(
    "line",
    [
        "Last updated: May 5, 2024",
        "Stand: 5.5.2024",
        "Dernière mise à jour : 5 mai 2024",
        "© 2024",
        "Effective 2024-05-05",
    ],
)
def test_a_line_that_is_a_date_stamp(line: str) -> None:
    assert only_dates(line)


def test_a_sentence_with_a_date_in_it_is_more_than_a_date() -> None:
    assert not only_dates(
        "We will delete every account that was not opened after 5 May 2024, and we will tell you first."
    )


@pytest.mark.parametrize(
    "line",
    ["This version of the terms will go into effect on September 29, 2026.", "We have updated our Privacy Policy."],
)
def test_an_announcement_is_told_as_a_date_and_never_quoted(line: str) -> None:
    assert announces(line)


def test_the_date_of_effect_is_the_latest_that_is_stated() -> None:
    assert in_effect_date(["Effective until September 22, 2026", "goes into effect on September 29, 2026"]) == DAY


def test_what_a_page_says_of_its_own_date() -> None:
    old, new = stamps(version(POLICY)), stamps(version(POLICY.replace("1 March 2026", "1 April 2026")))
    assert moved_on(old, new) is True
    assert moved_on(new, old) is False
    assert moved_on((), new) is None
    assert quiet(old, old) is True
    assert quiet(old, new) is False
    assert quiet((), new) is None


def test_a_coming_date_is_one_that_is_still_ahead() -> None:
    page = version(with_lines("This policy takes effect on September 29, 2026."))
    assert coming(page, date(2026, 9, 1)) == DAY
    assert coming(page, DAY) is None


TRAINED = POLICY.replace("We receive the address", "We may train models on it. We receive the address")
BOTH = f"This version of the policy goes into effect on September 29, 2026.\n{TRAINED}\nEffective until then:\n{POLICY}"


def test_a_coming_text_above_the_current_one_is_compared_with_it() -> None:
    old = POLICY.replace("the pages that you open.", "the pages that you open, in all of our apps.")
    page = version(f"This version of the policy goes into effect on September 29, 2026.\n{_reworded(old)}\n{old}")
    copies = unfold(align(version(old), page), version(old), page)
    assert copies.added
    assert len(copies.alignment.reworded) >= 8


def test_an_old_copy_that_is_dropped_is_no_removal() -> None:
    both = version(f"{_reworded(POLICY)}\n{POLICY}")
    copies = unfold(align(both, version(_reworded(POLICY))), both, version(_reworded(POLICY)))
    assert copies.dropped
    assert copies.alignment.removed == ()


def _reworded(text: str) -> str:
    """The same policy with a word more in each sentence."""
    return (
        text.replace("We ", "We now ")
        .replace("You may", "You now may")
        .replace("you give", "you now give")
        .replace("Write to", "Now write to")
        .replace("Acme is", "Acme now is")
    )
