"""What the command line prints: JSON that is a promise, and words that a person can read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Change, Edit, EditKind, Event, EventKind, Policy, Quote, Rename, Story, StoryKind, Verdict
from bot.show import change_json, change_words, event_json, posts_words, printable

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy")
ADDED = Quote("We may train models.", EditKind.ADDED, "2.1 Use")
KEPT = Quote("We keep it for ninety days.", EditKind.REWORDED, "", before="We keep it for thirty days.")
CHANGE = Change(
    Verdict.POST,
    ("new sentence about ai",),
    edits=(
        Edit(EditKind.ADDED, "2.1 Use", None, ADDED.text, 1.6),
        Edit(EditKind.REWORDED, "", KEPT.before, KEPT.text, 1.1),
        Edit(EditKind.MOVED, "3", "x", "x"),
    ),
    renames=(Rename("Chirp", "Apex", 140),),
    effective=date(2026, 9, 9),
    topics=("ai", "retention"),
    quotes=(ADDED, KEPT),
)
POSTS = {"x": ("one post",), "bluesky": ("first", "second")}

_QUOTE = {
    "type": "object",
    "required": ["text", "kind", "section", "before"],
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string"},
        "kind": {"enum": ["added", "reworded", "removed"]},
        "section": {"type": "string"},
        "before": {"type": ["string", "null"]},
    },
}
_POSTS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
_TEXTS = {"type": "array", "items": {"type": "string"}}
#: The promise of `diff --json` and of a line of `replay --json`.
DIFF = {
    "type": "object",
    "required": ["verdict", "reasons", "effective", "topics", "quotes", "edits", "posts"],
    "additionalProperties": False,
    "properties": {
        "verdict": {"enum": ["post", "silent", "broken"]},
        "reasons": _TEXTS,
        "effective": {"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "topics": _TEXTS,
        "quotes": {"type": "array", "items": _QUOTE},
        "edits": {
            "type": "object",
            "required": ["added", "removed", "reworded", "moved", "renamed"],
            "additionalProperties": False,
            "properties": {
                **{kind: {"type": "integer", "minimum": 0} for kind in ("added", "removed", "reworded", "moved")},
                "renamed": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["from", "to", "places"],
                        "additionalProperties": False,
                        "properties": {
                            "from": {"type": "string"},
                            "to": {"type": "string"},
                            "places": {"type": "integer"},
                        },
                    },
                },
            },
        },
        "posts": _POSTS,
    },
}
REPLAY = {
    "type": "object",
    "required": ["event", "version", "at", "quotes", "posts", "reasons"],
    "additionalProperties": False,
    "properties": {
        "event": {"enum": ["post", "withdrawn", "restored", "in-effect", "held"]},
        "version": {"type": "string"},
        "at": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"},
        "quotes": {"type": "array", "items": _QUOTE},
        "posts": _POSTS,
        "reasons": _TEXTS,
    },
}


def story(kind: StoryKind = StoryKind.POST) -> Story:
    return Story("news", ACME, kind, CHANGE, NOON, NOON, "0" * 64)


def test_a_change_is_one_object_of_known_shape() -> None:
    shown = change_json(CHANGE, POSTS)
    jsonschema.validate(json.loads(json.dumps(shown)), DIFF)
    assert list(shown) == DIFF["required"]
    assert shown == {
        "verdict": "post",
        "reasons": ["new sentence about ai"],
        "effective": "2026-09-09",
        "topics": ["ai", "retention"],
        "quotes": [
            {"text": "We may train models.", "kind": "added", "section": "2.1 Use", "before": None},
            {
                "text": "We keep it for ninety days.",
                "kind": "reworded",
                "section": "",
                "before": "We keep it for thirty days.",
            },
        ],
        "edits": {
            "added": 1,
            "removed": 0,
            "reworded": 1,
            "moved": 1,
            "renamed": [{"from": "Chirp", "to": "Apex", "places": 140}],
        },
        "posts": {"x": ["one post"], "bluesky": ["first", "second"]},
    }


@pytest.mark.parametrize("verdict", Verdict)
def test_a_change_without_news_has_the_same_shape(verdict: Verdict) -> None:
    jsonschema.validate(change_json(Change(verdict, ()), {}), DIFF)


@pytest.mark.parametrize("kind", sorted(set(StoryKind) - {StoryKind.CORRECTION}))
def test_an_event_with_a_story_is_a_line_of_known_shape(kind: StoryKind) -> None:
    told = Event(EventKind(kind.value), NOON, story=story(kind), posts=POSTS, reasons=("because",))
    shown = event_json(told, "2026-03-03T120000.md")
    jsonschema.validate(json.loads(json.dumps(shown)), REPLAY)
    assert list(shown) == REPLAY["required"]
    assert (shown["event"], shown["version"]) == (kind.value, "2026-03-03T120000.md")
    assert shown["at"] == "2026-03-03T12:00:00Z"
    assert [quote["text"] for quote in shown["quotes"]] == [ADDED.text, KEPT.text]
    assert shown["posts"] == {"x": ["one post"], "bluesky": ["first", "second"]}


def test_a_held_page_has_reasons_and_nothing_to_quote() -> None:
    shown = event_json(Event(EventKind.HELD, NOON, reasons=("a wall",)), "a.md")
    jsonschema.validate(shown, REPLAY)
    assert (shown["event"], shown["quotes"], shown["posts"], shown["reasons"]) == ("held", [], {}, ["a wall"])


def test_a_person_reads_the_verdict_why_and_each_finished_post() -> None:
    words = change_words(CHANGE, POSTS, {"x": (8,), "bluesky": (5, 6)})
    assert words == "\n".join(
        [
            "news: new sentence about ai",
            "in effect 9 September 2026",
            "about ai, retention",
            "renamed throughout: Chirp -> Apex (140 places)",
            "sentences: 1 added, 1 reworded, 1 moved",
            "",
            "1. added, 2.1 Use",
            "   We may train models.",
            "",
            "2. reworded",
            "   was: We keep it for thirty days.",
            "   now: We keep it for ninety days.",
            "",
            "┌ x (8 counted)",
            "│ one post",
            "└",
            "",
            "┌ bluesky 1/2 (5 counted)",
            "│ first",
            "└",
            "",
            "┌ bluesky 2/2 (6 counted)",
            "│ second",
            "└",
        ]
    )
    assert change_words(Change(Verdict.SILENT, ()), {}, {}) == "silent: nothing changed"
    assert change_words(Change(Verdict.BROKEN, ("a wall",)), {}, {}) == "held: a wall"


def test_a_long_post_is_wrapped_inside_its_frame() -> None:
    lines = posts_words({"x": ("word " * 60 + "\n\nhttps://a.example/" + "x" * 120,)}, {"x": (280,)})
    assert all(line.startswith(("┌", "│", "└")) for line in lines[1:])
    assert "│ https://a.example/" + "x" * 120 in lines, "an address stays whole"


@given(st.text())
def test_words_of_a_page_never_steer_the_terminal(text: str) -> None:
    quote = Quote(text, EditKind.REWORDED, text, before=text)
    change = Change(Verdict.POST, (text,), renames=(Rename(text, text, 1),), quotes=(quote,))
    for shown in (printable(text), change_words(change, {"x": (text,)}, {"x": (1,)})):
        assert not {"\x1b", "\r", "\x9b", "\x00", "\u202e", "\u2066"} & set(shown)
