"""What a site can do in the place of a policy: each scene makes a `WebSite` play it at one place."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable
from functools import cache

from tests.fakes.web import WebSite
from tests.soak import words

#: Given the site, the place ("127.1.0.7:8080/privacy") and the page of the policy that should be there.
Scene = Callable[[WebSite, str, str], None]

MIB = 1024 * 1024
#: Stands for what differs with each request.
TOKEN = "0123456789abcdef"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

# ---- the policy -----------------------------------------------------------------------------------------------------


def well(site: WebSite, place: str, page: str) -> None:
    """The policy, with validators, as good servers do it."""
    site.says(place, page, etag=words.etag(page))


def bare(site: WebSite, place: str, page: str) -> None:
    """The policy, whole each time."""
    site.says(place, page)


def stamped(site: WebSite, place: str, page: str) -> None:
    """The policy with a token in it that differs each time."""
    tokens = itertools.count()
    site.shows(place, lambda: page.replace(TOKEN, f"{next(tokens):032x}"))


def alternates(*pages: str) -> Scene:
    """The first visitor gets the one page, the next one another, and so round."""

    def scene(site: WebSite, place: str, page: str) -> None:
        shown = itertools.cycle(pages)
        site.shows(place, lambda: next(shown))

    return scene


# ---- something else -------------------------------------------------------------------------------------------------


def answers(status: int, body: str | bytes = "", **headers: str) -> Scene:
    """A status, and a page with it."""
    return lambda site, place, page: site.says(place, body, status, **headers)


def instead(body: str | bytes, **headers: str) -> Scene:
    """Something else in the place of the policy, with 200."""
    return answers(200, body, **headers)


def made_of(change: Callable[[str], str | bytes], **headers: str) -> Scene:
    """What becomes of the policy's page."""
    return lambda site, place, page: site.says(place, change(page), **headers)


def with_inside(inserted: str) -> Scene:
    """The policy's page with something after its first heading."""
    return made_of(lambda page: page.replace("</h1>", f"</h1>{inserted}", 1))


# ---- bytes ----------------------------------------------------------------------------------------------------------


def sends(*pieces: bytes, every: float = 0.0, then_hangs: bool = False) -> Scene:
    """Raw bytes."""
    return lambda site, place, page: site.sends(place, *pieces, every=every, then_hangs=then_hangs)


def drips(head: bytes, piece: bytes) -> Scene:
    """A little each second, for longer than anybody waits."""
    return sends(head, *[piece] * 600, every=1.0)


def streams(head: bytes, piece: bytes) -> Scene:
    """Without end."""
    return lambda site, place, page: site.streams(place, head, piece)


def announces(length: float, sent: float) -> Scene:
    """A length that is not that of what is sent; both as shares of the page."""

    def scene(site: WebSite, place: str, page: str) -> None:
        body = page.encode()
        head = OK + b"Content-Length: %d\r\n\r\n" % int(len(body) * length)
        site.sends(place, head + body[: int(len(body) * sent)])

    return scene


def bomb(site: WebSite, place: str, page: str) -> None:
    """512 MiB of nothing in half a megabyte of gzip."""
    site.sends(place, _bomb())


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(MIB)
    body = b"".join(packer.compress(piece) for _ in range(512)) + packer.flush()
    return OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def gzip_of_gzip(site: WebSite, place: str, page: str) -> None:
    """Two layers."""
    site.says(place, gzip.compress(gzip.compress(page.encode())), content_encoding="gzip, gzip")


# ---- somewhere else -------------------------------------------------------------------------------------------------

#: Addresses that are nobody's business.
PRIVATE = (
    "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/", "//127.0.0.1/", "http://localhost/",
    "http://intranet/", "http://db.internal/", "http://2130706433/", "http://[::ffff:7f00:1]/", "http://0x7f.1/",
    "file:///etc/passwd", "http://rebound.example/", "http://[fdaa::3]/", "http://100.64.0.1/",
)  # fmt: skip
#: What DNS says of the names that only redirects mention.
REBOUND = {"rebound.example": "169.254.169.254"}


def leads_to(location: str | None) -> Scene:
    """A redirect."""
    return lambda site, place, page: site.redirects(place, location)


def into_the_house(site: WebSite, place: str, page: str) -> None:
    """A redirect to an address that is nobody's business: which one, the place decides."""
    site.redirects(place, PRIVATE[sum(place.encode()) % len(PRIVATE)])


def loops(site: WebSite, place: str, page: str) -> None:
    """A leads to B leads to A."""
    host, path = _split(place)
    site.redirects(f"{host}{path}", f"{path}?again")
    site.redirects(f"{host}{path}?again", path)


def twenty_redirects(site: WebSite, place: str, page: str) -> None:
    """... and then the right page."""
    host, path = _split(place)
    steps = [path, *(f"{path}?{number}" for number in range(20))]
    for here, there in itertools.pairwise(steps):
        site.redirects(host + here, there)
    site.says(host + steps[-1], page)


def leads_within(path: str, shown: str) -> Scene:
    """A redirect to another page of the site, which says something."""

    def scene(site: WebSite, place: str, page: str) -> None:
        host, _ = _split(place)
        site.redirects(place, path)
        site.says(host + path, shown)

    return scene


def robots(text: str, status: int = 200) -> Scene:
    """What the host says to robots; the page itself is well."""

    def scene(site: WebSite, place: str, page: str) -> None:
        host, _ = _split(place)
        site.says(f"{host}/robots.txt", text, status, content_type="text/plain")
        site.says(place, page)

    return scene


def _split(place: str) -> tuple[str, str]:
    """Host and path."""
    host, slash, path = place.partition("/")
    return host, slash + path
