"""Names replaced throughout: "Twitter" became "X" in 140 places is one line, not 140 edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.compare.align import Reworded, phrases
from bot.compare.firm_words import FIRM
from bot.compare.sentences import WORD
from bot.model import Rename

#: A replacement seen in so many places is a rename ...
PLACES = 3
#: ... if it hits at least this share of the differing sentences in which the old name stood.
THROUGHOUT = 0.6
_LONGEST_NAME = 6


def find(pairs: Sequence[Reworded]) -> tuple[Rename, ...]:
    """The names that were replaced throughout, the most frequent first."""
    counted: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        old, new = WORD.findall(pair.before.text), WORD.findall(pair.after.text)
        seen = set()
        for a, b, c, d in phrases([w.casefold() for w in old], [w.casefold() for w in new]):
            if b - a > 0 and _is_article(old[a]) and d - c > 0 and _is_article(new[c]):
                a, c = a + 1, c + 1
            if 0 < b - a <= _LONGEST_NAME and 0 < d - c <= _LONGEST_NAME:
                seen.add((" ".join(old[a:b]), " ".join(new[c:d])))
        counted.update(seen)
    found = []
    for (old_name, new_name), places in counted.most_common():
        if places < PLACES or not _is_name(old_name, new_name):
            continue
        standing = sum(old_name in pair.before.text for pair in pairs)
        if places >= THROUGHOUT * standing:
            found.append(Rename(old_name, new_name, places))
    return tuple(found)


def fold(text: Sequence[str], renames: Sequence[Rename]) -> list[str]:
    """Words of an old text with every rename applied, so that only what differs besides remains."""
    folded = list(text)
    for rename in renames:
        old, new = _words(rename.before), _words(rename.after)
        at = 0
        while at <= len(folded) - len(old):
            if folded[at : at + len(old)] == old:
                folded[at : at + len(old)] = new
                at += len(new)
            else:
                at += 1
    return folded


def _is_article(word: str) -> bool:
    """ "a Twitter account" becomes "an X account"."""
    return word.casefold() in ("a", "an")


def _words(name: str) -> list[str]:
    return [w.casefold() for w in WORD.findall(name)]


def _is_name(old: str, new: str) -> bool:
    """Modals, negations and numbers are never a name; a name has a capital on one side at least."""
    tokens = {*_words(old), *_words(new)}
    if tokens & FIRM or any(t[0].isdigit() for t in tokens):
        return False
    return any(w[:1].isupper() for w in (*old.split(), *new.split()))
