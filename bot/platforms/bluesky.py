"""Bluesky and any other PDS of the AT Protocol: records, reading back, mentions. How a server is asked is in xrpc.py.

What differs here (atproto's docs and lexicons; the reference PDS seen): a post is a record at an address (rkey) that
its writer chooses, so the same bytes sent again are the same post; nothing in the words is live but what a facet marks
by its bytes; a link that is not in the words stands below them as a card; both 300 graphemes and 3,000 bytes are
enforced.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

import httpx
import regex

from bot.errors import ConfigError, PlatformError, PlatformFailure
from bot.model import Mention, Part, Picture, Post, Receipt, Shape
from bot.platforms import picture
from bot.platforms.outcome import understood
from bot.platforms.xrpc import Pds
from bot.ports import Frame, OwnPost, PlatformSetup
from bot.write.inert import BREAK, inert, visible

SERVICE = "https://bsky.social"
POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
LINK, MENTION = "app.bsky.richtext.facet#link", "app.bsky.richtext.facet#mention"
CARD, IMAGES = "app.bsky.embed.external", "app.bsky.embed.images"
#: Notifications are sorted by their writers' own clocks, so a new one may turn up so far behind the newest.
LATE = timedelta(hours=1)
#: How many posts `app.bsky.feed.getPosts` gives at once.
POSTS = 25

_HANDLE = re.compile(r"did:[a-z]+:\S+|[a-z0-9.-]+\.[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_POST_ADDRESS = re.compile(rf"at://did:[a-z]+:[\w.:%-]+/{re.escape(POST)}/[\w.:~-]{{1,512}}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The digits of record keys: their order is that of the alphabet.
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


class Bluesky:
    """One account, signed in with an app password."""

    id = "bluesky"
    #: In the unit of `length`.
    limit = 300
    threads = True
    #: The card carries it, and all of the length is left for words.
    wants_link = False
    #: Its timeline shows a picture whole up to this height. A link's card takes half the bytes that a picture may have.
    frame = Frame(Shape.PORTRAIT, most_bytes=1_000_000, most_alt=2_000)
    options: ClassVar[dict[str, type]] = {"handle": str, "service": str}

    def __init__(
        self,
        setup: PlatformSetup,
        now: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        handle = str(setup.options.get("handle", "")).removeprefix("@")
        if handle and not _HANDLE.fullmatch(handle):
            raise ConfigError(
                f"[platforms.bluesky] handle must be a handle such as smallprint.bsky.social, not “{handle}”.",
                about=self.id,
            )
        service = str(setup.options.get("service", SERVICE)).rstrip("/")
        if not _is_address(service):
            raise ConfigError(
                f"[platforms.bluesky] service must be an address such as {SERVICE}, not “{service}”.", about=self.id
            )
        self._pds = Pds(service, handle, setup, now, transport)

    # ---- words --------------------------------------------------------------------------------------------------

    def length(self, text: str) -> int:
        """Graphemes, or tens of bytes where that is more: so 300 stands for both of Bluesky's limits."""
        return max(len(regex.findall(r"\X", text)), -(-len(text.encode("utf-8", "surrogatepass")) // 10))

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        """A record and its address for each part. The words need no invisible breaks: only facets make them live."""
        texts = [_plain(words) for words in post.parts]
        facets = [_facets(text, post) for text in texts]
        linked = any(facet["features"][0]["$type"] == LINK for each in facets for facet in each)
        language = post.language.partition("-")[0].lower()
        parts = []
        for number, text in enumerate(texts):
            if not 0 < (length := self.length(text)) <= self.limit:
                raise PlatformError(
                    PlatformFailure.REJECTED,
                    f"Part {number + 1} of {post.key} counts {length}; Bluesky allows 1 to {self.limit}: shorten its "
                    "template.",
                    about=post.key,
                )
            # Readers sort a thread by its times.
            created = (at + timedelta(milliseconds=number)).astimezone(UTC)
            record: dict[str, Any] = {
                "$type": POST,
                "createdAt": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "text": text,
            }
            if re.fullmatch("[a-z]{2,3}", language):
                record["langs"] = [language]
            if facets[number]:
                record["facets"] = facets[number]
            shown = post.picture if number == 0 else None
            named = [] if linked or not shown else _title_facet(text, post)
            if shown and (linked or named or not post.link):
                record["embed"] = _image(shown)
                if named:
                    record["facets"] = sorted([*facets[number], *named], key=lambda each: each["index"]["byteStart"])
            elif post.link and number == 0 and not linked:
                record["embed"] = _card(post)
            frozen: dict[str, Any] = {"record": record, "rkey": _rkey(post.key, number, created)}
            if shown:
                frozen["picture"] = picture.frozen(shown)
            payload = json.dumps(frozen, sort_keys=True).encode()
            parts.append(Part(f"{post.key}.{number}", number, payload, shown.png if shown else b""))
        return parts

    def words(self, part: Part) -> str:
        """As they were frozen."""
        return str(json.loads(part.payload)["record"]["text"])

    # ---- publishing and reading back ----------------------------------------------------------------------------

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        """com.atproto.repo.putRecord at the part's own address: again the same bytes change nothing, and any other
        record that stands there is left alone (``swapRecord``: none is expected)."""
        rkey, record = _record(part, parent, root)
        if shown := json.loads(part.payload).get("picture"):
            await self._upload(picture.taken(part, shown), part)
        put = {"collection": POST, "rkey": rkey, "record": record, "swapRecord": None}
        return await self._pds.ask("write", "com.atproto.repo.putRecord", lambda done: self._receipt(rkey, done), put)

    async def _upload(self, png: bytes, part: Part) -> None:
        """com.atproto.repo.uploadBlob: a blob is named by its own digest, so the record could name it before, and
        giving it again changes nothing."""
        blob = await self._pds.ask("read", "com.atproto.repo.uploadBlob", lambda done: done["blob"], png)
        with understood("Bluesky", "read"):
            same = blob["ref"]["$link"] == _blob(png)["ref"]["$link"]
        if not same:
            raise PlatformError(
                PlatformFailure.REJECTED,
                f"The server changes the picture of {part.key}: discard the post, and set pictures = false.",
                about=part.key,
            )

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        """The record at the part's address."""
        rkey, record = _record(part, parent, root)

        def read(found: Mapping[str, Any] | None) -> Receipt | None:
            if found is None:
                return None
            if found["value"] != record:
                raise PlatformError(
                    PlatformFailure.REJECTED,
                    f"Another record stands at the address of {part.key} on Bluesky: discard the post.",
                    about=part.key,
                )
            return self._receipt(rkey, found)

        return await self._pds.ask("read back", "com.atproto.repo.getRecord", read, collection=POST, rkey=rkey)

    async def own_posts(self, since: datetime) -> Sequence[OwnPost]:
        """com.atproto.repo.listRecords: the repository itself, in which nothing is ever late."""

        def read(page: Mapping[str, Any]) -> tuple[list[OwnPost], str]:
            return [self._own(record) for record in page["records"]], page.get("cursor", "")

        found: list[OwnPost] = []
        window: dict[str, Any] = {"collection": POST, "limit": 100}
        while True:
            page, following = await self._pds.ask("read back", "com.atproto.repo.listRecords", read, **window)
            found += [post for post in page if post.at >= since]
            if not page or page[-1].at < since or not following or following == window.get("cursor"):
                return found
            window["cursor"] = following

    def _own(self, record: Mapping[str, Any]) -> OwnPost:
        value = record["value"]
        receipt = self._receipt(record["uri"].rpartition("/")[2], record)
        above = value.get("reply", {}).get("parent", {}).get("uri", "")
        return OwnPost(receipt, value["text"], datetime.fromisoformat(value["createdAt"]), above)

    async def check(self) -> str:
        """Whose session it is, and whether that account is active."""
        self._pds.knock()
        handle, trouble = await self._pds.ask(
            "read",
            "com.atproto.server.getSession",
            lambda session: (session["handle"], session.get("active") is False and session.get("status", "inactive")),
        )
        if trouble:
            raise PlatformError(
                PlatformFailure.PAUSED,
                f"The Bluesky account {handle} may not post ({trouble}): look at it in the app.",
                about=self.id,
            )
        labels = await self._pds.ask("read", "com.atproto.repo.getRecord", _own_labels, collection=PROFILE, rkey="self")
        advice = "" if "bot" in labels else " (not marked as a bot: `smallprint doctor --fix`)"
        return f"posts as @{handle} on {self._pds.service}{advice}"

    async def label(self) -> str:
        """The self-label “bot” in the profile's record, beside whatever stands there."""
        self._pds.knock()
        place: dict[str, Any] = {"collection": PROFILE, "rkey": "self"}
        there = await self._pds.ask(
            "read", "com.atproto.repo.getRecord", lambda found: found and (found["cid"], found["value"]), **place
        )
        if "bot" in _own_labels(there and {"value": there[1]}):
            return ""
        profile: dict[str, Any] = dict(there[1]) if there else {"$type": PROFILE}
        values = [*profile.get("labels", {}).get("values", ()), {"val": "bot"}]
        profile["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
        # Another hand may be at the profile: what it writes meanwhile is not written over.
        put = {**place, "record": profile, "swapRecord": there[0] if there else None}
        await self._pds.ask("read", "com.atproto.repo.putRecord", lambda done: done["uri"], put)
        return "marked as a bot (self-label)"

    async def aclose(self) -> None:
        """Give back connections; the session stays good."""
        await self._pds.close()

    def _receipt(self, rkey: str, record: Mapping[str, Any]) -> Receipt:
        return Receipt(record["uri"], _page(self._pds.handle, rkey), record["cid"])

    # ---- mentions -----------------------------------------------------------------------------------------------

    async def mentions(self, cursor: str) -> tuple[Sequence[Mention], str]:
        """Who mentioned the account or replied to it after ``cursor``: the newest notification's time, and what was
        handed out shortly before it. What is older than that by its writer's clock (`LATE`) is passed over."""
        known: dict[str, Any] = json.loads(cursor) if cursor else {"newest": "", "seen": []}
        newest = datetime.fromisoformat(known["newest"]) if known["newest"] else None
        notes: list[_Note] = []
        async for note in self._notifications():
            if not cursor:
                newest = newest or note.at
            if newest and note.at < newest - LATE:
                break
            notes.append(note)
        newest = max(filter(None, [newest, *(note.at for note in notes)]), default=None)
        asked = [note for note in reversed(notes) if self._is_for_us(note)]
        seen = [note.uri for note in asked if newest and note.at >= newest - LATE]
        new = [note for note in asked if cursor and note.uri not in known["seen"]]
        parents = await self._posts(note.parent for note in new)
        with understood("Bluesky", "read"):
            mentions = [_mention(note, parents.get(note.parent, {})) for note in new]
        return mentions, json.dumps({"newest": newest.isoformat() if newest else "", "seen": seen})

    async def gone(self, posts: Collection[str]) -> Collection[str]:
        """What app.bsky.feed.getPosts leaves out: also the posts of accounts that are gone or that block the bot."""
        there = await self._posts(posts)
        return [post for post in posts if post not in there]

    async def _notifications(self) -> AsyncIterator[_Note]:
        """All kinds, newest first. (Filtered by the server, pages can be empty for ever and so without a time.)"""

        def read(answer: Mapping[str, Any]) -> tuple[list[_Note], str]:
            return [_note(note) for note in answer["notifications"]], answer.get("cursor", "")

        window: dict[str, Any] = {"limit": 100}
        while True:
            page, following = await self._pds.ask("read", "app.bsky.notification.listNotifications", read, **window)
            for note in page:
                yield note
            if not following or following == window.get("cursor"):
                return
            window["cursor"] = following

    def _is_for_us(self, note: _Note) -> bool:
        """A mention, or a reply to a post of ours (others who talk below it are notified to us as well)."""
        ours = note.parent.startswith(f"at://{self._pds.did}/")
        return note.reason == "mention" or (note.reason == "reply" and ours)

    async def _posts(self, uris: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """The records at these addresses, as far as they can be had."""
        wanted = sorted({uri for uri in uris if uri})
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(wanted), POSTS):
            found |= await self._pds.ask(
                "read",
                "app.bsky.feed.getPosts",
                lambda answer: {post["uri"]: post["record"] for post in answer["posts"]},
                uris=wanted[start : start + POSTS],
            )
        return found


# ---- what is written: pure --------------------------------------------------------------------------------------


def _is_address(service: str) -> bool:
    try:
        parts = urlsplit(service)
        return parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _plain(words: str) -> str:
    """Words without hidden characters and heaps of accents; nothing in them is live anyway."""
    return inert(words).replace(BREAK, "")


def _facets(text: str, post: Post) -> list[dict[str, Any]]:
    """What is live in a part, by its bytes: the post's own link and the one person it may name, once each."""
    wanted: list[tuple[str, dict[str, str]]] = []
    if post.link:
        wanted.append((post.link, {"$type": LINK, "uri": post.link}))
    if post.mention and post.mention_id.startswith("did:"):
        wanted.append((f"@{post.mention}", {"$type": MENTION, "did": post.mention_id}))
    facets = []
    for words, feature in wanted:
        # Nothing may be glued to it: it would read as another address or handle than the one that it leads to.
        if found := re.search(rf"(?<!\S){re.escape(words)}(?=[.,:;!?)]*(?:\s|$))", text):
            start, end = (len(text[:place].encode()) for place in found.span())
            facets.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return sorted(facets, key=lambda facet: facet["index"]["byteStart"])


def _card(post: Post) -> dict[str, Any]:
    """The post's link as a card below the words, with the picture in it where there is one."""
    card = {"uri": post.link, "title": _plain(post.link_title) or post.link, "description": ""}
    return {"$type": CARD, "external": card | ({"thumb": _blob(post.picture.png)} if post.picture else {})}


def _title_facet(text: str, post: Post) -> list[dict[str, Any]]:
    """A picture leaves no room for a link's card: then the policy's name, with which the words begin, is the link."""
    title = _plain(post.link_title)
    if not title or not post.link or not re.match(rf"{re.escape(title)}(?=[\s:.,])", text):
        return []
    return [
        {
            "index": {"byteStart": 0, "byteEnd": len(title.encode())},
            "features": [{"$type": LINK, "uri": post.link}],
        }
    ]


def _image(shown: Picture) -> dict[str, Any]:
    """A post's picture."""
    size = {"width": shown.width, "height": shown.height}
    return {"$type": IMAGES, "images": [{"alt": shown.alt, "aspectRatio": size, "image": _blob(shown.png)}]}


def _blob(png: bytes) -> dict[str, Any]:
    """How a record names bytes: by a CID of version 1 of the raw bytes (atproto's data model), in base 32."""
    cid = bytes((1, 0x55, 0x12, 32)) + hashlib.sha256(png).digest()
    link = "b" + base64.b32encode(cid).decode().rstrip("=").lower()
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": picture.MEDIA_TYPE, "size": len(png)}


def _rkey(key: str, number: int, created: datetime) -> str:
    """A TID (atproto's record-key specification): microseconds since 1970, then ten bits of chance. The chance, and a
    part of a second too, come from the part's own name: the same part always has the same address, and no two have the
    same one though a day's news may be written in the same moment. The parts of a thread stay in order."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    micros = (created - _EPOCH) // timedelta(microseconds=1) - int.from_bytes(digest[:8]) % 1_000_000
    tid = micros << 10 | int.from_bytes(digest[8:]) + number & 1023
    return "".join(_DIGITS[tid >> shift & 31] for shift in range(60, -1, -5))


def _record(part: Part, parent: Receipt | None, root: Receipt | None) -> tuple[str, dict[str, Any]]:
    """A frozen part's address and record, under its parent where it has one."""
    frozen = json.loads(part.payload)
    record: dict[str, Any] = frozen["record"]
    if parent is not None:
        above = {"root": root or parent, "parent": parent}
        record["reply"] = {place: {"uri": post.id, "cid": post.cid} for place, post in above.items()}
    return frozen["rkey"], record


def _page(account: str, rkey: str) -> str:
    """Where a person can look at a post."""
    return f"https://bsky.app/profile/{account}/post/{rkey}"


# ---- what is read: pure -----------------------------------------------------------------------------------------


def _own_labels(profile: Mapping[str, Any] | None) -> set[str]:
    """What an account says of itself in its profile's record, if it has one."""
    value = profile["value"] if profile else {}
    return {label["val"] for label in value.get("labels", {}).get("values", ())}


class _Note(NamedTuple):
    """A notification."""

    uri: str
    at: datetime
    reason: str
    #: The address of the post that it replies to, or "".
    parent: str
    whole: Mapping[str, Any]


def _note(note: Mapping[str, Any]) -> _Note:
    parent = note["record"].get("reply", {}).get("parent", {}).get("uri", "")
    if not _POST_ADDRESS.fullmatch(parent):
        parent = ""  # somebody's own server lets anything through, and to ask for it would be refused
    return _Note(note["uri"], datetime.fromisoformat(note["indexedAt"]), note["reason"], parent, note)


def _mention(note: _Note, parent: Mapping[str, Any]) -> Mention:
    """A notification as a mention; ``parent`` is the record that it replies to, or {}."""
    author, record = note.whole["author"], note.whole["record"]
    root = record.get("reply", {}).get("root", {})
    account = author["did"] if author["handle"] == "handle.invalid" else author["handle"]
    return Mention(
        platform="bluesky",
        id=note.uri,
        url=_page(account, note.uri.rpartition("/")[2]),
        author_id=author["did"],
        author=author["handle"],
        text=record["text"],
        at=note.at,
        links=_links(record),
        parent_links=_links(parent),
        author_is_bot=any(label["val"] == "bot" and not label.get("neg") for label in author.get("labels", ())),
        author_opted_out="#nobot" in visible(author.get("description", "")).lower(),
        cid=note.whole["cid"],
        root_id=root.get("uri", ""),
        root_cid=root.get("cid", ""),
    )


def _links(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What leads to the web in a post: facets in the order of the words, then its card."""
    facets = sorted(record.get("facets", ()), key=lambda facet: facet["index"]["byteStart"])
    live = [feature["uri"] for facet in facets for feature in facet["features"] if feature["$type"] == LINK]
    embed = record.get("embed", {})
    card = embed.get("media", embed).get("external", {}).get("uri", "")
    return tuple(dict.fromkeys(uri for uri in [*live, card] if uri.startswith(("https://", "http://"))))
