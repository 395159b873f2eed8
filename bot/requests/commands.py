"""What a person may say to the bot: words in, one Command or nothing out. No network, no clock, no disk.

::

    request = [greeting] command [thanks]          on the line that names the bot, after its name (or before it,
                                                   or on the next line, when nothing else stands there)
    command = "watch" what                         also follow, track, monitor, subscribe to, keep an eye on
            | "stop" what                          also unwatch, unfollow, unsubscribe from, stop watching
            | "stop" [everything]                  for ever; also opt out, leave me alone, stop replying
            | "list" [my watches]                  also what am I watching
            | "why" [what]                         why was this told, or why was mine not
            | "status" [of what]                   also do you watch <what>
            | "last" [change of] what              also what changed at <what>
            | "help"                               also what can you do
            | number                               2, number 2, the second one: an answer to a choice
    what    = address | domain [document] | name | this
    address   https://zoom.example/privacy
    domain    zoom.example, zoom.example terms of service
    name      zoom privacy policy, the terms of Zoom; without such a word at most three words, and only
              where the bot is named
    this      this, it, that page, or nothing: the link in the same post, else the link in the post it replies to

The words stand in words/, a file for each language: English, German, French, Spanish, Italian, Portuguese, Dutch. The
language with the longest phrase is the one that is spoken. A word may lack a letter, double one, swap two or hit the
key beside ("wach", "hlep", "wstch"). Lines that begin with ">" or "RT @", code in backticks, a quoted name of the bot
and what is said to others are not heard. Only the first address counts. A post that does not name the bot is a reply to
it, so its first line is heard (Bluesky writes no handle into a reply).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.model import Command, CommandKind
from bot.requests.vocabulary import (
    CHOICE,
    COURTESY,
    DOCUMENT,
    IDLE,
    LONGEST_PHRASE,
    ORDINALS,
    TYPOS,
    VOCABULARIES,
    Words,
    fold,
)

#: Characters of a post; nothing that a person writes to a bot is longer.
LONGEST = 20_000

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_NO_INVISIBLE = str.maketrans("", "", _INVISIBLE)
_OPENING = "\"'“”„‘«‹"
_EDGES = ".,;:!?…¡¿/()[]{}<>’»›*_~" + _OPENING
#: What only quotes others.
_QUOTED = (">", "＞", "RT @")
#: Signs that no name of a company holds, but code and other tricks do.
_NO_NAME = frozenset("@#$%^*=|\\/<>{}[]();:")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,62}\.)){1,8}[^\W\d_][\w-]{1,30}")


def parse(text: str, handle: str, links: Sequence[str] = (), parent_links: Sequence[str] = ()) -> Command | None:
    """The one command in a post, or None: no answer.

    Args:
        text: the post's words as a reader sees them, any length; never raises, linear in its length.
        handle: the bot's own handle, with or without "@"; with its server where the platform has servers
            ("smallprint@social.example"), so that a namesake elsewhere is somebody else.
        links: addresses that the platform itself marked in the post: whole where the words show a shortened one.
        parent_links: the same of the post that this one replies to.
    """
    if not handle.strip("@ ") or len(text) > LONGEST:
        return None
    heard = _addressed(text, handle.strip("@ ").casefold())
    return next(filter(None, (_understand(said, links, parent_links) for said in heard)), None)


# ---- who is spoken to --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """Words that are said to the bot, with the line below them."""

    words: list[str]
    below: list[str]
    #: Whether the bot was named, or is only replied to.
    named: bool = True


def _addressed(text: str, handle: str) -> Iterator[_Said]:
    """What is said to the bot, in order."""
    names = {handle, handle.split("@")[0]}
    lines = [words for line in _own_lines(text) if (words := _spoken(line))]
    named = False
    for number, line in enumerate(lines):
        places = [place for place, word in enumerate(line) if _is_name(word, names)]
        below = lines[number + 1] if number + 1 < len(lines) else []
        for place, begin, end in zip(places, [0, *(p + 1 for p in places)], [*places[1:], len(line)], strict=False):
            named = True
            after = _without_handles(line[place + 1 : end])
            if any(_plain(word) not in COURTESY for word in after):
                yield _Said(after, below if end == len(line) else [])
            elif begin < place:
                yield _Said(line[begin:place], [])
            elif end == len(line):
                yield _Said(below, lines[number + 2] if number + 2 < len(lines) else [])
    if not named and lines and f"@{handle.split('@')[0]}" not in text.casefold():
        yield _Said(lines[0], lines[1] if len(lines) > 1 else [], named=False)


def _own_lines(text: str) -> Iterator[str]:
    """The lines that are the writer's own words: no quotes, no code."""
    fenced = False
    for line in text.splitlines():
        start = line.lstrip(_INVISIBLE + " \t")
        if start.startswith("```"):
            fenced = not fenced
        elif not fenced and not start.startswith(_QUOTED):
            pieces = re.split("`+", line)
            # A backtick without a partner is a slip, not code.
            last = [pieces.pop()] if len(pieces) % 2 == 0 else []
            yield " ".join(pieces[::2] + last)


def _spoken(line: str) -> list[str]:
    """Words with at least one letter or digit: no lone emoji, dashes or bullets.

    Invisible characters go: platforms and copying put them around handles and into domains. An address keeps them, so
    that the gate sees what was sent.
    """
    words = (word if "://" in word else word.translate(_NO_INVISIBLE) for word in line.split())
    return [word for word in words if any(map(str.isalnum, word))]


def _is_name(word: str, names: set[str]) -> bool:
    """Whether this is the bot's handle, spoken rather than quoted."""
    handle = word.strip(_EDGES.replace("_", "")).casefold()
    return word[0] not in _OPENING and handle[:1] == "@" and handle[1:] in names


def _without_handles(words: list[str]) -> list[str]:
    """Handles of others between the bot's name and the command: platforms list everybody in a thread first."""
    start = next((n for n, word in enumerate(words) if not word.startswith("@")), len(words))
    return words[start:]


# ---- what is said -----------------------------------------------------------------------------------------------


def _understand(said: _Said, links: Sequence[str], parent_links: Sequence[str]) -> Command | None:
    """The command at the beginning of what is said, after any greeting, or at its end where a language has it so."""
    plain = [_plain(word) for word in said.words]
    start, begun = 0, _begun(plain, 0)
    while length := _match(plain, start, COURTESY):
        if begun and begun[0].end >= start + length:
            break  # what is a courtesy in one language may begin a command in another
        start += length
        begun = _begun(plain, start)
    if number := _number(plain[start:]):
        return Command(CommandKind.CHOOSE, str(number))
    for verb in begun:
        if command := _command(verb, said.words[verb.end :], said, links, parent_links):
            return command
    closed = _closed(said.words, plain, start)
    return _command(*closed, said, links, parent_links) if closed else None


def _number(plain: Sequence[str]) -> int:
    """The number that these words are and nothing else: "2", "number 2", "the second one"; 0 for none."""
    rest = [word for word in plain if word not in CHOICE and word not in COURTESY]
    word = rest[0].lstrip("#") if len(rest) == 1 else ""
    return int(word) if word in set("123456789") else ORDINALS.get(word, 0)


@dataclass(frozen=True, slots=True)
class _Verb:
    """A phrase that is a command, and where it ends."""

    kind: CommandKind
    #: Its first word.
    word: str
    words: Words
    end: int


def _begun(plain: list[str], start: int) -> list[_Verb]:
    """The commands that begin there, in each language that has one: the longest phrase first."""
    found = []
    for words in VOCABULARIES:
        length = _match(plain, start, words.phrases)
        if length:
            phrase = " ".join(plain[start : start + length])
            found.append(_Verb(words.phrases[phrase], plain[start], words, start + length))
    if not found and start < len(plain) and plain[start] in TYPOS:
        meant = TYPOS[plain[start]]
        found = [_Verb(each.phrases[meant], meant, each, start + 1) for each in VOCABULARIES if meant in each.phrases]
    return sorted(found, key=lambda verb: -verb.end)


def _closed(spoken: list[str], plain: list[str], start: int) -> tuple[_Verb, list[str]] | None:
    """The command that ends the sentence, and what stands before it ("... bitte beobachten")."""
    end = len(plain)
    while end > start and plain[end - 1] in COURTESY:
        end -= 1
    for words in VOCABULARIES:
        for length in range(min(LONGEST_PHRASE, end - start - 1) if words.closing else 0, 0, -1):
            phrase = " ".join(plain[end - length : end])
            if phrase in words.closing:
                return _Verb(words.closing[phrase], phrase, words, end), spoken[start : end - length]
    return None


def _command(
    verb: _Verb, rest: list[str], said: _Said, links: Sequence[str], parent_links: Sequence[str]
) -> Command | None:
    """What a verb and the words after it ask for."""
    kind, words = verb.kind, verb.words
    idle = all(_plain(word) in IDLE for word in rest)
    if kind in {CommandKind.LIST, CommandKind.HELP, CommandKind.STOP_ALL}:
        return Command(kind) if idle else None
    if kind is CommandKind.STOP and idle:
        return Command(CommandKind.STOP_ALL)
    if kind is CommandKind.WATCH:
        rest = rest or said.below
        sentence = " ".join(_plain(word) for word in _until_cut(rest, words))
        if any(f" {more} " in f" {sentence} " for more in words.no_more):
            kind = CommandKind.STOP
        elif not words.negation.isdisjoint(sentence.split()):
            return None
    everyday = verb.word in words.everyday
    target = _what(kind, rest, words, links, parent_links, bare=said.named and not everyday)
    return None if target is None or (everyday and not target) else Command(kind, target)


def _what(
    kind: CommandKind,
    rest: list[str],
    words: Words,
    links: Sequence[str],
    parent_links: Sequence[str],
    *,
    bare: bool,
) -> str | None:
    """The object as typed; "" when it is "this" and nothing is linked; None when the words are no object."""
    around = words.around | words.courtesy | words.negation.union(*map(str.split, words.no_more))
    others = words.no_names - words.this
    if kind is CommandKind.WHY:
        around, others = around | words.why, others - words.why
    name = _trimmed(_until_cut(rest, words), around, words.elided)
    plain = [_plain(word) for word in name]
    if plain[0] in others if plain else any(_plain(word) in others for word in rest):
        return None
    if address := next(filter(None, map(_address, rest)), ""):
        document = _trimmed([word for word in name if not _address(word)], around, words.elided)
        if _DOMAIN.fullmatch(address) and any(_plain(word) in DOCUMENT for word in document):
            return " ".join([address, *(word.strip(_EDGES).casefold() for word in document)])
        return _whole(address, links)
    if all(word in words.this or word in DOCUMENT or word in around for word in plain):
        return next(iter([*links, *parent_links]), "")
    if kind is CommandKind.WHY:
        bare = bare and any(_plain(word) in words.telling for word in rest)
    short_name = bare and len(name) <= 3 and words.no_names.isdisjoint(plain)
    if short_name or (len(name) <= 8 and not DOCUMENT.isdisjoint(plain)):
        return " ".join(word.strip(_EDGES) for word in name) if all(map(_NO_NAME.isdisjoint, plain)) else None
    return None


def _plain(word: str) -> str:
    return fold(word.strip(_EDGES))


def _match(plain: list[str], start: int, phrases: Collection[str]) -> int:
    """How many words from ``start`` on are the longest of these phrases; 0 for none."""
    for length in range(min(LONGEST_PHRASE, len(plain) - start), 0, -1):
        if " ".join(plain[start : start + length]) in phrases:
            return length
    return 0


def _until_cut(spoken: list[str], words: Words) -> list[str]:
    """The words up to the end of the sentence, a handle, a hashtag, or a word that begins something else."""
    for number, word in enumerate(spoken):
        following = _plain(spoken[number + 1]) if number + 1 < len(spoken) else ""
        told = _plain(word) in words.joining and following in words.tell
        if word[0] in "@#" or _plain(word) in words.cut or told:
            return spoken[:number]
        if word[-1] in ".,;!?…":
            return spoken[: number + 1]
    return spoken


def _trimmed(spoken: list[str], around: Collection[str], elided: Collection[str] = ()) -> list[str]:
    """The words without what stands around an object on either side."""
    inner = [number for number, word in enumerate(spoken) if _plain(word) not in around]
    kept = spoken[inner[0] : inner[-1] + 1] if inner else []
    for article in elided:
        if kept and _plain(kept[0]).startswith(article):
            kept = [kept[0].strip(_EDGES)[len(article) :], *kept[1:]]
    return [word for word in kept if word]


def _address(word: str) -> str:
    """The address in a word, as typed; "" when it holds none. Handles and e-mail addresses are none."""
    colon = word.find("://")
    if colon < 0:
        bare = _end(word.lstrip("(<[" + _OPENING)).removesuffix("'s").removesuffix("’s")
        return bare if _DOMAIN.fullmatch(re.split(r"[/?#:]", bare, maxsplit=1)[0]) else ""
    begin = colon
    while begin > 0 and colon - begin < 20 and (word[begin - 1].isalnum() or word[begin - 1] in "+.-"):
        begin -= 1
    return _end(re.split(r"[<>\"“”«»]|\]\(", word[begin:], maxsplit=1)[0])


def _end(address: str) -> str:
    """An address without the punctuation of the sentence around it; a bracket stays where it was opened inside."""
    end = len(address)
    spare = {closing: address.count(closing) - address.count(opening) for opening, closing in ("()", "[]", "<>")}
    while end:
        last = address[end - 1]
        if spare.get(last, 0) > 0:
            spare[last] -= 1
        elif last not in ".,;:!?…'’”»\"":
            break
        end -= 1
    return address[:end]


def _whole(address: str, links: Sequence[str]) -> str:
    """The platform's own form of an address that the words show shortened (t.co/…, example.com/priv...)."""
    typed = _without_scheme(address)
    shown = next((link for link in links if _without_scheme(link).startswith(typed)), "")
    if not shown and links and typed.startswith("t.co/"):
        return links[0]
    return shown or address


def _without_scheme(address: str) -> str:
    return address.casefold().partition("://")[2] or address.casefold()
