import html as entities
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot.errors import ConfigError, ExtractError
from bot.model import Block, BlockKind
from bot.watch.html import Page, read_html
from tests.fakes.pages import POLICY, page


def read(body: str, **how: tuple[str, ...]) -> list[tuple[str, int, str]]:
    """What the body of a page holds: kind, level, text."""
    return [(each.kind.value, each.level, each.text) for each in read_html(page(body), **how).blocks]


def texts(body: str) -> list[str]:
    return [text for _, _, text in read(body)]


# ---- what is a block -------------------------------------------------------------------------------------------


def test_headings_paragraphs_and_lists_are_what_they_are() -> None:
    assert read(
        "<h1>Privacy</h1><h2>What we collect</h2><p>We collect:</p>"
        "<ul><li>names<li>places<ol><li>your home</ol></ul><div>That is <em>all</em>.</div>"
    ) == [
        ("heading", 1, "Privacy"),
        ("heading", 2, "What we collect"),
        ("paragraph", 0, "We collect:"),
        ("item", 1, "names"),
        ("item", 1, "places"),
        ("item", 2, "your home"),
        ("paragraph", 0, "That is all."),
    ]


def test_a_heading_may_be_written_as_a_bold_paragraph() -> None:
    found = read(
        "<h2>Rights</h2><p><b>Access</b></p><p>You may ask.</p><p><span style='font-weight: 700'>Erasure</span>"
    )
    assert found[1:] == [("heading", 3, "Access"), ("paragraph", 0, "You may ask."), ("heading", 3, "Erasure")]


def test_a_bold_sentence_is_no_heading() -> None:
    assert read("<p><strong>We never sell your data.</strong></p>") == [("paragraph", 0, "We never sell your data.")]


def test_what_calls_itself_a_heading_is_one() -> None:
    assert read("<div role=heading aria-level=3>Access</div><span role=heading>Erasure</span>") == [
        ("heading", 3, "Access"),
        ("heading", 2, "Erasure"),
    ]


def test_what_unfolds_keeps_its_title_and_its_text() -> None:
    """A style sheet hides the panels of an accordion; the policy is in them all the same."""
    assert read(
        "<details><summary>Who we are</summary><p>We are Acme.</p></details>"
        "<button aria-expanded=false>What we collect</button><div style='display:none' hidden>We collect names.</div>"
        "<h3><button>Your rights</button></h3><div aria-hidden=true>You have some.</div>"
    ) == [
        ("heading", 2, "Who we are"),
        ("paragraph", 0, "We are Acme."),
        ("heading", 2, "What we collect"),
        ("paragraph", 0, "We collect names."),
        ("heading", 3, "Your rights"),
        ("paragraph", 0, "You have some."),
    ]


def test_a_term_and_its_meaning_are_a_heading_and_a_paragraph() -> None:
    assert read("<dl><dt>Cookie<dd>A small file.</dl>") == [("heading", 2, "Cookie"), ("paragraph", 0, "A small file.")]


def test_only_the_first_paragraph_of_an_item_is_the_item() -> None:
    assert read("<ul><li><p>Names.</p><p>We keep them for a year.</p></li></ul>") == [
        ("item", 1, "Names."),
        ("paragraph", 0, "We keep them for a year."),
    ]


def test_a_table_row_is_a_block_of_its_cells() -> None:
    assert read(
        "<table><tr><th>Data<th>Purpose<tr><td>Name<td><p>Account</p><p>- Billing</p>"
        "<tr><td colspan=2>And no more.</table>"
    ) == [
        ("row", 0, "Data | Purpose"),
        ("row", 0, "Name | Account - Billing"),
        ("paragraph", 0, "And no more."),
    ]


def test_a_table_that_only_lays_out_the_page_is_the_page() -> None:
    clauses = "".join(f"<p>Clause {number}.</p>" for number in range(20))
    assert len(read(f"<table><tr><td>{clauses}<td>Legal</table>")) == 21


def test_a_table_that_only_sets_numbers_beside_clauses_is_the_clauses() -> None:
    assert read("<table><tr><td>1.1<td>You may object.<tr><td>(a)<td>At any time.</table>") == [
        ("paragraph", 0, "1.1 You may object."),
        ("paragraph", 0, "(a) At any time."),
    ]


def test_a_nested_table_stays_inside_its_row() -> None:
    assert read("<table><tr><td>Name<td><table><tr><td>why<td>billing</table></table>") == [
        ("row", 0, "Name | why | billing")
    ]


def test_line_breaks_part_what_the_author_parted() -> None:
    assert texts("<p>We collect names.<br>We keep them.<br><br>Acme Ltd<br>Harbour Lane</p>") == [
        "We collect names.",
        "We keep them.",
        "Acme Ltd Harbour Lane",
    ]


def test_lines_that_are_laid_out_stay_lines() -> None:
    assert texts("<pre>1. Scope\nThis holds.\n\n2. Rights\nYou have some.</pre>") == [
        "1. Scope",
        "This holds.",
        "2. Rights",
        "You have some.",
    ]
    assert texts("<pre>First.\nSecond.</pre>") == ["First.", "Second."]
    assert texts("<div>First.\n\nSecond.\n \n Third.</div>") == ["First.", "Second.", "Third."]


def test_a_line_of_the_source_is_no_line_of_the_page() -> None:
    assert texts("<p>We collect\n   names\tand\r\nplaces.</p>") == ["We collect names and places."]


# ---- what is text ----------------------------------------------------------------------------------------------


def test_entities_and_spaces_that_do_not_break_are_read_as_people_see_them() -> None:
    assert texts("<p>Terms&nbsp;&amp;&#32;Conditions &copy;&shy;Acme &lt;legal&gt;</p>") == [
        "Terms & Conditions ©Acme <legal>"
    ]


def test_scripts_templates_and_controls_are_no_text() -> None:
    assert texts(
        "<p>We<script>alert('x')</script> collect<!-- not --> names.</p><style>p{}</style><template>t</template>"
        "<noscript>Turn it on</noscript><select><option>English</select><textarea>t</textarea>"
        "<svg><title>i</title></svg><iframe>f</iframe>"
    ) == ["We collect names."]


def test_a_word_inside_a_sentence_that_is_a_button_or_unknown_does_not_break_it() -> None:
    assert texts("<p>We use <x-term>cookies</x-term> to, <button>as said</button>, count.</p>") == [
        "We use cookies to, as said, count."
    ]


def test_a_button_that_touches_a_word_is_another_word() -> None:
    assert texts("<p>Your settings<button>Save</button></p>") == ["Your settings Save"]


def test_a_block_knows_how_much_of_it_is_linked() -> None:
    blocks = read_html(
        page("<p><a href=/t>Terms</a></p><p>See <a href=/t>our terms</a></p><p><a name=x>Scope</a></p>")
    ).blocks
    assert [each.linked for each in blocks] == [1.0, 0.73, 0.0]


def test_a_heading_that_links_to_itself_is_not_linked() -> None:
    assert read_html(page("<h2><a href='#rights'>Rights</a></h2>")).blocks[0].linked == 0.0


words = st.lists(st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=8), min_size=1)


@given(words, st.lists(st.sampled_from(["b", "em", "a", "span", "x-y", "u", "button", "code"]), min_size=1))
def test_every_word_of_a_paragraph_comes_out_exactly_once(found: list[str], tags: list[str]) -> None:
    wrapped = " ".join(f"<{tags[n % len(tags)]}>{word}</{tags[n % len(tags)]}>" for n, word in enumerate(found))
    (paragraph,) = read_html(page(f"<p>x {wrapped}.</p>")).blocks
    assert paragraph.text == "x " + " ".join(found) + "."


@given(
    st.recursive(
        st.text(max_size=20).map(entities.escape),
        lambda inner: st.builds(
            "<{0}>{1}</{0}>".format,
            st.sampled_from(
                ["div", "p", "ul", "li", "table", "tr", "td", "b", "h2", "pre", "section", "a href=x", "x-y"]
            ),
            st.lists(inner, max_size=4).map("".join),
        ),
        max_leaves=12,
    )
)
def test_no_letter_is_lost_or_invented_however_the_page_is_built(body: str) -> None:
    """In any nesting the letters of the blocks are the letters of the page; a parser may move text out of a table."""
    whole = page(f"<main>{body}</main>")
    root = LexborHTMLParser(whole).css_first("main")
    assert root is not None
    assert letters("".join(each.text for each in read_html(whole, ("main",)).blocks)) == letters(root.text())


def letters(text: str) -> list[str]:
    return sorted(filter(str.isalpha, unicodedata.normalize("NFD", text)))


# ---- selectors ---------------------------------------------------------------------------------------------------


def test_a_selector_picks_the_policy_and_another_leaves_something_out() -> None:
    body = "<nav>Menu</nav><div id=p><p>Clause.</p><p class=ad>Buy an anvil.</p></div><p>Other.</p>"
    assert read(body, select=("#p",), remove=(".ad",)) == [("paragraph", 0, "Clause.")]


def test_text_that_two_selectors_match_is_read_once() -> None:
    assert read("<div class=a><div class=b>Clause.</div></div><div class=b>Other.</div>", select=(".b", ".a")) == [
        ("paragraph", 0, "Clause."),
        ("paragraph", 0, "Other."),
    ]


def test_selectors_that_match_nothing_are_said() -> None:
    with pytest.raises(ExtractError, match="selectors"):
        read("<p>Clause.</p>", select=("#policy",))


def test_selectors_that_are_no_css_are_said() -> None:
    with pytest.raises(ConfigError, match="not a CSS selector"):
        read("<p>Clause.</p>", select=("p[",))


# ---- the page itself -----------------------------------------------------------------------------------------------


def test_a_page_states_its_title_language_and_address() -> None:
    head = "<title>Acme &amp; you</title><link rel=canonical href=https://acme.example/privacy>"
    found = read_html(page("<svg><title>logo</title></svg><p>Clause.</p>", head=head, lang="de-AT"))
    assert (found.title, found.language, found.canonical) == ("Acme & you", "de-AT", "https://acme.example/privacy")


def test_a_page_without_a_head_states_nothing() -> None:
    assert read_html("Clause.") == Page([Block(BlockKind.PARAGRAPH, "Clause.")])


def test_a_clause_two_thousand_elements_deep_is_read() -> None:
    """Deeper than Python recurses, and than some parsers read."""
    assert texts("<div>" * 2000 + "<p>Clause.</p>" + "</div>" * 2000 + "<p>After.</p>") == ["Clause.", "After."]


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 100_000 + "x",
        "<div " + " ".join(f"a{number}=1" for number in range(200_000)) + ">x</div>",
        "<div " + "".join(f'a{number}=">"' for number in range(200_000)) + ">x</div>",
    ],
    ids=["nesting", "attributes", "attributes that hide their end"],
)
def test_a_page_that_would_stop_the_parser_is_refused(hostile: str) -> None:
    with pytest.raises(ExtractError, match="by hand"):
        read_html(page(hostile))


@pytest.mark.parametrize(
    "odd",
    [
        "<p><a><b>" * 2_000,
        "&amp;" * 100_000,
        "<" * 100_000,
        "<nav>" * 3_000 + "x",
        "<ul><li>" * 1_000 + "x",
        "<table><tr><td>" * 1_000 + "x",
        "<br>" * 100_000,
        "a" * 1_000_000,
        "line\n\n" * 50_000,
        "<span>a</span>" * 20_000,
    ],
    ids=["formatting", "entities", "brackets", "navs", "lists", "tables", "breaks", "a word", "lines", "spans"],
)
def test_odd_pages_are_read_in_time(odd: str) -> None:
    """Nothing here takes time with the square of its length; each would be minutes if it did."""
    assert isinstance(read_html(page(odd)).blocks, list)


@pytest.mark.parametrize(
    ("rest", "cut"),
    [
        ("</div></body></html>", False),
        ("</div>", False),
        ("</div>\n<!-- 0.1 s -->", False),
        ("</div>The end.", False),
        ("<p>We may al", True),
        ("<p>We may</p><a href=", True),
        ("<p>We may</p></di", True),
        ("<script>var a = '<b>", True),
        ("<!-- begin", True),
        ("<!-- begin <b>and</b> ", True),
    ],
)
def test_a_page_that_stops_in_the_middle_is_cut_off(rest: str, cut: bool) -> None:
    """HTML lets a page leave out its last end tags; then nothing else may be open."""
    assert read_html(f"<!doctype html><html><body><div>{POLICY}{rest}").cut_off is cut


def test_a_page_that_never_closes_its_paragraphs_is_whole() -> None:
    assert not read_html(f"<!doctype html><title>Acme</title>{POLICY.replace('</p>', '')}<p>The end").cut_off


def test_a_page_that_stops_in_a_part_that_is_open_is_cut_off() -> None:
    assert read_html(f"<!doctype html><title>Acme</title><div>{POLICY.replace('</p>', '')}<p>The en").cut_off
