"""What people asked for, and who asked to be left alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, or_, select, update

from bot.errors import NotFound
from bot.model import CommandKind, DeliveryState, Mention, Offer, Receipt, RequestState, Watch
from bot.store.database import Database, Room, insert_if_new, insert_new, upsert
from bot.store.nouns import to_noun, to_plain
from bot.store.opt_outs import OptOuts
from bot.store.schema import inboxes, offers, opt_outs, outbox, watches

#: What the file of opt-outs is called, after the database it stands beside.
BESIDE = ".opt-outs"
#: A reply to a person: it answers a post of somebody else and follows no part of ours.
_REPLY = and_(outbox.c.parent.is_not(None), outbox.c.after == "")
#: What is left of a reply that is forgotten, beside its key: that it was one.
_FORGOTTEN = {
    "payload": b"",
    "about": "",
    "parent": to_plain(Receipt("", "")),
    "root": None,
    "receipt": None,
    "problem": "",
}


class Requests(Room):
    """`ports.RequestStore`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        file = database.file
        self._beside = OptOuts(file.with_name(file.name + BESIDE) if file else None)

    def agree_on_opt_outs(self) -> None:
        """Let the tables and the file beside them say the same, whichever was put back. Raises StoreError."""
        kept = self._beside.read()
        with self._database.write() as connection:
            insert_new(connection, opt_outs, [{"platform": name, "author_id": id} for name, id in dict.fromkeys(kept)])
            known = {(row.platform, row.author_id) for row in connection.execute(select(opt_outs))}
        self._beside.add(sorted(known - set(kept)))

    def cursor(self, publisher: str) -> str:
        """Up to where mentions are settled."""
        with self._database.read() as connection:
            one = select(inboxes.c.cursor).where(inboxes.c.publisher == publisher)
            return connection.execute(one).scalar() or ""

    def settle_mentions(self, publisher: str, cursor: str) -> None:
        """Move the cursor."""
        with self._database.write() as connection:
            upsert(connection, inboxes, {"publisher": publisher, "cursor": cursor})

    def add_watch(self, mention: Mention, policy_id: str, url: str, state: RequestState, at: datetime) -> Watch:
        """Remember who asked for what; the same person and policy again returns the existing watch."""
        who_and_what = {"platform": mention.platform, "author_id": mention.author_id, "policy_id": policy_id}
        asked = {
            "url": url,
            "host": urlsplit(url).hostname or "",
            "mention": to_plain(mention),
            "state": state,
            "asked_at": at,
            "looked_at": None,
            "missing_since": None,
        }
        same = [watches.c[name] == value for name, value in who_and_what.items()]
        with self._database.write() as connection:
            insert_if_new(connection, watches, who_and_what | asked)
            stopped = watches.c.state == RequestState.STOPPED
            connection.execute(update(watches).where(*same, stopped).values(asked))
            return _to_watch(connection.execute(select(watches).where(*same)).one())

    def watches(
        self, *, policy_id: str = "", platform: str = "", author_id: str = "", states: Collection[RequestState] = ()
    ) -> Sequence[Watch]:
        """Who asked for what, oldest first."""
        wanted = select(watches).order_by(watches.c.id)
        for column, value in (("policy_id", policy_id), ("platform", platform), ("author_id", author_id)):
            if value:
                wanted = wanted.where(watches.c[column] == value)
        if states:
            wanted = wanted.where(watches.c.state.in_(states))
        with self._database.read() as connection:
            return [_to_watch(row) for row in connection.execute(wanted)]

    def decide(self, watch_id: int, state: RequestState) -> Watch:
        """Approve, refuse or stop."""
        one = watches.c.id == watch_id
        with self._database.write() as connection:
            if not connection.execute(update(watches).where(one).values(state=state)).rowcount:
                raise NotFound(f"There is no request {watch_id}: `smallprint requests list` shows those there are.")
            return _to_watch(connection.execute(select(watches).where(one)).one())

    def opt_out(self, platform: str, author_id: str) -> None:
        """Never answer this account again: the file first, since that is the one that lasts."""
        if not self.opted_out(platform, author_id):
            self._beside.add([(platform, author_id)])
            with self._database.write() as connection:
                insert_if_new(connection, opt_outs, {"platform": platform, "author_id": author_id})

    def opted_out(self, platform: str, author_id: str) -> bool:
        """Whether it asked for that."""
        account = opt_outs.c.platform == platform, opt_outs.c.author_id == author_id
        with self._database.read() as connection:
            return connection.execute(select(opt_outs).where(*account)).one_or_none() is not None

    def asked_since(self, since: datetime, *, platform: str = "", author_id: str = "", host: str = "") -> int:
        """How many watches were asked for after ``since``, by whom or for which host."""
        wanted = select(func.count()).where(watches.c.asked_at > since)
        for column, value in (("platform", platform), ("author_id", author_id), ("host", host)):
            if value:
                wanted = wanted.where(watches.c[column] == value)
        with self._database.read() as connection:
            return connection.execute(wanted).scalar_one()

    # ---- answers, choices, and forgetting ---------------------------------------------------------------------

    def answered(self, platform: str, key: str) -> bool:
        """Whether a reply was ever owed under this key; its one part is called after it."""
        ours = outbox.c.publisher == platform, outbox.c.key.in_([key, f"{key}.0"])
        with self._database.read() as connection:
            return connection.execute(select(outbox.c.id).where(*ours).limit(1)).one_or_none() is not None

    def offer(self, platform: str, author_id: str, offer: Offer, at: datetime) -> None:
        """Remember the choice that is put to somebody, in the place of an earlier one."""
        row = {"platform": platform, "author_id": author_id, "kind": offer.kind, "offered_at": at}
        with self._database.write() as connection:
            upsert(connection, offers, row | {"choices": list(offer.choices)})

    def offered(self, platform: str, author_id: str, since: datetime) -> Offer | None:
        """The choice that was put to somebody after ``since``."""
        theirs = offers.c.platform == platform, offers.c.author_id == author_id, offers.c.offered_at > since
        with self._database.read() as connection:
            row = connection.execute(select(offers).where(*theirs)).one_or_none()
        return None if row is None else Offer(CommandKind(row.kind), tuple(row.choices))

    def to_look_for(self, platform: str, seen: datetime, missed: datetime, limit: int) -> Sequence[Watch]:
        """Requests that were last there before ``seen``, or last not there before ``missed``."""
        last = func.coalesce(watches.c.looked_at, watches.c.asked_at)
        due = or_(last < seen, and_(watches.c.missing_since.is_not(None), last < missed))
        wanted = select(watches).where(watches.c.platform == platform, due).order_by(last).limit(limit)
        with self._database.read() as connection:
            return [_to_watch(row) for row in connection.execute(wanted)]

    def unwanted(self) -> Sequence[Watch]:
        """Requests of accounts that opted out."""
        same = and_(opt_outs.c.platform == watches.c.platform, opt_outs.c.author_id == watches.c.author_id)
        with self._database.read() as connection:
            return [_to_watch(row) for row in connection.execute(select(watches).join(opt_outs, same))]

    def looked_for(self, watch_ids: Collection[int], missing: Collection[int], at: datetime) -> None:
        """What is missing keeps the time at which it first was; what is there has none."""
        with self._database.write() as connection:
            looked = update(watches).where(watches.c.id.in_(watch_ids))
            connection.execute(looked.values(looked_at=at))
            first = func.coalesce(watches.c.missing_since, at)
            connection.execute(looked.where(watches.c.id.in_(missing)).values(missing_since=first))
            connection.execute(looked.where(watches.c.id.not_in(missing)).values(missing_since=None))

    def forget(self, watch_id: int) -> None:
        """The request, the choice that was put to who made it, and what is owed under it. What the operator refused
        stays refused, but it is nobody's."""
        with self._database.write() as connection:
            row = connection.execute(select(watches).where(watches.c.id == watch_id)).one_or_none()
            if row is None:
                return
            kept = {"platform": "", "author_id": "", "policy_id": row.policy_id}
            same = [watches.c[name] == value for name, value in kept.items()]
            if row.state == RequestState.REFUSED and not connection.execute(select(watches).where(*same)).first():
                nobody = Mention("", "", "", "", "", "", row.asked_at)
                anonymous = update(watches).where(watches.c.id == watch_id)
                connection.execute(anonymous.values(kept | {"mention": to_plain(nobody)}))
            else:
                connection.execute(delete(watches).where(watches.c.id == watch_id))
            theirs = offers.c.platform == row.platform, offers.c.author_id == row.author_id
            connection.execute(delete(offers).where(*theirs))
            under = outbox.c.publisher == row.platform, outbox.c.about == to_noun(Mention, row.mention).id
            _forget_replies(connection, and_(*under))

    def forget_answers(self, before: datetime) -> int:
        """Everything of old replies but their keys, and old choices."""
        with self._database.write() as connection:
            connection.execute(delete(offers).where(offers.c.offered_at < before))
            old = or_(outbox.c.owed_at < before, outbox.c.state == DeliveryState.PARKED)
            return _forget_replies(connection, and_(old, outbox.c.about != ""))


def _forget_replies(connection: Connection, which: ColumnElement[bool]) -> int:
    """Empty these replies; what is not sent yet never will be."""
    ended = case((outbox.c.state == DeliveryState.SENT, DeliveryState.SENT), else_=DeliveryState.DISCARDED)
    return connection.execute(update(outbox).where(_REPLY, which).values(_FORGOTTEN | {"state": ended})).rowcount


def _to_watch(row: Row[Any]) -> Watch:
    return Watch(
        id=row.id,
        mention=to_noun(Mention, row.mention),
        policy_id=row.policy_id,
        url=row.url,
        state=RequestState(row.state),
        asked_at=row.asked_at,
        missing_since=row.missing_since,
    )
