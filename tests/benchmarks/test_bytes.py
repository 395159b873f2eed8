"""What hostile bytes cost the running bot: time of their own check, memory of the bot, and time of other policies."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from itertools import count
from pathlib import Path

import pytest

from bot.errors import FetchError
from bot.watch.workers import TOO_COSTLY, Workers
from tests.benchmarks.hostile import cases
from tests.fakes.pages import POLICY, page, snapshot
from tests.fakes.web import WebSite

pytestmark = pytest.mark.benchmark

#: The most that a check may take, the bot may grow, and another check may take meanwhile (seconds, MiB, seconds). A
#: site may take all of the first with a byte a second, and then the connection is yet to be closed.
CHECK, MEMORY, DELAY = 15.0 + 0.5, 32.0, 5.0
HEALTHY = 8


async def test_what_hostile_bytes_cost(tmp_path: Path) -> None:
    hostile = list(cases())
    names = [f"127.0.{1 + number // 200}.{1 + number % 200}" for number in range(len(hostile) + HEALTHY)]
    async with WebSite(addresses=("127.0.0.1", *names)) as site:
        urls = [f"http://{name}:{site.port}/policy" for name in names]
        for name, (_, put) in zip(names, hostile, strict=False):
            put(site, f"{name}:{site.port}/policy")
        # A page with a token in it, as many are: it is parsed at every look.
        tokens = count()
        for name in names[len(hostile) :]:
            site.shows(f"{name}:{site.port}/policy", lambda: page(f"<h1>Privacy</h1>{POLICY}<!-- {next(tokens)} -->"))
        program = [sys.executable, "-m", "tests.benchmarks.read_beside", str(tmp_path)]
        bot = await asyncio.create_subprocess_exec(
            *program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        asked = {
            "hostile": dict(zip((name for name, _ in hostile), urls, strict=False)),
            "healthy": urls[len(hostile) :],
        }
        said, _ = await bot.communicate(json.dumps(asked).encode())
    found = [json.loads(line) for line in said.splitlines()]
    print("\n  seconds  MiB in the bot  longest check of another")
    for each in found:
        print(
            f"  {each['seconds']:7.2f}  {each['megabytes']:14.1f}  {each['delay']:24.2f}  "
            f"{each['case']}: {each['event']} ({each['why']})"
        )
    assert [each["case"] for each in found] == [name for name, _ in hostile]
    assert bot.returncode == 0
    assert {each["event"] for each in found} == {"failed", "baseline"}
    dear = [each for each in found if each["seconds"] > CHECK or each["megabytes"] > MEMORY or each["delay"] > DELAY]
    assert dear == []


# ---- repeats -------------------------------------------------------------------------------------------------------

#: What patterns and parsers look for, in the three languages that pages are written in.
ATOMS = {
    "text/html": (
        *"<>/\"'=&#-!aA1 \n\t©([.,;•é।。@\u200d\u0300\xa0\ufeff\xad",
        *("<p>", "</p>", "<b>", "<a href=x>", "<a", "</a>", "<!--", "-->", "<br>", "<li>", "<ul>", "<table>", "<tr>"),
        *(
            "<td>",
            "<span>",
            "</span>",
            "<div>",
            '<div class="',
            "id='",
            "<h1>",
            "<script>",
            "<style>",
            "<nav>",
            "<pre>",
        ),
        *("<select>", "<svg>", "<button>", "<main>", "&amp;", "://", "www.", "1.", "(a)", "Section 1", "2024"),
        *("copyright ", "all rights reserved"),
    ),
    "text/markdown": (
        *"*_`~#>-+[]()!<\\&|: \n\t\"'=aA\u200d\u0300",
        *("1.", "-->", "<!--", "<a-", "<div", "<a>", "http://", "![", "](x)", "---", "&#", "<?", "]]>", "\n\n", "    "),
    ),
    "text/plain": (*"\n\t \faA=-*•.\r\x0b\u2028_\u200dé\u0300", "1.", "(a) ", "a. ", "Section 1"),
}
#: Bytes, and how many pages of them.
SIZE, TRIES = 200_000, 300


async def test_no_repeat_of_anything_takes_time_that_grows_with_its_square() -> None:
    """200 KB of a few signs again and again take tenths of a second, in Markdown two; a square would take minutes."""
    chance = random.Random(4)
    workers = Workers()
    dear = []
    for _ in range(TRIES):
        kind = chance.choice(list(ATOMS))

        def some(least: int, most: int, kind: str = kind) -> str:
            return "".join(chance.choices(ATOMS[kind], k=chance.randint(least, most)))

        before, unit, after = some(0, 3), some(1, 4), some(0, 2)
        text = before + unit * (SIZE // len(unit.encode())) + after
        try:
            await workers.extract(snapshot(f"<html><p>{text}" if kind == "text/html" else text, kind))
        except FetchError as error:
            if str(error) == TOO_COSTLY:
                dear.append((kind, before, unit, after))
    await workers.aclose()
    assert dear == []
