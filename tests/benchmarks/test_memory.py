"""What an idle bot holds in memory: the whole process tree, after every one of 1,000 policies was read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.model import Policy, Source
from tests.fakes.bluesky import SECRETS as secrets_of_bluesky
from tests.fakes.bluesky import FakePds
from tests.fakes.mastodon import SECRETS as secrets_of_mastodon
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.policies import PolicyWeb
from tests.fakes.process import RunningBot
from tests.fakes.site import policy_text
from tests.fakes.x import SECRETS as secrets_of_x
from tests.fakes.x import FakeX

pytestmark = pytest.mark.benchmark

POLICIES = 1_000
#: Megabytes, by design.md ("Scale").
ALONE, POLLED = 128, 192


def page(number: int) -> bytes:
    paragraphs = "".join(f"<p>{line}</p>" for line in policy_text(f"We keep record {number}.").split("\n\n"))
    return f'<html lang="en"><title>Policy {number}</title><body><main>{paragraphs * 5}</main></body></html>'.encode()


def idle_megabytes(
    folder: Path, settings: dict[str, Any], environment: dict[str, str], polled: Callable[[], bool] = lambda: True
) -> float:
    """Resident megabytes once everything was read and, where there are accounts, their inboxes were ``polled``."""
    with PolicyWeb(hosts=10) as web:
        policies = []
        for number in range(POLICIES):
            web.put(f"/{number}", page(number))
            name = f"Company {number}"
            url = web.url(f"/{number}", number)
            policies.append(Policy(f"company-{number}/terms", name, "Terms of Service", url, source=Source.LIST))
        settings["watching"] = {"allow_hosts": web.allowed, "pause_seconds": 0}
        with RunningBot(folder, settings, policies, environment) as bot:
            bot.wait_for_a_cycle(300)
            assert sum(bool(web.asked[f"/{n}"]) for n in range(POLICIES)) == POLICIES
            bot.wait_until(polled, "every inbox is polled")
            bot.wait_until(lambda: not psutil.Process(bot.process.pid).children(), "no page is being read")
            return bot.megabytes()


def test_with_its_own_page_alone(tmp_path: Path) -> None:
    megabytes = idle_megabytes(tmp_path, {}, {})
    print(f"\nidle with {POLICIES} policies, local alone: {megabytes:.0f} MB")
    assert megabytes <= ALONE


def test_with_three_accounts_that_are_polled(tmp_path: Path) -> None:
    with FakeX() as x, FakePds() as pds, FakeMastodon() as instance:
        fakes = (x, pds, instance)
        settings = {
            "publishing": {"publish": True, "platforms": ["local", "x", "bluesky", "mastodon"]},
            "requests": {"mode": "open"},
            "platforms": {
                "x": {"api": x.url, "handle": "smallprint"},
                "bluesky": {"service": pds.url, "handle": pds.me.handle},
                "mastodon": {"instance": instance.url, "handle": "smallprint"},
            },
        }
        environment = {**secrets_of_x, **secrets_of_bluesky, **secrets_of_mastodon}
        megabytes = idle_megabytes(tmp_path, settings, environment, lambda: all(fake.asked for fake in fakes))
    print(f"\nidle with {POLICIES} policies and three accounts polled: {megabytes:.0f} MB")
    assert megabytes <= POLLED
