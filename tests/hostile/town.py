"""Policies on an invented web, each with a case of `pages.py` laid over it, and the whole bot that reads them for "
"days."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.clock import StoryClock
from bot.model import Event, EventKind, Policy
from bot.pipeline import Pipeline
from bot.platforms.local import Local
from bot.ports import PlatformSetup
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.fetch import WebFetcher
from bot.watch.trusted import Trusted
from tests.fakes.web import Internet, WebSite
from tests.hostile.pages import CASES, Place

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
#: When the page is looked at after a case was laid over it (hours): a plain second look, a weak one, a doubtful one.
LOOKS = (1, 3, 27, 100)
TOLD = {EventKind.POST, EventKind.WITHDRAWN, EventKind.RESTORED, EventKind.IN_EFFECT}


@dataclass
class Outcome:
    """What the bot made of a case."""

    name: str
    case: str
    baseline: bool
    #: What it told.
    told: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether it said that this is not the policy, or why there is none."""
        return any(event.kind in {EventKind.HELD, EventKind.FAILED} for event in self.events)

    @property
    def why(self) -> str:
        return "; ".join(f"{event.kind.value}: {', '.join(event.reasons[:2])}" for event in self.events)


@dataclass(frozen=True)
class Text:
    """A policy to lay cases over: its sections as HTML, and those of two others."""

    name: str
    parts: Sequence[str]
    other: Sequence[str]
    foreign: Sequence[str]
    language: str = "en"
    #: Of its page, and of the other company's.
    title: str = "Privacy Policy"
    other_title: str = "Privacy Policy"


async def live(text: Text, cases: Sequence[str] = tuple(CASES)) -> list[Outcome]:
    """Read the policy well once, then for four days with each of the cases; all at once, each on a host of its own."""
    clock = StoryClock(NOON)
    store = open_store("sqlite://")
    events: dict[str, list[Event]] = defaultdict(list)
    async with WebSite() as site:
        net = Internet(site)
        net.has("unblock.example")
        fetcher = WebFetcher(contact="ops", clock=clock, resolver=net.resolve, connector=net, pause=0)
        pipeline = Pipeline(
            store=store,
            fetcher=fetcher,
            extractor=Trusted(),
            publishers={"local": Local(PlatformSetup(options={}, secret=lambda name: ""))},
            clock=clock,
            habits=Habits(jitter=0, live=frozenset({"local"})),
            report=lambda event: events[event.policy.id if event.policy else ""].append(event),
        )
        places: dict[Policy, Place] = {}
        for number, case in enumerate(cases):
            host = f"c{number}.example"
            net.has(host)
            place = Place(
                site,
                host,
                list(text.parts),
                list(text.other),
                list(text.foreign),
                text.language,
                text.title,
                text.other_title,
            )
            policy = Policy(f"{case}/policy", text.name, "Privacy Policy", place.url)
            places[policy] = place
            store.add_policy(policy)
            if case == "another_date":
                place = replace(place, parts=[f"<p>Last updated: 1 January 2025</p>{text.parts[0]}", *text.parts[1:]])
            place.shows(place.policy)
            await pipeline.check(policy)
        found = {
            policy: Outcome(text.name, policy.id.partition("/")[0], store.reading(policy.id).current is not None)
            for policy in places
        }
        events.clear()
        for policy, place in places.items():
            CASES[found[policy].case](place)
        for look, hours in enumerate(LOOKS):
            clock.move_to(NOON + timedelta(hours=hours))
            for policy, place in places.items():
                if look and place.later:
                    place.later.pop(0)()
                await pipeline.check(policy)
        await fetcher.aclose()
    for policy, outcome in found.items():
        outcome.events = copy.copy(events[policy.id])
        outcome.told = [_words(event) for event in outcome.events if event.kind in TOLD]
    store.close()
    return list(found.values())


def _words(event: Event) -> str:
    quotes = event.story.change.quotes if event.story else ()
    return f"{event.kind.value}: {quotes[0].text[:120] if quotes else ''}"
