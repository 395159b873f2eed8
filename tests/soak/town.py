"""Serves a plan on loopback, a host an address, and keeps to its schedule."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Self

from tests.fakes.web import WebSite
from tests.soak.plot import Plot


class Town:
    """Serves while it is entered; the schedule begins with `begin`."""

    def __init__(self, plots: Sequence[Plot]) -> None:
        self.plots = plots
        served = dict.fromkeys(plot.address for plot in plots if plot.is_served)
        mute = frozenset(plot.address for plot in plots if plot.reached == "mute")
        self.site = WebSite(addresses=tuple(served), mute=mute)
        #: When the schedule began, on the monotonic clock.
        self.began = 0.0
        #: What went wrong on this side, which proves nothing about the bot.
        self.trouble: BaseException | None = None
        self._open = threading.Event()

    @property
    def port(self) -> int:
        return self.site.port

    @property
    def allowed(self) -> list[str]:
        """Its hosts, as an operator allows them."""
        return list(dict.fromkeys(f"{plot.host}:{self.port}" for plot in self.plots if plot.is_allowed))

    def begin(self) -> None:
        """This is second 0."""
        self.began = time.monotonic()
        self._loop.call_soon_threadsafe(self._begun.set)

    @property
    def second(self) -> float:
        """Since `begin`."""
        return time.monotonic() - self.began

    def visits(self) -> dict[str, list[float]]:
        """When each page was asked for, by its place."""
        found = defaultdict(list)
        for asked in list(self.site.asked):
            found[asked.host + asked.target].append(asked.at - self.began)
        return found

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._open.wait(timeout=60)
        if self.trouble:
            raise self.trouble
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self.trouble = error
        finally:
            self._open.set()

    async def _serve(self) -> None:
        self._loop, self._begun = asyncio.get_running_loop(), asyncio.Event()
        serving = asyncio.current_task()
        assert serving is not None
        self._serving = serving
        async with self.site:
            turns = sorted(((turn.at, n, turn) for n, plot in enumerate(self.plots) for turn in plot.turns), key=_order)
            for at, number, turn in turns:
                if at > 0 and not self._open.is_set():
                    self._open.set()
                    await self._begun.wait()
                await asyncio.sleep(max(0.0, at - self.second) if at else 0)
                turn.scene(self.site, self.plots[number].place(self.port), turn.page)
            self._open.set()
            await asyncio.Event().wait()


def _order(turn: tuple[float, int, object]) -> tuple[float, int]:
    return turn[:2]
