"""A version as sentences, each with a normal form by which wording is known again.

The normal form is what stays of a sentence when everything that is not wording is taken away: case, punctuation,
quotes, spaces, markup, list markers, soft hyphens, printed addresses, masked e-mails, encoding damage and the numbers
of cross references. Two sentences with one normal form say the same; a fingerprint is its stable 64-bit digest.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bot.compare.firm_words import word_set
from bot.model import Block, BlockKind, Version

#: Words as a reader counts them; each letter of a script without spaces is one.
WORD = re.compile(
    r"\d+(?:[.,:]\d+)*|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W\d_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+|[%$€£¥]"
)
#: Longer runs without a full stop are cut at the next lesser pause, so that no step ever meets a whole page at once.
LONGEST = 1500

_MARKER = re.compile(
    r"^\W*(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|\(\w{1,3}\)|\d{1,3}(?:\.\d{1,3})+[.)]?|[•·▪◦‣–—*-])\s+"
)
#: The numbering of a list that is written out in a sentence: "(a) what we collect; (ii) why, and 3. for how long".
_LISTED = re.compile(
    r"(?P<lead>[;:,]\s+(?:\w{1,4}\s+)?|\b(?:and|or|et|ou|und|oder|y|e|o|en|of)\s+)"
    r"(?:\((?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})\)|(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})[.)])(?=\s)"
)
_EMAIL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\[\s?e-?mail\s?(?:&#160;|\s)?protected\s?\]|[\w.+-]+\s?[\[(]at[\])]\s?[\w.-]+"
)
#: Cheap signs that the dear patterns have anything to find.
_DIGIT = re.compile(r"[0-9]")
_NUMBERING = re.compile(r"[0-9)]")
_MASKED = re.compile(r"@|protected|[\[(]at[\])]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'”’)\]]+", re.IGNORECASE)
#: "Section 4.2(b)", "clauses 14 and 15": the number moves whenever a section is put in before.
_REFERENCE = re.compile(
    r"\b(sections?|clauses?|paragraphs?|articles?|ziffern?|abschnitte?s?|sección|secciones|sezione|seção|rubrique|artikel)"
    r"\s+\d+(?:\.\d+)*(?:\.?\([a-z0-9]+\))*(?:(?:\s*[,–-]\s*|\s+(?:and|or|to|et|ou|à|und|bis|y|e)\s+)\d+(?:\.\d+)*(?:\.?\([a-z0-9]+\))*)*",
    re.IGNORECASE,
)
#: What UTF-8 looks like when it was read as Windows-1252.
_DAMAGE = re.compile(
    "[ÂÃâ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,2}"
)
_DROPPED = re.compile(r"(?:(?<!\d)[.,]|[.,](?!\d)|[^\w.,%$€£¥]|_)+")

#: A stop may be followed by closing quotes, and by the stars of emphasis where the page's own markup is broken.
_STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*]*+\s++|[。！？]+[”」』）]*|;\s+(?=\(?[ivx\d]{1,4}\))")
#: No sentence ends with these, in the languages of `firm_words`.
_ABBREVIATIONS = word_set(
    "e.g i.e etc inc ltd llc corp co no nos art arts sec st dr mr mrs ms vs cf jr sr u.s u.k a.k.a approx para "
    "paras p pp vol ed eds dept tel fax ext al z.b d.h bzw usw abs nr bspw ca ggf inkl vgl s.a.r.l s.a m mme n.v "
    "b.v pte pty ex env ej núm sig dott pag es vb bijv"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence (or heading, or table row) as printed, and where it stands."""

    text: str
    #: The nearest heading above it, with its number: "2.1 Information you provide us".
    section: str
    kind: BlockKind
    #: Index of its block in the version.
    block: int
    #: The share of its block that is inside links.
    linked: float
    normal: str = field(repr=False)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its `wording`, in lower case."""
        return tuple(found[0].casefold() for found in wording(self.text))

    @property
    def fingerprint(self) -> int:
        """Signed 64 bits of the normal form, the same in every run and on every machine."""
        return int.from_bytes(hashlib.blake2b(self.normal.encode(), digest_size=8).digest(), "big", signed=True)


def split(version: Version) -> tuple[Sentence, ...]:
    """All sentences of a version in order."""
    return tuple(split_blocks(version, range(len(version.blocks)), sections(version)))


def split_blocks(version: Version, numbers: Iterable[int], headings: tuple[str, ...]) -> Iterator[Sentence]:
    """The sentences of some blocks only; ``headings`` are the `sections` of the version."""
    for number in numbers:
        block = version.blocks[number]
        for text in _sentences(block):
            form = normal(text)
            if form:
                yield Sentence(text, headings[number], block.kind, number, block.linked, form)


def sections(version: Version) -> tuple[str, ...]:
    """For each block the heading it stands under, as printed ("" before the first)."""
    here, found = "", []
    for block in version.blocks:
        if is_heading(block):
            here = block.text.strip()[:140]
        found.append(here)
    return tuple(found)


_NUMBERED_TITLE = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[A-Z][.)]|[IVX]{1,5}[.)])\s+\S.{2,90}(?<![.;:,])")


def is_heading(block: Block) -> bool:
    """A heading by its kind, or a short numbered line that is printed like one ("1. What we collect")."""
    if block.kind is BlockKind.HEADING:
        return True
    return block.kind is BlockKind.PARAGRAPH and len(block.text) < 100 and bool(_NUMBERED_TITLE.fullmatch(block.text))


def fingerprints(version: Version) -> frozenset[int]:
    """What is known wording once this version was accepted."""
    return frozenset(sentence.fingerprint for sentence in split(version))


def words(text: str) -> list[str]:
    """The words of a text in lower case, for counting and alignment."""
    return WORD.findall(text.casefold())


def wording(text: str) -> list[re.Match[str]]:
    """The words that count when two wordings are compared: all but list numbers and the numbers of references."""
    found = list(WORD.finditer(text))
    silent = [m.span() for m in _MARKER.finditer(text)]
    if not _NUMBERING.search(text):
        return found[sum(m.start() < silent[0][1] for m in found[:9]) :] if silent else found
    silent += [(m.end("lead"), m.end()) for m in _LISTED.finditer(text)]
    silent += [(m.end(1), m.end()) for m in _REFERENCE.finditer(text)]
    if not silent:
        return found
    return [m for m in found if not any(start <= m.start() < end for start, end in silent)]


def normal(text: str) -> str:
    """The normal form of a sentence: only its wording, in lower case and without spaces."""
    text = _MARKER.sub("", text, count=1)
    return _squeeze(_LISTED.sub(r"\g<lead>", text) if _NUMBERING.search(text) else text)


def _squeeze(text: str) -> str:
    text = unicodedata.normalize("NFKC", _mend(text)).casefold()
    if _MASKED.search(text):
        text = _EMAIL.sub("@", text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub("", text)
    if _DIGIT.search(text):
        text = _REFERENCE.sub(r"\1", text)
    return _DROPPED.sub("", "".join(text.split()))


def _mend(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252, where the damage is plain."""

    def whole(match: re.Match[str]) -> str:
        try:
            return match[0].encode("cp1252").decode("utf-8")
        except UnicodeError:
            return ""

    return _DAMAGE.sub(whole, text) if "â" in text or "Ã" in text or "Â" in text else text


def _sentences(block: Block) -> Iterator[str]:
    if block.kind is BlockKind.HEADING or (block.kind is BlockKind.ROW and len(block.text) < 300):
        yield block.text
        return
    start = 0
    text = block.text
    for stop in _STOP.finditer(text):
        if _ends(text, stop):
            yield from _cut(text[start : stop.end()].strip())
            start = stop.end()
    if rest := text[start:].strip():
        yield from _cut(rest)


def _ends(text: str, stop: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence here: not after an abbreviation or initial, and not before a small letter."""
    if text[stop.start()] in "。！？;":
        return True
    following = text[stop.end() : stop.end() + 1]
    if following.islower() or text[stop.start()] == "…":
        return False
    if text[stop.start()] != ".":
        return True
    last = re.split(r"[\s/(–—-]", text[max(0, stop.start() - 12) : stop.start()])[-1]
    word = last.casefold().strip("\"'“‘[")
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    return not re.fullmatch(r"\(?\d{1,3}(\.\d{1,3})*", word) or stop.start() - start_of_number(text, stop.start()) > 3


def start_of_number(text: str, end: int) -> int:
    """Where the number that ends at ``end`` begins: "1." at the start of a line is a marker, "in 2019." is an end."""
    while end and (text[end - 1].isdigit() or text[end - 1] == "."):
        end -= 1
    return end


def _cut(sentence: str) -> Iterator[str]:
    """A run that is too long for a sentence, cut at lesser pauses."""
    while len(sentence) > LONGEST:
        at = max(sentence.rfind(pause, LONGEST // 3, LONGEST) for pause in ("; ", ": ", ", ")) + 1
        at = at or sentence.rfind(" ", LONGEST // 3, LONGEST) + 1 or LONGEST
        yield sentence[:at].strip()
        sentence = sentence[at:].strip()
    if sentence:
        yield sentence
