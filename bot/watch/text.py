"""Plain text -> blocks: lines that were wrapped at a width are paragraphs again, underlined lines are headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.model import Block
from bot.watch.blocks import Run, begins_entry, block, tidy
from bot.watch.mend import finished

#: Texts whose long lines are longer than this are not wrapped: each line is a paragraph.
_WIDEST = 120
_RULE = re.compile(r"\s*([=\-*_~#+])\1{2,}\s*")


def read_text(text: str) -> list[Block]:
    """The blocks of a plain text."""
    lines = text.expandtabs(4).replace("\f", "\n").splitlines()
    return finished(list(_blocks(lines, _width(lines))))


def _width(lines: list[str]) -> int:
    """The width at which the text is wrapped, 0 if it is not: as long as nearly all of its lines are at most."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[int(0.98 * (len(lengths) - 1))] if lengths else 0
    return width if width <= _WIDEST else 0


def _blocks(lines: list[str], width: int) -> Iterator[Block]:
    paragraph: list[str] = []
    for number, line in enumerate(lines):
        underline = _RULE.fullmatch(line)
        if underline and len(paragraph) == 1 and underline[1] in "=-~" and not _is_blank(lines, number - 1):
            yield from _block(paragraph, heading=1 if underline[1] == "=" else 2)
            paragraph = []
        elif underline or not line.strip():
            yield from _block(paragraph)
            paragraph = []
        else:
            if paragraph and not _goes_on(paragraph[-1], line, width):
                yield from _block(paragraph)
                paragraph = []
            paragraph.append(line)
    yield from _block(paragraph)


def _is_blank(lines: list[str], number: int) -> bool:
    return number < 0 or not lines[number].strip()


def _goes_on(before: str, line: str, width: int) -> bool:
    """Whether a line only goes on because the one before it was full: its first word had no room there."""
    if not width or begins_entry(line.strip()):
        return False
    return len(before.rstrip()) + 1 + len(line.split(maxsplit=1)[0]) > 0.9 * width


def _block(lines: list[str], heading: int = 0) -> Iterator[Block]:
    if text := tidy(" ".join(lines)):
        yield block(Run(text), heading=heading)
