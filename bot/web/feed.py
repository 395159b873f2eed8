"""The Atom feed (RFC 4287), by feedgen: an entry for each change and each follow-up.

Ids are made from the stories' own ids and never change, not even with the address of the site. An entry is updated when
its change was last spoken of (withdrawn, in effect, retracted), so that a reader shows it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from bot import __version__
from bot.errors import NotFound
from bot.model import StoryKind
from bot.web import answers, links
from bot.web.pages import Site
from bot.web.recent import Handler
from bot.web.shelf import Shelf, Shown, Told
from bot.web.text import plain
from bot.web.views import ChangeView, change_view
from bot.write.templating import environment

#: Entries in a feed.
ENTRIES = 50
#: The name space of our ids (RFC 9562, version 5). Never to be changed: readers would show everything again.
_OURS = uuid.UUID("5b0c7a52-3f0e-5d0a-9d1c-6f1d9d0f8a3e")
#: When a feed in which nothing was told yet was updated.
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was told, as a feed reader shows it."""

    id: str
    title: str
    #: Where to read it, and the HTML that is read in the reader.
    link: str
    html: str
    published: datetime
    updated: datetime
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """What is said about a feed itself."""

    id: str
    title: str
    #: Its own address and that of the page with the same changes.
    own: str
    page: str


class Feeds:
    """The handlers: everything, and one policy alone."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.shelf = Shelf(site.store)

    def routes(self) -> dict[str, Handler]:
        """Where they are."""
        return {
            "/feed.xml": self.everything,
            "/policies/{service}/{document}/feed.xml": self.of_policy,
        }

    async def everything(self, request: Request) -> Response:
        """What is told, newest first."""
        return self._answer(request, Feed(stable_id("feed"), self.site.title, "/feed.xml", "/"))

    async def of_policy(self, request: Request) -> Response:
        """What is told of one policy."""
        asked = request.path_params
        policy_id = f"{asked['service']}/{asked['document']}"
        named = next((each for each in self.site.store.policies() if each.id == policy_id), None)
        if named is None:
            told = self.shelf.latest(1, policy_id=policy_id)
            if not told:
                raise NotFound("This policy is not watched and has no changes.", about=policy_id)
            named = told[0].story.policy
        page = links.policy(policy_id)
        title = f"{plain(named.name)} · {self.site.title}"
        return self._answer(request, Feed(stable_id(f"feed:{policy_id}"), title, f"{page}/feed.xml", page), policy_id)

    def _answer(self, request: Request, feed: Feed, policy_id: str = "") -> Response:
        place, today = answers.place(request), self.site.clock.now().date()

        def address(path: str) -> str:
            """Absolute where the world reaches the site; else relative to the feed, which Atom allows."""
            return self.site.public_url + path if self.site.public_url else place.to(path)

        entries = [
            entry(shown, self.shelf.change(shown.story.under or shown.story.id), today, address)
            for shown in self.shelf.latest(ENTRIES, policy_id=policy_id)
        ]
        addressed = Feed(feed.id, feed.title, address(feed.own), address(feed.page))
        return answers.answer(atom(addressed, entries), "application/atom+xml")


def entry(shown: Shown, told: Told, today: date, address: Callable[[str], str]) -> Entry:
    """A story as an entry; ``told`` is the change that it is, or follows."""
    story = shown.story
    view = change_view(told, today)
    news = story.kind is StoryKind.POST
    link = links.change(told.story.id)
    return Entry(
        id=stable_id(story.id),
        title=_title(view, "" if news else story.kind.value),
        link=address(link) if news else f"{address(link)}#{quote(story.id)}",
        html=answers.render(
            "entry.html",
            view=view,
            told="" if news else story.kind.value,
            note=plain(story.note),
            link=address(link),
        ).decode(),
        published=story.confirmed_at,
        updated=told.updated_at if news else story.confirmed_at,
        topics=view.topics,
    )


def atom(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """The feed's XML."""
    from feedgen.feed import FeedGenerator  # with it comes lxml: 5 MB that only a reader of the feed needs

    made = FeedGenerator()
    made.id(feed.id)
    made.title(plain(feed.title))
    made.author(name=plain(feed.title))
    made.generator("Smallprint", __version__)
    made.link(href=feed.page, rel="alternate", type="text/html")
    made.link(href=feed.own, rel="self", type="application/atom+xml")
    made.updated(max((each.updated for each in entries), default=_NEVER))
    for each in entries:
        item = made.add_entry(order="append")
        item.id(each.id)
        item.title(each.title)
        item.link(href=each.link, rel="alternate", type="text/html")
        item.content(each.html, type="html")
        item.published(each.published)
        item.updated(each.updated)
        for topic in each.topics:
            item.category(term=topic)
    xml: bytes = made.atom_str(pretty=True)
    return xml


def stable_id(name: str) -> str:
    """The id of a story or feed, for ever."""
    return uuid.uuid5(_OURS, name).urn


def _title(view: ChangeView, told: str) -> str:
    """A title is plain text: the words without the escaping that pages need."""
    words = environment().get_template("pages/words.html").module
    return unescape(words.title(view, told))  # type: ignore[attr-defined]
