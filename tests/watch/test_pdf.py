import zlib

import pytest

from bot.errors import ExtractError, FetchError
from bot.watch.pdf import read_pdf
from bot.watch.trusted import extract_trusted
from tests.fakes.pages import snapshot
from tests.fakes.pdf import Line, paragraphs, pdf, written

FIRST = "We collect the address of your device and the kind of browser that\nyou use, and we keep both for ninety days."
SECOND = "We never sell what we collect, and we ask before we share it with\nanybody who does not work for us."


def read(*pages: list[Line]) -> list[tuple[str, int, str]]:
    return [(each.kind.value, each.level, each.text) for each in read_pdf(pdf(*pages))[0]]


def test_lines_are_headings_paragraphs_and_items_again() -> None:
    assert read(
        [
            Line("Acme Privacy Policy", 780, size=20),
            *paragraphs(FIRST, SECOND, top=740),
            Line("Your rights", 620, bold=True),
            *paragraphs("You may ask for what is said in these\ntwo entries:", top=600),
            Line("• access to what we hold about you, and a", 570, x=90),
            Line("copy of it", 556, x=100),
            Line("• erasure", 542, x=90),
        ]
    ) == [
        ("heading", 1, "Acme Privacy Policy"),
        ("paragraph", 0, FIRST.replace("\n", " ")),
        ("paragraph", 0, SECOND.replace("\n", " ")),
        ("heading", 2, "Your rights"),
        ("paragraph", 0, "You may ask for what is said in these two entries:"),
        ("item", 1, "access to what we hold about you, and a copy of it"),
        ("item", 1, "erasure"),
    ]


def test_a_sentence_goes_on_over_the_page_and_over_what_stands_at_its_edges() -> None:
    clauses = [
        "We keep what you tell us on machines of",
        "a company that we trust, for as long as",
        "your account is open, and",
        "then it goes.",
    ]
    pages = [
        [Line("Acme Terms", 800, size=9), *paragraphs(clause), Line(f"Page {number} of 4", 30, size=9)]
        for number, clause in enumerate(clauses, 1)
    ]  # fmt: skip
    assert read(*pages) == [("paragraph", 0, "Acme Terms"), ("paragraph", 0, " ".join(clauses))]


def test_a_line_that_only_a_few_pages_share_is_text() -> None:
    pages = [paragraphs(f"Part {word}.", "This part is for people in Westport only.") for word in ("one", "two")]
    assert [text for _, _, text in read(*pages)].count("This part is for people in Westport only.") == 2


def test_a_word_that_was_divided_is_one_word_again_and_a_compound_keeps_its_hyphen() -> None:
    (_, _, text), *_ = read(
        paragraphs(
            "All information of a provider is ours, as are the other pieces of infor-\nmation, also where another "
            "pro-\nvider, a third-party or another third-\nparty reads them."
        )
    )
    assert "pieces of information, also where another provider, a third-party or another third-party reads" in text


def test_a_document_that_divides_no_words_keeps_its_hyphens() -> None:
    (_, _, text), *_ = read(paragraphs("We grant you a license that is non-\nexclusive and that you may not sell."))
    assert "non-exclusive" in text


def test_space_between_lines_begins_a_paragraph_however_full_the_line_above_is() -> None:
    full = "We keep what you tell us for ninety days and no longer"
    assert [text for _, _, text in read(paragraphs(f"{full}\n{full}", f"{full}\n{full}"))] == [f"{full} {full}"] * 2


def test_numbered_clauses_are_paragraphs_of_their_own() -> None:
    clauses = [
        "1.1 This clause is long enough to reach the edge of the page here.",
        "1.2 This one is as long, and it begins where the last one did end.",
    ]
    assert [text for _, _, text in read(paragraphs("\n".join(clauses)))] == clauses


def test_a_pdf_says_its_title() -> None:
    assert read_pdf(pdf(paragraphs(FIRST), title="Acme (privacy)"))[1] == "Acme (privacy)"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (pdf(paragraphs(FIRST), encrypted=True), "locked with a password"),
        (pdf([], []), "pictures of text"),
        (pdf([Line("17", 400)]), "pictures of text"),
        (pdf(paragraphs(FIRST))[:400], "damaged or cut off"),
        (b"%PDF-1.7\n\xff\xfe garbage", "damaged or cut off"),
        (pdf(*[[Line("x", 400)]] * 1_200), "more pages than any policy"),
        (
            written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 10 >>"]),
            "by hand|pictures",
        ),
        (
            written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 1000000000 >>"]),
            "by hand|pictures",
        ),
    ],
    ids=["encrypted", "scanned", "a page number", "cut off", "garbage", "pages", "a circle", "a billion pages"],
)
def test_what_cannot_be_read_says_why(body: bytes, sentence: str) -> None:
    with pytest.raises(ExtractError, match=sentence):
        read_pdf(body)


def test_a_pdf_that_unfolds_to_gigabytes_costs_a_process_and_nothing_else() -> None:
    content = zlib.compress(b"BT /F1 11 Tf (hello) Tj ET\n" * 4_000_000, 1)
    bomb = written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    )
    with pytest.raises(FetchError, match="more time or memory"):
        extract_trusted(snapshot(bomb, "application/pdf"))
