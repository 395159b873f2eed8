"""What of a page is plainly furniture: navigation, dialogs, consent banners, small headers and footers, menus, teasers.

The page is pruned, the policy is never picked out of it: picking loses policy text, which is worse than some furniture
that stays. Every rule therefore has a guard of size, and what a page calls a footer is kept when the policy is in it.
`marks` says which elements may be furniture, by what HTML, ARIA and their own names say; the walk notes which blocks
are in which of them; `without_furniture` decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.model import Block, BlockKind
from bot.watch.edges import SMALL, between_menus, of_main, running


class Kind(Enum):
    """What a part of a page says it is."""

    #: Not furniture, but the page's own word for where its content is. What is in it is judged more mildly.
    MAIN = auto()
    ARTICLE = auto()
    NAVIGATION = auto()
    HEADER = auto()
    FOOTER = auto()
    #: A footer or a breadcrumb trail by its name alone.
    NAMED = auto()
    ASIDE = auto()
    DIALOG = auto()
    CONSENT = auto()
    #: A form for an address, a password, a search.
    FORM = auto()
    #: One of several short articles under linked titles.
    TEASER = auto()


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the page that may be furniture."""

    kind: Kind
    #: Index of the region around it, -1 for none.
    parent: int


#: By element and by role (HTML-AAM gives nav, main, aside, ... these roles). A later kind overrules an earlier one.
_SELECTORS = {
    Kind.MAIN: "main, [role=main]",
    Kind.ARTICLE: "article, [role=article]",
    Kind.FORM: "form",
    Kind.ASIDE: "aside, [role=complementary]",
    Kind.HEADER: "header, [role=banner]",
    Kind.FOOTER: "footer, [role=contentinfo]",
    Kind.NAVIGATION: "nav, search, [role=navigation], [role=menu], [role=menubar], [role=search], [role=listbox]",
    Kind.DIALOG: "dialog, [role=dialog], [role=alertdialog], [aria-modal=true]",
}
_FIELDS = "input[type=email], input[type=password], input[type=search], input[type=text], input[type=tel], textarea"
_NAMED = "[class*=footer i], [id*=footer i], [class*=breadcrumb i]"
_NAME = re.compile(
    r"(?<![\w-])(?:(?:site|page|main|global|app|layout)[-_]{0,2})?(?:footer|breadcrumbs?)(?![a-z])", re.IGNORECASE
)
_CONSENTS = "[id*=cookie i], [class*=cookie i], [id*=consent i], [class*=consent i], [id*=gdpr i], [class*=gdpr i]"
#: Names of consent banners. "cookie" alone may be the name of a cookie policy; "consent" may be a section of it.
_CONSENT = re.compile(
    r"(?:cookies?|consent|gdpr)[-_ ]{0,2}(?:\w{1,12}[-_]{1,2})?"
    r"(?:banner|bar|notice|notif|pop-?up|modal|overlay|dialog|settings|preferences|manager|message|alert|wall|box|layer|panel)"
    r"|(?:banner|bar|notice|pop-?up|modal|overlay|dialog)[-_ ]{0,2}(?:cookies?|consent|gdpr)",
    re.IGNORECASE,
)
_CONTROLS = "button, input, [role=button], a"
_PAGES = frozenset({"html", "body", "main", "article"})

#: A larger part goes only when it holds no more than this share of the page's running text.
SHARE = 0.25
#: A consent banner may list more partners than a short policy has words; it stays where hardly anything else is.
CONSENT_SHARE = 0.9
#: From this share of linked letters on a part of the page is a menu.
_MENU = 0.5
_LONGEST_TEASER = 800


def marks(tree: LexborHTMLParser) -> dict[int, Kind]:
    """The elements of a page that may be furniture, by their `mem_id`."""
    found = {node.mem_id: kind for kind, selector in _SELECTORS.items() for node in tree.css(selector)}
    for node in tree.css("form"):
        if found[node.mem_id] is Kind.FORM and node.css_first(_FIELDS) is None:
            del found[node.mem_id]
    for node in tree.css("article"):
        if _is_teaser(node):
            found[node.mem_id] = Kind.TEASER
    for node in tree.css(_NAMED):
        if node.tag not in _PAGES and _NAME.search(_names(node)):
            found.setdefault(node.mem_id, Kind.NAMED)
    for node in tree.css(_CONSENTS):
        if node.tag not in _PAGES and _CONSENT.search(_names(node)) and node.css_first(_CONTROLS) is not None:
            found[node.mem_id] = Kind.CONSENT
    return found


def without_furniture(found: Sequence[tuple[Block, int]], regions: Sequence[Region]) -> list[Block]:
    """The blocks that are left when the furniture is gone.

    Args:
        found: Each block with the index of the region that it is in, -1 for none.
        regions: The parts of the page, each after the one around it.
    """
    weights = _weigh(found, regions)
    whole = _Weight()
    for each, _ in found:
        whole.add(each)
    teasers = sum(weight.running for region, weight in zip(regions, weights, strict=True) if region.kind is Kind.TEASER)
    hub = teasers > whole.running / 2
    gone: list[bool] = []
    in_main: list[bool] = []
    within: list[bool] = []
    for region, weight in zip(regions, weights, strict=True):
        parent = region.parent
        inside = parent >= 0
        in_main.append(region.kind is Kind.MAIN or (inside and in_main[parent]))
        within.append(inside and (within[parent] or regions[parent].kind in (Kind.MAIN, Kind.ARTICLE)))
        kind = Kind.ARTICLE if hub and region.kind is Kind.TEASER else region.kind
        gone.append((inside and gone[parent]) or _is_furniture(kind, weight, whole, within=within[-1]))
    kept = [(each, region) for each, region in found if region < 0 or not gone[region]]
    return between_menus(of_main([(each, region >= 0 and in_main[region]) for each, region in kept]))


@dataclass(slots=True)
class _Weight:
    """What is in a part of the page, in letters."""

    letters: float = 0
    linked: float = 0
    #: Unlinked letters of running text.
    running: float = 0
    #: Whether it holds a title of the document, a heading that is not the site's linked name, and whether one is an h1.
    titled: bool = False
    first_titled: bool = False

    def add(self, block: Block) -> None:
        """One more block."""
        length = len(block.text)
        self.letters += length
        self.linked += length * block.linked
        self.running += running(block)
        if block.kind is BlockKind.HEADING and 0 < block.level <= 2 and block.linked < _MENU:
            self.titled = True
            self.first_titled = self.first_titled or block.level == 1

    def include(self, part: _Weight, kind: Kind) -> None:
        """A part of it."""
        self.letters += part.letters
        self.linked += part.linked
        self.running += part.running
        if kind not in (Kind.NAVIGATION, Kind.DIALOG, Kind.CONSENT):
            self.titled = self.titled or part.titled
            self.first_titled = self.first_titled or part.first_titled

    @property
    def is_menu(self) -> bool:
        """Whether most of it is links."""
        return self.linked >= _MENU * self.letters


def _weigh(found: Sequence[tuple[Block, int]], regions: Sequence[Region]) -> list[_Weight]:
    """The weight of each region with all that is in it, in one pass however deep they nest."""
    weights = [_Weight() for _ in regions]
    for block, region in found:
        if region >= 0:
            weights[region].add(block)
    for number in range(len(regions) - 1, -1, -1):
        if (parent := regions[number].parent) >= 0:
            weights[parent].include(weights[number], regions[number].kind)
    return weights


def _is_furniture(kind: Kind, part: _Weight, whole: _Weight, *, within: bool) -> bool:
    """Whether a part of the page goes. ``within``: it is inside what the page calls its content."""
    little = part.running <= SHARE * whole.running
    if kind is Kind.CONSENT:
        most = 0.5 if part.first_titled else CONSENT_SHARE
        return part.running <= most * whole.running or (part.running < SMALL and not part.first_titled)
    if not little and part.running >= SMALL:
        return False
    match kind:
        case Kind.NAVIGATION | Kind.DIALOG:
            return True
        case Kind.HEADER:
            # A header with the title, or in the content, is the document's own: it has the date, too.
            return not part.titled and (not within or part.is_menu)
        case Kind.FOOTER:
            return not within or part.is_menu
        case Kind.NAMED | Kind.FORM:
            # Wrappers have such names as well, and some sites put a form around the whole page.
            return little and not part.titled
        case Kind.ASIDE:
            # Policies put their summaries beside the text.
            return part.is_menu
        case Kind.TEASER:
            return part.letters < _LONGEST_TEASER
        case Kind.MAIN | Kind.ARTICLE:
            return False


def _is_teaser(article: LexborNode) -> bool:
    """Whether an article's title is a link to where the article is; a policy's sections link to themselves at most."""
    link = article.css_first("h1 a[href], h2 a[href], h3 a[href], h4 a[href], a[href] h2, a[href] h3, a[href] h4")
    return link is not None and not (link.attributes.get("href") or "/").startswith("#")


def _names(node: LexborNode) -> str:
    return f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"
