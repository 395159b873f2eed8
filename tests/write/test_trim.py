"""A quote cut to the room there is."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bot.write.trim import ELLIPSIS, trim

SENTENCE = (
    "When you ask us to, and only then, we will delete the letters, which takes at most 30 days, from our computers."
)


def room(letters: int) -> Callable[[str], bool]:
    return lambda text: len(text) <= letters


def test_what_fits_is_left_whole() -> None:
    assert trim(SENTENCE, (0, 1), room(200)) == SENTENCE


def test_it_is_cut_at_a_clause_and_says_so() -> None:
    cut = trim(SENTENCE, (0, 1), room(60))
    assert cut == f"When you ask us to, and only then, {ELLIPSIS}"


def test_what_is_new_is_kept_and_firm_words_with_it() -> None:
    place = SENTENCE.index("at most 30 days")
    cut = trim(SENTENCE, (place, place + 15), room(70))
    assert "at most 30 days" in cut
    assert cut.startswith(ELLIPSIS)
    assert cut.endswith(ELLIPSIS)


def test_a_word_is_cut_only_where_words_are_not_spaced() -> None:
    assert trim("unbreakable " * 9, (0, 1), room(30)) == f"unbreakable unbreakable {ELLIPSIS}"
    assert trim("我" * 50, (0, 1), room(12)).startswith("我" * 9)


def test_where_nothing_fits_nothing_is_said() -> None:
    assert trim(SENTENCE, (0, 1), room(1)) == ""


@given(st.text(min_size=1, max_size=200), st.integers(0, 80), st.data())
def test_a_cut_always_fits_and_only_leaves_out(text: str, letters: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    cut = trim(text, (start, data.draw(st.integers(start + 1, len(text)))), room(letters))
    assert cut == "" or room(letters)(cut)
    assert cut.replace(ELLIPSIS, "").strip() in text.replace(ELLIPSIS, "") or ELLIPSIS in text
