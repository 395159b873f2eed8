"""X: what is sent, what an answer means, what is found again, who asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twitter_text import parse_tweet

from bot.errors import ConfigError, PlatformError, PlatformFailure
from bot.model import Part, Post, Receipt
from bot.platforms.x import X
from bot.ports import PlatformSetup
from tests.fakes.loopback import Answered, Silence, always
from tests.fakes.x import SECRETS, FakeX, problem, too_many

LINK = "https://smallprint.dev/changes/2023-08-23-x-privacy-policy-3f9a"


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with FakeX() as fake:
        yield fake
        assert not fake.broken, fake.broken


@pytest.fixture
def memory() -> list[str]:
    return [""]


@pytest.fixture
def account(fake: FakeX, memory: list[str]) -> Callable[..., X]:
    """The bot's account; options as in the settings."""

    def sign_in(**options: Any) -> X:
        return X(
            PlatformSetup(
                options={"api": fake.url, **options},
                secret=lambda name: SECRETS.get(name, ""),
                recall=lambda: memory[0],
                remember=lambda text: memory.__setitem__(0, text),
            )
        )

    return sign_in


def frozen(x: X, text: str = "New: “We may use your data.”", at: datetime | None = None, **more: Any) -> Part:
    return x.prepare(Post("story", (text,), **more), at or datetime.now(UTC))[0]


async def fails(x: X, part: Part, parent: Receipt | None = None) -> PlatformError:
    with pytest.raises(PlatformError) as failed:
        await x.publish(part, parent, None)
    return failed.value


def sent(fake: FakeX) -> list[dict[str, Any]]:
    return [asked.json for asked in fake.asked if asked.method == "POST"]


# ---- counting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("hello", 5),
        ("日本語", 6),
        ("👨‍👩‍👧‍👦🇩🇪", 4),
        ("a … b", 6),
        ("“typographic” – dash’s", 22),
        (f"see {LINK}", 4 + 23),
        ("e\u0301", 1),
        ("@\u200bname", 6),
    ],
)
def test_text_is_weighted_as_x_weighs_it(account: Callable[..., X], text: str, length: int) -> None:
    assert account().length(text) == length


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=8), st.sampled_from(["evil.com", "https://t.co/a", "😷", "1️⃣", "©", "\r\n", "…"]))
    )
)
def test_every_text_counts_as_twitter_text_counts_it(account: Callable[..., X], words: list[str]) -> None:
    text = " ".join(words)
    assert account().length(text) == parse_tweet(text).weightedLength


def test_empty_words_are_refused(account: Callable[..., X]) -> None:
    with pytest.raises(PlatformError, match="counts 0"):
        frozen(account(), "")


# ---- what is sent ---------------------------------------------------------------------------------------------------


async def test_news_stands_alone(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    await x.publish(frozen(x), None, None)
    assert sent(fake) == [{"text": "New: “We may use your data.”"}]


async def test_the_receipt_leads_to_the_post(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    receipt = await x.publish(frozen(x), None, None)
    assert receipt == Receipt(fake.own[0].id, f"https://x.com/i/status/{fake.own[0].id}")


async def test_a_follow_up_quotes_the_post_that_told_the_news(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    told = await x.publish(frozen(x), None, None)
    earlier = await x.publish(frozen(x, "Withdrawn.", follow_up=True), told, told)
    await x.publish(frozen(x, "Back again.", follow_up=True), earlier, told)
    assert [body.get("quote_tweet_id") for body in sent(fake)] == [None, told.id, told.id]


async def test_a_follow_up_of_a_post_that_is_not_there_stands_alone(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    await x.publish(frozen(x, "Withdrawn.", follow_up=True), None, None)
    assert sent(fake) == [{"text": "Withdrawn."}]


async def test_where_threads_are_on_a_part_replies_to_the_part_before(account: Callable[..., X], fake: FakeX) -> None:
    fake.self_serve = False
    x = account(threads=True)
    first, second = x.prepare(Post("story", ("one", "two")), datetime.now(UTC))
    told = await x.publish(first, None, None)
    await x.publish(second, told, told)
    assert [body.get("reply") for body in sent(fake)] == [None, {"in_reply_to_tweet_id": told.id}]


def test_threads_are_off_unless_an_operator_turns_them_on(account: Callable[..., X]) -> None:
    assert not account().threads
    assert account(threads=True).threads


@pytest.mark.parametrize("refusing", ["reply", "quote"])
async def test_an_account_that_may_not_tie_its_posts_goes_on_with_posts_that_stand_alone(
    account: Callable[..., X], fake: FakeX, refusing: str
) -> None:
    fake.quotes_allowed = False
    x = account(threads=True)
    told = await x.publish(frozen(x), None, None)
    if refusing == "reply":
        second = x.prepare(Post("other", ("one", "two")), datetime.now(UTC))[1]
    else:
        second = frozen(x, "Withdrawn.", follow_up=True)
    refused = await fails(x, second, told)
    assert refused.kind is PlatformFailure.TRY_AGAIN
    assert not x.threads
    await x.publish(second, told, None)
    assert [set(body) for body in sent(fake)][-1] == {"text"}

    assert not account(threads=True).threads, "a restart forgets it"
    await x.check()
    assert account(threads=True).threads, "`doctor` does not try it afresh"


# ---- answers --------------------------------------------------------------------------------------------------------


async def test_an_answer_replies_to_who_asked_and_only_once(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    asked = fake.write(fake.user("7", "carol"), "@smallprint watch https://example.com/privacy")
    answer = frozen(x, "I watch it now.", mention="carol", mention_id="7")
    await x.publish(answer, Receipt(asked.id, ""), None)
    assert sent(fake)[-1]["reply"] == {"in_reply_to_tweet_id": asked.id}
    again = await fails(x, frozen(x, "Still watching.", mention="carol"), Receipt(asked.id, ""))
    assert again.kind is PlatformFailure.REJECTED


async def test_nobody_is_answered_who_did_not_ask(account: Callable[..., X], fake: FakeX) -> None:
    x = account(threads=True)
    unasked = fake.write(fake.user("7", "carol"), "I never read privacy policies")
    refused = await fails(x, frozen(x, "You should.", mention="carol"), Receipt(unasked.id, ""))
    assert refused.kind is PlatformFailure.REJECTED
    assert x.threads, "one refused answer says nothing about threads"


async def test_an_answer_to_nobody_is_never_sent(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    refused = await fails(x, frozen(x, "I watch it now.", mention="carol"))
    assert refused.kind is PlatformFailure.REJECTED
    assert sent(fake) == []


# ---- what an answer of X means --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "kind", "words"),
    [
        (problem(400, "Invalid Request", "One or more parameters to your request was invalid."), "REJECTED", "invalid"),
        (problem(403, "Forbidden", "Your account is temporarily locked."), "PAUSED", "account"),
        (problem(403, "Forbidden", "Your client app is not configured with the appropriate oauth1 app permissions.",
                 "https://api.twitter.com/2/problems/oauth1-permissions"), "PAUSED", "permissions"),
        (problem(403, "Forbidden", "You are not permitted to perform this action."), "PAUSED", "forbids"),
        (problem(403, "Forbidden", "Your Tweet text is too long."), "REJECTED", "too long"),
        (problem(402, "Payment Required", "Your credits are depleted."), "PAUSED", "credit"),
        (Answered(301, "", {"Location": "https://elsewhere.example"}), "PAUSED", "another address"),
        (Answered(503, "<html>over capacity</html>", {"Content-Type": "text/html"}), "UNKNOWN", "503"),
        (Answered(201, "<html>all good</html>"), "UNKNOWN", "understood"),
        (Answered(201, '{"data": {}}'), "UNKNOWN", "understood"),
        (Answered(201, '{"data"', {"Content-Length": "1000"}), "UNKNOWN", "no answer"),
        (Answered(429, "{}"), "TRY_AGAIN", "rate limit"),
        (Answered(403, '["not", "an", "object"]'), "PAUSED", "403"),
    ],
)  # fmt: skip
async def test_what_is_known_after_an_answer(
    account: Callable[..., X], fake: FakeX, answered: Answered, kind: str, words: str
) -> None:
    x = account()
    fake.next_post = always(answered)
    part = frozen(x)
    failed = await fails(x, part)
    assert failed.kind is PlatformFailure[kind]
    assert words in str(failed)


async def test_a_duplicate_is_looked_for_and_found(account: Callable[..., X], fake: FakeX) -> None:
    """X says that it has these words already, and not where."""
    x = account()
    receipt = await x.publish(frozen(x), None, None)
    again = await fails(x, frozen(x))
    assert again.kind is PlatformFailure.UNKNOWN
    assert await x.find(frozen(x), None, None) == receipt


async def test_a_post_that_was_applied_before_the_time_out_is_found(
    account: Callable[..., X], fake: FakeX, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.wire.TIME_OUT", 0.2)

    def applied_then_silent(attempt: Callable[[], Answered]) -> Answered:
        attempt()
        fake.let_go.wait(10)
        raise Silence

    x = account()
    fake.next_post = applied_then_silent
    part = frozen(x)
    assert (await fails(x, part)).kind is PlatformFailure.UNKNOWN
    fake.let_go.set()
    assert await x.find(part, None, None) == Receipt(fake.own[0].id, f"https://x.com/i/status/{fake.own[0].id}")


async def test_a_quote_of_the_server_is_short_and_on_one_line(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    fake.next_post = always(problem(400, "Invalid", "2026-11-23 CRITICAL\ntoken=" + "x" * 5000))
    assert len(str(await fails(x, frozen(x)))) < 300


# ---- reading back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "post",
    [
        Post("s", (f"Fish & <chips>: “a &amp; b”\n\n{LINK}",), link=LINK),
        Post("s", ("See https://smallprint.dev/ for more",), link="https://smallprint.dev/"),
        Post("s", ("@carol evil.com, #tags and e\u0301 are kept",), mention="carol"),
        Post("s", ("It was withdrawn.",), follow_up=True),
    ],
)
async def test_words_are_recognised_however_x_shows_them(account: Callable[..., X], fake: FakeX, post: Post) -> None:
    x = account()
    asked = fake.write(fake.user("7", "carol"), "@smallprint watch https://example.com/privacy")
    part = x.prepare(post, datetime.now(UTC))[0]
    receipt = await x.publish(part, Receipt(asked.id, ""), None)
    assert await x.find(part, None, None) == receipt


async def test_a_timeline_of_many_pages_is_read_to_its_end(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    receipt = await x.publish(frozen(x), None, None)
    for number in range(12):
        fake.write(fake.me, f"another post {number}")
    fake.page_size = 5
    assert await x.find(frozen(x), None, None) == receipt


async def test_a_timeline_that_lags_finds_it_later(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    receipt = await x.publish(frozen(x), None, None)
    fake.late = 1
    assert await x.find(frozen(x), None, None) is None
    assert await x.find(frozen(x), None, None) == receipt


async def test_a_hole_in_the_timeline_is_not_filled_by_guessing(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    fake.holes = {(await x.publish(frozen(x), None, None)).id}
    assert await x.find(frozen(x), None, None) is None


async def test_the_same_words_of_an_older_story_are_another_post(account: Callable[..., X], fake: FakeX) -> None:
    """ "Withdrawn" may be said twice in the life of a policy."""
    x = account()
    fake.write(fake.me, "Withdrawn.", at=datetime.now(UTC) - timedelta(days=9))
    assert await x.find(frozen(x, "Withdrawn."), None, None) is None


async def test_the_same_answer_to_somebody_else_is_another_post(account: Callable[..., X], fake: FakeX) -> None:
    x = account()
    receipts = []
    for id, name in (("7", "carol"), ("8", "dan")):
        asked = Receipt(fake.write(fake.user(id, name), "@smallprint help").id, "")
        answer = frozen(x, f"@{name} I tell you when a policy changes.", mention=name)
        assert await x.find(answer, asked, None) is None
        receipts.append(await x.publish(answer, asked, None))
        assert await x.find(answer, asked, None) == receipts[-1]
    assert receipts[0] != receipts[1]


@pytest.mark.parametrize("body", [[], {"data": [{}], "meta": {}}, {"data": 1, "meta": {}}, {"meta": []}])
async def test_a_timeline_that_cannot_be_read_says_nothing(
    account: Callable[..., X], fake: FakeX, monkeypatch: pytest.MonkeyPatch, body: Any
) -> None:
    monkeypatch.setattr(fake, "answer", lambda asked: Answered(200, body))
    with pytest.raises(PlatformError) as failed:
        await account().find(frozen(account()), None, None)
    assert failed.value.kind is PlatformFailure.UNKNOWN
    with pytest.raises(PlatformError) as failed:
        await account().mentions("1")
    assert failed.value.kind is PlatformFailure.TRY_AGAIN


async def test_a_part_from_the_future_is_not_said_to_be_missing(account: Callable[..., X], fake: FakeX) -> None:
    """After the machine's clock was a year ahead: an empty answer would mean a second post."""
    x = account()
    part = frozen(x, at=datetime.now(UTC) + timedelta(days=365))
    await x.publish(part, None, None)
    with pytest.raises(PlatformError) as failed:
        await x.find(part, None, None)
    assert failed.value.kind is PlatformFailure.UNKNOWN


async def test_a_read_back_that_is_rate_limited_leaves_the_result_unknown(
    account: Callable[..., X], fake: FakeX
) -> None:
    fake.next_read = lambda: too_many(fake.reset)
    with pytest.raises(PlatformError) as failed:
        await account().find(frozen(account()), None, None)
    assert failed.value.kind is PlatformFailure.UNKNOWN
    assert failed.value.retry_at == datetime.fromtimestamp(fake.reset, UTC)


# ---- the account ----------------------------------------------------------------------------------------------------


async def test_the_account_is_named(account: Callable[..., X]) -> None:
    assert await account().check() == "posts as @smallprint"


async def test_keys_that_may_only_read_are_told_before_they_are_needed(account: Callable[..., X], fake: FakeX) -> None:
    fake.access_level = "read"
    with pytest.raises(PlatformError, match="Read and write"):
        await account().check()


async def test_a_token_of_another_kind_is_told(fake: FakeX) -> None:
    bearer = SECRETS | {"SMALLPRINT_X_ACCESS_TOKEN": "AAAA-bearer"}
    x = X(PlatformSetup(options={"api": fake.url}, secret=lambda name: bearer[name]))
    with pytest.raises(PlatformError, match="SMALLPRINT_X_ACCESS_TOKEN is no access token") as refused:
        await x.check()
    assert refused.value.kind is PlatformFailure.PAUSED


# ---- mentions -------------------------------------------------------------------------------------------------------


async def test_the_first_look_takes_no_old_mentions(account: Callable[..., X], fake: FakeX) -> None:
    carol = fake.user("7", "carol")
    old = fake.write(carol, "@smallprint hello")
    mentions, cursor = await account().mentions("")
    assert (mentions, cursor) == ((), old.id)
    new = fake.write(carol, "@smallprint watch https://example.com/privacy")
    mentions, cursor = await account().mentions(cursor)
    assert [mention.id for mention in mentions] == [new.id]
    assert await account().mentions(cursor) == ([], new.id)


async def test_the_first_mention_ever_is_not_lost(account: Callable[..., X], fake: FakeX) -> None:
    _, cursor = await account().mentions("")
    first = fake.write(fake.user("7", "carol"), "@smallprint help")
    mentions, _ = await account().mentions(cursor)
    assert [mention.id for mention in mentions] == [first.id]


async def test_a_mention_tells_who_asked_for_what(account: Callable[..., X], fake: FakeX) -> None:
    carol = fake.user("7", "carol", "reader & writer")
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    about = fake.write(fake.user("8", "dan"), "They changed https://example.com/terms?a=1&b=2 again")
    fake.write(carol, "@smallprint watch this & https://example.com/privacy", reply_to=about.id, at=at)
    [mention], _ = await account().mentions("1")
    assert mention.author == "carol"
    assert mention.author_id == "7"
    assert mention.url == f"https://x.com/carol/status/{mention.id}"
    assert mention.text == "@smallprint watch this & https://example.com/privacy"
    assert mention.links == ("https://example.com/privacy",)
    assert mention.parent_links == ("https://example.com/terms?a=1&b=2",)
    assert mention.at == at
    assert not mention.author_opted_out


async def test_who_wants_no_bots_is_marked(account: Callable[..., X], fake: FakeX) -> None:
    fake.write(fake.user("7", "carol", "Please #NoBot"), "@smallprint help")
    [mention], _ = await account().mentions("1")
    assert mention.author_opted_out


async def test_the_bot_does_not_hear_itself(account: Callable[..., X], fake: FakeX) -> None:
    own = fake.write(fake.me, "@smallprint watch https://example.com/privacy")
    assert await account().mentions("1") == ([], own.id)


async def test_many_mentions_come_whole_and_in_order(account: Callable[..., X], fake: FakeX) -> None:
    carol = fake.user("7", "carol")
    written = [fake.write(carol, f"@smallprint help {number}").id for number in range(23)]
    fake.page_size = 10
    mentions, cursor = await account().mentions("1")
    assert [mention.id for mention in mentions] == written
    assert cursor == written[-1]


async def test_mentions_that_cannot_be_read_are_asked_for_again(account: Callable[..., X], fake: FakeX) -> None:
    fake.next_read = lambda: too_many(fake.reset)
    with pytest.raises(PlatformError) as failed:
        await account().mentions("1")
    assert failed.value.kind is PlatformFailure.TRY_AGAIN


# ---- what it costs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "more", "price"),
    [
        ("New: “We may use it.”", {}, 15_000),
        (f"New: “We may use it.”\n\n{LINK}", {"link": LINK}, 200_000),
        ("Of a domain that twitter-text does not know: https://a.example/b", {"link": "https://a.example/b"}, 200_000),
        ("@carol I watch it.", {"mention": "carol"}, 10_000),
        (f"@carol I watch {LINK}", {"mention": "carol", "link": LINK}, 200_000),
    ],
)
def test_a_post_with_an_address_costs_thirteen_times_one_without(
    account: Callable[..., X], text: str, more: dict[str, str], price: int
) -> None:
    x = account()
    assert x.price(frozen(x, text, **more)) == price


def test_a_budget_is_in_dollars_and_counted_exactly(account: Callable[..., X]) -> None:
    assert account().budget is None
    assert account(budget_dollars=20).budget == 20_000_000
    assert account(budget_dollars=0.1).budget == 100_000
    with pytest.raises(ConfigError, match="an amount"):
        account(budget_dollars=-1)


def test_where_the_link_goes_is_chosen(account: Callable[..., X]) -> None:
    places = {place: account(link=place) for place in ("first", "last", "none")}
    assert {place: (x.wants_link, x.link_last) for place, x in places.items()} == {
        "first": (True, False),
        "last": (True, True),
        "none": (False, False),
    }
    with pytest.raises(ConfigError, match="one of first, last, none"):
        account(link="everywhere")


async def test_how_to_mark_the_account_as_a_bot_is_said_since_x_lets_nobody_do_it_by_its_api(
    account: Callable[..., X], fake: FakeX
) -> None:
    assert "Automation" in await account().label()
    assert fake.asked == []
