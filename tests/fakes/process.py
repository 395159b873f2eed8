"""The bot as an operator runs it: a process of its own with a configuration file, looked at from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
import tomlkit

from bot.model import Policy

_COMMAND = (sys.executable, "-m", "bot")


class RunningBot:
    """`smallprint run` in a folder of its own.

    ``program`` is run in place of ``python -m bot``, by a test that stands between the process and the machine.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any],
        policies: Iterable[Policy],
        environment: Mapping[str, str] = {},
        program: Sequence[str] = _COMMAND,
    ) -> None:
        self.folder = folder
        self._program = program
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.config = folder / "smallprint.toml"
        self._environment = {**os.environ, **environment}
        entries = [{"service": policy.service, "document": policy.document, "url": policy.url} for policy in policies]
        (folder / "policies.toml").write_text(tomlkit.dumps({"policy": entries}), encoding="utf-8")
        tables = {name: dict(table) for name, table in settings.items()}
        tables["watching"] = {"default_list": False, "lists": ["policies.toml"], **tables.get("watching", {})}
        tables["web"] = {"port": self.port, "public_url": self.address}
        self.config.write_text(tomlkit.dumps(tables), encoding="utf-8")

    def __enter__(self) -> Self:
        self.log = (self.folder / "log").open("a+", encoding="utf-8")
        self.process = subprocess.Popen(
            [*self._program, "--config", str(self.config), "run"],
            stderr=self.log,
            cwd=self.folder,
            env=self._environment,
        )
        self.wait_until(lambda: self.answers("/healthz") == 200, "the bot serves its page")
        return self

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self, signum: int = signal.SIGINT) -> int:
        """Ask it to end, and its exit code."""
        self.process.send_signal(signum)
        return self.process.wait(timeout=30)

    def answers(self, path: str) -> int:
        """The status that its web server gives; 0 for none."""
        try:
            return httpx.get(self.address + path, timeout=10).status_code
        except httpx.HTTPError:
            return 0

    def page(self, path: str) -> str:
        return httpx.get(self.address + path, timeout=10).raise_for_status().text

    def command(self, *words: str) -> Any:
        """What another command of the bot prints as JSON, beside the running one."""
        done = subprocess.run(
            [*_COMMAND, "--config", str(self.config), *words, "--json"],
            capture_output=True, text=True, cwd=self.folder, env=self._environment, check=False,
        )  # fmt: skip
        if done.returncode not in (0, 1) or not done.stdout:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)

    def megabytes(self) -> float:
        """Resident memory of the process and its children."""
        process = psutil.Process(self.process.pid)
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 1024**2

    def said(self) -> str:
        """Its log so far."""
        return Path(self.log.name).read_text(encoding="utf-8")

    def wait_for_a_cycle(self, seconds: float = 120) -> None:
        """Until every policy was checked that was due."""
        self.wait_until(lambda: self.command("status")["last_cycle"] is not None, "a full cycle ends", seconds)

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = 120) -> None:
        """Look again and again until something holds, or fail with the bot's log."""
        end = time.monotonic() + seconds
        while not holds():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{what}: not within {seconds} s; its log:\n{self.said()[-4000:]}")
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
