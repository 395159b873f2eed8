"""One conversation on each platform's fake server: asked in public, answered there, told, stopped, and then silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import StoryClock
from bot.model import Event, EventKind, RequestState
from bot.pipeline import Pipeline
from bot.platforms import build
from bot.ports import PlatformSetup
from bot.requests.answer import Desk
from bot.requests.limits import Limits, Mode
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.trusted import Trusted
from tests.fakes import bluesky, mastodon, x
from tests.fakes.site import SALE, TRAINING, Site, policy_text
from tests.requests.talk import ACME, PAGES, TERMS, Web

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Scene:
    """A platform with people on it, seen from their side."""

    name: str
    handle: str
    options: dict[str, Any]
    secrets: dict[str, str]
    #: Somebody writes: who, the words, the id of the post above ("" for none), when. Returns the post's id.
    write: Callable[[str, str, str, datetime], str]
    #: The bot's posts, oldest first: the id of the post above, and the words.
    said: Callable[[], list[tuple[str, str]]]
    #: The ids of the bot's posts.
    own: Callable[[], list[str]]
    delete: Callable[[str], None]
    block: Callable[[str], None]


@contextmanager
def on_x() -> Iterator[Scene]:
    with x.FakeX() as fake:

        def who(name: str) -> x.User:
            return fake.user(str(1 + sum(map(ord, name))), name)

        yield Scene(
            "x",
            "smallprint",
            {"api": fake.url, "handle": "smallprint"},
            x.SECRETS,
            lambda name, text, above, at: fake.write(who(name), text, reply_to=above, at=at).id,
            lambda: [(tweet.reply_to, tweet.text) for tweet in fake.own],
            lambda: [tweet.id for tweet in fake.own],
            lambda post: setattr(fake, "tweets", [each for each in fake.tweets if each.id != post]),
            lambda name: fake.blockers.add(who(name).id),
        )
        assert not fake.broken, fake.broken


@contextmanager
def on_mastodon() -> Iterator[Scene]:
    with mastodon.FakeMastodon() as fake:

        def write(name: str, text: str, above: str, at: datetime) -> str:
            return fake.write(mastodon.Account(f"id-{name}", name), text, reply_to=above, at=at).id

        yield Scene(
            "mastodon",
            "smallprint",
            {"instance": fake.url, "handle": "smallprint"},
            mastodon.SECRETS,
            write,
            lambda: [(status.reply_to, status.text) for status in fake.own],
            lambda: [status.id for status in fake.own],
            lambda post: setattr(fake, "statuses", [each for each in fake.statuses if each.id != post]),
            lambda name: fake.blockers.add(f"id-{name}"),
        )


@contextmanager
def on_bluesky() -> Iterator[Scene]:
    with bluesky.FakePds() as fake:

        def write(name: str, text: str, above: str, at: datetime) -> str:
            under = next((record for record in fake.records if record.uri == above), None)
            author = bluesky.Account(f"did:plc:{name}", f"{name}.test")
            return fake.write(author, text, under=under, at=at).uri

        yield Scene(
            "bluesky",
            "smallprint.test",
            {"service": fake.url, "handle": "smallprint.test"},
            bluesky.SECRETS,
            write,
            lambda: [
                (record.value.get("reply", {}).get("parent", {}).get("uri", ""), record.value["text"])
                for record in fake.own
            ],
            lambda: [record.uri for record in fake.own],
            lambda post: setattr(fake, "records", [each for each in fake.records if each.uri != post]),
            lambda name: fake.blockers.add(f"did:plc:{name}"),
        )


SCENES = {"x": on_x, "mastodon": on_mastodon, "bluesky": on_bluesky}


@dataclass
class Play:
    """The bot on a scene, and time."""

    scene: Scene
    clock: StoryClock = field(default_factory=lambda: StoryClock(datetime.now(UTC)))
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = open_store("sqlite://")
        self.site = Site(self.clock)
        self.web = Web({ACME.url: (ACME,), TERMS.url: (TERMS,), "acme.example": (ACME, TERMS)})
        name = self.scene.name
        self.publisher = build(name, PlatformSetup(self.scene.options, lambda key: self.scene.secrets.get(key, "")))
        self.desk = Desk(
            self.store,
            self.web,
            Limits(Mode.OPEN, answers_a_person=50),
            {name: self.scene.handle},
            lambda story: self.pipeline.clerk.link(story),
            PAGES,
        )
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.site,
            extractor=Trusted(),
            publishers={name: self.publisher},
            clock=self.clock,
            habits=Habits(jitter=0, live=frozenset({name}), public_url=PAGES),
            report=self.events.append,
            desk=self.desk,
        )

    async def say(self, words: str, who: str = "carol", above: str = "") -> tuple[str, list[str]]:
        """Somebody writes to the bot: the id of their post, and what the bot says under it."""
        self.clock.move_to(self.clock.now() + timedelta(minutes=2))
        post = self.scene.write(who, f"@{self.scene.handle} {words}", above, self.clock.now())
        await self.pipeline.answer_mentions()
        await self.pipeline.publish_due()
        return post, self.under(post)

    def under(self, post: str) -> list[str]:
        return [words for above, words in self.scene.said() if above == post]

    async def live(self, span: timedelta) -> None:
        end = self.clock.now() + span
        while self.clock.now() < end:
            self.clock.move_to(min(end, self.clock.now() + HOUR))
            await self.pipeline.answer_mentions()
            await self.pipeline.check_due()
            await self.pipeline.forget()
            await self.pipeline.publish_due()

    def troubles(self) -> list[Event]:
        return [event for event in self.events if event.kind is EventKind.NOT_SENT]


@pytest.fixture(params=SCENES)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with SCENES[request.param]() as scene:
        yield scene


@pytest.fixture
async def play(scene: Scene) -> Play:
    """The bot has looked at its inbox once: what is asked from now on is answered."""
    play = Play(scene)
    await play.pipeline.answer_mentions()
    return play


async def test_ask_hear_be_told_ask_why_stop_and_silence(play: Play) -> None:
    asked, (answer,) = await play.say(f"watch {ACME.url}")
    assert answer.startswith("@carol")
    assert "I watch the Acme Privacy Policy: 2,345 words in English." in answer
    if play.scene.name == "x":
        assert answer.endswith(f"{PAGES}/policies/acme/privacy-policy")
    assert "On your list (1): Acme Privacy Policy." in (await play.say("list"))[1][0]
    await play.live(3 * HOUR)
    play.site.text = policy_text(TRAINING)
    await play.live(DAY)
    told = play.under(asked)[1:]
    if play.scene.name == "x":
        assert told == [], "there the acknowledgement is the only reply"
    else:
        (words,) = told
        assert words.startswith("@carol")
        assert "The Acme Privacy Policy has changed: new in" in words
    assert "was news: new in" in (await play.say("why was acme.example told?"))[1][0]
    assert "The Acme Privacy Policy on " in (await play.say("last change of acme.example"))[1][0]
    status = (await play.say("status of acme.example"))[1][0]
    assert "The Acme Privacy Policy: last read" in status
    assert "Last change told:" in status
    assert "Also “list”" in (await play.say("help"))[1][0]
    assert "Done. Off your list: Acme Privacy Policy." in (await play.say("stop acme.example"))[1][0]
    assert play.store.watches(states=[RequestState.APPROVED]) == []

    # (X takes no post with the words of an earlier one.)
    assert "I watch the" in (await play.say(f"watch {TERMS.url if play.scene.name == 'x' else ACME.url}"))[1][0]
    before = play.scene.said()
    await play.say("stop")
    play.site.text = policy_text(TRAINING, SALE)
    await play.live(DAY)
    await play.say("help")
    assert play.scene.said() == before
    assert play.store.policies() == []
    assert play.troubles() == []


async def test_watch_this_under_a_post_with_a_link(play: Play) -> None:
    link = "https://www.example.com/acme"
    play.web.there[link] = (ACME,)
    news = play.scene.write("dave", f"Look what they changed: {link}", "", play.clock.now())
    _, (answer,) = await play.say("watch this", above=news)
    assert "I watch the Acme Privacy Policy" in answer
    assert "dave" not in answer


async def test_a_choice_is_answered_with_a_number_under_it(play: Play) -> None:
    _, (choice,) = await play.say("watch acme.example")
    assert "1 Privacy Policy, 2 Terms of Service" in choice
    _, (answer,) = await play.say("2", above=play.scene.own()[-1])
    assert "I watch the Acme Terms of Service" in answer


async def test_in_another_language(play: Play) -> None:
    _, (answer,) = await play.say(f"kannst du bitte {ACME.url} beobachten?")
    assert "I watch the Acme Privacy Policy" in answer
    assert "On your list (1)" in (await play.say("montre-moi ma liste"))[1][0]


async def test_a_request_that_is_deleted_or_of_a_blocker_before_the_answer_has_none(play: Play) -> None:
    for gone, who in ((play.scene.delete, "carol"), (lambda post: play.scene.block("dave"), "dave")):
        play.clock.move_to(play.clock.now() + timedelta(minutes=2))
        post = play.scene.write(who, f"@{play.scene.handle} watch {ACME.url}", "", play.clock.now())
        await play.pipeline.answer_mentions()
        gone(post)
        await play.pipeline.publish_due()
        assert play.under(post) == []
    await play.live(DAY)
    assert play.scene.said() == []
    assert play.store.watches() == []
    assert play.store.policies() == []
    assert "carol" not in repr(play.store.deliveries())


async def test_who_deletes_a_request_or_blocks_later_is_forgotten_and_told_nothing(play: Play) -> None:
    deleted, _ = await play.say(f"watch {ACME.url}", "carol")
    blocked, _ = await play.say(f"watch {ACME.url}", "dave")
    kept, _ = await play.say(f"watch {ACME.url}", "erin")
    await play.live(2 * HOUR)
    play.scene.delete(deleted)
    play.scene.block("dave")
    await play.live(DAY)
    assert [watch.mention.id for watch in play.store.watches()] == [kept]
    kept_posts = repr(play.store.deliveries()) + repr(play.store.watches())
    assert not {deleted, blocked} & set(kept_posts.split("'"))
    play.site.text = policy_text(TRAINING)
    await play.live(DAY)
    assert len(play.under(deleted)), len(play.under(blocked)) == (1, 1)
    assert len(play.under(kept)) == (1 if play.scene.name == "x" else 2)
    await play.live(2 * DAY)
    assert [watch.mention.id for watch in play.store.watches()] == [kept]


async def test_an_inbox_that_cannot_be_asked_forgets_nobody(play: Play) -> None:
    await play.say(f"watch {ACME.url}")
    play.desk.memory.store.looked_for([1], [1], play.clock.now() - DAY)

    async def broken(posts: object) -> list[str]:
        from bot.errors import PlatformError, PlatformFailure

        raise PlatformError(PlatformFailure.TRY_AGAIN, "the platform is down")

    play.publisher.gone = broken  # type: ignore[attr-defined]
    await play.pipeline.forget()
    assert [str(event.reasons[0]) for event in play.troubles()] == ["the platform is down"]
    assert len(play.store.watches()) == 1
