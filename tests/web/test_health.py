"""Readiness is honest: a bot that runs and tells nothing does not look well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import DeliveryState
from bot.store import open_store
from bot.web import build
from bot.web.health import STUCK
from tests.web.house import FOUND, HOUR, NOW, House, added

MINUTE = timedelta(minutes=1)


async def ready(house: House) -> tuple[int, list[str]]:
    answer = await house.get("/readyz")
    found = answer.json()
    assert found["ready"] == (answer.status_code == 200) == (not found["reasons"])
    return answer.status_code, found["reasons"]


async def test_alive_is_alive_whatever_the_database_says(house: House) -> None:
    house.store.close()
    answer = await house.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"live": True})


async def test_a_bot_that_just_started_is_given_time(house: House) -> None:
    house.cycle_ended(NOW - 30 * HOUR)
    assert await ready(house) == (200, [])
    house.clock.move_to(NOW + HOUR)
    assert (await ready(house))[0] == 200
    house.clock.move_to(NOW + HOUR + MINUTE)
    assert await ready(house) == (503, ["no full cycle of checks has ended for 61 min: see the log"])


async def test_a_bot_that_never_ended_a_cycle_becomes_unready(house: House) -> None:
    house.clock.move_to(NOW + 3 * HOUR)
    assert await ready(house) == (503, ["no full cycle of checks has ended for 3 h: see the log"])
    house.cycle_ended(NOW + 2 * HOUR)
    assert await ready(house) == (200, [])


async def test_it_says_when_the_last_cycle_ended(house: House) -> None:
    house.cycle_ended()
    assert (await house.get("/readyz")).json()["last_cycle"] == "2026-03-14T10:00:00+00:00"


@pytest.mark.parametrize("mark", ["2027-03-14T10:00:00+00:00", "not a time", "2026-03-14T12:59:00"])
async def test_a_mark_that_cannot_be_believed_proves_nothing(house: House, mark: str) -> None:
    house.store.remember("cycle.ended", mark)
    house.clock.move_to(NOW + 3 * HOUR)
    assert (await ready(house))[0] == 503


async def test_a_paused_platform_is_named_without_its_secrets(house: House) -> None:
    house.store.pause_platform("x", "the key abc123 was revoked")
    status, reasons = await ready(house)
    assert (status, reasons) == (503, ["x is paused: `smallprint status` says why"])
    house.store.resume_platform("x")
    assert await ready(house) == (200, [])


async def test_what_is_parked_waits_for_the_operator(house: House) -> None:
    house.tell(owed_to=("mastodon",))
    assert await ready(house) == (200, [])
    (owed,) = [each for each in house.store.deliveries() if each.publisher == "mastodon"]
    house.store.settle(replace(owed, state=DeliveryState.PARKED))
    assert await ready(house) == (503, ["mastodon: 1 parked: see `smallprint outbox list`"])
    house.store.steer(owed.id, DeliveryState.DISCARDED)
    assert await ready(house) == (200, [])


async def test_a_post_that_no_platform_takes_is_seen(house: House) -> None:
    house.tell(change=added("New."), at=NOW, owed_to=("bluesky",))
    (owed,) = [each for each in house.store.deliveries() if each.publisher == "bluesky"]
    house.store.settle(replace(owed, attempts=9))
    house.clock.move_to(NOW + STUCK)
    house.cycle_ended(NOW + STUCK)
    assert await ready(house) == (200, [])
    house.clock.move_to(NOW + STUCK + MINUTE)
    assert await ready(house) == (503, ["bluesky: 1 not taken for 6 h: see `smallprint outbox list`"])
    house.store.pause_platform("bluesky", "revoked")
    assert await ready(house) == (503, ["bluesky is paused: `smallprint status` says why"])


async def test_a_post_that_only_waits_for_its_turn_is_well(house: House) -> None:
    house.tell(at=FOUND, owed_to=("bluesky",))
    assert await ready(house) == (200, [])


async def test_all_reasons_are_told_at_once(house: House) -> None:
    house.clock.move_to(NOW + 2 * HOUR)
    house.store.pause_platform("x", "revoked")
    house.store.pause_platform("bluesky", "revoked")
    assert len((await ready(house))[1]) == 3


async def test_a_database_that_cannot_be_read_is_the_one_reason(house: House) -> None:
    class Damaged:
        def __getattr__(self, name: str) -> Any:
            def asked(*args: Any, **kwargs: Any) -> Any:
                raise StoreError("/var/secret/place.db is damaged")

            return asked

    app = build(**{**house.settings, "store": Damaged()})
    client = house.client_of(app)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["the database cannot be read: see the log, and run `smallprint doctor`"]
    for path in ("/", "/changes/news", "/feed.xml"):
        page = await client.get(path)
        assert page.status_code == 503
        assert "does not answer just now" in page.text
        assert "secret" not in page.text


async def test_a_really_damaged_file_is_noticed(house: House, tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    open_store(f"sqlite:///{file}").close()
    store = open_store(f"sqlite:///{file}")
    client = house.client_of(build(**{**house.settings, "store": store}))
    assert (await client.get("/readyz")).status_code == 200
    file.write_bytes(b"this is no database " * 4096)
    for name in ("bot.db-wal", "bot.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    store.close()
    answer = await client.get("/readyz")
    assert (answer.status_code, len(answer.json()["reasons"])) == (503, 1)
    assert (await client.get("/healthz")).status_code == 200
    store.close()
