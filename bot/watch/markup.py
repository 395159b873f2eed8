"""What the source of a page shows before it is parsed: that it would stop the parser, or that its end is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from bot.errors import ExtractError

#: Every HTML parser's time grows with the square of these (measured: 100,000 nested elements 8 s, 200,000 attributes
#: 50 s), and no page that people read comes near them.
DEEPEST = 5_000
MOST_ATTRIBUTES = 1_000

_TAG = re.compile(r"<[a-zA-Z](?>[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+")
_NAME = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)")
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
#: A tag must be this long to have so many attributes ("a=1 ").
_LONG_TAG = 2 * MOST_ATTRIBUTES
#: Elements that do not nest, or that the next of their kind closes (HTML standard, "Optional tags").
_FLAT = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "rb", "rt", "rp"}
    | {"path", "circle", "rect", "line", "polygon", "polyline", "ellipse", "use", "stop", "image"}
)
_CONTAINER = re.compile(r"<(/?)(?:div|main|article|section|table|ul|ol)\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<(/?)p\b", re.IGNORECASE)
#: What a page ends with that is there in full.
_CLOSED = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)


def refuse_hostile(text: str) -> None:
    """Linear in the length of the page, whatever it holds.

    Raises:
        ExtractError: it nests deeper, or has a tag with more attributes, than a parser should be asked to read.
    """
    long_tags = [tag for tag in _TAG.findall(text) if len(tag) > _LONG_TAG]
    if any(len(_QUOTED.sub("= ", tag).replace("/", " ").split()) > MOST_ATTRIBUTES for tag in long_tags):
        raise ExtractError("The page has a tag with thousands of attributes: look at it by hand.")
    tags = [name.lower() for name in _NAME.findall(text)]
    if sum(count for name, count in Counter(tags).items() if name[0] != "/" and name not in _FLAT) > DEEPEST:
        _refuse_nesting(tags)


def _refuse_nesting(tags: list[str]) -> None:
    depth = 0
    for name in tags:
        if name.lstrip("/") not in _FLAT:
            depth = max(0, depth - 1) if name[0] == "/" else depth + 1
            if depth > DEEPEST:
                raise ExtractError("The page nests deeper than any page for people: look at it by hand.")


def is_cut_off(text: str) -> bool:
    """Whether the end of a page is missing: it is not closed, and stops in a tag, a script, a comment or a text.

    Pages may leave ``</body>`` and ``</html>`` away; then everything else must be closed, and paragraphs, too, where
    the page closes its paragraphs.
    """
    if _CLOSED.search(text, max(0, len(text) - 4_000)) or _CLOSED.search(text):
        return False
    if re.search(r"<[a-zA-Z/!][^<>]*$", text) or text.rfind("<!--") > text.rfind("-->"):
        return True
    lowered = text[-200_000:].lower()
    if any(lowered.rfind(f"<{name}") > lowered.rfind(f"</{name}") for name in ("script", "style")):
        return True
    if not text[text.rfind(">") + 1 :].strip():
        return False
    paragraphs = [tag[1] for tag in _PARAGRAPH.finditer(text)]
    return _are_open(tag[1] for tag in _CONTAINER.finditer(text)) or ("/" in paragraphs and _are_open(paragraphs))


def _are_open(slashes: Iterable[str]) -> bool:
    """Whether there are more start tags ("") than end tags ("/")."""
    return sum(-1 if slash else 1 for slash in slashes) > 0
