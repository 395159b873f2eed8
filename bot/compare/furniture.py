"""What belongs to the page rather than to the policy: dates, titles, menus, table cells, counters, bare links."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.compare.effective import announces, only_dates
from bot.compare.firm_words import ALL_SMALL_WORDS, MODALS, WE, YOU
from bot.compare.lexicon import topics
from bot.compare.sentences import Sentence
from bot.model import BlockKind

#: From this share of its characters inside links on, a block is a menu or a list of links.
LINKED = 0.6
#: Fewer words than this say nothing alone.
LEAST_WORDS = 4
_CODE = re.compile(r"\]\(|\{\{|\}\}|<%|%>|\bfunction\s*\(|=>|</?[a-z]{1,10}[\s/>]|\{\"|\\u[0-9a-f]{4}")
_PERSONS = YOU | WE
_COUNTER = re.compile(
    r"^\W*\d+\D{1,12}\d+\D{0,30}$|\b(?:found this|people|votes?|views|min(?:ute)?s? read)\b.{0,20}$", re.I
)

#: How far the terms of a promotion reach from the day that they name, in characters.
_NEAR = 1000
_PROMOTION = re.compile(
    r"\b(?:offers?|discounts?|coupons?|sale|promotions?|codes?)\b[^.]{0,40}\b(?:valid|ends?|expires?|good)\b[^.]{0,30}"
    r"\d{1,2}[/.-]\d{1,2}\b",
    re.IGNORECASE,
)


def promotion(sentence: str, block: str) -> bool:
    """Whether a sentence stands among the terms of one promotion: an offer that is valid until a day.

    It is gone within days, and says nothing about the policy that it stands beside.
    """
    at = max(0, block.find(sentence))
    return _PROMOTION.search(block, max(0, at - _NEAR), at + len(sentence) + _NEAR) is not None


def furniture(sentence: Sentence) -> str:
    """Why a sentence is part of the page rather than of the policy, in an operator's words; "" where it is policy."""
    text, tokens = sentence.text, sentence.words
    if only_dates(text):
        return "only a date"
    if announces(text):
        return "only says when it takes effect"
    if sentence.kind is BlockKind.HEADING:
        return "a heading"
    if _CODE.search(text):
        return "code or markup that leaked into the page"
    if sentence.linked >= LINKED:
        return "links"
    if len(tokens) < LEAST_WORDS:
        return "too short to say anything"
    if len(tokens) < 12 and _COUNTER.search(text):
        return "a counter"
    if sentence.kind is not BlockKind.ROW and not prose(tokens):
        return "not a sentence"
    if titled(text):
        return "a row of titles"
    if not _of_policies(tokens):
        return "no word of a policy"
    return ""


def titled(text: str) -> bool:
    """Whether nearly every longer word is written with a capital, as in a menu that was read as one line.

    Running German has about one such word in two; shouting has capitals throughout, and may be a clause.
    """
    names = [word for word in text.split() if len(word) > 3]
    return len(names) >= 5 and not text.isupper() and sum(word[0].isupper() for word in names) > 0.8 * len(names)


def _of_policies(tokens: Sequence[str]) -> bool:
    """Whether a sentence speaks of anything that policies speak of; one in a language we do not know may.

    A policy says what somebody may, must or will do, or what becomes of data, money, content or rights; biographies,
    promotions and headlines do not, nor do they speak to the reader.
    """
    known = any(word in ALL_SMALL_WORDS for word in tokens)
    return not known or bool(topics(tokens) or not MODALS.isdisjoint(tokens) or not _PERSONS.isdisjoint(tokens))


def prose(tokens: Sequence[str]) -> bool:
    """Whether this is running text: small words among the others, not a menu or a list of names.

    Texts in languages whose small words are not known are taken for prose when they are long enough to be a sentence.
    """
    letters = sum(word.isalpha() for word in tokens)
    if letters < 0.6 * len(tokens):
        return False
    small = sum(word in ALL_SMALL_WORDS for word in tokens)
    if small or all(map(str.isascii, tokens)):
        return small >= 0.12 * len(tokens)
    return len(tokens) >= 8
