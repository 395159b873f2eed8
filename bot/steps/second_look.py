"""Which news is doubted, so that it is looked at harder before it is told, and what a second route's look means. Pure.

What is gone may be gone from this read only: a wall for this region, a page that was filled in part, one error page for
every document of a site. Such news must stand longer (steps/habits.py), and where the operator named a second route
(another region, a browser) it is told once that shows it as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from bot.compare.sentences import fingerprints
from bot.model import Change, EditKind, Verdict, Version
from bot.watch.plausible import GONE, NEW, doubt
from bot.write.quote import stands

#: A page that lost more than this share of its letters shrank.
SHRANK = 1 / 3
#: A route shows a text where it has at least this share of the sentences that the other text lacks.
SHOWN = 0.5


class Sight(StrEnum):
    """What a second route shows."""

    NOT_ASKED = "not asked"
    NEWS = "the news"
    OLD = "the old text"
    #: It could not be read, or shows something else (a wall, another language): no word for or against.
    NOTHING = "nothing that helps"


def doubts(
    change: Change, before: Version, after: Version, *, alike: Sequence[str] = (), hosts: Sequence[str] = ()
) -> tuple[str, ...]:
    """Why a change may be the page's and not the policy's, in an operator's words; empty where nothing speaks for that.

    Args:
        change: judged, as far as it is news.
        before: the accepted text.
        after: what the page shows now.
        alike: other policies of the host that show this very text now.
        hosts: of the addresses at which the two texts were read, where they are known.
    """
    if change.verdict is not Verdict.POST:
        return ()
    old, new = len(before.text), len(after.text)
    gone = sum(len(edit.before or "") for edit in change.edits if edit.kind is EditKind.REMOVED)
    come = sum(len(edit.after or "") for edit in change.edits if edit.kind is EditKind.ADDED)
    found = {
        "it leads with wording that is gone": change.quotes[0].kind is EditKind.REMOVED,
        "the whole text was replaced": gone > GONE * old and come > NEW * new,
        "the page lost more than a third of its text": new < (1 - SHRANK) * old,
        f"so do other policies of this site: {', '.join(alike[:3])}": bool(alike),
        "the page was read from another host than before": len(set(hosts)) > 1,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def hosts_of(*addresses: str) -> tuple[str, ...]:
    """The hosts of the addresses that are known."""
    return tuple(urlsplit(address).hostname or "" for address in addresses if address)


def sight(change: Change, before: Version, after: Version, there: Version) -> Sight:
    """What the text ``there``, read by a second route, says to a step from ``before`` to ``after``."""
    if doubt(there, after.doubts):
        return Sight.NOTHING
    if any(not stands(quote, there) for quote in change.quotes if quote.kind is EditKind.REMOVED):
        return Sight.OLD  # what is called gone stands there
    was, now, here = fingerprints(before), fingerprints(after), fingerprints(there)
    if _share(now - was, here) >= SHOWN:
        return Sight.NEWS
    if _share(was - now, here) >= SHOWN:
        return Sight.OLD
    if _share(was & now, here) < SHOWN:
        return Sight.NOTHING
    # The same document: what only one side had says which, by being missing.
    return Sight.OLD if now - was else Sight.NEWS


def _share(part: frozenset[int], whole: frozenset[int]) -> float:
    return len(part & whole) / len(part) if part else 0.0
