"""The truth of the soak: that it is complete, that a seed replays it, and that nothing in it is too late to be seen."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.soak.guarded import ESCAPE
from tests.soak.hostile import CASES
from tests.soak.plan import SOON, plan, telephone_book
from tests.soak.plot import Pace, Plot

SECONDS = 600


@pytest.fixture(scope="module")
def plots() -> tuple[Plot, ...]:
    return plan(7, 1000, SECONDS)


def times(plots: tuple[Plot, ...]) -> list[object]:
    return [(plot.role, plot.host, plot.tellings, [(turn.at, turn.page) for turn in plot.turns]) for plot in plots]


def test_a_seed_replays_the_plan_and_another_one_does_not(plots: tuple[Plot, ...]) -> None:
    assert times(plan(7, 1000, SECONDS)) == times(plots)
    assert times(plan(8, 1000, SECONDS)) != times(plots)


def test_every_case_is_met_from_the_beginning_and_after_a_good_one(plots: tuple[Plot, ...]) -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        met = {len(plot.turns) for plot in plots if plot.role == case.name}
        assert met == ({1, 2} if case.turned else {1}), case.name


def test_every_case_was_met_before_memory_is_measured(plots: tuple[Plot, ...]) -> None:
    pace = Pace()
    for case in CASES:
        first = min((plot.turns[1].at for plot in plots if plot.role == case.name and len(plot.turns) == 2), default=0)
        assert first <= pace.on_time + SOON < 180, case.name


def test_every_policy_has_its_own_place_and_what_is_slow_its_own_host(plots: tuple[Plot, ...]) -> None:
    assert len(plots) == len({plot.place(80) for plot in plots}) == 1000
    quiet = {plot.address for plot in plots if plot.healthy and not plot.tellings}
    assert not quiet & {plot.address for plot in plots if not plot.healthy}


def test_what_must_be_told_is_said_after_the_first_read_and_can_be_told_before_the_end(plots: tuple[Plot, ...]) -> None:
    pace = Pace()
    tellings = [telling for plot in plots for telling in plot.tellings]
    assert len(tellings) > 200
    assert all(pace.on_time <= telling.at < telling.by <= SECONDS for telling in tellings)
    assert len({(plot.number, telling.sentence, telling.kind) for plot in plots for telling in plot.tellings}) == len(
        tellings
    )
    for plot in plots:
        for telling in plot.tellings:
            pages = [turn.page for turn in plot.turns if turn.page]
            assert telling.sentence in pages[-1] or telling.sentence in pages[-2]
            assert telling.sentence not in pages[0]


def test_a_run_that_is_too_short_or_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        plan(1, 1000, 120)
    with pytest.raises(ValueError, match="too few"):
        plan(1, 100, SECONDS)


GUARDED = """
import json, socket, sys
from tests.soak.guarded import guard
guard(json.loads(sys.argv[1]))
for name in ("shop.example", "127.0.0.1", "gone.example", "nobody.example"):
    try:
        print(name, socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)[0][4][0])
    except socket.gaierror as error:
        print(name, error.errno == socket.EAI_NONAME)
for address in (("127.0.0.1", 1), ("10.0.0.1", 80)):
    with socket.socket() as line:
        try:
            line.connect(address)
        except ConnectionRefusedError:
            print("refused")
"""


def test_the_guarded_bot_knows_its_telephone_book_and_leaves_no_trace_outside() -> None:
    book = {"shop.example": "127.1.0.9", "gone.example": "gone"}
    program = [sys.executable, "-c", GUARDED, json.dumps(book)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:4] == [
        "shop.example 127.1.0.9", "127.0.0.1 127.0.0.1", "gone.example True", "nobody.example True",
    ]  # fmt: skip
    assert done.stdout.count("refused") == 2
    assert done.stderr.split("\n")[:-1] == [
        f"{ESCAPE} a look-up of 'nobody.example'",
        f"{ESCAPE} a connection to ('10.0.0.1', 80)",
    ]


def test_names_lead_where_the_plan_says(plots: tuple[Plot, ...]) -> None:
    book = telephone_book(plots)
    for plot in plots:
        if plot.reached == "name":
            assert book[plot.host] == plot.address
    assert {"gone", "later", "silent", "10.0.0.7", "169.254.169.254"} <= set(book.values())
