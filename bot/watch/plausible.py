"""Is this a whole page, and is it the policy? What is not is held: never told, never compared with.

`doubt` looks at one version alone, `mismatch` at two and what differs between them: which side is not a whole policy,
and why. A policy may itself speak of "page not found" or "sign in": such words count only where there is hardly any
other text. A policy that loses a large part, or gains one, while nothing else on the page changes - not even its date -
was read in part.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from bot.compare.align import Alignment
from bot.compare.effective import Copies, dates, in_effect_date, moved_on, stamps
from bot.compare.firm_words import ALL_SMALL_WORDS, SMALL_WORDS
from bot.compare.sentences import Sentence, normal, split, words
from bot.model import BlockKind, Version
from bot.watch.whose import strangers

#: A page with fewer words holds no policy.
LEAST_WORDS = 40
#: Up to this many words the telling phrases of walls and errors are believed.
SHORT = 250
#: A one-sided loss or gain of this share of the page, with nothing else changed, is a partial read.
LOSS = 0.1
GAIN = 0.25
#: Such a loss or gain has at least so many sentences; a smaller one may be a section.
MANY = 15
#: ... or are so many, and nearly all from somewhere to the end of the page (or from its beginning) ...
ENDING, TOGETHER_GONE = 5, 0.6
#: ... or the page, with all that it says twice, has shrunk to this share ...
SHRUNK = 2 / 3
#: ... or is half of the page, however few sentences that makes.
HALF = 0.5
#: No policy grows or shrinks by so many letters at once: other documents were read with it.
HUGE = 100_000
#: A text of which more than this share is gone, and of whose successor more than that share is new, was replaced.
GONE = 0.6
NEW = 0.4
#: Two texts of one subject share their vocabulary; below this cosine they are two documents.
SUBJECT = 0.53
#: So many words may be damaged by a slip of the author's.
SLIPS = 2
#: A text that at least doubled is still the same if it kept this share of its words.
KEPT = 0.75
#: New lines that are shorter than this on average are headings or entries of lists.
LINE = 40
#: So many sections that were there twice and are there once now were another document's.
TWICE = 2
#: So many sentences edited elsewhere show that somebody worked on the text: what is new was written, not read anew.
ELSEWHERE = 3

_WALL = re.compile(
    r"page (?:not|cannot be|can.t be|could not be) found|\b404\b|access denied|just a moment|attention required|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|enable (?:javascript|cookies)|checking your browser|captcha|"
    r"unusual traffic|service unavailable|temporarily unavailable|we.ll be (?:right )?back|under maintenance|"
    r"maintenance mode|domain (?:is|may be) for sale|buy this domain|not available in your (?:country|region)|"
    r"unavailable for legal reasons|(?:sign|log) in to continue|please (?:log|sign) in|"
    r"forgot(?:ten)? (?:your )?password|"
    r"accept all cookies|we value your privacy|redirecting|internal server error|bad gateway|something went wrong|"
    r"an error occurred|this page (?:isn.t|is not) available|dns failure|request blocked|confirm your age|"
    r"page introuvable|accès refusé|veuillez patienter|en maintenance|seite nicht gefunden|zugriff verweigert|"
    r"página no encontrada|pagina non trovata|página não encontrada|pagina niet gevonden",
    re.IGNORECASE,
)
#: "June 2021", "Juni 2021": a month without a day.
_MONTH = re.compile(r"(?<!\d\s)(?<!\d\.\s)\b([^\W\d_]{3,})\.?,?\s+((?:19|20)\d\d)\b")
#: UTF-8 that was read as windows-1252 ("donâ€™t", "cafÃ©"), and what could not be written in ASCII ("don?t").
_GARBLED = re.compile(
    r"[ÂÃâ][\u0080-\u00bfŠšŒœŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]|Â(?=\s)|(?<!\S)[\w.]+[.,;:]?\?[^\W\d_]+(?=[.,;:)]?\s)"
)
_ENDED = re.compile(r"[.!?:;…。！？”\"'’)\]»*|©\d]$")


def doubt(version: Version, shared: Collection[str] = ()) -> tuple[str, ...]:
    """Why this cannot be a whole policy; empty when nothing speaks against it.

    ``shared`` are the extractor's doubts about the other side of a comparison: what is as damaged as before is no news.
    """
    if doubts := tuple(each for each in version.doubts if each not in shared):
        return doubts
    text = version.text
    count = len(words(text)) if len(text) < 20_000 else SHORT
    if count < LEAST_WORDS:
        return ("the page holds hardly any text",)
    if count < SHORT and (wall := _WALL.search(text)):
        return (f"the page is an error or a wall (“{wall[0]}”)",)
    return ()


def mismatch(before: Version, after: Version, found: Copies) -> tuple[str, tuple[str, ...]]:
    """Which side of a comparison is no whole policy, "before" or "after", and why; ("", ()) when both may be.

    Args:
        before: What the policy said.
        after: What was read now.
        found: What differs (`align`, then `unfold`).
    """
    for side, version, other in (("after", after, before), ("before", before, after)):
        if reasons := doubt(version, other.doubts):
            return side, reasons
    shape = _Shape(before, after, found.alignment)
    if shape.lost + shape.gained + shape.reworded == 0:
        return "", ()
    if side := _damaged(before, after, found.alignment):
        return side, ("the letters are damaged",)
    if shape.lost + shape.gained == 0:
        return "", ()
    if _cut_off(before, after):
        return "after", ("the text stops in the middle of a sentence",)
    if _cut_off(after, before):
        return "before", ("the text stopped in the middle of a sentence",)
    if found.dropped:
        return "", ()
    if found.added:
        if in_effect_date(s.text for s in found.alignment.added) is None:
            return "after", ("a second document much like this one was read with it",)
        return "", ()
    if shape.replaced:
        old, new = language(before), language(after)
        if old and new and old != new:
            return "after", (f"another language: {new} instead of {old}",)
        if not _one_subject(_vocabulary(before), _vocabulary(after)):
            return "after", ("another document: hardly a word of the page before is left",)
        if strangers(before, after):
            return "after", ("another document: it names others than the page before",)
        if moved_on(_days(before), _days(after)) is False:
            return "after", ("another text without a later date: an old one, or another of the site's policies",)
    if shape.gained > shape.lost / 2 and _spliced(before, after):
        return "before", ("another document was read with it before: some sections were there twice",)
    return _part(shape, before, after, found.alignment)


class _Shape:
    """How much of each side is gone or new, in letters of its own."""

    def __init__(self, before: Version, after: Version, found: Alignment) -> None:
        self.before = max(1, _letters_of_blocks(before))
        self.after = max(1, _letters_of_blocks(after))
        self.lost, self.gained = _letters(found.removed), _letters(found.added)
        self.sentences_lost, self.sentences_gained = len(found.removed), len(found.added)
        self.sentences_reworded = len(found.reworded)
        self.reworded = _letters(p.after for p in found.reworded)

    @property
    def replaced(self) -> bool:
        """Hardly anything of the old page is left."""
        return self.lost > GONE * self.before and self.gained > NEW * self.after


def _is_end(removed: Sequence[Sentence], before: Version) -> bool:
    """Whether what is gone stood together at the beginning or the end, and is more than a last section that may go."""
    forms = {sentence.normal for sentence in removed}
    gone = [sentence.normal in forms for sentence in split(before)]
    if sum(gone) < ENDING:
        return False
    first, last = gone.index(True), len(gone) - gone[::-1].index(True)
    return sum(gone) >= TOGETHER_GONE * min(len(gone) - first, last)


def _part(shape: _Shape, before: Version, after: Version, found: Alignment) -> tuple[str, tuple[str, ...]]:
    """Whether one side is only a part of the other: much lost or gained and nothing else changed, not even the date."""
    if shape.gained - shape.lost > HUGE and shape.gained > shape.after / 2:
        return "before", (
            "far more text than before: other documents were read with it, or only a part was read before",
        )
    if shape.lost - shape.gained > HUGE and shape.lost > shape.before / 2:
        return "after", ("far less text than before: other documents were read with it before, or only a part now",)
    added, removed = found.added, found.removed
    if _only_lines(shape, added):
        return "before", ("headings or entries of lists were not read before",)
    if moved_on(_days(before), _days(after)) or in_effect_date(s.text for s in added):
        return "", ()
    if shape.gained + shape.reworded == 0 and removed:
        if len(after.text) < SHRUNK * len(before.text):
            return "after", ("a large part of the page is missing and nothing else changed",)
        if shape.lost > LOSS * shape.before and _is_end(removed, before):
            return "after", ("the end or the beginning of the text is missing and nothing else changed",)
    if (
        shape.lost > LOSS * shape.before
        and (shape.sentences_lost >= MANY or shape.lost > HALF * shape.before)
        and shape.gained + shape.reworded < 0.1 * shape.lost
    ):
        return "after", ("a large part of the text is missing and nothing else changed",)
    if (
        shape.gained > GAIN * shape.after
        and (shape.sentences_gained >= MANY or shape.gained > HALF * shape.after)
        and shape.lost + shape.reworded < 0.1 * shape.gained
        and (shape.sentences_reworded < ELSEWHERE or shape.gained > HALF * shape.after)
    ):
        return "before", ("a large part of the text was missing before and nothing else changed",)
    return "", ()


def _only_lines(shape: _Shape, added: Sequence[Sentence]) -> bool:
    """Whether nothing differs but that many short lines are new all over the page: it is read better than before."""
    untouched = shape.sentences_lost + shape.sentences_reworded == 0
    return untouched and len(added) >= MANY and shape.gained < LINE * len(added)


def _spliced(before: Version, after: Version) -> bool:
    """Whether the page before had sections twice that are there once now."""
    now = _sections(after)
    return sum(count > 1 and now[title] == 1 for title, count in _sections(before).items()) >= TWICE


def _sections(version: Version) -> Counter[str]:
    """The titles of a text without their numbers."""
    titles = (block.text for block in version.blocks if block.kind is BlockKind.HEADING)
    return Counter(filter(None, (normal(title).lstrip("0123456789. ()") for title in titles)))


def _days(version: Version) -> list[str]:
    """The page's own date lines; a month stands for its first day."""
    return [stamp if dates(stamp) else _MONTH.sub(r"1 \1 \2", stamp) for stamp in stamps(version)]


def _one_subject(old: Counter[str], new: Counter[str]) -> bool:
    """Whether two texts share their words; a short one that was written out at length has kept its own."""
    if _cosine(old, new) >= SUBJECT:
        return True
    kept = sum(count for word, count in old.items() if word in new)
    return new.total() > 2 * old.total() and kept >= KEPT * old.total()


def _damaged(before: Version, after: Version, found: Alignment) -> str:
    """The side on which letters are damaged: in many words, or in most of the sentences that differ."""
    old, new = (len(_GARBLED.findall(version.text)) for version in (before, after))
    if max(old, new) > SLIPS and (new > 3 * old or old > 3 * new):
        return "after" if new > old else "before"
    differing = [*found.added, *(pair.after for pair in found.reworded)]
    if new > old and sum(bool(_GARBLED.search(s.text)) for s in differing) > len(differing) / 2:
        return "after"
    return ""


def language(version: Version) -> str:
    """The language of the running text by its small words, else the version's own tag."""
    tokens = words(version.text[:30_000])
    counts = {code: sum(w in small for w in tokens) for code, small in SMALL_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 0.15 * len(tokens) else version.language[:2]


def _cut_off(whole: Version, part: Version) -> bool:
    """Whether ``part`` ends in the middle of a sentence of ``whole`` that goes on there, and much follows it."""
    if not part.blocks:
        return False
    last = part.blocks[-1]
    if last.kind is BlockKind.HEADING or (_ENDED.search(last.text.rstrip()) and last.kind is not BlockKind.ROW):
        return False
    tail = normal(last.text)[-60:]
    if len(tail) < 12:
        return False
    for number, block in enumerate(whole.blocks):
        form = normal(block.text) if last.text[:12] in block.text else ""
        at = form.find(tail)
        if at >= 0 and (rest := len(form) - at - len(tail)) > 0:
            return rest + sum(len(b.text) for b in whole.blocks[number + 1 :]) > 400
    return False


def _letters(sentences: Iterable[Sentence]) -> int:
    return sum(len(s.text) for s in sentences)


def _letters_of_blocks(version: Version) -> int:
    """Each block's letters once: a document that was read many times over weighs as one."""
    return sum(len(text) for text in {block.text for block in version.blocks})


def _vocabulary(version: Version) -> Counter[str]:
    return Counter(w for w in words(version.text) if len(w) > 3 and w not in ALL_SMALL_WORDS)


def _cosine(one: Counter[str], two: Counter[str]) -> float:
    """How alike two vocabularies are (Bhattacharyya): 1 for the same words in the same shares."""
    shared = sum(math.sqrt(one[w] * two[w]) for w in one if w in two)
    return shared / math.sqrt(max(1, one.total()) * max(1, two.total()))
