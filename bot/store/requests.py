"""What people asked for, and who asked to be left alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, func, select, update

from bot.errors import NotFound
from bot.model import Mention, RequestState, Watch
from bot.store.database import Room, insert_if_new, upsert
from bot.store.nouns import to_noun, to_plain
from bot.store.schema import inboxes, opt_outs, watches


class Requests(Room):
    """`ports.RequestStore`."""

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
        """Never answer this account again."""
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


def _to_watch(row: Row[Any]) -> Watch:
    return Watch(
        id=row.id,
        mention=to_noun(Mention, row.mention),
        policy_id=row.policy_id,
        url=row.url,
        state=RequestState(row.state),
        asked_at=row.asked_at,
    )
