"""Section D: a company's words on every way out. Only our own link is live, a reader sees the words, nothing breaks."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import feedparser
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot import log
from bot.model import Change, Edit, EditKind, Event, EventKind, Part, Policy, Quote, Rename, Story, StoryKind, Verdict
from bot.platforms import build
from bot.ports import PlatformSetup
from bot.web.text import plain
from bot.write.compose import compose
from bot.write.inert import inert, visible
from bot.write.quote import proof_form
from tests.fakes import bluesky, mastodon, x
from tests.hostile.table import FOLDER, Row, rows
from tests.hostile.test_addresses import spelt_out
from tests.test_log import _logging_as_it_was
from tests.web.house import FOUND, House
from tests.web.test_hostile import strangers_in

__all__ = ["_logging_as_it_was"]

D = rows("D")
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LINK = "https://smallprint.example/changes/2026-03-03-acme"
TEXTS = [
    pytest.param(row, spelt_out(text), id=f"{row.id}-{number}")
    for row in D
    for number, text in enumerate(row.list("texts"))
]
PLATFORMS = {
    name: build(name, PlatformSetup(options={}, secret=lambda name: "", public_url="https://smallprint.example"))
    for name in ("x", "bluesky", "mastodon")
}
#: What turns the direction of reading, hides, or steers a terminal.
TRICKS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


def live(name: str, part: Part) -> set[str]:
    """What the platform would make live in a part."""
    payload = json.loads(part.payload)
    if name == "bluesky":
        return bluesky.live(payload["record"])
    return {"x": x, "mastodon": mastodon}[name].live(payload["text"])


def words(name: str, part: Part) -> str:
    payload = json.loads(part.payload)
    return str(payload["record"]["text"] if name == "bluesky" else payload["text"])


def story(text: str, kind: StoryKind = StoryKind.POST) -> Story:
    """A story of which every word that comes from outside is this text."""
    policy = Policy("acme/policy", text, text, f"javascript:{text}", language="en")
    new = Edit(EditKind.ADDED, text, None, f"We may {text} now.", 1.5, (text,), (text,))
    again = Edit(EditKind.REWORDED, text, f"We keep {text} before.", f"We keep {text} after.", 1.2, (), (text,))
    quotes = (Quote(new.after or "", EditKind.ADDED, text), Quote(again.after or "", again.kind, text, again.before))
    change = Change(Verdict.POST, (text,), (new, again), (Rename(text, f"{text}x", 3),), topics=(text,), quotes=quotes)
    under = "" if kind is StoryKind.POST else "first"
    return Story("2026-03-03-acme", policy, kind, change, NOON, NOON, "0" * 64, under=under, note=text)


# ---- posts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("row", "text"), TEXTS)
def test_in_posts_only_our_own_link_is_live(row: Row, text: str, platform: str) -> None:
    publisher = PLATFORMS[platform]
    for kind in (StoryKind.POST, StoryKind.CORRECTION) if row.more.get("cut") else StoryKind:
        parts = publisher.prepare(compose(story(text, kind), publisher, LINK), NOON)
        assert parts
        for part in parts:
            assert live(platform, part) <= {LINK}
            said = words(platform, part)
            assert not TRICKS.search(said.replace("\n", ""))
            assert publisher.length(said) <= publisher.limit


@pytest.mark.parametrize(("row", "text"), TEXTS)
def test_a_reader_sees_the_words_and_they_are_proved_in_one_form(row: Row, text: str) -> None:
    said = inert(text)
    if "capped" in row.more:
        assert len(said) <= row.more["capped"]
        return
    seen = TRICKS.sub(lambda found: " " if found[0] in "\r\x85\u2028\u2029" else "", text)
    assert visible(said) == visible(seen)
    assert proof_form(said) == proof_form(seen)


# ---- page and feed --------------------------------------------------------------------------------------------------


#: A reader's answers, and which story and policy each is of.
Answers = dict[str, httpx.Response]


async def visit(texts: Sequence[str], only: str = "") -> Answers:
    """Every page, feed and number of a house in which every word is one of these texts, a story each."""
    house = House()
    paths = ["/", "/policies", "/feed.xml", "/metrics"]
    for number, text in enumerate(texts):
        told = story(text)
        policy = replace(told.policy, id=f"acme-{number}/policy")
        house.store.add_policy(policy)
        house.read(policy, f"A text: {text}")
        house.tell(f"news-{number}", told.change, of=policy, at=FOUND, sent_to=("local", "bluesky"))
        house.tell(f"x-{number}", told.change, of=policy, kind=StoryKind.WITHDRAWN, under=f"news-{number}", at=FOUND)
        house.counters.listen(Event(EventKind.FAILED, NOON, policy=policy, reasons=(text, text)))
        house.counters.listen(Event(EventKind.NOT_SENT, NOON, publisher="local", reasons=(text,)))
        paths += [f"/changes/news-{number}", f"/policies/{policy.id}", f"/policies/{policy.id}/feed.xml"]
    found = {path: await house.get(path) for path in paths if path == only or not only}
    house.store.close()
    return found


@pytest.fixture(scope="module")
def answers() -> Answers:
    return asyncio.run(visit([str(param.values[1]) for param in TEXTS]))


def of(answers: Answers, text: str) -> Answers:
    """Those that are of one text, and those that hold them all."""
    number = [param.values[1] for param in TEXTS].index(text)
    own = (f"/changes/news-{number}", f"/policies/acme-{number}/policy", f"/policies/acme-{number}/policy/feed.xml")
    return {path: answers[path] for path in own}


def look_at(path: str, answer: httpx.Response) -> None:
    """A page or feed has no markup of theirs, no link, and nothing hidden."""
    assert answer.status_code == 200, path
    kind = answer.headers["Content-Type"]
    if kind.startswith("text/html"):
        assert strangers_in(answer.text) == set(), path
        assert not TRICKS.search(answer.text.replace("\n", "")), path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        for node in LexborHTMLParser(answer.text).css("[href]"):
            href = node.attributes["href"] or ""
            assert ":" not in href or href.startswith(("https://operator.example/", "https://bluesky.example/post/")), (
                href
            )
    elif "xml" in kind:
        ElementTree.fromstring(answer.content)
        feed = feedparser.parse(answer.content, sanitize_html=False)
        assert not feed.bozo
        assert feed.entries
        for entry in feed.entries:
            assert strangers_in(entry.content[0].value) == set()
            links = LexborHTMLParser(entry.content[0].value).css("[href]")
            assert all(":" not in (node.attributes["href"] or "") for node in links)


@pytest.mark.parametrize(("row", "text"), TEXTS)
def test_no_page_or_feed_has_markup_or_a_link_of_theirs(answers: Answers, row: Row, text: str) -> None:
    for path, answer in of(answers, text).items():
        look_at(path, answer)


@pytest.mark.parametrize("path", ["/", "/policies", "/feed.xml"])
def test_nor_has_a_page_of_all_of_them(answers: Answers, path: str) -> None:
    look_at(path, answers[path])


@pytest.mark.parametrize(("row", "text"), TEXTS)
def test_the_words_can_be_read_on_the_page(answers: Answers, row: Row, text: str) -> None:
    page = next(answer for path, answer in of(answers, text).items() if path.startswith("/changes"))
    main = LexborHTMLParser(page.text).css_first("main")
    assert main is not None
    seen = visible(main.text(separator="")).replace(" ", "")
    whole = visible(plain(text)).replace(" ", "")
    assert whole in seen
    assert "7*7" not in text or "49" not in seen


def test_numbers_have_no_word_of_theirs(answers: Answers) -> None:
    harmless = asyncio.run(visit(["We keep it."] * len(TEXTS), "/metrics"))
    assert answers["/metrics"].text == harmless["/metrics"].text


# ---- the log --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "file"])
@pytest.mark.parametrize(("row", "text"), TEXTS)
def test_an_event_is_one_line_of_the_log(row: Row, text: str, terminal: bool) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    log.configure("debug", stream=stream)
    told = story(text)
    posts = {"x": compose(told, PLATFORMS["x"], LINK).parts}
    log.write(Event(EventKind.POST, NOON, policy=told.policy, story=told, posts=posts, reasons=(text,), publisher=text))
    (line,) = stream.getvalue().splitlines()
    if not terminal:
        assert line.isascii()
        assert json.loads(line)["why"] == text


# ---- the rest -------------------------------------------------------------------------------------------------------


def test_it_is_stored_as_it_is() -> None:
    house = House()
    texts = [str(param.values[1]) for param in TEXTS]
    for number, text in enumerate(texts):
        policy = Policy(f"acme-{number}/policy", text, text, "https://acme.example/")
        house.store.add_policy(policy)
        house.tell(f"news-{number}", story(text).change, of=policy)
        house.read(policy, text)
    for number, text in enumerate(texts):
        found = house.store.policy(f"acme-{number}/policy")
        assert found.service == found.document == text.replace("\0", "\ufffd"), "a name is kept without NUL"
        assert house.store.story(f"news-{number}").change == story(text).change
        current = house.store.reading(found.id).current
        assert current is not None
        assert house.store.version(current.id).text == text
    house.store.close()


def test_nothing_is_exported_that_a_spreadsheet_would_run() -> None:
    """No table of text of others leaves the bot; whoever adds one prefixes "=", "+", "-" and "@" in it."""
    source = FOLDER.parent.parent / "bot"
    tables = [
        path.name
        for path in source.rglob("*.py")
        if re.search(r"\bimport csv\b|text/csv|spreadsheet", path.read_text())
    ]
    assert tables == []


MARKUP = ["]]>", "-->", "</script>", "<![CDATA[", "{{x}}", "<svg/onload=", "&#x0;", "\"'>"]
ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "<>&\"'`=/{}%#@$.:;\\-_ \n\r\t\x00\x0b\x0c\x1b\x7f\x85\u2028\u202e\u2066\u200b\u200d\ufeff\ufffe\uffff"
        ),
    ),
    max_size=60,
)


ODD_LISTS = st.lists(
    ODD | st.sampled_from(MARKUP).flatmap(lambda mark: ODD.map(lambda odd: mark + odd)), min_size=4, max_size=8
)


def _look_at_all(texts: list[str]) -> None:
    for path, answer in asyncio.run(visit(texts)).items():
        look_at(path, answer)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=ODD_LISTS)
def test_whatever_the_words_nothing_of_page_or_feed_is_theirs(texts: list[str]) -> None:
    _look_at_all(texts)


@pytest.mark.simulation
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=ODD_LISTS)
def test_whatever_the_words_and_many_of_them(texts: list[str]) -> None:
    _look_at_all(texts)


def test_a_hole_in_the_escaping_would_be_seen() -> None:
    assert strangers_in("<main><p onclick='x'>a<script>1</script></p></main>") == {"p[onclick]", "script"}
    assert replace(story("x"), note="y") != story("x")
