"""The pages for people: changes, policies, about; and a change for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.errors import NotFound
from bot.model import Health, Story, StoryKind
from bot.ports import Clock, Store
from bot.web import answers, links
from bot.web.condition import TROUBLE, UNREAD_AFTER, HealthView, condition, health_view
from bot.web.data import change_json
from bot.web.recent import Handler
from bot.web.shelf import Shelf
from bot.web.text import plain
from bot.web.views import ChangeView, Subject, change_view, subject
from bot.web.wording import MOST_EDITS, sections

#: Changes and policies on one page.
CHANGES = 20
POLICIES = 100


@dataclass(frozen=True, slots=True)
class Site:
    """What every page knows."""

    store: Store
    clock: Clock
    title: str
    public_url: str
    contact: str
    #: Without a good read for so long a policy's page says so.
    unread_after: timedelta = UNREAD_AFTER

    def page(
        self, request: Request, template: str, status: int = 200, cache: str = answers.PAGE, **facts: Any
    ) -> Response:
        """A page in the site's frame."""
        return answers.page(
            request,
            template,
            status,
            cache,
            title=self.title,
            public_url=self.public_url,
            here=request.scope["path"],
            **facts,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A policy in the list."""

    policy: Subject
    health: HealthView
    path: str
    last: ChangeView | None
    last_path: str = ""


class Pages:
    """The handlers. All run in the bot's one event loop, because the store may be asked from there alone."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.shelf = Shelf(site.store)

    def routes(self) -> dict[str, Handler]:
        """Where they are."""
        return {
            "/": self.changes,
            "/before/{before}": self.changes,
            "/changes/{id}.json": self.change_data,
            "/changes/{id}": self.change,
            "/policies": self.policies,
            "/policies/from/{service}/{document}": self.policies,
            "/policies/{service}/{document}": self.policy,
            "/policies/{service}/{document}/before/{before}": self.policy,
            "/about": self.about,
            "/style.css": self.style,
            "/icon.svg": self.icon,
        }

    async def changes(self, request: Request) -> Response:
        """Changes, newest first: all, or those ``before`` one (in the path, or as ``?before=``)."""
        before = request.path_params.get("before") or request.query_params.get("before", "")
        views, older = self._changes(before=before)
        return self.site.page(
            request,
            "list.html",
            views=views,
            older=links.path("before", views[-1].id) if older else "",
            newest=not before,
            watched=len(self.site.store.policies()),
        )

    async def change(self, request: Request) -> Response:
        """A change; the address of a follow-up leads to what it follows."""
        shown = self.shelf.story(request.path_params["id"])
        if shown.story.under:
            return answers.moved(request, _thread(self.shelf.story(shown.story.under).story, shown.story))
        told = self.shelf.change(shown.story.id)
        view = change_view(told, self.site.clock.now().date(), self.shelf.standpoint(shown.story))
        edits = shown.story.change.edits
        return self.site.page(
            request,
            "change.html",
            view=view,
            sections=sections(edits),
            left_out=max(0, len(edits) - MOST_EDITS),
            policy_path=links.policy(view.policy.id),
        )

    async def change_data(self, request: Request) -> Response:
        """A change as JSON."""
        return answers.data(change_json(self.shelf.change(request.path_params["id"])))

    async def policies(self, request: Request) -> Response:
        """Every watched policy, how it is, and its last change."""
        service, document = (request.path_params.get(name, "") for name in ("service", "document"))
        everything = self.site.store.health()
        begin = f"{service}/{document}" if service else ""
        listed = [health for health in everything if health.policy.id >= begin]
        rows = [self._row(health) for health in listed[:POLICIES]]
        after = links.path("policies", "from", *listed[POLICIES].policy.id.split("/")) if len(listed) > POLICIES else ""
        return self.site.page(
            request,
            "policies.html",
            rows=rows,
            after=after,
            first=not begin,
            total=len(everything),
            unwell=sum(condition(health) in TROUBLE for health in everything),
        )

    async def policy(self, request: Request) -> Response:
        """A policy: how it is, and its changes. One that is no longer watched keeps its page while it has any."""
        asked = request.path_params
        policy_id, before = f"{asked['service']}/{asked['document']}", asked.get("before", "")
        health = next((each for each in self.site.store.health() if each.policy.id == policy_id), None)
        views, older = self._changes(before=before, policy_id=policy_id)
        if health is None and not views:
            raise NotFound("This policy is not watched and has no changes.", about=policy_id)
        kept = self.site.store.versions(policy_id)
        return self.site.page(
            request,
            "policy.html",
            policy=subject(health.policy) if health else views[0].policy,
            health=self._health(health),
            views=views,
            older=links.policy(policy_id) + links.path("before", views[-1].id) if older else "",
            feed=links.policy(policy_id) + "/feed.xml",
            kept=len(kept),
            since=kept[0].fetched_at if kept else None,
        )

    async def about(self, request: Request) -> Response:
        """What this is, how it judges, and whom to ask."""
        contact = self.site.contact
        return self.site.page(request, "about.html", contact=plain(contact), contact_link=links.reachable(contact))

    async def style(self, request: Request) -> Response:
        """How the pages look."""
        return answers.answer(answers.asset("style.css"), "text/css", cache=answers.ASSET)

    async def icon(self, request: Request) -> Response:
        """The sign in a browser's tab."""
        return answers.answer(answers.asset("icon.svg"), "image/svg+xml", cache=answers.ASSET)

    def _changes(self, *, before: str = "", policy_id: str = "") -> tuple[Sequence[ChangeView], bool]:
        """A page of changes, and whether there are earlier ones."""
        told = self.shelf.changes(CHANGES + 1, before=before, policy_id=policy_id)
        today = self.site.clock.now().date()
        return [change_view(each, today) for each in told[:CHANGES]], len(told) > CHANGES

    def _row(self, health: Health) -> Row:
        policy = health.policy
        last = self.shelf.changes(1, policy_id=policy.id)
        view = change_view(last[0], self.site.clock.now().date()) if last else None
        return Row(
            subject(policy), self._health(health), links.policy(policy.id), view, links.change(view.id) if view else ""
        )

    def _health(self, health: Health | None) -> HealthView:
        return health_view(health, self.site.clock.now(), self.site.unread_after)


def _thread(root: Story, follow_up: Story) -> str:
    """Where a follow-up is told: on the page of the change, at its own line."""
    assert root.kind is StoryKind.POST, "a thread begins with news"
    return f"{links.change(root.id)}#{follow_up.id}"
