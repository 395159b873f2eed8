"""A corner of the web on loopback: a site that says what a test tells it to, byte for byte, and an internet of invented
names whose public addresses all lead to it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpcore

#: An address of nobody's that the gate takes for public.
PUBLIC = "93.184.216.34"

#: The pieces of an answer as they go onto the wire, one after the other.
Pieces = AsyncIterator[bytes]


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    host: str
    target: str
    headers: dict[str, str]
    #: The number of the connection it came on.
    connection: int
    #: When, on the monotonic clock.
    at: float = field(default_factory=time.monotonic)


@dataclass
class WebSite:
    """A web server on a free port of loopback. What nobody wrote is 404; robots.txt is missing unless a test says so.

    A page is written under its path, or under host and path where several hosts lead here.
    """

    #: Addresses of 127.0.0.0/8 that it listens on, all on the same port.
    addresses: Sequence[str] = ("127.0.0.1",)
    #: Those of them where a connection is accepted and nothing is ever said.
    mute: frozenset[str] = frozenset()
    asked: list[Asked] = field(default_factory=list)
    #: How many requests were under way at once at most.
    most_at_once: int = 0
    #: Seconds that every answer takes.
    slowness: float = 0.0
    _pages: dict[str, Callable[[Asked], Pieces]] = field(default_factory=dict)
    _connections: int = 0
    _at_once: int = 0

    # ---- what a test says ---------------------------------------------------------------------------------------

    def says(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        """A page; ``etag`` and ``last_modified`` are honoured as servers do. A header's name is written with "_"."""
        content = body.encode() if isinstance(body, str) else body
        named = {"content-type": "text/html; charset=utf-8"} | {n.replace("_", "-"): v for n, v in headers.items()}

        async def page(asked: Asked) -> Pieces:
            same = ("etag", "if-none-match"), ("last-modified", "if-modified-since")
            if any(named.get(own) and named[own] == asked.headers.get(theirs) for own, theirs in same):
                yield _head(304, {"etag": named.get("etag", "")})
            else:
                yield _head(status, named | {"content-length": str(len(content))}) + content

        self._pages[path] = page

    def shows(self, path: str, body: Callable[[], str], **headers: str) -> None:
        """A page that is made anew for each who asks."""
        named = {"content-type": "text/html; charset=utf-8"} | {n.replace("_", "-"): v for n, v in headers.items()}

        async def page(asked: Asked) -> Pieces:
            content = body().encode()
            yield _head(200, named | {"content-length": str(len(content))}) + content

        self._pages[path] = page

    def robots(self, text: str, status: int = 200, **headers: str) -> None:
        """What robots.txt says."""
        self.says("/robots.txt", text, status, content_type="text/plain", **headers)

    def redirects(self, path: str, location: str | None, status: int = 302) -> None:
        """A page that moved; None: it does not say where to."""
        self.says(path, "moved", status, **({} if location is None else {"location": location}))

    def sends(self, path: str, *pieces: bytes, every: float = 0.0, then_hangs: bool = False) -> None:
        """Bytes as they are, status line and all, ``every`` so many seconds; then the connection closes, or hangs."""

        async def page(asked: Asked) -> Pieces:
            for piece in pieces:
                yield piece
                await asyncio.sleep(every)
            if then_hangs:
                await asyncio.sleep(3600)
            raise ConnectionAbortedError

        self._pages[path] = page

    def streams(self, path: str, head: bytes, piece: bytes) -> None:
        """A body that never ends."""

        async def page(asked: Asked) -> Pieces:
            yield head
            while True:
                yield piece

        self._pages[path] = page

    # ---- what a test asks ---------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """Host and port, as an operator allows them."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def targets(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [asked.target for asked in self.asked if asked.target != "/robots.txt"]

    # ---- the server ---------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        first, *others = self.addresses
        self._servers = [await asyncio.start_server(self._serve, first, 0)]
        self.port: int = self._servers[0].sockets[0].getsockname()[1]
        if others:
            self._servers.append(await asyncio.start_server(self._serve, others, self.port))
        return self

    async def __aexit__(self, *exc: object) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._connections += 1
        connection = self._connections
        try:
            while writer.get_extra_info("sockname")[0] in self.mute:
                await reader.readexactly(1)
            while True:
                first = await reader.readexactly(1)
                if not first.isalpha():  # somebody speaks TLS
                    writer.write(_head(400, {}))
                    break
                lines = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:-2])}
                asked = Asked(headers["host"], lines[0].split(" ")[1], headers, connection)
                self.asked.append(asked)
                await self._answer(asked, writer)
        except (OSError, EOFError, ValueError, asyncio.CancelledError):
            pass  # the client went away, spoke something else, or the test ended
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self.slowness)
            page = self._pages.get(asked.host + asked.target) or self._pages.get(asked.target) or _missing
            async for piece in page(asked):
                writer.write(piece)
                await writer.drain()
        finally:
            self._at_once -= 1


async def _missing(asked: Asked) -> Pieces:
    yield _head(404, {"content-length": "0"})


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Internet(httpcore.AsyncNetworkBackend):
    """Invented names, and a way to `WebSite` for every address that is dialled; what was dialled is written down.

    An https connection to it is not encrypted: what is tested is who is asked for what.
    """

    def __init__(self, site: WebSite) -> None:
        self.site = site
        #: A name's addresses; with several lists, one for each look-up. Names that nobody wrote are not there.
        self.names: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.dialled: list[str] = []
        #: Addresses that lead nowhere.
        self.dead: set[str] = set()
        #: What a connection says of its other end, where that is not what was dialled.
        self.peer = ""
        #: What a connection says of its own end, where it is to be another.
        self.local = ""

    def has(self, name: str, *answers: Iterable[str]) -> None:
        """A name with its addresses; several answers come one after the other, the last for ever."""
        self.names[name] = [list(answer) for answer in answers] or [[PUBLIC]]

    async def resolve(self, host: str) -> Sequence[str]:
        """The resolver to inject."""
        self.looked_up.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        """The connector to inject."""
        self.dialled.append(host)
        if host in self.dead:
            raise httpcore.ConnectError("All connection attempts failed")
        line = await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.site.port, *args, **kwargs)
        return _Line(line, (self.peer or host, port), (self.local, 0) if self.local else None)


class _Line(httpcore.AsyncNetworkStream):
    """A connection that says it leads to the address that was dialled."""

    def __init__(
        self, line: httpcore.AsyncNetworkStream, peer: tuple[str, int], local: tuple[str, int] | None = None
    ) -> None:
        self._line = line
        self._ends = {"server_addr": peer, **({"client_addr": local} if local else {})}

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        return await self._line.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        await self._line.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._line.aclose()

    async def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._ends.get(info) or self._line.get_extra_info(info)


def policy_page(title: str, text: str, *, name: str = "", language: str = "en", around: str = "") -> str:
    """A policy (Markdown as `tests.fakes.site.policy_text` writes it) as a page of its company's site."""
    blocks = []
    for block in text.strip().split("\n\n"):
        marks, _, words = block.partition(" ")
        blocks.append(f"<h{len(marks)}>{words}</h{len(marks)}>" if set(marks) == {"#"} else f"<p>{block}</p>")
    head = f"<title>{title}</title>" + (f'<meta property="og:site_name" content="{name}">' if name else "")
    body = f"<main>{''.join(blocks)}</main>{around}"
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>'
