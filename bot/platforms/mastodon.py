"""Mastodon and what speaks its API (GoToSocial, Akkoma …), through Mastodon.py: statuses, reading back, mentions.

What differs here (Mastodon's docs; GoToSocial seen): the instance sets the length and counts an address as 23 and a
remote handle without its domain; the ``Idempotency-Key`` is kept for an hour, too late against a slow server, and
GoToSocial has none at all, so a status is read back by its words; anybody's reply may be as private as a letter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

import regex

from bot.errors import ConfigError, PlatformError, PlatformFailure
from bot.model import Mention, Part, Post, Receipt, Shape
from bot.platforms import picture
from bot.ports import Frame, OwnPost, PlatformSetup
from bot.write.inert import inert, visible

if TYPE_CHECKING:
    from mastodon import Mastodon as Client

    from bot.platforms.outcome import Purpose
    from bot.platforms.wire import Wire

T = TypeVar("T")

SECRET = "SMALLPRINT_MASTODON_ACCESS_TOKEN"  # noqa: S105 - the variable's name
#: What an instance allows and counts unless it says otherwise.
LIMIT, ADDRESS = 500, 23
#: The same for pictures: bytes of one, and the length of its alt text.
PICTURE, ALT = 16 * 2**20, 1_500
#: From the widest to the narrowest.
VISIBILITIES = ("public", "unlisted", "private", "direct")
#: How far clocks may differ when a status is looked for by its time.
CLOCKS_DIFFER = timedelta(days=1)
#: The first cursor of an account that nobody has mentioned yet.
BEGINNING = "0"

_REMOTE_HANDLE = re.compile(r"(?<![/\w])(@[a-z0-9_]+)@[a-z0-9.-]+[a-z0-9]", re.IGNORECASE)


class Mastodon:
    """One account on one instance."""

    id = "mastodon"
    threads = True
    wants_link = True
    options: ClassVar[dict[str, type]] = {
        "handle": str,
        "instance": str,
        "limit": int,
        "spoiler_text": str,
        "visibility": str,
    }

    def __init__(self, setup: PlatformSetup, wire: Callable[..., Wire] | None = None) -> None:
        self._setup = setup
        #: Makes the session of one request; None: `wire.Wire`, which is imported where something is asked.
        self._wire = wire
        self._instance = str(setup.options.get("instance", "")).rstrip("/")
        self._visibility = str(setup.options.get("visibility", "public"))
        self._spoiler = str(setup.options.get("spoiler_text", ""))
        if self._instance and not self._instance.startswith(("https://", "http://")):
            raise ConfigError(
                f"[platforms.mastodon] instance must be an address such as https://mastodon.social, not "
                f"“{self._instance}”.",
                about=self.id,
            )
        if self._visibility not in VISIBILITIES:
            raise ConfigError(
                f"[platforms.mastodon] visibility must be one of {', '.join(VISIBILITIES)}, not “{self._visibility}”.",
                about=self.id,
            )
        self._adopt(json.loads(setup.recall() or "{}"))

    def _adopt(self, instance: dict[str, int]) -> None:
        """Take over what the instance says of lengths; the operator's own limit goes before it."""
        allowed = int(self._setup.options.get("limit", 0)) or instance.get("limit", LIMIT)
        self._address = instance.get("address", ADDRESS)
        # Lists of statuses are read in columns, and many servers cut higher pictures there.
        self.frame = Frame(Shape.LANDSCAPE, instance.get("picture", PICTURE), instance.get("alt", ALT))
        #: Characters (graphemes) of one status, less those of the content warning.
        self.limit = allowed - len(regex.findall(r"\X", self._spoiler))

    # ---- words --------------------------------------------------------------------------------------------------

    def length(self, text: str) -> int:
        """Graphemes; an address counts as the instance says, a remote handle without its domain."""
        from twitter_text import extract_urls_with_indices

        for found in reversed(extract_urls_with_indices(text, False)):
            start, end = found["indices"]
            text = text[:start] + "x" * self._address + text[end:]
        return len(regex.findall(r"\X", _REMOTE_HANDLE.sub(r"\1", text)))

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        """Inert words with language and visibility. Only the first status of a story is shown in public timelines, and
        only who is named in an answer is told of it."""
        handle = f"@{post.mention}" if post.mention else ""
        language = post.language.partition("-")[0].lower()
        parts = []
        for number, words in enumerate(post.parts):
            named = words if handle in words else f"{handle} {words}"
            text = inert(named, (post.link, handle))
            if not 0 < (length := self.length(text)) <= self.limit:
                raise PlatformError(
                    PlatformFailure.REJECTED,
                    f"Part {number + 1} of {post.key} counts {length}; the instance allows 1 to {self.limit}: shorten "
                    "its template.",
                    about=post.key,
                )
            first = number == 0 and not post.follow_up and not post.mention
            frozen: dict[str, Any] = {
                "at": at.isoformat(),
                "language": language if 2 <= len(language) <= 3 else "",
                "spoiler_text": self._spoiler,
                "text": text,
                "tied": bool(number or post.follow_up or post.mention),
                "visibility": self._visibility if first else _narrower(self._visibility, "unlisted"),
            }
            shown = post.picture if number == 0 else None
            if shown:
                frozen["picture"] = picture.frozen(shown)
            payload = json.dumps(frozen, sort_keys=True).encode()
            parts.append(Part(f"{post.key}.{number}", number, payload, shown.png if shown else b""))
        return parts

    def words(self, part: Part) -> str:
        """As they were frozen."""
        return str(json.loads(part.payload)["text"])

    # ---- publishing and reading back ----------------------------------------------------------------------------

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        """POST /api/v1/statuses, once. An answer is never seen by more people than its question."""
        frozen = json.loads(part.payload)
        visibility = frozen["visibility"]
        if parent and parent.cid in VISIBILITIES:
            visibility = _narrower(visibility, parent.cid)
        shown = frozen.get("picture")
        media = await self._upload(picture.taken(part, shown), shown["alt"]) if shown else None

        def post(client: Client) -> Receipt:
            return _receipt(
                client.status_post(
                    frozen["text"],
                    in_reply_to_id=parent.id if parent and frozen["tied"] else None,
                    visibility=visibility,
                    spoiler_text=frozen["spoiler_text"] or None,
                    language=frozen["language"] or None,
                    media_ids=[media] if media else None,
                    idempotency_key=hashlib.sha256(part.key.encode()).hexdigest(),
                    # GoToSocial and Akkoma would read Markdown where the account's own default says so.
                    content_type="text/plain",
                )
            )

        return await self._ask("write", post, _not_posted)

    async def _upload(self, png: bytes, alt: str) -> str:
        """POST /api/v2/media: the id of a picture with its alt text. That publishes nothing, so it may be done again; a
        status again under its key stays the one that there is, whatever picture it names."""

        def send(client: Client) -> str:
            answer = client.session.post(
                f"{self._instance}/api/v2/media",
                headers={"Authorization": f"Bearer {self._setup.secret(SECRET)}"},
                files={"file": ("card.png", png, picture.MEDIA_TYPE)},
                data={"description": alt},
            )
            answer.raise_for_status()
            return str(answer.json()["id"])

        return await self._ask("read", send)

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        """Look for the words among the account's own statuses, and not under another one than this one's parent. The
        key proves nothing: not every server keeps it."""
        frozen = json.loads(part.payload)
        wanted = _recognisable(frozen["text"])
        above = {"", parent.id} if parent and frozen["tied"] else None
        async for own in self._own_statuses(datetime.fromisoformat(frozen["at"]) - CLOCKS_DIFFER):
            if wanted in own.words and (above is None or own.reply_to in above):
                return own.receipt
        return None

    async def own_posts(self, since: datetime) -> Sequence[OwnPost]:
        """The account's own statuses."""
        own = [status async for status in self._own_statuses(since)]
        return [OwnPost(status.receipt, status.words[0], status.at, status.reply_to) for status in own]

    async def _own_statuses(self, since: datetime) -> AsyncIterator[_Own]:
        """Newest first, until they are older than ``since``."""
        me = await self._ask("read back", lambda client: client.account_verify_credentials().id)
        oldest = None

        def read(client: Any) -> list[_Own]:
            page = client.account_statuses(me, exclude_reblogs=True, max_id=oldest, limit=40)
            if (now := client.session.server_time()) and now < since:
                raise PlatformError(
                    PlatformFailure.UNKNOWN,
                    "A status is dated after the present, so it cannot be looked for: set this machine's clock right.",
                    about=self.id,
                )
            return [_own(status) for status in page]

        while (page := await self._ask("read back", read)) and page[-1].receipt.id != oldest:
            for status in page:
                if status.at < since:
                    return
                yield status
            oldest = page[-1].receipt.id

    async def check(self) -> str:
        """The account of the token, and how long a status may be there (kept for the next start)."""
        account = await self._ask("read", lambda client: client.account_verify_credentials())
        said = await self._ask("read", self._instance_says)
        self._setup.remember(json.dumps(said))
        self._adopt(said)
        advice = "" if account.bot else " (not marked as a bot: `smallprint doctor --fix`)"
        return f"posts as @{account.acct} on {self._instance}, up to {self.limit} characters{advice}"

    async def label(self) -> str:
        """PATCH /api/v1/accounts/update_credentials, which needs the scope write:accounts."""
        account = await self._ask("read", lambda client: client.account_verify_credentials())
        if account.bot:
            return ""
        await self._ask("read", lambda client: client.account_update_credentials(bot=True).id)
        return "marked as a bot"

    def _instance_says(self, client: Client) -> dict[str, int]:
        """GET /api/v2/instance, which not every server has. (Mastodon.py adds a slash, which GoToSocial redirects.)"""
        answer = client.session.get(f"{self._instance}/api/v2/instance")
        if answer.status_code == 404:
            return {}
        answer.raise_for_status()
        configuration = answer.json().get("configuration", {})
        statuses, media = configuration.get("statuses", {}), configuration.get("media_attachments", {})
        return {
            "picture": int(media.get("image_size_limit", PICTURE)),
            "alt": int(media.get("description_limit", ALT)),
            "limit": int(statuses.get("max_characters", LIMIT)),
            "address": int(statuses.get("characters_reserved_per_url", ADDRESS)),
        }

    async def aclose(self) -> None:
        """Nothing to give back: each request has a connection of its own."""

    # ---- mentions -----------------------------------------------------------------------------------------------

    async def mentions(self, cursor: str) -> tuple[Sequence[Mention], str]:
        """Who mentioned the account after ``cursor`` (a notification id)."""
        window: dict[str, Any] = {"limit": 1}

        def read(client: Client) -> list[_Note]:
            return [_note(each) for each in client.notifications(types=["mention"], **window)]

        if not cursor:
            latest = await self._ask("read", read)
            return (), latest[0].id if latest else BEGINNING
        window = {"limit": 40} if cursor == BEGINNING else {"limit": 40, "since_id": cursor}
        found: list[_Note] = []
        while (page := await self._ask("read", read)) and page[-1].id != window.get("max_id"):
            found += page
            window["max_id"] = page[-1].id
        mentions = [
            replace(note.mention, parent_links=await self._links_in(note.above))
            for note in reversed(found)
            if note.mention is not None
        ]
        return mentions, found[0].id if found else cursor

    async def gone(self, posts: Collection[str]) -> Collection[str]:
        """Statuses that the instance does not find for the bot: it says so of those of somebody who blocks it, too."""

        def is_gone(client: Client, status: str) -> bool:
            from mastodon import MastodonNotFoundError

            try:
                client.status(status)
            except MastodonNotFoundError:
                return True
            return False

        return [post for post in posts if await self._ask("read", partial(is_gone, status=post))]

    async def _links_in(self, status: str) -> tuple[str, ...]:
        """The links of a status, if it is still there; "" stands for none."""

        def read(client: Client) -> tuple[str, ...]:
            from mastodon import MastodonNotFoundError

            try:
                return _links(client.status(status).content)
            except MastodonNotFoundError:
                return ()

        return await self._ask("read", read) if status else ()

    # ---- asking the instance ------------------------------------------------------------------------------------

    async def _ask(
        self,
        purpose: Purpose,
        call: Callable[[Client], T],
        refused: Callable[[Wire], PlatformError | None] | None = None,
    ) -> T:
        """One request through Mastodon.py, on a session of ours that knows the time-out and what was sent."""
        token = self._setup.secret(SECRET)
        needed = {f"{SECRET} in the environment": token, "instance under [platforms.mastodon]": self._instance}
        if missing := [what for what, value in needed.items() if not value]:
            raise PlatformError(
                PlatformFailure.PAUSED, f"Mastodon cannot be used: set {' and '.join(missing)}.", about=self.id
            )
        if not token.isascii():
            raise PlatformError(
                PlatformFailure.PAUSED, f"{SECRET} has letters that no token has: copy it again.", about=self.id
            )
        from mastodon import Mastodon as Client

        from bot.platforms.wire import Wire

        wire = (self._wire or Wire)("Mastodon", [token])
        client = Client(
            access_token=token, api_base_url=self._instance, ratelimit_method="throw", session=wire,
            user_agent="smallprint",
        )  # fmt: skip
        return await wire.ask(purpose, lambda: call(client), refused or _refused)


def _refused(wire: Wire) -> PlatformError | None:
    """Where an operator must act, whatever was asked."""
    sentence = {
        401: "Mastodon: the instance does not accept the token ({}); make a new one with read, write:statuses and "
        "write:media.",
        403: "Mastodon: the instance forbids this account to go on ({}); look at it and at the token's scopes.",
    }.get(wire.status)
    return PlatformError(PlatformFailure.PAUSED, sentence.format(wire.words()), about="mastodon") if sentence else None


def _not_posted(wire: Wire) -> PlatformError | None:
    """A 422 also says that a picture is still being processed."""
    if wire.status == 422 and re.search(r"process", wire.words(), re.IGNORECASE):
        sentence = f"Mastodon is not done with the picture yet ({wire.words()}): it is tried again."
        return PlatformError(PlatformFailure.TRY_AGAIN, sentence, about="mastodon")
    return _refused(wire)


def _narrower(one: str, other: str) -> str:
    return max(one, other, key=VISIBILITIES.index)


class _Own(NamedTuple):
    """A status of the bot's, as far as it can be recognised."""

    receipt: Receipt
    at: datetime
    #: Its words, with addresses in full and as they are shown.
    words: tuple[str, str]
    #: The id of the status that it is under, or "".
    reply_to: str


def _own(status: Any) -> _Own:
    whole, shown = (_recognisable(_words(status.content, whole_links=whole)) for whole in (True, False))
    return _Own(_receipt(status), status.created_at, (whole, shown), str(status.in_reply_to_id or ""))


class _Note(NamedTuple):
    """A notification."""

    id: str
    #: None for one of another kind: GoToSocial before 0.17 sends them all.
    mention: Mention | None
    #: The status that it replies to, or "".
    above: str


def _note(note: Any) -> _Note:
    account, status = note.account, note.status
    if note.type != "mention" or not status:
        return _Note(_id(note), None, "")
    mention = Mention(
        platform="mastodon",
        id=_id(status),
        url=status.url or status.uri,
        author_id=_id(account),
        author=account.acct,
        text=_words(status.content),
        at=status.created_at,
        links=_links(status.content),
        author_is_bot=bool(account.bot),
        author_opted_out="#nobot" in visible(_words(account.note)).lower(),
        cid=status.visibility,
    )
    return _Note(_id(note), mention, str(status.in_reply_to_id or ""))


def _id(thing: Any) -> str:
    """Mastodon.py gives None for what an answer lacks; a cursor or a receipt of that would be worse than none."""
    if thing.id is None:
        raise ValueError("no id")
    return str(thing.id)


def _receipt(status: Any) -> Receipt:
    return Receipt(id=_id(status), url=status.url or status.uri)


def _words(content: str, *, whole_links: bool = True) -> str:
    """A status's HTML as text; ``whole_links`` shows addresses in full, where servers show them shortened."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(content)
    for link in tree.css("a:not(.mention)") if whole_links else ():
        link.replace_with(link.attributes.get("href") or "")
    for line_end in tree.css("br, p"):
        line_end.insert_after("\n")
    return tree.body.text().strip() if tree.body else ""


def _links(content: str) -> tuple[str, ...]:
    from selectolax.lexbor import LexborHTMLParser

    links = LexborHTMLParser(content).css("a[href]:not(.mention)")
    return tuple(href for link in links if (href := link.attributes["href"]))


def _recognisable(text: str) -> str:
    """Words without what a server may add or drop: the domain of a handle, invisible characters."""
    return _REMOTE_HANDLE.sub(r"\1", visible(text))
