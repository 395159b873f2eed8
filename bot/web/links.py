"""Addresses of the bot's pages. Pure.

Every link on a page is relative to that page. So the pages work at the root of a host, behind a proxy that strips a
prefix, and as files in a folder, and no `Host` header of a stranger ever gets into one.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

#: In an export these stay files; every other page becomes a folder with an index.html.
_FILES = (".css", ".json", ".png", ".svg", ".xml")
_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


def path(*segments: str) -> str:
    """The path of a page: ``path("changes", story.id)``."""
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def change(story_id: str) -> str:
    """A change's page."""
    return path("changes", story_id)


def policy(policy_id: str) -> str:
    """A policy's page; its id is ``service/document``."""
    return path("policies", *policy_id.split("/"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: what it takes to link from it."""

    #: Its own path, percent-encoded.
    here: str
    #: Whether each page is a folder with an index.html (in an export).
    folders: bool = False

    def to(self, there: str) -> str:
        """The relative link to a path of ours; a query or fragment stays as it is."""
        target, mark, rest = there, "", ""
        for sign in "?#":
            if sign in target:
                target, mark, rest = target.partition(sign)
                break
        start = self.here if self.folders and not is_file(self.here) else posixpath.dirname(self.here)
        # With its parent first, since from "/changes/x/" the way to "/changes/x" is "../x" and not ".".
        link = posixpath.join(posixpath.relpath(posixpath.dirname(target), start), posixpath.basename(target))
        if self.folders and target != "/" and not is_file(target):
            link += "/"
        return f"{link}{mark}{rest}"


def is_file(target: str) -> bool:
    """Whether an export keeps this path as a file of that name."""
    return target.endswith(_FILES)


def outside(url: str) -> str:
    """``url`` if a page may link to it, else "": only the web, and nothing that hides a second address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    plain = url.isprintable() and not any(sign in url for sign in ' "<>\\^`{|}')
    return url if plain and parts.scheme in ("http", "https") and parts.hostname else ""


def reachable(contact: str) -> str:
    """The operator's page or mail address as a link, or "" where it is neither."""
    return outside(contact) or (f"mailto:{contact}" if _MAIL.fullmatch(contact) else "")
