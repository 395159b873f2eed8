"""A fake Mastodon instance on loopback: what `mastodon_mock` does not do (lengths, limits, faults, a server without
Idempotency-Key), for one bot's account."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import regex

from tests.fakes.loopback import Answered, Asked, Loopback, NextPost

SECRETS = {"SMALLPRINT_MASTODON_ACCESS_TOKEN": "canary-mastodon-token"}
ME = "1"

#: What Mastodon and GoToSocial make live, by their published grammars: addresses with a scheme, handles, tags.
ADDRESS = (
    r"(?<![\w@#$/])(?:https?|ipfs|gemini|ssb)://[^\s<>()?]+(?:\?[\w=&%.-]*\w)?"
    r"|(?:magnet:\?|xmpp:|mailto:)[\w@.=-]+|(?<![\w.-])www\.\w[\w.-]*"
)
HANDLE = r"(?<![=/\w])@\w+(?:@[\w.-]+\w)?"
TAG = r"(?<![=/\w])[#＃][\w\u200c·]*[^\W\d_][\w\u200c·]*"
LIVE = re.compile(f"(?P<address>{ADDRESS})|(?P<handle>{HANDLE})|(?P<tag>{TAG})")


def live(text: str) -> set[str]:
    """What would be a link, a mention or a tag."""
    return {found[0].rstrip(".,:;!?") for found in LIVE.finditer(text)}


@dataclass
class Account:
    id: str
    acct: str
    note: str = ""
    bot: bool = False


@dataclass
class Status:
    id: str
    account: Account
    text: str
    at: datetime
    visibility: str = "public"
    reply_to: str = ""
    language: str = ""
    spoiler_text: str = ""
    #: Its picture.
    media: Media | None = None


@dataclass
class Media:
    """A picture that was uploaded."""

    png: bytes
    alt: str


@dataclass
class FakeMastodon(Loopback):
    """One instance with one bot on it."""

    limit: int = 500
    per_address: int = 23
    #: GoToSocial and snac ignore the Idempotency-Key.
    keeps_key: bool = True
    #: GoToSocial shows an address without its scheme.
    shows_scheme: bool = True
    #: Older GoToSocials send notifications of every type.
    filters_notifications: bool = True
    #: Runs instead of the next attempt to post.
    next_post: NextPost | None = None
    #: How many reads of the own statuses do not show the newest one yet.
    late: int = 0
    #: How old a status is when it is first among the own ones.
    lag: timedelta = timedelta(0)
    #: Whether the token has the scope write:accounts.
    writes_accounts: bool = True
    #: The server's clock.
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    #: Added to every answer.
    headers: dict[str, str] = field(default_factory=dict)
    page_size: int = 40

    def __post_init__(self) -> None:
        super().__init__()
        self.me = Account(ME, "smallprint", bot=True)
        self.statuses: list[Status] = []
        self.notifications: list[tuple[str, str, Status]] = []
        self.keys: dict[str, Status] = {}
        #: Uploaded pictures by their ids.
        self.media: dict[str, Media] = {}
        #: Runs instead of the next upload.
        self.next_upload: NextPost | None = None
        #: How many attempts to post a picture come before it is processed.
        self.processing = 0
        #: Ids of those who block the bot: it finds none of their statuses.
        self.blockers: set[str] = set()

    # ---- what a test says ---------------------------------------------------------------------------------------

    def write(self, account: Account, text: str, **more: Any) -> Status:
        """Somebody posts; if the bot is mentioned, it is notified."""
        status = Status(str(1000 + len(self.statuses)), account, text, more.pop("at", self.now()), **more)
        self.statuses.append(status)
        if account is not self.me and "@smallprint" in text:
            self.notify("mention", status)
        return status

    def notify(self, kind: str, status: Status) -> None:
        """The bot is told that something happened to a status."""
        self.notifications.append((str(5000 + len(self.notifications)), kind, status))

    @property
    def own(self) -> list[Status]:
        """The bot's statuses, oldest first."""
        return [status for status in self.statuses if status.account is self.me]

    # ---- the API ------------------------------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answered:
        answered = self._route(asked)
        return Answered(answered.status, answered.body, {**answered.headers, **self.headers})

    def _route(self, asked: Asked) -> Answered:
        if asked.path == "/api/v2/instance":
            statuses = {"max_characters": self.limit, "characters_reserved_per_url": self.per_address}
            media = {"image_size_limit": 16_777_216, "description_limit": 1500}
            return Answered(200, {"configuration": {"statuses": statuses, "media_attachments": media}})
        if asked.headers.get("Authorization") != f"Bearer {SECRETS['SMALLPRINT_MASTODON_ACCESS_TOKEN']}":
            return Answered(401, {"error": "The access token is invalid"})
        if asked.path == "/api/v2/media":
            if failing := self.next_upload:
                self.next_upload = None
                return failing(lambda: self._upload(asked))
            return self._upload(asked)
        if (asked.method, asked.path) == ("PATCH", "/api/v1/accounts/update_credentials"):
            if not self.writes_accounts:
                return Answered(403, {"error": "This action is outside the authorized scopes"})
            self.me.bot = asked.form["bot"] in ("1", "true", "True")
            return Answered(200, self._account(self.me))
        if asked.method == "POST":
            if failing := self.next_post:
                self.next_post = None
                return failing(lambda: self._post(asked))
            return self._post(asked)
        if asked.path == "/api/v1/accounts/verify_credentials":
            return Answered(200, self._account(self.me))
        if asked.path == f"/api/v1/accounts/{ME}/statuses":
            own = [status for status in self.own if status.at <= self.now() - self.lag]
            if self.late > 0:
                self.late -= 1
                own = own[:-1]
            return Answered(200, [self._shown(status) for status in self._page(asked, [(s.id, s) for s in own])])
        if asked.path == "/api/v1/notifications":
            kinds = (
                {asked.query["types[]"]} if self.filters_notifications else {kind for _, kind, _ in self.notifications}
            )
            shown = [(each[0], each) for each in self.notifications if each[1] in kinds]
            return Answered(200, [self._notification(*each) for each in self._page(asked, shown)])
        wanted = asked.path.rsplit("/", 1)[1]
        shown = (each for each in self.statuses if each.account.id not in self.blockers)
        status = next((status for status in shown if status.id == wanted), None)
        return Answered(200, self._shown(status)) if status else Answered(404, {"error": "Record not found"})

    def _page(self, asked: Asked, things: list[tuple[str, Any]]) -> list[Any]:
        """Newest first, between since_id and max_id."""
        since, until = int(asked.query.get("since_id", 0)), int(asked.query.get("max_id", 10**9))
        size = min(int(asked.query.get("limit", 20)), self.page_size)
        return [thing for id, thing in reversed(things) if since < int(id) < until][:size]

    def _upload(self, asked: Asked) -> Answered:
        head = f"Content-Type: {asked.headers['Content-Type']}\r\n\r\n".encode()
        parts = message_from_bytes(head + asked.body, policy=policy.HTTP).iter_parts()
        fields = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
        if not fields["file"].startswith(b"\x89PNG"):
            return Answered(422, {"error": "Validation failed: File content type is invalid"})
        if len(fields["description"].decode()) > 1500:
            return Answered(422, {"error": "Validation failed: Description is too long"})
        media_id = str(9000 + len(self.media))
        self.media[media_id] = Media(fields["file"], fields["description"].decode())
        return Answered(200, {"id": media_id, "type": "image", "description": self.media[media_id].alt})

    def _post(self, asked: Asked) -> Answered:
        form = asked.form
        key = asked.headers.get("Idempotency-Key", "")
        if self.keeps_key and key in self.keys:
            return Answered(200, self._shown(self.keys[key]))
        counted = re.sub(ADDRESS, "x" * self.per_address, form["status"])
        counted = re.sub(r"(@\w+)@[\w.-]+\w", r"\1", counted) + form.get("spoiler_text", "")
        if len(regex.findall(r"\X", counted)) > self.limit:
            return Answered(422, {"error": f"Validation failed: Text character limit of {self.limit} exceeded"})
        reply_to = form.get("in_reply_to_id", "")
        media = form.get("media_ids[]", "")
        if media and media not in self.media:
            return Answered(422, {"error": "Validation failed: Media not found"})
        if media and self.processing > 0:
            self.processing -= 1
            return Answered(422, {"error": "Cannot attach files that have not finished processing. Try again later!"})
        if reply_to and not any(status.id == reply_to for status in self.statuses):
            return Answered(404, {"error": "Record not found"})
        self.keys[key] = self.write(
            self.me, form["status"], visibility=form["visibility"], reply_to=reply_to,
            language=form.get("language", ""), spoiler_text=form.get("spoiler_text", ""), media=self.media.get(media),
        )  # fmt: skip
        return Answered(200, self._shown(self.keys[key]))

    def _shown(self, status: Status) -> dict[str, Any]:
        return {
            "id": status.id,
            "url": f"{self.url}/@{status.account.acct}/{status.id}",
            "uri": f"{self.url}/users/{status.account.acct}/statuses/{status.id}",
            "created_at": status.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "content": self._content(status.text),
            "visibility": status.visibility,
            "language": status.language or None,
            "spoiler_text": status.spoiler_text,
            "in_reply_to_id": status.reply_to or None,
            "account": self._account(status.account),
        }

    def _notification(self, id: str, kind: str, status: Status) -> dict[str, Any]:
        return {"id": id, "type": kind, "account": self._account(status.account), "status": self._shown(status)}

    def _account(self, account: Account) -> dict[str, Any]:
        return {"id": account.id, "acct": account.acct, "note": f"<p>{account.note}</p>", "bot": account.bot}

    def _content(self, text: str) -> str:
        """A status as its readers get it."""
        paragraphs = []
        for paragraph in re.split(r"\n{2,}", text.strip()):
            pieces, at = [], 0
            for found in LIVE.finditer(paragraph):
                pieces += [html.escape(paragraph[at : found.start()]), self._link(found)]
                at = found.end()
            pieces.append(html.escape(paragraph[at:]))
            paragraphs.append("".join(pieces).replace("\n", "<br />"))
        return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)

    def _link(self, found: re.Match[str]) -> str:
        words = html.escape(found[0])
        if found["handle"]:
            name = words[1:].partition("@")[0]
            link = f'<a href="{self.url}/@{name}" class="u-url mention">@<span>{name}</span></a>'
            return f'<span class="h-card">{link}</span>'
        if found["tag"]:
            return (
                f'<a href="{self.url}/tags/{words[1:]}" class="mention hashtag" rel="tag">#<span>{words[1:]}</span></a>'
            )
        scheme, slashes, rest = words.partition("://")
        if not self.shows_scheme:
            return f'<a href="{words}" rel="nofollow">{rest or words}</a>'
        shown, hidden = rest[:20], rest[20:]
        return (
            f'<a href="{words}" rel="nofollow"><span class="invisible">{scheme}{slashes}</span>'
            f'<span class="ellipsis">{shown}</span><span class="invisible">{hidden}</span></a>'
        )
