"""The card of a change, as links to its page are previewed by."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.ports import Store
from bot.web import answers, links
from bot.web.recent import Handler


def path(story_id: str) -> str:
    """Where the card of a story is."""
    return f"{links.change(story_id)}.png"


class Cards:
    """The handler. A card is frozen with the news that it shows, so a copy is good for ever."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> dict[str, Handler]:
        """Where they are."""
        return {"/changes/{id}.png": self.card}

    async def card(self, request: Request) -> Response:
        """A PNG; 404 for a change that was told without one."""
        png = self._store.picture(request.path_params["id"])
        if png is None:
            raise HTTPException(404)
        return answers.answer(png, "image/png", cache=answers.ASSET)
