"""What one check found, written in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.model import Checked, Standing
from bot.store.database import Room
from bot.store.history import add_version, learn, validator_columns
from bot.store.outbox import owe
from bot.store.policies import no_policy
from bot.store.schema import policies, versions
from bot.store.stories import add_story, set_standpoints


class Checks(Room):
    """`ports.PolicyStore.record`."""

    def record(self, checked: Checked) -> None:
        """Write all that one check found and owes in one transaction, and end the policy's lease."""
        with self._database.write() as connection:
            policy = connection.execute(
                select(policies).where(policies.c.id == checked.policy_id).with_for_update()
            ).one_or_none()
            if policy is None:
                raise no_policy(checked.policy_id)
            found = _failed(policy, checked) if checked.failure else _read(connection, policy, checked)
            connection.execute(
                update(policies)
                .where(policies.c.number == policy.number)
                .values(
                    next_check_at=checked.next_check_at,
                    lease_owner=None,
                    lease_until=None,
                    **found,
                )
            )


def _failed(policy: Row[Any], checked: Checked) -> dict[str, Any]:
    """A failed read changes nothing but the count of failures, and not even that where the page was not asked for."""
    if policy.failing and not checked.asked:
        return {}
    found = {
        "failing": checked.failure,
        "failing_message": checked.failure_message,
        "failing_since": policy.failing_since or checked.at,
    }
    return found | {"failures": policy.failures + 1, "last_checked_at": checked.at} if checked.asked else found


def _read(connection: Connection, policy: Row[Any], checked: Checked) -> dict[str, Any]:
    """A read writes its text and what follows from it; the policy's new columns."""
    found = {"failing": "", "failing_message": "", "failing_since": None, "failures": 0, "last_checked_at": checked.at}
    found["seen_version"] = seen = _seen_version(connection, policy, checked)
    if _is_whole(connection, seen):  # a wall moves no policy
        found["last_read_at"] = checked.at
        if checked.moved_to is not None:
            found["moved_to"] = checked.moved_to
    if checked.standing is not None:
        found["candidate_since"] = checked.candidate_since
        found["candidate_signature"] = checked.candidate_signature
        found["candidate_not_before"] = checked.candidate_not_before
        found["disputed_at"] = checked.disputed_at
    if checked.standing is Standing.ACCEPTED:
        found["current_version"] = seen
        if checked.version and not policy.language:
            found["language"] = checked.version.language
    if checked.flapped:
        found["flaps"] = policy.flaps + 1
        found["last_flap_at"] = checked.at
    learn(connection, policy.number, checked.remember)
    for story in checked.stories:
        add_story(connection, policy.number, story)
    set_standpoints(connection, checked.standpoints)
    owe(connection, checked.owed)
    return found


def _is_whole(connection: Connection, seen: int | None) -> bool:
    """Whether the text that the page shows is a whole policy's; what is held is not."""
    return connection.execute(select(versions.c.standing).where(versions.c.id == seen)).scalar() != Standing.HELD


def _seen_version(connection: Connection, policy: Row[Any], checked: Checked) -> int | None:
    """The row of the text that was read: a new one, or the last one with what is new about it."""
    if checked.snapshot and checked.version:
        if checked.standing is None:
            raise ValueError("a new text needs a standing")
        return add_version(
            connection, policy.number, checked.snapshot, checked.version, checked.standing, checked.reasons
        )
    news: dict[str, Any] = {}
    if checked.standing is not None:
        news |= {"standing": checked.standing, "reasons": list(checked.reasons)}
    if checked.seen_sha256:
        news["seen_sha256"] = checked.seen_sha256
    if checked.validators is not None:
        news |= validator_columns(checked.validators)
    if news:
        connection.execute(update(versions).where(versions.c.id == policy.seen_version).values(news))
    seen: int | None = policy.seen_version
    return seen
