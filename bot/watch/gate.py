"""Which addresses may ever be dialled.

Addresses come from strangers and from redirects, and names answer what their owners like. So an address is read by
one parser (`httpx.URL`, which also connects), what others could read otherwise is refused, names that can only be
local are refused before DNS is asked, and every address that DNS gives is checked when the connection is made, which
then goes to that very address::

    typed, linked or Location | check    a URL of the public web, or REFUSED
    host, port                | connect  resolve, check every answer, dial the checked address, check the peer

A refusal is a fixed sentence: it never repeats the address, nor says whether a private name exists.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import httpcore
import httpx

from bot.errors import ConfigError, FetchError, FetchFailure
from bot.watch.networks import PRIVATE_SUFFIXES, is_public

#: A host name -> its addresses, as text; raises `socket.gaierror` where there are none.
Resolver = Callable[[str], Awaitable[Sequence[str]]]

#: Longer addresses are not written by people.
LONGEST_ADDRESS = 2048
#: So many of a name's addresses are tried.
ADDRESSES_TRIED = 4

NOT_AN_ADDRESS = "This is no address the bot can read: give it in full, like https://example.com/privacy."
NOT_THIS_PORT = "The bot reads pages on the ports 80 and 443 only: give the address without a port."
OWN_PAGE = "This is one of the bot's own pages: give the address of the policy itself."
NOT_PUBLIC = "This address is not on the public web: give the address of a page that everybody can open."

#: A name, perhaps a port in ASCII digits, and the rest. Whatever else could stand before the path ("@", "%", "\\", dots
#: of other scripts, "8_0" for a port) is where two readers of an address part ways.
_SHAPE = re.compile(r"https?://(?P<name>[^/?#@%\\:\[\]。．｡]+)(?::[0-9]{1,5})?(?:[/?#][^\\]*)?", re.IGNORECASE)
#: An IPv6 address; only an operator's own can be read.
_LITERAL = re.compile(r"https?://\[(?P<name>[0-9a-f:.]+)\](?::[0-9]{1,5})?(?:[/?#][^\\]*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
#: Up to there a relative address has no colon (RFC 3986, section 4.2).
_FIRST_ENDS = re.compile(r"[/?#]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
#: A last label that a resolver may read as a number, and the whole name as an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ALLOWED = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[\w.-]+))(?::(?P<port>[0-9]{1,5}))?")


class Gate:
    """Decides which addresses may be read.

    Args:
        allowed: What the operator allows although it is not public, as "host" or "host:port"; such a host may have any
            port unless one is named.
        own: Addresses of the bot's own pages, whose hosts it never reads. (Where DNS says they are is no bar to others:
            behind a large proxy thousands of sites have the same addresses.)
        resolver: Asked for the addresses of a name; the system's by default.

    Raises:
        ConfigError: an entry of ``allowed`` is neither a host nor a host and port, or one of ``own`` is no address.
    """

    def __init__(
        self, allowed: Collection[str] = (), *, own: Collection[str] = (), resolver: Resolver | None = None
    ) -> None:
        self._allowed = frozenset(map(_host_and_port, allowed))
        self._own = frozenset(map(_own_place, own))
        self._resolver = resolver or SystemResolver()

    def check(self, address: str, *, via: str | None = None) -> httpx.URL:
        """The parsed address, without fragment, if it may be asked for; no DNS yet.

        Args:
            address: As it was typed or linked.
            via: The page that it stood on, or "" where a stranger gave it: those lead nobody into the operator's own
                network. None: the operator's own word.

        Raises:
            FetchError: ``REFUSED``.
        """
        url = self._read(address)
        if via is not None and self._is_inside(url) and not (via and self._is_inside(self._read(via))):
            _refuse(NOT_PUBLIC)
        return url

    def _read(self, address: str) -> httpx.URL:
        shape = _SHAPE.fullmatch(address) or _LITERAL.fullmatch(address)
        if len(address) > LONGEST_ADDRESS or shape is None or not _visible(address):
            _refuse(NOT_AN_ADDRESS)
        try:
            url = httpx.URL(address.partition("#")[0])
            if not _reads_alike(shape["name"], _host(url)):
                _refuse(NOT_AN_ADDRESS)
            if _host(url).endswith("."):
                url = url.copy_with(host=_host(url).removesuffix("."))
            if not url.host:  # as people write it: a name that cannot be decoded is none
                _refuse(NOT_AN_ADDRESS)
        except (httpx.InvalidURL, ValueError):
            _refuse(NOT_AN_ADDRESS)
        host, port = _host(url), _port(url)
        if not 0 < port < 65536:
            _refuse(NOT_AN_ADDRESS)
        if _is_among(self._own, host, port):
            _refuse(OWN_PAGE)
        if not self.allows(host, port):
            _check_name(host)
            if port not in (80, 443):
                _refuse(NOT_THIS_PORT)
        return url

    def follow(self, url: httpx.URL, location: str) -> httpx.URL:
        """The checked address to which ``url`` redirects by its ``Location``.

        Raises:
            FetchError: ``REFUSED``, or ``MOVED`` for a redirect that leads nowhere or from https to http.
        """
        if not location:
            raise FetchError(
                FetchFailure.MOVED, "The page says that it moved, but not where to: look for its new address."
            )
        scheme = _SCHEME.match(location)
        half = ":" in _FIRST_ENDS.split(location, 1)[0] and not scheme
        if half or "\\" in location or not _visible(location):
            _refuse(NOT_PUBLIC)
        try:
            # Where it names a host it is read as it came: joining would already settle how that is read.
            whole = location if scheme else f"{url.scheme}:{location}" if location.startswith("//") else ""
            target = self._read(whole or str(url.join(location)))
        except (httpx.InvalidURL, ValueError):
            _refuse(NOT_AN_ADDRESS)
        if url.scheme == "https" and target.scheme == "http":
            raise FetchError(
                FetchFailure.MOVED,
                "The page redirects from https to http, which the bot does not follow: look for its new https address.",
            )
        if self._is_inside(target) and not self._is_inside(url):
            _refuse(NOT_PUBLIC)  # a public page does not lead into the operator's own network
        return target

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses that may be dialled for a checked host.

        Raises:
            FetchError: ``REFUSED``; one bad answer refuses all of them.
            socket.gaierror: the name has no address.
        """
        if self.allows(host, port):
            return [host] if _is_literal(host) else await self._resolver(host)
        _check_name(host)
        if port not in (80, 443):
            _refuse(NOT_THIS_PORT)
        addresses = await self._resolver(host)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if not all(map(is_public, addresses)) or any(_is_among(self._own, each, port) for each in addresses):
            _refuse(NOT_PUBLIC)
        return addresses

    def close(self) -> None:
        """Give back the threads of the system's resolver."""
        if isinstance(self._resolver, SystemResolver):
            self._resolver.close()

    def allows(self, host: str, port: int) -> bool:
        """Whether the operator allows this very host and port, public or not."""
        return _is_among(self._allowed, host, port)

    def _is_inside(self, url: httpx.URL) -> bool:
        return self.allows(_host(url), _port(url))


class GatedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, to addresses that the gate has just checked and to nothing else."""

    def __init__(self, gate: Gate, connector: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._gate = gate
        self._connector = connector or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check and dial; the name is never resolved a second time."""
        try:
            addresses = await self._gate.resolve(host, port)
        except (OSError, UnicodeError) as error:  # getaddrinfo does not even ask for some names
            raise httpcore.ConnectError("the name has no address") from error
        failure: Exception = httpcore.ConnectError("no address was tried")
        for address in addresses[:ADDRESSES_TRIED]:
            try:
                stream = await self._connector.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            here, there = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
            elsewhere = there is not None and not _same(there[0], address)
            # Whoever is reached from the very address that was dialled is this machine, whatever the table says of it.
            itself = here is not None and _same(here[0], address) and not self._gate.allows(host, port)
            if elsewhere or itself:
                await stream.aclose()
                _refuse(NOT_PUBLIC)
            return stream
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no page is behind a Unix socket."""
        _refuse(NOT_PUBLIC)

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore's own retries (unused)."""
        await self._connector.sleep(seconds)


class SystemResolver:
    """`getaddrinfo` in threads of its own: names that never answer must not hold up the bot's other work."""

    def __init__(self, threads: int = 16) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def __call__(self, host: str) -> Sequence[str]:
        """The name's addresses in the order that the system prefers. Raises `socket.gaierror`."""
        look_up = functools.partial(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def close(self) -> None:
        """Forget the names still being looked up."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _refuse(sentence: str) -> NoReturn:
    raise FetchError(FetchFailure.REFUSED, sentence)


def _visible(text: str) -> bool:
    """Whether all characters can be seen: no spaces, controls, direction marks, lone surrogates."""
    if text.isascii():
        return text.isprintable() and " " not in text
    return not any(unicodedata.category(character)[0] in "CZ" for character in text)


def _host(url: httpx.URL) -> str:
    """As it is asked in DNS: ASCII, an international name in punycode."""
    return url.raw_host.decode("ascii")


def _port(url: httpx.URL) -> int:
    if url.port is not None:
        return url.port
    return 443 if url.scheme == "https" else 80


def _is_among(places: Collection[tuple[str, int | None]], host: str, port: int) -> bool:
    return (host, None) in places or (host, port) in places


def _same(one: str, other: str) -> bool:
    return ipaddress.ip_address(one) == ipaddress.ip_address(other)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _reads_alike(written: str, host: str) -> bool:
    """Whether the two editions of the standard for international names spell this one alike.

    Clients follow one or the other; for a sharp s, a final sigma, a joiner or a Kelvin sign they would ask different
    hosts. What is ASCII has one spelling.
    """
    return written.lower() == host if written.isascii() else written.encode("idna") == host.encode()


def _check_name(host: str) -> None:
    """A policy's host has a public name: bare addresses in whatever notation, single labels and local names do not."""
    labels = host.split(".")
    if _is_literal(host) or len(labels) < 2 or _NUMBER.fullmatch(labels[-1]) or labels[-1] in PRIVATE_SUFFIXES:
        _refuse(NOT_PUBLIC)
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        _refuse(NOT_AN_ADDRESS)


def _host_and_port(entry: str) -> tuple[str, int | None]:
    """ "127.0.0.1:8080", "intranet.example", "[::1]:8080" -> host and port, None for any port."""
    match = _ALLOWED.fullmatch(entry.strip().lower())
    host = _spelt(match["six"] or match["name"]) if match else ""
    if match is None or not host:
        raise ConfigError(
            f'"{entry}" is not a host that can be allowed: write a host or a host and port, like "intranet.example" or '
            '"127.0.0.1:8080".'
        )
    return host, int(match["port"]) if match["port"] else None


def _spelt(host: str) -> str:
    """A host that the operator names, as the gate will read it: in punycode, without a dot at the end; "" for none."""
    try:
        return _host(httpx.URL(scheme="https", host=host.lower())).removesuffix(".")
    except (httpx.InvalidURL, ValueError):
        return ""


def _own_place(address: str) -> tuple[str, int | None]:
    """ "https://bot.example" -> its host, on every port; "http://127.0.0.1:8080" -> only that port of it."""
    try:
        url = httpx.URL(address)
        host = _spelt(_host(url))
    except (httpx.InvalidURL, ValueError):
        host = ""
    if not host:
        raise ConfigError(f'"{address}" is no address: mend `public_url`, like "https://bot.example".')
    return host, url.port
