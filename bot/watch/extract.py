"""A Snapshot -> a Version: the policy's words as blocks, whatever they came as. Pure.

::

    snapshot | readable | decode | read_html, read_markdown, read_pdf or read_text | doubts

What holds no policy text is refused with a sentence, never turned into an empty policy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.errors import ExtractError, FetchError, FetchFailure
from bot.model import Block, BlockKind, Snapshot, Version
from bot.watch import EXTRACTOR, media
from bot.watch.blocks import LONGEST_HEADING, tidy
from bot.watch.charset import decode, is_damaged
from bot.watch.edges import RUNNING, SMALL
from bot.watch.html import Page, read_html
from bot.watch.language import language_of
from bot.watch.markdown import read_markdown, to_markdown
from bot.watch.media import content_type_of
from bot.watch.text import read_text

__all__ = ["EXTRACTOR", "content_type_of", "extract", "to_markdown"]

#: More than any policy has: the longest of 2,540 recorded ones has 0.9 million letters, 2,300 blocks and 7,400 stops.
MOST_LETTERS, MOST_BLOCKS, MOST_STOPS = 2_000_000, 20_000, 50_000
#: With which sentences end.
_STOPS = ".!?…;。！？"

_CUT_OFF = "the page is cut off"
_DAMAGED = "the letters are damaged: the page is not in the charset that it names"
_FRONT_PAGE = "the page calls itself the front page of its site"
_TOO_MUCH_TEXT = "The page holds more text than any policy: check that the address is the policy's own."
_PANELS = "the page has many titles and hardly any text under them"
#: A front page, in any language: "/", "/en", "/en-us/".
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.html?|home/?)?", re.IGNORECASE)
#: A document has one title. A page of so many first titles, with fewer letters under each heading than a sentence has,
#: is a front page of panels.
_FIRST_TITLES, _SENTENCE = 3, 110
#: Letters of scripts that write a word in one or two count for so many more.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
#: Text has next to none of these in its first letters; other bytes have many.
_SAMPLE = 20_000
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(r"<[a-zA-Z!/?]")


def extract(snapshot: Snapshot, select: Sequence[str] = (), remove: Sequence[str] = ()) -> Version:
    """The text of a page, PDF, Markdown or plain text.

    Args:
        snapshot: What was fetched.
        select: CSS selectors of the policy text in a page; none means: find it without help.
        remove: CSS selectors of what to leave out.

    Raises:
        ExtractError: the bytes hold no policy text; the message says what they hold instead.
        FetchError: ``TOO_LARGE``, they hold more text than any policy.
        ConfigError: a selector is not CSS.
    """
    kind = media.readable(snapshot.content_type, snapshot.body)
    if kind == media.PDF:
        from bot.watch.pdf import read_pdf

        blocks, title = read_pdf(snapshot.body)
        return _version(Page(blocks, title))
    text = decode(snapshot.body, snapshot.charset)
    if len(_CONTROL.findall(text[:_SAMPLE])) > 0.01 * len(text[:_SAMPLE]):
        raise ExtractError("The address holds bytes that are no text: look at it by hand.")
    if kind == media.HTML and _MARKUP.search(text):
        page = read_html(text, select, remove)
        return _version(page, [] if select else _doubts(page, snapshot.url))
    return _version(Page(read_markdown(text) if kind == media.MARKDOWN else read_text(text)))


def _version(page: Page, doubts: Sequence[str] = ()) -> Version:
    """The version that a page holds.

    Raises:
        ExtractError: it holds no words.
        FetchError: ``TOO_LARGE``, it holds more of them than any policy.
    """
    words = "\n".join(each.text for each in page.blocks)
    if len(page.blocks) > MOST_BLOCKS or len(words) > MOST_LETTERS or sum(map(words.count, _STOPS)) > MOST_STOPS:
        raise FetchError(FetchFailure.TOO_LARGE, _TOO_MUCH_TEXT)
    if not any(map(str.isalpha, words)):
        raise ExtractError("The page holds no text, a script may fill it: watch an address that has the words.")
    more = [_CUT_OFF] * page.cut_off + [_DAMAGED] * is_damaged(words)
    return Version(
        tuple(page.blocks),
        tidy(page.title)[:LONGEST_HEADING] or _first_heading(page.blocks),
        language_of(page.language, words),
        EXTRACTOR,
        (*more, *doubts),
    )


def _first_heading(blocks: Sequence[Block]) -> str:
    return next((each.text for each in blocks if each.kind is BlockKind.HEADING), "")


def _doubts(page: Page, address: str) -> list[str]:
    """Why a short page may be what a site shows instead of a policy that it moved or fills by script."""
    running = sum(
        _length(each.text) * (1 - each.linked)
        for each in page.blocks
        if each.kind is not BlockKind.HEADING and _length(each.text) >= RUNNING
    )
    if running >= 2 * SMALL:
        return []
    doubts = []
    own, asked = _path(page.canonical), _path(address)
    if page.canonical and _FRONT.fullmatch(own) and not _FRONT.fullmatch(asked):
        doubts.append(_FRONT_PAGE)
    levels = [each.level for each in page.blocks if each.kind is BlockKind.HEADING]
    if levels.count(1) >= _FIRST_TITLES and running < _SENTENCE * len(levels):
        doubts.append(_PANELS)
    return doubts


def _path(address: str) -> str:
    """The path of an address; of what is none, all of it."""
    try:
        return urlsplit(address).path
    except ValueError:
        return address


def _length(text: str) -> int:
    return len(text) + len(_DENSE.findall(text))
