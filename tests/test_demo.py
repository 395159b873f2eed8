"""`make demo` tells the whole story: the real bot, started as a process, on an invented company's site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.demo import company


def test_the_demo_ends_by_itself_and_shows_what_happened(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo"], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    moments = ["silent baseline", "confirmed by a second look", "is withdrawn", "it is back", "it takes effect"]
    places = [said.index(moment) for moment in moments]
    assert places == sorted(places)
    assert "train our artificial intelligence models" in said
    assert "In effect from 9 April 2026." in said
    for platform in ("x", "bluesky", "mastodon"):
        assert f"┌ {platform}" in said
    assert "/changes/" in said
    assert list(tmp_path.iterdir()) == [], "it leaves nothing behind"


def test_the_story_has_the_shape_of_the_real_one() -> None:
    old, new = company.policy_at(company.BEGIN), company.policy_at(company.PUBLISHED)
    assert company.policy_at(company.WITHDRAWN) == old
    assert company.policy_at(company.BACK) == new
    assert new.count("<article") == 2, "the new text stands above the old one"
    assert company.NEW_NAME not in old
    assert company.policy_at(company.IN_EFFECT).count("<article") == 1
