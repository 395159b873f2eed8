"""`make demo`: the real bot on an invented company, for somebody who has a minute.

Everything in it is the bot itself (fetcher, store, scheduler, pages) but for two things: the company's site stands on
loopback, and the story's days pass as fast as the bot has read them, because the pipeline's clock is injected.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot import log, show
from bot.app import Bot
from bot.clock import StoryClock
from bot.demo import company
from bot.errors import SmallprintError
from bot.model import Event, EventKind, Policy, Source
from bot.settings import Loaded, parse

#: Real time between two looks of the scheduler.
TICK = timedelta(seconds=0.1)
#: Real seconds for one check; far more than it needs.
PATIENCE = 20.0

_SAID = {
    EventKind.BASELINE: "first read: a silent baseline",
    EventKind.SEEN: "something is new: look again before telling",
    EventKind.SILENT: "changed, but no news",
    EventKind.VANISHED: "gone again before the second look: not told",
    EventKind.POST: "news, confirmed by a second look",
    EventKind.WITHDRAWN: "the told wording is withdrawn: told in its thread",
    EventKind.RESTORED: "it is back: told in its thread",
    EventKind.IN_EFFECT: "it takes effect: told in its thread",
    EventKind.HELD: "not a whole policy: held, not told",
    EventKind.FAILED: "could not be read",
}
_IN_A_THREAD = (EventKind.WITHDRAWN, EventKind.RESTORED, EventKind.IN_EFFECT)
#: What a good bot tells of this story, and nothing else.
_STORY = [EventKind.POST, *_IN_A_THREAD]
_ACTS = (
    (company.BEGIN, f"{company.OLD_NAME} has a privacy policy. The bot begins to watch it."),
    (company.PUBLISHED, f"A new text appears above the old one: {company.OLD_NAME} is {company.NEW_NAME} now, and …"),
    (company.WITHDRAWN, "The next day the page shows the old policy again."),
    (company.BACK, "A week later the new text is back."),
    (company.IN_EFFECT, "The day it takes effect: the old copy below it is dropped."),
)


async def run_demo(*, stay: bool = False) -> None:
    """Play the story to the end, then keep the pages up if asked to.

    Raises:
        SmallprintError: the bot did not get through the story; what it last did has been printed.
    """
    log.configure("warning")
    site = company.CompanySite(company.BEGIN)
    with tempfile.TemporaryDirectory(prefix="smallprint-demo-") as folder:
        stage = _Stage(site, Path(folder))
        try:
            await stage.play(stay=stay)
        finally:
            site.close()


class _Stage:
    def __init__(self, site: company.CompanySite, folder: Path) -> None:
        self.site = site
        self.clock = StoryClock(company.BEGIN)
        self.checked = asyncio.Event()
        self.told: list[Event] = []
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        settings = parse(
            {
                "watching": {"default_list": False, "allow_hosts": [site.host], "pause_seconds": 0},
                "web": {"port": port, "public_url": self.address, "title": "Smallprint demo"},
            }
        )
        self.bot = Bot(Loaded(settings, folder, None), clock=self.clock, report=self.on_event)
        address = f"http://{site.host}/privacy"
        self.bot.store.add_policy(
            Policy("chirrup/privacy-policy", company.OLD_NAME, "Privacy Policy", address, source=Source.OPERATOR)
        )

    async def play(self, *, stay: bool) -> None:
        """Run the bot while the days pass."""
        stop = asyncio.Event()
        running = asyncio.create_task(self.bot.run(tick=TICK, stop=stop))
        try:
            for (begin, words), (end, _) in zip(_ACTS, [*_ACTS[1:], (company.END, "")], strict=True):
                click.echo()
                click.secho(f"{begin:%A %-d %B %Y}. {words}", bold=True)
                self.site.now = begin
                await self.live_until(begin, end, running)
            self.conclude(stay=stay)
            if stay:
                await running
        finally:
            stop.set()
            with suppress(asyncio.CancelledError):
                await running

    async def live_until(self, begin: datetime, end: datetime, running: asyncio.Task[None]) -> None:
        """Let the bot live from its next check on, until it has nothing left to find out before ``end``."""
        self.clock.move_to(begin)
        for _ in range(4):  # a look, a second look, and quiet
            due = self.bot.store.next_due()
            if due is None or due >= end:
                return
            self.checked.clear()
            self.clock.move_to(due)
            waiter = asyncio.create_task(self.checked.wait())
            await asyncio.wait({waiter, running}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            if not waiter.done():
                waiter.cancel()
                if running.done():
                    running.result()
                raise SmallprintError("The demo's bot did not check its policy in time; is this machine very busy?")

    def on_event(self, event: Event) -> None:
        """Show what happened as a person would want to see it."""
        if event.kind in _SAID:
            click.echo(f"  {event.at:%H:%M}  {_SAID[event.kind]}")
            for reason in event.reasons[:3] if event.kind not in _IN_A_THREAD else ():
                click.secho(f"         {reason}", dim=True)
        if event.story:
            self.told.append(event)
            voices = ("x", "bluesky", "mastodon") if event.kind is EventKind.POST else ("bluesky",)
            posts = {name: event.posts[name] for name in voices}
            lengths = {name: tuple(map(self.bot.publishers[name].length, parts)) for name, parts in posts.items()}
            for line in show.posts_words(posts, lengths):
                click.echo(f"         {line}")
            click.echo()
        if event.kind is EventKind.SENT and event.receipt:
            click.echo(f"  {event.at:%H:%M}  on the bot's own page: {event.receipt.url}")
            if self.bot.store.picture(event.receipt.id.rpartition("/")[2]):
                click.echo(f"         with its picture: {event.receipt.url}.png")
        # A check is over when nothing was told of it, or when what was told stands on the page.
        if event.kind is EventKind.SENT or (event.policy and not event.story and event.kind is not EventKind.NOT_DRAWN):
            self.checked.set()

    def conclude(self, *, stay: bool) -> None:
        """What there is to look at now.

        Raises:
            SmallprintError: the bot told something else than what happened.
        """
        told = [event.kind for event in self.told]
        if told != _STORY:
            raise SmallprintError(
                f"The demo's bot told {', '.join(told) or 'nothing'}; it should have told {', '.join(_STORY)}."
            )
        click.echo()
        click.secho("One piece of news, told once, and three lines in its thread.", bold=True)
        if stay:
            click.echo(f"The pages stay up at {self.address}/ until you press Ctrl-C.")
        else:
            click.echo("To look at the pages: make demo STAY=1. To watch real policies: make run.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
