import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, ExtractError
from bot.model import Block, BlockKind
from bot.watch.blocks import LONGEST_HEADING
from bot.watch.extract import EXTRACTOR, extract
from tests.fakes.pages import CLAUSES, POLICY, TALK, page, snapshot
from tests.fakes.pdf import paragraphs, pdf

SITE = page(f"<nav><a href=/>Acme</a></nav><h1>Privacy</h1>{POLICY}")


def doubts(body: str, url: str = "https://acme.example/legal/privacy") -> tuple[str, ...]:
    return extract(snapshot(body, url=url)).doubts


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (SITE, "text/html"),
        ("# Privacy\n\n" + "\n\n".join(CLAUSES * 3), "text/markdown"),
        ("Privacy\n=======\n\n" + "\n\n".join(CLAUSES * 3), "text/plain"),
        ("Privacy\n=======\n\n" + "\n\n".join(CLAUSES * 3), "text/html"),
    ],
    ids=["a page", "Markdown", "plain text", "plain text that calls itself a page"],
)
def test_a_policy_has_the_same_words_whatever_it_came_as(body: str, content_type: str) -> None:
    version = extract(snapshot(body, content_type))
    assert version.blocks == (
        Block(BlockKind.HEADING, "Privacy", 1),
        *(Block(BlockKind.PARAGRAPH, clause) for clause in CLAUSES * 3),
    )
    assert version.language == "en"
    assert version.extractor == EXTRACTOR
    assert version.doubts == ()


def test_a_pdf_is_a_policy_too() -> None:
    clauses = ["We collect the address of your device and the kind of\nbrowser that you use.", "We keep both."]
    version = extract(snapshot(pdf(paragraphs(*clauses), title=" Acme  Privacy "), "application/pdf"))
    assert version.text == "\n".join(clause.replace("\n", " ") for clause in clauses)
    assert (version.title, version.language) == ("Acme Privacy", "en")


def test_the_title_is_the_page_s_own_else_its_first_heading() -> None:
    assert extract(snapshot(SITE)).title == "Acme Privacy Policy"
    assert extract(snapshot(page(f"<h2>Privacy</h2>{POLICY}", head=""))).title == "Privacy"


def test_a_title_is_no_longer_than_a_heading() -> None:
    assert len(extract(snapshot(page(POLICY, head=f"<title>{'Privacy ' * 99_000}</title>"))).title) == LONGEST_HEADING


def test_selectors_are_obeyed() -> None:
    version = extract(snapshot(page("<p class=a>Clause. <b>Not this.</b></p><p>Other.</p>")), (".a",), ("b",))
    assert version.text == "Clause."


def test_the_same_bytes_are_always_the_same_version() -> None:
    assert extract(snapshot(SITE)) == extract(snapshot(SITE))


def test_bytes_of_another_charset_are_the_same_version() -> None:
    body = page("<p>Wir löschen Ihre Daten – sofort.</p>", lang="de")
    one, two = extract(snapshot(body)), extract(snapshot(body.encode("cp1252"), charset="windows-1252"))
    assert one.sha256 == two.sha256


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (page("<div id=root></div><script src=/app.js></script>"), "text/html"),
        (page("<p>12 / 34</p>"), "text/html"),
        ("", "text/html"),
        ("---\n\n***\n", "text/markdown"),
        ("  \n", "text/plain"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (bytes(range(32)) * 100, "text/html"),
        (b"%PDF-1.4 nothing", "application/pdf"),
    ],
    ids=["a shell", "no words", "nothing", "rules", "spaces", "a picture", "bytes", "a broken PDF"],
)
def test_what_holds_no_policy_is_refused(body: str | bytes, content_type: str) -> None:
    with pytest.raises(ExtractError):
        extract(snapshot(body, content_type))


# ---- doubts --------------------------------------------------------------------------------------------------------


def test_a_page_that_stops_in_the_middle_is_doubted() -> None:
    assert doubts(SITE[: SITE.rindex("of your own choice")]) == ("the page is cut off",)


def test_a_page_whose_letters_are_damaged_is_doubted() -> None:
    broken = page(f"<h1>隐私政策</h1>{POLICY}").encode("gb18030").replace(b"choice", b"\xff\xff\xff\xff")
    (found,) = extract(snapshot(broken, charset="gb18030")).doubts
    assert "charset" in found


def test_a_short_page_that_calls_itself_the_front_page_is_doubted() -> None:
    """Where a policy was moved, many sites show their front page under the old address."""
    front = page(f"<h1>Acme</h1><p>{TALK}</p>", head="<link rel=canonical href=https://acme.example/en-us/>")
    assert doubts(front) == ("the page calls itself the front page of its site",)
    assert doubts(front, "https://acme.example/") == ()


def test_a_policy_on_a_site_that_calls_every_page_its_front_page_is_none() -> None:
    assert doubts(page(f"<h1>Privacy</h1>{POLICY * 2}", head="<link rel=canonical href=https://acme.example/>")) == ()


def test_a_page_whose_own_address_is_none_is_read() -> None:
    front = page(f"<h1>Acme</h1><p>{TALK}</p>", head="<link rel=canonical href='https://[acme.example/'>")
    assert doubts(front) == ()


def test_titles_with_hardly_any_text_are_doubted() -> None:
    panels = "".join(f"<h1>{title}</h1><p>{TALK[:70]}</p>" for title in ("Ours", "Yours", "All", "Theirs", "More"))
    assert doubts(page(panels)) == ("the page has many titles and hardly any text under them",)


def test_a_policy_of_short_sections_is_not() -> None:
    sections = "".join(f"<h2>Section {number}</h2><p>{clause}</p>" for number, clause in enumerate(CLAUSES))
    assert doubts(page(sections + sections)) == ()


# ---- whatever comes ------------------------------------------------------------------------------------------------

types = st.sampled_from(["text/html", "text/markdown", "text/plain", "application/xhtml+xml", "application/json", ""])


@given(st.binary() | st.text().map(str.encode), types, st.sampled_from(["", "utf-8", "utf-16", "shift_jis", "x"]))
def test_any_bytes_are_a_version_or_are_refused(body: bytes, content_type: str, charset: str) -> None:
    try:
        version = extract(snapshot(body, content_type, charset=charset))
    except ExtractError:
        return
    assert version.blocks


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_pdf_is_a_version_or_is_refused(body: bytes) -> None:
    with pytest.raises(ExtractError):
        extract(snapshot(b"%PDF-1.5\n" + body, "application/pdf"))


markup = st.text(alphabet="<>/\"'= abdilpqruvhn123-!&;#\n", max_size=200)


@given(markup)
def test_any_markup_is_a_version_or_is_refused(body: str) -> None:
    try:
        version = extract(snapshot(page(body)))
    except ExtractError:
        return
    assert all(each.text for each in version.blocks)


@given(st.text(max_size=30))
def test_any_selector_is_css_or_is_refused(selector: str) -> None:
    try:
        extract(snapshot(SITE), (selector,))
    except (ExtractError, ConfigError):
        return
