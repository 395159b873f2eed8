"""Invented policies, and what happens to them, in few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import (
    Block,
    BlockKind,
    Change,
    Checked,
    Delivery,
    Edit,
    EditKind,
    Mention,
    Part,
    Policy,
    Quote,
    Snapshot,
    Standing,
    Story,
    StoryKind,
    Validators,
    Verdict,
    Version,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy", language="en")
OTHER = Policy("other/terms", "Other", "Terms of Service", "https://other.example/terms")


def text(*sentences: str, extractor: int = 1, language: str = "en") -> Version:
    blocks = [Block(BlockKind.HEADING, "1. What we do", level=1)]
    blocks += [Block(BlockKind.PARAGRAPH, sentence, linked=0.25) for sentence in sentences]
    return Version(tuple(blocks), "Privacy Policy", language, extractor, ("page is long",))


def page(version: Version, *, at: datetime = NOW, nonce: str = "", etag: str = '"v1"') -> Snapshot:
    markup = "".join(f"<p class='legal-text'>{block.text}</p>\n" for block in version.blocks)
    body = f"<html><meta nonce={nonce!r}><body>{markup}</body></html>".encode("utf-8", "surrogatepass")
    return Snapshot(ACME.url, at, body, "text/html", "utf-8", Validators(etag, "Mon, 02 Mar 2026 09:00:00 GMT"))


def read(
    *sentences: str,
    of: Policy = ACME,
    at: datetime = NOW,
    standing: Standing = Standing.ACCEPTED,
    nonce: str = "",
    etag: str = '"v1"',
    **facts: Any,
) -> Checked:
    """A check that read a new text."""
    version = text(*sentences)
    return Checked(
        of.id,
        at,
        at + HOUR,
        snapshot=page(version, at=at, nonce=nonce, etag=etag),
        version=version,
        standing=standing,
        **facts,
    )


def checked(*, of: Policy = ACME, at: datetime = NOW, **facts: Any) -> Checked:
    """A check that read no new text."""
    return Checked(of.id, at, at + HOUR, **facts)


def story(name: str, *, of: Policy = ACME, at: datetime = NOW, **facts: Any) -> Story:
    edit = Edit(EditKind.ADDED, "2.1", None, f"We now do {name}.", 1.5, ("ai",), ("new right-limiting sentence",))
    quote = Quote(f"We now do {name}.", EditKind.ADDED, "2.1")
    change = Change(
        Verdict.POST, ("new sentence in 2.1",), (edit,), quotes=(quote,), effective=facts.pop("effective", None)
    )
    return Story(name, of, facts.pop("kind", StoryKind.POST), change, at, at + HOUR, "0" * 64, **facts)


def owed(key: str, *, to: str = "bluesky", about: str = "news", number: int = 0, **facts: Any) -> Delivery:
    return Delivery(to, Part(key, number, key.encode()), about, **({"owed_at": NOW} | facts))


def thread(about: str, parts: int, **facts: Any) -> list[Delivery]:
    """A thread of owed parts, each after the one before it: "news.0", "news.1", ..."""
    after = facts.pop("after", "")
    return [
        owed(f"{about}.{n}", about=about, number=n, after=f"{about}.{n - 1}" if n else after, **facts)
        for n in range(parts)
    ]


def mention(number: int = 1, *, author: str = "ada", platform: str = "mastodon", **facts: Any) -> Mention:
    return Mention(
        platform,
        str(number),
        f"https://social.example/{number}",
        f"id-of-{author}",
        author,
        "@bot watch acme.example",
        NOW,
        links=("https://acme.example/privacy",),
        **facts,
    )
