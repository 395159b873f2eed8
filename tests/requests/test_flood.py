"""A hundred thousand mentions: floods, echoes, bots, edits, deletions, opt-outs, and older databases put back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.model import Delivery, Mention, RequestState, Source
from bot.requests.commands import parse
from bot.requests.known import host
from bot.requests.limits import Limits
from tests.fakes import mastodon, x
from tests.requests.talk import DAY, HANDLES, NOON, Page, Restored

HOUR = timedelta(hours=1)
PAGES = [
    Page(f"https://www.site{site}.example/{path}", f"Site{site}", document)
    for site in range(20)
    for path, document in (("privacy", "Privacy Policy"), *((f"terms/{n}", "Terms of Service") for n in range(7)))
]
PASTES = [Page(f"https://pastes.example/{n}", f"Somebody{n}", "Privacy Policy") for n in range(20)]
SAYINGS = [
    "help", "list", "why?", "status site1", "last site2", "stop site3", "watch this", "2", "1", "vigila esto",
    "thanks!", "> @smallprint stop", "`stop`", "watch {{7*7}} policy", "I love this",
    "@victim watch site4.example cc @mallory", "stop", "bitte stopp", "laisse-moi tranquille",
]  # fmt: skip
RARELY = {"stop", "bitte stopp", "laisse-moi tranquille"}


@dataclass
class Crowd:
    """People and bots, what they write, and what the platforms show of it."""

    talk: Restored
    chance: Random
    people: int = 300
    #: Every mention ever written, and those that the bot heard since the backup.
    written: list[Mention] = field(default_factory=list)
    since: list[Mention] = field(default_factory=list)
    #: When the last backup was put back: the counts of the hour and the day are as old as the database is.
    put_back_at: datetime = NOON
    #: Posts of the bot by what they answer.
    answers: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    stopped: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def mention(self) -> Mention:
        """Somebody writes something, or a platform hands out again what was written before."""
        if self.written and self.chance.random() < 0.25:
            again = self.chance.choice(self.written[-500:])
            if self.chance.random() < 0.3:
                self.counts["edited"] += 1
                again = replace(again, text=f"@{HANDLES[again.platform]} watch {self.chance.choice(PAGES).url}")
            self.counts["again"] += 1
            return again
        # One person of a hundred writes half of everything.
        number = self.chance.randrange(self.people if self.chance.random() < 0.5 else self.people // 100)
        words = self.chance.choice(SAYINGS)
        if words in RARELY and self.chance.random() < 0.95:
            words = "help"
        if self.chance.random() < 0.5:
            words = f"watch {self.chance.choice(PAGES if self.chance.random() < 0.8 else PASTES).url}"
        new = self.talk.mention(
            words,
            f"person{number}",
            on=self.chance.choice(sorted(HANDLES)),
            parent_links=(self.chance.choice(PAGES).url,) if self.chance.random() < 0.3 else (),
            author_is_bot=number % 17 == 5,
            author_opted_out=number % 29 == 7,
        )
        if self.chance.random() < 0.02:
            new = replace(new, at=new.at - 10 * DAY)
            self.counts["late"] += 1
        self.written.append(new)
        return new

    async def hear(self, mention: Mention) -> None:
        """As the pipeline does it, up to a platform that takes every post that it does not have yet."""
        self.since.append(mention)
        who = (mention.platform, mention.author_id)
        command = parse(mention.text, HANDLES[mention.platform], mention.links, mention.parent_links)
        heard = await self.talk.hears(mention)
        if command is not None and (command.kind.value == "stop all" or mention.author_opted_out):
            self.stopped.add(who)
        self.counts["heard"] += 1
        if heard is None:
            return
        assert command is not None, "no command, no answer"
        assert who not in self.stopped
        assert not mention.author_is_bot
        assert mention.at >= self.talk.clock.now() - 3 * DAY
        (delivery,) = (each for each in self.talk.store.deliveries(about=mention.id) if each.part.key.startswith("ans"))
        self.check_words(mention, delivery)
        if mention.id in self.deleted or (self.restored and mention.id in self.answers):
            return  # steps/asked.py and steps/reconcile.py look at the platform before anything is sent
        self.answers.setdefault(mention.id, []).append(
            (self.talk.clock.now(), f"{mention.platform}:{mention.author_id}")
        )

    #: Whether an older database was put back, after which what was answered may be owed again.
    restored: bool = False

    def check_words(self, mention: Mention, delivery: Delivery) -> None:
        """Nobody is named but who asked, and nothing is live but that name and the answer's own link."""
        payload = json.loads(delivery.part.payload)
        text = payload.get("text") or payload["record"]["text"]
        assert "victim" not in text
        assert "mallory" not in text
        live = (x.live if mention.platform == "x" else mastodon.live)(text) if mention.platform != "bluesky" else set()
        assert {each for each in live if each.startswith("@")} <= {f"@{mention.author}"}
        assert "{{" not in text

    def quotas(self) -> Iterator[str]:
        """Which were not kept."""
        limits = Limits()
        every = sorted(each for under in self.answers.values() for each in under)
        sent = [each for each in every if each[0] >= self.put_back_at]
        if any(len(under) > 1 for under in self.answers.values()):
            yield "two answers to one request"
        for span, most, whose in ((HOUR, limits.answers_an_hour, ""), (DAY, limits.answers_a_person, "each")):
            times: dict[str, list[datetime]] = {}
            for at, who in sent:
                mine = times.setdefault(who if whose else "all", [])
                mine.append(at)
                if len(mine) > most and mine[-1 - most] > at - span:
                    yield f"more than {most} answers in {span} to {whose or 'all'}"
        asked: dict[str, list[datetime]] = {}
        for watch in sorted(self.talk.store.watches(), key=lambda watch: watch.asked_at):
            mine = asked.setdefault(f"{watch.mention.platform}:{watch.mention.author_id}", [])
            mine.append(watch.asked_at)
            if len(mine) > limits.per_person_a_day and mine[-1 - limits.per_person_a_day] > watch.asked_at - DAY:
                yield "more than five watches of a person and day"
        read = [policy for policy in self.talk.store.policies() if not policy.paused]
        if max(Counter(host(policy.url) for policy in read).values(), default=0) > limits.per_host:
            yield "more than five policies of a host without the operator"
        if any(host(policy.url) == "pastes.example" for policy in read):
            yield "a page on a host where anybody may write is read without the operator"
        assert all(policy.source is Source.REQUEST for policy in read)


async def play(folder: Path, mentions: int, seed: int) -> Crowd:
    """So many mentions over weeks, with a backup put back now and then."""
    talk = Restored(folder)
    talk.web.there = {page.url: (page,) for page in (*PAGES, *PASTES)}
    crowd = Crowd(talk, Random(seed))
    for number in range(mentions):
        # Quiet hours, and floods in which a thousand come in a minute.
        quiet = crowd.chance.random() < min(0.5, 600 / mentions)
        talk.clock.move_to(
            talk.clock.now() + timedelta(minutes=crowd.chance.randrange(90) if quiet else 0, seconds=0.06)
        )
        await crowd.hear(crowd.mention())
        if number % (mentions // 40) == 0 and crowd.written:
            crowd.deleted |= {
                each.id for each in crowd.chance.sample(crowd.written[-50:], k=min(3, len(crowd.written)))
            }
            for platform in HANDLES:
                due = talk.desk.memory.due(platform, talk.clock.now())
                talk.desk.memory.note(due, crowd.deleted & {each.mention.id for each in due}, talk.clock.now())
            talk.desk.memory.tidy(talk.clock.now())
            assert list(crowd.quotas()) == []
        if number % (mentions // 4) == mentions // 8:
            talk.back_up()
            crowd.since = []
        if number % (mentions // 4) == mentions // 6:
            talk.put_back()
            crowd.restored, crowd.put_back_at = True, talk.clock.now()
            again = list(dict.fromkeys(crowd.since))
            crowd.since = []
            talk.desk.heed(again)  # the old cursor leads back to all that was heard since the backup
            for mention in again:
                await crowd.hear(mention)
    return crowd


async def test_a_few_hundred(tmp_path: Path) -> None:
    crowd = await play(tmp_path, 400, seed=7)
    assert list(crowd.quotas()) == []
    assert crowd.counts["again"] > 60
    assert len(crowd.answers) > 50
    assert len(crowd.stopped) > 3
    stopped = {
        (watch.mention.platform, watch.mention.author_id) for watch in crowd.talk.store.watches()
    } & crowd.stopped
    assert stopped == set()


@pytest.mark.simulation
async def test_a_hundred_thousand(tmp_path: Path) -> None:
    crowd = await play(tmp_path, 100_000, seed=11)
    assert crowd.counts["heard"] >= 100_000
    assert list(crowd.quotas()) == []
    assert len(crowd.answers) > 5_000
    assert min(crowd.counts[what] for what in ("again", "edited", "late")) > 1_000
    states = Counter(watch.state for watch in crowd.talk.store.watches())
    assert states[RequestState.APPROVED] > 100
    assert states[RequestState.WAITING] > 10


async def test_two_bots_that_answer_each_other_stop_after_one_message(tmp_path: Path) -> None:
    """The other one does not say that it is a bot, and repeats whatever it hears, with the bot's name or without."""
    for named in (True, False):
        talk = Restored(tmp_path / str(named))
        said, messages = "help", 0
        for _ in range(100):
            heard = await talk.hears(
                replace(
                    talk.mention("", "parrot"), text=f"@{HANDLES['bluesky']} {said}" if named or not messages else said
                )
            )
            if heard is None:
                break
            said, messages = heard, messages + 1
        assert messages == 1
