"""A fake PDS with an AppView behind it, on loopback: as the reference PDS answered where one was asked (tests/servers),
with sessions that end, accounts that are taken down, and every failure on the way."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import regex

from tests.fakes.loopback import Answered, Asked, Loopback, NextPost

SECRETS = {"SMALLPRINT_BLUESKY_APP_PASSWORD": "canary-abcd-efgh-ijkl"}
POST = "app.bsky.feed.post"
ADDRESS = re.compile(r"https?://\S+?(?=[.,:;!?)]*(?:\s|$))")


def refused(status: int, name: str, message: str, **headers: str) -> Answered:
    """An error as XRPC words it."""
    return Answered(status, {"error": name, "message": message}, headers)


def too_many(reset: int) -> Answered:
    """A rate limit that ends at this UNIX time."""
    return refused(429, "RateLimitExceeded", "Rate Limit Exceeded", **{"ratelimit-reset": str(reset)})


EXPIRED = refused(400, "ExpiredToken", "Token has been revoked")
WRONG_PASSWORD = refused(401, "AuthenticationRequired", "Invalid identifier or password")
TAKEN_DOWN = refused(401, "AccountTakedown", "Account has been taken down")
DEACTIVATED = refused(401, "AccountDeactivated", "Account is deactivated")


def live(record: dict[str, Any]) -> set[str]:
    """What a reader can tap in a post: addresses, and handles as they stand in the words."""
    words = record["text"].encode()
    found = {record["embed"]["external"]["uri"]} if "embed" in record else set()
    for facet in record.get("facets", ()):
        for feature in facet["features"]:
            index = facet["index"]
            found.add(feature.get("uri") or words[index["byteStart"] : index["byteEnd"]].decode())
    return found


@dataclass
class Account:
    did: str
    handle: str
    description: str = ""
    #: Labels that the account gives itself.
    labels: tuple[str, ...] = ()


@dataclass
class Record:
    uri: str
    author: Account
    value: dict[str, Any]
    at: datetime

    @property
    def cid(self) -> str:
        """Another one for other bytes. (Not a real one: those are of CBOR.)"""
        digest = hashlib.sha256(json.dumps(self.value, sort_keys=True).encode()).digest()
        return "bafyrei" + base64.b32encode(digest).decode().lower().rstrip("=")

    @property
    def ref(self) -> dict[str, str]:
        return {"uri": self.uri, "cid": self.cid}


@dataclass
class FakePds(Loopback):
    """One server with one bot's account; everybody else lives somewhere in the network."""

    #: Seconds for which an access token is good.
    lifetime: float = 7200
    #: Seconds by which the server's clock is ahead of the bot's.
    ahead: float = 0
    #: "", "takendown" or "deactivated".
    status: str = ""
    #: Where the account lives, if not here.
    home: str = ""
    #: Run instead of the next attempt to post, the next sign-in, the next refresh, the next of anything else.
    next_post: NextPost | None = None
    next_sign_in: NextPost | None = None
    next_refresh: NextPost | None = None
    next_read: NextPost | None = None
    page_size: int = 100
    #: The server's clock.
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    reset: int = field(default_factory=lambda: int(time.time()) + 600)

    def __post_init__(self) -> None:
        super().__init__()
        self.me = Account("did:plc:smallprint", "smallprint.test", labels=("bot",))
        self.records: list[Record] = []
        self.notifications: list[tuple[str, Record]] = []
        #: Uploaded pictures by their CIDs.
        self.blobs: dict[str, bytes] = {}
        #: Runs instead of the next upload.
        self.next_upload: NextPost | None = None
        #: DIDs of those who block the bot: the AppView leaves their posts out.
        self.blockers: set[str] = set()
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.sign_ins = self.refreshes = self._tokens = 0

    # ---- what a test says ---------------------------------------------------------------------------------------

    def write(
        self, author: Account, text: str, *, under: Record | None = None, at: datetime | None = None, **more: Any
    ) -> Record:
        """Somebody posts, in the app: addresses become links. Whoever is named or replied to is notified."""
        at = at or datetime.now(UTC)
        value = {"$type": POST, "text": text, "createdAt": at.isoformat(), **more}
        if facets := [
            {
                "index": {
                    "byteStart": len(text[: found.start()].encode()),
                    "byteEnd": len(text[: found.end()].encode()),
                },
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": found[0]}],
            }
            for found in ADDRESS.finditer(text)
        ]:
            value.setdefault("facets", facets)
        if under is not None:
            value["reply"] = {"root": under.value.get("reply", {}).get("root", under.ref), "parent": under.ref}
        record = Record(f"at://{author.did}/{POST}/{len(self.records):013}", author, value, at)
        self.records.append(record)
        if f"@{self.me.handle}" in text:
            self.notify("mention", record)
        elif under is not None and self.me.did in str(value["reply"]):
            self.notify("reply", record)
        return record

    def notify(self, reason: str, record: Record) -> None:
        """The bot is told of a record."""
        self.notifications.append((reason, record))

    def end_sessions(self) -> None:
        """Everybody is signed out."""
        self.access.clear()
        self.refresh.clear()

    @property
    def own(self) -> list[Record]:
        """The bot's posts, in the order in which they were written."""
        return [record for record in self.records if record.author is self.me]

    # ---- XRPC ---------------------------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answered:
        method = asked.path.removeprefix("/xrpc/")
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "com.atproto.server.createSession":
            return self._instead("next_sign_in", lambda: self._create_session(asked.json))
        if method == "com.atproto.server.refreshSession":
            return self._instead("next_refresh", lambda: self._refresh_session(token))
        if token not in self.access:
            return EXPIRED
        if self._expires(token) < time.time() + self.ahead:
            return refused(400, "ExpiredToken", "Token has expired")
        if method == "com.atproto.repo.uploadBlob":
            return self._instead("next_upload", lambda: self._upload(asked))
        if method == "com.atproto.repo.putRecord":
            return self._instead("next_post", lambda: self._put(asked.json))
        routes: dict[str, Callable[[dict[str, list[str]]], Answered]] = {
            "com.atproto.server.getSession": lambda query: Answered(200, self._whoami()),
            "com.atproto.repo.getRecord": self._get,
            "com.atproto.repo.listRecords": self._list_records,
            "app.bsky.notification.listNotifications": self._list_notifications,
            "app.bsky.feed.getPosts": self._get_posts,
        }
        if method not in routes:
            return refused(501, "MethodNotImplemented", "Method Not Implemented")
        return self._instead("next_read", lambda: routes[method](parse_qs(urlsplit(asked.url).query)))

    def _instead(self, what: str, attempt: Callable[[], Answered]) -> Answered:
        failing: NextPost | None = getattr(self, what)
        setattr(self, what, None)
        return failing(attempt) if failing else attempt()

    def _create_session(self, body: dict[str, str]) -> Answered:
        self.sign_ins += 1
        good = body["identifier"] in {self.me.handle, self.me.did} and body["password"] in SECRETS.values()
        if not good:
            return WRONG_PASSWORD
        return TAKEN_DOWN if self.status == "takendown" else self._session()

    def _refresh_session(self, token: str) -> Answered:
        self.refreshes += 1
        if token not in self.refresh:
            return EXPIRED
        self.refresh.remove(token)
        return self._session()

    def _session(self) -> Answered:
        access, refresh = self._token(self.lifetime), self._token(90 * 86400)
        self.access.add(access)
        self.refresh.add(refresh)
        return Answered(200, {**self._whoami(), "accessJwt": access, "refreshJwt": refresh})

    def _whoami(self) -> dict[str, Any]:
        server = {
            "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.home or self.url,
        }  # fmt: skip
        document = {"@context": ["https://www.w3.org/ns/did/v1"], "id": self.me.did, "service": [server]}
        whoami = {"did": self.me.did, "handle": self.me.handle, "didDoc": document, "active": not self.status}
        return whoami | ({"status": self.status} if self.status else {})

    def _token(self, lifetime: float) -> str:
        self._tokens += 1
        claims = {"sub": self.me.did, "exp": int(time.time() + lifetime), "jti": f"canary-token-{self._tokens}"}
        header, payload = (
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in ({"typ": "at+jwt", "alg": "HS256"}, claims)
        )
        return f"{header}.{payload}.c2lnbmF0dXJl"

    def _expires(self, token: str) -> float:
        payload = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])

    def _upload(self, asked: Asked) -> Answered:
        """A blob is named by a CID of its bytes, as `multiformats` defines it."""
        kind = asked.headers["Content-Type"]
        if kind != "image/png" or not asked.body.startswith(b"\x89PNG"):
            return refused(400, "InvalidMimeType", "not a picture")
        digest = bytes.fromhex("01551220") + hashlib.sha256(asked.body).digest()
        link = "b" + base64.b32encode(digest).decode().rstrip("=").lower()
        self.blobs[link] = asked.body
        blob = {"$type": "blob", "ref": {"$link": link}, "mimeType": kind, "size": len(asked.body)}
        return Answered(200, {"blob": blob})

    # ---- records ------------------------------------------------------------------------------------------------

    def _put(self, body: dict[str, Any]) -> Answered:
        if self.status:
            return TAKEN_DOWN if self.status == "takendown" else DEACTIVATED
        value, rkey = body["record"], body["rkey"]
        if body["repo"] == self.me.did and body["collection"] == "app.bsky.actor.profile":
            if body["swapRecord"] != ("bafyreiprofile" if self.me.labels else None):
                return refused(400, "InvalidSwap", "Record was at another place")
            self.me.labels = tuple(label["val"] for label in value["labels"]["values"])
            return Answered(200, {"uri": f"at://{self.me.did}/app.bsky.actor.profile/self", "cid": "bafyreiprofile"})
        if body["repo"] != self.me.did or body["collection"] != POST:
            return refused(401, "AuthenticationRequired", "Authentication Required")
        if wrong := _wrong(value, rkey) or self._wrong_blob(value.get("embed", {})):
            return refused(400, "InvalidRequest", f"Invalid {POST} record: {wrong}")
        new = Record(f"at://{self.me.did}/{POST}/{rkey}", self.me, value, self.now())
        there = next((record for record in self.records if record.uri == new.uri), None)
        if there is None:
            self.records.append(new)
        elif there.cid != new.cid:
            if "swapRecord" in body:
                return refused(400, "InvalidSwap", f"Record was at {there.cid}")
            there.value = value
        return Answered(200, {**new.ref, "validationStatus": "valid"})

    def _wrong_blob(self, embed: dict[str, Any]) -> str:
        """What is wrong with the pictures of a record; "" when they are there and small enough."""
        pictures = [(each["image"], 2_000_000) for each in embed.get("images", ())]
        if thumb := embed.get("external", {}).get("thumb"):
            pictures.append((thumb, 1_000_000))
        for blob, most in pictures:
            if blob["ref"]["$link"] not in self.blobs:
                return "Could not find blob"
            if blob["size"] != len(self.blobs[blob["ref"]["$link"]]) or blob["size"] > most:
                return "blob size"
        return "" if len(embed.get("images", ())) <= 4 else "too many images"

    def _get(self, query: dict[str, list[str]]) -> Answered:
        repo, collection, rkey = (query[name][0] for name in ("repo", "collection", "rkey"))
        uri = f"at://{repo}/{collection}/{rkey}"
        if collection == "app.bsky.actor.profile" and self.me.labels:
            labels = {"values": [{"val": label} for label in self.me.labels]}
            return Answered(200, {"uri": uri, "cid": "bafyreiprofile", "value": {"labels": labels}})
        record = next((record for record in self.records if record.uri == uri), None)
        if record is None:
            return refused(400, "RecordNotFound", f"Could not locate record: {uri}")
        return Answered(200, {**record.ref, "value": record.value})

    def _list_records(self, query: dict[str, list[str]]) -> Answered:
        """Newest first by their keys; the cursor is the last key of a page."""
        assert query["collection"] == [POST]
        own = sorted(self.own, key=lambda record: record.uri, reverse=True)
        if cursor := query.get("cursor"):
            own = [record for record in own if record.uri.rpartition("/")[2] < cursor[0]]
        page = own[: min(int(query["limit"][0]), self.page_size)]
        answer: dict[str, Any] = {"records": [{**record.ref, "value": record.value} for record in page]}
        return Answered(200, answer | ({"cursor": page[-1].uri.rpartition("/")[2]} if len(page) < len(own) else {}))

    def _get_posts(self, query: dict[str, list[str]]) -> Answered:
        uris = query["uris"]
        if len(uris) > 25 or not all(re.fullmatch(r"at://did:\S+/app\.bsky\.feed\.post/\S+", uri) for uri in uris):
            return refused(400, "InvalidRequest", "Error: uris must be valid at-uris, 25 at most")
        shown = [record for record in self.records if record.author.did not in self.blockers]
        posts = [record for record in shown if record.uri in uris]
        return Answered(200, {"posts": [{**post.ref, "record": post.value} for post in posts]})

    def _list_notifications(self, query: dict[str, list[str]]) -> Answered:
        """Newest first by their writers' clocks; the cursor is a place in that order."""
        newest = sorted(self.notifications, key=lambda each: each[1].at, reverse=True)
        start = int(query.get("cursor", ["0"])[0])
        end = start + min(int(query["limit"][0]), self.page_size)
        answer: dict[str, Any] = {"notifications": [_notification(*each) for each in newest[start:end]]}
        return Answered(200, answer | ({"cursor": str(end)} if end < len(newest) else {}))


def _notification(reason: str, record: Record) -> dict[str, Any]:
    author = record.author
    return {
        **record.ref,
        "reason": reason,
        "record": record.value,
        "indexedAt": record.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "isRead": True,
        "author": {
            "did": author.did,
            "handle": author.handle,
            "labels": [{"src": author.did, "val": label} for label in author.labels],
            **({"description": author.description} if author.description else {}),
        },
    }


def _wrong(record: dict[str, Any], rkey: str) -> str:
    """What the lexicon of posts forbids in a record; "" when it is good."""
    text = record["text"]
    words = text.encode()
    if not re.fullmatch(r"[234567abcdefghij][234567a-z]{12}", rkey):
        return "rkey must be a TID"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["createdAt"]):
        return "createdAt must be an atproto datetime"
    if len(words) > 3000:
        return "text must not be longer than 3000 bytes"
    if len(regex.findall(r"\X", text)) > 300:
        return "text must not be longer than 300 graphemes"
    for facet in record.get("facets", ()):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not 0 <= start < end <= len(words) or words[start:end].decode(errors="ignore").encode() != words[start:end]:
            return "facets must lie within the text"
    if any(not all(ref[name] for name in ("uri", "cid")) for ref in record.get("reply", {}).values()):
        return "reply must name root and parent by uri and cid"
    needed = {"uri", "title", "description"}
    if not needed <= set(record.get("embed", {}).get("external", needed)):
        return "embed/external must have a uri, a title and a description"
    return ""
