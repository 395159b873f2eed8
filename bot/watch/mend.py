"""Blocks that a page has in two pieces: a number and its title or text, a sentence and its rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.model import Block, BlockKind
from bot.watch.blocks import Run, begins_entry, block, is_marker, joined, levelled

#: Lines of a page that was pasted as lines are no longer than this, and an unfinished one no shorter (characters).
WIDEST_LINE, SHORTEST_LINE = 130, 60
#: So many unfinished lines, and this share of all paragraphs, show that a page was pasted as lines.
_LINES, _LINES_SHARE = 8, 0.25
#: A line this full went on in the next because there was no room.
_FULL = 0.8


def finished(blocks: Sequence[Block]) -> list[Block]:
    """What was read, mended and with the levels of its headings: the last step whatever a policy came as."""
    return list(levelled(mended(blocks)))


def mended(blocks: Sequence[Block]) -> list[Block]:
    """Make one block of what a page has in two.

    Texts that were pasted from a PDF have each line in a paragraph of its own; pages whose numbers come from a design
    have them beside or above the title.
    """
    width = _line_width(blocks)
    groups: list[list[Block]] = []
    length = 0
    for each in blocks:
        before = groups[-1][-1] if groups else None
        if before is not None and (_is_number_of(before, each) or _goes_on(before, each, length, width)):
            groups[-1].append(each)
            length += 1 + len(each.text)
        else:
            groups.append([each])
            length = len(each.text)
    return [group[0] if len(group) == 1 else _one(group) for group in groups]


def _one(group: Sequence[Block]) -> Block:
    shape = group[1] if is_marker(group[0].text) else group[0]
    run = joined([Run(each.text, each.linked) for each in group])
    return block(run) if shape.kind is BlockKind.PARAGRAPH else replace(shape, text=run.text, linked=run.linked)


def _is_number_of(before: Block, after: Block) -> bool:
    return before.kind is BlockKind.PARAGRAPH and is_marker(before.text) and after.kind is not BlockKind.ROW


def _goes_on(before: Block, after: Block, length: int, width: int) -> bool:
    """Whether the sentence of one block goes on in the next; ``length``: of all that went before in its paragraph."""
    if before.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM) or after.kind is not BlockKind.PARAGRAPH:
        return False
    if length < SHORTEST_LINE or not _is_open(before.text) or begins_entry(after.text):
        return False
    return after.text[0].islower() or len(before.text) > _FULL * width > 0


def _line_width(blocks: Sequence[Block]) -> int:
    """The width of the lines that a page was pasted as, 0 where it has paragraphs."""
    paragraphs = [each.text for each in blocks if each.kind is BlockKind.PARAGRAPH]
    lines = sorted(len(text) for text in paragraphs if len(text) >= SHORTEST_LINE and _is_open(text))
    if len(lines) < max(_LINES, _LINES_SHARE * len(paragraphs)):
        return 0
    width = lines[int(0.9 * (len(lines) - 1))]
    return width if width <= WIDEST_LINE else 0


def _is_open(text: str) -> bool:
    """Whether a sentence does not end here."""
    return text[-1].isalnum() or text[-1] in ",-–—’'”\""
