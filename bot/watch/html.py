"""HTML -> blocks.

Every word of the page is walked once, and what is plainly furniture is left out afterwards (furniture.py). Text that a
style sheet hides stays in, because policies hide their sections in accordions; scripts, templates and controls are no
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from bot.errors import ConfigError, ExtractError
from bot.model import Block, BlockKind
from bot.watch.blocks import Inline, block, is_marker
from bot.watch.furniture import Kind, Region, marks, without_furniture
from bot.watch.markup import is_cut_off, refuse_hostile
from bot.watch.mend import finished

#: Never text of the page.
_SKIPPED = frozenset(
    {"script", "style", "template", "noscript", "head", "svg", "math", "canvas", "iframe", "object", "embed", "video"}
    | {"audio", "picture", "map", "select", "option", "datalist", "textarea", "input", "progress", "meter", "-comment"}
)
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins"}
    | {"kbd", "label", "mark", "nobr", "q", "rb", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong"}
    | {"sub", "sup", "time", "tt", "u", "var", "wbr", "button"}
)
#: Bold, bold by the name of it (the term that is defined, the title of what unfolds), or underlined as titles were.
_BOLD = frozenset({"b", "strong", "u", "dt", "summary"})
#: Bold by its own style, as word processors write it.
_STYLED_BOLD = ", ".join(f'[style*="font-weight:{weight}"]' for weight in ("bold", " bold", "7", " 7"))
#: A switch that unfolds a part of the page: a reader sees it as the title of the part.
_SWITCH = "button[aria-expanded], [role=button][aria-expanded], [role=tab][aria-controls]"
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_LISTS = frozenset({"ul", "ol", "menu"})
#: Elements on lines of their own, and nothing else.
_PLAIN = frozenset({"div", "p", "section", "article", "main", "li", "tr", "td", "th", "tbody", "thead", "dl", "dd"})
#: A blank line inside one piece of text: its author wrote paragraphs, and a style sheet shows them.
_BLANK_LINE = re.compile(r"\S[^\S\n]*\n[^\S\n]*\n\s*\S")
#: A table cell with more blocks than this holds a page, not data.
_LONGEST_CELL = 12


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from a page."""

    blocks: list[Block]
    title: str = ""
    #: The language that the page states for itself.
    language: str = ""
    #: The address that the page gives as its own.
    canonical: str = ""
    cut_off: bool = False


def read_html(text: str, select: Sequence[str] = (), remove: Sequence[str] = ()) -> Page:
    """Read a page.

    Args:
        text: The page.
        select: CSS selectors of the policy text; none means: the whole page without its furniture.
        remove: CSS selectors of what to leave out.

    Raises:
        ExtractError: no element matches ``select``, or no parser should be asked to read this.
        ConfigError: a selector is not CSS.
    """
    refuse_hostile(text)
    try:
        tree = LexborHTMLParser(text)
    except SelectolaxError:
        raise MemoryError from None  # it makes a page of anything, where there is room
    removed = {node.mem_id for node in matching(tree, remove)}
    if select:
        roots = _outermost(matching(tree, select))
        if not roots:
            raise ExtractError(
                "Nothing on the page matches the policy's selectors: look at it and change `select` in the watch list."
            )
        signs = _Signs.of(tree, {})
        blocks = [found for root in roots for found, _ in _Walk(root, removed, signs).walk()]
    else:
        root = tree.body or tree.root
        assert root is not None, "the parser always makes a document"
        walk = _Walk(root, removed, _Signs.of(tree, marks(tree)))
        blocks = without_furniture(walk.walk(), walk.regions)
    title = tree.css_first("head > title")
    return Page(
        finished(blocks),
        title.text(deep=True) if title is not None else "",
        _attribute(tree, "html[lang]", "lang"),
        _attribute(tree, "link[rel=canonical]", "href"),
        is_cut_off(text),
    )


def matching(tree: LexborHTMLParser, selectors: Sequence[str]) -> list[LexborNode]:
    """All elements that match one of the selectors, in the order of the page.

    Raises:
        ConfigError: a selector is not CSS.
    """
    try:
        return tree.css(", ".join(selectors)) if selectors else []
    except SelectolaxError:
        raise ConfigError(
            f'"{", ".join(selectors)}" is not a CSS selector: change `select` or `remove` in the watch list.'
        ) from None


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the page says of its elements other than by their tags, each by `mem_id`."""

    marks: dict[int, Kind]
    #: The levels of elements that call themselves headings.
    headings: dict[int, int]
    bold: frozenset[int]
    #: Titles of parts that unfold.
    switches: frozenset[int]
    #: Elements that stand on lines of their own whatever their tag is: all of them but the bold ones.
    blocks: frozenset[int]

    @classmethod
    def of(cls, tree: LexborHTMLParser, marked: dict[int, Kind]) -> _Signs:
        headings = {node.mem_id: _aria_level(node) for node in tree.css("[role=heading]")}
        bold = frozenset(node.mem_id for node in tree.css(_STYLED_BOLD))
        switches = frozenset(node.mem_id for node in tree.css(_SWITCH))
        return cls(marked, headings, bold, switches, switches.union(marked, headings))


class _Context(NamedTuple):
    """What holds for the text inside an element. (A named tuple, because a page makes thousands.)"""

    linked: bool = False
    bold: bool = False
    heading: int = 0
    #: How many lists it is in.
    depth: int = 0
    preformatted: bool = False
    #: Index of the region it is in, -1 for none.
    region: int = -1


class _Walk:
    """One walk over a tree, without recursion: pages nest deeper than Python does."""

    def __init__(self, root: LexborNode, removed: set[int], signs: _Signs) -> None:
        self._root = root
        self._removed = removed
        self._signs = signs
        self._context = _Context()
        #: Elements that are open: their id, their tag ("" for inline ones), and the context around them.
        self._open: list[tuple[int, str, _Context]] = []
        self._inline = Inline()
        #: The depth of each open list item that has no text yet, else 0.
        self._items: list[int] = []
        #: The cells of each open table row: blocks, their regions, and their text as printed, with its bullets.
        self._rows: list[list[list[tuple[Block, int, str]]]] = []
        self._found: list[tuple[Block, int]] = []
        #: Parts of the page that may be furniture.
        self.regions: list[Region] = []

    def walk(self) -> list[tuple[Block, int]]:
        """All blocks in reading order, each with the index of the region it is in (-1: none)."""
        node: LexborNode | None = self._root
        while node is not None:
            child = node.first_child if self._enter(node) else None
            node = child if child is not None else self._next(node)
        self._flush()
        return self._found

    def _next(self, node: LexborNode) -> LexborNode | None:
        """The node after this one and all that is in it."""
        while True:
            here = node.mem_id
            if self._open and self._open[-1][0] == here:
                self._leave()
            if here == self._root.mem_id:
                return None
            if (sibling := node.next) is not None:
                return sibling
            assert node.parent is not None
            node = node.parent

    def _enter(self, node: LexborNode) -> bool:
        """Take note of a node; whether to look inside it."""
        tag = node.tag or ""
        if tag == "-text":
            self._text(node.text_content or "")
            return False
        here = node.mem_id
        if tag in _SKIPPED or here in self._removed:
            return False
        if tag == "br":
            self._inline.line_break()
            return False
        signs = self._signs
        special = here in signs.blocks
        # Browsers show elements that they do not know ("x-term") in the line.
        if not special and (tag in _INLINE or "-" in tag):
            self._enter_inline(node, tag, here)
            return True
        self._flush()
        plain = tag in _PLAIN and not special and here not in signs.bold
        self._push(here, tag, self._context if plain else self._block_context(tag, here))
        if tag == "li":
            self._items.append(max(1, self._context.depth))
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append([])
        return True

    def _enter_inline(self, node: LexborNode, tag: str, here: int) -> None:
        if tag == "a" and _is_link(node, in_heading=self._context.heading > 0):
            self._inline.apart()
            self._push(here, "", self._context._replace(linked=True))
        elif tag == "button":
            self._inline.apart(always=True)
        else:
            if tag == "span" and (before := node.prev) is not None and before.tag == "span":
                self._inline.seam()
            if not self._context.bold and (tag in _BOLD or here in self._signs.bold):
                self._push(here, "", self._context._replace(bold=True))

    def _push(self, here: int, tag: str, context: _Context) -> None:
        self._open.append((here, tag, self._context))
        self._context = context

    def _leave(self) -> None:
        """Close the innermost open element."""
        tag = self._open[-1][1]
        if tag:
            self._flush()
        if tag == "li":
            self._items.pop()
        elif tag == "tr":
            self._close_row(self._rows.pop())
        self._context = self._open.pop()[2]

    def _block_context(self, tag: str, here: int) -> _Context:
        """The context inside an element that stands on lines of its own."""
        context, signs = self._context, self._signs
        if kind := signs.marks.get(here):
            self.regions.append(Region(kind, context.region))
            context = context._replace(region=len(self.regions) - 1)
        if level := _HEADINGS.get(tag) or signs.headings.get(here):
            return context._replace(heading=level)
        if tag in _LISTS:
            return context._replace(depth=context.depth + 1, heading=0)
        if tag == "table":
            return context._replace(heading=0)
        if tag == "pre":
            return context._replace(preformatted=True)
        if not context.bold and (tag in _BOLD or here in signs.switches or here in signs.bold):
            return context._replace(bold=True)
        return context

    def _text(self, text: str) -> None:
        """A piece of text; lines that its author laid out stay lines."""
        context = self._context
        if context.preformatted or ("\n" in text and _BLANK_LINE.search(text)):
            for number, line in enumerate(text.split("\n")):
                if number:
                    self._inline.line_break()
                self._inline.add(line, linked=context.linked, bold=context.bold)
        else:
            self._inline.add(text, linked=context.linked, bold=context.bold)

    def _flush(self) -> None:
        """What was collected becomes blocks."""
        if not self._inline.pieces:
            return
        context = self._context
        for run in self._inline.take():
            item = 0
            if self._items:
                item, self._items[-1] = self._items[-1], 0
            self._put(block(run, heading=context.heading, item=item), context.region, run.text)

    def _put(self, found: Block, region: int, printed: str) -> None:
        """To the open table cell, or to the page."""
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append((found, region, printed))
        else:
            self._found.append((found, region))

    def _close_row(self, cells: list[list[tuple[Block, int, str]]]) -> None:
        """A row of data is one block; a row that lays out the page, or says one thing, is what is in it."""
        cells = [cell for cell in cells if cell]
        blocks = [found for cell in cells for found in cell]
        numbered = len(cells) == 2 and len(cells[0]) == 1 and is_marker(cells[0][0][2])
        if len(cells) < 2 or numbered or max(map(len, cells)) > _LONGEST_CELL:
            for found in blocks:
                self._put(*found)
            return
        text = " | ".join(" ".join(printed for _, _, printed in cell) for cell in cells)
        linked = sum(found.linked * len(found.text) for found, _, _ in blocks)
        share = round(linked / sum(len(found.text) for found, _, _ in blocks), 2)
        self._put(Block(BlockKind.ROW, text, 0, share), blocks[0][1], text)


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "") if node is not None else ""


def _aria_level(node: LexborNode) -> int:
    """The level of an element that calls itself a heading; 2 where it does not say (WAI-ARIA 1.2)."""
    level = node.attributes.get("aria-level") or ""
    return min(6, int(level)) if level.isdecimal() and len(level) < 4 and int(level) else 2


def _is_link(node: LexborNode, *, in_heading: bool) -> bool:
    """Whether an ``<a>`` leads anywhere: a bare anchor, a switch ("#") or a heading's link to itself does not."""
    href = (node.attributes.get("href") or "").strip()
    if href in ("", "#") or (in_heading and href.startswith("#")):
        return False
    return not href.lower().startswith("javascript:")


def _outermost(nodes: Iterable[LexborNode]) -> list[LexborNode]:
    """The nodes that are in no other of them, so that no word is read twice. They come in the order of the page."""
    found: list[LexborNode] = []
    seen: set[int] = set()
    for node in nodes:
        if node.mem_id in seen:
            continue
        seen.add(node.mem_id)
        parent = node.parent
        while parent is not None and parent.mem_id not in seen:
            parent = parent.parent
        if parent is None:
            found.append(node)
    return found
