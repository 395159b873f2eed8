"""What differs between two wordings, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.write.marks import Mark, Piece, Pieces, marked


def said(pieces: Pieces) -> str:
    """[gone] and {new} as they are marked."""
    signs = {Mark.SAME: "%s", Mark.GONE: "[%s]", Mark.NEW: "{%s}"}
    return "".join(signs[piece.mark] % piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "woven"),
    [
        ("erased in thirty days", "erased in ninety days", "erased in [thirty] {ninety} days"),
        ("We may keep it.", "We may not keep it.", "We may {not} keep it."),
        ("We may not keep it.", "We may keep it.", "We may [not] keep it."),
        ("Keep it for ever", "Keep it", "Keep it [for ever]"),
        ("Keep it", "Keep it for ever", "Keep it {for ever}"),
        ("for 1,000 days", "for 10,000 days", "for [1,000] {10,000} days"),
        ("We may, if asked", "We may if asked", "We may[,] if asked"),
        ("保存三十天", "保存九十天", "保存[三] {九}十天"),
        ("same", "same", "same"),
        ("", "new", "{new}"),
    ],
)
def test_a_reader_sees_what_went_and_what_came(before: str, after: str, woven: str) -> None:
    assert said(marked(before, after).woven) == woven


def test_two_sentences_with_nothing_in_common_are_marked_whole() -> None:
    found = marked("Cats sleep on warm stones.", "Our lawyers reserve every right whatsoever!")
    assert found.was == (Piece("Cats sleep on warm stones.", Mark.GONE),)
    assert found.now == (Piece("Our lawyers reserve every right whatsoever!", Mark.NEW),)


def test_letters_with_signs_of_their_own_stay_whole() -> None:
    family = "👨‍👩‍👧"
    found = marked(f"हम डेटा {family} रखते हैं", f"हम डेटा नहीं {family} रखते हैं")
    assert said(found.now) == f"हम डेटा {{नहीं}} {family} रखते हैं"


def test_a_sentence_beyond_all_measure_costs_nothing() -> None:
    found = marked("word " * 6000, "other " * 6000)
    assert [piece.mark for piece in found.woven] == [Mark.GONE, Mark.SAME, Mark.NEW]


WORDS = st.lists(
    st.sampled_from(["we", "may", "not", "keep", "data", "30", "days", ",", ".", "ü", "保", "👨‍👩‍👧", "  "])
).map(" ".join)


@given(st.one_of(WORDS, st.text(max_size=40)), st.one_of(WORDS, st.text(max_size=40)))
def test_each_side_stays_verbatim_and_no_piece_is_empty(before: str, after: str) -> None:
    found = marked(before, after)
    assert "".join(piece.text for piece in found.was) == before
    assert "".join(piece.text for piece in found.now) == after
    assert not [piece for piece in (*found.was, *found.now, *found.woven) if not piece.text]
    assert {piece.mark for piece in found.was} <= {Mark.SAME, Mark.GONE}
    assert {piece.mark for piece in found.now} <= {Mark.SAME, Mark.NEW}


@given(WORDS, WORDS)
def test_the_woven_text_has_every_word_of_both_sides(before: str, after: str) -> None:
    woven = marked(before, after).woven
    old = "".join(piece.text for piece in woven if piece.mark is not Mark.NEW)
    new = "".join(piece.text for piece in woven if piece.mark is not Mark.GONE)
    assert "".join(old.split()) == "".join(before.split())
    assert "".join(new.split()) == "".join(after.split())
