"""The pages, the feed, health and metrics as one Starlette app.

Handlers ask the store directly: its calls are short, and no transaction stays open across an ``await``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import NotFound, StoreError
from bot.ports import Clock, Publisher, Store
from bot.web import answers
from bot.web.cards import Cards
from bot.web.condition import UNREAD_AFTER
from bot.web.feed import Feeds
from bot.web.health import Probes
from bot.web.metrics import Counters, Metrics
from bot.web.pages import Pages, Site
from bot.web.recent import Recent
from bot.web.text import plain

_TROUBLES = {
    404: (
        "There is no such page",
        "Perhaps its address was cut off on the way. What was told is never taken down: look among the changes.",
    ),
    405: ("This page can only be read", "It takes no forms and no other requests."),
    500: ("Something broke here", "It is the bot’s fault and not yours; its operator will find it in the log."),
    503: (
        "The bot cannot read its records",
        "Its database does not answer just now. Please try again in some minutes.",
    ),
}


def build(
    *,
    store: Store,
    clock: Clock,
    publishers: Mapping[str, Publisher],
    public_url: str,
    title: str,
    contact: str,
    stale_after: timedelta,
    counters: Counters,
    unread_after: timedelta = UNREAD_AFTER,
    fresh_for: float = 5.0,
) -> Starlette:
    """The app.

    Args:
        store: what is shown.
        clock: says what is in effect today, and whether the bot is late.
        publishers: in use, by id; only their names are shown.
        public_url: where the world reaches the app, without a trailing slash, or "".
        title: of the site.
        contact: how to reach the operator: an address, or a page.
        stale_after: without a full cycle of checks for so long the bot is not ready.
        counters: what happened since the process began.
        unread_after: without a good read for so long a policy's page says so.
        fresh_for: seconds for which a page that was made is given to whoever asks next; 0 makes each anew.
    """
    site = Site(store, clock, plain(title), public_url, contact, unread_after)

    async def trouble(request: Request, status: int) -> Response:
        heading, words = _TROUBLES.get(status, _TROUBLES[404])
        if request.scope["path"].endswith(".json"):
            return answers.data({"error": heading}, status=status, cache=answers.NEVER)
        return site.page(request, "error.html", status, answers.NEVER, heading=heading, words=words)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        path = request.scope["path"]
        if error.status_code == 404 and path.endswith("/") and path.strip("/"):
            return answers.moved(request, answers.place(request).here.rstrip("/"))  # as an export has it
        return await trouble(request, error.status_code)

    async def missing(request: Request, error: Exception) -> Response:
        return await trouble(request, 404)

    async def unreadable(request: Request, error: Exception) -> Response:
        return await trouble(request, 503)

    async def bug(request: Request, error: Exception) -> Response:
        return await trouble(request, 500)

    recent = Recent(fresh_for)
    metrics = Metrics(store, clock, counters, publishers, unread_after)
    rooms = (Feeds(site), Probes(store, clock, stale_after), metrics, Cards(store), Pages(site))
    routes = [Route(path, recent.wrap(handler)) for room in rooms for path, handler in room.routes().items()]
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: http, NotFound: missing, StoreError: unreadable, Exception: bug},
    )
    app.router.redirect_slashes = False
    return app
