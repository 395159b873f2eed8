"""The contracts the pipeline needs from the rest of the house. Each fits on one screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from bot.model import (
    Checked,
    Delivery,
    DeliveryState,
    Health,
    Mention,
    Offer,
    Part,
    Policy,
    Post,
    Reading,
    Receipt,
    RequestState,
    Shape,
    Snapshot,
    Standpoint,
    StoredVersion,
    Story,
    Told,
    Validators,
    Version,
    Watch,
)


class Clock(Protocol):
    """Time, injected: the real one in `run`, a simulated one in `replay`, `demo` and tests."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""


class Fetcher(Protocol):
    """Reads a policy's page."""

    async def fetch(self, policy: Policy, validators: Validators | None = None) -> Snapshot | None:
        """The page as it is now, or None when the server says it is the one of ``validators`` (304).

        Raises:
            FetchError: the page could not be read; ``kind`` says why.
        """


class Extractor(Protocol):
    """Reads the words of a policy out of the bytes of its page."""

    async def extract(self, snapshot: Snapshot, select: Sequence[str] = (), remove: Sequence[str] = ()) -> Version:
        """The text of a page, PDF, Markdown or plain text; of a page: what the CSS selectors ``select`` name, without
        what ``remove`` names.

        Raises:
            FetchError: the bytes hold no policy text, or cost more than a policy's may.
            ConfigError: a selector is not CSS.
        """


class Publisher(Protocol):
    """A platform that posts. One file a platform; found by its entry point in the group ``smallprint.publishers``.

    The outbox calls `prepare` once, keeps the parts, and then calls `publish` for one part at a time until there is a
    receipt; after an unknown result it calls `find` first. None of these may wait for a rate limit or retry a write.
    """

    #: "x", "bluesky", "mastodon", "local"; lower case, stable, used in settings, addresses and metrics.
    id: str
    #: The most that `length` may say of one post.
    limit: int
    #: Whether a longer story may continue in replies to its own first post.
    threads: bool
    #: Whether a link must be in the words for a follower to reach it.
    wants_link: bool

    def length(self, text: str) -> int:
        """How long the platform counts ``text``, in its own unit. Pure."""

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        """Freeze every byte that will be sent; ``at`` becomes the record's time. Pure, no network.

        Raises:
            PlatformError: ``REJECTED`` when the words cannot be sent as they are.
        """

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        """Send one part, once. ``parent`` and ``root`` are set from the second part of a thread on.

        Raises:
            PlatformError: ``kind`` says what is known about the result.
        """

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        """Read back: the receipt of this very part if it is published, None if it is not there (yet).

        Raises:
            PlatformError: the platform could not be asked.
        """

    async def check(self) -> str:
        """Whose account this is and that it may post, in one line for `doctor`.

        Raises:
            PlatformError: what is wrong with the keys or the account, and what to do.
        """

    async def aclose(self) -> None:
        """Give back connections."""


@runtime_checkable
class Inbox(Protocol):
    """The optional second ability of a Publisher: it can be asked things."""

    async def mentions(self, cursor: str) -> tuple[Sequence[Mention], str]:
        """Mentions after ``cursor`` ("" at the very first call: only from now on), oldest first, and the next cursor.

        Raises:
            PlatformError: the platform could not be asked.
        """

    async def gone(self, posts: Collection[str]) -> Collection[str]:
        """Which of these posts of others (ids of mentions) the platform does not show to the bot.

        They are deleted, or of an account that is gone or that blocks the bot.

        Raises:
            PlatformError: the platform could not be asked.
        """


@dataclass(frozen=True, slots=True)
class Frame:
    """How a platform shows a picture best, and the most that it takes."""

    shape: Shape
    #: Bytes of a picture, and UTF-16 units of its alt text.
    most_bytes: int
    most_alt: int


@runtime_checkable
class Illustrated(Protocol):
    """The optional ability of a Publisher whose posts may carry a picture (`Post.picture`)."""

    frame: Frame


@runtime_checkable
class Priced(Protocol):
    """The optional ability of a Publisher whose posts cost money."""

    #: The most that may be spent in a calendar month (UTC), in millionths of a dollar; None: as much as it takes.
    budget: int | None

    def price(self, part: Part) -> int:
        """What sending this part once costs, in millionths of a dollar. Pure."""


@runtime_checkable
class PlacesLink(Protocol):
    """The optional ability of a Publisher to choose where in a thread the one link goes."""

    #: At the end; otherwise in the first part.
    link_last: bool


@runtime_checkable
class Labelled(Protocol):
    """The optional ability of a Publisher to say publicly that its account is a bot's."""

    async def label(self) -> str:
        """Mark the account as a bot's where that is not done yet. Returns what was done, or the steps that are left for
        a person; "" where it is marked already.

        Raises:
            PlatformError: the platform could not be asked, or does not let the keys do it.
        """


@dataclass(frozen=True, slots=True)
class OwnPost:
    """One of the bot's own posts, as the platform shows it."""

    receipt: Receipt
    words: str
    at: datetime
    #: The platform's id of the post that it replies to or quotes, or "".
    above: str = ""
    #: What it cost, in millionths of a dollar.
    price: int = 0


@runtime_checkable
class Timeline(Protocol):
    """The optional ability of a Publisher to say what it has posted, for a bot whose memory is older than its posts."""

    def words(self, part: Part) -> str:
        """The words of a frozen part, as `own_posts` would show them. Pure."""

    async def own_posts(self, since: datetime) -> Sequence[OwnPost]:
        """The account's own posts since then, newest first.

        Raises:
            PlatformError: the platform could not be asked.
        """


@dataclass(frozen=True, slots=True)
class PlatformSetup:
    """What a publisher is built from: ``factory(setup) -> Publisher``.

    A publisher without its secrets can still count and prepare (previews, `diff`); `check`, `publish` and `find` then
    raise a PlatformError of kind PAUSED that names the missing variable.
    """

    #: Its own table of the settings, ``[platforms.<id>]``.
    options: Mapping[str, Any]
    #: A secret from the environment by its variable's name, "" when unset. Never log or store what it returns.
    secret: Callable[[str], str]
    #: The bot's public address without a trailing slash, or "".
    public_url: str = ""
    #: A small text that survives a restart (a session), kept apart for each publisher.
    recall: Callable[[], str] = lambda: ""
    remember: Callable[[str], None] = lambda text: None


class PolicyStore(Protocol):
    """Policies, what was read of them and what was told."""

    def sync_list(self, policies: Collection[Policy]) -> None:
        """Make the policies of source LIST exactly these; histories of those left out are kept, unwatched. What an
        operator paused stays paused."""

    def add_policy(self, policy: Policy) -> None:
        """Watch a policy from now on (again, if it was removed); the same id updates it. Where the address or the
        selectors changed, its validators are forgotten and it is due at once."""

    def remove_policy(self, policy_id: str) -> None:
        """Stop watching; what was told stays. Raises NotFound."""

    def pause_policy(self, policy_id: str, paused: bool) -> None:
        """Raises NotFound."""

    def policies(self) -> Sequence[Policy]:
        """All watched policies, by id."""

    def policy(self, policy_id: str) -> Policy:
        """Raises NotFound."""

    def lease_due(self, now: datetime, owner: str, lease: timedelta, limit: int) -> Sequence[Policy]:
        """Up to ``limit`` policies that are due, longest due first; leased to ``owner`` until `record` ends the lease.
        One of a host, and none of a host of which somebody (whoever) has one leased."""

    def next_due(self) -> datetime | None:
        """When the next policy is due: the Unix epoch when one was never checked, the end of its lease for a leased
        one, None when nothing is watched."""

    def health(self) -> Sequence[Health]:
        """How every watched policy is doing, by id."""

    def reading(self, policy_id: str) -> Reading:
        """All that a check needs to know. Raises NotFound."""

    def known(self, policy_id: str) -> frozenset[int]:
        """Fingerprints of every sentence that the policy was ever accepted with."""

    def told(self, policy_id: str) -> Sequence[Told]:
        """The stories told of a policy, oldest first (kind POST only, each with what became of it)."""

    def said(self, policy_id: str, text_sha256: str) -> bool:
        """Whether the policy was accepted with exactly this text (`Version.sha256`) before."""

    def alike(self, policy_id: str, text_sha256: str) -> Sequence[str]:
        """Other watched policies of the same host that show exactly this text now, though what they say is otherwise
        not what this one says: one wall, or one new document, in the place of several. Their ids."""

    def version(self, version_id: int) -> Version:
        """The text of a StoredVersion. Raises NotFound, and StoreError naming the policy where it is damaged."""

    def versions(self, policy_id: str) -> Sequence[StoredVersion]:
        """Every text kept of a policy, oldest first. Raises NotFound."""

    def replace_version(self, version_id: int, version: Version, remember: Collection[int]) -> None:
        """The same snapshot extracted again by a newer extractor: a technical upgrade, no change. ``remember`` are
        the fingerprints of its sentences, which are known wording as well."""

    def taking_effect(self, day: date) -> Sequence[Told]:
        """Told stories with an effective date that came after they were told and is on or before ``day``, whose
        wording stands and of which that was not told yet."""

    def next_effect(self) -> datetime | None:
        """The start (UTC) of the earliest day for which `taking_effect` will have something."""

    def tell(self, story: Story, owed: Sequence[Delivery], standpoints: Mapping[str, Standpoint]) -> None:
        """Record a story that no read of a page caused (in effect, a correction), with what is owed of it, in one
        transaction; a story that is already there is left as it is."""

    def stories(self, limit: int, before: str = "", policy_id: str = "") -> Sequence[Story]:
        """Stories of every kind, newest first; the next page comes ``before`` the last one's id. Raises NotFound."""

    def story(self, story_id: str) -> Story:
        """Raises NotFound."""

    def picture(self, story_id: str) -> bytes | None:
        """The card of a story as its page shows it (a PNG); None where there is none."""

    def follow_ups(self, story_id: str) -> Sequence[Story]:
        """The stories under this one, oldest first."""

    def retract(self, correction: Story, owed: Sequence[Delivery]) -> None:
        """Take back the story that ``correction`` is under and owe the correction, in one transaction. What is not sent
        yet never will be; what may have been sent is parked; a platform that cannot have it is owed no correction. A
        second time changes nothing. Raises NotFound."""

    def snapshot(self, sha256: str) -> Snapshot:
        """The bytes behind a story or version. Raises NotFound, and StoreError naming the policy where damaged."""

    def record(self, checked: Checked) -> None:
        """Write all that one check found and owes in one transaction, and end the policy's lease. A story's id or a
        delivery's key that is already there is left as it is. Raises NotFound."""


class OutboxStore(Protocol):
    """Parts owed to publishers."""

    def owe(self, deliveries: Sequence[Delivery]) -> None:
        """Add parts that no check owes (answers, corrections); a key that is already there is left as it is."""

    def claim(
        self, publisher: str, now: datetime, owner: str, lease: timedelta, limit: int, *, begin: bool = True
    ) -> Sequence[Delivery]:
        """Up to ``limit`` parts whose turn it is (state OWED or UNKNOWN, ``next_attempt_at`` reached, the part before
        them sent), weightiest first, then oldest, with ``parent`` and ``root`` filled in; claimed by ``owner`` until
        ``lease`` ends. Without ``begin`` only what was begun: later parts of a thread, and parts of unknown result.
        A part whose claim ended without `settle` comes back as UNKNOWN. A part after one that was discarded or never
        owed stands alone (``parent`` None). A paused platform gives nothing."""

    def settle(self, delivery: Delivery) -> None:
        """Write a delivery's new state (state, receipt, problem, attempts, times) and end the claim, if it is still its
        own. What is sent stays sent, UNKNOWN never becomes OWED again, and what an operator decided meanwhile yields to
        SENT alone. DISCARDED takes the rest of its thread along."""

    def begun_since(self, publisher: str, since: datetime) -> int:
        """How many stories (first parts, answers to people left out) were begun after ``since``: sent, or perhaps."""

    def waiting_since(self, publisher: str, now: datetime) -> datetime | None:
        """When the story was owed that has waited the longest, of those that could be sent now."""

    def stale(self, publisher: str, before: datetime) -> Sequence[Delivery]:
        """What is to be told in one digest, oldest first: all parts of each story that was owed before then and was
        never tried, with what an untried digest holds already; empty where nothing is new. Corrections never are."""

    def fold(self, digest: Delivery, members: Sequence[Delivery]) -> bool:
        """Owe a digest in the place of its members (they become DIGESTED) and of the digests that they were in; what
        follows one of them follows the digest. False, and nothing done, where one was touched meanwhile."""

    def told_in(self, digest: str) -> Sequence[str]:
        """The stories that a digest tells, by what its delivery is about; empty for what is no digest."""

    def reserve(self, publisher: str, prices: Mapping[str, int], budget: int | None, now: datetime) -> bool:
        """Set aside what these parts cost (key: millionths of a dollar), all or nothing, within the month's
        ``budget``. It counts as spent from the moment at which the part may have been sent."""

    def spent(self, publisher: str, now: datetime) -> int:
        """Millionths of a dollar: what this calendar month (UTC) has cost, what is set aside included."""

    def charge(self, publisher: str, key: str, price: int, now: datetime) -> None:
        """Count a part that was found on the platform, if its price was not counted yet."""

    def deliveries(self, *, about: str = "", states: Collection[DeliveryState] = ()) -> Sequence[Delivery]:
        """The outbox, oldest first; all states when none are named."""

    def steer(self, delivery_id: int, state: DeliveryState) -> Delivery:
        """An operator's word: OWED (try again at once; what may have been tried becomes UNKNOWN and is read back first)
        or DISCARDED (with the rest of its thread). Raises NotFound, also for what is sent or was never frozen."""

    def sent_count(self) -> int:
        """How many parts were ever sent: it only grows, unless the database is replaced by an older one."""

    def rest_platform(self, publisher: str, until: datetime) -> None:
        """The platform asked for a pause: nothing is sent to it before ``until``."""

    def pause_platform(self, publisher: str, reason: str) -> None:
        """Keep everything of this platform back until `resume_platform`."""

    def resume_platform(self, publisher: str) -> None:
        """Go on."""

    def paused_platforms(self) -> Mapping[str, str]:
        """Paused publishers and why."""


class RequestStore(Protocol):
    """What people asked for."""

    def cursor(self, publisher: str) -> str:
        """Up to where mentions are settled."""

    def settle_mentions(self, publisher: str, cursor: str) -> None:
        """Move the cursor, once everything before it is answered or known to need no answer."""

    def add_watch(self, mention: Mention, policy_id: str, url: str, state: RequestState, at: datetime) -> Watch:
        """Remember who asked for what; the same person and policy again returns the existing watch, which starts anew
        if it was stopped."""

    def watches(
        self, *, policy_id: str = "", platform: str = "", author_id: str = "", states: Collection[RequestState] = ()
    ) -> Sequence[Watch]:
        """Who asked for what, oldest first. An account's id is its platform's own: name both."""

    def decide(self, watch_id: int, state: RequestState) -> Watch:
        """Approve, refuse or stop. Raises NotFound."""

    def opt_out(self, platform: str, author_id: str) -> None:
        """Never answer this account again. It outlives the database being put back to an older one."""

    def opted_out(self, platform: str, author_id: str) -> bool:
        """Whether it asked for that."""

    def asked_since(self, since: datetime, *, platform: str = "", author_id: str = "", host: str = "") -> int:
        """How many watches were asked for after ``since``, by whom or for which host."""

    def answered(self, platform: str, key: str) -> bool:
        """Whether a reply was ever owed under this key (`Reply.key`), also where nothing else of it is still known."""

    def offer(self, platform: str, author_id: str, offer: Offer, at: datetime) -> None:
        """Remember the choice that is put to somebody, in the place of an earlier one."""

    def offered(self, platform: str, author_id: str, since: datetime) -> Offer | None:
        """The choice that was put to somebody after ``since``."""

    def to_look_for(self, platform: str, seen: datetime, missed: datetime, limit: int) -> Sequence[Watch]:
        """Requests of a platform whose turn it is to be looked for, the longest waiting first: last there (or made)
        before ``seen``, or last not there before ``missed``."""

    def unwanted(self) -> Sequence[Watch]:
        """Requests of accounts that opted out, which an older database that was put back still has."""

    def looked_for(self, watch_ids: Collection[int], missing: Collection[int], at: datetime) -> None:
        """These requests were looked for; ``missing`` of them are not there."""

    def forget(self, watch_id: int) -> None:
        """Nothing of this request is kept, nor of what was and is owed to who asked, but that it was answered."""

    def forget_answers(self, before: datetime) -> int:
        """Keep of the replies that were owed ``before`` then only that there was one, and of the choices nothing.

        A reply that is not sent yet never will be. Returns how many replies that were.
        """


class Store(PolicyStore, OutboxStore, RequestStore, Protocol):
    """Everything durable. The only thing behind it that knows SQL is bot/store."""

    def recall(self, name: str) -> str:
        """A small named text ("session.bluesky", "cycle.ended"), or ""."""

    def remember(self, name: str, text: str) -> None:
        """Keep a small named text."""

    def last_moment(self) -> datetime | None:
        """The newest thing that this store knows of; None for an empty one."""

    def lease_owners(self) -> Collection[str]:
        """Who has policies or parts of the outbox leased."""

    def end_leases(self, owner: str, now: datetime) -> None:
        """``owner`` is gone: what it had leased is free at once. A part that it was sending comes back as UNKNOWN."""

    def tidy(self) -> None:
        """What may wait for a quiet moment: statistics for the planner, a small write-ahead log, pictures that nobody
        needs any more."""

    def close(self) -> None:
        """Give back the database."""
