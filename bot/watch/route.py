"""A second way to a page, for a second opinion: another region's proxy, or a browser service that is asked by URL.

::

    https://proxy.example:3128            a proxy: sees which host is read, and no more of an https page than that
    https://shows.example/get?url={url}   a service: is asked for the page at {url} and answers with it

What is guaranteed: an address reaches the proxy or service only after the gate has passed it, on every hop that the bot
follows itself, with every address of its name resolved here and found public; the bot dials nothing but the host that
the operator named; certificates of https pages are checked here, through the proxy too.

What is not: a proxy and a service resolve the name themselves, a moment later and somewhere else, and a name can answer
each of them differently; a service follows redirects and runs scripts on its own. Neither may stand where it reaches
what others must not. Through them the bot compares, and never tells what only they have shown (steps/decide.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpcore
import httpx

from bot.errors import ConfigError, FetchError, FetchFailure
from bot.watch.gate import NOT_PUBLIC, Gate
from bot.watch.networks import is_public
from bot.watch.wire import Transport

#: Where a service's address takes the page's, and where it takes its key.
PAGE, KEY = "{url}", "{key}"

_FORM = (
    "`second_route` under [watching] is neither a proxy, like http://proxy.example:3128, nor a service with a place "
    "for the page's address, like https://shows.example/get?url={url}."
)
_NAMED = (
    "`second_route` under [watching] holds a name and password: take them out, and set SMALLPRINT_SECOND_ROUTE_KEY to "
    "name:password."
)
_AWAY = "The second route cannot be reached: check `second_route` under [watching], and that it runs."
_REFUSES = (
    "The second route does not let the bot through: check `second_route` under [watching], and "
    "SMALLPRINT_SECOND_ROUTE_KEY."
)

#: By these statuses a proxy (RFC 9110, 15.5.8), or a service that wants a key or payment, speaks for itself.
_OF_A_PROXY = frozenset({407})
_OF_A_SERVICE = frozenset({401, 402, 403, 407, 429})


@dataclass(frozen=True, slots=True)
class Route:
    """Another way to pages.

    Args:
        address: Of the proxy or the service.
        key: ``name:password`` for a proxy; what takes the place of ``{key}`` in a service's address.

    Raises:
        ConfigError: the address is neither of the two.
    """

    address: str
    key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        url = self._url("")
        if url is None or url.scheme not in ("http", "https") or not url.host:
            raise ConfigError(_FORM)
        if url.userinfo:
            raise ConfigError(_NAMED)
        if not self.shows and (url.raw_path != b"/" or url.fragment):
            raise ConfigError(_FORM)
        if KEY in self.address and not self.key:
            raise ConfigError("`second_route` under [watching] has a place for a key: set SMALLPRINT_SECOND_ROUTE_KEY.")

    @property
    def shows(self) -> bool:
        """Whether it is a service, which runs a page's scripts itself."""
        return PAGE in self.address

    def transport(self, gate: Gate, connector: httpcore.AsyncNetworkBackend | None = None) -> httpx.AsyncBaseTransport:
        """What httpx sends requests by.

        Args:
            gate: Passes every address first.
            connector: Opens the connection to the proxy or service; asyncio by default.
        """
        url = self._url("")
        assert url is not None
        backend = _OnlyTo(url.raw_host.decode("ascii"), connector)
        if self.shows:
            return _Service(self, gate, Transport(backend))
        name, _, password = self.key.partition(":")
        at = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/")
        proxy = httpcore.Proxy(at, auth=(name.encode(), password.encode()) if self.key else None)
        return _Proxied(gate, Transport(backend, proxy))

    def to(self, page: httpx.URL) -> httpx.URL:
        """Where a service is asked for a page."""
        url = self._url(str(page))
        assert url is not None
        return url

    def _url(self, page: str) -> httpx.URL | None:
        try:
            return httpx.URL(self.address.replace(KEY, quote(self.key, safe="")).replace(PAGE, quote(page, safe="")))
        except (httpx.InvalidURL, ValueError):
            return None


class _Proxied(httpx.AsyncBaseTransport):
    """Hands a checked address to a proxy."""

    def __init__(self, gate: Gate, onward: Transport) -> None:
        self._gate = gate
        self._onward = onward

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the name's addresses, then send. Raises what httpcore and the gate raise."""
        await _check(self._gate, request.url)
        try:
            answer = await self._onward.handle_async_request(request)
        except httpcore.ProxyError as error:
            raise FetchError(FetchFailure.UNREACHABLE, _REFUSES) from error
        return await _or_refused(answer, _OF_A_PROXY)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._onward.aclose()


class _Service(httpx.AsyncBaseTransport):
    """Asks a service for the page at a checked address."""

    def __init__(self, route: Route, gate: Gate, onward: Transport) -> None:
        self._route = route
        self._gate = gate
        self._onward = onward

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check the name's addresses, then ask. Raises what httpcore and the gate raise."""
        await _check(self._gate, request.url)
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        return await _or_refused(
            await self._onward.handle_async_request(
                httpx.Request("GET", self._route.to(request.url), headers=headers, extensions=request.extensions)
            ),
            _OF_A_SERVICE,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._onward.aclose()


async def _check(gate: Gate, url: httpx.URL) -> None:
    """Refuse what does not lead to the public web, and hosts that the operator allows: their names are nobody else's
    business. The addresses found are not used for anything else."""
    try:
        addresses = await gate.resolve(url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80))
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("the name has no address") from error
    if not all(map(is_public, addresses)):
        raise FetchError(FetchFailure.REFUSED, NOT_PUBLIC)


async def _or_refused(answer: httpx.Response, words: Collection[int]) -> httpx.Response:
    """The answer of the page, and not of what stands in between."""
    if answer.status_code in words:
        await answer.aclose()
        raise FetchError(FetchFailure.UNREACHABLE, _REFUSES)
    return answer


class _OnlyTo(httpcore.AsyncNetworkBackend):
    """Opens connections to the one host that the operator named, wherever that is."""

    def __init__(self, host: str, connector: httpcore.AsyncNetworkBackend | None) -> None:
        self._host = host
        self._connector = connector or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Dial. Raises FetchError ``UNREACHABLE``, or ``REFUSED`` for another host."""
        if host != self._host:
            raise FetchError(FetchFailure.REFUSED, "The second route leads to its own host only.")
        try:
            return await self._connector.connect_tcp(host, port, timeout, local_address, socket_options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
            raise FetchError(FetchFailure.UNREACHABLE, _AWAY) from error

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries (unused)."""
        await self._connector.sleep(seconds)
