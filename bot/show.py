"""The nouns as the command line prints them: JSON for programs, words for people.

The JSON of `diff` and `replay` is a promise to other programs (CONTRIBUTING, "What the command line prints").
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

from bot.model import Change, EditKind, Event, Quote, Verdict

#: What could steer a terminal, or show words in another order than they have.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Posts = Mapping[str, tuple[str, ...]]


def quote_json(quote: Quote) -> dict[str, Any]:
    """One quote."""
    return {"text": quote.text, "kind": quote.kind.value, "section": quote.section, "before": quote.before}


def change_json(change: Change, posts: Posts) -> dict[str, Any]:
    """What `smallprint diff --json` prints: one object."""
    counts: dict[str, Any] = {kind.value: change.count(kind) for kind in EditKind}
    counts["renamed"] = [{"from": r.before, "to": r.after, "places": r.places} for r in change.renames]
    return {
        "verdict": change.verdict.value,
        "reasons": list(change.reasons),
        "effective": change.effective.isoformat() if change.effective else None,
        "topics": list(change.topics),
        "quotes": [quote_json(quote) for quote in change.quotes],
        "edits": counts,
        "posts": {platform: list(parts) for platform, parts in posts.items()},
    }


def event_json(event: Event, version: str) -> dict[str, Any]:
    """A line of `smallprint replay --json`; ``version`` is the file whose wording it tells."""
    change = event.story.change if event.story else None
    return {
        "event": event.kind.value,
        "version": version,
        "at": event.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "quotes": [quote_json(quote) for quote in change.quotes] if change else [],
        "posts": {platform: list(parts) for platform, parts in event.posts.items()},
        "reasons": list(event.reasons),
    }


def change_words(change: Change, posts: Posts, lengths: Mapping[str, tuple[int, ...]]) -> str:
    """What `smallprint diff` prints for a person: the verdict, why, the quotes, and each finished post."""
    verdict = {Verdict.POST: "news", Verdict.SILENT: "silent", Verdict.BROKEN: "held"}[change.verdict]
    lines = [f"{verdict}: {'; '.join(change.reasons) or 'nothing changed'}"]
    if change.effective:
        lines.append(f"in effect {change.effective.day} {change.effective:%B %Y}")
    if change.topics:
        lines.append(f"about {', '.join(change.topics)}")
    lines += [f"renamed throughout: {r.before} -> {r.after} ({r.places} places)" for r in change.renames]
    counts = [f"{change.count(kind)} {kind.value}" for kind in EditKind if change.count(kind)]
    if counts:
        lines.append(f"sentences: {', '.join(counts)}")
    for number, quote in enumerate(change.quotes, 1):
        lines += ["", f"{number}. {quote.kind.value}{f', {quote.section}' if quote.section else ''}"]
        if quote.before:
            lines += [_wrapped("was: ", quote.before)]
        lines += [_wrapped("now: " if quote.before else "", quote.text)]
    return printable("\n".join([*lines, *posts_words(posts, lengths)]))


def edits_words(change: Change) -> str:
    """Every sentence that differs, the weightiest first: from 1 on it is news by itself. To find a wrong verdict."""
    lines = []
    for edit in change.edits:
        place = f", {edit.section}" if edit.section else ""
        lines.append(f"{edit.weight:5.2f}  {edit.kind.value}{place}: {'; '.join(edit.reasons)}")
        lines += [_wrapped("- ", edit.before)] if edit.before and edit.kind is not EditKind.MOVED else []
        lines += [_wrapped("+ ", edit.after)] if edit.after and edit.kind is not EditKind.MOVED else []
    return printable("\n".join(lines))


def printable(text: str) -> str:
    """Words of a page without what could steer the terminal that they are printed on."""
    return _CONTROL.sub("\ufffd", text)


def posts_words(posts: Posts, lengths: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Finished threads, framed, with each part's length as its platform counts it."""
    lines: list[str] = []
    for platform, parts in posts.items():
        for number, (part, length) in enumerate(zip(parts, lengths[platform], strict=True), 1):
            place = f" {number}/{len(parts)}" if len(parts) > 1 else ""
            lines += ["", f"┌ {platform}{place} ({length} counted)"]
            for line in part.split("\n"):
                lines += [f"│ {piece}" for piece in textwrap.wrap(line, 96, break_long_words=False) or [""]]
            lines.append("└")
    return lines


def _wrapped(lead: str, text: str) -> str:
    return textwrap.fill(text, 96, initial_indent=f"   {lead}", subsequent_indent="   ", break_long_words=False)
