"""A publisher is found by its entry point, and loading it costs next to nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.errors import ConfigError
from bot.platforms import available, build
from bot.ports import PlatformSetup

NO_SETUP = PlatformSetup(options={}, secret=lambda name: "")


def setup(**options: object) -> PlatformSetup:
    return PlatformSetup(options=options, secret=lambda name: "")


def test_the_four_publishers_of_the_bot_are_there() -> None:
    assert {"local", "x", "bluesky", "mastodon"} <= set(available())


@pytest.mark.usefixtures("outside_package")
def test_a_publisher_of_another_package_is_found_the_same_way() -> None:
    assert build("chalkboard", NO_SETUP).id == "chalkboard"


def test_an_unknown_platform_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no platform “myspace”: choose from .*local, mastodon, x"):
        build("myspace", NO_SETUP)


@pytest.mark.usefixtures("outside_package")
def test_a_broken_package_is_named() -> None:
    with pytest.raises(ConfigError, match=r"“broken” cannot be loaded .*Gone"):
        build("broken", NO_SETUP)


def test_a_misspelt_option_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"\[platforms.x\] has no option “thread”: choose from api, .*, threads"):
        build("x", setup(thread=True))


def test_an_option_of_the_wrong_kind_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"\[platforms.mastodon\] limit must be a whole number, not '500'"):
        build("mastodon", setup(limit="500"))


@pytest.mark.parametrize(
    ("platform", "options"),
    [("x", {"api": "api.x.com"}), ("mastodon", {"instance": "mastodon.social"}), ("mastodon", {"visibility": "all"})],
)
def test_an_option_that_cannot_be_meant_is_an_error(platform: str, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=rf"\[platforms.{platform}\] .* must be "):
        build(platform, setup(**options))


def test_no_platform_library_is_imported_before_something_is_published() -> None:
    """Previews, `diff` and `--help` count and prepare; tweepy, atproto and Mastodon.py cost up to 76 MB and 4 s."""
    code = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from bot.model import Post\n"
        "from bot.platforms import available, build\n"
        "from bot.ports import PlatformSetup\n"
        "for id in available():\n"
        "    platform = build(id, PlatformSetup(options={}, secret=lambda name: ''))\n"
        "    platform.prepare(Post('story', ('New: “We sell your data.”',)), datetime.now(UTC))\n"
        "costly = {'tweepy', 'atproto', 'atproto_client', 'cryptography', 'mastodon', 'requests'}\n"
        "print(sorted(costly & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
