"""How other HTTP clients read an address: whom would they ask, and at which port?

A client that refuses the address itself has no reading, which is no danger.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import requests
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

#: Scheme, host in ASCII without a dot at the end, port.
Reading = tuple[str, str, int]
_PORTS = {"http": 80, "https": 443}


def _reading(scheme: str | None, host: str | None, port: int | None) -> Reading:
    scheme, host = (scheme or "").lower(), (host or "").lower().strip("[]")
    # What the standard library's own client does with an international name before it asks for it.
    name = host if host.isascii() else host.encode("idna").decode("ascii")
    return scheme, name.removesuffix("."), port or _PORTS.get(scheme, 0)


def by_httpx(address: str) -> Reading:
    url = httpx.URL(address)
    return _reading(url.scheme, url.raw_host.decode("ascii"), url.port)


def by_urllib(address: str) -> Reading:
    url = urlsplit(address)
    return _reading(url.scheme, url.hostname, url.port)


def by_urllib3(address: str) -> Reading:
    url = parse_url(address)
    return _reading(url.scheme, url.host, url.port)


def by_requests(address: str) -> Reading:
    """It prepares what urllib3 read once more."""
    prepared = requests.Request("GET", address).prepare().url
    assert prepared is not None
    return by_urllib(prepared)


READERS: dict[str, Callable[[str], Reading]] = {
    "httpx": by_httpx,
    "urllib.parse": by_urllib,
    "urllib3": by_urllib3,
    "requests": by_requests,
}


def readings(address: str, *, without: str = "") -> dict[str, Reading]:
    """What each client that takes the address would ask."""
    found = {}
    for name, read in READERS.items():
        if name != without:
            try:
                found[name] = read(address)
            except (httpx.InvalidURL, LocationParseError, requests.RequestException, ValueError):
                continue
    return found
