"""Small steps in seven languages, invented: what a follower would want to hear, and what nobody would."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.judge import judge
from bot.model import Verdict
from tests.compare.samples import version, with_lines

STEPS = [
    pytest.param(step, id=f"{file.stem}: {step['what']}")
    for file in sorted((Path(__file__).parent / "pairs").glob("*.toml"))
    for step in tomllib.loads(file.read_text(encoding="utf-8"))["step"]
]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_news_or_is_not(step: dict[str, Any]) -> None:
    change = judge(version(with_lines(step["before"])), version(with_lines(step["after"])))
    assert (change.verdict is Verdict.POST) == step["news"], change.reasons


def test_there_are_ten_steps_in_each_language() -> None:
    counted: dict[str, int] = {}
    for step in STEPS:
        language = str(step.id)[:2]
        counted[language] = counted.get(language, 0) + 1
    assert counted == dict.fromkeys(("de", "en", "es", "fr", "it", "nl", "pt"), 10)
