"""The feed, as a feed reader reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from time import struct_time

import feedparser
from selectolax.lexbor import LexborHTMLParser

from bot.model import StoryKind
from bot.web.feed import ENTRIES, stable_id
from tests.web.house import CHANGE, DAY, FOUND, HOUR, NINETY, NOW, POND, PROMISE, THIRTY, TOPICS, TRAINING, House, added


def when(stamp: struct_time) -> datetime:
    return datetime(*stamp[:6], tzinfo=UTC)


async def read(house: House, path: str = "/feed.xml") -> feedparser.FeedParserDict:
    answer = await house.get(path)
    assert answer.headers["Content-Type"] == "application/atom+xml"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


async def test_an_empty_feed_is_a_feed(house: House) -> None:
    feed = await read(house)
    assert feed.entries == []
    assert feed.feed.title == "Smallprint"


async def test_an_entry_tells_the_change_with_its_marks() -> None:
    house = House(public_url="https://bot.example")
    house.tell()
    (entry,) = (await read(house)).entries
    assert entry.title == f"Chirrup Privacy Policy: New wording about {TOPICS['ai']}"
    assert entry.link == "https://bot.example/changes/news"
    assert when(entry.published_parsed) == FOUND + HOUR
    assert [tag.term for tag in entry.tags] == ["ai", "content-licence", "retention"]
    content = LexborHTMLParser(entry.content[0].value)
    assert entry.content[0].type == "text/html"
    assert [node.text() for node in content.css("blockquote")] == [TRAINING, THIRTY, NINETY, PROMISE]
    assert [node.text() for node in content.css("del")] == ["thirty", PROMISE]
    assert content.css_first("a").attributes["href"] == "https://bot.example/changes/news"
    assert "In effect from 9 April 2026" in content.text()


async def test_titles_are_plain_text(house: House) -> None:
    house.tell(of=replace(POND, id="chirrup/privacy-policy", service="Fish & Chips <b>"))
    (entry,) = feedparser.parse((await house.get("/feed.xml")).content, sanitize_html=False).entries
    assert entry.title.startswith("Fish & Chips <b> Terms of Service: ")


async def test_ids_are_for_ever_and_do_not_depend_on_the_address(house: House) -> None:
    assert stable_id("2023-08-23-x-privacy-policy-3f9a") == "urn:uuid:c2133356-58ee-5919-b37e-446ed0681911"
    house.tell()
    here = await read(house)
    public = House(public_url="https://bot.example", title="Another title")
    public.tell()
    there = await read(public)
    assert here.entries[0].id == there.entries[0].id == stable_id("news")
    assert here.feed.id == there.feed.id


async def test_follow_ups_are_entries_that_lead_to_the_change() -> None:
    house = House(public_url="https://bot.example")
    house.tell()
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    gone, news = (await read(house)).entries
    assert gone.title == "Chirrup Privacy Policy: Withdrawn: the policy no longer says this"
    assert gone.link == "https://bot.example/changes/news#gone"
    assert TRAINING in gone.content[0].value
    assert PROMISE not in gone.content[0].value, "the leading quote is enough"
    assert when(news.updated_parsed) == when(gone.updated_parsed) == FOUND + DAY + HOUR
    assert when(news.published_parsed) == FOUND + HOUR


async def test_a_retracted_entry_is_updated_and_keeps_its_id(house: House) -> None:
    house.tell()
    before = (await read(house)).entries[0]
    house.retract("news", "The sentence had only moved.")
    correction, after = (await read(house)).entries
    assert after.id == before.id
    assert when(after.updated_parsed) == NOW
    assert after.title.startswith("Retracted: ")
    assert "The sentence had only moved." in after.content[0].value
    assert correction.title == "Chirrup Privacy Policy: Retracted by the operator of this bot"
    assert when((await read(house)).feed.updated_parsed) == NOW


async def test_what_is_not_posted_yet_is_not_in_the_feed(house: House) -> None:
    house.tell(sent_to=(), owed_to=("local",))
    assert (await read(house)).entries == []


async def test_a_feed_holds_the_newest(house: House) -> None:
    for number in range(ENTRIES + 5):
        house.tell(f"news-{number:02}", added(f"Sentence {number} is new."), at=FOUND + number * HOUR)
    entries = (await read(house)).entries
    assert [entry.id for entry in entries] == [stable_id(f"news-{n:02}") for n in range(ENTRIES + 4, 4, -1)]


async def test_a_policys_feed_has_its_own_changes_alone(house: House) -> None:
    house.tell("ours", CHANGE)
    house.tell("theirs", added("A sentence of Pondlife."), of=POND)
    feed = await read(house, "/policies/pondlife/terms-of-service/feed.xml")
    assert feed.feed.title == "Pondlife Terms of Service · Smallprint"
    assert [entry.id for entry in feed.entries] == [stable_id("theirs")]
    assert feed.feed.id != (await read(house)).feed.id


async def test_an_unchanged_feed_has_the_same_bytes(house: House) -> None:
    house.tell()
    assert (await house.get("/feed.xml")).content == (await house.get("/feed.xml")).content


async def test_without_a_public_address_links_are_relative_to_the_feed(house: House) -> None:
    house.tell()
    raw = (await house.get("/policies/chirrup/privacy-policy/feed.xml")).text
    assert 'href="../../../changes/news"' in raw
    assert "house.example" not in raw
