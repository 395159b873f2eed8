"""What the outbox relies on, asked of every publisher there is: ours, and one from another package.

A publisher that is registered without a stage (`stages.py`) fails here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import PlatformError, PlatformFailure
from bot.model import Part, Post, Receipt
from bot.platforms import available, build
from bot.ports import Inbox, PlatformSetup, Publisher, Timeline
from bot.write.inert import visible
from tests.platforms.outsider import chalkboard
from tests.platforms.stages import SERVED, STAGES, Fault, Stage

LINK = "https://smallprint.dev/changes/2023-08-23-x-privacy-policy-3f9a"
STORY = Post(
    key="2023-08-23-x-privacy-policy-3f9a:here",
    parts=(f"X Privacy Policy\n\nNew in 2.1: “We may use the information we collect to train models.”\n\n{LINK}",),
    link=LINK,
    link_title="X Privacy Policy",
    language="en",
)
HOSTILE = (
    "New: “@elonmusk, @alice@evil.social and @alice.bsky.social own #hashtag, ＃tag, $AAPL and $TSLA; "
    "see http://evil.com, evil.org or e\u200bvil.net.”"
)
WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "M")), max_size=40)

pytestmark = pytest.mark.usefixtures("outside_package")


@dataclass
class Play:
    """One publisher on its stage."""

    stage: Stage
    publisher: Publisher

    def prepare(self, post: Post = STORY) -> Part:
        return self.publisher.prepare(post, datetime.now(UTC))[0]

    async def publish(self, part: Part) -> Receipt:
        return await self.publisher.publish(part, None, None)

    async def find(self, part: Part) -> Receipt | None:
        return await self.publisher.find(part, None, None)

    def shows(self) -> list[str]:
        return [visible(words) for words in self.stage.posts()]


@pytest.fixture
def play(request: pytest.FixtureRequest, outside_package: None) -> Iterator[Play]:
    """The publisher that `on` names."""
    stages = {**STAGES, "chalkboard": chalkboard}
    assert request.param in stages, f"add a stage for {request.param} to tests/platforms/stages.py"
    with stages[request.param]() as stage:
        yield Play(stage, build(stage.id, stage.setup()))


def on(platforms: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("play", sorted(platforms), indirect=True)


#: Every publisher there is.
ALL = {*available(), "chalkboard"}
#: Those with a limit; a page has none.
LIMITED = ALL - {"local"}
#: Those that have a memory of their own.
REMEMBERING = {*SERVED, "chalkboard"}
#: Those that can be asked something.
INBOXES = [id for id in available() if isinstance(build(id, PlatformSetup({}, lambda name: "")), Inbox)]


# ---- counting and freezing ------------------------------------------------------------------------------------------


@on(ALL)
def test_its_id_is_the_name_it_is_found_by(play: Play) -> None:
    assert play.publisher.id == play.stage.id


@on(ALL)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=WORDS, more=WORDS)
def test_more_words_never_count_less(play: Play, words: str, more: str) -> None:
    assert play.publisher.length(words) <= play.publisher.length(f"{words} {more}")


@on(ALL)
def test_the_same_post_is_frozen_to_the_same_bytes(play: Play) -> None:
    at = datetime(2023, 8, 23, 4, tzinfo=UTC)
    again = build(play.stage.id, play.stage.setup())
    assert play.publisher.prepare(STORY, at) == play.publisher.prepare(STORY, at) == again.prepare(STORY, at)


@on(ALL)
def test_freezing_needs_no_secret_and_no_network(play: Play) -> None:
    bare = build(play.stage.id, play.stage.setup(**dict.fromkeys(play.stage.secrets, "")))
    assert bare.prepare(STORY, datetime.now(UTC))
    assert play.stage.posts() == []


@on(LIMITED)
def test_each_part_of_a_thread_has_its_own_key_and_place(play: Play) -> None:
    parts = play.publisher.prepare(Post("story", ("one", "two", "three")), datetime.now(UTC))
    assert [part.number for part in parts] == [0, 1, 2]
    assert len({part.key for part in parts}) == 3


@on(LIMITED)
def test_words_that_are_too_long_are_refused(play: Play) -> None:
    fits = Post("story", ("x" * play.publisher.limit,))
    assert play.publisher.length(fits.parts[0]) == play.publisher.limit
    assert play.prepare(fits)
    with pytest.raises(PlatformError) as refused:
        play.prepare(Post("story", (fits.parts[0] + "x",)))
    assert refused.value.kind is PlatformFailure.REJECTED


@on(LIMITED)
def test_invisible_breaks_are_counted(play: Play) -> None:
    """Words that fit before they are made inert may not fit after."""
    with pytest.raises(PlatformError, match="story"):
        play.prepare(Post("story", ("#a " * (play.publisher.limit // 3) + "#a",)))


@on(ALL)
def test_nothing_but_the_link_becomes_live(play: Play) -> None:
    part = play.prepare(Post("story", (f"{HOSTILE}\n\n{LINK}",), link=LINK))
    assert set(play.stage.live(part)) <= {LINK}


@on(SERVED)
def test_the_link_does_become_live(play: Play) -> None:
    assert LINK in play.stage.live(play.prepare())


@on(SERVED)
def test_only_the_person_who_asked_is_mentioned(play: Play) -> None:
    answer = Post("answer", ("@carol I watch it now, says @mallory",), mention="carol", mention_id="did:plc:carol")
    assert {live for live in play.stage.live(play.prepare(answer)) if live.startswith("@")} == {"@carol"}


# ---- publishing and reading back ------------------------------------------------------------------------------------


@on(ALL)
async def test_the_account_is_named(play: Play) -> None:
    assert await play.publisher.check()


@on(ALL)
async def test_what_is_published_is_found_again(play: Play) -> None:
    part = play.prepare()
    assert await play.publish(part) == await play.find(part) is not None


@on(ALL)
async def test_it_can_be_closed_twice_and_used_again(play: Play) -> None:
    await play.publish(play.prepare())
    await play.publisher.aclose()
    await play.publisher.aclose()
    assert await play.find(play.prepare(Post("other", ("Another story",)))) is None or play.stage.id == "local"


@on(REMEMBERING)
async def test_readers_see_the_words_and_hostile_ones_too(play: Play) -> None:
    part = play.prepare(Post("story", (HOSTILE,)))
    receipt = await play.publish(part)
    assert play.shows() == [visible(HOSTILE)]
    assert await play.find(part) == receipt


@on(REMEMBERING)
async def test_what_was_not_published_is_not_found(play: Play) -> None:
    await play.publish(play.prepare(Post("other", ("Another story altogether",))))
    assert await play.find(play.prepare()) is None


@pytest.mark.parametrize("fault", Fault)
@on(SERVED)
async def test_a_failure_says_what_is_known(play: Play, fault: Fault) -> None:
    part = play.prepare()
    play.stage.fail(fault)
    with pytest.raises(PlatformError) as failed:
        await play.publish(part)
    assert (
        failed.value.kind
        is {
            Fault.LOST: PlatformFailure.UNKNOWN,
            Fault.APPLIED_THEN_DROPPED: PlatformFailure.UNKNOWN,
            Fault.APPLIED_THEN_500: PlatformFailure.UNKNOWN,
            Fault.RATE_LIMITED: PlatformFailure.TRY_AGAIN,
            Fault.REVOKED: PlatformFailure.PAUSED,
            Fault.SUSPENDED: PlatformFailure.PAUSED,
            Fault.UNREACHABLE: PlatformFailure.TRY_AGAIN,
        }[fault]
    )
    reset = datetime.fromtimestamp(play.stage.reset, UTC)
    assert failed.value.retry_at == (reset if fault is Fault.RATE_LIMITED else None)
    assert len(str(failed.value)) > 20
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("fault", sorted(set(Fault) - {Fault.UNREACHABLE}))
@on(SERVED)
async def test_after_a_failure_the_truth_is_read_back_and_one_post_stands(play: Play, fault: Fault) -> None:
    part = play.prepare()
    play.stage.fail(fault)
    with pytest.raises(PlatformError):
        await play.publish(part)
    applied = fault in {Fault.APPLIED_THEN_DROPPED, Fault.APPLIED_THEN_500}
    found = await play.find(part)
    assert (found is not None) == applied == (len(play.shows()) == 1)
    if found is None:
        found = await play.publish(part)
    assert await play.find(part) == found
    assert play.shows() == [visible(STORY.parts[0])]


@on(SERVED)
async def test_a_read_back_that_fails_never_says_it_is_not_there(play: Play) -> None:
    part = play.prepare()
    await play.publish(part)
    play.stage.fail(Fault.UNREACHABLE)
    with pytest.raises(PlatformError) as failed:
        await play.find(part)
    assert failed.value.kind in {PlatformFailure.UNKNOWN, PlatformFailure.TRY_AGAIN}


# ---- what the platform remembers ------------------------------------------------------------------------------------

#: Those that can say what they have posted.
TIMELINES = [id for id in available() if isinstance(build(id, PlatformSetup({}, lambda name: "")), Timeline)]


def test_every_platform_that_is_served_can_say_what_it_has_posted() -> None:
    assert sorted(TIMELINES) == SERVED


@on(TIMELINES)
async def test_own_posts_are_shown_newest_first_with_what_they_are_under(play: Play) -> None:
    assert isinstance(play.publisher, Timeline)
    began = datetime.now(UTC) - timedelta(minutes=1)
    thread = play.publisher.prepare(replace(STORY, parts=(STORY.parts[0], "Also new: “We may sell it.”")), began)
    first = await play.publisher.publish(thread[0], None, None)
    play.stage.ask("help")
    try:
        second = await play.publisher.publish(thread[1], first, first)
    except PlatformError:  # X ties no posts of a self-serve account
        second = await play.publisher.publish(thread[1], first, first)
    newest, oldest = await play.publisher.own_posts(began - timedelta(minutes=1))
    assert [oldest.receipt, newest.receipt] == [first, second]
    for part, post in zip(thread, (oldest, newest), strict=True):
        assert visible(post.words) == visible(play.publisher.words(part))
    assert oldest.above == ""
    assert newest.above in (first.id, ""), "on X it may stand alone"


@on(TIMELINES)
async def test_a_timeline_that_cannot_be_read_is_never_an_empty_one(play: Play) -> None:
    assert isinstance(play.publisher, Timeline)
    await play.publish(play.prepare())
    play.stage.fail(Fault.UNREACHABLE)
    with pytest.raises(PlatformError):
        await play.publisher.own_posts(datetime.now(UTC) - timedelta(hours=1))


# ---- being asked ----------------------------------------------------------------------------------------------------


def test_who_can_be_asked_is_known_by_its_contract() -> None:
    assert sorted(INBOXES) == ["bluesky", "mastodon", "x"]


@on(INBOXES)
async def test_an_inbox_takes_nothing_old_and_then_each_mention_once_and_in_order(play: Play) -> None:
    assert isinstance(play.publisher, Inbox)
    play.stage.ask("help")
    old, cursor = await play.publisher.mentions("")
    assert list(old) == []
    asked = [play.stage.ask(f"status {number}") for number in range(3)]
    mentions, after = await play.publisher.mentions(cursor)
    assert [mention.id for mention in mentions] == asked
    assert {mention.platform for mention in mentions} == {play.stage.id}
    assert all("status" in mention.text and mention.author and mention.author_id for mention in mentions)
    assert all(mention.at.utcoffset() is not None for mention in mentions)

    restarted = build(play.stage.id, play.stage.setup())
    assert isinstance(restarted, Inbox)
    assert [mention.id for mention in (await restarted.mentions(cursor))[0]] == asked, "the cursor was not settled yet"
    assert list((await restarted.mentions(after))[0]) == []


@on(INBOXES)
async def test_an_inbox_that_cannot_be_reached_loses_nothing(play: Play) -> None:
    assert isinstance(play.publisher, Inbox)
    _, cursor = await play.publisher.mentions("")
    play.stage.ask("help")
    play.stage.fail(Fault.UNREACHABLE)
    with pytest.raises(PlatformError) as failed:
        await play.publisher.mentions(cursor)
    assert failed.value.kind is PlatformFailure.TRY_AGAIN


# ---- secrets --------------------------------------------------------------------------------------------------------


@on(REMEMBERING)
async def test_a_missing_secret_is_named(play: Play) -> None:
    for name in play.stage.secrets:
        publisher = build(play.stage.id, play.stage.setup(**{name: ""}))
        part = publisher.prepare(STORY, datetime.now(UTC))[0]
        for attempt in (publisher.check(), publisher.publish(part, None, None), publisher.find(part, None, None)):
            with pytest.raises(PlatformError) as refused:
                await attempt
            assert refused.value.kind is PlatformFailure.PAUSED
            assert name in str(refused.value)


@on(SERVED)
async def test_a_wrong_secret_pauses_the_platform(play: Play) -> None:
    wrong = {name: value + "-wrong" for name, value in play.stage.secrets.items()}
    publisher = build(play.stage.id, play.stage.setup(**wrong))
    part = publisher.prepare(STORY, datetime.now(UTC))[0]
    for attempt in (publisher.check(), publisher.publish(part, None, None), publisher.find(part, None, None)):
        with pytest.raises(PlatformError) as refused:
            await attempt
        assert refused.value.kind is PlatformFailure.PAUSED
        _is_clean(str(refused.value), play)


@pytest.mark.parametrize("fault", Fault)
@on(SERVED)
async def test_no_secret_reaches_an_error_or_a_part(play: Play, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    part = play.prepare()
    play.stage.fail(fault)
    with pytest.raises(PlatformError) as failed:
        await play.publish(part)
    for words in (
        str(failed.value),
        repr(failed.value),
        part.payload.decode(),
        caplog.text,
        repr(vars(play.publisher)),
    ):
        _is_clean(words, play)


def _is_clean(words: str, play: Play) -> None:
    assert not [name for name, value in play.stage.secrets.items() if value in words]
