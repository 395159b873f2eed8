"""The date on which a coming text takes effect, as the page states it; and lines that say nothing but a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.compare.align import Alignment, Reworded, pair
from bot.compare.sentences import Sentence, split
from bot.model import Version

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier januar jänner enero gennaio janeiro januari",
            "february feb février fevrier februar febrero febbraio fevereiro februari",
            "march mar mars märz maerz marzo março marco maart",
            "april apr avril abril aprile",
            "may mai mayo maggio maio mei",
            "june jun juin juni junio giugno junho",
            "july jul juillet juli julio luglio julho",
            "august aug août aout agosto augustus",
            "september sep sept septembre septiembre settembre setembro",
            "october oct octobre oktober octubre ottobre outubro okt",
            "november nov novembre noviembre novembro",
            "december dec décembre decembre dezember diciembre dicembre dezembro dez",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
#: "September 29, 2023", "29 septembre 2023", "29. September 2023", "29 de septiembre de 2023", "2023-09-29".
DATE = re.compile(
    rf"\b(?:(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year>(?:19|20)\d\d)"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:of\s+|de\s+)?(?P<month2>{_MONTH})\.?,?\s+(?:de\s+|of\s+)?(?P<year2>(?:19|20)\d\d)"
    r"|(?P<year3>(?:19|20)\d\d)-(?P<month3>\d\d)-(?P<day3>\d\d))\b",
    re.IGNORECASE,
)
_LOOSE_DATE = re.compile(
    rf"\b(?:\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|(?:{_MONTH})\.?\s+(?:\d{{1,2}}\S{{0,3}}\s*,?\s*)?(?:19|20)\d\d|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
#: No date is without one of these, and nearly every sentence is: asked first, since it is a hundred times as quick.
_FIGURE = re.compile(r"(?:19|20)[0-9]{2}|[0-9][./-][0-9]")
_TAKES_EFFECT = re.compile(
    r"effective|in(?:to)? effect|takes? effect|come[sn]? into force|en vigueur|prend\w* effet|in kraft|"
    r"gültig ab|gilt ab|en vigor|a partir d|in vigore|efficac|van kracht|ingang",
    re.IGNORECASE,
)
#: A longer sentence says more than a date.
_ANNOUNCEMENT = 200
_THE_TEXT = re.compile(
    r"\b(?:version|polic|terms|notice|agreement|statement|politique|conditions|richtlinie|bedingungen|erklärung|"
    r"política|condiciones|informativa|condizioni|termini|termos|beleid|voorwaarden|verklaring)",
    re.IGNORECASE,
)
_WE_CHANGED = re.compile(
    r"\b(?:we(?:['’]ve| have)|ha(?:s|ve) been|nous avons|wir haben|hemos|abbiamo|atualizámos|we hebben)\b.{0,40}"
    r"\b(?:updat|chang|revis|mis à jour|aktualisiert|geändert|actualiz|aggiorn|atualiz|bijgewerkt|gewijzigd)",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"until|jusqu|bis zum|hasta|fino al|até|tot", re.IGNORECASE)
_UPDATED = re.compile(
    r"effective|updat|revis|modif|dated?\b|posted|amended|version|en vigueur|mise? à jour|révis|date d|stand\b|"
    r"aktualisiert|geändert|gültig|actualiza|vigor|vigente|fecha|aggiorna|data\b|atualiza|bijgewerkt|gewijzigd|datum|last|current",
    re.IGNORECASE,
)


def dates(text: str) -> list[date]:
    """Every full date that is printed in a text, in order."""
    found = []
    for match in DATE.finditer(text):
        parts = match.groupdict()
        year = parts["year"] or parts["year2"] or parts["year3"]
        month = parts["month"] or parts["month2"]
        number = _MONTHS[month.casefold()] if month else int(parts["month3"])
        day = parts["day"] or parts["day2"] or parts["day3"]
        try:
            found.append(date(int(year), number, int(day)))
        except ValueError:
            continue
    return found


def in_effect_date(new: Iterable[str]) -> date | None:
    """The date of effect that new wording states: the latest of "effective ..." and "until ..." lines, or None."""
    found: list[date] = []
    for text in new:
        if len(text) < 400 and (_TAKES_EFFECT.search(text) or _UNTIL.search(text)):
            found += dates(text)
    return max(found, default=None)


def announces(text: str) -> bool:
    """Whether a sentence says that or when the text changes, and nothing else: told as a date, never quoted as news."""
    if len(text) <= _ANNOUNCEMENT and _WE_CHANGED.search(text) and _THE_TEXT.search(text):
        return True
    if not _FIGURE.search(text) or len(text) > _ANNOUNCEMENT or not _TAKES_EFFECT.search(text):
        return False
    return DATE.search(text) is not None and _THE_TEXT.search(text) is not None


def coming(version: Version, day: date) -> date | None:
    """The latest date after ``day`` on which the page says that a text takes effect, or until which one is."""
    found = (in_effect_date([block.text]) for block in version.blocks if len(block.text) < 400)
    return max((each for each in found if each is not None and each > day), default=None)


def only_dates(text: str) -> bool:
    """Whether a line is a date stamp: "Last updated: May 5, 2024", with hardly a word besides."""
    if not _FIGURE.search(text) or not (_LOOSE_DATE.search(text) or DATE.search(text)):
        return False
    rest = _LOOSE_DATE.sub(" ", DATE.sub(" ", text))
    count = len(re.findall(r"[^\W\d_]{2,}", rest))
    return count <= 3 or (count <= 9 and bool(_UPDATED.search(rest)))


def stamps(version: Version) -> tuple[str, ...]:
    """The lines by which a page says when it was last changed."""
    return tuple(b.text for b in version.blocks if len(b.text) < 160 and only_dates(b.text))


def moved_on(old: Iterable[str], new: Iterable[str]) -> bool | None:
    """Whether the page's own date is later than it was; None where it has no date to tell by.

    Args:
        old: The `stamps` of the page before.
        new: Those of the page now.
    """
    before = max((day for stamp in old for day in dates(stamp)), default=None)
    after = max((day for stamp in new for day in dates(stamp)), default=None)
    return None if before is None or after is None else after > before


def quiet(old: Iterable[str], new: Iterable[str]) -> bool | None:
    """Whether the page's own dates (`stamps`) stand as they stood; None where it has none to tell by."""
    before, after = set(old), set(new)
    return before == after if before and after else None


# ---- two versions on one page ----------------------------------------------------------------------------------

#: A page holds a second copy when at least this share of what is new (or gone) resembles what stands.
COPY = 0.5
#: With a second copy a page is so many times as long.
WHOLE = 1.5
#: Fewer differing sentences than this are no copy of a policy.
_LEAST = 8


@dataclass(frozen=True, slots=True)
class Copies:
    """An alignment in which a second copy of the policy on the page is told apart from new and removed wording."""

    alignment: Alignment
    #: A near copy of the policy came beside it, or one of two went.
    added: bool = False
    dropped: bool = False


def unfold(found: Alignment, before: Version, after: Version) -> Copies:
    """Compare a coming text with the current one below it; a dropped old copy is no removal.

    Sites announce a change by publishing the new text above the old one, and drop the old one on the day of effect.
    """
    if len(found.added) >= _LEAST and _twice(after, before) and len(found.removed) < 0.1 * len(found.added):
        twins = pair(_standing(before, found.removed), found.added)
        if _letters([t.after for t in twins]) >= COPY * _letters(found.added):
            return Copies(_with_twins(found, twins), added=True)
    if len(found.removed) >= _LEAST and _twice(before, after) and len(found.added) < 0.1 * len(found.removed):
        twins = pair(found.removed, _standing(after, found.added))
        if _letters([t.before for t in twins]) >= COPY * _letters(found.removed):
            return Copies(replace(found, removed=()), dropped=True)
    return Copies(found)


def _twice(more: Version, less: Version) -> bool:
    """Whether one page is so much longer that it may hold the other's whole policy once more."""
    return len(more.text) >= WHOLE * max(1, len(less.text))


def _with_twins(found: Alignment, twins: Sequence[Reworded]) -> Alignment:
    taken = {id(t.after) for t in twins}
    return replace(
        found,
        added=tuple(s for s in found.added if id(s) not in taken),
        reworded=(*found.reworded, *twins),
    )


def _standing(version: Version, differing: Sequence[Sentence]) -> list[Sentence]:
    forms = {s.normal for s in differing}
    return [s for s in split(version) if s.normal not in forms]


def _letters(sentences: Iterable[Sentence]) -> int:
    return sum(len(s.text) for s in sentences)
