"""What a card costs: processor time, the memory of the process that draws it, and what is left of that in the bot."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time

import psutil
import pytest

from bot.model import Shape
from bot.write.card import Card, as_data, card
from bot.write.draw import Drawn, draw
from bot.write.templating import templates
from tests.write.cards import STORIES

pytestmark = pytest.mark.benchmark

#: Megabytes that the process which draws may take at its most, and that the bot may keep after twenty cards.
DRAWING, KEPT = 160, 4
NAMES = ("one word", "long", "three edits", "Arabic", "Japanese", "emoji")


def card_of(name: str) -> Card:
    made = card(STORIES[name], "Smallprint", "https://smallprint.example/changes/2026-03-03-rookery")
    assert made is not None
    return made


def test_one_card_in_both_shapes() -> None:
    typst = pytest.importorskip("typst")
    compiler = typst.Compiler(str(templates() / "card.typ"), root=str(templates()))
    print()
    for name in NAMES:
        costs = []
        for shape in Shape:
            began = time.process_time()
            compiler.compile(format="png", ppi=144, sys_inputs={"card": json.dumps(as_data(card_of(name), shape))})
            costs.append(1000 * (time.process_time() - began))
        print(f"{name}: portrait {costs[0]:.0f} ms, landscape {costs[1]:.0f} ms of processor time")
        assert max(costs) < 1000


def test_the_memory_of_the_process_that_draws() -> None:
    pytest.importorskip("typst")
    program = (  # (resource.getrusage would count what this process had when it forked)
        "import sys; sys.path[:] = sys.argv[1:]; from bot.write.draw import main; main();"
        "sys.stderr.write(open('/proc/self/status').read())"
    )
    print()
    for name in NAMES:
        asked = {"folder": str(templates()), "cards": [as_data(card_of(name), shape) for shape in Shape]}
        command = [sys.executable, "-c", program, *sys.path]
        ended = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=True)
        megabytes = int(ended.stderr.split(b"VmHWM:")[1].split()[0]) / 1024
        print(f"{name}: {megabytes:.0f} MB at most, all given back")
        assert megabytes < DRAWING


def test_the_bot_keeps_nothing() -> None:
    pytest.importorskip("typst")
    wanted = [(card_of("long"), shape) for shape in Shape]

    async def often(times: int) -> None:
        for _ in range(times):
            assert all(isinstance(picture, Drawn) for picture in await draw(wanted))

    me = psutil.Process()
    asyncio.run(often(3))
    before, began = me.memory_info().rss, time.perf_counter()
    asyncio.run(often(20))
    grown = (me.memory_info().rss - before) / 2**20
    each = 1000 * (time.perf_counter() - began) / 20
    print(f"\n20 processes: {each:.0f} ms each by the clock; the bot grew by {grown:.1f} MB")
    assert grown < KEPT
    assert not me.children()
