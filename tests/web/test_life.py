"""The pages of a bot that lives: what the pipeline did is what they show."""

from __future__ import annotations

from datetime import timedelta

import feedparser
import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.web import Counters, build
from tests.fakes.site import TRAINING, policy_text
from tests.test_pipeline import ACME, HOUR, Life


@pytest.fixture
def life() -> Life:
    return Life()


def reader(life: Life) -> httpx.AsyncClient:
    app = build(
        store=life.store,
        clock=life.clock,
        publishers=life.pipeline.clerk.publishers,
        public_url="https://bot.example",
        title="Smallprint",
        contact="ada@operator.example",
        stale_after=timedelta(hours=2),
        counters=Counters(),
        fresh_for=0,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bot.example")


async def test_news_is_on_the_page_after_its_second_look_with_all_that_became_of_it(life: Life) -> None:
    client = reader(life)
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.looks()
    assert "article" not in (await client.get("/")).text, "seen once is not told"
    await life.lives(48 * HOUR)
    life.site.text = policy_text()
    await life.lives(24 * HOUR)

    (told,) = life.store.told(ACME.id)
    page = LexborHTMLParser((await client.get(f"/changes/{told.story.id}")).text)
    assert page.css_first(".quotes blockquote").text().strip() == TRAINING
    assert page.css_first(".proof code").text() == told.story.snapshot_sha256
    assert life.store.snapshot(told.story.snapshot_sha256).body
    assert "Withdrawn" in page.css_first(".timeline").text()
    assert "On wall" in page.css_first("section[aria-labelledby=posted]").text()

    entries = feedparser.parse((await client.get("/feed.xml")).content).entries
    assert len(entries) == 2
    assert {entry.link.partition("#")[0] for entry in entries} == {f"https://bot.example/changes/{told.story.id}"}
    assert (await client.get("/readyz")).status_code == 200
    policy = LexborHTMLParser((await client.get("/policies/acme/privacy-policy")).text)
    assert policy.css_first("dd.health").text() == "well"


async def test_the_address_that_posts_carry_is_a_page(life: Life) -> None:
    client = reader(life)
    await life.lives(HOUR)
    life.site.text = policy_text(TRAINING)
    await life.lives(48 * HOUR)
    (told,) = life.store.told(ACME.id)
    address = life.pipeline.clerk.link(told.story)
    assert (await client.get(address.removeprefix("https://bot.example"))).status_code == 200
    (own,) = [each.receipt for each in life.store.deliveries(about=told.story.id) if each.publisher == "local"]
    assert own is not None
    assert (await client.get(own.id)).status_code == 200


async def test_a_bot_whose_site_blocks_it_says_so_and_is_still_at_work(life: Life) -> None:
    client = reader(life)
    await life.lives(HOUR)
    life.site.blocks_the_bot()
    await life.lives(5 * HOUR)
    page = LexborHTMLParser((await client.get("/policies")).text)
    assert page.css_first(".health").text().startswith("blocked by the site, since ")
