"""Secrets stay in the environment: canaries through every fault, looked for wherever the bot says or keeps something.

The platforms here are servers that refuse everything and repeat everything: what they were sent, and the secrets that
they know in every form, in the body and in headers of their answers.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog
from click.testing import CliRunner

from bot import log
from bot.app import Bot
from bot.cli import cli
from bot.operator.doctor import Finding, examine
from bot.operator.status import status_of, status_words
from bot.settings import load, secret_values
from bot.web.export import export
from tests.cli.conftest import page
from tests.fakes.loopback import Answered, Asked, Loopback
from tests.fakes.policies import PolicyWeb
from tests.fakes.site import SALE, policy_text
from tests.test_log import _logging_as_it_was

__all__ = ["_logging_as_it_was"]

NAMES = (
    "SMALLPRINT_X_CONSUMER_KEY", "SMALLPRINT_X_CONSUMER_SECRET", "SMALLPRINT_X_ACCESS_TOKEN",
    "SMALLPRINT_X_ACCESS_TOKEN_SECRET", "SMALLPRINT_BLUESKY_APP_PASSWORD", "SMALLPRINT_MASTODON_ACCESS_TOKEN",
)  # fmt: skip


@dataclass
class Echo(Loopback):
    """Refuses everything with one status, and repeats what it was sent."""

    status: int = 401
    #: What it knows besides.
    knows: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def answer(self, asked: Asked) -> Answered:
        known = [
            *self.knows,
            *map(quote, self.knows),
            *(base64.b64encode(each.encode()).decode() for each in self.knows),
        ]
        words = (
            f"not with {known}; sent were {asked.headers} and {asked.body.decode('utf-8', 'replace')} to {asked.url}"
        )
        body = {"title": words, "detail": words, "error": words, "message": words, "errors": [{"message": words}]}
        shown = "".join(filter(lambda c: " " <= c < "\x7f", words))
        return Answered(
            self.status, body, {"X-Request": shown[:500], "WWW-Authenticate": f'Bearer error="{shown[:300]}"'}
        )


@dataclass
class Stage:
    """A bot whose every platform is the echo, and all that it said and kept."""

    bot: Bot
    folder: Path
    echoes: list[Echo]
    web: PolicyWeb
    canaries: dict[str, str]
    log: io.StringIO

    async def tells(self) -> None:
        """A change is found and every platform is asked to take it."""
        await self.bot.round()
        self.web.put("/privacy", page(policy_text(SALE)))
        for policy in self.bot.store.policies():
            await self.bot.pipeline.check(policy)
            await self.bot.pipeline.check(policy)
        await self.bot.pipeline.publish_due()

    async def said(self) -> dict[str, str]:
        """Everything, by where it stands."""
        found = {"log": self.log.getvalue()}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.bot.pages()), base_url="http://bot.example"
        ) as reader:
            for path in (
                "/",
                "/policies",
                "/about",
                "/feed.xml",
                "/metrics",
                "/health/live",
                "/health/ready",
                "/nothing",
            ):
                answer = await reader.get(path)
                found[path] = f"{answer.headers}{answer.text}"
            for story in self.bot.store.stories(10):
                found[story.id] = (await reader.get(f"/changes/{story.id}")).text
        found["status"] = json.dumps(status_of(self.bot)) + status_words(status_of(self.bot))
        found["outbox"] = repr(self.bot.store.deliveries())
        await export(self.bot.pages(), self.folder / "exported")
        found |= {str(path): path.read_bytes().decode("latin-1") for path in self.folder.rglob("*") if path.is_file()}
        return found


def leaks(said: dict[str, str], canaries: dict[str, str]) -> list[tuple[str, str]]:
    """Where a canary, or a good part of one, is in what was said."""
    return [
        (place, name)
        for place, text in said.items()
        for name, canary in canaries.items()
        if any(part in text for part in (canary[:12], canary[-12:], quote(canary)[2:18], json.dumps(canary)[3:18]))
        or any(base64.b64encode(b"x" * n + canary.encode()).decode()[4:20] in text for n in range(3))
    ]


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Random secrets in the environment, of which one has all that could be escaped in some way."""
    found = {name: f"1{secrets.randbelow(9000)}-{secrets.token_hex(12)}" for name in NAMES}
    found["SMALLPRINT_BLUESKY_APP_PASSWORD"] = f'{secrets.token_hex(6)}"\\%+/&{secrets.token_hex(6)}'
    for name, canary in found.items():
        monkeypatch.setenv(name, f"{canary}\n" if "MASTODON" in name else canary)
    return found


@pytest.fixture
async def stage(tmp_path: Path, canaries: dict[str, str], request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    stream = io.StringIO()
    log.configure("debug", hide=secret_values(), stream=stream)
    with ExitStack() as stack:
        web = stack.enter_context(PolicyWeb())
        echoes = [
            stack.enter_context(
                Echo(getattr(request, "param", 401), [canary for key, canary in canaries.items() if name in key])
            )
            for name in ("X_", "BLUESKY", "MASTODON")
        ]
        x, bluesky, mastodon = (echo.url for echo in echoes)
        web.put("/privacy", page(policy_text()))
        (tmp_path / "list.toml").write_text(
            f'[[policy]]\nservice = "Acme"\ndocument = "Privacy Policy"\nurl = "{web.url("/privacy")}"\n'
        )
        (tmp_path / "smallprint.toml").write_text(
            f'log_level = "debug"\n[watching]\ndefault_list = false\nlists = ["list.toml"]\npause_seconds = 0\n'
            f'allow_hosts = {json.dumps(web.allowed)}\ncontact = "https://ops.example"\n'
            f"[patience]\nplain_minutes = 0\nweak_hours = 0\nalternating_hours = 0\n"
            f'[publishing]\npublish = true\nplatforms = ["local", "x", "bluesky", "mastodon"]\n'
            f'[platforms.x]\napi = "{x}"\n[platforms.bluesky]\nservice = "{bluesky}"\nhandle = "bot.test"\n'
            f'[platforms.mastodon]\ninstance = "{mastodon}"\n'
        )
        bot = Bot(load(tmp_path / "smallprint.toml"))
        yield Stage(bot, tmp_path, echoes, web, canaries, stream)
        await bot.aclose()
    structlog.reset_defaults()


async def test_a_failing_login_says_what_is_wrong_and_no_secret(stage: Stage) -> None:
    await stage.tells()
    said = await stage.said()
    assert all(echo.asked for echo in stage.echoes), "every platform was asked"
    assert "not sent" in said["log"]
    assert set(stage.bot.store.paused_platforms()) == {"x", "bluesky", "mastodon"}
    assert leaks(said, stage.canaries) == []


@pytest.mark.simulation
@pytest.mark.parametrize("stage", [400, 403, 404, 409, 422, 429, 500, 503, 200, 302], indirect=True)
async def test_nor_does_any_other_answer(stage: Stage) -> None:
    await stage.tells()
    await stage.bot.pipeline.publish_due()
    await stage.bot.pipeline.answer_mentions()
    assert leaks(await stage.said(), stage.canaries) == []


async def test_doctor_names_the_variables_and_no_secret(stage: Stage) -> None:
    async def probe() -> Finding:
        return Finding("network", True, "reachable")

    findings = await examine(stage.bot.loaded, probe=probe)
    words = {finding.what: json.dumps(finding.as_json()) for finding in findings}
    assert not next(finding for finding in findings if finding.what == "x").ok
    assert leaks(words, stage.canaries) == []


@pytest.mark.parametrize(
    "command",
    [("status",), ("status", "--json"), ("outbox", "list", "--json"), ("watch", "list", "--json"), ("check",)],
)
async def test_no_command_prints_one(stage: Stage, command: tuple[str, ...]) -> None:
    result = await _typed(stage, *command)
    assert leaks({" ".join(command): result}, stage.canaries) == []


async def _typed(stage: Stage, *command: str) -> str:
    run = CliRunner().invoke
    config = str(stage.folder / "smallprint.toml")
    result = await asyncio.to_thread(run, cli, ["--config", config, *command])
    assert result.output
    return str(result.output) + repr(result.exception)


async def test_a_bug_in_the_midst_of_it_is_logged_whole_and_without_them(stage: Stage) -> None:
    def bug(*args: Any) -> None:
        held = dict(stage.canaries)
        raise RuntimeError(f"cannot go on with {held}")

    await stage.bot._tick("check", lambda: stage.bot.pipeline.check(bug()))  # type: ignore[arg-type, func-returns-value]
    text = stage.log.getvalue()
    assert "RuntimeError: cannot go on" in text
    assert leaks({"log": text}, stage.canaries) == []


def test_a_program_that_crashes_shows_none(canaries: dict[str, str]) -> None:
    code = (
        "import os, sys\nfrom bot.cli import base, main\n"
        "def crash(*a, **k): raise RuntimeError(repr(dict(os.environ)))\n"
        "base.cli.invoke = crash\nsys.argv = ['smallprint', 'status']\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "RuntimeError" in done.stderr
    assert leaks({"stderr": done.stderr, "stdout": done.stdout}, canaries) == []


def test_a_leak_would_be_found(canaries: dict[str, str]) -> None:
    for canary in canaries.values():
        for text in (canary, repr(canary), json.dumps(canary), base64.b64encode(f"u:{canary}".encode()).decode()):
            assert leaks({"somewhere": text}, canaries), text
