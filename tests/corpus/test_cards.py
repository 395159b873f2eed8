"""Cards of real changes: each can be drawn, and its alt text tells the same within every limit."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import CardError
from bot.judge import judge
from bot.model import Policy, Shape, Snapshot, Story, StoryKind, Verdict
from bot.watch.extract import extract
from bot.write.card import alt_text, card
from bot.write.draw import draw

pytestmark = pytest.mark.corpus

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
#: Pairs that are news, evenly from all of them; each is drawn in both shapes.
MOST = 40


def stories(corpus: Path) -> list[Story]:
    labels = [json.loads(line) for line in (corpus / "pairs" / "labels.jsonl").read_text("utf-8").splitlines()]
    news = [each for each in labels if each["verdict"] == "post"]
    told = []
    for name in [each["id"].rpartition("/")[2] for each in news[:: max(1, len(news) // MOST)]]:
        folder = corpus / "pairs" / name
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        before, after = (
            extract(Snapshot("https://a.example", NOON, (folder / f"{side}.md").read_bytes(), "text/markdown"))
            for side in ("before", "after")
        )
        change = judge(before, after)
        if change.verdict is Verdict.POST:
            policy = Policy("a/b", meta["service"], meta["document"], "https://a.example", language=after.language)
            told.append(Story(f"2026-03-03-{name}", policy, StoryKind.POST, change, NOON, NOON, "0" * 64))
    return told


def test_real_news_can_be_drawn(corpus: Path) -> None:
    told = stories(corpus)
    address = "https://smallprint.example/changes/"
    cards = [made for each in told if (made := card(each, "Smallprint", address + each.id))]
    assert len(cards) >= MOST // 2
    wanted = [(made, shape) for made in cards for shape in Shape]
    drawn = asyncio.run(draw(wanted))
    for number, ((made, shape), picture) in enumerate(zip(wanted, drawn, strict=True)):
        assert not isinstance(picture, CardError), picture
        assert len(alt_text(made, picture.view, 1000).encode("utf-16-le")) <= 2000
        if folder := os.environ.get("SMALLPRINT_TEST_PICTURES"):  # to look at them; never into the project
            Path(folder, f"{number // 2:02}-{shape}.png").write_bytes(picture.png)
    largest = max(len(each.png) for each in drawn if not isinstance(each, CardError))
    print(f"\n{len(cards)} stories drawn in both shapes; {largest} bytes at most")
