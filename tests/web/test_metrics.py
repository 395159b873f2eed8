"""Numbers for Prometheus."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from bot.errors import StoreError
from bot.model import DeliveryState, Event, EventKind, Standing
from bot.platforms.x import X
from bot.ports import PlatformSetup
from bot.web import Counters, build
from tests.web.house import CHIRRUP, DAY, FOUND, HOUR, NOW, POND, House, added


async def numbers(house: House) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels' values."""
    answer = await house.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def happens(house: House, kind: EventKind, *reasons: str, publisher: str = "", **facts: object) -> None:
    house.counters.listen(Event(kind, house.clock.now(), policy=CHIRRUP, reasons=reasons, publisher=publisher, **facts))  # type: ignore[arg-type]


async def test_everything_is_there_at_zero_before_anything_happened(house: House) -> None:
    found = await numbers(house)
    assert found["smallprint_checks_total", "unchanged"] == 0
    assert found["smallprint_checks_total", "told"] == 0
    assert found["smallprint_failures_total", "blocked by the site"] == 0
    assert found["smallprint_stories_total", "in-effect"] == 0
    assert found["smallprint_outbox", "local", "parked"] == 0
    assert found["smallprint_database_readable",] == 1
    assert not [name for name, *_ in found if name.endswith("_created")]


async def test_checks_are_counted_by_result(house: House) -> None:
    results = {
        EventKind.BASELINE: "baseline",
        EventKind.UNCHANGED: "unchanged",
        EventKind.SILENT: "silent",
        EventKind.SEEN: "seen",
        EventKind.VANISHED: "vanished",
        EventKind.HELD: "held",
        EventKind.NOT_ASKED: "not asked",
    }
    for kind in (*results, EventKind.UNCHANGED):
        happens(house, kind)
    found = await numbers(house)
    for kind, result in results.items():
        assert found["smallprint_checks_total", result] == (2 if kind is EventKind.UNCHANGED else 1)


async def test_a_check_that_tells_two_stories_is_one_check(house: House) -> None:
    happens(house, EventKind.POST)
    happens(house, EventKind.WITHDRAWN)
    house.clock.move_to(NOW + HOUR)
    happens(house, EventKind.RESTORED)
    happens(house, EventKind.IN_EFFECT)
    found = await numbers(house)
    assert found["smallprint_checks_total", "told"] == 2
    for kind in ("post", "withdrawn", "restored", "in-effect"):
        assert found["smallprint_stories_total", kind] == 1


async def test_failures_are_counted_by_kind_and_never_by_a_strangers_word(house: House) -> None:
    happens(house, EventKind.FAILED, "blocked by the site", "The site refuses the bot.")
    happens(house, EventKind.FAILED, "gone")
    happens(house, EventKind.STILL_FAILING, "gone")
    happens(house, EventKind.FAILED, "something unheard of")
    happens(house, EventKind.FAILED)
    happens(house, EventKind.RECOVERED, "gone")
    found = await numbers(house)
    assert found["smallprint_checks_total", "failed"] == 5, "also those that the log does not repeat"
    assert found["smallprint_failures_total", "blocked by the site"] == 1
    assert found["smallprint_failures_total", "gone"] == 2
    assert found["smallprint_failures_total", "other"] == 2
    assert found["smallprint_recoveries_total", "gone"] == 1
    assert "unheard" not in (await house.get("/metrics")).text


async def test_posts_are_counted_by_platform(house: House) -> None:
    for publisher in ("bluesky", "bluesky", "mastodon"):
        happens(house, EventKind.SENT, publisher=publisher)
    happens(house, EventKind.NOT_SENT, "too many", publisher="x")
    happens(house, EventKind.ANSWERED, "watching", publisher="mastodon")
    found = await numbers(house)
    assert found["smallprint_posts_sent_total", "bluesky"] == 2
    assert found["smallprint_posts_sent_total", "mastodon"] == 1
    assert found["smallprint_posts_not_sent_total", "x"] == 1
    assert found["smallprint_answers_total", "mastodon"] == 1


async def test_the_outbox_is_counted_by_state(house: House) -> None:
    house.tell("one", added("One."), owed_to=("bluesky", "x"))
    house.tell("two", added("Two."), at=FOUND + DAY, owed_to=("bluesky",))
    parked = next(each for each in house.store.deliveries() if each.publisher == "x")
    house.store.settle(replace(parked, state=DeliveryState.PARKED))
    house.store.pause_platform("mastodon", "revoked")
    found = await numbers(house)
    assert found["smallprint_outbox", "bluesky", "owed"] == 2
    assert found["smallprint_outbox", "x", "parked"] == 1
    assert found["smallprint_outbox", "x", "owed"] == 0
    assert found["smallprint_outbox", "local", "owed"] == 0
    assert found["smallprint_platform_paused", "mastodon"] == 1
    assert found["smallprint_platform_paused", "x"] == 0


async def test_policies_are_counted_by_health(house: House) -> None:
    for number, text in enumerate(("held", "paused", "well")):
        policy = replace(CHIRRUP, id=f"{text}/policy")
        house.store.add_policy(policy)
        house.read(policy, f"Text {number}.", standing=Standing.HELD if text == "held" else Standing.ACCEPTED)
    house.store.pause_policy("paused/policy", True)
    house.fail(POND, "timed out")
    news = replace(CHIRRUP, id="news/policy")
    house.store.add_policy(news)
    house.read(news, "News.", standing=Standing.CANDIDATE, candidate_since=NOW, disputed_at=NOW)
    found = await numbers(house)
    for health in ("well", "failing", "not a policy", "held for confirmation", "paused", "not read yet"):
        assert found["smallprint_policies", health] == 1
    assert found["smallprint_candidates",] == 1
    assert found["smallprint_disputed",] == 1
    assert found["smallprint_policies_failing", "timed out"] == 1
    assert found["smallprint_policies_failing", "gone"] == 0
    assert found["smallprint_held",] == 1


async def test_policies_that_moved_or_were_not_read_for_long_are_counted(house: House) -> None:
    asleep = replace(CHIRRUP, id="asleep/policy")
    house.store.add_policy(asleep)
    for policy in (CHIRRUP, POND, asleep):
        house.read(policy, "A policy.", moved_to="https://chirrup.example/legal" if policy == CHIRRUP else "")
    house.store.pause_policy(asleep.id, True)
    house.clock.move_to(NOW + 6 * DAY)
    house.read(POND, "A policy.", at=NOW + 6 * DAY)
    assert (await numbers(house))["smallprint_policies_unread",] == 0
    house.clock.move_to(NOW + 7 * DAY)
    found = await numbers(house)
    assert found["smallprint_policies_unread",] == 1
    assert found["smallprint_policies_moved",] == 1


async def test_the_age_of_the_last_cycle_grows(house: House) -> None:
    house.clock.move_to(NOW + HOUR)
    assert (await numbers(house))["smallprint_last_cycle_age_seconds",] == 3600, "since the process began"
    house.cycle_ended(NOW + HOUR)
    house.clock.move_to(NOW + 2 * HOUR + 0.5 * HOUR)
    assert (await numbers(house))["smallprint_last_cycle_age_seconds",] == 5400


async def test_a_database_that_cannot_be_read_is_a_number_and_no_error(house: House) -> None:
    class Damaged:
        def health(self) -> None:
            raise StoreError("damaged")

    happens(house, EventKind.SILENT)
    client = house.client_of(build(**{**house.settings, "store": Damaged()}))
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert "smallprint_database_readable 0.0" in answer.text
    assert 'smallprint_checks_total{result="silent"} 1.0' in answer.text


async def test_two_bots_in_one_process_count_apart(house: House) -> None:
    other = Counters()
    other.listen(Event(EventKind.SILENT, NOW, policy=CHIRRUP))
    assert (await numbers(house))["smallprint_checks_total", "silent"] == 0


async def test_building_the_pages_twice_counts_once(house: House) -> None:
    happens(house, EventKind.SILENT)
    again = house.client_of(build(**house.settings))
    assert 'smallprint_checks_total{result="silent"} 1.0' in (await again.get("/metrics")).text


async def test_what_was_spent_is_shown_beside_the_budget() -> None:
    x = X(PlatformSetup(options={"budget_dollars": 5}, secret=lambda name: ""))
    house = House(publishers={"x": x})
    house.store.charge("x", "a post", 215_000, NOW)
    found = await numbers(house)
    assert found["smallprint_spent_dollars", "x"] == 0.215
    assert found["smallprint_budget_dollars", "x"] == 5
