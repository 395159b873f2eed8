"""Bluesky: what is written, what an answer of the server means, how long a session lasts, who asked."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError, PlatformError, PlatformFailure
from bot.model import Part, Post, Receipt
from bot.platforms.bluesky import LATE, Bluesky
from bot.platforms.xrpc import SIGN_IN_EVERY
from bot.ports import PlatformSetup
from tests.fakes.bluesky import (
    EXPIRED,
    POST,
    SECRETS,
    WRONG_PASSWORD,
    Account,
    FakePds,
    Record,
    live,
    refused,
    too_many,
)
from tests.fakes.loopback import Answered, Silence, always, applied_then_dropped, lost

LINK = "https://smallprint.dev/changes/2023-08-23-x-privacy-policy-3f9a"
CAROL = Account("did:plc:carol", "carol.test")
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def fake() -> Iterator[FakePds]:
    with FakePds() as fake:
        yield fake


@pytest.fixture
def memory() -> list[str]:
    return [""]


@pytest.fixture
def account(fake: FakePds, memory: list[str]) -> Callable[..., Bluesky]:
    """The bot's account after a start of the process; options as in the settings."""

    def start(secrets: dict[str, str] = SECRETS, now: Callable[[], float] = time.monotonic, **options: Any) -> Bluesky:
        setup = PlatformSetup(
            options={"service": fake.url, "handle": fake.me.handle, **options},
            secret=lambda name: secrets.get(name, ""),
            recall=lambda: memory[0],
            remember=lambda text: memory.__setitem__(0, text),
        )
        return Bluesky(setup, now)

    return start


UNUSED = Bluesky(PlatformSetup(options={}, secret=lambda name: ""))


def frozen(text: str = "New: “We may use your data.”", at: datetime = NOON, **more: Any) -> Part:
    """A post of its own: the same words always have the same key."""
    return UNUSED.prepare(Post(f"story:{text[:20]}", (text,), **more), at)[0]


def record(part: Part) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(part.payload)["record"]
    return value


def rkey(part: Part) -> str:
    return str(json.loads(part.payload)["rkey"])


async def fails(attempt: Any) -> PlatformError:
    with pytest.raises(PlatformError) as failed:
        await attempt
    return failed.value


# ---- counting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("hello", 5),
        ("e\u0301", 1),
        ("日本語", 3),
        ("👨‍👩‍👧‍👦", 3),  # one grapheme of 25 bytes: 120 of them are 3,000
        ("👨‍👩‍👧‍👦" * 120, 300),
        (LINK, len(LINK)),
    ],
)
def test_text_is_counted_by_whichever_limit_is_nearer(text: str, length: int) -> None:
    assert UNUSED.length(text) == length


@pytest.mark.parametrize("text", ["", "x" * 301, "👨‍👩‍👧‍👦" * 121])
def test_words_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(PlatformError, match="Bluesky allows 1 to 300"):
        frozen(text)


# ---- what is written ------------------------------------------------------------------------------------------------


def test_news_is_a_record_with_its_time_and_language() -> None:
    assert record(frozen(language="en-US")) == {
        "$type": POST,
        "text": "New: “We may use your data.”",
        "createdAt": "2026-03-03T12:00:00.000Z",
        "langs": ["en"],
    }
    assert "langs" not in record(frozen(language="")), "no language is better than a wrong one"


def test_the_link_is_marked_by_its_bytes() -> None:
    part = frozen(f"Zoë 🧾 “日本”\n\n{LINK}", link=LINK)
    [facet] = record(part)["facets"]
    words = record(part)["text"].encode()
    assert words[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode() == LINK
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#link", "uri": LINK}]
    assert "embed" not in record(part), "it would be shown twice"


@pytest.mark.parametrize("text", [f"see {LINK}/evil", f"{LINK}@evil.com", f"x{LINK}", f"“{LINK}”"])
def test_a_link_with_something_glued_to_it_is_no_link(text: str) -> None:
    assert "facets" not in record(frozen(text, link=LINK))


def test_a_link_that_is_not_in_the_words_stands_on_a_card() -> None:
    head, more = UNUSED.prepare(Post("story", ("one", "two"), link=LINK, link_title="X\u202e Privacy Policy"), NOON)
    card = {"uri": LINK, "title": "X Privacy Policy", "description": ""}
    assert record(head)["embed"] == {"$type": "app.bsky.embed.external", "external": card}
    assert "embed" not in record(more)


def test_a_link_in_a_later_part_needs_no_card() -> None:
    head, more = UNUSED.prepare(Post("story", ("one", f"two {LINK}"), link=LINK), NOON)
    assert "embed" not in record(head)
    assert live(record(more)) == {LINK}


def test_only_who_asked_is_mentioned_and_only_by_the_did() -> None:
    answer = "@carol.test I watch it now. @carol.test.evil.com and @mallory.test, @carol.test!"
    part = frozen(answer, mention="carol.test", mention_id=CAROL.did)
    [facet] = record(part)["facets"]
    assert facet["index"] == {"byteStart": 0, "byteEnd": len("@carol.test")}
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": CAROL.did}]
    assert "facets" not in record(frozen(answer, mention="carol.test")), "a handle alone may be somebody else's by now"


def test_facets_stand_in_the_order_of_the_words() -> None:
    part = frozen(f"See {LINK} @carol.test", link=LINK, mention="carol.test", mention_id=CAROL.did)
    starts = [facet["index"]["byteStart"] for facet in record(part)["facets"]]
    assert starts == sorted(starts)


@given(
    st.text(max_size=30),
    st.integers(0, 5),
    st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_the_same_part_always_has_the_same_address_and_it_is_a_tid(key: str, number: int, at: datetime) -> None:
    post = Post(key, ("words",) * 6)
    part, again = UNUSED.prepare(post, at)[number], UNUSED.prepare(post, at)[number]
    assert part == again
    assert len(rkey(part)) == 13
    assert set(rkey(part)) <= set("234567abcdefghijklmnopqrstuvwxyz")
    digits = "234567abcdefghijklmnopqrstuvwxyz"
    value = sum(digits.index(digit) << 5 * place for place, digit in enumerate(reversed(rkey(part))))
    assert value >> 63 == 0
    assert abs(datetime.fromtimestamp((value >> 10) / 1e6, UTC) - at) < timedelta(seconds=1.1)


def test_no_two_parts_have_the_same_address_and_a_thread_sorts_by_it() -> None:
    parts = [part for key in range(200) for part in UNUSED.prepare(Post(f"story-{key}", ("one", "two", "three")), NOON)]
    assert len({rkey(part) for part in parts}) == len(parts)
    thread = UNUSED.prepare(Post("story", ("one", "two", "three")), NOON)
    assert sorted(map(rkey, thread)) == [rkey(part) for part in thread]
    assert len({record(part)["createdAt"] for part in thread}) == 3


async def test_a_reply_names_its_root_and_its_parent(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    told: list[Receipt] = []
    for part in bluesky.prepare(Post("story", ("one", "two", "three")), NOON):
        told.append(await bluesky.publish(part, told[-1] if told else None, told[0] if told else None))
    one, two, _ = ({"uri": receipt.id, "cid": receipt.cid} for receipt in told)
    replies = [each.value.get("reply") for each in fake.own]
    assert replies == [None, {"root": one, "parent": one}, {"root": one, "parent": two}]


async def test_the_receipt_leads_to_the_post(account: Callable[..., Bluesky], fake: FakePds) -> None:
    receipt = await account().publish(frozen(), None, None)
    [post] = fake.own
    assert receipt == Receipt(post.uri, f"https://bsky.app/profile/smallprint.test/post/{rkey(frozen())}", post.cid)


async def test_the_same_bytes_are_sent_every_time(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    for _ in range(3):
        await bluesky.publish(frozen(), None, None)
    assert len({asked.body for asked in fake.asked if asked.path.endswith("putRecord")}) == 1
    assert len(fake.own) == 1


async def test_what_stands_at_the_address_already_is_left_alone_and_looked_at(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    bluesky = account()
    await bluesky.publish(frozen(), None, None)
    kept = fake.own[0].value
    other = Part("other", 0, json.dumps({"record": record(frozen("Other words.")), "rkey": rkey(frozen())}).encode())
    assert (await fails(bluesky.publish(other, None, None))).kind is PlatformFailure.UNKNOWN
    assert (await fails(bluesky.find(other, None, None))).kind is PlatformFailure.REJECTED
    assert [each.value for each in fake.own] == [kept]


# ---- what an answer of the server means -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "kind", "words"),
    [
        (refused(400, "InvalidRequest", "Record/text must not be longer"), "REJECTED", "must not be longer"),
        (refused(401, "AccountTakedown", "Account has been taken down"), "PAUSED", "taken down"),
        (refused(401, "AccountDeactivated", "Account is deactivated"), "PAUSED", "deactivated"),
        (refused(403, "AccountNotFound", "Account not found"), "PAUSED", "not found"),
        (refused(403, "Forbidden", "Missing required scope"), "PAUSED", "scope"),
        (refused(413, "PayloadTooLarge", "request entity too large"), "REJECTED", "too large"),
        (refused(404, "XRPCNotSupported", "XRPCNotSupported"), "PAUSED", "is service"),
        (refused(501, "MethodNotImplemented", "Method Not Implemented"), "PAUSED", "putRecord"),
        (Answered(307, "", {"Location": "https://elsewhere.example"}), "PAUSED", "another address"),
        (Answered(403, "<html>denied</html>", {"Content-Type": "text/html"}), "PAUSED", "403"),
        (refused(500, "InternalServerError", "Internal Server Error"), "UNKNOWN", "500"),
        (refused(502, "UpstreamFailure", "Upstream Failure"), "UNKNOWN", "502"),
        (Answered(503, "<html>maintenance</html>", {"Content-Type": "text/html"}), "UNKNOWN", "503"),
        (Answered(200, "<html>fine</html>", {"Content-Type": "text/html"}), "UNKNOWN", "understood"),
        (Answered(200, "<html>fine</html>"), "UNKNOWN", "understood"),
        (Answered(200, "[]"), "UNKNOWN", "understood"),
        (Answered(200, {"uri": "at://no/cid"}), "UNKNOWN", "understood"),
        (Answered(200, '{"uri"', {"Content-Length": "1000"}), "UNKNOWN", "no answer"),
        (Answered(429, "{}"), "TRY_AGAIN", "rate limit"),
    ],
)
async def test_what_is_known_after_an_answer(
    account: Callable[..., Bluesky], fake: FakePds, answered: Answered, kind: str, words: str
) -> None:
    fake.next_post = always(answered)
    failed = await fails(account().publish(frozen(), None, None))
    assert failed.kind is PlatformFailure[kind]
    assert words in str(failed)
    assert "elsewhere" not in str(fake.asked)


@pytest.mark.parametrize(
    ("answered", "kind"),
    [
        (refused(400, "InvalidRequest", "Bad"), "UNKNOWN"),
        (refused(500, "InternalServerError", "Internal Server Error"), "UNKNOWN"),
        (too_many(1_900_000_000), "UNKNOWN"),
        (Answered(200, {"value": {}}), "REJECTED"),
        (Answered(200, {}), "UNKNOWN"),
        (Answered(200, '"?"'), "UNKNOWN"),
    ],
)
async def test_a_read_back_that_says_nothing_leaves_the_post_unknown(
    account: Callable[..., Bluesky], fake: FakePds, answered: Answered, kind: str
) -> None:
    bluesky = account()
    await bluesky.publish(frozen(), None, None)
    fake.next_read = always(answered)
    assert (await fails(bluesky.find(frozen(), None, None))).kind is PlatformFailure[kind]


async def test_a_post_that_was_applied_before_the_time_out_is_found(
    account: Callable[..., Bluesky], fake: FakePds, monkeypatch: pytest.MonkeyPatch
) -> None:
    bluesky = account()
    await bluesky.check()
    monkeypatch.setattr("bot.platforms.xrpc.TIME_OUT", 0.1)

    def applied_then_silent(attempt: Callable[[], Answered]) -> Answered:
        attempt()
        fake.let_go.wait(10)
        raise Silence

    fake.next_post = applied_then_silent
    assert (await fails(bluesky.publish(frozen(), None, None))).kind is PlatformFailure.UNKNOWN
    fake.let_go.set()
    assert await bluesky.find(frozen(), None, None) == await bluesky.publish(frozen(), None, None)
    assert len(fake.own) == 1


async def test_a_server_that_is_gone_got_nothing(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    await bluesky.check()
    fake.close()
    failed = await fails(bluesky.publish(frozen(), None, None))
    assert (failed.kind, "could not be reached" in str(failed)) == (PlatformFailure.TRY_AGAIN, True)
    assert (await fails(bluesky.find(frozen(), None, None))).kind is PlatformFailure.UNKNOWN


@pytest.mark.parametrize(("said", "reset"), [("soon", None), ("", None), ("1900000000", 1_900_000_000)])
async def test_a_rate_limit_ends_when_the_server_says(
    account: Callable[..., Bluesky], fake: FakePds, said: str, reset: int | None
) -> None:
    fake.next_post = always(Answered(429, {}, {"ratelimit-reset": said}))
    failed = await fails(account().publish(frozen(), None, None))
    assert failed.retry_at == (datetime.fromtimestamp(reset, UTC) if reset else None)


async def test_a_quote_of_the_server_is_short_on_one_line_and_without_secrets(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    bluesky = account()
    await bluesky.check()
    secret = SECRETS["SMALLPRINT_BLUESKY_APP_PASSWORD"]
    fake.next_post = always(refused(400, "InvalidRequest", f"CRITICAL\n{secret} {min(fake.access)} " + "x" * 5000))
    said = str(await fails(bluesky.publish(frozen(), None, None)))
    assert "CRITICAL … … xxx" in said
    assert len(said) < 300


# ---- the session ----------------------------------------------------------------------------------------------------


async def test_a_restart_does_not_sign_in_again(account: Callable[..., Bluesky], fake: FakePds) -> None:
    await account().publish(frozen(), None, None)
    for _ in range(3):
        await account().publish(frozen(), None, None)
    assert fake.sign_ins == 1


async def test_many_at_once_sign_in_once(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    await asyncio.gather(bluesky.mentions(""), *(bluesky.publish(frozen(str(n)), None, None) for n in range(4)))
    assert fake.sign_ins == 1


async def test_new_tokens_are_remembered_at_once(
    account: Callable[..., Bluesky], fake: FakePds, memory: list[str]
) -> None:
    """The old ones are dead: a crash between the two would cost a sign-in."""
    fake.lifetime = 600
    await account().check()
    before = memory[0]
    fake.next_post = lost
    fake.lifetime, fake.refreshes = 7200, 0
    await fails(account().publish(frozen(), None, None))
    assert fake.refreshes == 1
    assert memory[0] != before
    await account().publish(frozen(), None, None)
    assert (fake.sign_ins, fake.refreshes) == (1, 1)


async def test_a_session_that_was_ended_is_replaced_by_one_sign_in(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    bluesky = account()
    await bluesky.publish(frozen("before"), None, None)
    fake.end_sessions()
    await asyncio.gather(*(bluesky.publish(frozen(str(n)), None, None) for n in range(3)))
    assert fake.sign_ins == 2
    await account().publish(frozen("after a restart"), None, None)
    assert fake.sign_ins == 2
    assert len(fake.own) == 5


async def test_a_refusal_that_comes_late_does_not_end_the_new_session(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    bluesky = account()
    await bluesky.check()
    asked, replaced = threading.Event(), threading.Event()

    def late(attempt: Callable[[], Answered]) -> Answered:
        asked.set()
        replaced.wait(10)
        return EXPIRED

    fake.next_post = late
    slow = asyncio.create_task(bluesky.publish(frozen("slow"), None, None))
    await asyncio.to_thread(asked.wait, 10)
    fake.next_post = always(EXPIRED)
    await bluesky.publish(frozen("quick"), None, None)
    replaced.set()
    await slow
    assert (fake.sign_ins, len(fake.own)) == (2, 2)


async def test_a_session_that_cannot_be_refreshed_is_replaced(account: Callable[..., Bluesky], fake: FakePds) -> None:
    fake.lifetime = 600
    await account().check()
    fake.lifetime = 7200
    fake.next_refresh = always(EXPIRED)
    await account().publish(frozen(), None, None)
    assert (fake.sign_ins, len(fake.own)) == (2, 1)


async def test_a_clock_that_is_behind_the_servers_costs_a_sign_in_and_no_post(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    await account().check()
    fake.ahead = 3 * 3600
    fake.lifetime = 5 * 3600
    await account().publish(frozen(), None, None)
    assert (fake.sign_ins, len(fake.own)) == (2, 1)


@pytest.mark.parametrize("saved", ["garbage", "gAAAAAB" + "x" * 100, "\ud800"])
async def test_a_session_that_cannot_be_read_is_replaced(
    account: Callable[..., Bluesky], fake: FakePds, memory: list[str], saved: str
) -> None:
    memory[0] = saved
    await account().publish(frozen(), None, None)
    assert fake.sign_ins == 1


async def test_tokens_that_are_none_are_replaced(account: Callable[..., Bluesky], fake: FakePds) -> None:
    """A server may hand out what atproto cannot read."""
    tokens = {"accessJwt": "opaque", "refreshJwt": "opaque", "did": fake.me.did, "handle": fake.me.handle}
    fake.next_sign_in = always(Answered(200, tokens))
    await account().publish(frozen(), None, None)
    assert len(fake.own) == 1


async def test_a_session_belongs_to_its_account_its_service_and_its_password(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    await account().check()
    await account(handle=fake.me.did).check()
    assert fake.sign_ins == 2, "another handle"
    await account(service=fake.url.replace("127.0.0.1", "localhost")).check()
    assert fake.sign_ins == 3, "another service"
    refused = await fails(account({"SMALLPRINT_BLUESKY_APP_PASSWORD": "another"}).check())
    assert (fake.sign_ins, refused.kind) == (4, PlatformFailure.PAUSED)


async def test_what_is_remembered_is_no_secret(
    account: Callable[..., Bluesky], memory: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    bluesky = account()
    await bluesky.check()
    assert memory[0]
    for kept in (memory[0], caplog.text, repr(vars(bluesky))):
        assert "eyJ" not in kept
        assert "canary" not in kept


async def test_the_session_goes_to_where_the_account_lives(account: Callable[..., Bluesky], fake: FakePds) -> None:
    with FakePds() as home:
        fake.home = home.url
        fake.access = home.access
        await account().publish(frozen(), None, None)
        await account().publish(frozen(), None, None)
        assert len(home.own) == 1
    assert fake.own == []
    assert fake.sign_ins == 1


@pytest.mark.parametrize(
    ("answered", "kind", "words"),
    [
        (WRONG_PASSWORD, "PAUSED", "Invalid identifier or password"),
        (refused(401, "AuthFactorTokenRequired", "A sign in code was sent"), "PAUSED", "to an app password"),
        (refused(401, "AccountTakedown", "Account has been taken down"), "PAUSED", "taken down"),
        (refused(400, "InvalidRequest", "Input/identifier must be a string"), "PAUSED", "must be a string"),
        (too_many(1_900_000_000), "TRY_AGAIN", "rate limit"),
        (refused(502, "UpstreamFailure", "Upstream Failure"), "TRY_AGAIN", "502"),
        (Answered(200, "<html>fine</html>"), "TRY_AGAIN", "understood"),
        (Answered(200, {"did": "did:plc:half"}), "TRY_AGAIN", "understood"),
        (Answered(404, "Not Found", {"Content-Type": "text/plain"}), "PAUSED", "is service"),
    ],
)
async def test_a_sign_in_that_fails_publishes_nothing(
    account: Callable[..., Bluesky], fake: FakePds, answered: Answered, kind: str, words: str
) -> None:
    fake.next_sign_in = always(answered)
    bluesky = account()
    failed = await fails(bluesky.publish(frozen(), None, None))
    assert failed.kind is PlatformFailure[kind]
    assert words in str(failed)
    assert fake.own == []
    await bluesky.publish(frozen(), None, None)


async def test_a_sign_in_without_an_answer_publishes_nothing(account: Callable[..., Bluesky], fake: FakePds) -> None:
    fake.next_sign_in = applied_then_dropped
    assert (await fails(account().publish(frozen(), None, None))).kind is PlatformFailure.TRY_AGAIN
    fake.next_sign_in = lost
    assert (await fails(account().find(frozen(), None, None))).kind is PlatformFailure.UNKNOWN


async def test_polling_does_not_use_up_the_days_sign_ins(account: Callable[..., Bluesky], fake: FakePds) -> None:
    """300 a day are allowed, and mentions are looked for once a minute."""
    now = [0.0]
    bluesky = account({"SMALLPRINT_BLUESKY_APP_PASSWORD": "wrong"}, now=lambda: now[0])
    for _ in range(5):
        assert (await fails(bluesky.mentions(""))).kind is PlatformFailure.PAUSED
    assert fake.sign_ins == 1
    await fails(bluesky.publish(frozen(), None, None))
    assert fake.sign_ins == 2, "who publishes tries at once"
    await fails(bluesky.check())
    assert fake.sign_ins == 3, "and so does `doctor`"
    now[0] += SIGN_IN_EVERY
    await fails(bluesky.mentions(""))
    assert fake.sign_ins == 4


async def test_a_read_that_a_new_session_does_not_help_costs_one_sign_in(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    bluesky = account()
    await bluesky.check()
    for _ in range(5):
        fake.next_read = always(refused(401, "AuthenticationRequired", "jwt issuer is not known"))
        assert (await fails(bluesky.mentions(""))).kind is PlatformFailure.PAUSED
    assert fake.sign_ins == 1


# ---- the account ----------------------------------------------------------------------------------------------------


async def test_the_account_is_named(account: Callable[..., Bluesky], fake: FakePds) -> None:
    assert await account().check() == f"posts as @smallprint.test on {fake.url}"


@pytest.mark.parametrize("labels", [(), ("other",)])
async def test_an_account_that_is_not_labelled_as_a_bot_is_told_to(
    account: Callable[..., Bluesky], fake: FakePds, labels: tuple[str, ...]
) -> None:
    fake.me.labels = labels
    bluesky = account()
    assert "not marked as a bot" in await bluesky.check()
    assert "marked" in await bluesky.label()
    assert fake.me.labels == (*labels, "bot")
    assert await bluesky.label() == ""
    assert "not marked" not in await bluesky.check()


async def test_an_account_that_is_not_active_is_told(account: Callable[..., Bluesky], fake: FakePds) -> None:
    fake.status = "deactivated"
    told = await fails(account().check())
    assert (told.kind, "deactivated" in str(told)) == (PlatformFailure.PAUSED, True)
    told = await fails(account().publish(frozen(), None, None))
    assert (told.kind, "deactivated" in str(told)) == (PlatformFailure.PAUSED, True)


@pytest.mark.parametrize(
    "options", [{"handle": "me@mail.example"}, {"handle": "smallprint"}, {"service": "bsky.social"}]
)
def test_an_option_that_cannot_be_meant_is_an_error(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"\[platforms.bluesky\] .* must be "):
        Bluesky(PlatformSetup(options=options, secret=lambda name: ""))


@pytest.mark.parametrize("handle", ["@smallprint.bsky.social", "smallprint.dev", "did:plc:abc", "did:web:a.example"])
def test_a_handle_may_be_written_in_several_ways(handle: str) -> None:
    assert Bluesky(PlatformSetup(options={"handle": handle}, secret=lambda name: ""))


async def test_a_missing_handle_is_named(account: Callable[..., Bluesky]) -> None:
    told = await fails(account(handle="").check())
    assert told.kind is PlatformFailure.PAUSED
    assert "handle under [platforms.bluesky]" in str(told)


# ---- mentions -------------------------------------------------------------------------------------------------------


async def start(bluesky: Bluesky) -> str:
    return (await bluesky.mentions(""))[1]


async def test_the_first_look_takes_no_old_mentions(account: Callable[..., Bluesky], fake: FakePds) -> None:
    fake.write(CAROL, "@smallprint.test hello")
    mentions, cursor = await account().mentions("")
    assert list(mentions) == []
    new = fake.write(CAROL, "@smallprint.test watch https://example.com/privacy")
    mentions, cursor = await account().mentions(cursor)
    assert [mention.id for mention in mentions] == [new.uri]
    assert list((await account().mentions(cursor))[0]) == []


async def test_the_first_mention_ever_is_not_lost(account: Callable[..., Bluesky], fake: FakePds) -> None:
    cursor = await start(account())
    first = fake.write(CAROL, "@smallprint.test help")
    mentions, _ = await account().mentions(cursor)
    assert [mention.id for mention in mentions] == [first.uri]


async def test_a_mention_tells_who_asked_for_what(account: Callable[..., Bluesky], fake: FakePds) -> None:
    dan = Account("did:plc:dan", "dan.test")
    root = fake.write(dan, "Have you seen this?", at=NOON)
    about = fake.write(dan, "They changed https://example.com/terms?a=1 again", under=root, at=NOON)
    cursor = await start(account())
    text = "@smallprint.test watch this and example.com/pri... ☝"
    whole = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com/privacy"}
    shown = {"index": {"byteStart": 33, "byteEnd": 51}, "features": [whole]}
    asked = fake.write(CAROL, text, under=about, at=NOON, facets=[shown])
    [mention], _ = await account().mentions(cursor)
    assert (mention.id, mention.cid) == (asked.uri, asked.cid)
    assert (mention.root_id, mention.root_cid) == (root.uri, root.cid)
    assert (mention.author_id, mention.author) == (CAROL.did, "carol.test")
    assert mention.url == f"https://bsky.app/profile/carol.test/post/{asked.uri.rpartition('/')[2]}"
    assert mention.text == text
    assert mention.links == ("https://example.com/privacy",), "whole where the words show it shortened"
    assert mention.parent_links == ("https://example.com/terms?a=1",)
    assert mention.at == NOON
    assert (mention.author_is_bot, mention.author_opted_out) == (False, False)


async def test_an_answer_goes_into_the_thread_of_the_question(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    cursor = await start(bluesky)
    root = fake.write(CAROL, "Does anybody read these?", at=NOON)
    asked = fake.write(CAROL, "@smallprint.test watch example.com", under=root, at=NOON)
    [mention], _ = await bluesky.mentions(cursor)
    answer = frozen("@carol.test I watch it.", mention=mention.author, mention_id=mention.author_id)
    parent = Receipt(mention.id, mention.url, mention.cid)
    await bluesky.publish(answer, parent, Receipt(mention.root_id, "", mention.root_cid))
    assert fake.own[0].value["reply"] == {"root": root.ref, "parent": asked.ref}
    assert live(fake.own[0].value) == {"@carol.test"}


async def test_a_link_on_a_card_is_a_link_of_the_post(account: Callable[..., Bluesky], fake: FakePds) -> None:
    """The app makes one when an address is pasted, and then the words can be deleted."""
    cursor = await start(account())
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://example.com/privacy", "title": "Privacy"}}
    fake.write(CAROL, "@smallprint.test watch this", embed=card)
    media = {"$type": "app.bsky.embed.recordWithMedia", "media": card, "record": {}}
    fake.write(CAROL, "@smallprint.test watch https://example.com/terms", embed=media)
    mentions, _ = await account().mentions(cursor)
    assert [mention.links for mention in mentions] == [
        ("https://example.com/privacy",),
        ("https://example.com/terms", "https://example.com/privacy"),
    ]


async def test_links_that_lead_elsewhere_than_to_the_web_are_none(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    cursor = await start(account())
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "javascript:alert(1)"}
    fake.write(
        CAROL, "@smallprint.test watch", facets=[{"index": {"byteStart": 0, "byteEnd": 5}, "features": [feature]}]
    )
    [mention], _ = await account().mentions(cursor)
    assert mention.links == ()


async def test_a_reply_to_a_post_of_ours_is_heard_and_talk_below_it_is_not(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    bluesky = account()
    cursor = await start(bluesky)
    await bluesky.publish(frozen(), None, None)
    reply = fake.write(CAROL, "why", under=fake.own[0])
    fake.write(Account("did:plc:dan", "dan.test"), "because", under=reply)
    mentions, _ = await bluesky.mentions(cursor)
    assert [mention.id for mention in mentions] == [reply.uri]


async def test_bots_and_who_wants_none_are_marked(account: Callable[..., Bluesky], fake: FakePds) -> None:
    cursor = await start(account())
    fake.write(Account("did:plc:robot", "robot.test", labels=("bot",)), "@smallprint.test help")
    fake.write(Account("did:plc:dan", "dan.test", description="reader, #NoBot please"), "@smallprint.test help")
    mentions, _ = await account().mentions(cursor)
    assert [(m.author_is_bot, m.author_opted_out) for m in mentions] == [(True, False), (False, True)]


async def test_who_has_lost_the_handle_is_known_by_the_did(account: Callable[..., Bluesky], fake: FakePds) -> None:
    cursor = await start(account())
    fake.write(Account("did:plc:lost", "handle.invalid"), "@smallprint.test help")
    [mention], _ = await account().mentions(cursor)
    assert mention.url.startswith("https://bsky.app/profile/did:plc:lost/post/")


async def test_what_is_no_mention_is_passed_over(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    await bluesky.publish(frozen(), None, None)
    cursor = await start(bluesky)
    like = Record("at://did:plc:carol/app.bsky.feed.like/1", CAROL, {"subject": fake.own[0].ref}, datetime.now(UTC))
    fake.notify("like", like)
    mentions, cursor = await bluesky.mentions(cursor)
    assert list(mentions) == []


async def test_many_mentions_come_whole_in_order_and_once(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    fake.page_size = 5
    cursor = await start(bluesky)
    written = [fake.write(CAROL, f"@smallprint.test help {n}", at=NOON + timedelta(minutes=n)).uri for n in range(13)]
    mentions, cursor = await bluesky.mentions(cursor)
    assert [mention.id for mention in mentions] == written
    assert list((await bluesky.mentions(cursor))[0]) == []


async def test_only_so_much_is_read_again(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    fake.page_size = 5
    for n in range(100):
        fake.write(CAROL, f"@smallprint.test help {n}", at=NOON + timedelta(hours=n))
    cursor = await start(bluesky)
    fake.asked.clear()
    await bluesky.mentions(cursor)
    assert len(fake.asked) == 1


@pytest.mark.parametrize(("behind", "heard"), [(LATE / 2, True), (LATE * 2, False)])
async def test_a_mention_whose_writers_clock_is_behind_is_heard_for_an_hour(
    account: Callable[..., Bluesky], fake: FakePds, behind: timedelta, heard: bool
) -> None:
    bluesky = account()
    fake.write(CAROL, "@smallprint.test hello", at=NOON)
    cursor = await start(bluesky)
    fake.write(CAROL, "@smallprint.test help", at=NOON - behind)
    mentions, cursor = await bluesky.mentions(cursor)
    assert len(mentions) == heard
    assert list((await bluesky.mentions(cursor))[0]) == [], "once"


async def test_a_mention_under_a_deleted_or_odd_post_is_still_one(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    bluesky = account()
    cursor = await start(bluesky)
    about = fake.write(CAROL, "https://example.com/terms")
    fake.write(CAROL, "@smallprint.test watch this", under=about)
    gone = fake.write(CAROL, "https://example.com/gone")
    fake.write(CAROL, "@smallprint.test watch this", under=gone)
    fake.records.remove(gone)
    odd = {"uri": "at://did:plc:x/app.bsky.feed.post/a b&uris=c", "cid": "bafy"}
    fake.write(CAROL, "@smallprint.test watch this", reply={"root": odd, "parent": odd})
    mentions, _ = await bluesky.mentions(cursor)
    assert [mention.parent_links for mention in mentions] == [("https://example.com/terms",), (), ()]


async def test_more_parents_than_can_be_had_at_once(account: Callable[..., Bluesky], fake: FakePds) -> None:
    bluesky = account()
    cursor = await start(bluesky)
    for n in range(30):
        about = fake.write(CAROL, f"https://example.com/{n}")
        fake.write(CAROL, "@smallprint.test watch this", under=about)
    mentions, _ = await bluesky.mentions(cursor)
    assert [mention.parent_links for mention in mentions] == [(f"https://example.com/{n}",) for n in range(30)]


async def test_mentions_whose_parents_cannot_be_read_are_asked_for_again(
    account: Callable[..., Bluesky], fake: FakePds
) -> None:
    """To answer "which one?" would be wrong, and there is only one answer to a request."""
    bluesky = account()
    cursor = await start(bluesky)
    fake.write(CAROL, "@smallprint.test watch this", under=fake.write(CAROL, "https://example.com/terms"))

    def fail_at_the_next(attempt: Callable[[], Answered]) -> Answered:
        fake.next_read = always(refused(502, "UpstreamFailure", "Upstream Failure"))
        return attempt()

    fake.next_read = fail_at_the_next
    assert (await fails(bluesky.mentions(cursor))).kind is PlatformFailure.TRY_AGAIN
    [mention], _ = await bluesky.mentions(cursor)
    assert mention.parent_links == ("https://example.com/terms",)


@pytest.mark.parametrize(
    "answered",
    [
        too_many(1_900_000_000),
        Answered(200, {}),
        Answered(200, {"notifications": [{"uri": "at://x"}]}),
        Answered(200, {"notifications": None}),
    ],
)
async def test_mentions_that_cannot_be_read_are_asked_for_later(
    account: Callable[..., Bluesky], fake: FakePds, answered: Answered
) -> None:
    bluesky = account()
    cursor = await start(bluesky)
    fake.next_read = always(answered)
    assert (await fails(bluesky.mentions(cursor))).kind is PlatformFailure.TRY_AGAIN
