from bot.model import BlockKind
from bot.watch.text import read_text

WRAPPED = """\
ACME PRIVACY POLICY

What we collect
---------------
We collect the address of your device and the kind of
browser that you use. We keep both for ninety days, and
then delete them.
We never sell anything.

We share them with
- companies that host our machines
- companies that take payments for us and that have promised
  to keep them secret

**********
Contact
=======
Acme Software Ltd
4 Harbour Lane
"""


def read(text: str) -> list[tuple[str, str]]:
    return [(each.kind.value, each.text) for each in read_text(text)]


def test_a_wrapped_text_is_paragraphs_lists_and_headings() -> None:
    assert read(WRAPPED) == [
        ("heading", "ACME PRIVACY POLICY"),
        ("heading", "What we collect"),
        (
            "paragraph",
            "We collect the address of your device and the kind of browser that you use. We keep both for ninety days, "
            "and then delete them.",
        ),
        ("paragraph", "We never sell anything."),
        ("paragraph", "We share them with"),
        ("item", "companies that host our machines"),
        ("item", "companies that take payments for us and that have promised to keep them secret"),
        ("heading", "Contact"),
        ("paragraph", "Acme Software Ltd"),
        ("paragraph", "4 Harbour Lane"),
    ]


def test_underlines_say_how_high_a_heading_is() -> None:
    found = [each.level for each in read_text(WRAPPED) if each.kind is BlockKind.HEADING]
    assert found == [2, 2, 1]


def test_a_text_whose_lines_are_paragraphs_has_a_paragraph_a_line() -> None:
    long = "We keep what you tell us for as long as your account is open. " * 4
    assert read(f"Retention\n{long}\nSharing\n{long}") == [
        ("paragraph", "Retention"),
        ("paragraph", long.strip()),
        ("paragraph", "Sharing"),
        ("paragraph", long.strip()),
    ]


def test_line_ends_of_all_systems_are_the_same() -> None:
    assert read_text(WRAPPED.replace("\n", "\r\n")) == read_text(WRAPPED)


def test_nothing_is_nothing() -> None:
    assert read_text(" \n\n\f\n") == []
