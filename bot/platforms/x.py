"""X, by its API version 2 and tweepy: posts, reading back, mentions.

What differs here (X's docs, November 2026): text is weighted, 280 at most, and any address counts 23; there is no
idempotency key, and a duplicate text is a 403 that does not name the post; a self-serve account may reply only to
somebody who mentioned it, so a post stands alone, and a follow-up quotes the post it belongs to.
"""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import regex

from bot.errors import ConfigError, PlatformError, PlatformFailure
from bot.model import Mention, Part, Post, Receipt, Shape
from bot.platforms import picture
from bot.platforms.outcome import understood
from bot.ports import Frame, OwnPost, PlatformSetup
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
#: How many posts X looks up at once.
LOOKED_UP = 100
#: What a post costs (X's price list, February 2026), in millionths of a dollar: one without an address, one with, an
#: answer to somebody who asked. Who is charged less than this has spent less than is counted.
POST, POST_WITH_ADDRESS, ANSWER = 15_000, 200_000, 10_000
#: Where the one link of a story goes; with "none" its address stands in the picture and the profile.
LINK_PLACES = ("first", "last", "none")
#: The first `mentions` of an account that nobody has mentioned yet: from the beginning.
BEGINNING = "1"


class X:
    """One account on X, signed in by its OAuth 1.0a user keys."""

    id = "x"
    limit = 280
    #: A phone shows a picture whole up to this height. (X's docs: an image of 5 MB, an alt text of 1000.)
    frame = Frame(Shape.PORTRAIT, most_bytes=5_000_000, most_alt=1_000)
    options: ClassVar[dict[str, type]] = {
        "api": str,
        "budget_dollars": float,
        "handle": str,
        "link": str,
        "threads": bool,
    }

    def __init__(self, setup: PlatformSetup, wire: Callable[..., Wire] | None = None) -> None:
        self._setup = setup
        #: Makes the session of one request; None: `wire.Wire`, which is imported where something is asked.
        self._wire = wire
        self._api = str(setup.options.get("api", API)).rstrip("/")
        if not self._api.startswith(("https://", "http://")):
            raise ConfigError(f"[platforms.x] api must be an address such as {API}, not “{self._api}”.", about=self.id)
        place = str(setup.options.get("link", "first"))
        if place not in LINK_PLACES:
            raise ConfigError(
                f"[platforms.x] link must be one of {', '.join(LINK_PLACES)}, not “{place}”.", about=self.id
            )
        self.wants_link = place != "none"
        #: Whether the link stands at the end of a thread.
        self.link_last = place == "last"
        dollars = setup.options.get("budget_dollars")
        if dollars is not None and not 0 <= float(dollars) < 1_000_000:
            raise ConfigError(
                f"[platforms.x] budget_dollars must be an amount from 0 on, not {dollars}.", about=self.id
            )
        self.budget: int | None = None if dollars is None else int(float(dollars) * 1_000_000)
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
            frozen: dict[str, Any] = {"at": at.isoformat(), "text": text, "tie": tie}
            shown = post.picture if number == 0 else None
            if shown:
                frozen["picture"] = picture.frozen(shown)
            payload = json.dumps(frozen, sort_keys=True).encode()
            parts.append(Part(f"{post.key}.{number}", number, payload, shown.png if shown else b""))
        return parts

    def words(self, part: Part) -> str:
        """As they were frozen."""
        return str(json.loads(part.payload)["text"])

    def price(self, part: Part) -> int:
        """By its words, and whether it answers somebody."""
        frozen = json.loads(part.payload)
        return _price(frozen["text"], answer=frozen["tie"] == "answer")

    # ---- publishing and reading back ----------------------------------------------------------------------------

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        """POST /2/tweets, once; its picture is there by then."""
        frozen = json.loads(part.payload)
        tie = frozen["tie"]
        if tie == "answer" and parent is None:
            raise PlatformError(PlatformFailure.REJECTED, f"{part.key} answers nobody: discard it.", about=part.key)
        fields: dict[str, Any] = {"text": frozen["text"]}
        if parent and (tie == "answer" or (tie == "reply" and not self._alone)):
            fields["in_reply_to_tweet_id"] = parent.id
        elif parent and tie == "quote" and not self._alone:
            fields["quote_tweet_id"] = (root or parent).id
        tied = len(fields) > 1
        if shown := frozen.get("picture"):
            fields["media_ids"] = [await self._upload(picture.taken(part, shown), shown["alt"])]

        return await self._ask(
            "write",
            lambda x: _receipt(x.create_tweet(**fields, user_auth=True)["data"]["id"]),
            lambda wire: self._refused_post(wire, part, answer=tie == "answer", tied=tied),
        )

    async def _upload(self, png: bytes, alt: str) -> str:
        """POST /2/media/upload and /2/media/metadata: the id of a picture with its alt text. That publishes nothing, so
        it may be done again. (tweepy's own methods go to the endpoints that X has retired.)"""
        upload = {"media": base64.b64encode(png).decode(), "media_category": "tweet_image"}
        media = await self._send_json("/2/media/upload", upload)
        with understood("X", "read"):
            media_id = str(media["data"]["id"])
        await self._send_json("/2/media/metadata", {"id": media_id, "metadata": {"alt_text": {"text": alt}}})
        return media_id

    async def _send_json(self, route: str, body: Mapping[str, Any]) -> dict[str, Any]:
        def send(x: tweepy.Client) -> dict[str, Any]:
            answer: dict[str, Any] = x.request("POST", route, json=body, user_auth=True).json() | {}
            return answer

        return await self._ask("read", send)

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        """Look for the words in the account's own posts since the part was frozen, as X shows them back, and not under
        another post than this one's parent."""
        frozen = json.loads(part.payload)
        wanted = _recognisable(frozen["text"])
        async for post in self._own(datetime.fromisoformat(frozen["at"]) - CLOCKS_DIFFER):
            with understood("X", "read back"):
                if _recognisable(_as_typed(post)) == wanted and _may_be_under(post, parent):
                    return _receipt(post["id"])
        return None

    async def own_posts(self, since: datetime) -> Sequence[OwnPost]:
        """The account's own timeline."""
        found = []
        async for post in self._own(since):
            with understood("X", "read back"):
                above = [other["id"] for other in post.get("referenced_posts", ())]
                at = datetime.fromisoformat(post["created_at"])
                words = _as_typed(post)
                price = _price(words, answer=False)  # whom it replies to costs less, if anything
                found.append(OwnPost(_receipt(post["id"]), words, at, above[0] if above else "", price))
        return found

    async def _own(self, since: datetime) -> AsyncIterator[dict[str, Any]]:
        """The account's own posts, newest first."""
        fields = {
            "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "exclude": "retweets",
            "post.fields": "created_at,entities",
            "expansions": "referenced_posts",
        }
        async for page in self._pages("tweets", "read back", fields):
            with understood("X", "read back"):
                posts = list(page.get("data", ()))
            for post in posts:
                yield post

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

    async def label(self) -> str:
        """X offers no way to do it by its API."""
        return (
            "to mark it as a bot, sign in to its account on x.com: Settings, Your account, Account information, "
            "Automation, Managing account; and name yourself in its bio"
        )

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

    async def gone(self, posts: Collection[str]) -> Collection[str]:
        """What GET /2/tweets does not show: deleted, protected, of an account that is gone or blocks the bot."""
        wanted, there = sorted(posts), set[str]()

        def look_up(x: tweepy.Client, ids: str) -> dict[str, Any]:
            found: dict[str, Any] = x.request("GET", "/2/tweets", params={"ids": ids}, user_auth=True).json() | {}
            return found

        for start in range(0, len(wanted), LOOKED_UP):
            ids = ",".join(wanted[start : start + LOOKED_UP])
            answer = await self._ask("read", partial(look_up, ids=ids))
            with understood("X", "read"):
                there |= {post["id"] for post in answer.get("data", ())}
        return [post for post in posts if post not in there]

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
        client.session = wire = (self._wire or Wire)("X", secrets, instead_of=TWEEPYS_HOST, base=self._api)
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


def _price(text: str, *, answer: bool) -> int:
    """What a post costs. In doubt (twitter-text's list of domains is older than some of them) there is an address."""
    from twitter_text import extract_urls_with_indices

    if "://" in text or extract_urls_with_indices(text):
        return POST_WITH_ADDRESS
    return ANSWER if answer else POST


def _receipt(post_id: str) -> Receipt:
    return Receipt(id=post_id, url=f"https://x.com/i/status/{post_id}")


def _as_typed(post: Mapping[str, Any]) -> str:
    """A post's words as they were written: X shortens addresses, appends those of a quoted post and of its picture, and
    escapes "&<>"."""
    quoted = [other["id"] for other in post.get("referenced_posts", ()) if other["type"] == "quoted"]
    appended = [f"/status/{id}" for id in (*quoted, post["id"])]
    text = html.unescape(post["text"])
    for url in post.get("entities", {}).get("urls") or ():
        whole = url.get("expanded_url") or url["url"]
        text = text.replace(url["url"], "" if any(address in whole for address in appended) else whole)
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
