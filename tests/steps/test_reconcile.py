"""What tells the same, though its bytes are others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import Delivery, Part, Receipt
from bot.ports import OwnPost
from bot.steps.reconcile import recognised

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
TOLD = (
    "Acme Privacy Policy: new in section 2, about AI.\n\n“We may use the information we collect and the posts you "
    "publish to train our models.”\n\nhttps://bot.example/changes/2026-03-01-a"
)
STORY = Delivery("wall", Part("k", 0, b""), "story")
ANSWER = Delivery("wall", Part("k", 0, b""), "mention", parent=Receipt("asked", ""))


def post(words: str, above: str = "") -> OwnPost:
    return OwnPost(Receipt("there", ""), words, NOON, above)


@pytest.mark.parametrize(
    "words",
    [
        TOLD,
        TOLD.replace("2026-03-01-a", "2026-03-09-b"),
        TOLD.replace("\n\nhttps", "\n\nChanged between 3 and 9 March 2026.\n\nhttps"),
        TOLD.replace("We may use the information we collect and", "… and"),
        TOLD.replace(", about AI", ""),
    ],
)
def test_the_same_news_is_recognised_with_another_address_date_or_cut(words: str) -> None:
    assert recognised(STORY, words, [post("Something else"), post(TOLD)]) == Receipt("there", "")


@pytest.mark.parametrize(
    "words",
    [
        TOLD.replace("Acme", "Bolt"),
        TOLD.replace("new in", "no longer in"),
        TOLD.replace("train our models", "sell it to people who were never asked about anything at all by us"),
    ],
)
def test_other_news_is_not(words: str) -> None:
    assert recognised(STORY, words, [post(TOLD)]) is None


def test_an_answer_is_recognised_by_whom_it_answers_and_by_nothing_else() -> None:
    assert recognised(ANSWER, "Watching it now.", [post("Watching something.", "asked")])
    assert recognised(ANSWER, "Watching it now.", [post("Watching it now.", "another")]) is None


def test_two_corrections_are_two() -> None:
    words = "Correction: the post of 5 March 2026 about the {} Privacy Policy was wrong.\n\nIt stood elsewhere."
    assert recognised(STORY, words.format("Acme"), [post(words.format("Acme"))])
    assert recognised(STORY, words.format("Acme"), [post(words.format("Bolt"))]) is None
