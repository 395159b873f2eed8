"""Words or bytes become an HTTP answer, with the same safe headers on every one."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from bot.web import links
from bot.web.links import Place
from bot.write.templating import environment, templates

#: What a page may load: its own style and icon. Nothing runs, nothing is framed, nothing is sent.
_ALLOWED = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
#: On every answer, whatever it is.
SAFE = {
    "Content-Security-Policy": f"{_ALLOWED}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: How long a copy is good without asking again: a page may change at any time, a named style never does.
PAGE = "public, max-age=60"
ASSET = "public, max-age=604800, immutable"
NEVER = "no-store"
#: Set in an ASGI scope by export.py: links then fit folders with an index.html.
FOLDERS = "smallprint.folders"


def place(request: Request) -> Place:
    """Where the asked page stands. From the path alone: a stranger's `Host` header can say anything."""
    raw = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    return Place(raw.decode("ascii", "replace").partition("?")[0], bool(request.scope.get(FOLDERS)))


def answer(body: bytes, media_type: str, *, status: int = 200, cache: str = PAGE) -> Response:
    """``body`` as it is; what may be kept has an ETag (recent.py says 304 with it)."""
    headers = {**SAFE, "Cache-Control": cache}
    if status == 200 and cache != NEVER:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Response(body, status, headers, media_type)


def page(request: Request, template: str, status: int = 200, cache: str = PAGE, **facts: Any) -> Response:
    """A page of templates/pages."""
    return answer(render(template, place=place(request), **facts), "text/html", status=status, cache=cache)


def data(value: Any, *, status: int = 200, cache: str = PAGE) -> Response:
    """JSON; everything beyond ASCII is escaped, so that half a surrogate pair of a page can be said too."""
    body = json.dumps(value, indent=1).encode("ascii") + b"\n"
    return answer(body, "application/json", status=status, cache=cache)


def moved(request: Request, there: str) -> Response:
    """For good, to another page of ours."""
    headers = {**SAFE, "Cache-Control": PAGE, "Location": place(request).to(there)}
    return Response(status_code=301, headers=headers)


def render(template: str, **facts: Any) -> bytes:
    """A template of templates/pages with what they all may use."""
    words = (
        environment()
        .get_template(f"pages/{template}")
        .render(style=style_name(), allowed=_ALLOWED, change_path=links.change, **facts)
    )
    return words.encode("utf-8", "replace")


@cache
def asset(name: str) -> bytes:
    """A file of templates/pages that is served as it is."""
    return (templates() / "pages" / name).read_bytes()


@cache
def style_name() -> str:
    """The style's path, new whenever the style is: it may then be kept for good."""
    return f"/style.css?{hashlib.sha256(asset('style.css')).hexdigest()[:8]}"
