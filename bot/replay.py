"""A recorded history through the whole pipeline, with a simulated clock.

A folder holds files named by the time from which a fetch returned them (``2023-08-23T034134.md``, .html, .pdf, .txt,
each also .gz; a name may have a prefix before the time). Between two files the page is polled at the usual interval;
polls at which nothing could happen are skipped, so that 500 versions over 14 years take seconds.
"""

from __future__ import annotations

import gzip
import math
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import StoryClock
from bot.errors import ConfigError
from bot.model import Event, EventKind, Policy, Snapshot, Source, Validators
from bot.pipeline import Pipeline
from bot.ports import Publisher
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.media import content_type_of
from bot.watch.trusted import Trusted

_NAME = re.compile(r"(?P<time>\d{4}-\d\d-\d\dT\d{6})[^.]*\.(?P<kind>md|html?|pdf|txt)(\.gz)?$")
_PASSED_OVER = re.compile(r"\.ota\.md$|^index\.json$")
#: The events that a reader of a replay wants to see; the rest is what a log is for.
TELLING = frozenset({EventKind.POST, EventKind.WITHDRAWN, EventKind.RESTORED, EventKind.IN_EFFECT, EventKind.HELD})
#: And those that say why nothing was told: every verdict, so that a wrong one can be found.
JUDGED = TELLING | {EventKind.BASELINE, EventKind.SEEN, EventKind.SILENT, EventKind.VANISHED, EventKind.FAILED}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One file of a history: from ``at`` on a fetch returned it."""

    at: datetime
    path: Path

    def snapshot(self, now: datetime) -> Snapshot:
        """The page as a fetch at ``now`` would have returned it."""
        body = self.path.read_bytes()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        name = self.path.name.removesuffix(".gz")
        return Snapshot(f"https://replay.example/{name}", now, body, content_type_of(name, body))


def history(folder: Path) -> list[Recorded]:
    """The files of a folder in the order of their times.

    Raises:
        ConfigError: the folder is missing or holds no file that is named by a time.
    """
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}: name one with files such as 2023-08-23T034134.md.")
    found = []
    for path in folder.iterdir():
        if (name := _NAME.search(path.name)) and not _PASSED_OVER.search(path.name):
            at = datetime.strptime(name["time"], "%Y-%m-%dT%H%M%S").replace(tzinfo=UTC)
            found.append(Recorded(at, path))
    if not found:
        raise ConfigError(
            f"{folder} holds no recorded pages: name its files by the time from which a fetch returned them, "
            "such as 2023-08-23T034134.md."
        )
    return sorted(found, key=lambda recorded: (recorded.at, recorded.path.name))


class _RecordedSite:
    """A Fetcher whose pages are the files, each from its time on."""

    def __init__(self, files: list[Recorded], clock: StoryClock) -> None:
        self.files = files
        self.times = [file.at for file in files]
        self.clock = clock

    def at(self, moment: datetime) -> Recorded:
        return self.files[max(0, bisect_right(self.times, moment) - 1)]

    async def fetch(self, policy: Policy, validators: Validators | None = None) -> Snapshot | None:
        return self.at(self.clock.now()).snapshot(self.clock.now())


async def replay(
    folder: Path,
    publishers: dict[str, Publisher],
    habits: Habits,
    tell: Callable[[Event, str], None],
    wanted: frozenset[EventKind] = TELLING,
) -> None:
    """Run the pipeline over a history; ``tell`` gets each wanted event and the name of the file it is about.

    Raises:
        ConfigError: the folder holds no history.
        SmallprintError: a file of it cannot be read.
    """
    files = history(folder)
    clock = StoryClock(files[0].at)
    site = _RecordedSite(files, clock)
    store = open_store("sqlite://")
    policy = Policy("replay/policy", folder.name, "Policy", files[0].path.name, source=Source.OPERATOR)
    store.add_policy(policy)

    def report(event: Event) -> None:
        if event.kind in wanted:
            tell(event, site.at(event.fetched_at or event.at).path.name)

    pipeline = Pipeline(
        store=store,
        fetcher=site,
        extractor=Trusted(),
        publishers=publishers,
        clock=clock,
        habits=replace(habits, jitter=0.0, live=frozenset()),
        report=report,
    )
    for file, following in zip(files, [*files[1:], None], strict=True):
        if file is not files[0] and (last := _last_poll(store.next_due(), file.at, habits)) is not None:
            clock.move_to(last)  # the bot knows until when it read the page before
            await pipeline.check(policy)
        clock.move_to(_poll_at(store.next_due(), file.at, habits))
        end = following.at if following else None
        while True:
            pipeline.tell_what_takes_effect()
            await pipeline.check(policy)
            due = store.next_due()
            waiting = store.reading(policy.id).candidate_since is not None
            wake = due if waiting else _effect(store.next_effect(), due, habits)
            if wake is None or (end is not None and wake >= end):
                break
            clock.move_to(wake)
    store.close()


def _poll_at(due: datetime | None, moment: datetime, habits: Habits) -> datetime:
    """The first regular poll at or after ``moment``, counted from the next one that is due."""
    if due is None or due >= moment:
        return max(due or moment, moment)
    return due + math.ceil((moment - due) / habits.interval) * habits.interval


def _last_poll(due: datetime | None, moment: datetime, habits: Habits) -> datetime | None:
    """The last regular poll before ``moment``, if there is one."""
    if due is None or due >= moment:
        return None
    return due + (math.ceil((moment - due) / habits.interval) - 1) * habits.interval


def _effect(day: datetime | None, due: datetime | None, habits: Habits) -> datetime | None:
    return None if day is None else _poll_at(due, day, habits)
