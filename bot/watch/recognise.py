"""A page that was read -> whose policy it is and which document, or that it is none. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import httpx
from rapidfuzz import fuzz

from bot.compare.sentences import words
from bot.errors import ExtractError
from bot.model import BlockKind, Policy, Snapshot, Source, Version
from bot.watch.documents import document_type, without_type
from bot.watch.plausible import doubt, language
from bot.watch.site import canonical, host, site_name, site_of
from bot.watch.watchlist import policy_id

#: Fewer words are a stub or a summary.
LEAST_WORDS = 100
#: The least share of words by which a text speaks for one side to the other. Of 635 recorded policies 99 % have more.
LEAST_SPEECH = 0.01
#: A page's title and so many of its headings name it.
FIRST_HEADINGS = 2
#: A policy's title says little beside the document's and the service's names; an article's says what happened.
MOST_OTHER_WORDS = 5
#: A service's name has no more words and letters than this, and is at least so much like its host's (0 to 100):
#: "Bluesky" is like bsky.social, "Snapchat" like snap.com.
MOST_NAME_WORDS = 4
LONGEST_NAME = 60
LEAST_LIKENESS = 60

NO_POLICY = "There is no policy on this page: give the address of the policy itself."

#: Words of one side to the other, by language.
_SPEECH = {
    "de": "wir uns unser unsere unserer unseren unserem sie ihr ihre ihrer ihren ihrem ihnen du dein nutzer nutzern",
    "en": "we our us you your yours shall may must user users",
    "es": "nosotros nuestro nuestra nuestros nuestras usted usuario usuarios su sus tu tus",
    "fr": "nous notre nos vous votre vos utilisateur utilisateurs",
    "it": "noi nostro nostra nostri nostre utente utenti voi vostro vostra tuo tua tuoi suo sua suoi",
    "nl": "wij we ons onze u uw je jouw jij gebruiker gebruikers",
    "pt": "nós nosso nossa nossos nossas você usuário usuários utilizador seu sua seus suas",
}
#: A single person, and several who speak together, by language.
_ALONE = {
    "de": "ich mir mich mein meine meiner meinen meinem",
    "en": "i me my mine",
    "es": "yo mi mis",
    "fr": "je moi mon ma mes",
    "it": "io mio mia miei mie",
    "nl": "ik mij mijn",
    "pt": "eu meu minha meus minhas",
}
_TOGETHER = {
    "de": "wir uns unser unsere unserer unseren unserem",
    "en": "we our us ours",
    "es": "nosotros nuestro nuestra nuestros nuestras",
    "fr": "nous notre nos",
    "it": "noi nostro nostra nostri nostre",
    "nl": "wij we ons onze",
    "pt": "nós nosso nossa nossos nossas",
}
#: Fewer words of a single person are an example or a question ("What are my rights?").
LEAST_ALONE = 5
#: Between a title and the name of its site, and between all parts of a title.
_SITE_PARTS = re.compile(r"\s+[|·•–—»\\-]+\s+|\s*[|»]\s*")
_TITLE_PARTS = re.compile(rf"{_SITE_PARTS.pattern}|\s*:\s+")
#: "[Effective 1 May]" says no more about a document than its text does.
_BRACKETS = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
_NAME_WORD = re.compile(r"\w(?:[\w'’&+-]*\w)?")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that was read and is a policy."""

    url: str
    service: str
    #: As Open Terms Archive names it.
    document: str
    #: The page's own title.
    title: str
    #: BCP 47 tag, or "".
    language: str
    words: int
    #: Whether a single person speaks in it ("my site"), and no organisation.
    personal: bool = False

    def policy(self, source: Source) -> Policy:
        """Ready to be watched."""
        id = policy_id(self.service, self.document)
        return Policy(id, self.service, self.document, self.url, language=self.language, source=source)


def recognise(snapshot: Snapshot, version: Version, hint: str = "") -> Candidate:
    """The policy on a page.

    Args:
        snapshot: The page.
        version: Its text.
        hint: The document that the link to it, or whoever asks for it, says that it is.

    Raises:
        ExtractError: there is none.
    """
    titles = _titles(version)
    # The title names the document, else the link to it or the page's address does.
    named = next((title for title in titles if document_type(title)), "")
    document = document_type(named) or hint or document_type(httpx.URL(snapshot.url).path)
    tokens = words(version.text)
    if doubt(version) or len(tokens) < LEAST_WORDS or not document or not _speaks(tokens, language(version)):
        raise ExtractError(NO_POLICY)
    service = _service([*site_of(snapshot).names, *_title_parts(titles)], snapshot.url)
    if named and not hint and len(words(_beside(named, service))) > MOST_OTHER_WORDS:
        raise ExtractError(NO_POLICY)
    title = named or next(iter(titles), "")
    personal = _personal(tokens, language(version))
    return Candidate(canonical(snapshot.url), service, document, title, version.language, len(tokens), personal)


def _titles(version: Version) -> tuple[str, ...]:
    """What a page calls itself: its title, and the headings that begin it."""
    headings = (block.text for block in version.blocks if block.kind is BlockKind.HEADING)
    return tuple(filter(None, (version.title, *islice(headings, FIRST_HEADINGS))))


def _speaks(tokens: Sequence[str], tag: str) -> bool:
    """Whether a text speaks for one side to the other, as policies do; in a language or script unknown here it may."""
    speech = frozenset(_SPEECH.get(tag, "").split())
    if not speech or sum(map(str.isascii, tokens)) < len(tokens) / 2:
        return True
    return sum(word in speech for word in tokens) >= LEAST_SPEECH * len(tokens)


def _personal(tokens: Sequence[str], tag: str) -> bool:
    """Whether a single person speaks far more often than several together do: in two words at least, since "I" is a
    number too, and "mon" stands in the names of services."""
    one, several = (frozenset(table.get(tag, "").split()) for table in (_ALONE, _TOGETHER))
    alone, together = [word for word in tokens if word in one], [word for word in tokens if word in several]
    return len(alone) >= LEAST_ALONE and len(set(alone)) > 1 and len(alone) > 2 * len(together)


def _beside(title: str, service: str) -> str:
    """What the part of a title that names the document says beside it and the service."""
    parts = _SITE_PARTS.split(_BRACKETS.sub(" ", title))
    part = next(filter(document_type, parts), title)
    return re.sub(rf"(?<!\w){re.escape(service)}(?!\w)", " ", without_type(part), flags=re.IGNORECASE)


# ---- whose policy it is -----------------------------------------------------------------------------------------


def _title_parts(titles: Iterable[str]) -> list[str]:
    """What is left of titles when they are taken apart and the document's own name is gone: names, mostly."""
    return [rest for title in titles for part in _TITLE_PARTS.split(title) if (rest := without_type(part))]


def _service(names: Sequence[str], address: str) -> str:
    """The words by which a page calls its service that are most like the name of its host, else that name itself.

    So no page can call itself after a site that it is not on.
    """
    name = host(address)
    site = site_name(name)
    if not site or site.isdecimal():  # an operator's own network, where hosts say nothing
        return next(iter(names), name)[:LONGEST_NAME]
    spellings = {site, _letters(name[name.rfind(f"{site}.") :])}
    best = max(_runs(names), key=lambda run: _likeness(run, spellings), default="")
    return best if _likeness(best, spellings) >= LEAST_LIKENESS else site.title()


def _runs(names: Iterable[str]) -> Iterator[str]:
    """All runs of a few words in these names, the longer ones of a name first."""
    for name in names:
        found = _NAME_WORD.findall(name[:LONGEST_NAME])
        for length in range(min(len(found), MOST_NAME_WORDS), 0, -1):
            for start in range(len(found) - length + 1):
                yield " ".join(found[start : start + length])


def _likeness(run: str, spellings: Collection[str]) -> float:
    """How much words are like a host's name, 0 to 100; names begin with the same letter."""
    letters = _letters(run)
    return max((fuzz.ratio(letters, site) for site in spellings if letters[:1] == site[:1]), default=0.0)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
