"""What the bot says to its operator while it runs: one escaped line an event, on stderr."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Collection, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from bot.model import Event, EventKind
from bot.redact import hidden

_LOUD = {EventKind.FAILED, EventKind.NOT_SENT, EventKind.NOT_DRAWN}
_QUIET = {EventKind.UNCHANGED, EventKind.STILL_FAILING, EventKind.NOT_ASKED}
#: What could begin a new line or steer a terminal.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def configure(level: str = "info", *, hide: Collection[str] = (), stream: TextIO | None = None) -> None:
    """Lines of ``time level event key=value`` on ``stream`` (stderr); JSON where it is no terminal.

    Page text can hold line breaks and escape codes: everything is escaped, so that one event is one line, and the
    traceback of a bug is set in below its line. Warnings of the libraries come the same way.

    Args:
        level: the least that is said: "debug", "info", "warning" or "error".
        hide: secrets; should one ever be in a line, it is blacked out.
        stream: where to, stderr by default.
    """
    stream = stream or sys.stderr
    plain = structlog.dev.plain_traceback
    renderer: Any = (
        structlog.dev.ConsoleRenderer(repr_native_str=True, exception_formatter=plain)
        if stream.isatty()
        else structlog.processors.JSONRenderer()
    )

    def without_secrets(logger: Any, method: str, facts: MutableMapping[str, Any]) -> Mapping[str, Any]:
        # Before anything is escaped once more: a traceback has them escaped already.
        return {name: hidden(fact, hide) if isinstance(fact, str) else fact for name, fact in facts.items()}

    def render(logger: Any, method: str, facts: MutableMapping[str, Any]) -> str:
        return hidden(str(renderer(logger, method, facts)), hide)

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_secrets,
            _escaped,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    logging.basicConfig(handlers=[_Libraries(logging.WARNING)], level=logging.WARNING, force=True)
    # It warns of each tick that is skipped while the last one is still at work, which is as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def write(event: Event) -> None:
    """One event as one line: loud where an operator should look, quiet where nothing happened."""
    log = structlog.get_logger()
    say = log.warning if event.kind in _LOUD else log.debug if event.kind in _QUIET else log.info
    facts: dict[str, Any] = {}
    if event.policy:
        facts["policy"] = event.policy.id
    if event.story:
        facts["story"] = event.story.id
    if event.publisher:
        facts["platform"] = event.publisher
    if event.receipt:
        facts["address"] = event.receipt.url
    if event.reasons:
        facts["why"] = "; ".join(event.reasons)
    if event.posts and event.story:
        facts["posts"] = {platform: list(parts) for platform, parts in event.posts.items()}
    say(event.kind.value, **facts)


class _Libraries(logging.Handler):
    """Hands on what libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        """As an event of the library's name."""
        exc_info = record.exc_info if record.exc_info and record.exc_info[0] else None
        structlog.get_logger().log(record.levelno, record.getMessage(), library=record.name, exc_info=exc_info)


def _escaped(logger: Any, method: str, facts: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Time, level and event first, the event on one line, and each line of a traceback set in. (What a fact holds is
    escaped by both renderers.)"""
    first = {name: facts.pop(name) for name in ("timestamp", "level", "event")}
    first["event"] = _CONTROL.sub(_code, str(first["event"]))
    if "exception" in facts:
        lines = str(facts["exception"]).split("\n")
        facts["exception"] = "\n".join("    " + _CONTROL.sub(_code, line) for line in lines)
    return {**first, **facts}


def _code(found: re.Match[str]) -> str:
    return repr(found[0])[1:-1]
