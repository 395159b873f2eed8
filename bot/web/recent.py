"""Answers that were just made are kept for whoever asks next, and 304 is said to whoever has them already.

A post that many people follow opens one page many times within a minute, in the process that also has to read policies.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from bot.web.answers import FOLDERS, NEVER

Handler = Callable[[Request], Awaitable[Response]]

#: Together at most 8 MB.
_MOST = 32
_LARGEST = 256 * 1024


class Recent:
    """Wraps handlers. What is kept is at most ``seconds`` old."""

    def __init__(self, seconds: float, timer: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._timer = timer
        self._kept: dict[tuple[str, str, bool], tuple[float, Response]] = {}

    def wrap(self, handler: Handler) -> Handler:
        """The same handler, asked less often."""

        async def recently(request: Request) -> Response:
            now = self._timer()
            before = request.query_params.get("before", "")  # no other query makes a difference
            key = (request.scope["path"], before, bool(request.scope.get(FOLDERS)))
            until, response = self._kept.get(key, (now, None))
            if response is None or until <= now:
                response = await handler(request)
                self._keep(key, now + self._seconds, response)
            return unless_known(request, response)

        return recently

    def _keep(self, key: tuple[str, str, bool], until: float, response: Response) -> None:
        self._kept.pop(key, None)
        lasting = response.status_code == 200 and response.headers["Cache-Control"] != NEVER
        if self._seconds and lasting and len(response.body) <= _LARGEST:
            while len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (until, response)


def unless_known(request: Request, response: Response) -> Response:
    """``response``, or 304 where the reader's copy is this very one (RFC 9110, 13.1.2: any listed tag, weak or not)."""
    etag = response.headers.get("ETag")
    asked = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if etag is None or not asked & {etag, "*"}:
        return response
    same = {name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")}
    return Response(status_code=304, headers=same)
