"""Every answer, at its longest: it fits, names only who asked, and nobody mistakes it for a command."""

from __future__ import annotations

import inspect
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import StoryClock
from bot.errors import FetchFailure
from bot.model import Answer, Mention
from bot.platforms.x import X
from bot.ports import PlatformSetup
from bot.requests import answer as desk
from bot.requests import finding
from bot.requests.answer import FACTS, Reply
from bot.requests.catalogue import TITLE
from bot.requests.commands import parse
from bot.requests.facts import fit, joined
from bot.steps.habits import Habits
from bot.steps.owe import Clerk
from bot.store import open_store
from bot.write.inert import inert
from bot.write.replies import answer_words
from bot.write.templating import templates
from tests.fakes import mastodon, x
from tests.requests.talk import HANDLES, NOON, publisher

TEMPLATES = sorted(file.stem for file in (templates() / "replies").glob("*.j2"))
LINK = "https://www.example.com/legal/" + "a-very-long-way-to-the-policy/" * 8
SHORT_LINK = "https://www.example.com/privacy"
LONGEST_HANDLE = {
    "x": "a" * 15,
    "mastodon": "a" * 30 + "@" + "b" * 60 + ".example.com",
    "bluesky": "a." * 120 + "example",
}
CLERK = Clerk(open_store("sqlite://"), {name: publisher(name) for name in HANDLES}, Habits(), StoryClock(NOON))
COUNT = X(PlatformSetup(options={}, secret=lambda name: "")).length


def longest(name: str = "Wide @company.com", **facts: str) -> dict[str, str]:
    """Facts as the desk makes them, each as long as it can be."""
    policy = fit(name * 30, 60)
    return dict.fromkeys(FACTS, "") | {
        "platform": "bluesky",
        "policy": policy,
        "link": LINK,
        "title": fit(f"{name} #title" * 20, TITLE),
        "words": "9,999,999",
        "language": "Portuguese",
        "last": "2026-03-03",
        "date": "2026-03-03",
        "kind": "reworded",
        "section": fit(f"{name} rights" * 20, 50),
        "topics": "international-transfer retention ai",
        "read": "2026-03-03",
        "problem": max((failure.value for failure in FetchFailure), key=len),
        "since": "2026-03-03",
        "policies": joined([name * 30] * 99),
        "count": "1,000",
        "choices": joined([name * 30] * 9),
        "verb": "status",
        "example": fit(name * 30, 60),
        "limit": "1,000",
        **facts,
    }


def owed(template: str, facts: dict[str, str], platform: str) -> str:
    """What is frozen for a platform; parked where the platform refused it."""
    who = LONGEST_HANDLE[platform]
    mention = Mention(platform, "1", "https://a.example/1", "did:plc:carol", who, "", NOON)
    live = facts["link"] if "link" in used(template) else ""
    reply = Reply(mention, Answer(template, facts | {"platform": platform}), "key", live)
    (delivery,) = CLERK.owe_reply(reply)
    assert delivery.problem == ""
    payload = json.loads(delivery.part.payload)
    return str(payload.get("text") or payload["record"]["text"])


def used(template: str) -> set[str]:
    source = (templates() / "replies" / f"{template}.j2").read_text(encoding="utf-8")
    return set(re.findall(r"\b[a-z]+\b", " ".join(re.findall(r"\{[{%](.*?)[}%]\}", source))))


@pytest.mark.parametrize("platform", HANDLES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_answer_fits_at_its_longest(template: str, platform: str) -> None:
    for name in ("Wide @company.com", "株式会社", "a.bb.cc.", "👩‍👩‍👧‍👦", "شركة "):
        assert owed(template, longest(name), platform)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_answer_fits_a_post_on_x_with_what_may_be_left_out(template: str) -> None:
    words = answer_words(Answer(template, longest(link=SHORT_LINK)), "a" * 15, lambda words: True)
    assert words.startswith("@aaa")
    assert COUNT(inert(words, (SHORT_LINK, "@" + "a" * 15))) <= X.limit


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_live_but_the_person_and_the_link(template: str) -> None:
    facts = longest("evil.com @victim #tag $TSLA ", link=SHORT_LINK)
    link = {SHORT_LINK} if "link" in used(template) else set()
    assert x.live(owed(template, facts, "x")) == {"@" + LONGEST_HANDLE["x"], *link}
    assert mastodon.live(owed(template, facts, "mastodon")) == {"@" + LONGEST_HANDLE["mastodon"], *link}


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=120), template=st.sampled_from(TEMPLATES), platform=st.sampled_from(sorted(HANDLES)))
def test_whatever_a_page_is_called_the_answer_fits_on_one_line(text: str, template: str, platform: str) -> None:
    assert "\n" not in owed(template, longest(text), platform)


def test_a_handle_that_leaves_no_room_is_left_out() -> None:
    assert answer_words(Answer("unknown", {}), "carol", lambda words: True).startswith("@carol I do not know")
    assert answer_words(Answer("unknown", {}), "carol", lambda words: len(words) < 50).startswith("I do not know")


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_answer_is_a_command_to_another_bot_or_to_itself(template: str) -> None:
    """Two bots that repeat each other's words stop after one message."""
    for facts in (longest(), dict.fromkeys(FACTS, ""), longest("watch acme.example")):
        words = answer_words(Answer(template, facts), "parrot", lambda words: True)
        for said in (words, words.removeprefix("@parrot "), f"@smallprint {words}", f"@parrot @smallprint {words}"):
            assert parse(said, "parrot", (LINK,), (LINK,)) is None
            assert parse(said, "smallprint", (LINK,), (LINK,)) is None


def test_every_template_is_used_and_every_answer_has_one() -> None:
    source = inspect.getsource(desk) + inspect.getsource(finding)
    assert set(TEMPLATES) == {name for name in re.findall(r'"([a-z_]+)"', source) if name in TEMPLATES}
    named = set(re.findall(r'Answer\("([a-z_]+)"', source))
    assert named <= set(TEMPLATES)


def test_a_fact_that_holds_template_code_is_printed_as_it_is() -> None:
    words = answer_words(Answer("already", {"policy": "{{7*7}} {% raw %}"}), "carol", lambda words: True)
    assert words == "@carol The {{7*7}} {% raw %} is on your list already."
