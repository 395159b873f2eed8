import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import FetchError, FetchFailure
from bot.model import Snapshot
from bot.watch.site import Link, canonical, host, read_site, same_site, site_name, site_of
from tests.watch.conftest import NOW

HOME = "https://www.acme.example/"


def links(html: str) -> list[tuple[str, str]]:
    return [(link.url, link.document) for link in read_site(html, HOME).links]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="/privacy">Privacy</a>', [("https://www.acme.example/privacy", "Privacy Policy")]),
        ("<A HREF='/p'>Our <b>Privacy</b>\n Policy</A>", [("https://www.acme.example/p", "Privacy Policy")]),
        ("<a class=x href=/tos><span>Terms</span></a>", [("https://www.acme.example/tos", "Terms of Service")]),
        ('<a href="https://other.example/t">Terms</a>', [("https://other.example/t", "Terms of Service")]),
        ('<a href="/l?a=1&amp;b=2">Terms</a>', [("https://www.acme.example/l?a=1&b=2", "Terms of Service")]),
        ('<a href="/p">Privacy &amp; Cookies</a>', [("https://www.acme.example/p", "Privacy Policy")]),
        (
            '<a href="/x" aria-label="Privacy policy"><svg></svg></a>',
            [("https://www.acme.example/x", "Privacy Policy")],
        ),
        ('<a href="/legal">Legal</a>', [("https://www.acme.example/legal", "")]),
        ('<a href="/jobs">Jobs</a>', []),
        ('<a href="#privacy">Privacy</a>', []),
        ('<a href="javascript:privacy()">Privacy</a>', []),
        ('<a href="mailto:privacy@acme.example">Privacy</a>', []),
        ('<a href="https://[::1/privacy">Privacy</a>', []),
        ("<a>Privacy</a>", []),
        ('<abbr href="/privacy">Privacy</abbr>', []),
    ],
)
def test_a_site_links_to_its_policies(html: str, found: list[tuple[str, str]]) -> None:
    assert links(html) == found


def test_of_several_links_the_sites_own_last_one_to_each_document_counts_and_privacy_comes_first() -> None:
    site = read_site(
        '<a href="/ad-terms">Terms</a><a href="/blog/privacy">Privacy</a><a href="/cookies">Cookies</a>'
        '<footer><a href="/terms">Terms</a><a href="https://policies.acme.example/privacy">Privacy</a></footer>'
        '<a href="https://consent.example/privacy">Privacy of our cookie banner</a>',
        HOME,
    )
    assert site.policies(HOME) == [
        Link("https://policies.acme.example/privacy", "Privacy Policy"),
        Link("https://www.acme.example/terms", "Terms of Service"),
        Link("https://www.acme.example/cookies", "Trackers Policy"),
    ]


def test_another_sites_page_about_legal_matters_is_not_its_own() -> None:
    site = read_site('<a href="/legal">Legal</a><a href="https://other.example/legal">Legal</a>', HOME)
    assert site.legal(HOME) == Link("https://www.acme.example/legal", "")


def test_a_page_says_what_its_site_is_called() -> None:
    html = (
        '<meta content=" Acme\n Maps " property="og:site_name"><meta name="application-name" content="Acme">'
        '<meta name="description" content="Maps"><meta property="og:site_name" content="">'
    )
    assert read_site(html, HOME).names == ("Acme Maps", "Acme")


def test_only_html_is_scanned() -> None:
    body = b'<a href="/privacy">Privacy</a>'
    assert site_of(Snapshot(HOME, NOW, body, "text/html")).links
    assert not site_of(Snapshot(HOME, NOW, body, "text/plain")).links


@pytest.mark.parametrize(
    "page",
    [
        lambda n: "<a " + "x=1 " * n + ">",
        lambda n: "<a " * n,
        lambda n: "<a href='" + "a" * n,
        lambda n: '<a "' * n,
        lambda n: "<a " + '""' * n,
        lambda n: "<a href=/privacy>" + "<" * n,
        lambda n: "<a href=/privacy>" * n,
        lambda n: "<meta " + "content=" * n + ">",
        lambda n: "<a href=/privacy>Privacy</a>" * n,
    ],
)
def test_the_scan_takes_linear_time_whatever_the_bytes_are(page: Callable[[int], str]) -> None:
    """Sixteen times the page takes no more than a hundred times as long; quadratic time would be 256 times."""

    def cost(n: int) -> float:
        text, best = page(n), float("inf")
        for _ in range(3):
            began = time.process_time()
            read_site(text, HOME)
            best = min(best, time.process_time() - began)
        return best

    assert cost(4_800) < 100 * max(cost(300), 0.0005)


def test_of_an_endless_page_the_beginning_and_the_end_are_scanned() -> None:
    page = '<meta property="og:site_name" content="Acme">' + "<p>shoes</p>" * 200_000 + '<a href="/p">Privacy</a>'
    site = read_site(page, HOME)
    assert (site.names, [link.url for link in site.links]) == (("Acme",), ["https://www.acme.example/p"])


@given(st.text(st.sampled_from(list("<>\"'=/ a href meta content privacy#&;")), max_size=200))
def test_whatever_is_scanned_only_addresses_of_the_web_come_out(text: str) -> None:
    for link in read_site(text, HOME).links:
        assert link.url.startswith(("https://", "http://"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://acme.example/", "https://policies.acme.example/privacy", True),
        ("https://www.acme.co.uk/", "https://acme.com/privacy", True),
        ("https://acme.example/", "https://acme.example.evil.example/", False),
        ("https://co.uk/", "https://com.au/", False),
        ("http://localhost/", "http://localhost/", False),
    ],
)
def test_hosts_with_one_name_before_the_public_suffix_are_one_site(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


def test_a_host_is_written_as_people_write_it() -> None:
    assert host("https://XN--bcher-kva.example/") == "bücher.example"
    assert [site_name(name) for name in ("docs.acme.example", "shop.acme.co.uk", "localhost", "co.uk")] == [
        "acme",
        "acme",
        "",
        "co",
    ]


# ---- one spelling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "spelling"),
    [
        ("HTTPS://Acme.Example/Privacy", "https://acme.example/Privacy"),
        ("https://acme.example", "https://acme.example/"),
        ("https://acme.example:443/privacy#choices", "https://acme.example/privacy"),
        ("HTTP://acme.example:80/", "http://acme.example/"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://acme.example/p?utm_source=x&lang=en&fbclid=y", "https://acme.example/p?lang=en"),
        ("https://acme.example/p?gclid=1", "https://acme.example/p"),
        ("https://acme.example/p?nodeId=GX7&hl=en", "https://acme.example/p?nodeId=GX7&hl=en"),
        ("https://acme.example/a/../privacy", "https://acme.example/privacy"),
    ],
)
def test_an_address_has_one_spelling(address: str, spelling: str) -> None:
    assert canonical(address) == spelling


@pytest.mark.parametrize(
    "address", ["", "acme.example", "/privacy", "ftp://acme.example/", "https://", "http://[::1", "mailto:x"]
)
def test_what_is_no_address_has_none(address: str) -> None:
    with pytest.raises(FetchError) as refusal:
        canonical(address)
    assert refusal.value.kind is FetchFailure.REFUSED


@given(
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(["http://", "https://", "HTTP://", "HtTpS://"]),
        st.sampled_from(["acme.example", "ACME.example", "bücher.example", "127.0.0.1", "[::1]", "a@b.example"]),
        st.sampled_from(["", ":80", ":443", ":8080", ":"]),
        st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(lambda text: "/" + text),
        st.sampled_from(["", "?utm_source=x", "?a=1&utm_medium=2&b", "?&&", "#x"]),
    )
)
@example("HTTP://EXAMPLE.com:80/a")
@example("http://acme.example/%zz%C3%A4/%2e%2e/./b")
def test_the_spelling_of_a_spelling_is_itself(address: str) -> None:
    spelling = canonical(address)
    assert canonical(spelling) == spelling
    assert not any(pair.startswith("utm_") for pair in spelling.partition("?")[2].split("&"))
