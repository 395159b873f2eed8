from bot.model import Block, BlockKind
from bot.watch.mend import mended


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def texts(*blocks: Block) -> list[str]:
    return [each.text for each in mended(blocks)]


def test_a_number_that_stands_above_its_title_is_part_of_it() -> None:
    assert mended([paragraph("3."), Block(BlockKind.HEADING, "Your rights", 2)]) == [
        Block(BlockKind.HEADING, "3. Your rights", 2)
    ]


def test_a_number_that_stands_above_its_text_is_part_of_it() -> None:
    assert texts(paragraph("3.1"), paragraph("You may object.")) == ["3.1 You may object."]


def test_a_sentence_that_goes_on_in_the_next_paragraph_is_one() -> None:
    assert texts(
        paragraph("We share what you tell us with the companies that host our machines, and"),
        paragraph("with nobody else."),
    ) == ["We share what you tell us with the companies that host our machines, and with nobody else."]


def test_an_item_of_which_the_rest_came_in_lines_is_whole() -> None:
    item = Block(BlockKind.ITEM, "your name, your address, and whatever else you tell us when you write to", 2)
    assert mended([item, paragraph("our support.")]) == [
        Block(BlockKind.ITEM, item.text + " our support.", 2),
    ]


def test_entries_of_a_list_without_markup_stay_apart() -> None:
    entries = ["your name", "your address", "the kind of browser that you use"]
    assert texts(*map(paragraph, entries)) == entries


def test_a_finished_sentence_is_left_alone() -> None:
    found = ["We share what you tell us with the companies that host our machines, as said.", "iPhones are safe."]
    assert texts(*map(paragraph, found)) == found


def test_a_page_that_was_pasted_as_lines_is_paragraphs_again() -> None:
    """Every line ends near the same width, where a capital may begin the next as well."""
    sentence = (
        "We receive the address of your device, the kind of browser that you use for it, and the\n"
        "Acme pages that you open, and we keep all of this for ninety days, after which we keep\n"
        "Acme totals only."
    )
    pasted = [paragraph(line) for _ in range(8) for line in sentence.split("\n")]
    assert texts(*pasted) == [sentence.replace("\n", " ")] * 8


def test_mending_twice_changes_nothing() -> None:
    once = mended(
        [
            paragraph("We share what you tell us with the companies that host our machines"),
            paragraph("and no"),
            paragraph("others, as we said before."),
        ]
    )
    assert mended(once) == once


def test_a_hundred_thousand_lines_take_no_time() -> None:
    line = "we share what you tell us with the companies that host our machines"
    assert len(mended([paragraph(line)] * 100_000)) == 1
