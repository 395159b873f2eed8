"""The world of one seed: policies on sites, three platforms, a database, and a bot that can be killed anywhere.

All of the bot is real (pipeline, store, publishers and their libraries). Simulated are the clock, the threads, the
network and the sites; whatever is left to chance comes from the seed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from sqlalchemy import Connection

from bot.errors import StoreError
from bot.model import Event, Part, Policy, Snapshot, Source, Validators
from bot.pipeline import Pipeline
from bot.platforms.bluesky import Bluesky
from bot.platforms.local import Local
from bot.platforms.mastodon import Mastodon
from bot.platforms.x import X
from bot.ports import PlatformSetup, Publisher
from bot.steps.habits import Habits
from bot.steps.reconcile import begin
from bot.store import SqlStore
from bot.store.database import Database
from bot.store.schema import metadata
from bot.watch.trusted import Trusted
from tests.fakes import bluesky as bluesky_fakes
from tests.fakes import mastodon as mastodon_fakes
from tests.fakes import x as x_fakes
from tests.fakes.loopback import Answered, Asked
from tests.fakes.site import Site
from tests.simulation.loop import BotClock, Loop, Time
from tests.simulation.network import Transport, Way, lag_of, wire_of

SECRETS = {**x_fakes.SECRETS, **bluesky_fakes.SECRETS, **mastodon_fakes.SECRETS}
PLATFORMS = ("bluesky", "mastodon", "x")
PAGE = "https://bot.example"


class Killed(SystemExit):
    """The process is gone, in the middle of what it did. (A SystemExit passes through every `except` and out of the
    event loop.)"""


class SimulatedX(x_fakes.FakeX):
    """Without a socket, and without the document that tests/platforms holds it against."""

    url = "https://x.test"

    def __post_init__(self) -> None:
        super().__post_init__()
        #: What X charges for, when, in millionths of a dollar.
        self.charged: list[tuple[datetime, int]] = []

    def _post(self, body: dict[str, Any]) -> Answered:
        answered = super()._post(body)
        if answered.status == 201:
            self.charged.append((self.now(), 200_000 if "https://" in body["text"] else 15_000))
        return answered

    def answer(self, asked: Asked) -> Answered:
        return self._route(asked, "/2/users/me" if asked.path.endswith("/me") else asked.path)

    def _signed(self, asked: Asked) -> bool:
        return True


class SimulatedPds(bluesky_fakes.FakePds):
    url = "https://pds.test"


class SimulatedMastodon(mastodon_fakes.FakeMastodon):
    url = "https://mastodon.test"


class MortalDatabase(Database):
    """A database at which the process may die before it has written something, or right after."""

    passing: Callable[[str], None] = staticmethod(lambda place: None)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self.passing("store: before a commit")
        self.passing("store: after a commit")

    @property
    def raw(self) -> sqlite3.Connection:
        """The one connection to the memory."""
        connection = self._engine.raw_connection().driver_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection


@cache
def _empty() -> bytes:
    """A database with all of its tables."""
    database = MortalDatabase("sqlite://")
    with database.write() as connection:
        metadata.create_all(connection, checkfirst=False)
    return database.raw.serialize()


@cache
def _memory() -> MortalDatabase:
    """One for all seeds: opening it takes longer than filling it."""
    return MortalDatabase("sqlite://")


class Sites:
    """A Fetcher: a site for each policy."""

    def __init__(self, clock: BotClock) -> None:
        self._clock = clock
        self.of: dict[str, Site] = {}

    def add(self, policy: Policy) -> Site:
        self.of[policy.id] = Site(self._clock)  # type: ignore[arg-type]
        return self.of[policy.id]

    async def fetch(self, policy: Policy, validators: Validators | None = None) -> Snapshot | None:
        return await self.of[policy.id].fetch(policy, validators)


class World:
    """Everything there is, for one seed."""

    def __init__(
        self,
        seed: int,
        *,
        workers: int = 1,
        habits: Mapping[str, Any] | None = None,
        publishers: Callable[[dict[str, Publisher]], dict[str, Publisher]] = lambda honest: honest,
        believes_backups: bool = False,
    ) -> None:
        #: Another fault to be found: the bot is not told that its database is an older one.
        self._believes_backups = believes_backups
        #: Puts others in the place of the bot's own publishers, to see that their faults are found.
        self._instead = publishers
        self.chance = Random(seed)
        self.time = Time()
        self.clock = BotClock(self.time)
        self.trace: list[str] = []
        self.workers = workers
        self.habits = Habits(
            **{
                "interval": timedelta(hours=6),
                "jitter": 0.0,
                "at_once": 2,
                "live": frozenset({"local", *PLATFORMS}),
                "public_url": PAGE,
                **(habits or {}),
            }
        )
        # The platforms.
        now = self.time.now
        self.x = SimulatedX(now=now, lag=lag_of(self.chance))
        self.mastodon = SimulatedMastodon(
            now=now, lag=lag_of(self.chance), keeps_key=self.chance.random() < 0.5,
            shows_scheme=self.chance.random() < 0.5,
        )  # fmt: skip
        self.bluesky = SimulatedPds(now=now, lifetime=self.chance.choice([1.0, 86400.0]))
        self.options: dict[str, dict[str, Any]] = {
            "x": {
                "api": self.x.url,
                "threads": self.chance.random() < 0.3,
                "link": self.chance.choice(["first", "last", "none"]),
                **self.chance.choice([{}, {}, {"budget_dollars": 1.0}, {"budget_dollars": 0.3}]),
            },
            "mastodon": {"instance": self.mastodon.url},
            "bluesky": {"service": self.bluesky.url, "handle": self.bluesky.me.handle},
        }
        self.ways = {
            "x": self._way("x", self.x.answer, _x_too_many, _x_refusal),
            "mastodon": self._way("mastodon", self.mastodon.answer, _mastodon_too_many, _mastodon_refusal),
            "bluesky": self._way("bluesky", self.bluesky.answer, _bluesky_too_many, _bluesky_refusal),
        }
        # The bot's machine.
        self.sites = Sites(self.clock)
        self.database = _memory()
        self.database.passing = self.passing  # type: ignore[method-assign]
        self._fill(_empty())
        self.restored = False
        self.store = SqlStore(self.database)
        #: How many more points are passed before the process is killed; None: it lives on.
        self.dies_in: int | None = None
        self.points = self.deaths = 0
        self.boot()

    def _way(self, name: str, *parts: Any) -> Way:
        platform, too_many, refusal = parts
        return Way(name, platform, self.time, self.chance, too_many, refusal, self.passing)

    # ---- what happens to the process ----------------------------------------------------------------------------

    def passing(self, place: str) -> None:
        """A point at which the process can die: around each commit, and around each request."""
        self.points += 1
        if self.dies_in is not None:
            if self.dies_in <= 0:
                self.dies_in = None
                self.note(f"killed: {place}")
                raise Killed
            self.dies_in -= 1

    def boot(self) -> None:
        """A process begins. It may find at once that its predecessor is gone, or wait for the leases."""
        self.loop = Loop(self.time)
        asyncio.set_event_loop(self.loop)
        if self.deaths and self.chance.random() < 0.7:
            for owner in sorted(self.store.lease_owners()):
                self.store.end_leases(owner, self.clock.now())
        self.pipelines = [self._pipeline(f"bot:{self.deaths}:{worker}") for worker in range(self.workers)]

    def _pipeline(self, owner: str) -> Pipeline:
        return Pipeline(
            store=self.store,
            fetcher=self.sites,
            extractor=Trusted(),
            publishers=self._instead(self._publishers()),
            clock=self.clock,
            habits=self.habits,
            report=self._report,
            owner=owner,
            seed=self.chance.randrange(2**32),
        )

    def _publishers(self) -> dict[str, Publisher]:
        return {
            "bluesky": Bluesky(self._setup("bluesky"), self.loop.time, Transport(self.ways["bluesky"])),
            "local": Local(self._setup("local")),
            "mastodon": Mastodon(self._setup("mastodon"), wire_of(self.ways["mastodon"])),
            "x": X(self._setup("x"), wire_of(self.ways["x"])),
        }

    def _setup(self, name: str) -> PlatformSetup:
        return PlatformSetup(
            options=self.options.get(name, {}),
            secret=lambda variable: SECRETS.get(variable, ""),
            public_url=PAGE,
            recall=lambda: self.store.recall(f"session.{name}"),
            remember=lambda text: self.store.remember(f"session.{name}", text),
        )

    def live(self, *works: Coroutine[Any, Any, None]) -> bool:
        """Let the bot work; whether it lived through it."""

        async def together() -> None:
            await asyncio.gather(*works)

        try:
            self.loop.run_until_complete(together())
        except Killed:
            self._after_death()
            return False
        except StoreError as error:
            self.note(f"trouble: {error}")
        return True

    def _after_death(self) -> None:
        self.deaths += 1
        self.dies_in = None
        self.loop.die()
        self.boot()

    def round(self) -> bool:
        """What the ticks of a running bot do: check what is due, tell what follows, send what is owed."""
        return self.live(*(self._round(pipeline) for pipeline in self.pipelines))

    async def _round(self, pipeline: Pipeline) -> None:
        await pipeline.check_due()
        pipeline.tell_what_takes_effect()
        await pipeline.publish_due()

    def operator(self, act: Callable[[], object]) -> None:
        """A command of the operator's: a process of its own, that may die as well."""
        try:
            act()
        except Killed:
            self._after_death()

    def passes(self, span: timedelta) -> None:
        """Nobody does anything."""
        self.time.pass_to(self.time.seconds + span.total_seconds())

    def backup(self) -> bytes:
        """The database as it is now."""
        return self.database.raw.serialize()

    def restore(self, backup: bytes) -> None:
        """The process ends, and begins again with an older database, which it is told."""
        self.note("an older database is restored")
        self.restored = True
        self._fill(backup)
        self._after_death()
        if not self._believes_backups:
            self.operator(lambda: begin(self.store, self.clock.now()))

    def _fill(self, backup: bytes) -> None:
        self.database.raw.deserialize(backup)

    def close(self) -> None:
        """The seed is over."""
        self.database.passing = lambda place: None  # type: ignore[method-assign]
        self.loop.die()
        asyncio.set_event_loop(None)
        gc.collect(0)

    # ---- what can be seen -----------------------------------------------------------------------------------------

    def watch(self, number: int) -> Policy:
        """Another policy on a site of its own."""
        name = ("Acme", "Bolt", "Coil", "Dune", "Echo", "Flux", "Gale", "Hive", "Iris", "Jade", "Kite", "Lime")[number]
        policy = Policy(
            f"{name.lower()}/privacy-policy", name, "Privacy Policy", f"https://{name.lower()}.example/privacy",
            source=Source.OPERATOR,
        )  # fmt: skip
        self.store.add_policy(policy)
        self.sites.add(policy)
        return policy

    def delete(self, platform: str, part: Part) -> None:
        """The operator deletes a post there, by hand."""
        words = json.loads(part.payload)
        text = words["record"]["text"] if "record" in words else words["text"]
        if platform == "x":
            for post in self.x.own:
                post.author = "deleted" if post.text == text else post.author
        elif platform == "mastodon":
            nobody = mastodon_fakes.Account("0", "deleted")
            for status in self.mastodon.own:
                status.account = nobody if status.text == text else status.account
        else:
            self.bluesky.records = [post for post in self.bluesky.records if post.value["text"] != text]

    def note(self, words: str) -> None:
        """For whoever reads how it came to that."""
        self.trace.append(f"{self.time.now():%d %H:%M:%S} {words}")

    def _report(self, event: Event) -> None:
        about = event.policy.id if event.policy else event.publisher
        what = event.receipt.id if event.receipt else "; ".join(event.reasons)[:110]
        self.note(f"  {event.kind}: {about} {what}")

    def shown(self, platform: str) -> list[tuple[str, str, str, datetime]]:
        """The bot's posts as everybody sees them, oldest first: id, words, id of the post above, when."""
        if platform == "x":
            return [(post.id, post.text, post.reply_to or post.quotes, post.at) for post in self.x.own]
        if platform == "mastodon":
            return [(post.id, post.text, post.reply_to, post.at) for post in self.mastodon.own]
        above = lambda record: record.value.get("reply", {}).get("parent", {}).get("uri", "")  # noqa: E731
        return [(post.uri, post.value["text"], above(post), post.at) for post in self.bluesky.own]


def _x_too_many(reset: int | None) -> Answered:
    answered = x_fakes.too_many(reset or 0)
    return answered if reset else replace(answered, headers={})


def _x_refusal(kind: str) -> Answered:
    if kind == "revoked":
        return x_fakes.problem(401, "Unauthorized", "Unauthorized")
    return x_fakes.problem(403, "Forbidden", "Your account is suspended and is not permitted to access this feature.")


def _mastodon_too_many(reset: int | None) -> Answered:
    said = {"X-RateLimit-Reset": datetime.fromtimestamp(reset).astimezone().isoformat()} if reset else {}
    return Answered(429, {"error": "Too many requests"}, said)


def _mastodon_refusal(kind: str) -> Answered:
    if kind == "revoked":
        return Answered(401, {"error": "The access token was revoked"})
    return Answered(403, {"error": "Your login is currently disabled"})


def _bluesky_too_many(reset: int | None) -> Answered:
    answered = bluesky_fakes.too_many(reset or 0)
    return answered if reset else replace(answered, headers={})


def _bluesky_refusal(kind: str) -> Answered:
    return bluesky_fakes.WRONG_PASSWORD if kind == "revoked" else bluesky_fakes.TAKEN_DOWN
