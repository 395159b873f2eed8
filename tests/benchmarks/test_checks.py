"""What a check costs in processor time, as ratios to bare httpx on the same pages in the same run.

Counted is what the bot uses and what the processes use that read pages for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import psutil
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.clock import StoryClock
from bot.model import EventKind, Policy, Source
from bot.pipeline import Pipeline
from bot.platforms.local import Local
from bot.ports import PlatformSetup
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.fetch import WebFetcher
from bot.watch.workers import Workers
from tests.benchmarks.serve import served
from tests.steps.test_send import NOON

pytestmark = pytest.mark.benchmark

POLICIES = 200
#: With what surrounds them about 170 KB, as policies' pages are.
PARAGRAPHS = 45


async def _cost(work: Callable[[], Awaitable[None]], workers: Workers | None = None) -> float:
    """Milliseconds of processor time for each policy; starting a process of ``workers`` is counted as well."""
    began = _used(workers)
    await work()
    return (_used(workers) - began) * 1000 / POLICIES


def _used(workers: Workers | None) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in workers.pids] if workers else []
    return time.process_time() + sum(each.user + each.system for each in times)


class Bench:
    """The bot and bare httpx before the same pages."""

    def __init__(self, port: int, folder: Path) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.clock = StoryClock(NOON)
        self.happened: list[EventKind] = []
        self.store = open_store(f"sqlite:///{folder}/smallprint.db")
        self.store.sync_list(
            [
                Policy(f"company-{n}/terms", f"Company {n}", "Terms", f"{self.base}/{n}", source=Source.LIST)
                for n in range(POLICIES)
            ]
        )
        allowed = [self.base.removeprefix("http://")]
        self.fetcher = WebFetcher(contact="bench@example.org", clock=self.clock, allowed=allowed, pause=0)
        self.workers = Workers()
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.fetcher,
            extractor=self.workers,
            publishers={"local": Local(PlatformSetup(options={}, secret=lambda name: ""))},
            clock=self.clock,
            habits=Habits(),
            report=lambda event: self.happened.append(event.kind),
        )

    async def round(self) -> None:
        """Every policy once."""
        self.clock.move_to(self.clock.now() + 2 * self.pipeline.habits.interval)
        self.happened.clear()
        await self.pipeline.check_due()

    async def bare(self, *, parse: bool, etags: dict[str, str]) -> None:
        """The same requests by httpx alone, one after the other; ``parse``: and lexbor's text of each page."""
        async with httpx.AsyncClient() as client:
            for number in range(POLICIES):
                url = f"{self.base}/{number}"
                headers = {"If-None-Match": etags[url]} if url in etags else {}
                answer = await client.get(url, headers=headers)
                etags[url] = answer.headers.get("etag", "")
                if parse:
                    LexborHTMLParser(answer.text).text()

    async def close(self) -> None:
        await self.fetcher.aclose()
        await self.workers.aclose()
        self.store.close()


def test_what_a_check_costs(tmp_path: Path) -> None:
    lines = ["", f"CPU-ms a check, {POLICIES} pages of about 170 KB, and as a ratio to bare httpx in the same run:"]

    async def measure(folder: Path, *, nonce: bool) -> None:
        with served(POLICIES, paragraphs=PARAGRAPHS, nonce=nonce) as port:
            bench = Bench(port, folder)
            first = await _cost(bench.round, bench.workers)
            assert set(bench.happened) == {EventKind.BASELINE}
            again = [await _cost(bench.round, bench.workers) for _ in range(3)]
            assert set(bench.happened) == {EventKind.UNCHANGED}
            etags: dict[str, str] = {}
            await bench.bare(parse=False, etags=etags)
            floor = [await _cost(lambda: bench.bare(parse=nonce, etags={} if nonce else etags)) for _ in range(3)]
            ours, bare = sorted(again)[1], sorted(floor)[1]
            what = "200 with a nonce, against httpx + lexbor" if nonce else "304, against httpx"
            lines.append(f"  unchanged, {what}: {ours:.2f} / {bare:.2f} = {ours / bare:.2f}")
            if not nonce:
                lines.append(f"  first read: {first:.2f}")
            await bench.close()

    for nonce in (False, True):
        folder = tmp_path / str(nonce)
        folder.mkdir()
        asyncio.run(measure(folder, nonce=nonce))
    print("\n".join(lines))


def test_how_long_help_takes(benchmark: pytest.FixtureRequest) -> None:
    """The whole process: `smallprint --help`, which imports nothing that it does not need."""
    import subprocess
    import sys

    benchmark(subprocess.run, [sys.executable, "-m", "bot", "--help"], check=True, capture_output=True)  # type: ignore[operator]
