"""What the bot answers: one short, exact answer to a command, and silence otherwise::

    mention | parse          a command, or silence
            | may_answer     not a bot, not itself, not opted out, within the limits, or silence
            | answered?      the outbox knows: then silence
            | answer         watch, stop, list, why, status, last, help: a template and its facts

Words stand in templates/replies. What a stranger wrote is never a fact of an answer: facts come from the watch list and
from what was read. The finished words are made inert, but for the handle of who asked and the answer's own link, when
they are frozen (`bot.write.inert`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import FetchError, FetchFailure
from bot.model import Answer, Command, CommandKind, Mention, Policy, RequestState, Source, Story, Watch
from bot.ports import Store
from bot.requests.catalogue import TITLE, Catalogue, distinct
from bot.requests.commands import parse
from bot.requests.facts import day, fit, joined, language, leading, number
from bot.requests.finding import Find, not_found, placed
from bot.requests.known import host
from bot.requests.limits import DAY, Ledger, Limits, Outcome, account, may_answer, may_ask
from bot.requests.register import Register

#: Seconds that looking for one policy may take in all.
FINDING = 60
#: Where the ledger of answers is remembered.
LEDGER = "requests.answered"
#: Everything that a template may name; what an answer does not say is "".
FACTS = (
    *("platform", "policy", "link", "title", "words", "language", "last", "date", "read", "problem"),
    *("since", "policies", "count", "choices", "verb", "example", "limit", "kind", "section", "topics"),
)
#: The answer to a request to watch, by where it stands.
_KEPT = {
    RequestState.APPROVED: "watching",
    RequestState.WAITING: "waiting",
    RequestState.REFUSED: "declined",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a mention. Its words are the template's, rendered with the facts."""

    mention: Mention
    answer: Answer
    #: Stable for ever: what is owed under it is sent once.
    key: str
    #: The one address in the words that may be live, or "".
    link: str = ""


class Desk:
    """Takes mentions, keeps who asked for what in the store, and says what to answer.

    Args:
        store: where policies, watches, opt-outs and the ledger of answers are.
        find: looks for the policy when it is not on the watch list.
        limits: the operator's settings.
        handles: the bot's own handle on each platform, by publisher id; a platform without one is never answered.
        story_page: the public address at which a story is told; the policy's own by default.
    """

    def __init__(
        self,
        store: Store,
        find: Find,
        limits: Limits,
        handles: Mapping[str, str],
        story_page: Callable[[Story], str] = lambda story: story.policy.url,
    ) -> None:
        self.store = store
        self.catalogue = Catalogue(store)
        self.register = Register(store, limits)
        self.find = find
        self.limits = limits
        self.handles = handles
        self.story_page = story_page

    async def reply(self, mention: Mention, now: datetime) -> Reply | None:
        """What to answer, or None for silence. Whatever follows from it is in the store when this returns.

        A mention is answered once however often it is delivered: what is owed under its key is the memory of that, so
        a crash before the answer is owed loses nothing, and one after it repeats nothing.
        """
        own = self.handles.get(mention.platform, "")
        command = parse(mention.text, own, mention.links, mention.parent_links)
        if command is None:
            return None
        if command.kind is CommandKind.STOP_ALL or mention.author_opted_out:
            self.register.forget(mention)
            return None
        ledger = Ledger.load(self.store.recall(LEDGER), now)
        opted_out = self.store.opted_out(mention.platform, mention.author_id)
        decision = may_answer(mention, self.limits, ledger, now, own=own, opted_out=opted_out)
        if decision.outcome is not Outcome.GO:
            if command.kind is CommandKind.STOP:
                self._stop(command.target, mention)  # no limit keeps anybody from stopping
            return None
        if self._answered(mention):
            return None
        answer = await self._answer(command, mention, ledger, now)
        if answer is None:
            return None
        # Read again: other mentions were answered while a page was looked for.
        ledger = Ledger.load(self.store.recall(LEDGER), now).add(now, account(mention), answer.template)
        self.store.remember(LEDGER, ledger.dump())
        return _reply(mention, answer, _key("answer", mention))

    def tell(self, story: Story) -> Sequence[Reply]:
        """A word to everybody who follows the story's policy, under their own request.

        Not on X: there the acknowledgement is the only reply (its rules for self-serve bots).
        """
        news = Answer("changed", self._facts_of(story))
        followers = [
            watch.mention for watch in self.store.watches(policy_id=story.policy.id, states=[RequestState.APPROVED])
        ]
        return [
            _reply(mention, news, f"{_key('changed', mention)}:{story.id}")
            for mention in followers
            if mention.platform != "x" and not self.store.opted_out(mention.platform, mention.author_id)
        ]

    def decide(self, watch_id: int, state: RequestState) -> Watch:
        """The operator's word on a request (`Register.decide`). Raises NotFound."""
        return self.register.decide(watch_id, state)

    # ---- what follows from a command -------------------------------------------------------------------------

    async def _answer(self, command: Command, mention: Mention, ledger: Ledger, now: datetime) -> Answer | None:
        match command.kind:
            case CommandKind.WATCH:
                return await self._watch(command.target, mention, ledger, now)
            case CommandKind.STOP:
                return self._stop(command.target, mention)
            case CommandKind.LIST:
                watches = self.register.watches(mention)
                return Answer("list", {"policies": self._names(watches), "count": number(len(watches))})
            case CommandKind.WHY:
                return self._why(command.target)
            case CommandKind.STATUS:
                return self._status(command.target)
            case CommandKind.LAST:
                return self._last(command.target)
            case _:
                return Answer("help")

    async def _watch(self, target: str, mention: Mention, ledger: Ledger, now: datetime) -> Answer | None:
        """The watch list first, then the site itself; then who may have what."""
        if not target:
            return Answer("which", {"verb": "watch"})
        asked = self.store.asked_since(now - DAY, platform=mention.platform, author_id=mention.author_id)
        told = bool(ledger.count(since=now - DAY, who=account(mention), template="quota"))
        decision = may_ask(self.limits, asked_today=asked, told_today=told)
        if decision.outcome is not Outcome.GO:
            limit = {"limit": number(self.limits.per_person_a_day)}
            return Answer("quota", limit) if decision.outcome is Outcome.REFUSE else None

        meant = self.catalogue.meant
        matches = meant(target, self.catalogue.public()) or meant(target, self.store.policies())
        if len(matches) > 1:
            return _choice("watch", matches)
        if matches:
            return self._kept(matches[0], mention, self.catalogue.proof(matches[0]), now)
        try:
            async with asyncio.timeout(FINDING):
                found = await self.find(target)
        except FetchError as error:
            return not_found(error, target)
        except TimeoutError:
            return Answer("unreadable", {"problem": FetchFailure.TIMED_OUT.value})
        best = found.candidates[0]
        offered = (candidate.policy(Source.REQUEST) for candidate in found.candidates)
        proposed = distinct(offered, lambda policy: policy.document)
        if len(proposed) > 1:
            return _choice("watch", proposed, host(proposed[0].url))
        policy = placed(proposed[0], self.store.policies())
        proof = {"title": fit(best.title, TITLE), "words": number(best.words), "language": language(policy.language)}
        return self._kept(policy, mention, proof, now)

    def _kept(self, policy: Policy, mention: Mention, proof: dict[str, str], now: datetime) -> Answer:
        """What to say once the watch is written, with the proof of life."""
        if any(watch.policy_id == policy.id for watch in self.register.watches(mention)):
            return Answer("already", _facts(policy))
        template = _KEPT[self.register.keep(policy, mention, now)]
        return Answer(template, _facts(policy, **proof, link=policy.url))

    def _stop(self, target: str, mention: Mention) -> Answer:
        """End the watches that are meant; the only one, where none is named."""
        mine = self.register.watches(mention)
        followed = {watch.policy_id for watch in mine}
        policies = [policy for policy in self.store.policies() if policy.id in followed]
        named = {policy.id for policy in self.catalogue.meant(target, policies)}
        ended = [watch for watch in mine if watch.policy_id in named] if target else mine
        if not ended or (not target and len(mine) > 1):
            return Answer("not_followed", {"policies": self._names(mine)})
        names = self._names(ended)
        self.register.end(ended)
        return Answer("stopped", {"policies": names})

    def _why(self, target: str) -> Answer:
        matches = self.catalogue.meant(target, self.catalogue.public())
        story = self.catalogue.story_at(target) or self.catalogue.last_story(matches)
        if story is not None:
            return Answer("taken_back" if story.retracted else "why", self._facts_of(story))
        return Answer("why_silent", _facts(matches[0])) if matches else Answer("rules")

    def _status(self, target: str) -> Answer:
        if not target:
            return Answer("which", {"verb": "status"})
        matches = self.catalogue.meant(target, self.catalogue.public())
        if len(matches) > 1:
            return _choice("status", matches)
        if not matches:
            return Answer("unknown")
        policy = matches[0]
        health = next(health for health in self.store.health() if health.policy.id == policy.id)
        return Answer(
            "status",
            _facts(
                policy,
                **self.catalogue.proof(policy),
                read=day(health.last_read_at),
                problem=health.failing,
                since=day(health.failing_since),
            ),
        )

    def _last(self, target: str) -> Answer:
        if not target:
            return Answer("which", {"verb": "last"})
        matches = self.catalogue.meant(target, self.catalogue.public())
        story = self.catalogue.last_story(matches)
        if story is not None:
            return Answer("last", self._facts_of(story))
        return Answer("nothing_told", _facts(matches[0])) if matches else Answer("unknown")

    # ---- what the store knows ---------------------------------------------------------------------------------

    def _answered(self, mention: Mention) -> bool:
        key = _key("answer", mention)
        return any(delivery.part.key.startswith(key) for delivery in self.store.deliveries(about=mention.id))

    def _names(self, watches: Iterable[Watch]) -> str:
        return joined(self.catalogue.name(watch.policy_id) for watch in watches)

    def _facts_of(self, story: Story) -> dict[str, str]:
        page = self.story_page(story)
        return _facts(story.policy, date=day(story.found_at), link=page, **leading(story.change))


def _key(what: str, mention: Mention) -> str:
    return f"{what}:{mention.platform}:{mention.id}"


def _reply(mention: Mention, answer: Answer, key: str) -> Reply:
    facts = dict.fromkeys(FACTS, "") | answer.facts | {"platform": mention.platform}
    return Reply(mention, replace(answer, facts=facts), key, link=answer.facts.get("link", ""))


def _facts(policy: Policy, **more: str) -> dict[str, str]:
    return {"policy": fit(policy.name, 60), **more}


def _choice(verb: str, policies: Sequence[Policy], site: str = "") -> Answer:
    """Several are there: which one? ``site`` goes before a document's name when it is asked for again."""
    names = [policy.document if site else policy.name for policy in policies]
    example = fit(f"{site} {names[0]}".strip().lower(), 60)
    return Answer("choice", {"choices": joined(names), "verb": verb, "example": example})
