"""An invented company whose privacy policy goes through the shape of a real story, served over real HTTP.

Act by act: the old policy; a new text above the old one, with a date of effect, a new company name throughout and one
new sentence; withdrawn the next day; back a week later; and on the day it takes effect the old copy is dropped.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template

OLD_NAME, NEW_NAME = "Chirrup", "Rookery"
PUBLISHED = datetime(2026, 3, 3, 9, 20, tzinfo=UTC)
WITHDRAWN = PUBLISHED + timedelta(days=1)
BACK = PUBLISHED + timedelta(days=7)
IN_EFFECT = datetime(2026, 4, 9, 8, 0, tzinfo=UTC)
BEGIN = PUBLISHED - timedelta(days=1)
END = IN_EFFECT + timedelta(hours=12)

_TRAINING = (
    " We may also use your posts to train our artificial intelligence models, unless you object in your settings."
)


def policy_at(moment: datetime) -> str:
    """The policy's page as the company shows it at ``moment``."""
    text = Template((files("bot.demo") / "policy.html").read_text(encoding="utf-8"))
    old = text.substitute(company=OLD_NAME, effective="Effective: 14 May 2024", training="")
    announced = f"This policy goes into effect on {IN_EFFECT:%-d %B %Y}."
    coming = text.substitute(company=NEW_NAME, effective=announced, training=_TRAINING)
    if moment < PUBLISHED or WITHDRAWN <= moment < BACK:
        return _page(OLD_NAME, old)
    if moment < IN_EFFECT:
        return _page(NEW_NAME, coming + "<hr>\n<p>Effective until then:</p>\n" + old)
    return _page(NEW_NAME, coming)


def _page(company: str, articles: str) -> str:
    menu = "".join(f'<li><a href="/{word.lower()}">{word}</a></li>' for word in ("About", "Blog", "Jobs", "Help"))
    return (
        '<!doctype html>\n<html lang="en">\n'
        f'<head><meta charset="utf-8"><title>Privacy Policy | {company}</title></head>\n'
        f"<body>\n<header><nav><ul>{menu}</ul></nav></header>\n<main>\n{articles}</main>\n"
        f"<footer><p>© {company}</p><ul>{menu}</ul></footer>\n</body>\n</html>\n"
    )


class CompanySite:
    """The company's web server on a free port of loopback; ``now`` says which day it is there."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """The demo prints what the bot does, not what its site is asked."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="company-site", daemon=True).start()

    @property
    def host(self) -> str:
        """Host and port, as the bot's settings name an allowed host."""
        return f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path == "/robots.txt":
            self._send(request, 200, "text/plain", b"User-agent: *\nDisallow: /search\n")
        elif request.path != "/privacy":
            self._send(request, 404, "text/html", b"<h1>Not found</h1>")
        else:
            body = policy_at(self.now).encode()
            etag = f'"{sha256(body).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == etag:
                self._send(request, 304, "text/html; charset=utf-8", b"", etag)
            else:
                self._send(request, 200, "text/html; charset=utf-8", body, etag)

    def _send(
        self, request: BaseHTTPRequestHandler, status: int, content_type: str, body: bytes, etag: str = ""
    ) -> None:
        request.send_response_only(status)
        request.send_header("Date", format_datetime(self.now, usegmt=True))
        request.send_header("Content-Type", content_type)
        request.send_header("Content-Length", str(len(body)))
        if etag:
            request.send_header("ETag", etag)
        request.end_headers()
        request.wfile.write(body)
