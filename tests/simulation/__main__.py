"""``python -m tests.simulation [--seed N | --seeds N [--first N] [--jobs N]]``: many seeds, or one with its story."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.run import Run, run


def main() -> int:
    """Exit code 1 where a seed is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if asked.seed is not None:
        one = run(asked.seed)
        print(one.story())
        return int(bool(one.wrong))
    began = time.monotonic()
    with ProcessPoolExecutor(asked.jobs) as pool:
        runs = list(pool.map(run, range(asked.first, asked.first + asked.seeds), chunksize=10))
    wrong = [each for each in runs if each.wrong]
    print(f"{summary(runs)} in {time.monotonic() - began:.0f} s with {asked.jobs} processes")
    for each in wrong[:20]:
        print(f"seed {each.seed}: {each.wrong[:300]}")
    return int(bool(wrong))


def summary(runs: list[Run]) -> str:
    """In one line."""
    posts, deaths, points = (sum(getattr(each, what) for each in runs) for what in ("posts", "deaths", "points"))
    wrong = sum(bool(each.wrong) for each in runs)
    return f"{len(runs)} seeds, {posts} posts, {deaths} deaths at {points} points, {wrong} wrong"


if __name__ == "__main__":
    sys.exit(main())
