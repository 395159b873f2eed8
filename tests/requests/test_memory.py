"""What is deleted is forgotten within a day, what was refused stays so, and a "stop" outlives the database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import RequestState
from bot.requests.limits import Mode
from bot.requests.memory import AGAIN, EVERY
from tests.requests.talk import ACME, DAY, NOON, TERMS, Restored, Talk

TICK = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def talk() -> Talk:
    return Talk()


def live(talk: Talk, span: timedelta, deleted: set[str], on: str = "bluesky") -> int:
    """Let time pass as the bot's upkeep does it; how many requests were looked for meanwhile."""
    end, looked = talk.clock.now() + span, 0
    memory = talk.desk.memory
    while talk.clock.now() < end:
        talk.clock.move_to(talk.clock.now() + TICK)
        if due := memory.due(on, talk.clock.now()):
            looked += len(due)
            memory.note(due, deleted & {watch.mention.id for watch in due}, talk.clock.now())
        memory.tidy(talk.clock.now())
    return looked


def everything(talk: Talk) -> str:
    """Every byte that the store keeps, as far as it can be read."""
    with talk.store._database.read() as connection:
        return "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]


async def test_a_deleted_request_is_forgotten_within_a_day_with_all_that_was_said(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}", "carol")
    await talk.hears(mention)
    await talk.says("help", "carol")
    await talk.says(f"watch {ACME.url}", "dave")
    live(talk, DAY, {mention.id})
    assert [watch.mention.author for watch in talk.store.watches()] == ["dave"]
    assert "carol" not in everything(talk)
    assert "dave" in everything(talk)
    assert talk.watched == {"acme/privacy-policy": True}


async def test_with_its_last_request_the_policy_goes(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}")
    await talk.hears(mention)
    live(talk, DAY, {mention.id})
    assert talk.watched == {}


async def test_what_was_answered_and_forgotten_is_not_answered_again(talk: Talk) -> None:
    mention = talk.mention("help")
    await talk.hears(mention)
    live(talk, DAY, set())
    assert "carol" not in everything(talk)
    assert await talk.hears(mention) is None


async def test_a_platform_that_shows_nothing_for_a_while_costs_nobody_their_watch(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}")
    await talk.hears(mention)
    live(talk, EVERY + TICK, {mention.id})
    assert talk.store.watches()[0].missing_since is not None
    live(talk, AGAIN + TICK, set())
    assert talk.store.watches()[0].missing_since is None
    live(talk, DAY, set())
    assert talk.watched == {"acme/privacy-policy": True}


async def test_each_request_is_looked_for_about_once_a_day(talk: Talk) -> None:
    for person in range(5):
        await talk.says(f"watch {ACME.url}", f"person{person}")
    assert 5 * 2 <= live(talk, 3 * DAY, set()) <= 5 * 4
    assert live(talk, DAY, set(), on="mastodon") == 0


async def test_of_what_a_person_wrote_only_the_address_of_the_policy_is_kept(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url} because my doctor uses it", parent_links=("https://private.example/diary",))
    assert "doctor" not in everything(talk)
    assert "diary" not in everything(talk)


async def test_an_answer_that_could_not_be_sent_within_a_day_is_not_sent_any_more(talk: Talk) -> None:
    await talk.says("help")
    live(talk, DAY, set())
    assert talk.store.claim("bluesky", talk.clock.now(), "bot", MINUTE, 9) == []


async def test_what_the_operator_refused_stays_refused_when_who_asked_is_forgotten(talk: Talk) -> None:
    for who in ("carol", "erin"):
        mention = talk.mention(f"watch {ACME.url}", who)
        await talk.hears(mention)
        mine = next(watch for watch in talk.store.watches() if watch.mention.id == mention.id)
        talk.desk.decide(mine.id, RequestState.REFUSED)
        live(talk, DAY, {mention.id})
        assert who not in everything(talk)
    assert len(talk.store.watches()) == 1
    assert "looks at each new request first" in str(await talk.says(f"watch {ACME.url}", "dave"))


async def test_stop_for_ever_forgets_everything_else(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    await talk.says(f"watch {TERMS.url}")
    await talk.says("stop acme terms of service")
    await talk.says("stop")
    live(talk, DAY, set())
    assert talk.store.watches() == []
    assert everything(talk).count("carol") == 1, "only that they want no answers"


# ---- an older database is put back ------------------------------------------------------------------------------


async def test_a_stop_outlives_an_older_database_that_is_put_back(tmp_path: Path) -> None:
    talk = Restored(tmp_path)
    asked = talk.mention(f"watch {ACME.url}")
    await talk.hears(asked)
    talk.back_up()
    await talk.says("stop")
    talk.put_back()
    assert talk.store.watches(states=[RequestState.APPROVED]), "the backup is from before the stop"
    assert talk.store.opted_out("bluesky", asked.author_id)
    assert await talk.says("help") is None
    assert talk.desk.tell(_news(talk)) == []
    talk.desk.memory.tidy(talk.clock.now())
    assert talk.store.watches() == []
    assert talk.watched == {}


async def test_mentions_that_are_heard_again_after_that_begin_with_the_stop(tmp_path: Path) -> None:
    """Where the file is lost as well, the platform still has the word: the old cursor leads back before it."""
    talk = Restored(tmp_path)
    talk.back_up()
    again = [talk.mention("help"), talk.mention(f"watch {ACME.url}"), talk.mention("stop")]
    talk.desk.heed(again)
    assert [await talk.hears(mention) for mention in again] == [None, None, None]
    assert talk.owed == []
    assert talk.watched == {}


async def test_a_file_that_was_lost_is_written_again_and_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    talk = Restored(tmp_path)
    beside = talk.file.with_name("smallprint.db.opt-outs")
    await talk.says("stop", "carol")
    beside.unlink()
    talk.open()
    assert beside.read_text() == '["bluesky", "id of carol"]\n'
    beside.write_text(beside.read_text() + '["mastodon", "id of da')
    await talk.says("stop", "erin")
    talk.back_up()
    beside.write_text(beside.read_text() + 'null\n[1, 2]\n["x"]\n\x00\n')
    talk.open()
    for who, stopped in (("carol", True), ("dave", False), ("erin", True)):
        assert talk.store.opted_out("bluesky", f"id of {who}") is stopped


async def test_in_approval_mode_a_deleted_request_no_longer_waits() -> None:
    talk = Talk(Mode.APPROVAL)
    mention = talk.mention(f"watch {ACME.url}")
    await talk.hears(mention)
    live(talk, DAY, {mention.id})
    assert talk.store.watches() == []
    assert talk.watched == {}
    assert talk.clock.now() - NOON <= DAY


def _news(talk: Talk):  # type: ignore[no-untyped-def]
    from tests.store import samples

    return samples.story("2026-03-09-acme", of=talk.store.policies()[0], at=NOON)
