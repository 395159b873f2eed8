"""A bot that lives through everything, some dozens of times; `-m simulation` some thousands of times.

A seed that fails is seen again with ``python -m tests.simulation --seed N``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from bot.model import Part, Receipt
from bot.platforms.mastodon import Mastodon
from bot.ports import Publisher
from tests.fakes.site import TRAINING, policy_text
from tests.simulation.__main__ import summary
from tests.simulation.oracle import judge
from tests.simulation.plot import HOUR, Plot
from tests.simulation.run import Run, run
from tests.simulation.world import PLATFORMS, World

#: Of those that CI plays, by how many seconds and processes there are; each is another seed.
SECONDS = float(os.environ.get("SMALLPRINT_TEST_SIMULATION_SECONDS", "180"))


@pytest.mark.parametrize("seed", range(16))
def test_every_story_stands_once_on_each_platform(seed: int) -> None:
    _is_right(run(seed))


def test_a_seed_replays_identically() -> None:
    assert run(7) == run(7)


@pytest.mark.simulation
def test_so_it_is_with_thousands_of_seeds() -> None:
    """As many as fit into the time, from a seed on that is said."""
    first = int(os.environ.get("SMALLPRINT_TEST_SIMULATION_FIRST", "0"))
    jobs = os.cpu_count() or 1
    end, runs = time.monotonic() + SECONDS, list[Run]()
    with ProcessPoolExecutor(jobs) as pool:
        while time.monotonic() < end:
            seeds = range(first + len(runs), first + len(runs) + 20 * jobs)
            runs += pool.map(run, seeds, chunksize=5)
    print(summary(runs))
    for each in runs:
        _is_right(each)


def _is_right(played: Run) -> None:
    assert not played.wrong, played.story()


# ---- what the simulation finds --------------------------------------------------------------------------------------


class ForgetsToLook(Mastodon):
    """A publisher with a planted bug: what may be there is never found."""

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        return None


def without_reading_back(honest: dict[str, Publisher]) -> dict[str, Publisher]:
    mastodon = honest["mastodon"]
    assert isinstance(mastodon, Mastodon)
    return {**honest, "mastodon": ForgetsToLook(mastodon._setup, mastodon._wire)}


def _verdict(world: World, play: Callable[[Plot], None]) -> str:
    plot = Plot(world)
    try:
        play(plot)
        judge(plot)
    except AssertionError as error:
        return str(error)
    finally:
        world.close()
    return ""


def test_a_bot_that_does_not_read_back_is_found_out() -> None:
    verdicts = (_verdict(World(seed, publishers=without_reading_back), Plot.play) for seed in (28, 30, 38, *range(60)))
    assert any("times" in verdict for verdict in verdicts)


def told_and_forgotten(plot: Plot) -> None:
    """A change is told, and then a database is restored that does not know of it."""
    world = plot.world
    world.options["x"].pop("budget_dollars", None)
    policy = world.watch(0)
    plot.said[policy.id] = [TRAINING]
    world.round()
    backup = world.backup()
    world.sites.of[policy.id].text = policy_text(TRAINING)
    for _ in range(3):
        world.passes(6 * HOUR)
        world.round()
    assert all(world.shown(platform) for platform in PLATFORMS)
    world.passes(HOUR)
    world.restore(backup)
    plot.all_is_mended()


@pytest.mark.parametrize("seed", range(3))
def test_after_an_older_backup_nothing_is_posted_again(seed: int) -> None:
    assert _verdict(World(seed), told_and_forgotten) == ""


def test_a_bot_that_believes_an_older_database_is_found_out() -> None:
    assert "2 times" in _verdict(World(1, believes_backups=True), told_and_forgotten)
