"""An address, a domain or a name -> the address of its policy, with service, document type, title, language and words.

::

    an address    | read            the policy itself, or NO_POLICY_TEXT
    a domain      | links | read    the site's own links, its page about legal matters, then the usual places
    a name        | domain          "Some Company" is looked for at somecompany.com

Every address goes through the fetcher it is given, and so through its gate, limits and manners, together with what led
to it: neither a stranger nor a page of the public web leads into the operator's own network.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin

from bot.errors import FetchError, FetchFailure
from bot.model import Policy, Snapshot, Source
from bot.ports import Extractor
from bot.watch.documents import document_type, without_type
from bot.watch.recognise import NO_POLICY, Candidate, recognise
from bot.watch.site import Link, site_of


class Fetch(Protocol):
    """Reads an address (`WebFetcher.get`). ``via``: the page it stood on, "" for a stranger's word, None for the
    operator's."""

    async def __call__(self, url: str, *, via: str | None = None) -> Snapshot:
        """Raises FetchError."""


#: A site is asked for so many documents at most.
CANDIDATES = 5
#: Where policies usually stand, for sites whose links are made by a script.
USUAL_PLACES = ("/privacy", "/privacy-policy", "/legal/privacy", "/terms", "/terms-of-service", "/legal/terms")


@dataclass(frozen=True, slots=True)
class Found:
    """What looking for a policy found: at least one candidate, best first."""

    candidates: tuple[Candidate, ...]

    @property
    def words(self) -> int:
        """Of the best."""
        return self.candidates[0].words

    def policy(self, source: Source) -> Policy:
        """The best, ready to be watched."""
        return self.candidates[0].policy(source)


async def discover(target: str, fetch: Fetch, extractor: Extractor, *, stranger: bool = False) -> Found:
    """The policies at ``target``: one for an address, at most five for a domain or a name.

    Args:
        target: "https://example.com/privacy", "example.com", "example.com terms of service" or "Example terms".
        fetch: reads an address (`WebFetcher.get`).
        extractor: reads a page.
        stranger: whether somebody else than the operator asks.

    Raises:
        FetchError: ``REFUSED`` by the gate, ``NO_POLICY_TEXT`` where no page is a policy, or why none could be read.
    """
    address, document = _aim(target)
    asked = "" if stranger else None
    if not _is_domain(address):
        return Found((await _read(address, fetch, extractor, document, asked),))
    page, links, failure = await _links(address, fetch, asked)
    found, why_not = await _read_each(_wanted(links, document)[:CANDIDATES], fetch, extractor, page)
    if not found:
        places = [Link(urljoin(address, place), document_type(place)) for place in USUAL_PLACES]
        found, _ = await _read_each(_wanted(places, document), fetch, extractor, asked)
    if not found:
        raise failure or why_not or FetchError(FetchFailure.NO_POLICY_TEXT, NO_POLICY)
    return Found(tuple(found))


# ---- where to look ----------------------------------------------------------------------------------------------


def _aim(target: str) -> tuple[str, str]:
    """The address to begin with, and the document that is wanted ("" for any)."""
    first, _, rest = target.strip().partition(" ")
    if "://" in first:
        return first, document_type(rest)
    if "." in first.strip("."):
        return f"https://{first}", document_type(rest)
    name = "".join(filter(str.isalnum, without_type(target).casefold()))
    if not name.isascii() or not 1 <= len(name) <= 40:
        raise FetchError(FetchFailure.NO_POLICY_TEXT, "No site is known by that name: give the address of the policy.")
    return f"https://{name}.com/", document_type(target)


def _is_domain(address: str) -> bool:
    """Whether an address names a site rather than a page of it. What cannot be read is left to the gate."""
    return bool(re.fullmatch(r"[a-z]+://[^/?#]+/?", address, re.IGNORECASE))


async def _links(address: str, fetch: Fetch, asked: str | None) -> tuple[str, list[Link], FetchError | None]:
    """The page with the site's own links to its policies and those links, or why its first page could not be read.

    Raises:
        FetchError: nothing on this site can be read.
    """
    try:
        home = await fetch(address, via=asked)
    except FetchError as error:
        if error.kind in {FetchFailure.REFUSED, FetchFailure.UNREACHABLE, FetchFailure.TIMED_OUT}:
            raise
        return address, [], error
    site = await asyncio.to_thread(site_of, home)
    page, links = home, list(site.policies(home.url))
    legal = site.legal(home.url)
    if not links and legal is not None:
        try:
            page = await fetch(legal.url, via=home.url)
        except FetchError as error:
            return home.url, [], error
        links = list((await asyncio.to_thread(site_of, page)).policies(page.url))
    return page.url, links, None


def _wanted(links: Iterable[Link], document: str) -> list[Link]:
    return [link for link in links if not document or link.document == document]


async def _read_each(
    links: Iterable[Link], fetch: Fetch, extractor: Extractor, via: str | None
) -> tuple[list[Candidate], FetchError | None]:
    """The policies behind links of ``via``, one of each document, and why the first that holds none does not."""
    found: dict[str, Candidate] = {}
    failure: FetchError | None = None
    for link in links:
        if link.document in {candidate.document for candidate in found.values()}:
            continue
        try:
            candidate = await _read(link.url, fetch, extractor, link.document, via)
        except FetchError as error:
            failure = failure or error
            continue
        found.setdefault(candidate.url, candidate)
    return list(found.values()), failure


async def _read(address: str, fetch: Fetch, extractor: Extractor, hint: str, via: str | None) -> Candidate:
    """Read one page; ``hint`` is the document that it is said to be."""
    page = await fetch(address, via=via)
    return await asyncio.to_thread(recognise, page, await extractor.extract(page), hint)
