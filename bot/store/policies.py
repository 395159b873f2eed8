"""The watch list: which policies are watched, which are due, and how they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, case, func, insert, select, update

from bot.errors import NotFound
from bot.model import Health, Policy, Source, Standing
from bot.store.database import Room
from bot.store.schema import AT_ONCE, policies, versions

_OF_POLICY = [policies.c[name] for name in Policy.__dataclass_fields__]
_WATCHED = select(*_OF_POLICY).where(policies.c.watched)
#: Rows looked at for each policy to lease: neighbours on the list are often of one host.
_LOOKED_AT = 4
_NOW: BindParameter[datetime] = bindparam("now")
#: What is due on hosts where nobody is at work. Asked before every check, so it is built once.
_DUE = (
    select(*_OF_POLICY, policies.c.host)
    .where(policies.c.watched, ~policies.c.paused, policies.c.next_check_at <= _NOW)
    .where(policies.c.host.not_in(select(policies.c.host).where(policies.c.lease_until > _NOW)))
    .order_by(policies.c.next_check_at, policies.c.number)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)


class Policies(Room):
    """`ports.PolicyStore`: its policies, leases and health."""

    def sync_list(self, listed: Collection[Policy]) -> None:
        """Make the policies of source LIST exactly these; the rest of that source is kept, unwatched."""
        with self._database.write() as connection:
            there = {row.id: row for row in connection.execute(select(policies))}
            new = [_columns(policy) for policy in listed if policy.id not in there]
            if new:
                connection.execute(insert(policies), new)
            for policy in listed:
                if (row := there.get(policy.id)) is not None:
                    waited = row.source == Source.REQUEST  # for the operator's word, which this is
                    paused = row.paused and not waited
                    _change(connection, row, {**_columns(policy), "source": Source.LIST, "paused": paused})
            left_out = {row.id for row in there.values() if row.source == Source.LIST and row.watched} - {
                policy.id for policy in listed
            }
            for policy_id in left_out:
                connection.execute(update(policies).where(policies.c.id == policy_id).values(watched=False))

    def add_policy(self, policy: Policy) -> None:
        """Watch a policy from now on (again, if it was removed); the same id updates it."""
        with self._database.write() as connection:
            row = connection.execute(select(policies).where(policies.c.id == policy.id)).one_or_none()
            if row is None:
                connection.execute(insert(policies).values(_columns(policy)))
            else:
                _change(connection, row, _columns(policy))

    def remove_policy(self, policy_id: str) -> None:
        """Stop watching; what was told stays."""
        self._set(policy_id, watched=False)

    def pause_policy(self, policy_id: str, paused: bool) -> None:
        """Keep it on the list, unread, until it is told to go on."""
        self._set(policy_id, paused=paused)

    def policies(self) -> Sequence[Policy]:
        """All watched policies, by id."""
        with self._database.read() as connection:
            return sorted(map(to_policy, connection.execute(_WATCHED)), key=lambda policy: policy.id)

    def policy(self, policy_id: str) -> Policy:
        """A watched policy."""
        with self._database.read() as connection:
            row = connection.execute(_WATCHED.where(policies.c.id == policy_id)).one_or_none()
        if row is None:
            raise no_policy(policy_id)
        return to_policy(row)

    def lease_due(self, now: datetime, owner: str, lease: timedelta, limit: int) -> Sequence[Policy]:
        """Up to ``limit`` policies that are due, longest due first; one of a host, and none of a host at work."""
        with self._database.write() as connection:
            first: dict[str, Policy] = {}
            for row in connection.execute(_DUE, {"now": now, "rows": _LOOKED_AT * limit}):
                first.setdefault(row.host, to_policy(row))
            leased = list(first.values())[:limit]
            if leased:
                connection.execute(
                    update(policies)
                    .where(policies.c.id.in_([policy.id for policy in leased]))
                    .values(lease_owner=owner, lease_until=now + lease)
                )
        return leased

    def next_due(self) -> datetime | None:
        """When the next policy is due; a leased one when its lease ends."""
        leased_longer = policies.c.lease_until > policies.c.next_check_at
        due = case((leased_longer, policies.c.lease_until), else_=policies.c.next_check_at)
        with self._database.read() as connection:
            moment: datetime | None = connection.execute(
                select(func.min(due)).where(policies.c.watched, ~policies.c.paused)
            ).scalar()
        return moment

    def health(self) -> Sequence[Health]:
        """How every watched policy is doing, by id."""
        held = and_(versions.c.id == policies.c.seen_version, versions.c.standing == Standing.HELD)
        with self._database.read() as connection:
            rows = connection.execute(
                select(policies, versions.c.reasons).outerjoin(versions, held).where(policies.c.watched)
            )
            return sorted(map(_to_health, rows), key=lambda health: health.policy.id)

    def alike(self, policy_id: str, text_sha256: str) -> Sequence[str]:
        """Other watched policies of the same host that show exactly this text now, though they were different texts."""
        own, own_current = policies.alias("own"), versions.alias("own_current")
        seen, current = versions.alias("seen"), versions.alias("current")
        others = (
            select(policies.c.id)
            .join(own, own.c.host == policies.c.host)
            .join(seen, seen.c.id == policies.c.seen_version)
            .join(current, current.c.id == policies.c.current_version)
            .join(own_current, own_current.c.id == own.c.current_version)
            .where(own.c.id == policy_id, policies.c.id != policy_id, policies.c.watched)
            .where(seen.c.text_sha256 == text_sha256, current.c.text_sha256 != own_current.c.text_sha256)
            .order_by(policies.c.id)
        )
        with self._database.read() as connection:
            return connection.execute(others).scalars().all()

    def _set(self, policy_id: str, **values: bool) -> None:
        one = and_(policies.c.id == policy_id, policies.c.watched)
        with self._database.write() as connection:
            if not connection.execute(update(policies).where(one).values(values)).rowcount:
                raise no_policy(policy_id)


def no_policy(policy_id: str) -> NotFound:
    """What to say about a policy that is not there."""
    return NotFound(f"There is no policy {policy_id}: `smallprint watch list` shows those there are.", about=policy_id)


def to_policy(row: Row[Any]) -> Policy:
    """The policy of a row that has its columns."""
    return Policy(
        id=row.id,
        service=row.service,
        document=row.document,
        url=row.url,
        select=tuple(row.select),
        remove=tuple(row.remove),
        language=row.language,
        source=Source(row.source),
        paused=row.paused,
        renderer=row.renderer,
    )


def _to_health(row: Row[Any]) -> Health:
    return Health(
        policy=to_policy(row),
        last_checked_at=row.last_checked_at,
        last_read_at=row.last_read_at,
        next_check_at=None if row.next_check_at == AT_ONCE else row.next_check_at,
        failing=row.failing,
        failing_message=row.failing_message,
        failing_since=row.failing_since,
        failures=row.failures,
        held=tuple(row.reasons or ()),
        candidate_since=row.candidate_since,
        disputed_at=row.disputed_at,
        moved_to=row.moved_to,
    )


def _columns(policy: Policy) -> dict[str, Any]:
    columns = {name: getattr(policy, name) for name in Policy.__dataclass_fields__}
    host = urlsplit(policy.url).hostname or ""
    return columns | {"host": host, "select": list(policy.select), "remove": list(policy.remove), "watched": True}


def _change(connection: Connection, row: Row[Any], columns: dict[str, Any]) -> None:
    """Update a policy where something differs. A language that was read is kept where none is named."""
    columns["language"] = columns["language"] or row.language
    changed = {name: value for name, value in columns.items() if value != getattr(row, name)}
    if changed.keys() & {"url", "select", "remove", "renderer"}:
        # What the old address said about "has it changed?" would hide what the new one says.
        read = versions.c.id.in_([row.current_version, row.seen_version])
        forgotten = {"etag": "", "last_modified": "", "validators_url": "", "seen_sha256": ""}
        connection.execute(update(versions).where(read).values(forgotten))
        changed |= {"next_check_at": AT_ONCE, "moved_to": ""}
    if changed:
        connection.execute(update(policies).where(policies.c.number == row.number).values(changed))
