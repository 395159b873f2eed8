"""A polite guest: one request at a time, pauses, robots.txt, and "come back later" obeyed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import StoryClock
from bot.errors import FetchError, FetchFailure, NotAsked
from bot.watch.manners import LONGEST_PAUSE, LONGEST_REST, Robots, Turns, rest_until
from tests.watch.conftest import NOW

HOUR = timedelta(hours=1)
PAGE = httpx.URL("https://acme.example/privacy")


def seconds(clock: StoryClock) -> float:
    """How long the story has taken."""
    return (clock.now() - NOW).total_seconds()


class WrongClock(StoryClock):
    """One that somebody corrects."""

    def set_back(self, by: timedelta) -> None:
        self._now -= by


# ---- turns ----------------------------------------------------------------------------------------------------


async def test_guests_of_one_host_come_one_after_the_other_with_a_pause(clock: StoryClock) -> None:
    turns = Turns(clock, pause=2)
    story: list[str] = []

    async def visit(name: str, host: str) -> None:
        async with turns.of(host):
            story.append(f"{name} comes")
            await asyncio.sleep(0)
            story.append(f"{name} goes")

    await asyncio.gather(visit("A", "acme.example"), visit("B", "acme.example"), visit("C", "acme.example"))
    assert story == ["A comes", "A goes", "B comes", "B goes", "C comes", "C goes"]
    assert seconds(clock) == 4


async def test_guests_of_different_hosts_do_not_wait_for_each_other(clock: StoryClock) -> None:
    turns = Turns(clock, pause=2)
    async with turns.of("acme.example"), turns.of("other.example"):
        assert seconds(clock) == 0


async def test_a_pause_that_passed_by_itself_is_not_made_again(clock: StoryClock) -> None:
    turns = Turns(clock, pause=2)
    async with turns.of("acme.example"):
        pass
    clock.move_to(NOW + timedelta(seconds=1.5))
    async with turns.of("acme.example"):
        assert seconds(clock) == 2
    clock.move_to(NOW + HOUR)
    async with turns.of("acme.example"):
        assert seconds(clock) == 3600


async def test_a_longer_pause_holds_for_the_next_guest_and_is_then_forgotten(clock: StoryClock) -> None:
    turns = Turns(clock, pause=2)
    async with turns.of("acme.example") as turn:
        turn.pause = 10
    async with turns.of("acme.example"):
        assert seconds(clock) == 10
    async with turns.of("acme.example"):
        assert seconds(clock) == 12


async def test_a_clock_that_was_set_back_does_not_make_guests_wait_for_it() -> None:
    clock = WrongClock(NOW)
    turns = Turns(clock, pause=2)
    async with turns.of("acme.example"):
        clock.set_back(HOUR)
    clock.set_back(HOUR)
    async with turns.of("acme.example"):
        assert seconds(clock) == 2 - 2 * 3600


async def test_a_host_that_wants_rest_is_left_alone_until_it_is_over(clock: StoryClock) -> None:
    turns = Turns(clock, pause=2)
    async with turns.of("acme.example") as turn:
        turn.rest_until, turn.rest_kind = NOW + HOUR, FetchFailure.SERVER_ERROR
    with pytest.raises(FetchError, match="come back later") as refusal:
        async with turns.of("acme.example"):
            pytest.fail("nobody was to come")
    assert (refusal.value.kind, refusal.value.retry_at) == (FetchFailure.SERVER_ERROR, NOW + HOUR)
    clock.move_to(NOW + HOUR)
    async with turns.of("acme.example"):
        pass


async def test_a_host_whose_pages_fail_one_after_the_other_is_left_alone_and_one_probe_opens_it(
    clock: StoryClock,
) -> None:
    turns = Turns(clock, pause=0)

    async def visit(page: str, trouble: FetchError | None = None) -> None:
        async with turns.of("acme.example", page) as turn:
            if trouble:
                turn.shut = True
                raise trouble
            turn.hear(None)

    down = FetchError(FetchFailure.UNREACHABLE, "The server refuses connections.")
    for page in ("/a", "/b", "/c"):
        with pytest.raises(FetchError, match="refuses"):
            await visit(page, down)
    with pytest.raises(NotAsked, match="one after the other") as refusal:
        await visit("/d")
    assert refusal.value.kind is FetchFailure.UNREACHABLE
    assert refusal.value.retry_at is not None
    clock.move_to(refusal.value.retry_at)
    with pytest.raises(FetchError, match="refuses"):
        await visit("/d", down)
    with pytest.raises(NotAsked) as second:
        await visit("/a")
    assert second.value.retry_at is not None
    clock.move_to(second.value.retry_at)
    for page in ("/a", "/b", "/c", "/d"):
        await visit(page)


async def test_refusals_that_are_answers_are_no_trouble_of_the_host(clock: StoryClock) -> None:
    turns = Turns(clock, pause=0)

    async def visit(page: str) -> None:
        async with turns.of("acme.example", page) as turn:
            turn.hear(None)
            raise FetchError(FetchFailure.BLOCKED, "HTTP 403")

    for number in range(9):
        with pytest.raises(FetchError, match="HTTP 403"):
            await visit(f"/{number}")
        clock.move_to(clock.now() + HOUR)


async def test_a_server_that_is_in_trouble_for_all_its_pages_is_left_alone(clock: StoryClock) -> None:
    turns = Turns(clock, pause=0)

    async def visit(page: str) -> None:
        async with turns.of("acme.example", page) as turn:
            turn.hear(FetchError(FetchFailure.SERVER_ERROR, "HTTP 500"))

    for page in ("/a", "/b", "/c"):
        await visit(page)
        clock.move_to(clock.now() + HOUR / 60)
    with pytest.raises(NotAsked, match="one after the other") as refusal:
        await visit("/d")
    assert refusal.value.kind is FetchFailure.SERVER_ERROR


async def test_a_turn_is_given_back_whatever_happens_in_it(clock: StoryClock) -> None:
    turns = Turns(clock, pause=2)
    with pytest.raises(ZeroDivisionError):
        async with turns.of("acme.example"):
            raise ZeroDivisionError
    async with asyncio.timeout(1), turns.of("acme.example"):
        assert seconds(clock) == 2


async def test_hosts_of_long_ago_are_forgotten_but_not_while_they_rest_or_have_guests(clock: StoryClock) -> None:
    turns = Turns(clock, pause=2, kept=2)
    async with turns.of("resting.example") as turn:
        turn.rest_until = NOW + HOUR
    came: list[str] = []

    async def visit(host: str) -> None:
        async with turns.of(host):
            came.append(host)

    async with turns.of("visited.example"):
        for number in range(5):
            await visit(f"{number}.example")
        second = asyncio.create_task(visit("visited.example"))
        await asyncio.sleep(0)  # it begins to wait
        await visit("0.example")
        assert seconds(clock) == 0, "it was forgotten that anybody was here"
        assert came[-1] == "0.example", "and one at a time still holds"
    await second
    assert seconds(clock) == 2
    with pytest.raises(FetchError, match="come back later"):
        await visit("resting.example")


async def test_a_rest_that_was_set_by_a_wrong_clock_is_none() -> None:
    clock = WrongClock(NOW + timedelta(days=365))
    turns = Turns(clock, pause=2)
    async with turns.of("acme.example") as turn:
        turn.rest_until = clock.now() + HOUR
    clock.set_back(timedelta(days=365))
    async with turns.of("acme.example"):
        pass


# ---- robots.txt -----------------------------------------------------------------------------------------------


class Sites:
    """Robots.txt files, and who asked for them."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.trouble: FetchError | None = None
        self.asked: list[str] = []

    async def read(self, url: httpx.URL) -> str:
        self.asked.append(str(url))
        if self.trouble:
            raise self.trouble
        return self.text


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /search", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /priv", False),
        ("User-agent: *\nDisallow: /*acy$", False),
        ("User-agent: *\nDisallow: /\nAllow: /privacy", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Smallprint\nAllow: /", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: smallprint\nDisallow: /", False),
        ("User-agent: Smallprint-bot\nDisallow: /\n\nUser-agent: Other\nDisallow: /", True),
        ("<!doctype html><html>This is no robots.txt</html>", True),
    ],
)
async def test_what_robots_txt_says_is_done(clock: StoryClock, rules: str, allowed: bool) -> None:
    sites = Sites(rules)
    if allowed:
        assert await Robots(clock).pause(PAGE, sites.read) == 0
    else:
        with pytest.raises(FetchError, match=r"robots\.txt") as refusal:
            await Robots(clock).pause(PAGE, sites.read)
        assert (refusal.value.kind, refusal.value.can_retry) == (FetchFailure.DISALLOWED, False)
    assert sites.asked == ["https://acme.example/robots.txt"]


@pytest.mark.parametrize(
    ("delay", "pause"),
    [("10", 10), ("0.5", 0.5), ("86400", LONGEST_PAUSE), ("inf", 0), ("nan", 0), ("-5", 0), ("soon", 0)],
)
async def test_a_site_may_ask_for_longer_pauses_within_reason(clock: StoryClock, delay: str, pause: float) -> None:
    sites = Sites(f"User-agent: *\nCrawl-delay: {delay}\n")
    assert await Robots(clock).pause(PAGE, sites.read) == pause


async def test_the_file_is_read_once_a_day_for_all_pages_of_a_site(clock: StoryClock) -> None:
    robots, sites = Robots(clock), Sites()
    for page in ("/privacy", "/terms", "/privacy"):
        await robots.pause(PAGE.join(page), sites.read)
    clock.move_to(NOW + timedelta(hours=23))
    await robots.pause(PAGE, sites.read)
    assert len(sites.asked) == 1
    clock.move_to(NOW + timedelta(hours=24))
    await robots.pause(PAGE, sites.read)
    assert len(sites.asked) == 2


async def test_each_scheme_host_and_port_has_a_file_of_its_own(clock: StoryClock) -> None:
    robots, sites = Robots(clock), Sites()
    pages = ["https://acme.example/a?b", "http://acme.example/a", "https://www.acme.example/a", "http://127.0.0.1:81/a"]
    for page in pages:
        await robots.pause(httpx.URL(page), sites.read)
    assert sites.asked == [
        "https://acme.example/robots.txt",
        "http://acme.example/robots.txt",
        "https://www.acme.example/robots.txt",
        "http://127.0.0.1:81/robots.txt",
    ]


async def test_while_the_file_cannot_be_read_nothing_is_asked_except_on_an_older_word(clock: StoryClock) -> None:
    robots, sites = Robots(clock), Sites("User-agent: *\nDisallow: /terms\nCrawl-delay: 7")
    sites.trouble = FetchError(FetchFailure.SERVER_ERROR, "The server has trouble.")
    with pytest.raises(FetchError, match="trouble"):
        await robots.pause(PAGE, sites.read)
    sites.trouble = None
    assert await robots.pause(PAGE, sites.read) == 7
    clock.move_to(NOW + timedelta(days=2))
    sites.trouble = FetchError(FetchFailure.TIMED_OUT, "The server is slow.")
    assert await robots.pause(PAGE, sites.read) == 7, "what it said two days ago"
    with pytest.raises(FetchError, match="slow"):
        await robots.pause(PAGE.join("/new"), sites.read)


async def test_a_file_that_changed_its_mind_is_heard(clock: StoryClock) -> None:
    robots, sites = Robots(clock), Sites()
    await robots.pause(PAGE, sites.read)
    sites.text = "User-agent: *\nDisallow: /"
    clock.move_to(NOW + timedelta(days=1))
    with pytest.raises(FetchError, match=r"robots\.txt"):
        await robots.pause(PAGE, sites.read)


async def test_a_word_that_was_heard_by_a_wrong_clock_is_asked_for_again() -> None:
    clock = WrongClock(NOW + timedelta(days=365))
    robots, sites = Robots(clock), Sites("User-agent: *\nDisallow: /")
    with pytest.raises(FetchError):
        await robots.pause(PAGE, sites.read)
    clock.set_back(timedelta(days=365))
    sites.text = ""
    assert await robots.pause(PAGE, sites.read) == 0


async def test_only_so_much_of_a_file_is_read(clock: StoryClock) -> None:
    sites = Sites("#" * 600_000 + "\nUser-agent: *\nDisallow: /")
    assert await Robots(clock).pause(PAGE, sites.read) == 0


async def test_files_that_were_read_long_ago_are_forgotten(clock: StoryClock) -> None:
    robots, sites = Robots(clock, rules_kept=2, answers_kept=3), Sites()
    for number in range(5):
        await robots.pause(httpx.URL(f"https://{number}.example/"), sites.read)
    for number in (4, 3, 2):
        await robots.pause(httpx.URL(f"https://{number}.example/"), sites.read)
    assert len(sites.asked) == 5, "these pages are remembered"
    await robots.pause(httpx.URL("https://4.example/other"), sites.read)
    assert len(sites.asked) == 5, "so are the rules of the last sites"
    await robots.pause(httpx.URL("https://0.example/"), sites.read)
    assert len(sites.asked) == 6, "the first is asked again"


# ---- Retry-After ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "until"),
    [
        ("120", NOW + timedelta(minutes=2)),
        (" 120 ", NOW + timedelta(minutes=2)),
        ("Mon, 02 Mar 2026 10:00:00 GMT", NOW + HOUR),
        ("Monday, 02-Mar-26 10:00:00 GMT", NOW + HOUR),
        ("Mon, 02 Mar 2026 11:00:00 +0100", NOW + HOUR),
        ("Mon, 02 Mar 2026 10:00:00 -0000", NOW + HOUR),
        ("Mon Mar  2 10:00:00 2026", NOW + HOUR),
        ("604800", NOW + LONGEST_REST),
        ("9" * 100, NOW + LONGEST_REST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", NOW + LONGEST_REST),
        ("0", None),
        ("-5", None),
        ("Mon, 02 Mar 2026 08:00:00 GMT", None),
        ("", None),
        ("soon", None),
        ("1.5", None),
        ("²", None),
        ("9" * 5000, None),
    ],
)
def test_a_server_says_in_seconds_or_by_a_date_when_to_come_back(header: str, until: datetime | None) -> None:
    assert rest_until(header, NOW) == until


@given(
    st.one_of(
        st.text(), st.from_regex(r"[A-Z][a-z]{2}, \d{1,5} [A-Z][a-z]{2} \d{1,6} \d+:\d+:\d+ \S{1,6}", fullmatch=True)
    )
)
def test_whatever_a_server_says_the_rest_is_a_day_at_most(header: str) -> None:
    until = rest_until(header, NOW)
    assert until is None or NOW < until <= NOW + LONGEST_REST
    assert until is None or until.tzinfo is UTC
