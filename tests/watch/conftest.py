"""A guest on an invented web: a site on loopback, names that lead to it, and a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import StoryClock
from bot.watch.fetch import WebFetcher
from tests.fakes.web import Internet, WebSite

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
async def site() -> AsyncIterator[WebSite]:
    async with WebSite() as opened:
        yield opened


@pytest.fixture
def internet(site: WebSite) -> Internet:
    """Two public names lead to the site."""
    net = Internet(site)
    net.has("acme.example")
    net.has("www.acme.example")
    return net


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(NOW)


@pytest.fixture
async def guest(internet: Internet, clock: StoryClock) -> AsyncIterator[Callable[..., WebFetcher]]:
    """Makes fetchers that know only this web."""
    made: list[WebFetcher] = []

    def make(**settings: Any) -> WebFetcher:
        usual = {"contact": "ops@bot.example", "clock": clock, "resolver": internet.resolve, "connector": internet}
        made.append(WebFetcher(**(usual | settings)))
        return made[-1]

    yield make
    for fetcher in made:
        await fetcher.aclose()


@pytest.fixture
def fetcher(guest: Callable[..., WebFetcher]) -> WebFetcher:
    return guest()
