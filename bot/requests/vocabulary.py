"""The words that commands are made of: a file of words/ for each language, English first; `commands` has the grammar.

A file's ``[commands]`` has the phrases that begin a command, its ``[closing]`` those that end one (a German or Dutch
verb at the end of its sentence), its ``[words]`` what stands around them. They are compared without accents and letter
case, as people write on telephones.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.model import CommandKind

#: In the order in which they are tried where two understand a post equally well.
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")
#: Verbs whose slips are understood although they are short, and other phrases of one word from this length on.
OFTEN_MISTYPED = ("watch", "unwatch", "follow", "stop", "list", "status", "last", "help")
LONG = 6

_ACCENTS = dict.fromkeys(range(768, 880))
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def fold(words: str) -> str:
    """Words without accents and letter case."""
    folded = words.casefold().replace("’", "'")
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).translate(_ACCENTS))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, folded."""

    #: What begins a command, and what may end one instead.
    phrases: Mapping[str, CommandKind]
    closing: Mapping[str, CommandKind]
    #: Verbs of everyday talk: they need an address, a domain or a document to be a command ("follow the money").
    everyday: frozenset[str]
    #: What may stand before and after a command; a phrase may be of several words.
    courtesy: frozenset[str]
    #: What may follow a command that needs no object.
    idle: frozenset[str]
    #: What means the link in the post, or in the one above it.
    this: frozenset[str]
    #: What names a document: with it a longer name is an object.
    document: frozenset[str]
    #: What stands around an object without being a part of it.
    around: frozenset[str]
    #: What stands around the object of "why", and of it what asks about something that was told or not told.
    why: frozenset[str]
    telling: frozenset[str]
    #: Everyday words that no bare name holds ("watch out", "last night", "watch your step").
    no_names: frozenset[str]
    #: Where an object ends; also at "and" where one of ``tell`` follows ("and tell me when it changes").
    cut: frozenset[str]
    joining: frozenset[str]
    tell: frozenset[str]
    #: What turns the wish to watch into its opposite, or into "stop" ("nicht mehr").
    negation: frozenset[str]
    no_more: tuple[str, ...]
    #: Articles that are written as one with the name behind them ("l'").
    elided: tuple[str, ...]
    #: What may stand beside a number that answers a choice, and the numbers in words.
    choice: frozenset[str]
    ordinals: tuple[str, ...]


def _read(language: str) -> Words:
    table = tomllib.loads(files("bot.requests").joinpath("words", f"{language}.toml").read_text(encoding="utf-8"))
    words: dict[str, list[str]] = table["words"]

    def all_of(name: str) -> frozenset[str]:
        return frozenset(map(fold, words.get(name, ())))

    return Words(
        phrases=_phrases(table["commands"]),
        closing=_phrases(table.get("closing", {})),
        everyday=all_of("everyday"),
        courtesy=all_of("courtesy"),
        idle=all_of("idle"),
        this=all_of("this"),
        document=all_of("document"),
        around=all_of("around"),
        why=all_of("why"),
        telling=all_of("telling"),
        no_names=all_of("no_names"),
        cut=all_of("cut"),
        joining=all_of("and"),
        tell=all_of("tell"),
        negation=all_of("not"),
        no_more=tuple(map(fold, words.get("no_more", ()))),
        elided=tuple(map(fold, words.get("elided", ()))),
        choice=all_of("choice"),
        ordinals=tuple(map(fold, words["ordinals"])),
    )


def _phrases(table: Mapping[str, Any]) -> dict[str, CommandKind]:
    return {fold(phrase): CommandKind(kind.replace("_", " ")) for kind, some in table.items() for phrase in some}


def _longest(phrases: Iterable[str]) -> int:
    return max((phrase.count(" ") + 1 for phrase in phrases), default=0)


VOCABULARIES = tuple(map(_read, LANGUAGES))
#: In words.
LONGEST_PHRASE = max(_longest([*each.phrases, *each.closing, *each.courtesy]) for each in VOCABULARIES)
#: Courtesy of every language, since "watch zoom.example, merci" is said too; and its single words.
COURTESY = frozenset[str]().union(*(each.courtesy for each in VOCABULARIES))
IDLE = frozenset(word for phrase in COURTESY for word in phrase.split()).union(*(each.idle for each in VOCABULARIES))
DOCUMENT = frozenset[str]().union(*(each.document for each in VOCABULARIES))
ORDINALS = {word: number for each in VOCABULARIES for number, word in enumerate(each.ordinals, 1)}
CHOICE = frozenset[str]().union(*(each.choice for each in VOCABULARIES))


def _slips(word: str) -> Iterator[str]:
    """A letter lost (where five or more make it safe), doubled, or swapped with the next."""
    for n in range(len(word)):
        if len(word) > 4 and n:
            yield word[:n] + word[n + 1 :]
        yield word[: n + 1] + word[n:]
        yield word[:n] + word[n + 1 : n + 2] + word[n : n + 1] + word[n + 2 :]


def _wrong_keys(word: str) -> Iterator[str]:
    """A key beside the right one."""
    if len(word) > 4:
        for n, letter in enumerate(word):
            for beside in _beside(letter):
                yield word[:n] + beside + word[n + 1 :]


def _beside(letter: str) -> str:
    row = next((number for number, row in enumerate(_ROWS) if letter in row), None)
    if row is None:
        return ""
    place = _ROWS[row].index(letter)
    near = ((row, place - 1), (row, place + 1), (row - 1, place), (row - 1, place + 1), (row + 1, place - 1),
            (row + 1, place))  # fmt: skip
    return "".join(_ROWS[r][p] for r, p in near if 0 <= r < len(_ROWS) and 0 <= p < len(_ROWS[r]))


def _mistyped() -> dict[str, str]:
    verbs = {phrase for each in VOCABULARIES for phrase in each.phrases if phrase.isalpha()}
    known = {word for each in VOCABULARIES for some in (each.courtesy, each.around, each.no_names) for word in some}
    long = sorted(word for word in verbs if len(word) >= LONG and word not in OFTEN_MISTYPED)
    slips = {slip: word for word in OFTEN_MISTYPED for slip in _wrong_keys(word)}
    slips |= {slip: word for word in [*long, *OFTEN_MISTYPED] for slip in _slips(word)}
    return {slip: word for slip, word in slips.items() if slip not in known and slip not in verbs}


#: A slip and the word that was meant.
TYPOS = _mistyped()
