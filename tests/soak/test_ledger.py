"""The judge of the soak: whatever the bot could do wrong there is a complaint."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import EditKind, Quote
from tests.soak import scenes
from tests.soak.ledger import Happened, Told, balance, is_part
from tests.soak.plot import Pace, Plot, Telling, Turn

BEGAN = datetime(2026, 3, 3, 12, tzinfo=UTC)
SENTENCE = "We may sell your precise location to 37 brokers without asking you again."
ADDS = Plot(
    1, "adds", "127.1.0.1", "127.1.0.1", (Turn(0, scenes.well, ""), Turn(100, scenes.well, "")),
    (Telling("post", 100, 250, SENTENCE),), healthy=True,
)  # fmt: skip
BLOCKED = Plot(
    2, "429", "127.1.0.2", "127.1.0.2", (Turn(50, scenes.answers(429), ""),), ends=frozenset({"blocked"}), rest=100
)
STORY = Told(
    "firm-0001/privacy-policy", "post", BEGAN + timedelta(seconds=170), (Quote(SENTENCE, EditKind.ADDED),), True,
    ("local sent", "mastodon sent"), "story",
)  # fmt: skip
WELL = Happened(
    began=BEGAN,
    seconds=300,
    visits={1: [5, 65, 125, 155, 215, 275], 2: [10, 55]},
    told=[STORY],
    status={"firm-0001/privacy-policy": "well", "firm-0002/privacy-policy": "blocked"},
)


def complaints(happened: Happened) -> list[str]:
    return balance([ADDS, BLOCKED], happened, Pace()).complaints


def test_there_is_nothing_to_complain_of_where_all_is_as_it_must_be() -> None:
    ledger = balance([ADDS, BLOCKED], WELL, Pace())
    assert ledger.complaints == []
    assert (ledger.gaps, ledger.delays) == ([60], {"adds: post": [70]})
    assert ledger.words["429"] == {"blocked": 1}


@pytest.mark.parametrize(
    ("visits", "words"),
    [
        ([], "not read for 300 s from second 0 on (at most 90)"),
        ([100, 160, 220, 280], "not read for 100 s from second 0 on"),
        ([5, 65, 125, 217, 277], "not read for 92 s from second 125 on"),
        ([5, 65, 125, 185], "not read for 115 s from second 185 on"),
    ],
)
def test_a_healthy_policy_that_waits(visits: list[float], words: str) -> None:
    (complaint,) = complaints(replace(WELL, visits={**WELL.visits, 1: visits}))
    assert words in complaint


def test_a_site_that_is_not_left_alone() -> None:
    (complaint,) = complaints(replace(WELL, visits={**WELL.visits, 2: [10, 55, 130]}))
    assert "asked again after 75 s of the 100" in complaint


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], ["never told"]),
        ([STORY, STORY], ["told 2 times"]),
        ([replace(STORY, confirmed_at=BEGAN + timedelta(seconds=90))], ["told in second 90, not between 100 and 250"]),
        ([replace(STORY, confirmed_at=BEGAN + timedelta(seconds=260))], ["told in second 260"]),
        ([replace(STORY, proved=False)], ["cannot be proved"]),
        ([replace(STORY, deliveries=("local sent", "mastodon parked"))], ["not out: mastodon parked"]),
        ([replace(STORY, deliveries=())], ["owed to nobody"]),
        ([replace(STORY, kind="withdrawn")], ["never told", "nothing of the kind happened: withdrawn"]),
        ([STORY, replace(STORY, quotes=(Quote("Sign in.", EditKind.ADDED),))], ["nothing of the kind happened"]),
        ([replace(STORY, quotes=(*STORY.quotes, Quote("Sign in.", EditKind.ADDED)))], ["the change did not bring"]),
        ([replace(STORY, quotes=(Quote(SENTENCE, EditKind.REWORDED, before="Hm."),))], ["did not stand there"]),
        ([STORY, replace(STORY, policy_id="firm-0002/privacy-policy")], ["429", "nothing of the kind happened"]),
        ([STORY, replace(STORY, policy_id="stranger/terms")], ["nobody knows this policy"]),
    ],
)
def test_a_story_that_is_wrong(told: list[Told], words: list[str]) -> None:
    found = complaints(replace(WELL, told=told))
    assert found
    assert all(any(each in complaint for complaint in found) for each in words), found


def test_a_word_of_status_that_is_wrong() -> None:
    (complaint,) = complaints(replace(WELL, status={**WELL.status, "firm-0002/privacy-policy": "gone"}))
    assert "status says “gone” instead of “blocked”" in complaint
    (complaint,) = complaints(replace(WELL, status={"firm-0002/privacy-policy": "blocked"}))
    assert "status says “not watched” instead of “well”" in complaint


@pytest.mark.parametrize(
    ("quoted", "held"),
    [
        (SENTENCE, True),
        ("We may sell … to 37 brokers", True),
        ("to 37 brokers … We may sell", False),
        ("We may sell your exact location", False),
        ("…", False),
    ],
)
def test_a_quote_is_part_of_its_sentence(quoted: str, held: bool) -> None:
    assert is_part(quoted, SENTENCE) is held
