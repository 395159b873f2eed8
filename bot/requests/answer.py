"""What the bot answers: one short, exact answer to a command, and silence otherwise::

    mention | parse          a command, or silence
            | may_answer     not a bot, not itself, not opted out, not too late, within the limits, or silence
            | answered?      the outbox knows: then silence
            | answer         watch, stop, list, why, status, last, help, a number: a template and its facts

Words stand in templates/replies. What a stranger wrote is never a fact of an answer: facts come from the watch list and
from what was read. The finished words are made inert, but for the handle of who asked and the answer's own link, when
they are frozen (`bot.write.inert`).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from bot.errors import FetchError, FetchFailure
from bot.model import Answer, Command, CommandKind, Mention, Offer, Policy, RequestState, Source, Story, Watch
from bot.ports import Store
from bot.requests.catalogue import TITLE, Catalogue, distinct, public
from bot.requests.commands import parse
from bot.requests.facts import day, fit, joined, language, leading, number, numbered
from bot.requests.finding import Find, not_found, placed
from bot.requests.known import host, page
from bot.requests.limits import DAY, Ledger, Limits, Mode, Outcome, account, may_answer, may_ask
from bot.requests.memory import LEDGER, Memory
from bot.requests.register import Register

#: Seconds that looking for one policy may take in all.
FINDING = 60
#: So long a number answers the choice that was put to somebody.
CHOICE_STANDS = DAY
#: Everything that a template may name; what an answer does not say is "".
FACTS = (
    *("platform", "policy", "link", "title", "words", "language", "last", "date", "read", "problem"),
    *("since", "policies", "count", "choices", "verb", "limit", "kind", "section", "topics", "feed"),
)
#: The answer to a request to watch, by where it stands; None where there is no room for it.
_KEPT = {
    RequestState.APPROVED: "watching",
    RequestState.WAITING: "waiting",
    RequestState.REFUSED: "declined",
    None: "full",
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
        public_url: where the world reaches the bot's own pages, without a trailing slash, or "".
    """

    def __init__(
        self,
        store: Store,
        find: Find,
        limits: Limits,
        handles: Mapping[str, str],
        story_page: Callable[[Story], str] = lambda story: story.policy.url,
        public_url: str = "",
    ) -> None:
        self.store = store
        self.catalogue = Catalogue(store)
        self.register = Register(store, limits)
        self.find = find
        self.limits = limits
        self.handles = handles
        self.story_page = story_page
        self.public_url = public_url
        self.memory = Memory(store, self.register)

    @property
    def open(self) -> bool:
        """Whether anybody is heard."""
        return self.limits.mode is not Mode.OFF

    def heed(self, mentions: Iterable[Mention]) -> None:
        """Whoever says "stop" among them hears nothing from now on, whatever they had said before: the mentions that a
        restored database hears again begin with those that were answered long ago."""
        for mention in mentions:
            command = self._command(mention)
            if command and (command.kind is CommandKind.STOP_ALL or mention.author_opted_out):
                self.register.forget(mention)

    async def reply(self, mention: Mention, now: datetime) -> Reply | None:
        """What to answer, or None for silence. Whatever follows from it is in the store when this returns.

        A mention is answered once however often it is delivered: what is owed under its key is the memory of that, so
        a crash before the answer is owed loses nothing, and one after it repeats nothing.
        """
        command = self._command(mention)
        if command is None:
            return None
        self.heed([mention])
        own = self.handles.get(mention.platform, "")
        ledger = Ledger.load(self.store.recall(LEDGER), now)
        opted_out = self.store.opted_out(mention.platform, mention.author_id)
        decision = may_answer(mention, self.limits, ledger, now, own=own, opted_out=opted_out)
        if decision.outcome is not Outcome.GO:
            if command.kind is CommandKind.STOP:
                self._stop(command.target, mention, now)  # no limit keeps anybody from stopping
            return None
        if self.store.answered(mention.platform, _key("answer", mention)):
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

        Not on X: there the acknowledgement is the only reply (its rules for self-serve bots). Nobody while requests
        are off.
        """
        if not self.open:
            return []
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

    def _command(self, mention: Mention) -> Command | None:
        return parse(mention.text, self.handles.get(mention.platform, ""), mention.links, mention.parent_links)

    async def _answer(self, command: Command, mention: Mention, ledger: Ledger, now: datetime) -> Answer | None:
        match command.kind:
            case CommandKind.CHOOSE:
                chosen = self._chosen(int(command.target), mention, now)
                return None if chosen is None else await self._answer(chosen, mention, ledger, now)
            case CommandKind.WATCH:
                return await self._watch(command.target, mention, ledger, now)
            case CommandKind.STOP:
                return self._stop(command.target, mention, now)
            case CommandKind.LIST:
                watches = self.register.watches(mention)
                return Answer("list", {"policies": self._names(watches), "count": number(len(watches))})
            case CommandKind.WHY:
                return self._why(command.target)
            case CommandKind.STATUS:
                return self._status(command.target, mention, now)
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

        policies, meant = self.store.policies(), self.catalogue.meant
        matches = meant(target, public(policies)) or meant(target, policies)
        if len(matches) > 1:
            return self._choice(CommandKind.WATCH, matches, mention, now)
        if matches:
            return self._kept(matches[0], mention, self.catalogue.proof(matches[0]), now)
        if self.public_url and host(target) == host(self.public_url):
            return Answer("own_page")
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
            return self._choice(CommandKind.WATCH, proposed, mention, now, lambda policy: policy.document)
        if best.personal:
            return Answer("person")
        policy = placed(proposed[0], self.store.policies())
        proof = {"title": fit(best.title, TITLE), "words": number(best.words), "language": language(policy.language)}
        return self._kept(policy, mention, proof, now)

    def _kept(self, policy: Policy, mention: Mention, proof: dict[str, str], now: datetime) -> Answer:
        """What to say once the watch is written, with the proof of life."""
        if any(watch.policy_id == policy.id for watch in self.register.watches(mention)):
            return Answer("already", _facts(policy))
        template = _KEPT[self.register.keep(policy, mention, now)]
        # On X this is all that is ever said, so it leads to the page that goes on telling, and has a feed.
        own = f"{self.public_url}/policies/{quote(policy.id)}" if self.public_url and mention.platform == "x" else ""
        if template != "watching" or not own:
            return Answer(template, _facts(policy, **proof, link=policy.url))
        return Answer(template, _facts(policy, **proof, link=own, feed="yes"))

    def _stop(self, target: str, mention: Mention, now: datetime) -> Answer:
        """End the watches that are meant; the only one, where none is named."""
        mine = self.register.watches(mention)
        followed = {watch.policy_id for watch in mine}
        policies = [policy for policy in self.store.policies() if policy.id in followed]
        named = {policy.id for policy in self.catalogue.meant(target, policies)}
        at = {watch.policy_id for watch in mine if "://" in target and page(watch.url) == page(target)}
        ended = [watch for watch in mine if watch.policy_id in named | at] if target else mine
        if not target and len(mine) > 1 and len(policies) == len(mine):
            return self._choice(CommandKind.STOP, policies, mention, now)
        if not ended or (not target and len(mine) > 1):
            return Answer("not_followed", {"policies": self._names(mine)})
        names = self._names(ended)
        self.register.end(ended)
        return Answer("stopped", {"policies": names})

    def _why(self, target: str) -> Answer:
        matches = self.catalogue.meant(target, public(self.store.policies()))
        story = self.catalogue.story_at(target) or self.catalogue.last_story(matches)
        if story is not None:
            return Answer("taken_back" if story.retracted else "why", self._facts_of(story))
        return Answer("why_silent", _facts(matches[0])) if matches else Answer("rules")

    def _status(self, target: str, mention: Mention, now: datetime) -> Answer:
        if not target:
            return Answer("which", {"verb": "status"})
        matches = self.catalogue.meant(target, public(self.store.policies()))
        if len(matches) > 1:
            return self._choice(CommandKind.STATUS, matches, mention, now)
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
        matches = self.catalogue.meant(target, public(self.store.policies()))
        story = self.catalogue.last_story(matches)
        if story is not None:
            return Answer("last", self._facts_of(story))
        return Answer("nothing_told", _facts(matches[0])) if matches else Answer("unknown")

    # ---- choices ----------------------------------------------------------------------------------------------

    def _choice(
        self,
        kind: CommandKind,
        policies: Sequence[Policy],
        mention: Mention,
        now: datetime,
        name: Callable[[Policy], str] = lambda policy: policy.name,
    ) -> Answer:
        """Several are there: which one? A number is enough of an answer."""
        choices = numbered(map(name, policies))
        offer = Offer(kind, tuple(policy.url for policy, _ in zip(policies, choices, strict=False)))
        self.store.offer(mention.platform, mention.author_id, offer, now)
        return Answer("choice", {"choices": ", ".join(choices), "verb": kind.value})

    def _chosen(self, choice: int, mention: Mention, now: datetime) -> Command | None:
        """What a number asks for; None where nothing of that number was offered to who says it."""
        offer = self.store.offered(mention.platform, mention.author_id, now - CHOICE_STANDS)
        return None if offer is None or choice > len(offer.choices) else Command(offer.kind, offer.choices[choice - 1])

    # ---- what the store knows ---------------------------------------------------------------------------------

    def _names(self, watches: Iterable[Watch]) -> str:
        return joined(self.catalogue.name(watch.policy_id) for watch in watches)

    def _facts_of(self, story: Story) -> dict[str, str]:
        page = self.story_page(story)
        return _facts(story.policy, date=day(story.found_at), link=page, **leading(story.change))


def _key(what: str, mention: Mention) -> str:
    """Known for ever, and says nothing of the post: that must be forgotten once it is deleted."""
    return f"{what}:{mention.platform}:{hashlib.sha256(mention.id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _reply(mention: Mention, answer: Answer, key: str) -> Reply:
    facts = dict.fromkeys(FACTS, "") | answer.facts | {"platform": mention.platform}
    return Reply(mention, replace(answer, facts=facts), key, answer.facts.get("link", ""))


def _facts(policy: Policy, **more: str) -> dict[str, str]:
    return {"policy": fit(policy.name, 60), **more}
