"""A host whose pages fail one after the other is left alone, and one that answers is not."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.watch.breaker import FIRST_REST, LONGEST_REST, SEVERAL, SILENT, Breaker
from tests.watch.conftest import NOW

SECOND = timedelta(seconds=1)


class Host:
    """A breaker, its pages, and time."""

    def __init__(self) -> None:
        self.breaker = Breaker()
        self.now = NOW
        self.chance = random.Random(1)

    def fails(self, page: str, *, shut: bool = False) -> datetime | None:
        return self.breaker.fails(page, self.now, self.chance, shut=shut)

    def answers(self) -> None:
        self.breaker.answers(self.now)

    def breaks(self) -> timedelta:
        """Fails until it is left alone; for how long."""
        for number in range(SEVERAL):
            until = self.fails(f"/{number}", shut=True)
        assert until is not None
        return until - self.now


def test_a_page_that_fails_again_and_again_is_its_own_trouble() -> None:
    host = Host()
    for _ in range(50):
        assert host.fails("/privacy", shut=True) is None
        host.now += timedelta(hours=1)


def test_several_pages_of_a_host_that_takes_no_connection_are_the_hosts_trouble() -> None:
    host = Host()
    assert [host.fails(page, shut=True) is not None for page in ("/a", "/b", "/c")] == [False, False, True]


def test_slow_or_broken_pages_are_the_hosts_trouble_only_where_nothing_of_it_answers() -> None:
    host = Host()
    host.answers()
    assert [host.fails(page) for page in ("/a", "/b", "/c", "/d")] == [None] * 4, "a moment ago it answered"
    host.now += SILENT - SECOND
    assert host.fails("/e") is None
    host.now += SECOND
    assert host.fails("/a") is not None


def test_an_answer_in_between_begins_the_count_anew() -> None:
    host = Host()
    for page in ("/a", "/b", "/well", "/c", "/d"):
        if page == "/well":
            host.answers()
        else:
            assert host.fails(page, shut=True) is None


def test_each_probe_that_fails_doubles_the_rest_up_to_a_limit_and_an_answer_ends_it() -> None:
    host = Host()
    rests = [host.breaks()]
    for _ in range(8):
        until = host.fails("/probe", shut=True)
        assert until is not None, "one probe is enough"
        rests.append(until - host.now)
    assert all(FIRST_REST * 2**n <= rest <= FIRST_REST * 2**n * 1.1 for n, rest in enumerate(rests[:5]))
    assert all(LONGEST_REST <= rest <= LONGEST_REST * 1.1 for rest in rests[6:])
    host.answers()
    assert host.fails("/a", shut=True) is None
    host.answers()
    assert host.breaks() <= FIRST_REST * 1.1


def test_hosts_that_fell_together_do_not_rise_together() -> None:
    one, other = Host(), Host()
    other.chance = random.Random(2)
    assert one.breaks() != other.breaks()


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.booleans(), st.integers(0, 90))))
def test_a_host_is_left_alone_only_after_several_different_pages_failed_in_a_row(
    looks: list[tuple[str, bool, bool, int]],
) -> None:
    host = Host()
    row: set[str] = set()
    for page, well, shut, seconds in looks:
        host.now += SECOND * seconds
        if well:
            host.answers()
            row.clear()
        else:
            row.add(page)
            until = host.fails(page, shut=shut)
            assert until is None or (len(row) >= SEVERAL and host.now < until <= host.now + LONGEST_REST * 1.1)
            assert until is not None or not shut or len(row) < SEVERAL
