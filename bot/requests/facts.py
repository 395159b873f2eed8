"""Facts of an answer as short words: cut, counted, dated. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from bot.model import Change

#: Signs behind which an invisible character may be put so that they make nothing live (`bot.write.inert`).
_SIGNS = frozenset("@＠﹫#＃﹟$＄﹩.․．。｡:")
_LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language(tag: str) -> str:
    """A BCP 47 tag in English words ("fr-CA" -> "French"), the tag itself where there are none here."""
    return _LANGUAGES.get(tag.partition("-")[0].casefold(), fit(tag, 12))


def day(at: datetime | None) -> str:
    """The date, or ""."""
    return f"{at:%Y-%m-%d}" if at else ""


def number(value: int) -> str:
    """With separators: 9,120."""
    return f"{value:,}"


def fit(text: str, width: int) -> str:
    """One line of at most ``width``, as X counts once it is inert; cut between words where one ends in the second
    half."""
    words = unicodedata.normalize("NFC", " ".join(text.split()))
    if _weight(words) <= width:
        return words
    kept, weight = "", 2  # the ellipsis
    for character in words:
        weight += _weight(character)
        if weight > width:
            break
        kept += character
    head, _, _ = kept.rpartition(" ")
    return (head if len(head) > len(kept) // 2 else kept).rstrip(" ,.;:") + "…"


def joined(names: Iterable[str], width: int = 130) -> str:
    """As many names as fit, and how many more there are."""
    rest = [fit(name, 60) for name in names]
    shown: list[str] = []
    while rest and _weight(", ".join([*shown, rest[0]])) <= width:
        shown.append(rest.pop(0))
    return ", ".join(shown) + (f" and {len(rest)} more" if rest else "")


def numbered(names: Iterable[str], width: int = 150) -> list[str]:
    """ "1 Privacy Policy", "2 Terms of Service": as many of nine as fit, at least one."""
    shown: list[str] = []
    for place, name in enumerate(names, 1):
        choice = f"{place} {fit(name, 60)}"
        if place > 9 or (shown and _weight(", ".join([*shown, choice])) > width):
            break
        shown.append(choice)
    return shown


def leading(change: Change) -> dict[str, str]:
    """What a change is about, in the words of a template: the kind, section and topics of its leading quote."""
    lead = change.quotes[0] if change.quotes else None
    return {
        "kind": lead.kind.value if lead else "",
        "section": fit(lead.section, 50) if lead else "",
        "topics": " ".join(change.lead_topics),
    }


def _weight(text: str) -> int:
    """At least what X counts (twitter-text, configuration 3): what lies beyond Latin to Georgian and beyond typographic
    spaces, dashes and quotes weighs 2, as do the two emoji before it, and an invisible break 1."""
    light = ((c <= "\u10ff" and c not in "©®") or "\u2000" <= c <= "\u200d" or "\u2010" <= c <= "\u201f" for c in text)
    return sum(1 if each else 2 for each in light) + sum(c in _SIGNS for c in text)
