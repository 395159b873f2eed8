"""An operator at the command line, and a company's site on loopback that the operator watches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import cli
from tests.fakes.policies import PolicyWeb
from tests.fakes.site import policy_text


def page(text: str, name: str = "Acme") -> bytes:
    """A policy of `tests.fakes.site` as a company's web page."""
    paragraphs = []
    for block in text.strip().split("\n\n"):
        marks, _, words = block.partition(" ")
        is_heading = marks.strip("#") == ""
        paragraphs.append(f"<h{len(marks)}>{words}</h{len(marks)}>" if is_heading else f"<p>{block}</p>")
    head = f'<title>Privacy Policy | {name}</title><meta property="og:site_name" content="{name}">'
    body = f"<main>{''.join(paragraphs)}</main>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()


@dataclass
class Operator:
    """Types commands in a folder of their own."""

    folder: Path
    web: PolicyWeb

    @property
    def config(self) -> Path:
        return self.folder / "smallprint.toml"

    @property
    def address(self) -> str:
        """Of the company's policy."""
        return self.web.url("/privacy")

    def configures(self, text: str = "", *, patience: float = 0) -> None:
        """Write the configuration: the company's site is allowed, and nothing else is watched."""
        self.config.write_text(
            f"{text}\n[watching]\ndefault_list = false\npause_seconds = 0\n"
            f"allow_hosts = {json.dumps(self.web.allowed)}\n"
            f"[patience]\nplain_minutes = {patience}\nweak_hours = {patience}\nalternating_hours = {patience}\n",
            encoding="utf-8",
        )

    def types(self, *words: str, exits: int | None = 0) -> str:
        """Run a command; what it printed, on either stream."""
        result = self.runs(*words)
        if exits is not None:
            assert result.exit_code == exits, result.output
        return result.output

    def reads(self, *words: str) -> Any:
        """The JSON that a command prints."""
        result = self.runs(*words, "--json")
        assert result.exit_code in (0, 1), result.output
        return json.loads(result.stdout)

    def runs(self, *words: str) -> Result:
        config = ["--config", str(self.config)] if self.config.exists() else []
        result = CliRunner().invoke(cli, [*config, *words], prog_name="smallprint")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    monkeypatch.chdir(tmp_path)
    with PolicyWeb() as web:
        web.put("/privacy", page(policy_text()))
        operator = Operator(tmp_path, web)
        operator.configures()
        yield operator
