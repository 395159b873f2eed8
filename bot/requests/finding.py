"""What the desk needs from whoever looks for policies, and what it makes of the result."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from bot.errors import FetchError, FetchFailure
from bot.model import Answer, Policy, Source
from bot.requests.known import bears_name, host, page


class Candidate(Protocol):
    """A page that was read and is a policy."""

    @property
    def title(self) -> str:
        """The page's own title."""

    @property
    def words(self) -> int:
        """How many the policy's text has."""

    @property
    def personal(self) -> bool:
        """Whether a single person speaks in it ("I", "my site") rather than an organisation."""

    def policy(self, source: Source) -> Policy:
        """Ready to be watched; its id is a proposal."""


class Found(Protocol):
    """What looking for a policy found."""

    @property
    def candidates(self) -> Sequence[Candidate]:
        """At least one, best first."""


class Find(Protocol):
    """Looks for policies at an address, a domain or under a name; every byte goes through the gate."""

    async def __call__(self, target: str) -> Found:
        """What is there.

        Raises:
            FetchError: ``REFUSED``, ``NO_POLICY_TEXT`` where no page reads like a policy, or why none could be read.
        """


def not_found(error: FetchError, target: str) -> Answer:
    """A fixed sentence; the address that was asked for is not repeated."""
    if error.kind is FetchFailure.REFUSED:
        return Answer("refused")
    if "." not in target:
        return Answer("unknown")
    if error.kind is FetchFailure.NO_POLICY_TEXT:
        return Answer("not_a_policy")
    return Answer("unreadable", {"problem": error.kind.value})


def placed(policy: Policy, policies: Collection[Policy]) -> Policy:
    """The policy under an id that is its own: the watched one of the same page, else never that of another page.

    A page says itself whose policy it is, so a stranger's page could otherwise speak in the name of a known service:
    where its site does not bear that name, the site is named beside it.
    """
    asked = page(policy.url)
    for other in policies:
        if page(other.url) == asked:
            return other
    suffix = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    if not bears_name(policy.url, policy.service):
        return replace(policy, id=f"{policy.id}-{suffix}", service=f"{policy.service} ({host(policy.url)})")
    taken = any(other.id == policy.id for other in policies)
    return replace(policy, id=f"{policy.id}-{suffix}") if taken else policy
