"""Facts of an answer: short enough, whatever they are made of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import Change, Edit, EditKind, Quote, Verdict
from bot.requests.facts import day, fit, joined, language, leading, number
from bot.write.inert import inert
from tests.requests.talk import publisher

X = publisher("x")
NAMES = st.text(max_size=90) | st.text(alphabet="a.b@#$:é数👩‍👩‍👧 \u0301", max_size=90)


@given(NAMES, st.integers(10, 80))
@example("a.bb.cc.dd.ee.ff.gg.hh", 12)
@example("＠a＃b＄c．dd。ee", 12)
@example("\u0958" * 40, 40)
@example("👩‍👩‍👧‍👦" * 20, 30)
def test_a_fitted_text_fits_as_x_counts_it_once_it_is_inert(text: str, width: int) -> None:
    words = fit(text, width)
    assert X.length(inert(words)) <= width
    assert "\n" not in words
    if words and not words.endswith("…"):
        assert " ".join(words.split()) == words


def test_words_are_kept_whole_where_they_can_be() -> None:
    assert fit("one two three", 13) == "one two three"
    assert fit("one two three", 12) == "one two…"
    assert fit("one, two three", 7) == "one…"
    assert fit("incomprehensibilities", 10) == "incompre…"
    assert fit(" two\n lines ", 20) == "two lines"


def test_names_are_joined_as_far_as_they_fit() -> None:
    assert joined(["Acme", "Globex"]) == "Acme, Globex"
    assert joined(["Acme", "Globex", "Initech"], width=12) == "Acme, Globex and 1 more"
    assert joined([]) == ""


@given(st.lists(NAMES, max_size=30))
def test_a_list_of_names_fits(names: list[str]) -> None:
    assert X.length(inert(joined(names))) <= 130 + len(" and 30 more")


@pytest.mark.parametrize(
    ("tag", "name"), [("en", "English"), ("fr-CA", "French"), ("DE", "German"), ("tlh", "tlh"), ("", "")]
)
def test_languages_have_english_names(tag: str, name: str) -> None:
    assert language(tag) == name


def test_dates_and_numbers() -> None:
    assert day(datetime(2026, 3, 3, 12, tzinfo=UTC)) == "2026-03-03"
    assert day(None) == ""
    assert number(9120) == "9,120"


def test_a_change_is_what_leads_it() -> None:
    edits = (
        Edit(EditKind.ADDED, "9", None, "Children may use it.", 2.0, ("children",)),
        Edit(EditKind.ADDED, "2.1", None, "We may train models.", 1.0, ("ai", "scope")),
    )
    quotes = (Quote("We may … models.", EditKind.ADDED, "2.1"),)
    change = Change(Verdict.POST, (), edits, topics=("children", "ai"), quotes=quotes)
    assert leading(change) == {"kind": "added", "section": "2.1", "topics": "ai scope"}
    assert leading(Change(Verdict.POST, (), topics=("ai",))) == {"kind": "", "section": "", "topics": "ai"}
