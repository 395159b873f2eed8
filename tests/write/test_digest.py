"""What could not be told in time, in one post."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Change, Edit, EditKind, Policy, Quote, Story, StoryKind, Verdict
from bot.platforms import build
from bot.ports import PlatformSetup
from bot.write.digest import compose_digest

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
PAGE = "https://smallprint.dev/"


def told(name: str, days_ago: int, weight: float = 1.0, kind: StoryKind = StoryKind.POST) -> Story:
    edit = Edit(EditKind.ADDED, "2", None, "We may sell it.", weight, ("sale",))
    change = Change(Verdict.POST, ("new",), (edit,), quotes=(Quote("We may sell it.", EditKind.ADDED, "2"),))
    at = NOW - timedelta(days=days_ago)
    policy = Policy(f"{name.lower()}/privacy-policy", name, "Privacy Policy", "https://acme.example/privacy")
    return Story(f"{name}-{days_ago}", policy, kind, change, at, at, "")


def digest(*stories: Story, on: str = "mastodon", link: str = PAGE) -> str:
    publisher = build(on, PlatformSetup({}, lambda name: ""))
    (words,) = compose_digest(stories, publisher, link, NOW).parts
    assert publisher.length(words) <= publisher.limit
    return words


def test_it_says_of_which_days_what_and_where() -> None:
    assert digest(told("Acme", 5), told("Bolt", 3, kind=StoryKind.WITHDRAWN)) == (
        "Late news, between 4 and 6 March 2026:\n\n"
        "• Acme Privacy Policy: new, about selling data\n• Bolt Privacy Policy: no longer there\n\n" + PAGE
    )


def test_one_day_is_one_day() -> None:
    assert digest(told("Acme", 5)).startswith("Late news, of 4 March 2026:")


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
def test_what_does_not_fit_is_counted_and_the_weightiest_is_named(platform: str) -> None:
    light = [told(f"Company Number {number}", 5) for number in range(40)]
    words = digest(*light, told("Heavy", 4, weight=9.0), on=platform)
    assert "Heavy Privacy Policy" in words
    assert f"and {41 - words.count('•')} more" in words


def test_no_name_can_take_it_all_or_be_a_mention() -> None:
    story = told("Acme", 5)
    long = replace(story, policy=replace(story.policy, service="@elonmusk #tag " * 60))
    words = digest(long, told("Bolt", 4), on="bluesky")
    assert "Bolt Privacy Policy" in words
    assert "@elonmusk" not in words


def test_without_a_page_of_its_own_it_has_no_link() -> None:
    assert "http" not in digest(told("Acme", 5), link="")
