"""The stages on which the conformance suite plays every publisher: a fake server each, that can fail in every way.

To add a platform: write a context manager that yields a `Stage`, and enter it into `STAGES` under the publisher's id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.model import Part
from bot.ports import PlatformSetup
from tests.fakes.loopback import Answered, always, applied_then_500, applied_then_dropped, lost


class Fault(StrEnum):
    """What a server can do to the next attempt to post. In brackets: what the publisher must make of it."""

    #: The connection is closed after the request was read; nothing was published. [UNKNOWN]
    LOST = "lost"
    #: Published, then the connection is closed without an answer. [UNKNOWN]
    APPLIED_THEN_DROPPED = "applied, then dropped"
    #: Published, then answered with a 500. [UNKNOWN]
    APPLIED_THEN_500 = "applied, then 500"
    #: 429 with the reset time `Stage.reset`. [TRY_AGAIN, retry_at == reset]
    RATE_LIMITED = "rate limited"
    #: The key or token is no longer good. [PAUSED]
    REVOKED = "revoked"
    #: The account is suspended. [PAUSED]
    SUSPENDED = "suspended"
    #: No server is there at all: the connection is refused. [TRY_AGAIN]
    UNREACHABLE = "unreachable"


def ignore(fault: Fault) -> None:
    """A stage without faults."""


def nobody(words: str) -> str:
    """A stage on which the bot cannot be asked anything."""
    raise AssertionError("this platform has no inbox")


@dataclass
class Stage:
    """What the conformance suite must know of one platform."""

    id: str
    #: The words of every post on the server, oldest first, as a reader sees them.
    posts: Callable[[], list[str]]
    #: What the platform would make live in this part: full addresses, "@handle", "#tag", "$TAG".
    live: Callable[[Part], Collection[str]]
    #: The publisher's table of the settings; it points to the fake server.
    options: Mapping[str, Any] = field(default_factory=dict)
    #: The environment variables it needs, with canary values that the fake server accepts.
    secrets: Mapping[str, str] = field(default_factory=dict)
    #: Makes the next attempt to post fail.
    fail: Callable[[Fault], None] = ignore
    #: The UNIX time that a RATE_LIMITED answer names.
    reset: int = 0
    #: For an Inbox: somebody writes these words to the bot. Returns the id of their post.
    ask: Callable[[str], str] = nobody

    def setup(self, **secrets: str) -> PlatformSetup:
        """What the publisher is built from; ``secrets`` replaces some of the good ones."""
        environment = {**self.secrets, **secrets}
        memory = [""]

        def remember(text: str) -> None:
            memory[0] = text

        return PlatformSetup(
            options=self.options,
            secret=lambda name: environment.get(name, ""),
            public_url="https://smallprint.example",
            recall=lambda: memory[0],
            remember=remember,
        )


@contextmanager
def local() -> Iterator[Stage]:
    """The bot's own page: nothing can fail, and nothing is sent that could become live."""
    yield Stage("local", posts=list, live=lambda part: ())


@contextmanager
def x() -> Iterator[Stage]:
    """The fake X."""
    from tests.fakes import x as fakes

    with fakes.FakeX() as fake:

        def fail(fault: Fault) -> None:
            suspended = "Your account is suspended and is not permitted to access this feature."
            refusals = {
                Fault.RATE_LIMITED: fakes.too_many(fake.reset),
                Fault.REVOKED: fakes.problem(401, "Unauthorized", "Unauthorized"),
                Fault.SUSPENDED: fakes.problem(403, "Forbidden", suspended),
            }
            if fault is Fault.UNREACHABLE:
                fake.close()
            else:
                fake.next_post = _SILENT.get(fault) or always(refusals[fault])

        yield Stage(
            "x",
            posts=lambda: [tweet.text for tweet in fake.own],
            live=lambda part: fakes.live(json.loads(part.payload)["text"]),
            options={"api": fake.url},
            secrets=fakes.SECRETS,
            fail=fail,
            reset=fake.reset,
            ask=lambda words: fake.write(fake.user("7", "carol"), f"@smallprint {words}").id,
        )
        assert not fake.broken, fake.broken


@contextmanager
def mastodon() -> Iterator[Stage]:
    """The fake Mastodon instance, in GoToSocial's manner where that is the harder one: no Idempotency-Key."""
    from tests.fakes import mastodon as fakes

    reset = 1_900_000_000
    with fakes.FakeMastodon(keeps_key=False) as fake:

        def fail(fault: Fault) -> None:
            refusals = {
                Fault.RATE_LIMITED: Answered(
                    429, {"error": "Too many requests"}, {"X-RateLimit-Reset": "2030-03-17T17:46:40.000Z"}
                ),
                Fault.REVOKED: Answered(401, {"error": "The access token was revoked"}),
                Fault.SUSPENDED: Answered(403, {"error": "Your login is currently disabled"}),
            }
            if fault is Fault.UNREACHABLE:
                fake.close()
            else:
                fake.next_post = _SILENT.get(fault) or always(refusals[fault])

        yield Stage(
            "mastodon",
            posts=lambda: [status.text for status in fake.own],
            live=lambda part: fakes.live(json.loads(part.payload)["text"]),
            options={"instance": fake.url},
            secrets=fakes.SECRETS,
            fail=fail,
            reset=reset,
            ask=lambda words: fake.write(fakes.Account("7", "carol@far.example"), f"@smallprint {words}").id,
        )


@contextmanager
def bluesky() -> Iterator[Stage]:
    """The fake PDS."""
    from tests.fakes import bluesky as fakes

    with fakes.FakePds() as fake:

        def fail(fault: Fault) -> None:
            refusals = {
                Fault.RATE_LIMITED: fakes.too_many(fake.reset),
                Fault.REVOKED: fakes.EXPIRED,
                Fault.SUSPENDED: fakes.TAKEN_DOWN,
            }
            if fault is Fault.REVOKED:
                # The session is over, and the app password is no longer good either.
                fake.next_sign_in = always(fakes.WRONG_PASSWORD)
            if fault is Fault.UNREACHABLE:
                fake.close()
            else:
                fake.next_post = _SILENT.get(fault) or always(refusals[fault])

        yield Stage(
            "bluesky",
            posts=lambda: [record.value["text"] for record in fake.own],
            live=lambda part: fakes.live(json.loads(part.payload)["record"]),
            options={"service": fake.url, "handle": fake.me.handle},
            secrets=fakes.SECRETS,
            fail=fail,
            reset=fake.reset,
            ask=lambda words: fake.write(fakes.Account("did:plc:carol", "carol.test"), f"@smallprint.test {words}").uri,
        )


_SILENT = {
    Fault.LOST: lost,
    Fault.APPLIED_THEN_DROPPED: applied_then_dropped,
    Fault.APPLIED_THEN_500: applied_then_500,
}

#: A stage for every publisher of the registry, by its id. A factory may import its fake inside.
STAGES: dict[str, Callable[[], AbstractContextManager[Stage]]] = {
    "bluesky": bluesky,
    "local": local,
    "mastodon": mastodon,
    "x": x,
}
#: Those that send to a server, which can fail and be asked what it has. Elsewhere the outbox's own row is the post.
SERVED = sorted(STAGES.keys() - {"local"})
