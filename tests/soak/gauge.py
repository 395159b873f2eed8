"""The bot from outside: memory, processes, open files and processor time of the whole process tree."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Sample:
    """One look."""

    second: float
    #: Resident megabytes of the process, and of it and all its children.
    main: float
    tree: float
    processes: int
    #: Open files and connections of the process, and its threads.
    files: int
    threads: int


class Gauge:
    """Looks at a process and its children, and remembers every child there ever was."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)
        self.samples: list[Sample] = []
        self.children: set[psutil.Process] = set()
        #: Processor seconds of the process itself.
        self.worked = 0.0

    def look(self, second: float) -> None:
        """Take a sample."""
        children = self.process.children(recursive=True)
        self.children.update(children)
        main = self.process.memory_info().rss / 1024**2
        times = self.process.cpu_times()
        self.worked = times.user + times.system
        tree = main + sum(_megabytes(child) for child in children)
        self.samples.append(
            Sample(second, main, tree, 1 + len(children), self.process.num_fds(), self.process.num_threads())
        )

    def orphans(self) -> list[str]:
        """Children that are still there though the process has ended."""
        found = []
        for child in self.children:
            with suppress(psutil.NoSuchProcess):
                if child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
                    found.append(f"{child.pid} {child.name()}")
        return found

    def between(self, first: float, last: float) -> list[Sample]:
        """The samples of some seconds."""
        return [sample for sample in self.samples if first <= sample.second < last]


def usual(values: Iterable[float]) -> float:
    """The median: what is held, not what a moment needed."""
    return statistics.median(values)


def _megabytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1024**2
    except psutil.NoSuchProcess:
        return 0.0
