"""What a page says of its site: its name, and the links to its policies. Pure.

Any address that a stranger gives is read by this, so it is a scan that takes linear time whatever the bytes are: on one
tag with 200,000 attributes every HTML parser measured stood still for over a minute.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from bot.errors import FetchError, FetchFailure
from bot.model import Snapshot
from bot.watch.charset import decode
from bot.watch.documents import of_link
from bot.watch.gate import NOT_AN_ADDRESS

#: A page with more links to policies than this has its own among the last ones.
MOST_LINKS = 200
#: Of a longer page only the beginning and the end are scanned (characters): the name stands in one, the footer in the
#: other.
BEGINNING, END = 200_000, 1_000_000

_TAG = re.compile(r"<(/?a|meta)\b((?:[^<>\"']|\"[^\"<]{0,4000}\"|'[^'<]{0,4000}')*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]{1,20})\s{0,4}=\s{0,4}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>=`]+))")
_ANY_TAG = re.compile(r"<[^<>]*>")
#: Pages that list a site's policies.
_LEGAL = re.compile(
    r"(?<!\w)(?:legal|policies|terms and policies|rechtliches|mentions légales|aviso legal|note legali|juridisch)(?!\w)"
)
_TRACKING = re.compile(
    r"utm_\w+|[a-z]{1,3}clid|gbraid|wbraid|mc_[ce]id|igshid|igsh|ref_(?:src|url)|_ga|_gl|mkt_tok|spm", re.IGNORECASE
)
_PORTS = {"http": 80, "https": 443}
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a policy, or to a page that lists policies."""

    url: str
    #: The type of the document; "" for a page that lists them.
    document: str


@dataclass(frozen=True, slots=True)
class Site:
    """What a page says of its site."""

    #: What it calls itself, in the page's order.
    names: tuple[str, ...]
    links: tuple[Link, ...]

    def policies(self, address: str) -> Sequence[Link]:
        """The best link to each document, the privacy policy first: on the site's own hosts before others, and the last
        of several, which stands in the footer."""
        best: dict[str, Link] = {}
        for link in self.links:
            other = best.get(link.document)
            if link.document and (not other or same_site(link.url, address) >= same_site(other.url, address)):
                best[link.document] = link
        order = ["Privacy Policy", "Terms of Service"]
        return sorted(best.values(), key=lambda link: order.index(link.document) if link.document in order else 2)

    def legal(self, address: str) -> Link | None:
        """The site's own page that lists its policies."""
        own = (link for link in reversed(self.links) if not link.document and same_site(link.url, address))
        return next(own, None)


def site_of(snapshot: Snapshot) -> Site:
    """Scan a page that was read; one that is no HTML says nothing."""
    if snapshot.content_type != "text/html":
        return Site((), ())
    return read_site(decode(snapshot.body, snapshot.charset), snapshot.url)


def read_site(text: str, address: str) -> Site:
    """Scan a page's source. ``address`` is where it was read; links are made absolute by it."""
    if len(text) > BEGINNING + END:
        text = f"{text[:BEGINNING]} {text[-END:]}"
    names: list[str] = []
    links: deque[Link] = deque(maxlen=MOST_LINKS)
    open_href, begin = "", 0
    for tag in _TAG.finditer(text):
        name, attributes = tag[1].lower(), tag[2]
        if name == "meta":
            found = _attributes(attributes)
            if found.get("property", found.get("name", "")).lower() in {"og:site_name", "application-name"}:
                names.append(" ".join(found.get("content", "").split()))
        elif name == "a":
            found = _attributes(attributes)
            open_href, begin = found.get("href", ""), tag.end()
            if found.get("aria-label") and open_href:
                links.extend(_link(open_href, found["aria-label"], address))
        elif open_href:
            label = html.unescape(_ANY_TAG.sub(" ", text[begin : min(tag.start(), begin + 2_000)]))
            links.extend(_link(open_href, " ".join(label.split()), address))
            open_href = ""
    return Site(tuple(filter(None, names)), tuple(links))


def canonical(address: str) -> str:
    """The one spelling of an address: lower-case scheme and host, no default port, fragment or tracking parameters.

    Raises:
        FetchError: ``REFUSED``, it cannot be read as an address.
    """
    try:
        url = httpx.URL(address)
        path, _, query = url.raw_path.decode("ascii").partition("?")
        name = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        name = ""
    if not name or url.scheme not in _PORTS:
        raise FetchError(FetchFailure.REFUSED, NOT_AN_ADDRESS)
    place = f"[{name}]" if ":" in name else name
    if url.port not in (None, _PORTS[url.scheme]):
        place += f":{url.port}"
    kept = [pair for pair in query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0])]
    return f"{url.scheme}://{place}{path}" + ("?" + "&".join(kept) if any(kept) else "")


def same_site(address: str, other: str) -> bool:
    """Whether two addresses belong to one site: the same name before the public suffix ("policies.example.com")."""
    return site_name(host(address)) == site_name(host(other)) != ""


def host(address: str) -> str:
    """Lower case, international names as people write them."""
    return httpx.URL(address).host


def site_name(name: str) -> str:
    """ "docs.example.com" -> "example", "shop.example.co.uk" -> "example"."""
    labels = name.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return labels[-1] if labels else ""


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(text)
    }  # fmt: skip


def _link(href: str, label: str, address: str) -> Iterator[Link]:
    """The link, where it leads to a policy or a list of them on the web."""
    try:
        url = urljoin(address, href.strip())
        document = of_link(label, urlsplit(url).path) if not href.lstrip().startswith("#") else ""
        lists = not document and len(label) <= 40 and _LEGAL.search(label.casefold())
        if (document or lists) and url.startswith(("http://", "https://")) and httpx.URL(url).host:
            yield Link(url, document)
    except (ValueError, httpx.InvalidURL):
        return
