"""A small HTTP server on loopback that a fake platform is built on: it can answer, and it can fail to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    #: Whole, as the client addressed it.
    url: str
    #: Under their names in the usual spelling, "Content-Type"; on the wire it is free.
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answered:
    """What goes back: ``body`` as JSON, or as it is when it is text."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class Silence(Exception):
    """Raised by a fake: the connection is closed without an answer."""


#: What happens to an attempt to post: it is given the attempt, to be made or not, and returns the answer.
NextPost = Callable[[Callable[[], Answered]], Answered]


def lost(attempt: Callable[[], Answered]) -> Answered:
    """The request is read, nothing happens, the connection closes."""
    raise Silence


def applied_then_dropped(attempt: Callable[[], Answered]) -> Answered:
    """Published, and the connection closes."""
    attempt()
    raise Silence


def applied_then_500(attempt: Callable[[], Answered]) -> Answered:
    """Published, and told otherwise."""
    attempt()
    return Answered(500, {"code": 131, "message": "Internal error", "error": "Internal error"})


def always(answered: Answered) -> NextPost:
    """Refused in these words."""
    return lambda attempt: answered


class Loopback:
    """Serves `answer` on a free port while it is entered."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        #: Set to let go of requests that `hang` keeps waiting.
        self.let_go = threading.Event()

    def answer(self, asked: Asked) -> Answered:
        raise NotImplementedError

    def hang(self) -> None:
        """Keep the client waiting until it has given up (the test ends, or sets `let_go`)."""
        self.let_go.wait(timeout=30)
        raise Silence

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.title(): value for name, value in self.headers.items()}
                asked = Asked(self.command, fake.url + self.path, headers, self.rfile.read(length))
                fake.asked.append(asked)
                try:
                    answered = fake.answer(asked)
                except Silence:
                    return
                text = answered.body if isinstance(answered.body, str) else json.dumps(answered.body)
                self.send_response(answered.status)
                for name, value in {"Content-Type": "application/json", **answered.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_PATCH = do_POST = _serve

            def log_message(self, *args: Any) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Nobody listens any more: connections are refused."""
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def __exit__(self, *exc: object) -> None:
        self.close()
