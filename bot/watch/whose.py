"""Whose text is this? Two policies of one subject share their words; whose they are shows in the names. Pure.

A name is a word that is never written small. No list of names is kept, so this works for companies that nobody has
heard of; and in a language that writes every noun large it says nothing, because the nouns are shared.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.model import BlockKind, Version

#: Where each of two texts has less than this share of the other's names they are two people's; so many namings tell.
NAMED = 0.45
NAMINGS = 8

_WORD = re.compile(r"[^\W\d_][\w&]+")
#: A word that is written small, and is no part of an address.
_SMALL = re.compile(r"(?<![\w.@/-])[^\W\d_A-Z][\w&]+(?![.@/]\w)")


def strangers(before: Version, after: Version) -> bool:
    """Whether neither text speaks of those whom the other's title names, or of those whom the other names most.

    Only to be asked of texts of which one replaced the other: a company that is sold, renamed or merged writes of the
    old name in its new text.
    """
    old, new = _Names(before), _Names(after)
    ours = {name for name in old.in_title if name.lower() not in new.said}
    theirs = {name for name in new.in_title if name.lower() not in old.said}
    if ours and theirs and not (ours & new.words or theirs & old.words):
        return True
    there, shared_there = old.namings_beside(new)
    here, shared_here = new.namings_beside(old)
    alone = there >= NAMINGS and shared_there < NAMED * there
    return alone and (here < NAMINGS or shared_here < NAMED * here)


class _Names:
    """The words of a text that it never writes small, such as those who made it, and how often each is there."""

    def __init__(self, version: Version) -> None:
        self.words: set[str] = set(_WORD.findall(version.title))
        self.small: set[str] = set()
        #: Written small in the text itself, and not only in an address.
        self.said: set[str] = set()
        self.counts: Counter[str] = Counter()
        for block in version.blocks:
            found = _WORD.findall(block.text)
            self.words.update(found)
            self.small.update(word for word in found if word[0].islower())
            self.said.update(_SMALL.findall(block.text))
            if block.kind is not BlockKind.HEADING:
                self.counts.update(word for word in found[1:] if word[0].isupper() and len(word) > 2)
        headings = {block.text for block in version.blocks if block.kind is BlockKind.HEADING}
        #: In the page's own title; the first heading, which stands for a missing one, tells no more than the text.
        title = () if version.title in headings else _WORD.findall(version.title)
        self.in_title = {
            word for word in title if word[0].isupper() and len(word) > 2 and word.lower() not in self.said
        }

    def namings_beside(self, other: _Names) -> tuple[int, int]:
        """How often it names somebody (at least three times, and never written small in either text), and how often of
        these somebody whom the other text has as well."""
        small = self.small | other.small
        often = {name: count for name, count in self.counts.items() if count >= 3 and name.lower() not in small}
        return sum(often.values()), sum(count for name, count in often.items() if name in other.words)
