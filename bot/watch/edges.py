"""What stands around the text of a page: announcements and widgets outside its main part, links above and below it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.model import Block, BlockKind

#: No policy is shorter than this (letters of running text, about 250 words), so that a part with less may go.
SMALL = 1500
#: A block with at least so many letters is running text, not a label.
RUNNING = 60
#: A `<main>` with at least this share of the running text has the policy.
MAIN_SHARE = 0.8
#: From this share of linked letters on a block is a link.
_LINK = 0.8
#: A site's header has no more blocks than this before the document's title.
_LONGEST_HEADER = 12
#: A list of links has at least so many, and at most so many labels stand between two lists.
_LIST, _LABELS = 3, 3
_ADDRESS = re.compile(r"[@＠]|://|\bwww\.|\.\w{2,4}/")
_COPYRIGHT = re.compile(r"\W*(?:©|\(c\)|copyright\s*(?:©|\(c\)|\d{4})|all rights reserved).{0,120}", re.IGNORECASE)
#: What a label does not end with; a full stop may be an abbreviation's ("Acme Inc.").
_ENDS = (":", "!", "?", "。", "：", "！", "？")
_YEAR = re.compile(r"(?<!\w)(?:19|20)\d\d(?!\w)")


def running(block: Block) -> float:
    """The unlinked letters of a block of running text."""
    if block.kind is BlockKind.HEADING or len(block.text) < RUNNING:
        return 0
    return len(block.text) * (1 - block.linked)


def of_main(blocks: Sequence[tuple[Block, bool]]) -> list[Block]:
    """Without the little that stands outside a ``<main>`` which has nearly all of the text: announcements, widgets.

    A title and a date outside it stay.
    """
    outside = sum(running(each) for each, in_main in blocks if not in_main)
    inside = sum(running(each) for each, in_main in blocks if in_main)
    if inside < MAIN_SHARE * (inside + outside) or inside < SMALL or outside >= SMALL:
        return [each for each, _ in blocks]
    return [each for each, in_main in blocks if in_main or _is_title(each) or _is_dated(each)]


def between_menus(blocks: list[Block]) -> list[Block]:
    """Without the labels and links before the title or the first sentence, and the lists of links after the last."""
    return _before_menus(_after_menus(blocks))


def _after_menus(blocks: list[Block]) -> list[Block]:
    title = next((n for n, each in enumerate(blocks[:_LONGEST_HEADER]) if _is_title(each)), 0)
    if not any(map(running, blocks[:title])):
        blocks = [each for n, each in enumerate(blocks) if n >= title or _YEAR.search(each.text)]
    first = next((n for n, each in enumerate(blocks) if not _is_link(each) and _is_substance(each)), 0)
    return [each for n, each in enumerate(blocks) if n >= first or not _is_link(each)]


def _before_menus(blocks: list[Block]) -> list[Block]:
    end, links, labels = len(blocks), 0, 0
    for number in range(len(blocks) - 1, -1, -1):
        each = blocks[number]
        if _is_link(each):
            links, labels = links + 1, 0
        elif _COPYRIGHT.fullmatch(each.text):
            labels = 0
        elif not _is_label(each) or labels == _LABELS:
            break
        else:
            # A few words may stand between the lists and below them. Above them, only a title is theirs: the words of
            # a plain line may be the last entry of the policy.
            labels += 1
            if links < _LIST or each.kind is not BlockKind.HEADING:
                continue
        if links >= _LIST or end == number + 1:
            end = number
    if 0 < end < len(blocks) and blocks[end - 1].text.endswith((":", "：")):
        # "Our partners are:" - the list belongs to the sentence.
        return blocks[: next((n for n in range(end, len(blocks)) if not _is_link(blocks[n])), len(blocks))]
    return blocks[:end]


def _is_title(block: Block) -> bool:
    return block.kind is BlockKind.HEADING and block.level == 1


def _is_dated(block: Block) -> bool:
    return bool(_YEAR.search(block.text)) and not _is_link(block)


def _is_substance(block: Block) -> bool:
    return block.kind is BlockKind.HEADING or len(block.text) >= RUNNING


def _is_link(block: Block) -> bool:
    """A block that only leads elsewhere. A printed address is text: policies end with where to write to."""
    return block.linked >= _LINK and not _is_title(block) and not _ADDRESS.search(block.text)


def _is_label(block: Block) -> bool:
    """The title of a list of links: a few words without a number that are no sentence."""
    text = block.text
    return len(text) <= 40 and not text.endswith(_ENDS) and not any(map(str.isdigit, text))
