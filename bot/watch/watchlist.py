"""The watch list: TOML -> policies. The bot's own list stands beside this file in watchlist.toml.

An operator's list has the same form, a table a policy::

    [[policy]]
    service = "Example"                       # the company or product, as people call it
    document = "Privacy Policy"               # as Open Terms Archive names documents
    url = "https://example.com/privacy"
    select = ["main"]                         # optional: CSS of the policy text, where it is not found without
    remove = [".banner"]                      # optional: CSS of what to leave out
    language = "en"                           # optional: BCP 47, to ask for
    renderer = "browser"                      # optional: for a page that is filled by script; see [renderer]
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import httpx

from bot.errors import ConfigError
from bot.model import Policy, Source

#: Longer slugs are cut: services are named by pages, too.
LONGEST_SLUG = 48
#: BCP 47 as far as it is used on the web: "en", "pt-BR", "zh-Hant".
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

_REQUIRED = ("service", "document", "url")
_KEYS = (*_REQUIRED, "select", "remove", "language", "renderer")


def default() -> tuple[Policy, ...]:
    """The list that the bot ships with."""
    text = (files("bot.watch") / "watchlist.toml").read_text(encoding="utf-8")
    return load(text, source=Source.LIST, about="the default watch list")


def load(text: str, *, source: Source, about: str) -> tuple[Policy, ...]:
    """The policies of one list, in its order.

    Args:
        text: TOML.
        source: Who put them on the list.
        about: Where the text came from, for what is said about mistakes in it.

    Raises:
        ConfigError: names the first entry that cannot be used, what is wrong with it and what to write instead.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{about} is not valid TOML: {error}. Mend that line and try again.", about=about) from error
    entries = table.get("policy", [])
    if table.keys() - {"policy"} or not isinstance(entries, list) or not all(isinstance(e, Mapping) for e in entries):
        raise ConfigError(f"{about}: a watch list holds [[policy]] tables and nothing else.", about=about)
    policies: dict[str, Policy] = {}
    for number, entry in enumerate(entries, 1):
        try:
            policy = _policy(entry, source)
        except ValueError as error:
            raise ConfigError(f"{about}: entry {number}{_called(entry)}: {error}.", about=about) from None
        if policy.id in policies:
            raise ConfigError(
                f"{about}: entry {number}{_called(entry)} has the same service and document as an earlier one: remove "
                "one of them, or name one differently.",
                about=about,
            )
        policies[policy.id] = policy
    return tuple(policies.values())


def policy_id(service: str, document: str) -> str:
    """ "Stack Overflow", "Terms of Service" -> "stack-overflow/terms-of-service"."""
    return f"{_slug(service)}/{_slug(document)}"


def _policy(entry: Mapping[str, Any], source: Source) -> Policy:
    """Raises ValueError: what is wrong with the entry."""
    if unknown := sorted(entry.keys() - set(_KEYS)):
        raise ValueError(f"unknown key “{unknown[0]}” (there are {', '.join(_KEYS)})")
    if missing := [key for key in _REQUIRED if key not in entry]:
        raise ValueError(f"“{missing[0]}” is missing")
    service, document, url = (_text(entry, key) for key in _REQUIRED)
    language = _text(entry, "language") if "language" in entry else ""
    if not _is_address(url):
        raise ValueError("“url” is no address: write it in full, like https://example.com/privacy")
    if language and not LANGUAGE.fullmatch(language):
        raise ValueError("“language” is no language tag: write one like “en” or “pt-BR”")
    if entry.get("renderer", "browser") != "browser":
        raise ValueError("“renderer” must be “browser”, or left out")
    select, remove = (_selectors(entry, key) for key in ("select", "remove"))
    return Policy(
        policy_id(service, document),
        service,
        document,
        url,
        select,
        remove,
        language,
        source,
        renderer=entry.get("renderer", ""),
    )


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"“{key}” must be a line of text")
    return value.strip()


def _selectors(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(selector, str) for selector in value):
        raise ValueError(f"“{key}” must be a list of CSS selectors, like [“main”]")
    for selector in value:
        if not _is_css(selector):
            raise ValueError(f"“{key}” holds something that is no CSS selector: {selector!r}")
    return tuple(value)


def _is_css(selector: str) -> bool:
    # Few lists have selectors, and the parser is not small.
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        LexborHTMLParser("<p>").css(selector)
    except SelectolaxError:
        return False
    return bool(selector.strip())


def _is_address(url: str) -> bool:
    """Whether it is a web address in form; which addresses may be read is the gate's to say."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host)


def _called(entry: Mapping[str, Any]) -> str:
    """ " (Example Privacy Policy)", as far as it says."""
    words = [entry[key] for key in ("service", "document") if isinstance(entry.get(key), str)]
    return f" ({' '.join(words)[:80]})" if words else ""


def _slug(name: str) -> str:
    """Fit for addresses and file names. A name without Latin letters or digits gets its digest instead."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only)[:LONGEST_SLUG].strip("-")
    return slug or hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
