"""What the desk looks up: the policies that somebody means, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from bot.errors import NotFound
from bot.model import Policy, Source, Story
from bot.ports import PolicyStore
from bot.requests.facts import day, fit, language, number
from bot.requests.known import known

#: What of a page's own title an answer shows, as X counts.
TITLE = 40


class Catalogue:
    """Looks things up in ``store`` and changes nothing."""

    def __init__(self, store: PolicyStore) -> None:
        self.store = store

    def meant(self, target: str, policies: Collection[Policy]) -> tuple[Policy, ...]:
        """Those of ``policies`` that somebody means by an address (of a page of the bot's own, too), a domain or a
        name; of some that are called the same, the first."""
        story = self.story_at(target)
        if story is not None:
            return tuple(policy for policy in policies if policy.id == story.policy.id)
        return distinct(known(target, policies), lambda policy: policy.name)

    def name(self, policy_id: str) -> str:
        """How people call a policy; its id where it is no longer watched."""
        try:
            return self.store.policy(policy_id).name
        except NotFound:
            return policy_id

    def story_at(self, address: str) -> Story | None:
        """The story that the bot's own page at ``address`` tells."""
        try:
            return self.store.story(address.rstrip("/").rpartition("/")[2]) if "://" in address else None
        except NotFound:
            return None

    def last_story(self, policies: Iterable[Policy]) -> Story | None:
        """The newest of theirs that was not taken back."""
        told = (told.story for policy in policies for told in self.store.told(policy.id))
        return max((story for story in told if not story.retracted), key=lambda story: story.found_at, default=None)

    def proof(self, policy: Policy) -> dict[str, str]:
        """What is known of a policy that is watched: title, words, language, last change."""
        current = self.store.reading(policy.id).current
        story = self.last_story([policy])
        last = day(story.found_at if story else None)
        if current is None:
            return {"language": language(policy.language), "last": last}
        version = self.store.version(current.id)
        return {
            "title": fit(version.title, TITLE),
            "words": number(len(version.text.split())),
            "language": language(version.language or policy.language),
            "last": last,
        }


def public(policies: Iterable[Policy]) -> Sequence[Policy]:
    """What is read; pages that wait for the operator are nobody's business yet."""
    return [policy for policy in policies if not (policy.paused and policy.source is Source.REQUEST)]


def distinct(policies: Iterable[Policy], name: Callable[[Policy], str]) -> tuple[Policy, ...]:
    """One of each name: nobody can choose between two that are called the same."""
    named: dict[str, Policy] = {}
    for policy in policies:
        named.setdefault(name(policy), policy)
    return tuple(named.values())
