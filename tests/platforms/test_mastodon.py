"""Mastodon: what is sent, what is found again on servers of several kinds, who asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import PlatformError, PlatformFailure
from bot.model import Part, Post, Receipt
from bot.platforms.mastodon import Mastodon
from bot.ports import PlatformSetup
from bot.write.inert import BREAK
from tests.fakes.loopback import Answered, Asked, Silence, always, applied_then_dropped
from tests.fakes.mastodon import SECRETS, Account, FakeMastodon

LINK = "https://smallprint.dev/changes/2023-08-23-x-privacy-policy-3f9a"
CAROL = Account("7", "carol@far.example")


@pytest.fixture
def fake() -> Iterator[FakeMastodon]:
    with FakeMastodon() as fake:
        yield fake


@pytest.fixture
def memory() -> list[str]:
    return [""]


@pytest.fixture
def account(fake: FakeMastodon, memory: list[str]) -> Callable[..., Mastodon]:
    """The bot's account; options as in the settings."""

    def sign_in(**options: Any) -> Mastodon:
        return Mastodon(
            PlatformSetup(
                options={"instance": fake.url, **options},
                secret=lambda name: SECRETS.get(name, ""),
                recall=lambda: memory[0],
                remember=lambda text: memory.__setitem__(0, text),
            )
        )

    return sign_in


def frozen(
    mastodon: Mastodon, text: str = "New: “We may use your data.”", at: datetime | None = None, **more: Any
) -> Part:
    """A post of its own: the same words always have the same key."""
    return mastodon.prepare(Post(f"story:{text[:20]}", (text,), **more), at or datetime.now(UTC))[0]


async def fails(mastodon: Mastodon, part: Part, parent: Receipt | None = None) -> PlatformError:
    with pytest.raises(PlatformError) as failed:
        await mastodon.publish(part, parent, None)
    return failed.value


# ---- counting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("hello", 5),
        ("👨‍👩‍👧‍👦 日本", 4),
        (f"see {LINK}.", 4 + 23 + 1),
        ("@carol@far.example hi", len("@carol hi")),
        ("http://localhost:8080/a/long/way/to/go", 38),
    ],
)
def test_text_is_counted_as_mastodon_counts_it(account: Callable[..., Mastodon], text: str, length: int) -> None:
    assert account().length(text) == length


async def test_the_instances_own_limits_are_adopted_and_remembered(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    fake.limit, fake.per_address = 1000, 30
    mastodon = account()
    assert mastodon.limit == 500
    assert await mastodon.check() == f"posts as @smallprint on {fake.url}, up to 1000 characters"
    assert (mastodon.limit, mastodon.length(LINK)) == (1000, 30)
    assert (account().limit, account().length(LINK)) == (1000, 30)


async def test_the_operators_limit_goes_before_the_instances(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    mastodon = account(limit=300)
    await mastodon.check()
    assert mastodon.limit == 300


async def test_an_instance_that_says_nothing_of_itself_is_taken_as_usual(
    account: Callable[..., Mastodon], fake: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fake.answer
    monkeypatch.setattr(fake, "answer", lambda asked: Answered(404, "") if "instance" in asked.path else whole(asked))
    assert "up to 500 characters" in await account().check()


def test_a_content_warning_takes_its_place(account: Callable[..., Mastodon]) -> None:
    assert account(spoiler_text="Privacy policies").limit == 500 - 16


async def test_the_server_agrees_with_every_count(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    """What just fits is accepted, what is one longer would not be."""
    mastodon = account(spoiler_text="Privacy")
    words = f"@carol@far.example 👨‍👩‍👧 #tag {LINK} "
    words += "x" * (mastodon.limit - mastodon.length(words) - len(BREAK))
    part = frozen(mastodon, words, link=LINK, mention="carol@far.example")
    fake.limit -= 1
    assert (await fails(mastodon, part)).kind is PlatformFailure.REJECTED
    fake.limit += 1
    await mastodon.publish(part, None, None)


# ---- what is sent ---------------------------------------------------------------------------------------------------


async def test_a_status_carries_all_that_it_needs(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    mastodon = account(spoiler_text="Privacy policies")
    receipt = await mastodon.publish(frozen(mastodon, language="en-US"), None, None)
    [status] = fake.own
    assert (status.text, status.visibility, status.language) == ("New: “We may use your data.”", "public", "en")
    assert status.spoiler_text == "Privacy policies"
    assert fake.asked[-1].form["content_type"] == "text/plain", "an account's default could be Markdown"
    assert receipt == Receipt(status.id, f"{fake.url}/@smallprint/{status.id}")


async def test_a_thread_hangs_together_and_only_its_head_is_public(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    mastodon = account()
    head, more = mastodon.prepare(Post("story", ("one", "two")), datetime.now(UTC))
    told = await mastodon.publish(head, None, None)
    part = await mastodon.publish(more, told, told)
    await mastodon.publish(frozen(mastodon, "Withdrawn.", follow_up=True), part, told)
    assert [(status.reply_to, status.visibility) for status in fake.own] == [
        ("", "public"),
        (told.id, "unlisted"),
        (part.id, "unlisted"),
    ]


async def test_a_private_account_stays_private(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    mastodon = account(visibility="private")
    head, more = mastodon.prepare(Post("story", ("one", "two")), datetime.now(UTC))
    told = await mastodon.publish(head, None, None)
    await mastodon.publish(more, told, told)
    assert [status.visibility for status in fake.own] == ["private", "private"]


async def test_an_answer_names_who_asked(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    mastodon = account()
    asked = fake.write(CAROL, "@smallprint watch https://example.com/privacy")
    await mastodon.publish(frozen(mastodon, "I watch it.", mention=CAROL.acct), Receipt(asked.id, "", "public"), None)
    [status] = fake.own
    assert (status.text, status.reply_to, status.visibility) == ("@carol@far.example I watch it.", asked.id, "unlisted")


@pytest.mark.parametrize("asked_in", ["direct", "private"])
async def test_what_was_asked_in_private_is_answered_in_private(
    account: Callable[..., Mastodon], fake: FakeMastodon, asked_in: str
) -> None:
    mastodon = account()
    fake.write(CAROL, "@smallprint watch https://example.com/privacy", visibility=asked_in)
    [mention], _ = await mastodon.mentions("0")
    parent = Receipt(mention.id, mention.url, mention.cid)
    await mastodon.publish(frozen(mastodon, "I watch it.", mention=CAROL.acct), parent, parent)
    assert fake.own[0].visibility == asked_in


async def test_a_question_that_was_deleted_gets_no_answer(account: Callable[..., Mastodon]) -> None:
    mastodon = account()
    refused = await fails(mastodon, frozen(mastodon, "I watch it.", mention="carol"), Receipt("404", ""))
    assert refused.kind is PlatformFailure.REJECTED


# ---- what an answer of the instance means ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "kind", "words"),
    [
        (Answered(422, {"error": "Validation failed: Text can't be blank"}), "REJECTED", "Validation failed"),
        (Answered(403, {"error": "This action is outside the authorized scopes"}), "PAUSED", "scopes"),
        (Answered(301, "", {"Location": "https://elsewhere.example"}), "PAUSED", "another address"),
        (Answered(503, "<html>maintenance</html>"), "UNKNOWN", "503"),
        (Answered(200, "<html>fine</html>"), "UNKNOWN", "understood"),
        (Answered(200, '{"id"', {"Content-Length": "1000"}), "UNKNOWN", "no answer"),
    ],
)
async def test_what_is_known_after_an_answer(
    account: Callable[..., Mastodon], fake: FakeMastodon, answered: Answered, kind: str, words: str
) -> None:
    mastodon = account()
    fake.next_post = always(answered)
    failed = await fails(mastodon, frozen(mastodon))
    assert failed.kind is PlatformFailure[kind]
    assert words in str(failed)


async def test_a_token_that_the_server_repeats_is_not_repeated(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    fake.next_post = always(Answered(422, {"error": f"no scope for {SECRETS['SMALLPRINT_MASTODON_ACCESS_TOKEN']}"}))
    assert "no scope for …" in str(await fails(account(), frozen(account())))


@pytest.mark.parametrize(
    ("said", "reset"),
    [
        ("2030-03-17T17:46:40.000Z", datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)),
        ("1900000000", datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)),
        ("soon", None),
        ("", None),
    ],
)
async def test_a_rate_limit_ends_when_the_server_says(
    account: Callable[..., Mastodon], fake: FakeMastodon, said: str, reset: datetime | None
) -> None:
    mastodon = account()
    fake.next_post = always(Answered(429, {"error": "Too many requests"}, {"X-RateLimit-Reset": said} if said else {}))
    failed = await fails(mastodon, frozen(mastodon))
    assert (failed.kind, failed.retry_at) == (PlatformFailure.TRY_AGAIN, reset)


async def test_an_accepted_status_with_unreadable_headers_is_not_taken_for_a_rate_limit(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    """Mastodon.py raises its rate limit error for both; to try again would publish a second time."""
    fake.headers = {"X-RateLimit-Reset": "soon", "X-RateLimit-Remaining": "few"}
    mastodon = account()
    failed = await fails(mastodon, frozen(mastodon))
    assert len(fake.own) == 1
    assert failed.kind is PlatformFailure.UNKNOWN


async def test_a_status_that_was_applied_before_the_time_out_is_found(
    account: Callable[..., Mastodon], fake: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.wire.TIME_OUT", 0.2)

    def applied_then_silent(attempt: Callable[[], Answered]) -> Answered:
        attempt()
        fake.let_go.wait(10)
        raise Silence

    mastodon = account()
    fake.next_post = applied_then_silent
    part = frozen(mastodon)
    assert (await fails(mastodon, part)).kind is PlatformFailure.UNKNOWN
    fake.let_go.set()
    found = await mastodon.find(part, None, None)
    assert found is not None
    assert found.id == fake.own[0].id


# ---- reading back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shows_scheme", [True, False], ids=["Mastodon", "GoToSocial"])
@pytest.mark.parametrize(
    "post",
    [
        Post("s", (f"Fish & <chips>: “a &amp; b”\nand more\n\n{LINK}",), link=LINK),
        Post("s", ("evil.com, #tags, @alice@evil.social and e\u0301 are kept",)),
        Post("s", (f"I watch {LINK}",), link=LINK, mention="carol@far.example"),
    ],
)
async def test_words_are_recognised_however_a_server_shows_them(
    account: Callable[..., Mastodon], fake: FakeMastodon, post: Post, shows_scheme: bool
) -> None:
    fake.shows_scheme = shows_scheme
    mastodon = account()
    part = mastodon.prepare(post, datetime.now(UTC))[0]
    receipt = await mastodon.publish(part, None, None)
    assert await mastodon.find(part, None, None) == receipt


@pytest.mark.parametrize("keeps_key", [True, False])
async def test_no_server_gets_it_twice_once_it_was_read_back(
    account: Callable[..., Mastodon], fake: FakeMastodon, keeps_key: bool
) -> None:
    fake.keeps_key = keeps_key
    fake.next_post = applied_then_dropped
    mastodon = account()
    part = frozen(mastodon)
    await fails(mastodon, part)
    assert await mastodon.find(part, None, None)
    assert len(fake.own) == 1


async def test_the_same_part_has_the_same_key_and_another_part_another(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    mastodon = account()
    one, two = mastodon.prepare(Post("story für Zoë\n", ("one", "two")), datetime.now(UTC))
    for part in (one, one, two):
        await mastodon.publish(part, None, None)
    keys = [asked.headers["Idempotency-Key"] for asked in fake.asked]
    assert keys[0] == keys[1] != keys[2]
    assert len(fake.own) == 2


async def test_statuses_of_many_pages_are_read_until_they_are_too_old(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    mastodon = account()
    now = datetime.now(UTC)
    for days in range(20, 2, -1):
        fake.write(fake.me, f"old {days}", at=now - timedelta(days=days))
    receipt = await mastodon.publish(frozen(mastodon), None, None)
    for number in range(7):
        fake.write(fake.me, f"another status {number}")
    fake.page_size = 3
    assert await mastodon.find(frozen(mastodon), None, None) == receipt
    fake.asked.clear()
    assert await mastodon.find(frozen(mastodon, "never published"), None, None) is None
    assert len([asked for asked in fake.asked if asked.path.endswith("/statuses")]) == 3


async def test_a_server_that_lags_shows_it_later(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    mastodon = account()
    receipt = await mastodon.publish(frozen(mastodon), None, None)
    fake.late = 1
    assert await mastodon.find(frozen(mastodon), None, None) is None
    assert await mastodon.find(frozen(mastodon), None, None) == receipt


async def test_the_same_words_of_an_older_story_are_another_status(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    mastodon = account()
    fake.write(fake.me, "Withdrawn.", at=datetime.now(UTC) - timedelta(days=9))
    assert await mastodon.find(frozen(mastodon, "Withdrawn."), None, None) is None


async def test_the_same_answer_to_an_earlier_question_is_another_status(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    mastodon = account()
    for _ in range(2):
        asked = Receipt(fake.write(CAROL, "@smallprint help").id, "", "public")
        words = ("I tell you when a policy changes.",)
        [answer] = mastodon.prepare(Post(f"help:{asked.id}", words, mention=CAROL.acct), datetime.now(UTC))
        assert await mastodon.find(answer, asked, None) is None
        receipt = await mastodon.publish(answer, asked, None)
        assert await mastodon.find(answer, asked, None) == receipt
    assert len(fake.own) == 2


@pytest.mark.parametrize("body", [[{}], [1], [{"type": "mention", "status": {}}], "?"])
async def test_a_page_that_cannot_be_read_says_nothing(
    account: Callable[..., Mastodon], fake: FakeMastodon, monkeypatch: pytest.MonkeyPatch, body: Any
) -> None:
    whole = fake.answer

    def answer(asked: Asked) -> Answered:
        return Answered(200, body) if asked.path.endswith(("/statuses", "/notifications")) else whole(asked)

    monkeypatch.setattr(fake, "answer", answer)
    mastodon = account()
    with pytest.raises(PlatformError) as failed:
        await mastodon.find(frozen(mastodon), None, None)
    assert failed.value.kind is PlatformFailure.UNKNOWN
    with pytest.raises(PlatformError) as failed:
        await mastodon.mentions("0")
    assert failed.value.kind is PlatformFailure.TRY_AGAIN


async def test_a_server_that_always_shows_the_same_page_is_not_read_for_ever(
    account: Callable[..., Mastodon], fake: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "_page", lambda asked, things: [thing for _, thing in reversed(things)])
    mastodon = account()
    asked = fake.write(CAROL, "@smallprint help")
    fake.write(fake.me, "Another status")
    assert await mastodon.find(frozen(mastodon), None, None) is None
    assert [mention.id for mention in (await mastodon.mentions("0"))[0]] == [asked.id]


async def test_a_part_from_the_future_is_not_said_to_be_missing(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    """After the machine's clock was a year ahead: every status would seem too old to be it."""
    mastodon = account()
    part = frozen(mastodon, at=datetime.now(UTC) + timedelta(days=365))
    await mastodon.publish(part, None, None)
    with pytest.raises(PlatformError, match="clock") as failed:
        await mastodon.find(part, None, None)
    assert failed.value.kind is PlatformFailure.UNKNOWN


# ---- the account ----------------------------------------------------------------------------------------------------


async def test_an_account_that_is_not_marked_as_a_bot_is_told_to(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    fake.me.bot = False
    mastodon = account()
    assert "not marked as a bot" in await mastodon.check()
    assert await mastodon.label() == "marked as a bot"
    assert fake.me.bot
    assert await mastodon.label() == ""
    assert "not marked" not in await mastodon.check()


async def test_a_token_that_may_not_mark_the_account_is_told_so(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    fake.me.bot, fake.writes_accounts = False, False
    with pytest.raises(PlatformError, match="scopes"):
        await account().label()


async def test_a_token_that_cannot_be_one_is_told(fake: FakeMastodon) -> None:
    mastodon = Mastodon(PlatformSetup(options={"instance": fake.url}, secret=lambda name: "“canary”"))
    with pytest.raises(PlatformError, match="copy it again") as refused:
        await mastodon.publish(frozen(mastodon), None, None)
    assert refused.value.kind is PlatformFailure.PAUSED
    assert "canary" not in str(refused.value)


async def test_a_missing_instance_is_named() -> None:
    mastodon = Mastodon(PlatformSetup(options={}, secret=lambda name: SECRETS.get(name, "")))
    with pytest.raises(PlatformError, match=r"set instance under \[platforms.mastodon\]") as refused:
        await mastodon.check()
    assert refused.value.kind is PlatformFailure.PAUSED


# ---- mentions -------------------------------------------------------------------------------------------------------


async def test_the_first_look_takes_no_old_mentions(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    fake.write(CAROL, "@smallprint hello")
    mentions, cursor = await account().mentions("")
    assert list(mentions) == []
    new = fake.write(CAROL, "@smallprint watch https://example.com/privacy")
    mentions, cursor = await account().mentions(cursor)
    assert [mention.id for mention in mentions] == [new.id]
    assert await account().mentions(cursor) == ([], cursor)


async def test_the_first_mention_ever_is_not_lost(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    _, cursor = await account().mentions("")
    first = fake.write(CAROL, "@smallprint help")
    mentions, _ = await account().mentions(cursor)
    assert [mention.id for mention in mentions] == [first.id]


async def test_a_mention_tells_who_asked_for_what(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    about = fake.write(Account("8", "dan"), "They changed https://example.com/terms?a=1 again")
    asked = fake.write(
        CAROL, "@smallprint watch this & https://example.com/a-rather-long/privacy #policy", reply_to=about.id, at=at
    )
    [mention], _ = await account().mentions("0")
    assert (mention.id, mention.author_id, mention.author) == (asked.id, "7", "carol@far.example")
    assert mention.text == "@smallprint watch this & https://example.com/a-rather-long/privacy #policy"
    assert mention.links == ("https://example.com/a-rather-long/privacy",)
    assert mention.parent_links == ("https://example.com/terms?a=1",)
    assert mention.at == at
    assert (mention.author_is_bot, mention.author_opted_out) == (False, False)


async def test_a_mention_under_a_deleted_post_is_still_one(
    account: Callable[..., Mastodon], fake: FakeMastodon
) -> None:
    fake.write(CAROL, "@smallprint watch this", reply_to="404")
    [mention], _ = await account().mentions("0")
    assert mention.parent_links == ()


async def test_bots_and_who_wants_none_are_marked(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    fake.write(Account("8", "robot", bot=True), "@smallprint help")
    nobot = '<a href="/tags/nobot" class="mention hashtag">#<span>NoBot</span></a>'
    fake.write(Account("9", "dan", note=f"reader, {nobot}"), "@smallprint help")
    mentions, _ = await account().mentions("0")
    assert [(m.author_is_bot, m.author_opted_out) for m in mentions] == [(True, False), (False, True)]


async def test_what_is_no_mention_is_passed_over(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    fake.filters_notifications = False
    told = fake.write(fake.me, "New: “We may use your data.”")
    asked = fake.write(CAROL, "@smallprint help")
    fake.notify("favourite", told)
    mentions, cursor = await account().mentions("0")
    assert [mention.id for mention in mentions] == [asked.id]
    assert await account().mentions(cursor) == ([], cursor)


async def test_many_mentions_come_whole_and_in_order(account: Callable[..., Mastodon], fake: FakeMastodon) -> None:
    fake.page_size = 5
    written = [fake.write(CAROL, f"@smallprint help {number}").id for number in range(13)]
    mentions, _ = await account().mentions("0")
    assert [mention.id for mention in mentions] == written
