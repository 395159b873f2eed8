"""Relative links hold wherever the site stands."""

from __future__ import annotations

from itertools import product
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import links
from bot.web.links import Place

PATHS = [
    "/",
    "/about",
    "/policies",
    "/policies/a/b",
    "/policies/a/b/feed.xml",
    "/changes/x",
    "/changes/x.json",
    "/feed.xml",
    "/style.css",
]


@pytest.mark.parametrize("root", ["https://bot.example", "https://host.example/some/prefix"])
def test_a_link_leads_there_from_anywhere(root: str) -> None:
    for here, there in product(PATHS, PATHS):
        assert urljoin(root + here, Place(here).to(there)) == root + there


@pytest.mark.parametrize("here", PATHS)
def test_in_an_export_a_link_leads_to_the_folder(here: str) -> None:
    def as_exported(path: str) -> str:
        return path if links.is_file(path) or path == "/" else f"{path}/"

    for there in PATHS:
        link = Place(here, folders=True).to(there)
        assert urljoin("https://bot.example" + as_exported(here), link) == "https://bot.example" + as_exported(there)


def test_queries_and_fragments_stay() -> None:
    assert Place("/changes/x").to("/style.css?abc") == "../style.css?abc"
    assert Place("/changes/x").to("/changes/y#z") == "./y#z"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=12))
def test_no_name_leaves_its_place_or_becomes_another_scheme(name: str) -> None:
    for here in ("/", "/about", "/changes/x"):
        address = urlsplit(urljoin(f"https://bot.example{here}", Place(here).to(links.change(name))))
        assert (address.scheme, address.netloc, address.query, address.fragment) == ("https", "bot.example", "", "")
        assert unquote(address.path) == f"/changes/{name}"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://x.example/%0aalert(1)",
        "data:text/html,x",
        "//evil.example/",
        "/local",
        "",
        "https://",
        "https://x.example/\u202egnp",
        'https://x.example/"onmouseover=',
        "https://x.example/\nhttps://evil.example",
        "https://evil.example\\@good.example/",
        "https://[broken/",
        "ftp://x.example/",
    ],
)
def test_only_the_web_is_linked_to(url: str) -> None:
    assert links.outside(url) == ""


def test_a_policy_and_the_operator_can_be_reached() -> None:
    assert links.outside("https://x.example/privacy?lang=en#top") == "https://x.example/privacy?lang=en#top"
    assert links.reachable("ada@operator.example") == "mailto:ada@operator.example"
    assert links.reachable("https://operator.example/") == "https://operator.example/"
    assert links.reachable("ask Ada") == ""
    assert links.reachable("a@b?subject=x") == ""
