"""A real browser, headless and alone: it reaches this machine, and whatever else it asks for is written down."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

#: Nothing of its own: no updates, no sync, no first run, no sandbox (tests run as root in a container).
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
_ITS_OWN = re.compile(r"[ /.](?:google|googleapis|gstatic|gvt1)\.com[:/ ]")
#: Seconds for one page; far more than it needs.
_PATIENCE = 90


def find() -> str:
    """Where it is. Where it is not, a test says so and is passed over; in CI it must be there."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        reason = "no chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@dataclass
class Outside:
    """Stands where the rest of the world would be: a proxy that lets nobody through and remembers who asked."""

    asked: list[str] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Outside:
        self._server = await asyncio.start_server(self._refuse, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def strangers(self) -> list[str]:
        """What was asked for besides the browser's own services, which no flag turns off for good."""
        return [line for line in self.asked if not _ITS_OWN.search(line)]

    @property
    def address(self) -> str:
        """Where it listens."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return f"127.0.0.1:{port}"

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readline()).decode("latin-1").strip())
        writer.close()


@dataclass(frozen=True)
class Browser:
    """One run of it for each question, with a fresh profile."""

    program: str
    profile: Path
    outside: Outside

    async def run(self, url: str, *options: str, dark: bool = False) -> tuple[str, str]:
        """What it wrote to stdout and stderr."""
        scheme = ("--blink-settings=preferredColorScheme=0", "--force-dark-mode") if dark else ()
        process = await asyncio.create_subprocess_exec(
            self.program,
            *_QUIET,
            *scheme,
            f"--user-data-dir={self.profile}",
            f"--proxy-server=http://{self.outside.address}",
            "--enable-logging=stderr",
            *options,
            url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "HOME": str(self.profile), "LANG": "C.UTF-8"},
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(), _PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    async def dom(self, url: str, **facts: Any) -> tuple[str, str]:
        """A page's markup once it is loaded, and what the console said."""
        return await self.run(url, "--virtual-time-budget=10000", "--dump-dom", **facts)

    async def picture(
        self, url: str, file: Path, width: int, height: int, *, sharp: bool = False, **facts: Any
    ) -> None:
        """What is seen in a window of that size; ``sharp`` has two pixels for each, as phones do."""
        scale = f"--force-device-scale-factor={2 if sharp else 1}"
        await self.run(url, f"--window-size={width},{height}", scale, f"--screenshot={file}", **facts)

    async def print(self, url: str, file: Path) -> None:
        """A PDF, as the print style has it."""
        await self.run(url, "--no-pdf-header-footer", f"--print-to-pdf={file}")
