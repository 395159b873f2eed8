"""The judgement on real policy histories, scored from outside through the command line, with floors.

The scorer and the histories are not part of the project; where they are not, these tests are skipped. A floor stands a
little below what was reached, so that a change that costs something is seen, and noise is not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.corpus

COMMAND = f"{sys.executable} -m bot"


def scored(corpus: Path, what: str, *options: str) -> dict[str, Any]:
    """The figures of one of the scorer's four scores; what it names as wrong is shown when a test fails."""
    scorer = corpus.parent / "score" / "score.py"
    run = subprocess.run(
        [sys.executable, str(scorer), what, str(corpus), "--cmd", COMMAND, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    print(run.stdout, run.stderr)
    assert run.returncode == 0
    figures: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return figures


def test_pairs_of_the_companies_whose_pairs_the_rules_were_written_with(corpus: Path) -> None:
    figures = scored(corpus, "pairs", "--half", "a")
    assert figures["errors"] == 0
    assert figures["false_quotes"] == 0
    assert figures["precision"] >= 0.95
    assert figures["recall"] >= 0.95
    assert figures["lead_quote"] >= 0.88
    assert figures["first_three"] >= 0.97
    assert figures["false_posts_broken"] <= 3


def test_pairs_of_companies_that_the_rules_have_never_seen(corpus: Path) -> None:
    figures = scored(corpus, "pairs", "--half", "b")
    assert figures["errors"] == 0
    assert figures["false_quotes"] == 0
    assert figures["precision"] >= 0.90
    assert figures["recall"] >= 0.92
    assert figures["lead_quote"] >= 0.71
    assert figures["first_three"] >= 0.87
    assert figures["false_posts_broken"] <= 3


def test_every_known_story_is_told(corpus: Path) -> None:
    figures = scored(corpus, "stories")
    assert figures["told"] == figures["stories"]
    assert figures["told_in_first_three"] >= 15


def test_whole_histories_without_repeats_and_hardly_anything_fleeting(corpus: Path) -> None:
    figures = scored(corpus, "timelines")
    assert figures["timeline_errors"] == 0
    assert figures["repeats"] == 0
    assert figures["timeline_false_quotes"] == 0
    assert figures["unfounded_follow_ups"] == 0
    assert figures["fleeting"] <= 0.03 * figures["timeline_posts"]
    assert figures["timeline_stories_told"] >= figures["timeline_stories"] - 1


def test_pages_as_they_were_fetched(corpus: Path) -> None:
    figures = scored(corpus, "raw")
    assert figures["raw_errors"] == 0
    assert figures["page_recall"] >= 0.985
    assert figures["pages_below_95"] <= 1
    assert figures["page_precision"] >= 0.93
    assert figures["shells_refused"] == figures["shells"]
    assert figures["noise_posts"] == 0
