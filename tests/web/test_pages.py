"""The list of changes, and what all pages share."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.model import StoryKind
from tests.web.house import (
    DAY,
    FOUND,
    HOUR,
    POND,
    House,
    added,
    reworded,
    words,
)

# ---- what is shown, and what is not --------------------------------------------------------------------------


async def test_a_bot_that_told_nothing_says_so(house: House) -> None:
    page = await house.page("/")
    assert "Nothing has changed yet" in words(page.body)
    assert "reads 2 policies" in words(page.body)


async def test_a_change_appears_when_the_bots_own_page_has_settled_it(house: House) -> None:
    house.tell("news", sent_to=(), owed_to=("local",))
    assert not (await house.page("/")).css("article")
    assert (await house.get("/changes/news")).status_code == 404
    assert (await house.get("/changes/news.json")).status_code == 404
    house.send("news")
    assert len((await house.page("/")).css("article")) == 1
    assert (await house.get("/changes/news")).status_code == 200


async def test_a_change_that_another_platform_alone_took_is_not_on_the_page(house: House) -> None:
    house.tell("news", sent_to=("bluesky",), owed_to=("local",))
    assert (await house.get("/changes/news")).status_code == 404


async def test_changes_stand_newest_first_and_follow_ups_are_no_changes(house: House) -> None:
    for day in range(3):
        house.tell(f"news-{day}", added(f"Sentence {day} is new."), at=FOUND + day * DAY)
    house.tell("back", kind=StoryKind.WITHDRAWN, under="news-0", at=FOUND + 5 * DAY)
    links = [node.attributes["href"] for node in (await house.page("/")).css("article a")]
    assert links == ["changes/news-2", "changes/news-1", "changes/news-0"]


async def test_earlier_changes_are_reached_page_by_page_and_each_once(house: House) -> None:
    names = [f"news-{number:03}" for number in range(47)]
    for number, name in enumerate(names):
        house.tell(name, added(f"Sentence {number} is new."), at=FOUND + number * HOUR)
        house.tell(f"{name}-x", kind=StoryKind.WITHDRAWN, under=name, at=FOUND + number * HOUR)
    seen: list[str] = []
    path: str | None = "/"
    while path is not None:
        page = await house.page(path)
        seen += [(node.attributes["href"] or "").rsplit("/")[-1] for node in page.css("article h2 a")]
        older = page.css_first('nav.pager a[rel="next"]')
        path = f"/before/{(older.attributes['href'] or '').rsplit('/')[-1]}" if older else None
    assert seen == names[::-1]
    by_query, by_path = await house.page(f"/?before={names[40]}"), await house.page(f"/before/{names[40]}")
    assert words(by_query.css_first("main")) == words(by_path.css_first("main"))


async def test_an_unknown_place_in_the_list_is_not_found(house: House) -> None:
    assert (await house.get("/before/nothing")).status_code == 404


# ---- the frame -------------------------------------------------------------------------------------------------


async def test_the_operator_can_be_reached(house: House) -> None:
    contact = (await house.page("/about")).css_first("section[aria-labelledby=contact] a")
    assert contact.attributes["href"] == "https://operator.example/contact"
    post = House(contact="ada@operator.example")
    assert (await post.page("/about")).css_first('a[href="mailto:ada@operator.example"]') is not None
    words_only = House(contact="Ask Ada <ada>")
    page = await words_only.page("/about")
    assert "Ask Ada <ada>" in words(page.css_first("section[aria-labelledby=contact]"))
    assert page.css_first("section[aria-labelledby=contact] a") is None


async def test_a_page_can_be_walked_without_eyes_or_a_mouse(house: House) -> None:
    house.tell()
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    for path in ("/", "/changes/news", "/policies", "/policies/chirrup/privacy-policy", "/about"):
        page = await house.page(path)
        assert page.css_first("html").attributes["lang"] == "en"
        assert page.css_first("body > a").attributes["href"] == "#main", "the first stop skips to the content"
        for landmark in ("header.masthead", "nav[aria-label]", "main#main", "footer"):
            assert page.css_first(landmark) is not None, (path, landmark)
        levels = [int((node.tag or "")[1]) for node in page.css("h1, h2, h3, h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(lower - upper <= 1 for upper, lower in pairwise(levels)), (path, levels)
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids))
        for node in page.css("[aria-labelledby]"):
            assert node.attributes["aria-labelledby"] in ids


async def test_quotes_carry_their_own_language_and_direction(house: House) -> None:
    arabic = replace(POND, id="kitab/terms", service="كتاب", language="ar")
    house.store.add_policy(arabic)
    house.tell(change=reworded("يجوز لنا استخدام بياناتك.", "يجوز لنا بيع بياناتك."), of=arabic)
    for node in (await house.page("/changes/news")).css("blockquote"):
        assert node.attributes["lang"] == "ar"
        assert node.attributes["dir"] == "auto"


async def test_a_link_card_says_the_same_as_the_page(house: House) -> None:
    public = House(public_url="https://bot.example")
    public.tell()
    page = await public.page("/changes/news")
    card = {node.attributes["property"]: node.attributes["content"] for node in page.css("meta[property]")}
    assert card["og:title"] == page.css_first("title").text()
    assert (
        card["og:url"] == page.css_first("link[rel=canonical]").attributes["href"] == "https://bot.example/changes/news"
    )
    assert card["og:description"] == "In “2.1 Information you give us”. Takes effect 9 April 2026."


async def test_what_is_not_there_is_said_kindly_and_echoes_nothing(house: House) -> None:
    for path in ("/nothing", "/changes/nothing", "/policies/x/y", "/changes/%2e%2e", "/a/b/c/d/%3Cimg%3E-echo"):
        answer = await house.get(path)
        assert answer.status_code == 404
        assert "There is no such page" in answer.text
        assert "echo" not in answer.text
    assert (await house.get("/changes/nothing.json")).json() == {"error": "There is no such page"}
    assert (await house.client.post("/about")).status_code == 405


async def test_an_address_with_a_slash_at_its_end_leads_to_the_page(house: House) -> None:
    house.tell()
    answer = await house.get("/changes/news/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "../news")


async def test_a_bug_is_a_plain_page_and_not_hidden_from_the_log(house: House) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("the inner workings of the bot")

    from bot.web import build

    app = build(**{**house.settings, "store": Broken()})
    answer = await house.client_of(app, bugs=False).get("/")
    assert answer.status_code == 500
    assert "It is the bot’s fault and not yours" in answer.text
    assert "inner workings" not in answer.text
    with pytest.raises(RuntimeError):
        await house.client_of(app).get("/")


async def test_json_is_plain_ascii_for_any_text(house: House) -> None:
    house.tell(change=added("half a pair \ud800 and\u2028 a line"))
    body = (await house.get("/changes/news.json")).content
    assert body.isascii()
    assert json.loads(body)["quotes"][0]["text"] == "half a pair \ud800 and\u2028 a line"
