"""One seed, from its first look to its judgement."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from tests.simulation.oracle import judge
from tests.simulation.plot import Plot
from tests.simulation.world import World


@dataclass(frozen=True)
class Run:
    """What a seed came to."""

    seed: int
    trace: tuple[str, ...]
    #: What is wrong; "" for nothing.
    wrong: str
    posts: int
    deaths: int
    points: int

    def story(self) -> str:
        """How it came to that, and how to see it again."""
        return "\n".join(
            [*self.trace, f"seed {self.seed}: {self.wrong}", f"again: python -m tests.simulation --seed {self.seed}"]
        )


def run(seed: int) -> Run:
    """Play a seed and judge it."""
    world = World(seed, workers=1 + seed % 2)
    plot = Plot(world)
    wrong = ""
    try:
        plot.play()
        judge(plot)
    except AssertionError as error:
        wrong = str(error) or repr(error)
    except Exception as error:  # a bug, of the bot's or of the simulation's
        wrong = "".join(traceback.format_exception(error))
    finally:
        posts = sum(len(world.shown(platform)) for platform in world.ways)
        world.close()
    return Run(seed, tuple(world.trace), wrong, posts, world.deaths, world.points)
