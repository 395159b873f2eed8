"""Which watched policies somebody means by an address, a domain or a name. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from bot.model import Policy

_WORDS = re.compile(r"[^\W_]+")
#: What people call documents, in the words of Open Terms Archive's names for them.
_ALIASES = {
    "tos": "terms", "tou": "terms", "eula": "terms", "agb": "terms", "conditions": "terms", "agreement": "terms",
    "termos": "terms", "términos": "terms", "datenschutz": "privacy", "datenschutzerklärung": "privacy",
    "confidentialité": "privacy", "privacidad": "privacy", "privacidade": "privacy", "cookie": "trackers",
    "cookies": "trackers", "rules": "guidelines", "standards": "guidelines",
}  # fmt: skip
#: Words of documents that do not tell one from another.
_GENERIC = frozenset(
    _WORDS.findall("the of and for a an in on at from policy policies notice statement service services use user s")
)


def known(target: str, policies: Collection[Policy]) -> tuple[Policy, ...]:
    """The policies that ``target`` names: one for an address, those of a host or service otherwise; none when unknown.

    Args:
        target: an address, a domain (with or without a document), or a name, as typed.
        policies: those to choose from.
    """
    first, _, document = target.strip().partition(" ")
    place, path = _place(first)
    if path.strip("/"):
        asked = page(first)
        return tuple(policy for policy in policies if page(policy.url) == asked)
    if "." in place:
        return _of_document((p for p in policies if _same_site(host(p.url), place)), _words(document))
    words = _words(target)
    documents = {word for policy in policies for word in _words(policy.document)}
    service = [word for word in words if word not in documents]
    if not service:
        return ()
    named = (policy for policy in policies if _is_called(policy, service))
    return _of_document(named, [word for word in words if word in documents])


def page(address: str) -> str:
    """What all spellings of one page share: no scheme, "www.", fragment, closing slash, or letter case of the host."""
    place, path = _place(address)
    query = _split(address)[1]
    return f"{place}/{path.strip('/')}?{query}"


def host(address: str) -> str:
    """The address's host, lower case, without "www."; "" when there is none."""
    return _place(address)[0]


def bears_name(address: str, service: str) -> bool:
    """Whether a site is called as the service is, or as the first words of it: "Stack Overflow" at stackoverflow.com.

    A page says itself whose policy it is; the name of its site is harder to come by.
    """
    words = [word.casefold() for word in _WORDS.findall(service)]
    names = ("".join(words[: count + 1]) for count in range(len(words)))
    return _site_name(host(address)).replace("-", "") in set(names)


def _place(address: str) -> tuple[str, str]:
    netloc, _, path = _split(address)
    return netloc.rpartition("@")[2].partition(":")[0].casefold().removeprefix("www."), path


def _split(address: str) -> tuple[str, str, str]:
    """Host and port, query and path; an address that cannot be read has none."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
    except ValueError:
        return "", "", ""
    return parts.netloc, parts.query, parts.path


def _same_site(watched: str, asked: str) -> bool:
    """Whether a policy's host is the asked one or below it."""
    return watched == asked or watched.endswith("." + asked)


def _words(text: str) -> list[str]:
    found = (word.casefold() for word in _WORDS.findall(text))
    return [word for word in (_ALIASES.get(word, word) for word in found) if word not in _GENERIC]


def _is_called(policy: Policy, words: list[str]) -> bool:
    """Whether these words name the service: some of its own, the same letters ("stackoverflow"), or its site's name."""
    own = _words(policy.service)
    return set(words) <= set(own) or "".join(words) in {"".join(own), _site_name(host(policy.url))}


def _site_name(name: str) -> str:
    """ "docs.example.com" -> "example", "shop.example.co.uk" -> "example"."""
    labels = name.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in {"ac", "co", "com", "gov", "net", "org"}:
        labels.pop()
    return labels[-1] if labels else ""


def _of_document(policies: Iterable[Policy], words: Collection[str]) -> tuple[Policy, ...]:
    """Those whose document the words name; all where the words name none."""
    found = tuple(policies)
    return tuple(policy for policy in found if set(words) & set(_words(policy.document))) if words else found
