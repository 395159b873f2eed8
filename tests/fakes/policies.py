"""A whole web of policies on loopback: many hosts, many pages, each of which can change between two looks."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class PolicyWeb:
    """Serves ``pages`` by path over real HTTP, on as many hosts of 127.0.0.0/8 as it is asked to have.

    Every page has an ETag. Where ``nonce`` is set it is put into each HTML page anew at each request, and no ETag is
    given, as pages with a token in them do.
    """

    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    hosts: int = 1
    nonce: bool = False
    asked: Counter[str] = field(default_factory=Counter)
    not_modified: int = 0
    #: Seconds before an answer.
    slow: float = 0

    def put(self, path: str, body: bytes, content_type: str = "text/html; charset=utf-8") -> None:
        """From now on this is the page."""
        self.pages[path] = (body, content_type)

    @property
    def allowed(self) -> list[str]:
        """The hosts as the bot's settings name them."""
        return [f"127.0.0.{number + 1}:{self.port}" for number in range(self.hosts)]

    def url(self, path: str, host: int = 0) -> str:
        return f"http://127.0.0.{host % self.hosts + 1}:{self.port}{path}"

    async def _serve(self, request: Request) -> Response:
        path = request.url.path
        self.asked[path] += 1
        await asyncio.sleep(self.slow)
        if path not in self.pages:
            return Response("not here", 404, media_type="text/plain")
        body, content_type = self.pages[path]
        if self.nonce and content_type.startswith("text/html"):
            token = f"<!-- {self.asked[path]:032x} -->"
            return Response(body + token.encode(), headers={"Content-Type": content_type})
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if request.headers.get("if-none-match") == etag:
            self.not_modified += 1
            return Response(status_code=304, headers={"ETag": etag})
        return Response(body, headers={"Content-Type": content_type, "ETag": etag})

    def __enter__(self) -> Self:
        app = Starlette(routes=[Route("/{path:path}", self._serve)])
        listeners = [_listener("127.0.0.1", 0)]
        self.port = int(listeners[0].getsockname()[1])
        listeners += [_listener(f"127.0.0.{number + 1}", self.port) for number in range(1, self.hosts)]
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": listeners}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener
