"""A bot that is killed at each point at which it can be: around every commit and every request."""

from __future__ import annotations

import pytest

from bot.model import DeliveryState
from tests.fakes.site import TRAINING, policy_text
from tests.simulation.oracle import judge
from tests.simulation.plot import MINUTE, Plot
from tests.simulation.world import PLATFORMS, World


def live(seed: int, dies_at: int | None) -> tuple[World, int]:
    """One policy, one change, three platforms, and nothing else that fails; and the points at which it could."""
    world = World(seed)
    world.options["x"].pop("budget_dollars", None)
    plot = Plot(world)
    policy = world.watch(0)
    plot.said[policy.id] = [TRAINING]
    world.round()
    world.sites.of[policy.id].text = policy_text(TRAINING)
    world.passes(world.habits.interval)
    world.points, world.dies_in = 0, dies_at
    for _ in range(4):
        world.round()
        world.passes(31 * MINUTE)
    passed = world.points
    plot.all_is_mended()
    judge(plot)
    return world, passed


def points(seed: int) -> int:
    """How many there are until all is told."""
    world, passed = live(seed, None)
    world.close()
    return passed


def _is_told_once(seed: int, dies_at: int) -> None:
    world, _ = live(seed, dies_at)
    try:
        assert world.deaths == 1
        assert [len(world.shown(platform)) for platform in PLATFORMS] == [1, 1, 1], "\n".join(world.trace)
        assert {each.state for each in world.store.deliveries()} == {DeliveryState.SENT}
    finally:
        world.close()


@pytest.mark.parametrize("dies_at", range(0, 60, 7))
def test_a_death_in_the_middle_loses_nothing_and_repeats_nothing(dies_at: int) -> None:
    _is_told_once(1, dies_at)


@pytest.mark.simulation
def test_so_it_is_at_every_point() -> None:
    for seed in range(6):
        for dies_at in range(points(seed)):
            _is_told_once(seed, dies_at)
