"""Builds the bot from its settings and keeps it running: a few APScheduler ticks, signals, a clean stop.

The schedule itself is in the database (each policy's next check, each part's next attempt); the ticks only look whether
something is due. That is why a restart forgets nothing and ten thousand policies need no ten thousand jobs.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog
from starlette.applications import Starlette

from bot import log
from bot.clock import SystemClock
from bot.errors import ConfigError, SmallprintError
from bot.model import Event, EventKind, Policy, Source
from bot.pipeline import Pipeline
from bot.platforms import available, build
from bot.ports import Clock, PlatformSetup, Publisher, Store
from bot.requests.answer import Desk
from bot.requests.finding import Found
from bot.requests.limits import Limits, Mode
from bot.settings import Loaded, Settings, secrets
from bot.steps import reconcile
from bot.steps.habits import Habits
from bot.store import open_store
from bot.store.watermark import Watermark
from bot.watch import watchlist
from bot.watch.browser import Chromium, Place
from bot.watch.discover import discover
from bot.watch.fetch import WebFetcher
from bot.watch.render import Renderer
from bot.watch.route import Route
from bot.watch.showing import Bounds
from bot.watch.workers import Workers
from bot.web import Counters, serve
from bot.web import build as pages
from bot.write.draw import draw

#: Without a full cycle for so long (and two intervals) the bot is not ready: something keeps it from its work.
STALE_AFTER = timedelta(minutes=30)
#: fly.io and systemd kill what is not gone by then; see fly.toml's kill_timeout.
STOP_WITHIN = 18.0


class Bot:
    """Everything that one process of the bot holds."""

    def __init__(
        self,
        loaded: Loaded,
        *,
        clock: Clock | None = None,
        report: Callable[[Event], None] = log.write,
        secret: Callable[[str], str] | None = None,
    ) -> None:
        """Open the store, bring the watch list up to date and make the publishers ready. Dials nobody.

        Raises:
            ConfigError: a platform or a watch list cannot be used.
            StoreError: the database cannot be opened.
        """
        settings = loaded.settings
        self.loaded = loaded
        self.settings = settings
        self.clock = clock or SystemClock()
        self.counters = Counters()
        self.listeners = (report, self.counters.listen, self._mark)
        self.store = open_store(loaded.store_url)
        self.watermark = Watermark(loaded.store_url)
        self.store.sync_list(listed(loaded))
        secret = secret or secrets()
        self.renderer = renderer(settings, secret)
        self.fetcher = WebFetcher(
            contact=settings.watching.contact,
            clock=self.clock,
            allowed=settings.watching.allow_hosts,
            own=[settings.web.public_url] if settings.web.public_url else [],
            pause=settings.watching.pause_seconds,
            renderer=self.renderer,
        )
        #: Goes another way to the same pages, where the operator set one.
        self.second = second(self.fetcher, settings, secret)
        self.publishers = publishers(settings, self.store, secret)
        #: Starts no process before there is a page to read.
        self.extractor = Workers()
        self.desk = self._desk()
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.fetcher,
            extractor=self.extractor,
            second=self.second,
            publishers=self.publishers,
            clock=self.clock,
            habits=habits(settings),
            report=self._report,
            desk=self.desk,
            draw=draw if settings.publishing.pictures else None,
            owner=_owner(os.getpid()),
        )
        self._running: set[asyncio.Task[None]] = set()

    def _mark(self, event: Event) -> None:
        if event.kind is EventKind.SENT:
            self.watermark.note(self.store)

    def _report(self, event: Event) -> None:
        for listen in self.listeners:
            listen(event)

    def _desk(self) -> Desk:
        """Where whoever asks by mention is answered."""
        asked = self.settings.requests
        own = {name: str(options.get("handle", "")) for name, options in self.settings.platforms.items()}
        limits = Limits(
            mode=Mode(asked.mode),
            accounts=frozenset(asked.accounts),
            per_person_a_day=asked.per_person_a_day,
            per_host=asked.per_host,
            in_all=asked.in_all,
            answers_an_hour=asked.answers_an_hour,
        )

        async def find(target: str) -> Found:
            return await discover(target, self.fetcher.get, self.extractor, stranger=True)

        page = self.settings.web.public_url
        return Desk(self.store, find, limits, own, lambda story: self.pipeline.clerk.link(story), page)

    # ---- one round, for `check`, and all rounds, for `run` ---------------------------------------------------

    async def round(self) -> None:
        """Check what is due, tell what follows from it, and send what is owed."""
        await self.pipeline.check_due()
        await self._tell_what_takes_effect()
        await self.pipeline.publish_due()

    async def _tell_what_takes_effect(self) -> None:
        self.pipeline.tell_what_takes_effect()

    async def run(self, *, tick: timedelta = timedelta(seconds=15), stop: asyncio.Event | None = None) -> None:
        """Serve the pages and keep the ticks going until SIGINT, SIGTERM or ``stop``; then drain and end."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self.take_over()
        stop = stop or asyncio.Event()
        for signum in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(signum, stop.set)
        server, serving = await serve(self.pages(), self.settings.web.host, self.settings.web.port)
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
        for name, job, every in (
            # Each by its own tick: a slow site or platform holds up nothing but itself.
            ("check", self.pipeline.check_due, tick),
            ("in effect", self._tell_what_takes_effect, tick),
            *(
                (f"publish to {each.id}", partial(self.pipeline.publish_to, each), tick / 3)
                for each in self.pipeline.live
            ),
            ("mentions", self.pipeline.answer_mentions, tick * 4),
            ("upkeep", self._upkeep, tick * 40),
        ):
            scheduler.add_job(self._tick, "interval", (name, job), id=name, seconds=every.total_seconds())
        scheduler.modify_job("check", next_run_time=SystemClock().now())
        scheduler.start()
        await stop.wait()
        self.pipeline.stopping = True
        scheduler.pause()
        await self._drain()
        scheduler.shutdown(wait=False)
        server.should_exit = True
        with suppress(TimeoutError):
            await asyncio.wait_for(serving, timeout=1)
        await self.aclose()

    def take_over(self) -> None:
        """Free what a process of this machine had in hand when it was killed, instead of waiting for its leases; and
        see whether an older database was restored."""
        for owner in self.store.lease_owners():
            if _is_gone(owner):
                self.store.end_leases(owner, self.clock.now())
        if self.watermark.is_ahead_of(self.store):
            lost = reconcile.begin(self.store, self.clock.now())
            structlog.get_logger().warning(
                "the database is older than what the bot has done, or comes from elsewhere: until "
                f"{lost.until:%Y-%m-%d} the platforms are asked first whether a post is there already",
                since=lost.since.isoformat(),
            )
        self.watermark.note(self.store)

    async def _drain(self) -> None:
        """Let what has begun come to its end; what takes too long is cut off, and its claim tells the next start."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=STOP_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def pages(self) -> Starlette:
        """The bot's own page, feed, health and metrics."""
        web = self.settings.web
        return pages(
            store=self.store,
            clock=self.clock,
            publishers=self.publishers,
            public_url=web.public_url,
            title=web.title,
            contact=self.settings.watching.contact,
            stale_after=max(STALE_AFTER, 2 * self.settings.interval),
            unread_after=self.settings.unread_after,
            counters=self.counters,
        )

    async def _tick(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Expected trouble is one line; a bug is logged whole, and shows in readiness because its cycle never ends."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await job()
        except SmallprintError as error:
            structlog.get_logger().error(f"{name} could not finish", why=str(error))
        except Exception:
            structlog.get_logger().exception(f"bug in {name}; the next tick tries again")
        finally:
            self._running.discard(task)

    async def _upkeep(self) -> None:
        """What may wait: to forget what is gone, statistics for the database's planner, a smaller write-ahead log."""
        await self.pipeline.forget()
        self.store.tidy()

    async def aclose(self) -> None:
        """Give everything back."""
        await self.fetcher.aclose()
        if self.second is not None:
            await self.second.aclose()
        await self.renderer.aclose()
        await self.extractor.aclose()
        for publisher in self.publishers.values():
            await publisher.aclose()
        self.store.close()


def _owner(pid: int) -> str:
    """A process, as leases name it."""
    return f"{socket.gethostname()}:{pid}"


def _is_gone(owner: str) -> bool:
    """Whether a lease's owner was a process of this machine that has ended; one of our own number was, too."""
    pid = owner.rpartition(":")[2]
    if not pid.isdigit() or owner != _owner(int(pid)):
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(pid) == os.getpid()


def habits(settings: Settings) -> Habits:
    """The operator's settings in the pipeline's terms."""
    publishing = settings.publishing
    return Habits(
        interval=settings.interval,
        plain=timedelta(minutes=settings.patience.plain_minutes),
        weak=timedelta(hours=settings.patience.weak_hours),
        alternating=timedelta(hours=settings.patience.alternating_hours),
        per_hour=publishing.per_hour,
        per_day=publishing.per_day,
        per_hour_late=publishing.per_hour_late,
        at_once=settings.watching.at_once,
        live=frozenset({"local", *(publishing.platforms if publishing.publish else ())}),
        public_url=settings.web.public_url,
        name=settings.web.title,
    )


def renderer(settings: Settings, secret: Callable[[str], str]) -> Renderer:
    """What shows policies that are filled by script; no browser is started or looked for before one is due."""
    table = settings.renderer
    place = Place(table.address, secret("SMALLPRINT_RENDERER_KEY"), table.program, table.sandbox)
    bounds = Bounds(
        seconds=table.seconds,
        requests=table.requests,
        size=int(table.megabytes * 1024**2),
        memory=int(table.memory_megabytes * 1024**2),
        idle=table.idle_minutes * 60,
    )
    return Renderer(Chromium(place), bounds)


def second(fetcher: WebFetcher, settings: Settings, secret: Callable[[str], str]) -> WebFetcher | None:
    """What goes the second route, if there is one.

    Raises:
        ConfigError: it is neither a proxy nor a service.
    """
    address = settings.watching.second_route
    return fetcher.by(Route(address, secret("SMALLPRINT_SECOND_ROUTE_KEY"))) if address else None


def publishers(settings: Settings, store: Store, secret: Callable[[str], str]) -> dict[str, Publisher]:
    """The publishers in use; in a preview all there are, because it costs nothing to show what each would post.

    Raises:
        ConfigError: a platform is named that nobody provides.
    """
    names = {"local": None, **dict.fromkeys(settings.publishing.platforms)}
    if not settings.publishing.publish:
        names |= dict.fromkeys(sorted(available()))
    for name in settings.platforms:
        if name not in names and name not in available():
            raise ConfigError(
                f"[platforms.{name}]: no publisher of that name is installed ({', '.join(available())} are)."
            )
    return {
        name: build(
            name,
            PlatformSetup(
                options=settings.platforms.get(name, {}),
                secret=secret,
                public_url=settings.web.public_url,
                recall=lambda name=name: store.recall(f"session.{name}"),  # type: ignore[misc]
                remember=lambda text, name=name: store.remember(f"session.{name}", text),  # type: ignore[misc]
            ),
        )
        for name in names
    }


def listed(loaded: Loaded) -> tuple[Policy, ...]:
    """The watch list of the settings: the bot's own, then the operator's files, which win over it.

    Raises:
        ConfigError: a file is missing, or an entry of it cannot be used.
    """
    watching = loaded.settings.watching
    policies = {policy.id: policy for policy in watchlist.default()} if watching.default_list else {}
    for name in watching.lists:
        file = loaded.path(name)
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"The watch list {file} cannot be read ({error}): mend its path under [watching] lists.",
                about=str(file),
            ) from error
        policies |= {policy.id: policy for policy in watchlist.load(text, source=Source.LIST, about=str(file))}
    return tuple(policies.values())
