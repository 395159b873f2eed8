"""What is known after a request to a platform that did not simply succeed: alike for all of them.

Whether a write may be sent again is decided by two things only: what the request was for, and whether any byte of it
may have arrived. Each platform adds what its own refusals mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.errors import PlatformError, PlatformFailure
from bot.redact import hidden

#: Seconds of silence after which a server is given up; a whole request gets twice that.
TIME_OUT = 30.0
#: Characters of a platform's own words that an error repeats.
WORDS = 200

#: Why a platform is asked: to publish, to look whether something was published, or for anything else.
Purpose = Literal["write", "read back", "read"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a failure means when nothing was sent, when nobody knows, and when these bytes are not wanted."""

    unsent: PlatformFailure
    unsure: PlatformFailure
    refused: PlatformFailure


MEANING: Mapping[Purpose, Meaning] = {
    "write": Meaning(PlatformFailure.TRY_AGAIN, PlatformFailure.UNKNOWN, PlatformFailure.REJECTED),
    # A read-back that failed in whatever way leaves the write unknown.
    "read back": Meaning(PlatformFailure.UNKNOWN, PlatformFailure.UNKNOWN, PlatformFailure.UNKNOWN),
    "read": Meaning(PlatformFailure.TRY_AGAIN, PlatformFailure.TRY_AGAIN, PlatformFailure.REJECTED),
}


def trouble(
    platform: str, purpose: Purpose, status: int, *, sent: bool = True, reset: datetime | None = None
) -> PlatformError | None:
    """The error of a request that ended so, or None for a 4xx, which is the platform's own to word.

    Args:
        platform: its name, as people write it.
        purpose: why it was asked.
        status: the answer's HTTP status, 0 without one; 2xx stands for an answer that is not understood.
        sent: whether any byte of the request may have arrived.
        reset: when a rate limit ends, if the platform said so.
    """
    meaning = MEANING[purpose]
    if not status and not sent:
        kind, words = meaning.unsent, "could not be reached: it is tried again; check this machine's network"
    elif not status:
        kind, words = meaning.unsure, "gave no answer: it is asked what became of the request"
    elif status == 429:
        kind, words = meaning.unsent, "asks for a pause (rate limit): it goes on when that ends"
    elif status >= 500:
        kind, words = meaning.unsure, f"has trouble of its own ({status}): it is asked again later"
    elif status >= 400:
        return None
    elif status >= 300:
        kind, words = PlatformFailure.PAUSED, "answers from another address: correct it in the configuration"
    else:
        kind, words = meaning.unsure, "gave an answer that is not understood: it is asked again later"
    return PlatformError(kind, f"{platform} {words}.", about=platform, retry_at=reset if status == 429 else None)


@contextmanager
def understood(platform: str, purpose: Purpose) -> Iterator[None]:
    """Around the reading of an answer: one that lacks what it must have, or has it in another form, is trouble of the
    platform's and no bug of ours.

    Raises:
        PlatformError: it is not understood.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError):
        raise trouble(platform, purpose, 200) or AssertionError from None


def quoted(words: str, secrets: Collection[str] = ()) -> str:
    """A platform's own words in an error: short, on one line and without the bot's secrets."""
    return " ".join(hidden(words, secrets, "…").split())[:WORDS]


def moment(said: str) -> datetime | None:
    """When a rate limit ends, as a header says it: in UNIX seconds or as a time; None when it is neither."""
    try:
        when = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else datetime.fromisoformat(said)
        return when.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
