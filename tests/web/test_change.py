"""A change's page: what changed, what became of it, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.model import EditKind, Quote, Standpoint, StoryKind
from tests.web.house import (
    CHANGE,
    CHIRRUP,
    DAY,
    FOUND,
    GIVEN,
    HOUR,
    NINETY,
    NOW,
    PROMISE,
    SHA256,
    THIRTY,
    TOPICS,
    TRAINING,
    House,
    added,
    reworded,
    standing,
    words,
)


def quoted(page: LexborHTMLParser) -> list[str]:
    return ["".join(node.text().split("\n")).strip() for node in page.css(".quotes blockquote")]


# ---- a change --------------------------------------------------------------------------------------------------


async def test_a_change_is_told_in_one_line_with_its_policy(house: House) -> None:
    house.tell()
    page = await house.page("/changes/news")
    assert words(page.css_first("h1")) == f"Chirrup Privacy Policy New wording about {TOPICS['ai']}"
    assert page.css_first("title").text() == f"Chirrup Privacy Policy: New wording about {TOPICS['ai']}"


@pytest.mark.parametrize(
    ("kind", "topics", "headline"),
    [
        (EditKind.ADDED, (), "New wording"),
        (EditKind.REWORDED, ("fees",), f"Changed wording about {TOPICS['fees']}"),
        (EditKind.REMOVED, ("sale",), f"Wording about {TOPICS['sale']} is gone"),
        (EditKind.ADDED, ("a-topic-of-tomorrow",), "New wording"),
    ],
)
async def test_headlines_say_what_happened_and_never_what_it_means(
    house: House, kind: EditKind, topics: tuple[str, ...], headline: str
) -> None:
    house.tell(change=replace(CHANGE, topics=topics, quotes=(Quote("Some words of the policy.", kind),)))
    assert (await house.page("/changes/news")).css_first("h1").text().strip().endswith(headline)


async def test_a_headline_is_about_its_leading_quote_and_the_reasons_about_everything(house: House) -> None:
    house.tell()
    page = await house.page("/changes/news")
    assert TOPICS["retention"] not in words(page.css_first("h1"))
    assert TOPICS["retention"] in words(page.css_first("section[aria-labelledby=why]"))


async def test_quotes_are_whole_and_marked_word_by_word(house: House) -> None:
    house.tell()
    page = await house.page("/changes/news")
    assert quoted(page) == [TRAINING, THIRTY, NINETY, PROMISE]
    new, was, now, gone = page.css(".quotes blockquote")
    assert [node.text() for node in new.css("ins")] == [TRAINING]
    assert [node.text() for node in was.css("del")] == ["thirty"]
    assert [node.text() for node in now.css("ins")] == ["ninety"]
    assert [node.text() for node in gone.css("del")] == [PROMISE]
    assert GIVEN in words(page.css_first(".quote figcaption"))


async def test_a_quote_that_a_post_had_to_cut_is_whole_on_its_page(house: House) -> None:
    before = "We keep logs for thirty days, and after that only totals, unless a court tells us otherwise."
    after = before.replace("thirty", "ninety")
    change = reworded(before, after)
    cut = Quote("… logs for ninety days …", EditKind.REWORDED, change.quotes[0].section, "… logs for thirty days …")
    house.tell(change=replace(change, quotes=(cut,)))
    assert quoted(await house.page("/changes/news")) == [before, after]


async def test_dates_are_told(house: House) -> None:
    house.tell()
    facts = {
        words(node.css_first("dt")): words(node.css_first("dd"))
        for node in (await house.page("/changes/news")).css(".facts > div")
    }
    assert facts == {
        "In effect from": "9 April 2026",
        "Found": "3 March 2026, 09:20 UTC",
        "Confirmed by a second look": "3 March 2026, 10:20 UTC",
        "Announced or quiet": "Announced: the page named the day of effect beforehand.",
    }


async def test_a_change_that_was_found_after_a_time_without_a_look_is_told_with_both_dates(house: House) -> None:
    house.tell(at=FOUND, not_before=FOUND - 14 * DAY)
    page = await house.page("/changes/news")
    assert (
        words(page.css_first(".standfirst span")) == "Found 3 March 2026, changed between 17 February and 3 March 2026"
    )
    assert "Last read without it 17 February 2026, 09:20 UTC, and not at all in between" in words(
        page.css_first(".facts")
    )
    told = (await house.get("/changes/news.json")).json()
    assert (told["not_before"], told["found_at"]) == ("2026-02-17T09:20:00+00:00", "2026-03-03T09:20:00+00:00")


async def test_of_a_change_between_two_usual_looks_the_day_is_enough(house: House) -> None:
    house.tell(at=FOUND, not_before=FOUND - HOUR)
    page = await house.page("/changes/news")
    assert words(page.css_first(".standfirst span")) == "Found 3 March 2026"
    assert "not at all in between" not in words(page.css_first(".facts"))


@pytest.mark.parametrize(
    ("quiet", "said"), [(True, "Quiet: the wording changed"), (None, "carries no date"), (False, "Announced")]
)
async def test_quiet_changes_are_told_apart(house: House, quiet: bool | None, said: str) -> None:
    house.tell(change=replace(CHANGE, quiet=quiet, effective=None))
    facts = words((await house.page("/changes/news")).css_first(".facts"))
    assert said in facts
    assert "names no day" in facts


async def test_reasons_are_in_plain_words(house: House) -> None:
    house.tell()
    reasons = words((await house.page("/changes/news")).css_first("section[aria-labelledby=why]"))
    assert f"New sentence about {TOPICS['ai']}, {TOPICS['content-licence']} in “2.1 Information you give us”" in reasons
    assert "Figure changed: ninety, thirty" in reasons


async def test_every_edit_stands_folded_under_its_section(house: House) -> None:
    house.tell()
    page = await house.page("/changes/news")
    folds = page.css("details")
    assert [words(node.css_first("summary")) for node in folds] == [
        "2.1 Information you give us 1 new",
        "4. How long we keep information 1 reworded",
        "3. Sharing 1 gone",
        "7. Contact 1 moved",
    ]
    reworded_edit = folds[1].css_first("li p[dir]")
    assert [node.text() for node in reworded_edit.css("del")] == ["thirty"]
    assert [node.text() for node in reworded_edit.css("ins")] == ["ninety"]
    assert "Renamed throughout: Chirrup is now Rookery, in 14 places." in words(page.css_first(".rename"))


async def test_more_edits_than_a_page_holds_are_counted_and_in_the_file(house: House) -> None:
    edits = tuple(replace(CHANGE.edits[0], after=f"Sentence {number}.") for number in range(1503))
    house.tell(change=replace(CHANGE, edits=edits))
    page = await house.page("/changes/news")
    assert len(page.css("details li")) == 1500
    assert "And 3 more edits" in words(page.css_first(".edits"))
    assert len((await house.get("/changes/news.json")).json()["all_edits"]) == 1503


async def test_where_it_was_posted_is_linked_once_a_platform(house: House) -> None:
    house.tell(sent_to=("local", "bluesky", "mastodon"), owed_to=("x",))
    posted = (await house.page("/changes/news")).css_first("section[aria-labelledby=posted]")
    assert [(node.text(), node.attributes["href"]) for node in posted.css("a")] == [
        ("On Bluesky", "https://bluesky.example/post/news"),
        ("On Mastodon", "https://mastodon.example/post/news"),
    ]
    assert {node.attributes["rel"] for node in posted.css("a")} == {"nofollow noopener noreferrer"}


async def test_proof_and_policy_are_named(house: House) -> None:
    house.tell()
    page = await house.page("/changes/news")
    assert [node.text() for node in page.css(".proof code")] == [SHA256, "smallprint verify news"]
    policy = page.css_first('.proof a[href="https://chirrup.example/privacy"]')
    assert policy.attributes["rel"] == "nofollow noopener noreferrer"


# ---- what becomes of a change ----------------------------------------------------------------------------------


async def test_a_withdrawn_change_says_so_first(house: House) -> None:
    house.tell()
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY, sent_to=("local", "bluesky"))
    page = await house.page("/changes/news")
    assert standing(page) == "Withdrawn"
    assert "The policy no longer says this, as of 4 March 2026" in words(page.css_first(".notice"))
    assert words(page.css_first(".timeline li")) == (
        "4 March 2026, 10:20 UTC Withdrawn: the policy no longer says this. Told on Bluesky"
    )
    assert standing(await house.page("/")) == "Withdrawn"


async def test_wording_that_came_back_is_no_longer_called_withdrawn(house: House) -> None:
    house.tell(change=added(TRAINING))
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    house.tell("back", kind=StoryKind.RESTORED, under="news", at=FOUND + 2 * DAY)
    page = await house.page("/changes/news")
    assert standing(page) == "Back again"
    assert page.css_first(".notice") is None
    assert [words(node)[:12] for node in page.css(".timeline li")] == ["4 March 2026", "5 March 2026"]


async def test_a_removal_that_was_undone_is_put_back_and_not_withdrawn(house: House) -> None:
    quote = Quote(PROMISE, EditKind.REMOVED, "3. Sharing")
    house.tell(change=replace(CHANGE, quotes=(quote,)))
    house.tell("undone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    page = await house.page("/changes/news")
    assert "Put back. What was gone stands in the policy again" in words(page.css_first(".notice"))
    assert "Put back" in words(page.css_first(".timeline"))


async def test_a_change_takes_effect_on_its_day(house: House) -> None:
    house.tell()
    assert standing(await house.page("/changes/news")) == "Takes effect 9 April 2026"
    house.clock.move_to(NOW + 40 * DAY)
    house.tell("now", kind=StoryKind.IN_EFFECT, under="news", at=NOW + 26 * DAY)
    page = await house.page("/changes/news")
    assert standing(page) == "In effect since 9 April 2026"
    assert "In effect since 9 April 2026." in words(page.css_first(".timeline"))


async def test_wording_that_gave_way_to_other_news_says_so(house: House) -> None:
    house.tell(change=added(TRAINING))
    house.tell("later", added("We always use your posts."), at=FOUND + DAY, standpoints={"news": Standpoint.REPLACED})
    page = await house.page("/changes/news")
    assert "Replaced since" in words(page.css_first(".notice"))


async def test_a_follow_up_is_read_on_the_page_of_its_change(house: House) -> None:
    house.tell()
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    answer = await house.get("/changes/gone")
    assert (answer.status_code, answer.headers["Location"]) == (301, "./news#gone")
    assert (await house.page("/changes/news")).css_first("#gone") is not None


async def test_a_retracted_change_is_marked_everywhere_and_not_taken_down(house: House) -> None:
    house.tell()
    house.retract("news", "The sentence had only moved.")
    page = await house.page("/changes/news")
    notice = words(page.css_first(".notice.retracted"))
    assert notice.startswith("Retracted.")
    assert "The sentence had only moved." in notice
    assert page.css_first("title").text().startswith("Retracted: ")
    assert page.css_first("meta[name=robots]").attributes["content"] == "noindex"
    assert quoted(page)[0] == TRAINING
    assert "Retracted by the operator" in words(page.css_first(".timeline"))
    for path in ("/", "/policies/chirrup/privacy-policy"):
        assert standing(await house.page(path)) == "Retracted"
    assert "(retracted)" in words((await house.page("/policies")).body)
    assert (await house.get("/changes/news.json")).json()["retracted"] == "The sentence had only moved."


async def test_the_day_of_effect_is_judged_by_the_injected_clock(house: House) -> None:
    house.tell(change=added(TRAINING, effective=date(2026, 3, 14)))
    assert standing(await house.page("/changes/news")) == "In effect since 14 March 2026"


# ---- for programs ----------------------------------------------------------------------------------------------


async def test_a_change_for_programs_has_what_its_page_has(house: House) -> None:
    house.tell(sent_to=("local", "x"))
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    found = (await house.get("/changes/news.json")).json()
    assert found["policy"]["id"] == CHIRRUP.id
    assert found["effective"] == "2026-04-09"
    assert found["quotes"][1] == {
        "text": NINETY,
        "kind": "reworded",
        "section": CHANGE.quotes[1].section,
        "before": THIRTY,
    }
    assert found["edits"]["renamed"] == [{"from": "Chirrup", "to": "Rookery", "places": 14}]
    assert found["all_edits"][2] == {"kind": "removed", "section": "3. Sharing", "before": PROMISE, "after": None}
    assert [each["kind"] for each in found["follow_ups"]] == ["withdrawn"]
    assert [each["platform"] for each in found["posted"]] == ["x"]
    assert found["snapshot_sha256"] == SHA256
