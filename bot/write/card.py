"""A story becomes a picture's words: what the card shows, and the same in an alt text. Pure.

templates/card.typ sets it, and draw.py has that done; the wording stands in templates/card.j2. There are several views
of one story, the fullest first: all of its best quotes, fewer, the leading one alone, and that one cut. The first that
fits the paper is drawn.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

import regex

from bot.model import Change, Story, StoryKind
from bot.write.inert import BREAK, inert
from bot.write.marks import Mark, Pieces
from bot.write.passage import Passage, clean, cut, passage_of, short, wording
from bot.write.trim import ELLIPSIS, trim

#: Numbered lines of one card; the rest is on the change's page.
MOST_PASSAGES = 3
#: Characters of a further line, and of a leading quote that has to be cut.
FURTHER = 250
CUTS = (600, 480, 380, 300, 230, 170)
#: Characters of a policy's name, and of an address.
_NAME, _ADDRESS = 96, 110
#: A longer run without a space is an address, or no word of any language, and may be broken after so many signs.
_LONGEST_WORD, _RUN = 48, 16
_SPACED = (
    r"[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{M}\u200b-\u200d]"
)
_LONG_RUN = regex.compile(rf"{_SPACED}{{{_RUN + 1},}}")


@dataclass(frozen=True, slots=True)
class View:
    """One choice of what to show."""

    passages: tuple[Passage, ...]
    #: Whether the change's page has quotes or renames that are not shown.
    more: bool


@dataclass(frozen=True, slots=True)
class Card:
    """All that a picture says, in clean words; ``views`` from the fullest to the shortest."""

    name: str
    headline: str
    dates: tuple[str, ...]
    #: A BCP 47 tag: which forms of letters its readers expect.
    language: str
    bot: str
    address: str
    views: tuple[View, ...]


def card(story: Story, bot: str, address: str) -> Card | None:
    """What to show of a story; None for one that has no picture: a follow-up, or a change without a quote.

    Args:
        story: the news.
        bot: the bot's name.
        address: where more is to be read: the change's page, or the policy itself.
    """
    change, words = story.change, wording()
    if story.kind is not StoryKind.POST or not change.quotes:
        return None
    name = clean(story.policy.name) or urlsplit(story.policy.url).hostname or "A policy"
    dates = (
        words.found(story.found_at.date(), story.gap),
        words.effect(change.effective, story.confirmed_at.date(), change.quiet is True),
    )
    return Card(
        name=short(name, _NAME),
        headline=str(words.headline(change.quotes[0].kind.value, change.lead_topics)),
        dates=tuple(str(each) for each in dates if str(each)),
        language=story.policy.language if re.fullmatch(r"[a-z]{2,3}(-\w+)*", story.policy.language) else "en",
        bot=clean(bot),
        address=_shown(address),
        views=tuple(_views(change, name)),
    )


def as_data(card: Card, shape: str) -> dict[str, Any]:
    """A card as templates/card.typ reads it."""
    words = wording()

    def paragraph(pieces: Pieces) -> dict[str, Any]:
        marks = {piece.mark for piece in pieces if piece.text.strip() != ELLIPSIS}
        whole = marks.pop() if len(marks) == 1 else Mark.SAME
        texts = [{"text": _breakable(piece.text), "mark": piece.mark.value} for piece in pieces]
        return {"mark": whole.value, "pieces": texts}

    def passage(each: Passage) -> dict[str, Any]:
        return {
            "kind": each.kind,
            "label": each.label,
            "place": _breakable(each.place),
            "number": each.number,
            "right_to_left": _right_to_left(each.now or each.was),
            "paragraphs": [paragraph(pieces) for pieces in each.paragraphs],
        }

    return {
        "shape": shape,
        "name": _breakable(card.name),
        "headline": card.headline,
        "dates": card.dates,
        "language": card.language,
        "bot": card.bot,
        "address": card.address,
        "views": [
            {"passages": [passage(each) for each in view.passages], "below": str(words.below(view.more))}
            for view in card.views
        ],
    }


def alt_text(card: Card, view: int, limit: int) -> str:
    """The same as the picture, in words that are inert and count ``limit`` UTF-16 units at most.

    Where there is too little room, old wording is left out first, then further lines; last the quote is cut.

    Args:
        card: what is shown.
        view: which of its views was drawn.
        limit: the platform's; room for the frame of the words (some 400) is taken for granted.
    """
    shown = card.views[view]
    lead, *further = shown.passages

    def said(*passages: Passage) -> str:
        numbered = passages if len(passages) > 1 else [replace(each, number="") for each in passages]
        more = shown.more or len(passages) < len(shown.passages)
        return inert(str(wording().words(card, numbered, more)).strip())

    def fits(text: str) -> bool:
        return len(text.encode("utf-16-le", "surrogatepass")) <= 2 * limit

    for number in range(len(further), -1, -1):
        for told in ((lead, *further[:number]), (lead, *map(_without_was, further[:number]))):
            if fits(text := said(*told)):
                return text
    bare = _without_was(lead)

    def with_quote(quote: str) -> str:
        return said(replace(bare, now=quote) if bare.now else replace(bare, was=quote))

    return with_quote(trim(bare.now or bare.was, (0, 1), lambda quote: fits(with_quote(quote))))


def _without_was(each: Passage) -> Passage:
    return replace(each, was="") if each.now else each


# ---- what is shown ----------------------------------------------------------------------------------------------


def _views(change: Change, name: str) -> Iterator[View]:
    """From the fullest to the shortest."""
    told = len(change.quotes) + len(change.renames)
    lead, *further = (passage_of(quote, change, name) for quote in change.quotes)
    # A further line that says only half of its sentence is better looked up.
    cuts = [(each, cut(each, FURTHER)) for each in further]
    rest = [shorter for each, shorter in cuts if shorter == each or (shorter.was and shorter.now)][: MOST_PASSAGES - 1]
    for count in range(len(rest), 0, -1):
        for chosen in combinations(rest, count):
            numbered = tuple(replace(each, number=str(number)) for number, each in enumerate((lead, *chosen), 1))
            yield View(numbered, more=told > len(numbered))
    yield View((lead,), more=told > 1)
    for room in CUTS:
        if (shorter := cut(lead, room)) != lead:
            yield View((shorter,), more=told > 1)


# ---- words of others --------------------------------------------------------------------------------------------


def _shown(address: str) -> str:
    """An address as a reader needs it: without its scheme, and not longer than a line."""
    bare = re.sub(r"^https?://(www\.)?", "", clean(address)).rstrip("/")
    return bare if len(bare) <= _ADDRESS else f"{bare[: _ADDRESS - 1]}{ELLIPSIS}"


def _breakable(text: str) -> str:
    """Addresses and other long runs without a space may be broken: nothing may run over the edge of the paper. (Long
    words are hyphenated by the template, as their language has it.)"""

    def broken(found: regex.Match[str]) -> str:
        run = str(found[0])
        if len(run) <= _LONGEST_WORD and run.rstrip(".,;:!?)”").isalpha():
            return run
        return BREAK.join(run[at : at + _RUN] for at in range(0, len(run), _RUN))

    whole: str = _LONG_RUN.sub(broken, text)
    return whole


def _right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction says so."""
    directions = (unicodedata.bidirectional(sign) for sign in text)
    return next((way in {"R", "AL"} for way in directions if way in {"L", "R", "AL"}), False)
