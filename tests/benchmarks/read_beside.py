"""The bot under hostile bytes, in a process of its own so that its memory is its own: ``python -m ... FOLDER`` with the
addresses on standard input. For each hostile one it prints what its check came to and cost, as a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from bot.clock import SystemClock
from bot.model import Event, EventKind, Policy, Source
from bot.pipeline import Pipeline
from bot.platforms.local import Local
from bot.ports import PlatformSetup
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.fetch import WebFetcher
from bot.watch.workers import Workers


def _kilobytes(name: str) -> int:
    """A figure of the kernel about this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{name}:")[1].split()[0])


def _begin_peak_anew() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


async def main(folder: str, hostile: dict[str, str], healthy: list[str]) -> None:
    events: list[Event] = []
    store = open_store(f"sqlite:///{folder}/smallprint.db")
    allowed = [urlsplit(url).netloc for url in (*hostile.values(), *healthy)]
    fetcher = WebFetcher(contact="bench@example.org", clock=SystemClock(), allowed=allowed, pause=0)
    workers = Workers()
    pipeline = Pipeline(
        store=store,
        fetcher=fetcher,
        extractor=workers,
        publishers={"local": Local(PlatformSetup(options={}, secret=lambda name: ""))},
        clock=SystemClock(),
        habits=Habits(),
        report=events.append,
    )

    def policy(name: str, url: str) -> Policy:
        return Policy(f"{name}/terms", name, "Terms", url, source=Source.LIST)

    others = [policy(f"other-{number}", url) for number, url in enumerate(healthy)]
    bad = {name: policy(f"hostile-{number}", url) for number, (name, url) in enumerate(hostile.items())}
    store.sync_list([*others, *bad.values()])
    for each in others * 2:
        await pipeline.check(each)

    async def beside(done: asyncio.Event) -> float:
        """The longest that a check of another policy takes meanwhile."""
        longest = 0.0
        for number in count():
            began = time.perf_counter()
            await pipeline.check(others[number % len(others)])
            longest = max(longest, time.perf_counter() - began)
            if done.is_set():
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), 0.05)
        return longest

    for name, each in bad.items():
        _begin_peak_anew()
        before, began, done = _kilobytes("VmRSS"), time.perf_counter(), asyncio.Event()
        meanwhile = asyncio.create_task(beside(done))
        await pipeline.check(each)
        seconds = time.perf_counter() - began
        done.set()
        delay = await meanwhile
        (event,) = [event for event in events if event.policy == each]
        found = {
            "case": name,
            "seconds": seconds,
            "megabytes": (_kilobytes("VmHWM") - before) / 1024,
            "delay": delay,
            "event": event.kind.value,
            "why": "; ".join(event.reasons)[:200],
        }
        print(json.dumps(found), flush=True)
    unread = [event for event in events if event.policy in others and event.kind is EventKind.FAILED]
    assert not unread, unread
    await fetcher.aclose()
    await workers.aclose()
    store.close()


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    asyncio.run(main(sys.argv[1], asked["hostile"], asked["healthy"]))
