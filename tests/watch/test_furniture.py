"""Stories of one invented policy in many sites: the policy stays, what stands around it goes."""

from collections.abc import Callable

import pytest

from bot.watch.html import read_html
from tests.fakes.pages import CLAUSES, POLICY, TALK, page

MENU = "<ul><li><a href=/shop>Shop</a><li><a href=/about>About us</a><li><a href=/jobs>Jobs</a></ul>"
TITLE = "<h1>Acme Privacy Policy</h1>"
BANNER = "<p>We use cookies to make this site better for you and to count our visitors.</p><button>Accept all</button>"
#: Forty lines of running text: far more than a footer has.
LONG = "".join(f"<p>{number}. {clause}</p>" for number in range(7) for clause in CLAUSES)


def read(body: str) -> list[str]:
    return [each.text for each in read_html(page(body)).blocks]


def is_kept(text: str, body: str) -> bool:
    return any(text in each for each in read(body))


WHOLE = ["Acme Privacy Policy", *CLAUSES * 3]


@pytest.mark.parametrize(
    "site",
    [
        f"<header><a href=/>A</a><nav>{MENU}</nav></header><main>{TITLE}{POLICY}</main><footer>{MENU}Acme</footer>",
        f"<nav>{MENU}<p>{TALK}</p></nav>{TITLE}{POLICY}",
        f"<div role=navigation>{MENU}</div>{TITLE}{POLICY}<div role=contentinfo>{TALK}</div>",
        f"<div><a href=#main>Skip to content</a></div><div>{MENU}</div>{TITLE}{POLICY}",
        f"<button>Menu</button><span>Acme</span>{TITLE}{POLICY}",
        f"{TITLE}{POLICY}<dialog><h2>Hello</h2><p>{TALK}</p></dialog>",
        f"{TITLE}{POLICY}<div role=dialog aria-modal=true><p>{TALK}</p></div>",
        f"<div id=cookie-banner>{BANNER}</div>{TITLE}{POLICY}",
        f"{TITLE}{POLICY}<section class='CookieConsent-overlay'>{BANNER}</section>",
        f"{TITLE}{POLICY}<div class=footer><p>{TALK}</p>{MENU}</div>",
        f"{TITLE}{POLICY}<div><h3>Company</h3>{MENU}<h3>Legal</h3>{MENU}</div><p>© 2026 Acme. All rights reserved.</p>",
        f"{TITLE}{POLICY}<div>{MENU}</div><p>Made in Westport.</p>",
        f"{TITLE}{POLICY}<aside>{MENU}</aside>",
        f"{TITLE}{POLICY}<form><label>Your address <input type=email></label><p>{TALK}</p><button>Join</button></form>",
        f"{TITLE}{POLICY}" + f"<article><h3><a href=/news>An anvil for you</a></h3><p>{TALK}</p></article>" * 3,
        f"<div class=bar><p>{TALK}</p></div><main>{TITLE}{POLICY}</main><div><p>{TALK}</p></div>",
        f"<ol class=breadcrumbs><li><a href=/>Home</a><li>Legal</ol>{TITLE}{POLICY}",
        f"{TITLE}{POLICY}<div role=listbox><p>English</p><p>Deutsch</p></div>",
    ],
)
def test_the_policy_is_read_and_nothing_else(site: str) -> None:
    assert read(site) == WHOLE


def test_a_banner_that_lists_more_partners_than_the_policy_has_words_goes_too() -> None:
    partners = "".join(
        f"<p>Partner {n} keeps an identifier of yours for as many as {n} days in all.</p>" for n in range(150)
    )
    assert read(f"<div class=consent-manager>{partners}<button>Save</button></div>{TITLE}{POLICY}") == WHOLE


def test_a_cookie_policy_is_no_banner() -> None:
    assert read(f"<div class=cookie-policy>{TITLE}{POLICY}<a href=/c>Settings</a></div>") == WHOLE
    assert read(f"<div class='cookie-notice page'>{TITLE}{LONG}<button>Print</button></div>")[1].startswith(
        "0. When you"
    )


@pytest.mark.parametrize("tag", ["footer", "aside", "nav", "header", "div role=dialog", "form", "div class=footer"])
def test_a_policy_stays_wherever_the_page_keeps_it(tag: str) -> None:
    """Some sites show the policy in the footer, in a dialog, in a form around the whole page."""
    body = f"<p>{TALK}</p><{tag}><input type=email><button>x</button>{LONG}</{tag.split()[0]}>"
    assert is_kept(f"6. {CLAUSES[-1]}", body)


def test_a_header_with_the_title_keeps_its_date() -> None:
    found = read(f"<header>{TITLE}<p>In force since 1 March 2026</p></header>{POLICY}")
    assert found == [WHOLE[0], "In force since 1 March 2026", *WHOLE[1:]]


def test_a_date_above_the_title_stays() -> None:
    assert read(f"<p>Legal</p><p>Updated March 2026</p>{TITLE}{POLICY}") == ["Updated March 2026", *WHOLE]


def test_a_summary_beside_the_text_stays() -> None:
    assert is_kept(TALK.strip(), f"<main>{TITLE}{POLICY}<aside><p>{TALK}</p></aside></main>")


def test_a_few_sections_that_link_to_themselves_are_no_teasers() -> None:
    section = f"<article><h2><a href=#more>More</a></h2><p>{TALK}</p></article>"
    assert read(f"{TITLE}{POLICY}{section}") == [*WHOLE, "More", TALK.strip()]


def test_the_sections_of_a_policy_are_no_teasers() -> None:
    sections = "".join(
        f"<article><h2><a href=#s{n}>Section {n}</a></h2><p>{c}</p></article>" for n, c in enumerate(CLAUSES)
    )
    assert len(read(f"{TITLE}{sections}")) == 1 + 2 * len(CLAUSES)


def test_a_list_of_links_that_a_sentence_announces_stays() -> None:
    assert read(f"{TITLE}{POLICY}<p>Our partners are:</p>{MENU}")[-3:] == ["Shop", "About us", "Jobs"]


def test_the_last_entries_of_the_policy_are_no_labels_of_the_links_below() -> None:
    found = read(f"{TITLE}{POLICY}<p>We collect:</p><ul><li>names<li>places</ul><div>{MENU}</div>")
    assert found[-3:] == ["We collect:", "names", "places"]


def test_a_page_of_teasers_is_what_there_is() -> None:
    """A hub whose cards are the policy: better its summaries than nothing."""
    card = f"<article><h2><a href=/data>Your data</a></h2><p>{TALK}</p></article>"
    assert read(f"{TITLE}{card * 5}").count("Your data") == 5


def test_a_short_cookie_policy_in_a_box_with_a_banner_s_name_stays() -> None:
    assert read(f"<div class=cookie-notice-box>{TITLE}<p>{TALK}</p><a href=/x>x</a></div>") == [WHOLE[0], TALK.strip()]


def test_a_policy_in_such_a_box_stays_where_it_is_most_of_the_page() -> None:
    body = f"<p>{TALK}</p>" * 12 + f"<div class=cookie-notice-box>{TITLE}{POLICY}<a href=/x>x</a></div>"
    assert is_kept(CLAUSES[0], body)


def test_a_short_policy_in_a_form_around_the_whole_page_stays() -> None:
    assert read(f"<form><input type=text><h3>Privacy</h3><p>{TALK}</p></form>") == ["Privacy", TALK.strip()]


def test_addresses_at_the_end_stay() -> None:
    contact = "<a href=mailto:privacy@acme.example>privacy@acme.example</a>"
    assert read(f"{TITLE}{POLICY}<p>{contact}</p>")[-1] == "privacy@acme.example"


def test_the_last_clause_of_a_policy_may_be_about_copyright() -> None:
    clause = "Copyright in all that we show you is ours, and nothing in these terms gives it to you."
    assert read(f"{TITLE}{POLICY}<p>{clause}</p>")[-1] == clause


def test_a_title_that_links_to_itself_stays() -> None:
    assert read(f"<h1><a href=/privacy>Acme Privacy Policy</a></h1>{POLICY}") == WHOLE


def test_a_page_with_nothing_but_furniture_is_empty() -> None:
    """A shell that a script would fill: better no text than its menu taken for the policy."""
    assert read(f"<header><nav>{MENU}</nav></header><div id=root></div><footer><p>{TALK}</p>{MENU}</footer>") == []


@pytest.mark.parametrize(
    "wrap", ["<div class='has-footer'>{}</div>", "<div class=footer-less>{}</div>", "<form>{}</form>"]
)
def test_a_wrapper_with_a_telling_name_is_no_furniture(wrap: str) -> None:
    assert read(wrap.format(TITLE + POLICY)) == WHOLE


@pytest.fixture
def around() -> Callable[[str], str]:
    return lambda inner: f"<main>{TITLE}{POLICY}</main>{inner}"


def test_what_is_outside_the_main_part_stays_when_it_is_long(around: Callable[[str], str]) -> None:
    assert is_kept(f"6. {CLAUSES[-1]}", around(f"<div>{LONG}</div>"))


def test_it_stays_however_much_longer_the_main_part_is(around: Callable[[str], str]) -> None:
    assert is_kept(f"6. {CLAUSES[-1]}", f"<main>{TITLE}{POLICY * 12}</main><div>{LONG}</div>")
