import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Block, BlockKind
from bot.watch.blocks import Inline, Run, begins_entry, block, ends_sentence, is_marker, levelled, tidy


def lines(*texts: str) -> list[str]:
    """The paragraphs that lines with ``<br>`` between them are."""
    inline = Inline()
    for number, text in enumerate(texts):
        if number:
            inline.line_break()
        inline.add(text)
    return [run.text for run in inline.take()]


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("  We\u00a0collect\n\tdata ", "We collect data"),
        ("coop\u00aderate", "cooperate"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\u202eevil\u202c", "evil"),
        ("cafe\u0301", "café"),
        ("nul\0byte", "nulbyte"),
        ("\u200d\u200dIn force", "In force"),
        ("\u200d", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_text_is_what_a_reader_sees(raw: str, seen: str) -> None:
    assert tidy(raw) == seen


@given(st.text())
def test_tidy_text_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_a_line_break_after_a_sentence_begins_a_paragraph() -> None:
    assert lines("We collect data.", "We keep it.") == ["We collect data.", "We keep it."]


def test_a_line_break_inside_an_address_does_not() -> None:
    assert lines("Acme Software Ltd", "Harbour Lane 4", "Westport") == ["Acme Software Ltd Harbour Lane 4 Westport"]


def test_a_line_that_begins_with_a_bullet_or_a_number_is_an_entry_of_its_own() -> None:
    assert lines("We collect", "• names", "• ages") == ["We collect", "• names", "• ages"]
    assert lines("We collect", "(a) names", "(b) ages") == ["We collect", "(a) names", "(b) ages"]


def test_two_line_breaks_always_separate() -> None:
    assert lines("What we collect", "", "Names and ages") == ["What we collect", "Names and ages"]


def test_spans_that_a_style_sheet_puts_below_each_other_are_told_by_their_letters() -> None:
    inline = Inline()
    for text in ("from the Site.", "1. Who we are", "We are Acme, and we pro", "tect you."):
        inline.seam()
        inline.add(text)
    assert [run.text for run in inline.take()] == [
        "from the Site.",
        "1. Who we are",
        "We are Acme, and we protect you.",
    ]


def test_links_that_touch_are_two_words() -> None:
    inline = Inline()
    for text in ("Terms", "Privacy"):
        inline.apart()
        inline.add(text, linked=True)
    assert inline.take() == [Run("Terms Privacy", 1.0, False)]


def test_the_linked_share_counts_letters() -> None:
    inline = Inline()
    inline.add("read our ")
    inline.add("terms of use", linked=True)
    assert inline.take()[0].linked == pytest.approx(10 / 17, abs=0.01)


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (Run("What we collect", bold=True), BlockKind.HEADING),
        (Run("3. What we collect.", bold=True), BlockKind.HEADING),
        (Run("WHAT WE COLLECT"), BlockKind.HEADING),
        (Run("We never sell your data.", bold=True), BlockKind.PARAGRAPH),
        (Run("We collect names", bold=False), BlockKind.PARAGRAPH),
        (Run("W" * 200, bold=True), BlockKind.PARAGRAPH),
        (Run("2024", bold=True), BlockKind.PARAGRAPH),
        (Run("EU"), BlockKind.PARAGRAPH),
        (Run("• names"), BlockKind.ITEM),
        (Run("- names"), BlockKind.ITEM),
        (Run("-5 degrees"), BlockKind.PARAGRAPH),
    ],
)
def test_a_short_bold_line_is_a_heading_and_a_bullet_makes_an_item(run: Run, kind: BlockKind) -> None:
    assert block(run).kind is kind


def test_a_bullet_is_no_text_of_its_item() -> None:
    assert block(Run("• names")) == Block(BlockKind.ITEM, "names", 1)


def test_a_heading_element_around_a_whole_paragraph_is_a_paragraph() -> None:
    assert block(Run("We collect data. " * 30), heading=2).kind is BlockKind.PARAGRAPH


def test_bold_headings_stand_below_the_marked_heading_above_them() -> None:
    found = levelled([Block(BlockKind.HEADING, "Rights", 3), Block(BlockKind.HEADING, "Access")])
    assert [each.level for each in found] == [3, 4]


@pytest.mark.parametrize(
    "text", ["1. Scope", "2.1 Scope", "(a) names", "iv) ages", "Section 3. Scope", "1 Scope", "– ages"]
)
def test_entries_begin_with_numbers_and_bullets(text: str) -> None:
    assert begins_entry(text)


@pytest.mark.parametrize("text", ["30 days after that", "a device of yours", "I agree", "in 2019. We", "Section of"])
def test_sentences_do_not(text: str) -> None:
    assert not begins_entry(text)


def test_a_number_alone_is_a_marker() -> None:
    assert all(map(is_marker, ["1.", "(b)", "2.3", "iv.", "12)"]))
    assert not any(map(is_marker, ["1", "2024", "Yes.", "1. Scope", ""]))


def test_sentences_end_with_their_quotes_and_brackets() -> None:
    assert all(map(ends_sentence, ["We do.", "(We do.)", "“We do.”", "as follows:", "我们收集。"]))
    assert not any(map(ends_sentence, ["We do", "Acme (Ltd)", "e.g"]))
