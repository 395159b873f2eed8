"""What was read of a policy: its versions with their pages, and its known wording."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, FromClause, RowMapping, bindparam, insert, select, update

from bot.errors import NotFound
from bot.model import Reading, Snapshot, Standing, StoredVersion, Validators, Version
from bot.store import blobs
from bot.store.database import Room, insert_new
from bot.store.nouns import pack, unpack
from bot.store.policies import no_policy
from bot.store.schema import known_wording, policies, versions

_current = versions.alias("current")
_seen = versions.alias("seen")
#: Asked at every check: one row has it all, and no text is unpacked.
_READING = (
    select(policies, _current, _seen)
    .outerjoin(_current, _current.c.id == policies.c.current_version)
    .outerjoin(_seen, _seen.c.id == policies.c.seen_version)
    .where(policies.c.id == bindparam("id"))
)


class History(Room):
    """`ports.PolicyStore`: its readings, versions and known wording."""

    def reading(self, policy_id: str) -> Reading:
        """All that a check needs to know."""
        with self._database.read() as connection:
            row = connection.execute(_READING, {"id": policy_id}).mappings().one_or_none()
        if row is None:
            raise no_policy(policy_id)
        return Reading(
            current=_to_stored(row, _current),
            seen=_to_stored(row, _seen),
            candidate_since=row[policies.c.candidate_since],
            candidate_signature=row[policies.c.candidate_signature],
            candidate_not_before=row[policies.c.candidate_not_before],
            disputed_at=row[policies.c.disputed_at],
            last_read_at=row[policies.c.last_read_at],
            flaps=row[policies.c.flaps],
            last_flap_at=row[policies.c.last_flap_at],
            failing=row[policies.c.failing],
            failing_since=row[policies.c.failing_since],
            failures=row[policies.c.failures],
        )

    def known(self, policy_id: str) -> frozenset[int]:
        """Fingerprints of every sentence that the policy was ever accepted with."""
        with self._database.read() as connection:
            return frozenset(
                connection.execute(
                    select(known_wording.c.fingerprint).join(policies).where(policies.c.id == policy_id)
                ).scalars()
            )

    def versions(self, policy_id: str) -> Sequence[StoredVersion]:
        """Every text kept of a policy, oldest first."""
        with self._database.read() as connection:
            number = number_of(connection, policy_id)
            rows = connection.execute(select(versions).where(versions.c.policy == number).order_by(versions.c.id))
            return [stored for row in rows.mappings() if (stored := _to_stored(row, versions))]

    def said(self, policy_id: str, text_sha256: str) -> bool:
        """Whether the policy was accepted with exactly this text before."""
        same = (
            select(versions.c.id)
            .join(policies, policies.c.number == versions.c.policy)
            .where(policies.c.id == policy_id, versions.c.text_sha256 == text_sha256)
            .where(versions.c.standing == Standing.ACCEPTED)
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.execute(same).scalar() is not None

    def version(self, version_id: int) -> Version:
        """The text of a StoredVersion."""
        with self._database.read() as connection:
            row = _row(connection, version_id)
            text, _ = blobs.get(connection, row[versions.c.policy], row[versions.c.blob])
        return unpack(Version, text)

    def replace_version(self, version_id: int, version: Version, remember: Collection[int]) -> None:
        """The same snapshot extracted again by a newer extractor."""
        with self._database.write() as connection:
            row = _row(connection, version_id)
            policy, standing = row[versions.c.policy], row[versions.c.standing]
            _, page = blobs.get(connection, policy, row[versions.c.blob])
            blob = blobs.put(connection, policy, standing == Standing.HELD, pack(version), page)
            connection.execute(
                update(versions)
                .where(versions.c.id == version_id)
                .values(blob=blob, text_sha256=version.sha256, extractor=version.extractor)
            )
            learn(connection, policy, remember)

    def snapshot(self, sha256: str) -> Snapshot:
        """The bytes behind a story or version."""
        with self._database.read() as connection:
            same = select(versions).where(versions.c.snapshot_sha256 == sha256).order_by(versions.c.id.desc()).limit(1)
            row = connection.execute(same).mappings().one_or_none()
            if row is None:
                raise NotFound(f"There is no stored page with the digest {sha256}.")
            _, page = blobs.get(connection, row[versions.c.policy], row[versions.c.blob])
        return Snapshot(
            url=row[versions.c.snapshot_url],
            fetched_at=row[versions.c.fetched_at],
            body=page,
            content_type=row[versions.c.content_type],
            charset=row[versions.c.charset],
        )


def number_of(connection: Connection, policy_id: str) -> int:
    """The number by which other tables name a policy, watched or not. Raises NotFound."""
    number: int | None = connection.execute(select(policies.c.number).where(policies.c.id == policy_id)).scalar()
    if number is None:
        raise no_policy(policy_id)
    return number


def add_version(
    connection: Connection,
    policy: int,
    snapshot: Snapshot,
    version: Version,
    standing: Standing,
    reasons: Sequence[str],
) -> int:
    """Keep a text with its page and its page's validators; its id."""
    row = {
        "policy": policy,
        "blob": blobs.put(connection, policy, standing is Standing.HELD, pack(version), snapshot.body),
        "text_sha256": version.sha256,
        "extractor": version.extractor,
        "snapshot_sha256": snapshot.sha256,
        "snapshot_url": snapshot.url,
        "content_type": snapshot.content_type,
        "charset": snapshot.charset,
        "fetched_at": snapshot.fetched_at,
        "standing": standing,
        "reasons": list(reasons),
        **validator_columns(snapshot.validators),
        "seen_sha256": snapshot.sha256,
    }
    return int(connection.execute(insert(versions).values(row).returning(versions.c.id)).scalar_one())


def validator_columns(validators: Validators) -> dict[str, str]:
    """The columns of a version that keep the server's words for "has it changed?"."""
    return {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "validators_url": validators.url,
    }


def learn(connection: Connection, policy: int, fingerprints: Collection[int]) -> None:
    """These sentences are known wording from now on."""
    rows = [{"policy": policy, "fingerprint": fingerprint} for fingerprint in sorted(fingerprints)]
    insert_new(connection, known_wording, rows)


def _row(connection: Connection, version_id: int) -> RowMapping:
    row = connection.execute(select(versions).where(versions.c.id == version_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no stored version {version_id}.")
    return row


def _to_stored(row: RowMapping, table: FromClause) -> StoredVersion | None:
    """The version that a row of `_READING` or of ``versions`` holds, or None where it holds none."""
    column: Any = table.c
    if row[column.id] is None:
        return None
    return StoredVersion(
        id=row[column.id],
        text_sha256=row[column.text_sha256],
        extractor=row[column.extractor],
        snapshot_sha256=row[column.snapshot_sha256],
        fetched_at=row[column.fetched_at],
        standing=Standing(row[column.standing]),
        validators=Validators(row[column.etag], row[column.last_modified], row[column.validators_url]),
        seen_sha256=row[column.seen_sha256],
        reasons=tuple(row[column.reasons]),
    )
