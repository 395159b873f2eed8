import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ExtractError
from bot.model import Block, BlockKind, Version
from bot.watch.markdown import read_markdown, to_markdown
from bot.watch.text import read_text


def read(text: str) -> list[tuple[str, int, str]]:
    return [(each.kind.value, each.level, each.text) for each in read_markdown(text)]


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("We *may* share **all** of `it`.", "We may share all of it."),
        ("See [our terms](https://acme.example/terms_(old) 'Terms').", "See our terms."),
        ("See [our **terms**][t].\n\n[t]: https://acme.example/terms", "See our terms."),
        ("Write to <privacy@acme.example> or <https://acme.example/>.", "Write to privacy@acme.example or https://acme.example/."),
        ("![The seal of Acme & Co](seal.png) is ours.", "The seal of Acme & Co is ours."),
        ("[![Acme](logo.png)](https://acme.example/) is ours.", "Acme is ours."),
        (r"1\. We use \*stars\*, under\_scores and \[brackets\].", "1. We use *stars*, under_scores and [brackets]."),
        ("Terms &amp; conditions &copy; &#8220;Acme&#8221;", "Terms & conditions © “Acme”"),
        ("snake_case_words stay, 2 * 3 * 4 too.", "snake_case_words stay, 2 * 3 * 4 too."),
        ("A <u>title</u> with <sup>1</sup> and <x-y>others</x-y>.", "A title with 1 and others."),
        ("We never say <script> or <name> but these words stay.", "We never say or but these words stay."),
        ("A line\nthat goes on.", "A line that goes on."),
        ("    An *odd* indent.", "An odd indent."),
        ("> A quoted clause.", "A quoted clause."),
        ("See [](https://acme.example/) this.", "See this."),
    ],
)  # fmt: skip
def test_the_words_of_a_paragraph_remain_and_its_markup_goes(markdown: str, words: str) -> None:
    assert [text for _, _, text in read(markdown)] == [words]


def test_headings_of_both_styles() -> None:
    assert read(
        "Policy\n======\n\nScope\n-----\n\n### 1\\. Rights ###\n\n**Access**\n\n[**Duties**](#duties)\n---"
    ) == [
        ("heading", 1, "Policy"),
        ("heading", 2, "Scope"),
        ("heading", 3, "1. Rights"),
        ("heading", 4, "Access"),
        ("heading", 2, "Duties"),
    ]


def test_lists_nest_and_go_on() -> None:
    found = read(
        "*   We collect\n    *   names\n        1.  first\n\n    and more of it.\n*   We keep\n\n    Nothing else."
    )
    assert found == [
        ("item", 1, "We collect"),
        ("item", 2, "names"),
        ("item", 3, "first"),
        ("paragraph", 0, "and more of it."),
        ("item", 1, "We keep"),
        ("paragraph", 0, "Nothing else."),
    ]


def test_a_table_is_its_rows() -> None:
    assert read("| Data | Why |\n| --- | --- |\n| Name<br>Age | Account \\| billing |\n| IP | |") == [
        ("row", 0, "Data | Why"),
        ("row", 0, "Name Age | Account | billing"),
        ("paragraph", 0, "IP"),
    ]


def test_hard_breaks_part_sentences() -> None:
    assert [text for _, _, text in read("We do.  \nWe do not.\\\nAcme  \nLtd")] == ["We do.", "We do not.", "Acme Ltd"]


def test_a_link_around_paragraphs_is_its_words() -> None:
    assert [
        text for _, _, text in read("* [\n\n    ![seal](s.png)\n\n    Our rules\n    ---\n\n    As ever.\n\n](/rules)")
    ] == [
        "seal",
        "Our rules",
        "As ever.",
    ]


def test_blocks_of_html_keep_their_shape() -> None:
    found = read("<div class=x>\n<ul><li>names</li></ul>\n<style>p{}</style>\n<video>v</video>\n</div>\n\nClause.")
    assert found[0] == ("item", 1, "names")
    assert found[-1] == ("paragraph", 0, "Clause.")
    assert "p{}" not in str(found)


def test_an_unclosed_script_hides_nothing() -> None:
    """In a page it would swallow the rest; here it is a word that somebody forgot to escape."""
    assert "Clause" in str(read("<script>\n\nClause."))


def test_a_list_of_links_is_linked() -> None:
    assert [each.linked for each in read_markdown("* [Terms](/terms)\n* see [them](/them)")] == [1.0, 0.57]


@pytest.mark.parametrize(
    "hostile", ["![" * 50_000, "[" * 50_000, "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b\n" * 1_000]
)
def test_what_would_stop_the_parser_is_refused(hostile: str) -> None:
    with pytest.raises(ExtractError, match="by hand"):
        read_markdown(hostile)


@pytest.mark.parametrize(
    "odd", [">" * 20_000 + "x", "- " * 10_000 + "x", "<!--" * 20_000, "<script>\n" * 5_000, "*a " * 5_000]
)
def test_odd_markdown_is_read_in_time(odd: str) -> None:
    assert isinstance(read_markdown(odd), list)


# ---- there and back -------------------------------------------------------------------------------------------------


def kinds(blocks: list[Block]) -> list[tuple[BlockKind, str]]:
    return [(each.kind, each.text) for each in blocks]


def back(blocks: list[Block]) -> list[Block]:
    return read_markdown(to_markdown(Version(tuple(blocks))))


TRICKY = [
    Block(BlockKind.HEADING, "1. What we collect #", 2),
    Block(BlockKind.PARAGRAPH, "# no heading"),
    Block(BlockKind.PARAGRAPH, "1986. A year, 2) not an entry"),
    Block(BlockKind.PARAGRAPH, "+ one, = two, --- three"),
    Block(BlockKind.PARAGRAPH, "We use *stars*, _lines_, `ticks`, [brackets](x), <b>tags</b>, ~~waves~~"),
    Block(BlockKind.PARAGRAPH, "And a \\ too, and a |, and &amp; beside &"),
    Block(BlockKind.ITEM, "names", 1),
    Block(BlockKind.ITEM, "first names", 2),
    Block(BlockKind.ITEM, "1. an entry", 1),
    Block(BlockKind.PARAGRAPH, "> not quoted"),
    Block(BlockKind.ROW, "Data | Why | How long"),
    Block(BlockKind.ROW, "Name|Age | Account"),
    Block(BlockKind.HEADING, "Rights", 6),
]  # fmt: skip


def test_blocks_come_back_as_they_went() -> None:
    assert kinds(back(TRICKY)) == kinds(TRICKY)


def test_levels_come_back_where_markdown_can_say_them() -> None:
    assert [each.level for each in back(TRICKY)] == [each.level for each in TRICKY]


def test_an_entry_without_a_list_around_it_is_one_all_the_same() -> None:
    deep = [Block(BlockKind.ITEM, "names", 3), Block(BlockKind.ITEM, "ages", 1), Block(BlockKind.ITEM, "homes", 4)]
    assert kinds(back(deep)) == kinds(deep)


@given(st.text())
def test_any_text_that_was_read_comes_back_as_it_went(text: str) -> None:
    blocks = read_text(text)
    if all(map(_has_words, blocks)):
        assert kinds(back(blocks)) == kinds(blocks)


@given(st.text(alphabet="abAB .#*_-+=>|1)(\\`[]<&;~!:\n\t", min_size=1))
def test_any_markdown_that_was_read_comes_back_as_it_went(text: str) -> None:
    blocks = read_markdown(text)
    if all(map(_has_words, blocks)):
        assert kinds(back(blocks)) == kinds(blocks)


def _has_words(block: Block) -> bool:
    """Signs alone ("|", "1.") may be anything."""
    return any(map(str.isalpha, block.text))
