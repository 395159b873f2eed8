"""A whole conversation on mastodon_mock, which is another author's idea of Mastodon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mastodon_mock.config import SeedAccount, SeedConfig
from mastodon_mock.testing import MockServer

from bot.clock import StoryClock
from bot.pipeline import Pipeline
from bot.platforms.mastodon import Mastodon
from bot.ports import PlatformSetup
from bot.requests.answer import Desk
from bot.requests.limits import Limits, Mode
from bot.steps.habits import Habits
from bot.store import open_store
from bot.watch.trusted import Trusted
from tests.fakes.site import SALE, TRAINING, Site, policy_text
from tests.requests.talk import ACME, PAGES, TERMS, Web

pytestmark = pytest.mark.servers


@pytest.fixture
def server() -> Iterator[MockServer]:
    accounts = [
        SeedAccount(username="smallprint", bot=True, access_token="bots-token"),
        SeedAccount(username="carol", access_token="carols-token"),
    ]
    with MockServer(seed=SeedConfig(accounts=accounts)) as server:
        yield server


class Talk:
    """The whole bot with its account there, and carol with hers."""

    def __init__(self, server: MockServer) -> None:
        self.carol: Any = server.client("carol")
        setup = PlatformSetup({"instance": server.base_url}, lambda name: "bots-token")
        self.mastodon = Mastodon(setup)
        self.clock = StoryClock(datetime.now(UTC))
        self.store = open_store("sqlite://")
        self.site = Site(self.clock)
        web = Web({ACME.url: (ACME,), TERMS.url: (TERMS,), "acme.example": (ACME, TERMS)})
        limits = Limits(Mode.OPEN, answers_a_person=50)
        self.pipeline = Pipeline(
            store=self.store,
            fetcher=self.site,
            extractor=Trusted(),
            publishers={"mastodon": self.mastodon},
            clock=self.clock,
            habits=Habits(jitter=0, live=frozenset({"mastodon"}), public_url=PAGES),
            report=lambda event: None,
            desk=Desk(self.store, web, limits, {"mastodon": "smallprint"}, public_url=PAGES),
        )

    async def says(self, words: str, **more: Any) -> tuple[str, list[str]]:
        """Carol writes: the id of her status, and what the bot says under it."""
        asked = self.carol.status_post(f"@smallprint {words}", **more)
        await self.lives(0)
        return str(asked.id), self.under(str(asked.id))

    def under(self, status: str) -> list[str]:
        answers = self.carol.status_context(status).descendants
        return [each.content for each in answers if str(each.in_reply_to_id) == status]

    async def lives(self, hours: int) -> None:
        for _ in range(max(hours, 1)):
            self.clock.move_to(self.clock.now() + timedelta(hours=min(hours, 1)))
            await self.pipeline.answer_mentions()
            if hours:
                await self.pipeline.check_due()
                await self.pipeline.forget()
            await self.pipeline.publish_due()


async def test_mention_answer_change_told_stop_silence(server: MockServer) -> None:
    talk = Talk(server)
    await talk.lives(0)
    _, (choice,) = await talk.says("watch acme.example")
    assert "1 Privacy Policy, 2 Terms of Service" in choice
    asked, (answer,) = await talk.says("1", visibility="direct")
    assert "I watch the Acme Privacy Policy" in answer
    assert "On your list (1)" in (await talk.says("list"))[1][0]
    await talk.lives(3)
    talk.site.text = policy_text(TRAINING)
    await talk.lives(4)
    (_, told) = talk.under(asked)
    assert "The Acme Privacy Policy has changed: new in" in told
    for words, heard in (
        ("why was acme.example told?", "was news: new in"),
        ("last acme.example", "The Acme Privacy Policy on"),
        ("status of acme.example", "last read"),
        ("help", "Also “list”"),
        ("stop acme.example", "Off your list: Acme Privacy Policy"),
    ):
        assert heard in (await talk.says(words))[1][0]
    await talk.says(f"watch {ACME.url}")
    assert (await talk.says("stop"))[1] == []
    talk.site.text = policy_text(TRAINING, SALE)
    await talk.lives(4)
    assert (await talk.says("help"))[1] == []
    assert talk.store.policies() == []


async def test_a_status_that_is_deleted_is_gone_and_forgotten(server: MockServer) -> None:
    talk = Talk(server)
    await talk.lives(0)
    kept, _ = await talk.says(f"watch {ACME.url}")
    deleted, _ = await talk.says(f"watch {TERMS.url}")
    talk.carol.status_delete(deleted)
    assert await talk.mastodon.gone([kept, deleted]) == [deleted]
    await talk.lives(24)
    assert [watch.mention.id for watch in talk.store.watches()] == [kept]
