"""Who asked for which policy: what a request, a stop or an operator's word changes in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.errors import NotFound
from bot.model import Mention, Policy, RequestState, Source, Watch
from bot.ports import Store
from bot.requests.known import bears_name, host
from bot.requests.limits import Decision, Limits, Outcome, may_watch

#: Watches that are wanted.
ALIVE = (RequestState.APPROVED, RequestState.WAITING)


class Register:
    """Keeps watches in ``store``; ``limits`` are the operator's settings."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self.store = store
        self.limits = limits

    def watches(self, mention: Mention) -> Sequence[Watch]:
        """What the person who wrote follows, or waits for."""
        return self.store.watches(platform=mention.platform, author_id=mention.author_id, states=ALIVE)

    def keep(self, policy: Policy, mention: Mention, now: datetime) -> RequestState | None:
        """Write the watch, with its policy where that is new: APPROVED, WAITING for the operator, or REFUSED before;
        None where nothing more may wait. Of what the person wrote nothing is kept but where and when."""
        policies = self.store.policies()
        watched = next((each for each in policies if each.id == policy.id), None)
        decision = self._may_watch(policy, policies)
        if decision.outcome is Outcome.REFUSE:
            return None
        # A policy that is paused waits for the operator, whoever asks for it.
        waits = decision.outcome is Outcome.WAIT or (watched is not None and watched.paused)
        if watched is None:
            self.store.add_policy(replace(policy, paused=waits))
        state = RequestState.WAITING if waits else RequestState.APPROVED
        asked = replace(mention, text="", links=(), parent_links=())
        watch = self.store.add_watch(asked, policy.id, policy.url, state, now)
        self._drop_unwanted(policy.id)  # where an earlier request of theirs was refused, that answer stands
        return watch.state

    def end(self, watches: Sequence[Watch]) -> None:
        """Stop them, and watching what nobody else wants."""
        for watch in watches:
            self.store.decide(watch.id, RequestState.STOPPED)
            self._drop_unwanted(watch.policy_id)

    def erase(self, watch: Watch) -> None:
        """Nothing of a request is known any more."""
        self.store.forget(watch.id)
        self._drop_unwanted(watch.policy_id)

    def forget(self, mention: Mention) -> None:
        """Everything of the person who wrote ends, and they are never answered again."""
        self.store.opt_out(mention.platform, mention.author_id)
        for watch in self.store.watches(platform=mention.platform, author_id=mention.author_id):
            self.erase(watch)

    def decide(self, watch_id: int, state: RequestState) -> Watch:
        """The operator's word on a request, APPROVED or REFUSED: the policy is watched from now on, or dropped if
        nobody else asks for it.

        Raises:
            NotFound: there is no such request, who asked has stopped it, or its policy is not on the watch list.
        """
        asked = next((watch for watch in self.store.watches() if watch.id == watch_id), None)
        if asked is not None and asked.state is RequestState.STOPPED:
            raise NotFound(f"Request {watch_id} was stopped by who asked: there is nothing to decide.")
        if asked is not None and state is RequestState.APPROVED:
            policy = self.store.policy(asked.policy_id)
            if policy.paused and policy.source is Source.REQUEST:
                self.store.pause_policy(policy.id, False)
        watch = self.store.decide(watch_id, state)
        self._drop_unwanted(watch.policy_id)
        return watch

    def _may_watch(self, policy: Policy, policies: Sequence[Policy]) -> Decision:
        requested = [each for each in policies if each.source is Source.REQUEST]
        place = host(policy.url)
        return may_watch(
            self.limits,
            on_host=sum(host(each.url) == place for each in requested),
            in_all=len(requested),
            waiting=sum(each.paused for each in requested),
            listed=any(each.id == policy.id for each in policies),
            refused=bool(self.store.watches(policy_id=policy.id, states=[RequestState.REFUSED])),
            vouched=bears_name(policy.url, policy.service),
        )

    def _drop_unwanted(self, policy_id: str) -> None:
        """A policy that only requests brought here goes with the last of them."""
        try:
            policy = self.store.policy(policy_id)
        except NotFound:
            return
        if policy.source is Source.REQUEST and not self.store.watches(policy_id=policy_id, states=ALIVE):
            self.store.remove_policy(policy_id)
