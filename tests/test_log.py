"""One event is one line, whatever a page says; and no secret is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import log
from bot.model import Change, Event, EventKind, Policy, Receipt, Story, StoryKind, Verdict

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy")
INJECTION = "a heading\n2026-11-23T00:00:00Z [critical] token=\x1b[31m\r\u2028\u0085\u202e"


class Stream(io.StringIO):
    """Where lines go; a terminal or a file."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root, scheduler = logging.getLogger(), logging.getLogger("apscheduler")
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    scheduler.setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.fixture(params=[True, False], ids=["terminal", "file"])
def stream(request: pytest.FixtureRequest) -> Stream:
    stream = Stream(terminal=request.param)
    log.configure("debug", stream=stream)
    return stream


def test_an_event_is_a_line_with_its_facts() -> None:
    stream = Stream()
    log.configure(stream=stream)
    receipt = Receipt("17", "https://wall.example/17")
    log.write(Event(EventKind.SENT, NOON, policy=ACME, publisher="wall", receipt=receipt, reasons=("one", "two")))
    (line,) = map(json.loads, stream.lines)
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line.pop("timestamp")
    assert line == {
        "level": "info",
        "event": "sent",
        "policy": ACME.id,
        "platform": "wall",
        "address": receipt.url,
        "why": "one; two",
    }


def test_a_story_comes_with_its_finished_posts() -> None:
    stream = Stream()
    log.configure(stream=stream)
    told = Story("news", ACME, StoryKind.POST, Change(Verdict.POST, ()), NOON, NOON, "0" * 64)
    log.write(Event(EventKind.POST, NOON, story=told, posts={"x": ("one\n\npost",)}))
    (line,) = map(json.loads, stream.lines)
    assert (line["story"], line["posts"]) == ("news", {"x": ["one\n\npost"]})


def test_page_text_cannot_begin_a_line_or_steer_the_terminal(stream: Stream) -> None:
    log.write(Event(EventKind.SILENT, NOON, policy=ACME, reasons=(INJECTION,)))
    structlog.get_logger().error(INJECTION, why=[INJECTION], more={INJECTION: INJECTION})
    logging.getLogger("apscheduler.executors").error("%s", INJECTION)
    assert len(stream.lines) == 3
    assert not {"\r", "\u2028", "\u0085", "\u202e"} & set(stream.getvalue())
    assert "\x1b[31m\r" not in stream.getvalue()


@given(st.text())
def test_whatever_an_event_says_it_is_one_line(words: str) -> None:
    for terminal in (True, False):
        stream = Stream(terminal=terminal)
        log.configure("debug", stream=stream)
        log.write(Event(EventKind.POST, NOON, policy=ACME, reasons=(words,), publisher=words))
        structlog.get_logger().info(words)
        assert len(stream.lines) == 2


def test_the_traceback_of_a_bug_is_set_in_below_its_line(stream: Stream) -> None:
    try:
        raise ValueError(INJECTION)
    except ValueError:
        structlog.get_logger().exception("bug in check")
        logging.getLogger("apscheduler").exception("Job raised")
    assert "ValueError: a heading" in stream.getvalue()
    begun = [line for line in stream.lines if not line.startswith("    ")]
    assert len(begun) == 2, "nothing in it looks like an event"


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (EventKind.FAILED, "warning"),
        (EventKind.NOT_SENT, "warning"),
        (EventKind.POST, "info"),
        (EventKind.UNCHANGED, ""),
        (EventKind.STILL_FAILING, ""),
        (EventKind.NOT_ASKED, ""),
    ],
)
def test_what_an_operator_should_see_is_loud_and_what_is_usual_is_quiet(kind: EventKind, level: str) -> None:
    stream = Stream()
    log.configure("info", stream=stream)
    log.write(Event(kind, NOON, policy=ACME))
    assert [json.loads(line)["level"] for line in stream.lines] == ([level] if level else [])


def test_libraries_are_heard_when_they_warn() -> None:
    stream = Stream()
    log.configure("info", stream=stream)
    logging.getLogger("httpx").info("HTTP Request: GET https://acme.example/?token=1")
    logging.getLogger("httpx").warning("strange")
    logging.getLogger("apscheduler.scheduler").warning("skipped: maximum number of running instances reached")
    (line,) = map(json.loads, stream.lines)
    assert (line["event"], line["library"]) == ("strange", "httpx")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_secret_is_blacked_out_wherever_it_turns_up(terminal: bool) -> None:
    stream = Stream(terminal=terminal)
    log.configure(stream=stream, hide=["sk-canary-123", "", "abc"])
    log.write(Event(EventKind.NOT_SENT, NOON, reasons=("401 for sk-canary-123",)))
    structlog.get_logger().error("sk-canary-123", why={"key": "sk-canary-123"})
    logging.getLogger("tweepy").error("sk-canary-123")
    try:
        raise ValueError("sk-canary-123")
    except ValueError:
        structlog.get_logger().exception("bug")
    assert "canary" not in stream.getvalue()
    structlog.get_logger().error("abc")
    assert "abc" in stream.getvalue(), "what is that short is a word"
