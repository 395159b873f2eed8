"""A session at rest can be opened with the secret that it was got with, and with nothing else."""

from __future__ import annotations

import pytest

from bot.platforms.seal import opened, sealed


def test_what_was_sealed_is_opened_with_the_same_secret_and_label() -> None:
    assert opened(sealed("tokens ☝", "secret", "bluesky"), "secret", "bluesky") == "tokens ☝"


def test_nobody_can_read_it_and_no_two_are_alike() -> None:
    one, two = (sealed("tokens", "secret", "bluesky") for _ in range(2))
    assert one != two
    assert not any(word in one for word in ("tokens", "secret", "bluesky"))


@pytest.mark.parametrize(("secret", "label"), [("another", "bluesky"), ("secret", "another"), ("", "bluesky")])
def test_another_secret_or_label_opens_nothing(secret: str, label: str) -> None:
    assert opened(sealed("tokens", "secret", "bluesky"), secret, label) == ""


@pytest.mark.parametrize("box", ["", "garbage", "ünïcode", "\ud800"])
def test_what_was_never_sealed_opens_to_nothing(box: str) -> None:
    assert opened(box, "secret", "bluesky") == ""


def test_what_was_altered_opens_to_nothing() -> None:
    box = sealed("tokens", "secret", "bluesky")
    assert opened(box[:40] + ("A" if box[40] != "A" else "B") + box[41:], "secret", "bluesky") == ""
