"""The nouns. All frozen, no I/O; the words are those of the field (Open Terms Archive's where it has one).

A page's way through the bot, in nouns::

    Policy -> Snapshot -> Version -> Change -> Post -> Part -> Receipt
    Mention -> Command -> Answer -> Part -> Receipt

All times are aware datetimes in UTC.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

# ---- what is watched and what was read -----------------------------------------------------------------------


class Source(StrEnum):
    """Who put a policy on the watch list."""

    LIST = "list"
    OPERATOR = "operator"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Policy:
    """A document that is watched. ``id`` is ``service-slug/document-slug`` and never changes."""

    id: str
    service: str
    #: The document's type as Open Terms Archive names them: "Privacy Policy", "Terms of Service", ...
    document: str
    url: str
    #: CSS selectors of the policy text; none means: find it without help.
    select: tuple[str, ...] = ()
    #: CSS selectors of what to leave out.
    remove: tuple[str, ...] = ()
    #: BCP 47 tag, or "" until the first read tells.
    language: str = ""
    source: Source = Source.LIST
    paused: bool = False
    #: "browser" for a page that is filled by script; "": it is read as it comes.
    renderer: str = ""

    @property
    def name(self) -> str:
        """How people call it: "Zoom Privacy Policy"."""
        return f"{self.service} {self.document}"


@dataclass(frozen=True, slots=True)
class Validators:
    """The server's own words for "has it changed?", exactly as they came, for a conditional GET."""

    etag: str = ""
    last_modified: str = ""
    #: The address they came from: they are the words of no other page. "": the policy's own address.
    url: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Bytes as fetched."""

    #: The address the bytes came from, after redirects.
    url: str
    fetched_at: datetime
    body: bytes
    #: The media type alone ("text/html", "application/pdf", "text/markdown", "text/plain").
    content_type: str
    #: The charset of the Content-Type header, if it named one.
    charset: str = ""
    validators: Validators = Validators()
    #: Where the site says that the page is now, for good (301 and 308 alone led there); "" where it says no such thing.
    moved_to: str = ""

    @property
    def sha256(self) -> str:
        """The proof of what was read: hex SHA-256 of ``body``."""
        return hashlib.sha256(self.body).hexdigest()


class BlockKind(StrEnum):
    """What a block is in the document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table row, as a reader sees its text (no markup)."""

    kind: BlockKind
    text: str
    #: Heading: 1 to 6. Item: nesting depth from 1. Otherwise 0.
    level: int = 0
    #: The share of the text's characters that are inside links, 0 to 1 (menus and link lists have much).
    linked: float = 0.0


@dataclass(frozen=True, slots=True)
class Version:
    """A policy's text: blocks extracted by extractor number ``extractor``."""

    blocks: tuple[Block, ...]
    title: str = ""
    #: BCP 47 tag, or "" when it cannot be told.
    language: str = ""
    extractor: int = 0
    #: The extractor's doubt about the page itself ("page is cut off"), for watch/plausible.py.
    doubts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All words, a block a line."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def sha256(self) -> str:
        """Of kind, level and text of every block: equal texts have equal digests, whatever the bytes were."""
        digest = hashlib.sha256()
        for block in self.blocks:
            digest.update(f"{block.kind}\x1f{block.level}\x1f{block.text}\x1e".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


# ---- what changed ----------------------------------------------------------------------------------------------


class EditKind(StrEnum):
    """What happened to a sentence."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Edit:
    """One sentence that differs. ``before`` is None when added, ``after`` is None when removed."""

    kind: EditKind
    section: str
    before: str | None
    after: str | None
    #: How much a follower would care: 0 is furniture, 1 and more is news by itself.
    weight: float = 0.0
    topics: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """A name replaced throughout: one line, however many places."""

    before: str
    after: str
    places: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of the policy. An ellipsis (…) joins pieces in order from one sentence or list."""

    text: str
    kind: EditKind
    section: str = ""
    #: For reworded: the old wording; otherwise None.
    before: str | None = None


class Verdict(StrEnum):
    """What the bot would do about a difference."""

    POST = "post"
    SILENT = "silent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Change:
    """What turned one Version into another, judged."""

    verdict: Verdict
    #: In an operator's words; the weightiest first.
    reasons: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    renames: tuple[Rename, ...] = ()
    #: The date on which the coming text takes effect, as the page states it.
    effective: date | None = None
    topics: tuple[str, ...] = ()
    #: Best first; empty unless the verdict is POST.
    quotes: tuple[Quote, ...] = ()
    #: Whether it is coherent and plainly news, so that a short second look is enough.
    plain: bool = False
    #: Whether the wording changed while the page's own "last updated" line did not; None: the page has no such line.
    quiet: bool | None = None
    #: For BROKEN: which side is not a whole policy, "before" or "after".
    broken_side: str = ""

    def count(self, kind: EditKind) -> int:
        """How many edits are of this kind."""
        return sum(edit.kind is kind for edit in self.edits)

    @property
    def lead_topics(self) -> tuple[str, ...]:
        """What the leading quote is about: the change as a whole may be about more."""
        for lead in self.quotes[:1]:
            pieces = [piece.strip() for piece in lead.text.split("…")]
            for edit in self.edits:
                source = (edit.before if lead.kind is EditKind.REMOVED else edit.after) or ""
                if (edit.kind, edit.section) == (lead.kind, lead.section) and all(piece in source for piece in pieces):
                    return edit.topics
        return self.topics


# ---- what is told ----------------------------------------------------------------------------------------------


class StoryKind(StrEnum):
    """What a post says about a change; all but POST are follow-ups in its thread."""

    POST = "post"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    IN_EFFECT = "in-effect"
    CORRECTION = "correction"


#: Between two looks at a policy; a change in so long a time is told with both dates.
LONG_GAP = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Story:
    """A confirmed thing to tell: a change, or what became of one."""

    #: Short, stable and fit for an address: "2023-08-23-x-privacy-policy-3f9a".
    id: str
    policy: Policy
    kind: StoryKind
    change: Change
    #: When the wording was first read, and when the second look confirmed it.
    found_at: datetime
    confirmed_at: datetime
    #: The sha256 of the Snapshot in which the quotes stand.
    snapshot_sha256: str
    #: The id of the story whose thread this continues; "" for a POST.
    under: str = ""
    #: For a CORRECTION: the operator's words.
    note: str = ""
    #: Why the operator took it back, or "".
    retracted: str = ""
    #: For a POST: when the policy was last read before ``found_at``, without this wording. None: nobody wrote it down.
    not_before: datetime | None = None

    @property
    def gap(self) -> tuple[date, date] | None:
        """Between which days the wording changed, where nobody could look for so long that the day of the find alone
        would mislead."""
        if self.not_before is None or self.found_at - self.not_before < LONG_GAP:
            return None
        return self.not_before.date(), self.found_at.date()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word that a part is published."""

    #: The platform's own id (X: post id; Bluesky: at:// URI; Mastodon: status id; local: path).
    id: str
    #: Where a person can look at it.
    url: str
    #: Bluesky needs the record's CID to reply to it; "" elsewhere.
    cid: str = ""


class Shape(StrEnum):
    """How a card is cut: as high as a phone shows it whole, or as wide as previews of links are."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


@dataclass(frozen=True, slots=True)
class Picture:
    """The card of a change: a PNG, its size in pixels, and the same in words."""

    png: bytes
    width: int
    height: int
    alt: str

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of ``png``."""
        return hashlib.sha256(self.png).hexdigest()


@dataclass(frozen=True, slots=True)
class Post:
    """Words for one platform. ``parts`` is the thread, each within the platform's length."""

    #: Stable for ever: the same story on the same platform has the same key.
    key: str
    parts: tuple[str, ...]
    #: The only address in the words that may become a live link; "" for none.
    link: str = ""
    link_title: str = ""
    language: str = ""
    #: Whether the first part continues a thread of ours (a follow-up) or replies to a person (an answer).
    follow_up: bool = False
    #: The one handle that may be mentioned (the person who asked), without "@"; "" for none, and for every news post.
    mention: str = ""
    #: That person's stable id on the platform (Bluesky: DID).
    mention_id: str = ""
    #: Goes with the first part.
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One post of a thread with every byte decided: what the outbox keeps and sends, however often it must try."""

    key: str
    #: Place in the thread, from 0.
    number: int
    #: The platform's own frozen form (text, facets, time, rkey, media hash ...), opaque to everybody else.
    payload: bytes
    #: The PNG that goes with it, or b"". The outbox keeps it apart and gives it only to whoever claims the part.
    picture: bytes = b""


class DeliveryState(StrEnum):
    """Where a part stands on its way out."""

    OWED = "owed"
    #: Sent without a certain answer: read back before anything else.
    UNKNOWN = "unknown"
    SENT = "sent"
    #: Nobody can tell by reading back, or the platform refuses it: an operator decides.
    PARKED = "parked"
    DISCARDED = "discarded"
    #: It waited for so long that it is told with others, in one post (`Delivery.digest`).
    DIGESTED = "digested"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A part owed to one publisher: a row of the outbox."""

    publisher: str
    part: Part
    #: What it tells: a story's id or a mention's id.
    about: str
    #: The key of the part that must be sent before this one and that it replies to; "" when it stands alone.
    after: str = ""
    #: For an answer: the request it replies to, and that thread's root.
    parent: Receipt | None = None
    root: Receipt | None = None
    #: The weightiest goes first when the pace is limited.
    weight: float = 0.0
    owed_at: datetime | None = None
    state: DeliveryState = DeliveryState.OWED
    attempts: int = 0
    #: Reading back found nothing so often, and when it did last.
    empty_reads: int = 0
    last_read_at: datetime | None = None
    next_attempt_at: datetime | None = None
    problem: str = ""
    receipt: Receipt | None = None
    sent_at: datetime | None = None
    #: For DIGESTED: what the digest's own deliveries are about; "" otherwise.
    digest: str = ""
    #: Who has claimed it; None while nobody has.
    owner: str | None = None
    #: 0 until the store has numbered it.
    id: int = 0


# ---- what people ask -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody wrote to the bot."""

    platform: str
    #: The platform's id of the post (Bluesky: at:// URI).
    id: str
    url: str
    #: Stable account id and the handle without "@".
    author_id: str
    author: str
    text: str
    at: datetime
    #: Links that the platform itself marked in the post, in order.
    links: tuple[str, ...] = ()
    #: Links in the post that this one replies to, for "@bot watch this".
    parent_links: tuple[str, ...] = ()
    author_is_bot: bool = False
    #: "#nobot" or the platform's own sign that the account wants no bots.
    author_opted_out: bool = False
    cid: str = ""
    root_id: str = ""
    root_cid: str = ""


class CommandKind(StrEnum):
    """What a person can ask for."""

    WATCH = "watch"
    STOP = "stop"
    STOP_ALL = "stop all"
    LIST = "list"
    HELP = "help"
    STATUS = "status"
    LAST = "last"
    WHY = "why"
    #: A number that answers a choice.
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class Command:
    """One understood request. ``target`` is an address, a domain or a name, as typed."""

    kind: CommandKind
    target: str = ""


class RequestState(StrEnum):
    """Where a request to watch stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody asked for a policy, and is told when it changes."""

    id: int
    mention: Mention
    policy_id: str
    url: str
    state: RequestState
    asked_at: datetime
    #: Since when the platform no longer shows the request to the bot; None while it does.
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that was put to somebody: their number chooses an address, for the command that they had given."""

    kind: CommandKind
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot says to a mention; ``template`` is a file of templates/replies, ``facts`` its words."""

    template: str
    facts: dict[str, str] = field(default_factory=dict)


# ---- what the store keeps of a policy --------------------------------------------------------------------------


class Standing(StrEnum):
    """What a read text is to the bot."""

    #: What the policy says: the base of the next comparison; its wording is known.
    ACCEPTED = "accepted"
    #: News that waits for its second look.
    CANDIDATE = "candidate"
    #: Not a whole policy: kept as evidence, never compared with.
    HELD = "held"


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """What the store knows of a Version without unpacking its text (`Store.version` does that)."""

    id: int
    #: `Version.sha256` of the text.
    text_sha256: str
    extractor: int
    #: The Snapshot it was extracted from.
    snapshot_sha256: str
    fetched_at: datetime
    standing: Standing
    #: Of the newest bytes that had this very text, which may differ from ``snapshot_sha256`` by a nonce. Both are empty
    #: after the policy's address or selectors changed: then the page must be looked at again.
    validators: Validators = Validators()
    seen_sha256: str = ""
    #: Why it is held, or what the candidate would tell.
    reasons: tuple[str, ...] = ()


class Standpoint(StrEnum):
    """What became of a told story's wording."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    IN_EFFECT = "in effect"
    #: Other news took its place and is told as a story of its own.
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Told:
    """A story that was told, and what became of it."""

    story: Story
    standpoint: Standpoint


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a check needs to know about a policy before it reads the page again."""

    #: What the policy says, or None before the first good read.
    current: StoredVersion | None
    #: The last text read, whatever its standing; the same as ``current`` in quiet times.
    seen: StoredVersion | None
    #: Since when the news that is waiting for a second look has been seen, and which news it is.
    candidate_since: datetime | None = None
    candidate_signature: str = ""
    #: When the policy was last read before that, without this news.
    candidate_not_before: datetime | None = None
    #: When a second route last showed the old text instead of the waiting news; None while none does.
    disputed_at: datetime | None = None
    #: The last check that found a whole policy.
    last_read_at: datetime | None = None
    #: How often a candidate vanished before it could be confirmed, and when it last did.
    flaps: int = 0
    last_flap_at: datetime | None = None
    #: The kind of the newest failure, or "" while the policy is well; since when, and how many in a row.
    failing: str = ""
    failing_since: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """How a policy is doing, for `status`, pages and metrics."""

    policy: Policy
    #: The last check that asked for the page, and the last one that found a whole policy.
    last_checked_at: datetime | None = None
    last_read_at: datetime | None = None
    #: None: at once, it was never checked.
    next_check_at: datetime | None = None
    #: The newest failure: its kind ("" while the policy is well), its sentence, since when, and how many in a row.
    failing: str = ""
    failing_message: str = ""
    failing_since: datetime | None = None
    failures: int = 0
    #: Why the text last read is held; empty when it is not.
    held: tuple[str, ...] = ()
    #: Since when news waits for its second look, and when a second route last showed the old text instead.
    candidate_since: datetime | None = None
    disputed_at: datetime | None = None
    #: Where the site says that the policy is now, for good; "" while it is where the watch list has it.
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found: everything that the store writes of it, in one transaction."""

    policy_id: str
    at: datetime
    next_check_at: datetime
    #: A failed read; then nothing below is set but ``asked``.
    failure: str = ""
    failure_message: str = ""
    #: False for a failure of the page's host alone: nobody asked for the page, and it is no attempt.
    asked: bool = True
    #: Where the site says that the policy is now, "" for where it was; None: this check does not know.
    moved_to: str | None = None
    #: A text that differs from the last one seen: both or neither, and with a ``standing``.
    snapshot: Snapshot | None = None
    version: Version | None = None
    #: What the last seen text now is; None leaves it as it was, and with it its reasons and what waits.
    standing: Standing | None = None
    #: Why it is held, or what the candidate would tell; in an operator's words.
    reasons: tuple[str, ...] = ()
    #: For the same text in other bytes: their digest and validators.
    seen_sha256: str = ""
    validators: Validators | None = None
    #: The news that waits: written whenever ``standing`` is, so that None then ends the wait.
    candidate_since: datetime | None = None
    candidate_signature: str = ""
    candidate_not_before: datetime | None = None
    disputed_at: datetime | None = None
    flapped: bool = False
    #: Fingerprints (signed 64-bit) of sentences that are known wording from now on.
    remember: frozenset[int] = frozenset()
    stories: tuple[Story, ...] = ()
    owed: tuple[Delivery, ...] = ()
    #: New standpoints of stories told before, by story id.
    standpoints: dict[str, Standpoint] = field(default_factory=dict)


class EventKind(StrEnum):
    """What the pipeline reports as it happens; the first five are what `replay` prints."""

    POST = "post"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    IN_EFFECT = "in-effect"
    HELD = "held"
    BASELINE = "baseline"
    UNCHANGED = "unchanged"
    SILENT = "silent"
    SEEN = "seen, waits for a second look"
    VANISHED = "gone before the second look"
    FAILED = "failed"
    STILL_FAILING = "still failing"
    NOT_ASKED = "not asked, waits with its host"
    RECOVERED = "recovered"
    SENT = "sent"
    NOT_SENT = "not sent"
    NOT_DRAWN = "told without a picture"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, for people, logs, metrics and `replay`."""

    kind: EventKind
    at: datetime
    policy: Policy | None = None
    #: When the wording that this is about was first fetched.
    fetched_at: datetime | None = None
    story: Story | None = None
    #: The finished thread for each platform, by publisher id.
    posts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    publisher: str = ""
    receipt: Receipt | None = None
