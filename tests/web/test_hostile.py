"""Text of others is inert on every page and in the feed, whatever it holds (bad-inputs, section D)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import feedparser
import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.model import Change, Edit, EditKind, Policy, Quote, Rename, StoryKind, Verdict
from bot.web.text import plain
from tests.web.house import DAY, FOUND, NOW, House

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '<img src=x onerror="alert(1)">',
    "svg": "<svg/onload=alert(1)>",
    "attribute": "\"' onmouseover='alert(1)' autofocus onfocus=\"alert(1)",
    "refresh": '"><meta http-equiv=refresh content="0;url=https://evil.example/">',
    "title": "</title></style></script><!-- --><h1>Hello</h1>",
    "entities": "&lt;script&gt; &#60;script&#62; &amp;amp; &#x0;",
    "cdata": "]]> <![CDATA[ ]]&gt;",
    "template": "{{7*7}} {% raw %} {# #} ${7*7} %(secret)s {0.__class__} {{ cycler.__init__.__globals__ }}",
    "bidi": "\u202eright to left\u202c \u2066isolated \u200e\u200f",
    "controls": "\x00\x01\x08\x0b\x0c\x1b[31m\x7f\x85\ufffe\uffff",
    "surrogates": "\ud800 \udfff",
    "accents": "Z" + "\u0351" * 500,
    "link": "javascript:alert(1) data:text/html,<b> https://evil.example @victim #tag",
    "lines": "one\r\ntwo\u2028three\nX-Header: injected\r\n\r\n<b>",
}
#: Some of everything, as a company would never write it.
ALL = " ".join(HOSTILE.values())


def hostile_policy(text: str, number: int = 0) -> Policy:
    return Policy(
        f"hostile-{number}/policy",
        f"Evil {text}",
        f"Policy {text}",
        f"javascript:alert(1)//{text}",
        language=f"en{text}",
    )


def hostile_change(text: str) -> Change:
    edit = Edit(EditKind.REWORDED, f"2.1 {text}", f"We may {text} keep data.", f"We may not {text} keep data.", 1.5)
    gone = Edit(EditKind.REMOVED, text, f"Gone {text}", None, 1.0)
    new = Edit(EditKind.ADDED, "", None, f"New {text}", 1.0)
    return Change(
        Verdict.POST,
        (f"reason {text}", f"new sentence about {text}"),
        (edit, gone, new),
        (Rename(f"Old {text}", f"New {text}", 3),),
        topics=(text, "ai"),
        quotes=(
            Quote(edit.after or "", EditKind.REWORDED, edit.section, edit.before),
            Quote(f"Gone {text}", EditKind.REMOVED, text),
            Quote(f"… {text} …", EditKind.ADDED, text),
        ),
    )


@pytest.fixture(scope="module")
def visited() -> dict[str, httpx.Response]:
    """Every page of a house in which every text is hostile, looked at once."""
    return asyncio.run(visit(House(), list(HOSTILE.values())))


async def visit(house: House, texts: list[str]) -> dict[str, httpx.Response]:
    paths = ["/", "/policies", "/about", "/feed.xml"]
    for number, text in enumerate(texts):
        policy, name = hostile_policy(text, number), f"news-{number}"
        house.store.add_policy(policy)
        house.read(policy, f"A text: {text}")
        house.tell(name, hostile_change(text), of=policy, at=FOUND, sent_to=("local", "bluesky"))
        house.tell(f"{name}-x", hostile_change(text), of=policy, at=FOUND + DAY, kind=StoryKind.WITHDRAWN, under=name)
        house.retract(name, f"Note {text}", NOW)
        paths += [
            f"/changes/{name}",
            f"/policies/{policy.id}",
            f"/policies/{policy.id}/feed.xml",
            f"/changes/{name}.json",
        ]
    return {path: await house.get(path) for path in paths}


def pages(visited: dict[str, httpx.Response]) -> dict[str, httpx.Response]:
    return {path: each for path, each in visited.items() if each.headers["Content-Type"].startswith("text/html")}


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: All elements and attributes that our own templates use.
ELEMENTS = names(
    """html head meta title link body a header div p nav ul ol li main footer article section figure figcaption
    blockquote cite bdi h1 h2 h3 span strong code ins del dl dt dd time details summary"""
)
ATTRIBUTES = names(
    """lang charset name content http-equiv href rel type title class id tabindex aria-label aria-labelledby
    aria-current role dir datetime open property"""
)


def strangers_in(markup: str) -> set[str]:
    """Elements and attributes that none of our templates writes."""
    found = set()
    for node in LexborHTMLParser(markup).css("*"):
        found |= {node.tag or ""} - ELEMENTS
        found |= {f"{node.tag}[{name}]" for name in node.attributes if name not in ATTRIBUTES}
    return found


def test_every_page_is_there(visited: dict[str, httpx.Response]) -> None:
    assert {path: each.status_code for path, each in visited.items() if each.status_code != 200} == {}


def test_no_text_becomes_markup(visited: dict[str, httpx.Response]) -> None:
    for path, each in pages(visited).items():
        assert strangers_in(each.text) == set(), path
        page = LexborHTMLParser(each.text)
        assert len(page.css("title")) == len(page.css("h1")) == len(page.css("main")) == 1, path
        assert {node.attributes["http-equiv"] for node in page.css("meta[http-equiv]")} == {"Content-Security-Policy"}


def test_no_text_becomes_a_link(visited: dict[str, httpx.Response]) -> None:
    allowed = {
        "https://operator.example/contact",
        *(f"https://bluesky.example/post/news-{n}" for n in range(len(HOSTILE))),
    }
    for path, each in pages(visited).items():
        for node in LexborHTMLParser(each.text).css("[href]"):
            href = node.attributes["href"] or ""
            assert href in allowed or ":" not in href, (path, href)


def test_the_words_are_still_there_to_read(visited: dict[str, httpx.Response]) -> None:
    text = LexborHTMLParser(visited["/changes/news-0"].text).css_first("main").text()
    assert text.count("<script>alert(1)</script>") > 5


def test_nothing_hidden_or_turning_reaches_a_reader(visited: dict[str, httpx.Response]) -> None:
    for path, each in visited.items():
        if not path.endswith(".json"):
            assert not set(each.text) & set(
                "\u202e\u202c\u2066\u200e\u200f\u2028\x00\x01\x08\x0b\x0c\x1b\x7f\x85\ufffe\uffff"
            ), path
            assert "\u0351" * 10 not in each.text, path


def test_no_template_in_a_text_is_run(visited: dict[str, httpx.Response]) -> None:
    number = list(HOSTILE).index("template")
    text = LexborHTMLParser(visited[f"/changes/news-{number}"].text).css_first("main").text()
    assert "{{7*7}}" in text
    assert "{{ cycler.__init__.__globals__ }}" in text
    assert "49" not in text


def test_no_text_reaches_a_header(visited: dict[str, httpx.Response]) -> None:
    for each in visited.values():
        assert not [name for name in each.headers if "x-header" in name.lower()]
    assert "evil" not in str([list(each.headers.items()) for each in visited.values()]).casefold()


def test_the_feed_stays_well_formed_and_inert(visited: dict[str, httpx.Response]) -> None:
    for path in (path for path in visited if path.endswith("feed.xml")):
        feed = feedparser.parse(visited[path].content, sanitize_html=False)
        assert not feed.bozo, (path, feed.get("bozo_exception"))
        assert feed.entries
        for entry in feed.entries:
            assert strangers_in(entry.content[0].value) == set(), path
            links = LexborHTMLParser(entry.content[0].value).css("[href]")
            assert all(":" not in (node.attributes["href"] or "") for node in links), path


async def test_everything_at_once(house: House) -> None:
    for path, each in pages(await visit(house, [ALL])).items():
        assert each.status_code == 200
        assert strangers_in(each.text) == set(), path


async def test_a_hostile_title_or_contact_of_the_operators_own_is_inert_too() -> None:
    house = House(title=f"Site {ALL}", contact=f"javascript:alert(1)//{ALL}")
    for path in ("/", "/about", "/policies"):
        assert strangers_in((await house.get(path)).text) == set()
    assert not feedparser.parse((await house.get("/feed.xml")).content).bozo


async def test_a_host_header_gets_nowhere(house: House) -> None:
    house.tell()
    for path in (
        "/",
        "/changes/news",
        "/feed.xml",
        "/nothing",
        "/changes/news/",
        "//evil.example/",
        "//evil.example/x",
    ):
        answer = await house.get(path, Host="evil.example/changes/news?")
        assert "evil" not in answer.text
        assert "//" not in answer.headers.get("Location", "")
        assert answer.headers.get("Location", "").partition("evil")[0] in ("", "../", "../news")


async def test_a_language_that_is_none_is_left_open(house: House) -> None:
    policy = replace(hostile_policy("x"), language='en" onclick="alert(1)')
    house.store.add_policy(policy)
    house.tell(of=policy)
    assert {node.attributes["lang"] for node in (await house.page("/changes/news")).css("blockquote")} == {""}


def test_cleaning_a_text_leaves_its_words_alone() -> None:
    words = "We keep “data” for 30 days; e.g. at example.com, @home, #1, $5 – naïve, 日本語, नमस्ते, کتاب‌ها, 👨‍👩‍👧."
    assert plain(words) == words
