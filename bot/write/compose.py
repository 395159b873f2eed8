"""A story becomes words for one platform, fitted to how that platform counts.

All wording stands in templates/posts, one short file a kind of story. Here is only what fits where: the first part says
what happened, with the best quote, the date of effect and the link, and stands alone; where the platform has threads,
later parts bring further quotes. A template is rendered until it fits: first with everything, then with a shorter
place, with less of the old wording or none, without what can be spared, and last with the quote cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from bot.model import Change, Post, Quote, Rename, Story, StoryKind
from bot.ports import PlacesLink, Publisher
from bot.write.inert import inert
from bot.write.reworded import changed, changed_was, least_was, longest_change, no_was, whole_was, window
from bot.write.templating import environment
from bot.write.trim import trim

#: Parts of a thread, the first included; the rest of a long story is on the change page.
MOST_PARTS = 5
#: A heading longer than this is no help in a post, and a number longer than that is none.
_LONG_HEADING = 60
_LONG_NUMBER = 12
#: The share of a post that a policy's name may take.
_NAMES_SHARE = 4
#: A cut of fewer characters says so little that all that can be spared goes first.
_SHORT_CUT = 80
#: Names replaced throughout that one line tells.
_MOST_RENAMES = 3
_NUMBERED = re.compile(r"(?P<number>(?:§\s*)?\d+(?:\.\d+)*\.?|[IVXLC]+\.|[A-Z]\.)(?=\s|$)")
_START = (0, 1)


@dataclass(frozen=True, slots=True)
class _Voice:
    """A publisher as far as words are concerned."""

    publisher: Publisher
    link: str

    def inert(self, words: str) -> str:
        """The words as they leave: nothing live in them but the link."""
        return inert(words, (self.link,) if self.link else ())

    def length(self, words: str) -> int:
        """As the platform will count them."""
        return self.publisher.length(self.inert(words))

    def short_name(self, name: str) -> str:
        """A policy's name, cut where it would leave no room for anything else."""
        return trim(name, _START, lambda cut: self.length(cut) <= self.publisher.limit // _NAMES_SHARE)


@dataclass(frozen=True, slots=True)
class _Draft:
    """One part in the making: a template and what it is told."""

    voice: _Voice
    template: str
    facts: dict[str, Any]

    def but(self, **facts: Any) -> _Draft:
        """The same with other facts."""
        return replace(self, facts={**self.facts, **facts})

    def words(self) -> str:
        """Rendered, without the blank lines that an empty fact leaves behind."""
        words = environment().get_template(f"posts/{self.template}.j2").render(self.facts)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in words.split("\n"))).strip()

    def fits(self) -> bool:
        """Whether the words are short enough once they are inert."""
        return self.voice.length(self.words()) <= self.voice.publisher.limit

    def fits_with_was(self, was: str) -> bool:
        """Whether there is room for this old wording."""
        return self.but(was=was).fits()

    def cut(self, fact: str, focus: tuple[int, int]) -> _Draft:
        """With as much of one fact, around what matters in it, as fits."""
        return self.but(**{fact: trim(self.facts[fact], focus, lambda piece: self.but(**{fact: piece}).fits())})


def compose(story: Story, publisher: Publisher, link: str) -> Post:
    """What ``publisher`` will say about ``story``.

    Args:
        story: what is to be told; a follow-up carries the change that was told.
        publisher: counts, and says whether it has threads and wants the link in the words.
        link: the change page, or the policy itself.

    Returns:
        A post whose parts are inert but for the link and each fit the publisher's limit; the same for the same
        arguments.
    """
    voice = _Voice(publisher, link)
    draft = _Draft(voice, story.kind.value, _facts(story, voice))
    quotes = story.change.quotes
    if story.kind is StoryKind.CORRECTION:
        parts = [draft.cut("note", _START)]
    else:
        parts = [_with_quote(draft, quotes[0]) if quotes else draft]
    if story.kind is StoryKind.POST and publisher.threads:
        parts += _thread(draft.but(link=""), story.change)
        parts = _link_last(parts) if isinstance(publisher, PlacesLink) and publisher.link_last else parts
    return Post(
        key=f"{story.id}:{publisher.id}",
        parts=tuple(voice.inert(part.words()) for part in parts),
        link=link,
        link_title=_name(story),
        language=story.policy.language,
        follow_up=story.kind is not StoryKind.POST,
    )


# ---- what there is to say ---------------------------------------------------------------------------------------


def _facts(story: Story, voice: _Voice) -> dict[str, Any]:
    """Everything that a template may name."""
    change = story.change
    # Only the change's own page has more; a policy's page does not say what is new in it.
    has_page = voice.link != story.policy.url
    return {
        "name": voice.short_name(_name(story)),
        # Not all that the change is about: the first line must be true of what it shows.
        "topics": change.lead_topics,
        "effective": change.effective,
        "quiet": change.quiet is True,
        "today": story.confirmed_at.date(),
        "found": story.found_at.date(),
        "gap": story.gap,
        "link": voice.link if voice.publisher.wants_link else "",
        "has_page": has_page,
        "more": has_page and not voice.publisher.threads and len(change.quotes) + len(change.renames) > 1,
        "rest": False,
        "note": story.note,
        **dict.fromkeys(("kind", "place", "was", "quote"), ""),
        "renames": (),
    }


def _name(story: Story) -> str:
    """The policy as people call it; the host where it has no name."""
    return story.policy.name.strip() or urlsplit(story.policy.url).hostname or "A policy"


def _places(section: str, name: str) -> list[str]:
    """How to name a section, the longest way first: "2.1 Information you give us" and "section 2.1", or a heading in
    quotation marks and ""; a heading that only names the policy says nothing."""
    section = " ".join(section.split())
    numbered = _NUMBERED.match(section)
    number = numbered["number"].rstrip(".") if numbered else ""
    fits = len(section) <= _LONG_HEADING
    if number and len(number) <= _LONG_NUMBER:
        short = number if number.startswith("§") else f"section {number}"
        return [section.rstrip(".:"), short] if fits and section.rstrip(".:") != number else [short]
    heading = section.strip(' .:;,“”"')
    return [f"“{heading}”", ""] if fits and heading and heading.casefold() not in name.casefold() else [""]


# ---- what fits --------------------------------------------------------------------------------------------------


def _with_quote(draft: _Draft, quote: Quote) -> _Draft:
    """The first that fits: the whole quote with as much around it as there is room for, else a cut of it."""
    draft = draft.but(kind=quote.kind.value, quote=quote.text)
    places = [draft.but(place=place) for place in _places(quote.section, draft.facts["name"])]
    for was_of in (whole_was, changed_was, no_was):
        for placed in places:
            was = was_of(quote, placed.fits_with_was)
            if was is not None and placed.fits_with_was(was):
                return placed.but(was=was)
    short = places[-1].but(topics=draft.facts["topics"][:1])
    bare = short.but(quiet=False, more=False, gap=None)
    for spared in (short.but(quiet=False), bare):
        if spared.fits():
            return spared
    cut = _cut(short, quote)
    return cut if len(cut.facts["quote"]) >= _SHORT_CUT else _cut(bare, quote)


def _cut(draft: _Draft, quote: Quote) -> _Draft:
    """With a cut of the quote; beside the old words, where there are few and the cut holds what took their place."""
    start, end = changed(quote, now=True)
    beside = draft.but(was=least_was(quote))
    if beside.facts["was"] and beside.but(quote=window(quote.text, start, end)).fits():
        cut = beside.cut("quote", (start, end))
        if quote.text[start:end] in cut.facts["quote"]:
            return cut
    return draft.cut("quote", longest_change(quote))


def _thread(first: _Draft, change: Change) -> list[_Draft]:
    """Further quotes, a part each, and where the rest is."""
    room = MOST_PARTS - 1 - bool(change.renames)
    told, left = change.quotes[1 : 1 + room], change.quotes[1 + room :]
    draft = replace(first, template="more")
    parts = [_with_quote(draft, quote) for quote in told]
    parts += _renamed(replace(first, template="renamed"), change.renames)
    if parts and left and first.facts["has_page"] and (last := parts[-1].but(rest=True)).fits():
        parts[-1] = last
    return parts


def _link_last(parts: list[_Draft]) -> list[_Draft]:
    """The link of the first part at the end of the thread, where there is room for it."""
    first, last = parts[0], parts[-1].but(link=parts[0].facts["link"])
    return [first.but(link=""), *parts[1:-1], last] if len(parts) > 1 and last.fits() else parts


def _renamed(draft: _Draft, renames: Sequence[Rename]) -> list[_Draft]:
    """As many renames as one part holds."""
    for count in range(min(len(renames), _MOST_RENAMES), 0, -1):
        if (told := draft.but(renames=renames[:count])).fits():
            return [told]
    return []
