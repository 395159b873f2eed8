"""Blocks -> Markdown, and Markdown -> blocks.

Markdown is read as the HTML that it stands for (CommonMark with tables), so that one set of rules decides what a
heading, an item or a paragraph is, whichever way a policy came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from bot.errors import ExtractError
from bot.model import Block, BlockKind, Version
from bot.watch.html import read_html

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: Lists and quotes nest no deeper than this in any document (the parser recurses, so it must be told).
_DEEPEST = 200
#: HTML in Markdown: what shapes the text is kept, the tags of anything else go, and so does what is never text.
_SHAPES = frozenset(
    {"p", "br", "hr", "div", "section", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li"}
    | {"dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "details", "summary"}
    | {"a", "b", "strong", "u", "i", "em", "span", "sub", "sup"}
)
_TAG = re.compile(r"</?([a-z][\w-]*+)[^<>]*+>", re.IGNORECASE)
_NEVER_TEXT = ("script", "style", "iframe", "svg", "template", "noscript", "head", "title")
#: A link around paragraphs, as converters write it; CommonMark would show its address as text.
_WIDE_LINK = re.compile(
    r"(?<![\\!])\[((?>!\[[^\[\]]*\]\([^()\s]*\)|\\.|[^\[\]\\])*+)\]\((?>[^()\s]|\([^()\s]*\))*+(?:\s+\"[^\"\n]*\")?\)"
)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
#: More than these no document for people has, and a parser's time grows with their square.
_MOST_OPEN_BRACKETS, _MOST_COLUMNS = 1_000, 300
#: What would be markup: some characters anywhere, some at the start of a line, a number that would begin a list.
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~]|&(?=[#\w])|^(?=[#+=-])|^(\d{1,9})(?=[.)](?:\s|$))|(?<=\s)(?=#+$)")


def read_markdown(text: str) -> list[Block]:
    """The blocks of a Markdown document.

    Raises:
        ExtractError: no parser should be asked to read this.
    """
    if text.count("[") - text.count("]") > _MOST_OPEN_BRACKETS or any(
        line.count("|") > _MOST_COLUMNS for line in text.splitlines()
    ):
        raise ExtractError(
            "The Markdown holds more brackets or columns than a document for people: look at it by hand."
        )
    text = _WIDE_LINK.sub(lambda link: link[1].strip() if _BLANK_LINE.search(link[1]) else link[0], text)
    return read_html(f"<main>{_parser().render(text)}</main>", ("main",)).blocks


def to_markdown(version: Version) -> str:
    """A version as Markdown that `read_markdown` reads as the same blocks."""
    return "\n\n".join("\n".join(lines) for lines in _paragraphs(version.blocks)) + "\n"


def _paragraphs(blocks: Iterable[Block]) -> Iterator[Sequence[str]]:
    """Lines that stand together: a heading, a paragraph, a list, a table."""
    for kind, group in groupby(blocks, key=lambda each: each.kind):
        if kind is BlockKind.ITEM:
            yield _list(list(group))
        elif kind is BlockKind.ROW:
            yield _table(list(group))
        elif kind is BlockKind.HEADING:
            yield from ([f"{'#' * max(1, each.level)} {_escaped(each.text)}"] for each in group)
        else:
            yield from ([_escaped(each.text)] for each in group)


def _list(items: Sequence[Block]) -> list[str]:
    """An entry stands at most one level below the one before it: in Markdown nothing else is a list."""
    lines, depth = [], 0
    for each in items:
        depth = min(each.level, depth + 1)
        lines.append(f"{'    ' * (depth - 1)}- {_escaped(each.text)}")
    return lines


def _table(rows: Sequence[Block]) -> list[str]:
    cells = [[_escaped(cell) for cell in row.text.split(" | ")] for row in rows]
    width = max(map(len, cells))
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in cells]
    return [lines[0], "| " + " | ".join(["---"] * width) + " |", *lines[1:]]


def _escaped(text: str) -> str:
    """Text whose every character stands for itself."""
    return _SPECIAL.sub(lambda found: f"{found[0]}\\" if found[1] else f"\\{found[0]}", text)


@cache
def _parser() -> MarkdownIt:
    """CommonMark with tables; indented text is text, because policies hold no code but many odd indents."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").disable("code")
    parser.add_render_rule("image", _alt)
    parser.add_render_rule("html_inline", _shape)
    parser.add_render_rule("html_block", _shape)
    return parser


def _alt(self: Any, tokens: Sequence[Any], number: int, options: Any, env: Any) -> str:
    """An image is the words that stand for it."""
    return escape(tokens[number].content)


def _shape(self: Any, tokens: Sequence[Any], number: int, options: Any, env: Any) -> str:
    """HTML that shapes the text."""
    text: str = tokens[number].content
    if tokens[number].type == "html_block":
        for name in _NEVER_TEXT:
            text = _without(text, name)
    return _TAG.sub(lambda tag: tag[0] if tag[1].lower() in _SHAPES else "", text)


def _without(text: str, name: str) -> str:
    """Text without the elements of one name; what is never closed stays."""
    lowered, kept, start = text.lower(), [], 0
    while (opening := lowered.find(f"<{name}", start)) >= 0:
        if (closing := lowered.find(f"</{name}", opening)) < 0:
            break
        kept.append(text[start:opening])
        start = closing
    return "".join([*kept, text[start:]])
