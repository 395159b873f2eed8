"""What comes over the wire, within limits: one request, one answer, no more bytes or seconds than allowed."""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpcore
import httpx

from bot.errors import FetchError, FetchFailure


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one page may cost."""

    #: Of network time in all, over every redirect and robots.txt.
    seconds: float = 15.0
    #: To open one connection.
    connect_seconds: float = 5.0
    #: Bytes of the body on the wire, and unpacked.
    wire: int = 5 * 1024 * 1024
    decoded: int = 10 * 1024 * 1024
    #: Bytes of all header lines.
    headers: int = 32 * 1024
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer to one request."""

    status: int
    headers: httpx.Headers
    body: bytes


class Budget:
    """The network time that one check may use over all its requests; waiting for a turn is not counted.

    Args:
        seconds: How much there is.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Count what happens inside; raises `TimeoutError` when nothing is left."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._left):
                yield
        finally:
            self._left -= loop.time() - began


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    """One for all: loading the certificates takes longer than a whole check."""
    return httpx.create_ssl_context(trust_env=False)


class Transport(httpx.AsyncBaseTransport):
    """httpx over an httpcore pool whose connections are opened by ``backend``, with one SSL context for all; by way of
    a proxy, if there is one."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, proxy: httpcore.Proxy | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_ssl_context(),
            proxy=proxy,
            max_connections=None,
            max_keepalive_connections=20,
            # Common servers close an idle connection after five seconds: it must not be asked at that very moment.
            keepalive_expiry=4.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises what httpcore and the gate raise."""
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


async def ask(client: httpx.AsyncClient, url: httpx.URL, headers: Mapping[str, str], limits: Limits) -> Answer:
    """GET one address, once, without following anything.

    Raises:
        FetchError: ``UNREACHABLE``, ``TOO_LARGE``, ``TRUNCATED`` or ``SERVER_ERROR``; and whatever the gate raises.
        httpcore.ConnectError, httpcore.ConnectTimeout: no connection could be opened, so nothing was asked yet.
        TimeoutError: from the caller's budget.
    """
    try:
        async with client.stream("GET", url, headers=headers) as response:
            if sum(len(name) + len(value) + 4 for name, value in response.headers.raw) > limits.headers:
                raise _too_many_headers()
            body = await _read(response, limits)
            return Answer(response.status_code, response.headers, body)
    except httpcore.ConnectError:
        raise
    except httpcore.RemoteProtocolError as error:
        if getattr(reason(error), "error_status_hint", 0) == 431:  # h11's own limit for header lines
            raise _too_many_headers() from error
        raise _broken() from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # httpx parses a redirect that nobody follows
        raise FetchError(
            FetchFailure.MOVED, "The page redirects to something that is no address: look for its new address."
        ) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise _broken() from error


async def _read(response: httpx.Response, limits: Limits) -> bytes:
    """The body, unpacked as it comes, so that no answer can grow beyond the limits in memory."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise FetchError(
            FetchFailure.SERVER_ERROR,
            "The server packs the page in a way the bot did not ask for: watch another address of the policy.",
        )
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.wire:
        raise _too_large()
    unpack = _Unpacker(limits.decoded, packed=encoding not in ("", "identity"))
    received = 0
    try:
        async for chunk in response.aiter_raw():
            received += len(chunk)
            if received > limits.wire:
                raise _too_large()
            unpack.feed(chunk)
    except (httpcore.RemoteProtocolError, httpcore.ReadError, zlib.error) as error:
        raise _cut_off() from error
    if not unpack.whole:
        raise _cut_off()
    return bytes(unpack.body)


class _Unpacker:
    """gunzip with a ceiling: never asks zlib for more than may be kept (RFC 1952: members may follow each other)."""

    def __init__(self, ceiling: int, *, packed: bool) -> None:
        self.body = bytearray()
        self._ceiling = ceiling
        self._packed = packed
        self._member = zlib.decompressobj(wbits=31)
        self._started = False

    def feed(self, chunk: bytes) -> None:
        """Take bytes off the wire. Raises FetchError ``TOO_LARGE``, or `zlib.error`."""
        while chunk:
            if not self._packed:
                self.body += chunk
                chunk = b""
            elif self._member.eof and not (chunk := chunk.lstrip(b"\0")):
                break  # padding after the last member
            else:
                if self._member.eof:
                    self._member = zlib.decompressobj(wbits=31)
                self._started = True
                self.body += self._member.decompress(chunk, self._ceiling + 1 - len(self.body))
                chunk = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if len(self.body) > self._ceiling:
                raise _too_large()

    @property
    def whole(self) -> bool:
        """Whether the last member came to its end."""
        return not self._started or self._member.eof


def reason(error: BaseException) -> BaseException | None:
    """What stands behind an error of httpcore, whose pool raises it once more ``from None``."""
    return error.__cause__ or error.__context__


def unreachable(error: Exception) -> FetchError:
    """The sentence for a connection that could not be opened."""
    if isinstance(error, httpcore.ConnectTimeout):
        return FetchError(
            FetchFailure.TIMED_OUT, "The server does not accept a connection: the bot tries again at the next check."
        )
    match reason(error):
        case ssl.SSLError():
            sentence = (
                "The site's certificate or encryption is not valid: open the page in a browser, and tell the site."
            )
        case socket.gaierror() | UnicodeError():
            sentence = "The site's name cannot be found: check the address for a typing error."
        case _:
            sentence = "The server refuses connections: the bot tries again at the next check."
    return FetchError(FetchFailure.UNREACHABLE, sentence)


def _too_large() -> FetchError:
    return FetchError(
        FetchFailure.TOO_LARGE, "The page is larger than any policy: check that the address is the policy's own."
    )


def _cut_off() -> FetchError:
    return FetchError(
        FetchFailure.TRUNCATED, "The page ended before it was whole: the bot tries again at the next check."
    )


def _too_many_headers() -> FetchError:
    return FetchError(
        FetchFailure.TOO_LARGE,
        "The server sends more header lines than a page needs: tell the site, or watch another address.",
    )


def _broken() -> FetchError:
    return FetchError(
        FetchFailure.UNREACHABLE,
        "The server broke the connection or does not speak HTTP: the bot tries again at the next check.",
    )
