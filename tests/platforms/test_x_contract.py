"""What the bot asks of X and what the fake X answers, held against X's own OpenAPI document.

Every test with the fake X does so where the document is at hand; here it must be.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import pytest
from jsonschema import ValidationError

from bot.errors import PlatformError
from bot.model import Post, Receipt
from bot.platforms.x import X
from bot.ports import PlatformSetup
from tests.fakes.loopback import Answered, Asked
from tests.fakes.x import SECRETS, FakeX, too_many
from tests.fakes.x_contract import DOCUMENT, Contract, at_hand

pytestmark = pytest.mark.corpus

LINK = "https://smallprint.dev/changes/2023-08-23-x-privacy-policy-3f9a"
TIMELINE, MENTIONS = "/2/users/{id}/tweets", "/2/users/{id}/mentions"


@pytest.fixture(scope="session")
def contract() -> Contract:
    """X's document; in CI it must be there."""
    document = at_hand()
    if document is None:
        why = f"X's OpenAPI document is not here ({DOCUMENT.name} in ../shared/facts): it is not part of the project"
        if os.environ.get("SMALLPRINT_TEST_REQUIRE_CORPUS"):
            pytest.fail(f"{why} (SMALLPRINT_TEST_REQUIRE_CORPUS is set)")
        pytest.skip(why)
    return document


def asked(body: object = None, query: str = "", path: str = "/2/tweets") -> Asked:
    return Asked("GET" if body is None else "POST", f"http://x{path}{query}", {}, json.dumps(body).encode())


def test_the_document_refuses_what_x_would_refuse(contract: Contract) -> None:
    contract.request("/2/tweets", asked({"text": "hello", "quote_tweet_id": "12"}))
    with pytest.raises(ValidationError):
        contract.request("/2/tweets", asked({"txt": "hello"}))
    with pytest.raises(ValidationError):
        contract.request("/2/tweets", asked({"text": "hello", "quote_tweet_id": "no number"}))
    with pytest.raises(AssertionError, match=r"tweet\.fields"):
        contract.request(TIMELINE, asked(query="?tweet.fields=id"))
    with pytest.raises(ValidationError):
        contract.request(TIMELINE, asked(query="?post.fields=nonsense"))
    with pytest.raises(ValidationError):
        contract.request(TIMELINE, asked(query="?max_results=1000"))
    with pytest.raises(AssertionError, match="no GET /2/nonsense"):
        contract.request("/2/nonsense", asked())


def test_the_document_refuses_what_x_would_not_answer(contract: Contract) -> None:
    contract.answer("/2/tweets", "POST", Answered(201, {"data": {"id": "5", "text": "hello"}}))
    with pytest.raises(ValidationError):
        contract.answer("/2/tweets", "POST", Answered(201, {"data": {"id": 5, "text": "hello"}}))
    with pytest.raises(ValidationError):
        contract.answer("/2/tweets", "POST", Answered(403, {"error": "no"}))
    with pytest.raises(ValidationError):
        contract.answer(MENTIONS, "GET", Answered(200, {"data": [{"id": 5, "text": "an id is text"}]}))


async def test_all_that_the_bot_asks_and_the_fake_answers_is_in_the_document(contract: Contract) -> None:
    """Each request that the bot knows, each kind of post, and each refusal that X words itself."""
    with FakeX(self_serve=False, page_size=2) as fake:
        setup = PlatformSetup(options={"api": fake.url, "threads": True}, secret=lambda name: SECRETS[name])
        x, now = X(setup), datetime.now(UTC)
        await x.check()
        _, cursor = await x.mentions("")

        head, more = x.prepare(Post("story", (f"New: “a & b”\n\n{LINK}", "And more."), link=LINK), now)
        told = await x.publish(head, None, None)
        part = await x.publish(more, told, told)
        [gone] = x.prepare(Post("under", ("Withdrawn.",), follow_up=True), now)
        await x.publish(gone, part, told)
        assert await x.find(head, None, None) == told

        carol = fake.user("7", "carol", "no bots #nobot")
        about = fake.write(fake.user("8", "dan"), "See https://example.com/terms")
        for number in range(3):
            question = fake.write(carol, f"@smallprint watch this {number}", reply_to=about.id)
        mentions, _ = await x.mentions(cursor)
        assert len(mentions) == 3
        [answer] = x.prepare(Post("answer", ("@carol I watch it.",), mention="carol"), now)
        await x.publish(answer, Receipt(question.id, ""), None)

        for refused in (answer, *x.prepare(Post("again", ("Withdrawn.",)), now)):
            with pytest.raises(PlatformError):
                await x.publish(refused, Receipt(question.id, ""), None)
        fake.next_post = lambda attempt: too_many(fake.reset)
        with pytest.raises(PlatformError, match="pause"):
            await x.publish(head, None, None)
        with pytest.raises(PlatformError, match="start_time"):
            await x.find(x.prepare(Post("late", ("late",)), now.replace(year=now.year + 1))[0], None, None)
        stranger = X(PlatformSetup(options={"api": fake.url}, secret=lambda name: SECRETS[name] + "-wrong"))
        for attempt in (stranger.check(), stranger.publish(head, None, None), stranger.mentions("1")):
            with pytest.raises(PlatformError, match="keys"):
                await attempt
    assert fake.broken == []
    assert fake.judged == {
        ("GET", "/2/users/me", 200),
        ("GET", "/2/users/me", 401),
        ("POST", "/2/tweets", 201),
        ("POST", "/2/tweets", 401),
        ("POST", "/2/tweets", 403),
        ("POST", "/2/tweets", 429),
        ("GET", TIMELINE, 200),
        ("GET", TIMELINE, 400),
        ("GET", MENTIONS, 200),
        ("GET", MENTIONS, 401),
    }
