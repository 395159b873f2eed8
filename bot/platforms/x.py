"""X, by its API version 2 and tweepy: posts, reading back, mentions.

What differs here (X's docs, November 2026): text is weighted, 280 at most, and any address counts 23; there is no
idempotency key, and a duplicate text is a 403 that does not name the post; a self-serve account may reply only to
somebody who mentioned it, so a post stands alone, and a follow-up quotes the post it belongs to.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import regex

from bot.errors import ConfigError, PlatformError, PlatformFailure
from bot.model import Mention, Part, Post, Receipt
from bot.platforms.outcome import understood
from bot.ports import PlatformSetup
from bot.write.inert import inert, visible

if TYPE_CHECKING:
    import tweepy

    from bot.platforms.outcome import Purpose
    from bot.platforms.wire import Wire

T = TypeVar("T")

API = "https://api.x.com"
#: The host that tweepy addresses, whatever it is told.
TWEEPYS_HOST = "https://api.twitter.com"
SECRETS = (
    "SMALLPRINT_X_CONSUMER_KEY",
    "SMALLPRINT_X_CONSUMER_SECRET",
    "SMALLPRINT_X_ACCESS_TOKEN",
    "SMALLPRINT_X_ACCESS_TOKEN_SECRET",
)
#: What any address counts.
ADDRESS = 23
#: Characters that count 2 (twitter-text's configuration, version 3).
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_EMOJI = regex.compile(r"[\p{Emoji}--[0-9#*]]|\u20e3", regex.V1)
#: How far clocks may differ when a post is looked for by its time.
CLOCKS_DIFFER = timedelta(days=1)
#: What is remembered once X has refused to tie a post to another one of ours.
ALONE = "alone"
#: The first `mentions` of an account that nobody has mentioned yet: from the beginning.
BEGINNING = "1"


class X:
    """One account on X, signed in by its OAuth 1.0a user keys."""

    id = "x"
    limit = 280
    wants_link = True
    options: ClassVar[dict[str, type]] = {"api": str, "handle": str, "threads": bool}

    def __init__(self, setup: PlatformSetup) -> None:
        self._setup = setup
        self._api = str(setup.options.get("api", API)).rstrip("/")
        if not self._api.startswith(("https://", "http://")):
            raise ConfigError(f"[platforms.x] api must be an address such as {API}, not “{self._api}”.", about=self.id)
        self._stand_alone(setup.recall() == ALONE)

    def _stand_alone(self, alone: bool) -> None:
        """Whether posts are tied to others of ours (replies in a thread, quotes in follow-ups) or not any more."""
        self._alone = alone
        self.threads = bool(self._setup.options.get("threads", False)) and not alone

    # ---- words --------------------------------------------------------------------------------------------------

    def length(self, text: str) -> int:
        """X's weighted length: 1 for most scripts, 2 for CJK and emoji, 23 for any address.

        As `parse_tweet` of twitter-text-parser counts; it looks for emoji a millisecond long, so only where one may be.
        """
        from twitter_text import extract_urls_with_indices, parse_tweet

        if _EMOJI.search(text):
            return int(parse_tweet(text).weightedLength)
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
        for found in reversed(extract_urls_with_indices(text)):
            start, end = found["indices"]
            text = text[:start] + "x" * ADDRESS + text[end:]
        return len(text) + len(_HEAVY.findall(text))

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        """Inert words, and how each part is tied to another post: "answer", "reply", "quote", or "" (stands alone)."""
        keep = [post.link, f"@{post.mention}" if post.mention else ""]
        parts = []
        for number, words in enumerate(post.parts):
            text = inert(words, keep)
            if not 0 < (length := self.length(text)) <= self.limit:
                raise PlatformError(
                    PlatformFailure.REJECTED,
                    f"Part {number + 1} of {post.key} counts {length}; X allows 1 to {self.limit}: shorten its "
                    "template.",
                    about=post.key,
                )
            tie = "answer" if post.mention else "reply" if number else "quote" if post.follow_up else ""
            frozen = {"at": at.isoformat(), "text": text, "tie": tie}
            parts.append(Part(f"{post.key}.{number}", number, json.dumps(frozen, sort_keys=True).encode()))
        return parts

    # ---- publishing and reading back ----------------------------------------------------------------------------

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        """POST /2/tweets, once."""
        frozen = json.loads(part.payload)
        tie = frozen["tie"]
        if tie == "answer" and parent is None:
            raise PlatformError(PlatformFailure.REJECTED, f"{part.key} answers nobody: discard it.", about=part.key)
        fields = {"text": frozen["text"]}
        if parent and (tie == "answer" or (tie == "reply" and not self._alone)):
            fields["in_reply_to_tweet_id"] = parent.id
        elif parent and tie == "quote" and not self._alone:
            fields["quote_tweet_id"] = (root or parent).id

        return await self._ask(
            "write",
            lambda x: _receipt(x.create_tweet(**fields, user_auth=True)["data"]["id"]),
            lambda wire: self._refused_post(wire, part, answer=tie == "answer", tied=len(fields) > 1),
        )

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        """Look for the words in the account's own posts since the part was frozen, as X shows them back, and not under
        another post than this one's parent."""
        frozen = json.loads(part.payload)
        since = datetime.fromisoformat(frozen["at"]) - CLOCKS_DIFFER
        fields = {"start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "exclude": "retweets", "post.fields": "entities"}
        wanted = _recognisable(frozen["text"])
        async for page in self._pages("tweets", "read back", fields | {"expansions": "referenced_posts"}):
            with understood("X", "read back"):
                for post in page.get("data", ()):
                    if _recognisable(_as_typed(post)) == wanted and _may_be_under(post, parent):
                        return _receipt(post["id"])
        return None

    async def check(self) -> str:
        """The account of the keys. Forgets that X once refused to tie posts, so that it is tried again."""

        def read(x: tweepy.Client) -> tuple[str, str]:
            answer = x.request("GET", "/2/users/me", user_auth=True)
            return answer.json()["data"]["username"], answer.headers.get("x-access-level", "")

        handle, access = await self._ask("read", read)
        if access == "read":
            raise PlatformError(
                PlatformFailure.PAUSED,
                "The keys for X may only read: give the app “Read and write” permission, then make new access tokens.",
                about=self.id,
            )
        self._setup.remember("")
        self._stand_alone(False)
        return f"posts as @{handle}"

    async def aclose(self) -> None:
        """Nothing to give back: each request has a connection of its own."""

    # ---- mentions -----------------------------------------------------------------------------------------------

    async def mentions(self, cursor: str) -> tuple[Sequence[Mention], str]:
        """Who mentioned the account after ``cursor`` (a post id)."""
        if not cursor:
            latest = await anext(self._pages("mentions", "read", {"max_results": "5"}))
            with understood("X", "read"):
                return (), latest["meta"].get("newest_id", BEGINNING)
        fields = {
            "since_id": cursor,
            "post.fields": "created_at,entities,note_post",
            "expansions": "author_id,referenced_posts",
            "user.fields": "description,username",
        }
        found: list[Mention] = []
        newest = int(cursor)
        async for page in self._pages("mentions", "read", fields):
            with understood("X", "read"):
                for post in page.get("data", ()):
                    newest = max(newest, int(post["id"]))
                    if mention := _mention(post, page.get("includes", {})):
                        found.append(mention)
        own = self._secrets()[2].partition("-")[0]
        return sorted((m for m in found if m.author_id != own), key=lambda m: int(m.id)), str(newest)

    # ---- asking X -----------------------------------------------------------------------------------------------

    def _secrets(self) -> list[str]:
        """The four keys, or what is missing."""
        values = [self._setup.secret(name) for name in SECRETS]
        missing = [name for name, value in zip(SECRETS, values, strict=True) if not value]
        if missing:
            raise PlatformError(
                PlatformFailure.PAUSED, f"X cannot be used: set {', '.join(missing)} in the environment.", about=self.id
            )
        if not values[2].partition("-")[0].isdigit():
            raise PlatformError(
                PlatformFailure.PAUSED,
                f"{SECRETS[2]} is no access token of OAuth 1.0a: those begin with the account's number and a dash.",
                about=self.id,
            )
        return values

    async def _ask(
        self,
        purpose: Purpose,
        call: Callable[[tweepy.Client], T],
        refused: Callable[[Wire], PlatformError | None] | None = None,
    ) -> T:
        """One request through tweepy, on a session of ours that knows the host, the time-out and what was sent."""
        import tweepy

        from bot.platforms.wire import Wire

        secrets = self._secrets()
        client = tweepy.Client(None, *secrets, return_type=dict)
        client.session = wire = Wire("X", secrets, instead_of=TWEEPYS_HOST, base=self._api)
        return await wire.ask(purpose, lambda: call(client), refused or _refused)

    async def _pages(self, what: str, purpose: Purpose, fields: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        """A user's "tweets" or "mentions", newest first. (tweepy's own methods ask for fields by their old names.)"""
        route = f"/2/users/{self._secrets()[2].partition('-')[0]}/{what}"
        asked = {"max_results": "100", **fields}
        while True:
            page: dict[str, Any] = await self._ask(
                purpose, lambda x: x.request("GET", route, params=asked, user_auth=True).json() | {}
            )
            yield page
            with understood("X", purpose):
                token = page.get("meta", {}).get("next_token")
            if not token or token == asked.get("pagination_token"):
                return
            asked["pagination_token"] = token

    def _refused_post(self, wire: Wire, part: Part, *, answer: bool, tied: bool) -> PlatformError | None:
        """What X's refusal of a post means: a 403 says in words whether it is the post, its tie or the account."""
        words = wire.words()
        if wire.status != 403 or _ACCOUNT_TROUBLE.search(wire.text()):
            return _refused(wire)
        if "duplicate" in words.lower():
            kind, sentence = PlatformFailure.UNKNOWN, "X has a post with these words already ({}): it is looked for."
        elif _WORDS_TROUBLE.search(words):
            kind, sentence = PlatformFailure.REJECTED, "X does not accept the words ({}): discard the post."
        elif answer:
            kind, sentence = PlatformFailure.REJECTED, "X does not let the bot answer there ({}): discard the answer."
        elif tied:
            self._stand_alone(True)
            self._setup.remember(ALONE)
            kind, sentence = PlatformFailure.TRY_AGAIN, "X refuses to tie posts ({}): from now on each stands alone."
        else:
            return _refused(wire)
        return PlatformError(kind, sentence.format(words), about=part.key)


#: Refusals that are about the account or the app, and those that are about the words, however the post is tied.
_ACCOUNT_TROUBLE = re.compile(r"suspended|locked|client-forbidden|oauth1-permissions|not enrolled", re.IGNORECASE)
_WORDS_TROUBLE = re.compile(r"too long|shorter|cashtag", re.IGNORECASE)


def _refused(wire: Wire) -> PlatformError | None:
    """Where an operator must act, whatever was asked."""
    sentence = {
        401: "X does not accept the keys ({}): make new ones, and check that this machine's clock is right.",
        402: "The X account has no credit left ({}): add some in X's developer console.",
        403: "X forbids this account to go on ({}): look at the account and the app's permissions on X.",
    }.get(wire.status)
    return PlatformError(PlatformFailure.PAUSED, sentence.format(wire.words()), about="x") if sentence else None


def _receipt(post_id: str) -> Receipt:
    return Receipt(id=post_id, url=f"https://x.com/i/status/{post_id}")


def _as_typed(post: Mapping[str, Any]) -> str:
    """A post's words as they were written: X shortens addresses, appends that of a quoted post, and escapes "&<>"."""
    quoted = [other["id"] for other in post.get("referenced_posts", ()) if other["type"] == "quoted"]
    text = html.unescape(post["text"])
    for url in post.get("entities", {}).get("urls") or ():
        whole = url.get("expanded_url") or url["url"]
        text = text.replace(url["url"], "" if any(f"/status/{id}" in whole for id in quoted) else whole)
    return text


def _may_be_under(post: Mapping[str, Any], parent: Receipt | None) -> bool:
    """Whether a post is no reply to another one than ``parent``: answers to two people may have the same words."""
    above = [other["id"] for other in post.get("referenced_posts", ()) if other["type"] == "replied_to"]
    return parent is None or not above or above == [parent.id]


def _recognisable(text: str) -> str:
    """Words without what X may add or drop: leading handles, invisible characters, an address's last slash."""
    return re.sub(r"/(?=\s|$)", "", visible(re.sub(r"^(?:\s*@\w+)+\s", "", text)))


def _mention(post: Mapping[str, Any], includes: Mapping[str, Any]) -> Mention | None:
    """A post as a mention; None for a retweet, and where the author is gone."""
    others = {other["id"]: other["type"] for other in post.get("referenced_posts", ())}
    author = next((user for user in includes.get("users", ()) if user["id"] == post.get("author_id")), None)
    if author is None or "retweeted" in others.values():
        return None
    whole = {**post, **post.get("note_post", {})}
    parents = [other for other in includes.get("posts", ()) if other["id"] in others]
    return Mention(
        platform="x",
        id=post["id"],
        url=f"https://x.com/{author['username']}/status/{post['id']}",
        author_id=author["id"],
        author=author["username"],
        text=_as_typed(whole),
        at=datetime.fromisoformat(post["created_at"]),
        links=_links(whole),
        parent_links=tuple(link for parent in parents for link in _links(parent)),
        author_opted_out="#nobot" in author.get("description", "").lower(),
    )


def _links(post: Mapping[str, Any]) -> tuple[str, ...]:
    urls = post.get("entities", {}).get("urls") or ()
    return tuple(url["expanded_url"] for url in urls if url.get("expanded_url"))
