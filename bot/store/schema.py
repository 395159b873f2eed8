"""The tables. What a column means is said at the noun it keeps (bot/model.py); here is only what the database adds.

Nothing in it is SQLite's alone: the same tables stand in PostgreSQL. The migrations make exactly these, which
tests/store/test_schema.py holds.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

#: The newest migration, which makes the tables below.
REVISION = "0006"
#: The next check of a policy that was never checked.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


class Utc(TypeDecorator[datetime]):
    """A moment. SQLite keeps no zone, so all are written and read as UTC; a naive one is a bug."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that every database takes. Strangers' words may hold NUL or half a surrogate pair: those become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(name: str) -> Column[str]:
    return Column(name, Words, nullable=False, default="")


def _added_text(name: str) -> Column[str]:
    """Of a table that had rows before it had this column."""
    return Column(name, Words, nullable=False, default="", server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, default=0)


def _json(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, JSON(none_as_null=True), nullable=nullable)


def _lease() -> tuple[Column[str], Column[datetime]]:
    """Who works on a row, and until when the others leave it alone."""
    return Column("lease_owner", Words), Column("lease_until", Utc)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

policies = Table(
    "policies",
    metadata,
    #: What other tables name a policy by: half a million rows of known wording stay small.
    Column("number", Integer, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    _text("service"),
    _text("document"),
    _text("url"),
    #: Of the address: nobody reads two policies of one host at once.
    _text("host"),
    _json("select"),
    _json("remove"),
    _text("language"),
    _text("source"),
    Column("paused", Boolean, nullable=False, default=False),
    #: False for what was watched once: its history stays.
    Column("watched", Boolean, nullable=False, default=True),
    Column("next_check_at", Utc, nullable=False, default=AT_ONCE),
    Column("last_checked_at", Utc),
    Column("last_read_at", Utc),
    _text("failing"),
    _text("failing_message"),
    Column("failing_since", Utc),
    _count("failures"),
    #: Rows of ``versions``; no foreign keys, since those point back here.
    Column("current_version", Integer),
    Column("seen_version", Integer),
    Column("candidate_since", Utc),
    _text("candidate_signature"),
    _count("flaps"),
    Column("last_flap_at", Utc),
    *_lease(),
    Column("candidate_not_before", Utc),
    Column("disputed_at", Utc),
    _added_text("moved_to"),
    _added_text("renderer"),
    Index(None, "next_check_at"),
    Index(None, "lease_until"),
)


def _policy() -> Column[int]:
    return Column("policy", ForeignKey(policies.c.number), nullable=False)


#: A text and the page it stands in, packed together; blobs.py has the layout.
blobs = Table(
    "blobs",
    metadata,
    Column("id", Integer, primary_key=True),
    _policy(),
    Column("evidence", Boolean, nullable=False),
    Column("number", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("text_size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("policy", "evidence", "number"),
    Index(None, "policy", "sha256"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    _policy(),
    Column("blob", ForeignKey(blobs.c.id), nullable=False),
    _text("text_sha256"),
    _count("extractor"),
    _text("snapshot_sha256"),
    _text("snapshot_url"),
    _text("content_type"),
    _text("charset"),
    Column("fetched_at", Utc, nullable=False),
    _text("standing"),
    _json("reasons"),
    _text("etag"),
    _text("last_modified"),
    _text("validators_url"),
    _text("seen_sha256"),
    Index(None, "policy"),
    Index(None, "snapshot_sha256"),
)

known_wording = Table(
    "known_wording",
    metadata,
    Column("policy", ForeignKey(policies.c.number), primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    Column("id", Words, primary_key=True),
    _policy(),
    #: The policy as it was when this was told.
    _json("policy_then"),
    _text("kind"),
    _json("change"),
    Column("found_at", Utc, nullable=False),
    Column("confirmed_at", Utc, nullable=False),
    _text("snapshot_sha256"),
    _text("under"),
    _text("note"),
    #: The date of effect of a POST, where it lies after the day of the news.
    Column("takes_effect", Date),
    _text("standpoint"),
    _text("retracted"),
    Column("retracted_at", Utc),
    Column("not_before", Utc),
    Index(None, "policy", "confirmed_at"),
    Index(None, "confirmed_at"),
    Index(None, "under"),
    Index(None, "takes_effect"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("publisher"),
    _text("key"),
    _count("number"),
    Column("payload", LargeBinary, nullable=False),
    _text("about"),
    _text("after"),
    _json("parent", nullable=True),
    _json("root", nullable=True),
    Column("weight", Double, nullable=False, default=0.0),
    Column("owed_at", Utc),
    _text("state"),
    _count("attempts"),
    _count("empty_reads"),
    Column("last_read_at", Utc),
    Column("next_attempt_at", Utc),
    _text("problem"),
    _json("receipt", nullable=True),
    Column("sent_at", Utc),
    *_lease(),
    _added_text("digest"),
    #: `pictures.sha256`, or "".
    _added_text("picture"),
    UniqueConstraint("publisher", "key"),
    Index(None, "publisher", "state"),
    Index(None, "about"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("png", LargeBinary, nullable=False),
)

paused_platforms = Table("paused_platforms", metadata, Column("publisher", Words, primary_key=True), _text("reason"))

#: Until when a platform asked not to be asked.
platform_rests = Table(
    "platform_rests",
    metadata,
    Column("publisher", Words, primary_key=True),
    Column("until", Utc, nullable=False),
)

#: What sending a part costs, in millionths of a dollar: reserved before it is sent, spent when it may have been.
spending = Table(
    "spending",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("publisher"),
    _text("key"),
    #: "2026-03": budgets are for a calendar month (UTC).
    _text("month"),
    Column("micros", BigInteger, nullable=False),
    Column("spent", Boolean, nullable=False),
    Index(None, "publisher", "key"),
)

#: Where several machines share a database, only one at a time asks a host or reads an inbox.
hosts = Table("hosts", metadata, Column("host", Words, primary_key=True), *_lease())
inboxes = Table("inboxes", metadata, Column("publisher", Words, primary_key=True), _text("cursor"), *_lease())

watches = Table(
    "watches",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("platform"),
    _text("author_id"),
    #: By its id: a request may wait for a policy that is not watched yet.
    _text("policy_id"),
    _text("url"),
    _text("host"),
    _json("mention"),
    _text("state"),
    Column("asked_at", Utc, nullable=False),
    #: When the platform was last asked whether the request is still there, and since when it is not.
    Column("looked_at", Utc),
    Column("missing_since", Utc),
    UniqueConstraint("platform", "author_id", "policy_id"),
    Index(None, "policy_id"),
    Index(None, "asked_at"),
)

#: The choice that was last put to an account.
offers = Table(
    "offers",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("author_id", Words, primary_key=True),
    _text("kind"),
    _json("choices"),
    Column("offered_at", Utc, nullable=False),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("author_id", Words, primary_key=True),
)

notes = Table("notes", metadata, Column("name", Words, primary_key=True), _text("text"))
