"""A fake X: version 2 of its API as far as the bot uses it, on loopback, and able to fail in every way.

Every request and answer is held against X's own OpenAPI document where that is at hand (``../shared/facts``). What the
document does not say is from X's docs: weighted length, a 403 on a duplicate text that does not name the post, 429 with
a reset time, at most one cashtag, and replies only to somebody who mentioned the bot, at most one to each.
"""

from __future__ import annotations

import base64
import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from oauthlib.common import Request as SignedRequest
from oauthlib.oauth1.rfc5849 import signature
from twitter_text import extract_urls, parse_tweet

from tests.fakes.loopback import Answered, Asked, Loopback, NextPost, Silence
from tests.fakes.x_contract import at_hand

#: Canaries: they must never show up anywhere.
SECRETS = {
    "SMALLPRINT_X_CONSUMER_KEY": "canary-consumer-key",
    "SMALLPRINT_X_CONSUMER_SECRET": "canary-consumer-secret",
    "SMALLPRINT_X_ACCESS_TOKEN": "1001-canary-access-token",
    "SMALLPRINT_X_ACCESS_TOKEN_SECRET": "canary-access-token-secret",
}
ME = "1001"


def live(text: str) -> set[str]:
    """What X makes live in a post, by twitter-text's published grammar."""
    mentions = re.findall(r"(?<![\w!#$%&*@＠])[@＠]\w{1,20}", text, re.ASCII)
    tags = re.findall(r"(?<![\w&])[#＃](?![\ufe0f\u20e3])[\w\u200c\u200d\u0300-\u036f]*[^\W\d_][\w\u200c\u200d]*", text)
    cashtags = re.findall(r"(?<!\S)\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?!\w)", text, re.IGNORECASE)
    return {*extract_urls(text), *mentions, *tags, *cashtags}


@dataclass
class Tweet:
    """A post on the fake."""

    id: str
    author: str
    text: str
    at: datetime
    reply_to: str = ""
    quotes: str = ""
    #: The id of its picture, or "".
    media: str = ""

    @property
    def mentions(self) -> set[str]:
        return {handle.lower() for handle in re.findall(r"@(\w+)", self.text)}


@dataclass
class Media:
    """A picture that was uploaded."""

    png: bytes
    alt: str = ""


@dataclass
class User:
    id: str
    username: str
    description: str = ""


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Answered:
    """An error as X words it."""
    return Answered(status, {"title": title, "detail": detail, "type": kind, "status": status})


def too_many(reset: int) -> Answered:
    """A rate limit that ends at this UNIX time."""
    body = problem(429, "Too Many Requests", "Too Many Requests").body
    return Answered(429, body, {"x-rate-limit-reset": str(reset), "x-rate-limit-remaining": "0"})


@dataclass
class FakeX(Loopback):
    """The whole platform, with one bot on it (`me`)."""

    #: A self-serve account: replies only to somebody who mentioned it, and no replies to its own posts.
    self_serve: bool = True
    quotes_allowed: bool = True
    #: UNIX time that a 429 names.
    reset: int = field(default_factory=lambda: int(time.time()) + 600)
    #: Runs instead of the next attempt to post.
    next_post: NextPost | None = None
    #: Runs instead of the next read.
    next_read: Callable[[], Answered] | None = None
    #: How many reads of the own timeline do not show the newest post yet.
    late: int = 0
    #: How old a post is when the own timeline first shows it.
    lag: timedelta = timedelta(0)
    #: The server's clock.
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    #: Posts that the own timeline never shows.
    holes: set[str] = field(default_factory=set)
    page_size: int = 100
    access_level: str = "read-write"

    def __post_init__(self) -> None:
        super().__init__()
        self.me = User(ME, "smallprint")
        self.users = {ME: self.me}
        self.tweets: list[Tweet] = []
        self.answered_to: set[str] = set()
        #: Uploaded pictures by their ids.
        self.media: dict[str, Media] = {}
        #: Runs instead of the next upload.
        self.next_upload: NextPost | None = None
        #: Ids of those who block the bot.
        self.blockers: set[str] = set()
        #: What is not as X's document has it; the stages and tests look that there is nothing.
        self.broken: list[str] = []
        #: What was held against the document and found good: method, path and status.
        self.judged: set[tuple[str, str, int]] = set()

    # ---- what a test says ---------------------------------------------------------------------------------------

    def user(self, id: str, username: str, description: str = "") -> User:
        """Somebody else joins."""
        self.users[id] = User(id, username, description)
        return self.users[id]

    def write(
        self, author: User, text: str, *, reply_to: str = "", quotes: str = "", at: datetime | None = None
    ) -> Tweet:
        """Somebody posts, in a browser."""
        tweet = Tweet(self._next_id(), author.id, text, at or self.now(), reply_to, quotes)
        self.tweets.append(tweet)
        return tweet

    @property
    def own(self) -> list[Tweet]:
        """The bot's posts, oldest first."""
        return [tweet for tweet in self.tweets if tweet.author == ME]

    def _next_id(self) -> str:
        return str(1_700_000_000_000_000_000 + len(self.tweets))

    # ---- the API ------------------------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answered:
        template = re.sub(r"/users/\d+/", "/users/{id}/", asked.path)
        contract = at_hand()
        try:
            if contract:
                contract.request(template, asked)
            answered = self._route(asked, template)
            if contract and isinstance(answered.body, dict):
                contract.answer(template, asked.method, answered)
                self.judged.add((asked.method, template, answered.status))
        except Silence:
            raise
        except Exception as error:
            self.broken.append(f"{asked.method} {asked.path}: {type(error).__name__}: {error}")
            return Answered(500, {"code": 500, "message": "the fake broke: see FakeX.broken"})
        return answered

    def _route(self, asked: Asked, template: str) -> Answered:
        if not self._signed(asked):
            return problem(401, "Unauthorized", "Unauthorized")
        if template.startswith("/2/media/"):
            if template == "/2/media/metadata":
                return self._describe(asked.json)
            if failing := self.next_upload:
                self.next_upload = None
                return failing(lambda: self._upload(asked.json))
            return self._upload(asked.json)
        if asked.method == "POST":
            if failing := self.next_post:
                self.next_post = None
                return failing(lambda: self._post(asked.json))
            return self._post(asked.json)
        if reading := self.next_read:
            self.next_read = None
            return reading()
        if template == "/2/users/me":
            me = {"id": ME, "username": self.me.username, "name": "Smallprint"}
            return Answered(200, {"data": me}, {"x-access-level": self.access_level})
        if template == "/2/tweets":
            return self._looked_up(asked.query["ids"].split(","))
        start = asked.query.get("start_time")
        if start and datetime.fromisoformat(start) > self.now():
            return problem(
                400, "Invalid Request", "Invalid 'start_time'", "https://api.x.com/2/problems/invalid-request"
            )
        return self._timeline(asked) if template.endswith("/tweets") else self._mentions(asked)

    def _signed(self, asked: Asked) -> bool:
        """Whether the request carries a good OAuth 1.0a signature over the address that it was sent to."""
        request = SignedRequest(asked.url, asked.method, b"", asked.headers)
        collected = signature.collect_parameters(
            uri_query=asked.url.partition("?")[2], headers=asked.headers, exclude_oauth_signature=False
        )
        oauth = dict(collected)
        if (oauth.get("oauth_consumer_key"), oauth.get("oauth_token")) != (
            SECRETS["SMALLPRINT_X_CONSUMER_KEY"], SECRETS["SMALLPRINT_X_ACCESS_TOKEN"],
        ):  # fmt: skip
            return False
        request.signature = oauth["oauth_signature"]
        request.params = [pair for pair in collected if pair[0] != "oauth_signature"]
        return bool(
            signature.verify_hmac_sha1(
                request, SECRETS["SMALLPRINT_X_CONSUMER_SECRET"], SECRETS["SMALLPRINT_X_ACCESS_TOKEN_SECRET"]
            )
        )

    def _post(self, body: dict[str, Any]) -> Answered:
        text = body["text"]
        reply_to = body.get("reply", {}).get("in_reply_to_tweet_id", "")
        quotes = body.get("quote_tweet_id", "")
        if not 0 < parse_tweet(text).weightedLength <= 280:
            return problem(403, "Forbidden", "Your Tweet text is too long.")
        if sum(each.startswith("$") for each in live(text)) > 1:
            return problem(403, "Forbidden", "You are not allowed to use more than one cashtag.")
        if any(tweet.text == text for tweet in self.own):
            return problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        if reply_to and self._unsummoned(reply_to):
            return problem(
                403, "Forbidden",
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
                "the author of the post you are replying to.",
            )  # fmt: skip
        if quotes and not self.quotes_allowed:
            return problem(403, "Forbidden", "You are not permitted to perform this action.")
        media = body.get("media", {}).get("media_ids", [""])
        if any(each and each not in self.media for each in media):
            return problem(400, "Invalid Request", "Your media IDs are invalid.")
        self.answered_to |= {reply_to} - {""}
        tweet = self.write(self.me, text, reply_to=reply_to, quotes=quotes)
        tweet.media = media[0]
        return Answered(201, {"data": {"id": tweet.id, "text": self._shown(tweet)["text"]}})

    def _upload(self, body: dict[str, Any]) -> Answered:
        png = base64.b64decode(body["media"], validate=True)
        if body["media_category"] != "tweet_image" or not png.startswith(b"\x89PNG") or len(png) > 5_000_000:
            return problem(400, "Invalid Request", "The media could not be processed.")
        media_id = str(1_800_000_000_000_000_000 + len(self.media))
        self.media[media_id] = Media(png)
        size = {"w": int.from_bytes(png[16:20]), "h": int.from_bytes(png[20:24]), "image_type": "image/png"}
        data = {"id": media_id, "media_key": f"3_{media_id}", "size": len(png), "expires_after_secs": 86400}
        return Answered(200, {"data": {**data, "image": size}})

    def _describe(self, body: dict[str, Any]) -> Answered:
        if body["id"] not in self.media:
            return problem(404, "Not Found", "There is no such media.")
        self.media[body["id"]].alt = body["metadata"]["alt_text"]["text"]
        return Answered(200, {"data": {"id": body["id"], "associated_metadata": body["metadata"]}})

    def _unsummoned(self, post: str) -> bool:
        to = next((tweet for tweet in self.tweets if tweet.id == post), None)
        if to is None or not self.self_serve:
            return to is None
        return to.author == ME or self.me.username not in to.mentions or post in self.answered_to

    def _timeline(self, asked: Asked) -> Answered:
        shown = self.now() - self.lag
        tweets = [tweet for tweet in self.own if tweet.id not in self.holes and tweet.at <= shown]
        if self.late > 0:
            self.late -= 1
            tweets = tweets[:-1]
        if start := asked.query.get("start_time"):
            tweets = [tweet for tweet in tweets if tweet.at >= datetime.fromisoformat(start)]
        return self._page(asked, tweets)

    def _mentions(self, asked: Asked) -> Answered:
        since = int(asked.query.get("since_id", 0))
        mine = {tweet.id for tweet in self.own}
        return self._page(
            asked,
            [
                tweet
                for tweet in self.tweets
                if int(tweet.id) > since and (self.me.username in tweet.mentions or tweet.reply_to in mine)
            ],
        )

    def _looked_up(self, ids: list[str]) -> Answered:
        """The posts with these ids, and an error for each that is not shown: deleted, or of somebody who blocks."""
        shown = [tweet for tweet in self.tweets if tweet.id in ids and tweet.author not in self.blockers]
        missing = [id for id in ids if id not in {tweet.id for tweet in shown}]
        body: dict[str, Any] = {"data": [self._shown(tweet) for tweet in shown]} if shown else {}
        if missing:
            error = {
                "title": "Not Found Error",
                "type": "https://api.x.com/2/problems/resource-not-found",
                "resource_type": "post",
            }
            body["errors"] = [{**error, "detail": f"Could not find post with ids: [{id}]."} for id in missing]
        return Answered(200, body)

    def _page(self, asked: Asked, tweets: list[Tweet]) -> Answered:
        """Newest first; at most ``max_results``, the rest behind a token."""
        size = min(int(asked.query["max_results"]), self.page_size)
        start = int(asked.query.get("pagination_token", 0))
        page = tweets[::-1][start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if start + size < len(tweets):
            meta["next_token"] = str(start + size)
        body: dict[str, Any] = {"meta": meta}
        if page:
            others = {tweet.reply_to for tweet in page} | {tweet.quotes for tweet in page}
            body["data"] = [self._shown(tweet) for tweet in page]
            body["includes"] = {
                "users": [vars(self.users[id]) for id in {tweet.author for tweet in page}],
                "posts": [self._shown(tweet) for tweet in self.tweets if tweet.id in others],
            }
        return Answered(200, body)

    def _shown(self, tweet: Tweet) -> dict[str, Any]:
        """A post as X gives it back: addresses shortened, those of a quoted post and of a picture at the end,
        "&<>" escaped."""
        text, urls = tweet.text, []
        whole = list(dict.fromkeys(extract_urls(text)))
        if tweet.quotes:
            whole.append(f"https://twitter.com/{self.me.username}/status/{tweet.quotes}")
            text += f" {whole[-1]}"
        if tweet.media:
            whole.append(f"https://x.com/{self.me.username}/status/{tweet.id}/photo/1")
            text += f" {whole[-1]}"
        for number, url in enumerate(whole):
            short = f"https://t.co/{tweet.id[-6:]}{number:04}"
            text = text.replace(url, short)
            urls.append({"start": 0, "end": 23, "url": short, "expanded_url": url if "://" in url else f"http://{url}"})
        shown: dict[str, Any] = {
            "id": tweet.id,
            "author_id": tweet.author,
            "text": html.escape(text, quote=False),
            "created_at": tweet.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
        if urls:
            shown["entities"] = {"urls": urls}
        if referenced := [
            {"type": kind, "id": id} for kind, id in (("replied_to", tweet.reply_to), ("quoted", tweet.quotes)) if id
        ]:
            shown["referenced_posts"] = referenced
        return shown
