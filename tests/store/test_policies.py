from dataclasses import replace

import pytest

from bot.errors import NotFound
from bot.model import Health, Policy, Source, Standing, Validators
from bot.store import SqlStore
from bot.store.schema import AT_ONCE
from tests.store.samples import ACME, HOUR, MINUTE, NOW, OTHER, checked, read, text

LISTED = Policy(
    *("zeta/terms", "Zeta", "Terms of Service", "https://zeta.example", ("main", "#terms"), (".menu",), "de"),
    renderer="browser",
)


def test_a_policy_comes_back_as_it_was(store: SqlStore) -> None:
    store.add_policy(LISTED)
    assert store.policy("zeta/terms") == LISTED
    assert store.policies() == [ACME, OTHER, LISTED]


def test_the_list_is_the_operators_to_change_and_history_stays(store: SqlStore) -> None:
    store.sync_list([LISTED, ACME])
    store.record(read("We keep it.", of=LISTED))
    store.sync_list([ACME, OTHER])
    assert store.policies() == [ACME, OTHER]
    assert store.reading(LISTED.id).current is not None


def test_the_list_does_not_touch_what_others_asked_for(store: SqlStore) -> None:
    asked = replace(LISTED, source=Source.REQUEST)
    store.add_policy(asked)
    store.sync_list([])
    assert store.policies() == [asked]


def test_a_paused_policy_stays_paused_when_the_list_is_read_again(store: SqlStore) -> None:
    store.pause_policy(ACME.id, True)
    store.sync_list([replace(ACME, service="Acme Inc."), OTHER])
    assert store.policy(ACME.id) == replace(ACME, service="Acme Inc.", paused=True)
    store.pause_policy(ACME.id, False)
    assert not store.policy(ACME.id).paused


def test_listing_a_policy_that_waited_for_the_operator_is_the_operators_word(store: SqlStore) -> None:
    store.add_policy(replace(LISTED, source=Source.REQUEST, paused=True))
    store.sync_list([LISTED])
    assert store.policy(LISTED.id) == LISTED


def test_a_removed_policy_is_gone_until_it_is_added_again(store: SqlStore) -> None:
    store.record(read("We keep it."))
    store.remove_policy(ACME.id)
    assert store.policies() == [OTHER]
    assert [policy.id for policy in store.lease_due(NOW, "a", HOUR, 9)] == [OTHER.id]
    for gone in (store.policy, store.remove_policy, lambda name: store.pause_policy(name, True)):
        with pytest.raises(NotFound, match=ACME.id):
            gone(ACME.id)
    store.add_policy(ACME)
    assert store.policy(ACME.id) == ACME
    assert store.reading(ACME.id).current is not None


def test_the_language_that_was_read_is_kept_where_the_list_names_none(store: SqlStore) -> None:
    store.record(read("We keep it.", of=OTHER))
    assert store.policy(OTHER.id).language == "en"
    store.sync_list([ACME, OTHER])
    assert store.policy(OTHER.id).language == "en"


@pytest.mark.parametrize(
    "change",
    [{"url": "https://acme.example/new"}, {"select": ("main",)}, {"remove": (".ad",)}, {"renderer": "browser"}],
)
def test_what_an_old_address_said_is_not_asked_of_a_new_one(store: SqlStore, change: dict[str, object]) -> None:
    store.record(read("We keep it."))
    store.sync_list([replace(ACME, service="ACME"), OTHER])
    seen = store.reading(ACME.id).seen
    assert seen is not None
    assert seen.validators.etag == '"v1"', "another name is not another page"
    store.sync_list([replace(ACME, **change), OTHER])  # type: ignore[arg-type]
    seen = store.reading(ACME.id).seen
    assert seen is not None
    assert (seen.validators, seen.seen_sha256) == (Validators(), "")
    assert [policy.id for policy in store.lease_due(NOW, "a", HOUR, 1)] == [ACME.id], "and it is due at once"


def test_nobody_gets_two_policies_of_one_host_at_once(store: SqlStore) -> None:
    terms = replace(ACME, id="acme/terms", document="Terms of Service", url="https://ACME.example/terms")
    store.add_policy(terms)
    assert [policy.id for policy in store.lease_due(NOW, "a", HOUR, 9)] == [ACME.id, OTHER.id]
    assert store.lease_due(NOW, "b", HOUR, 9) == [], "its host is at work"
    store.record(checked(of=ACME, at=NOW))
    assert [policy.id for policy in store.lease_due(NOW, "b", HOUR, 9)] == [terms.id]


def test_what_a_killed_process_was_reading_is_due_at_once(store: SqlStore) -> None:
    store.lease_due(NOW, "killed", HOUR, 9)
    assert store.lease_due(NOW + MINUTE, "b", HOUR, 9) == []
    store.end_leases("killed", NOW + MINUTE)
    assert [policy.id for policy in store.lease_due(NOW + MINUTE, "b", HOUR, 9)] == [ACME.id, OTHER.id]


def test_the_longest_due_comes_first_and_nobody_gets_it_twice(store: SqlStore) -> None:
    store.record(checked(of=ACME, at=NOW))
    store.record(checked(of=OTHER, at=NOW - 5 * MINUTE))
    later = NOW + 2 * HOUR
    assert store.lease_due(NOW + HOUR - MINUTE, "a", HOUR, 1) == [OTHER]
    assert store.lease_due(later, "b", HOUR, 9) == [OTHER, ACME], "the first lease ended a minute before"
    assert store.lease_due(later + HOUR - MINUTE, "b", HOUR, 9) == [], "not even to its own holder"
    assert store.lease_due(later + HOUR, "c", HOUR, 9) == [OTHER, ACME]


def test_recording_a_check_ends_its_lease(store: SqlStore) -> None:
    assert store.lease_due(NOW, "a", HOUR, 9) == [ACME, OTHER]
    store.record(checked(of=OTHER, at=NOW - HOUR))
    assert store.lease_due(NOW, "b", HOUR, 9) == [OTHER]


def test_a_paused_policy_is_never_due(store: SqlStore) -> None:
    store.pause_policy(ACME.id, True)
    assert store.lease_due(NOW, "a", HOUR, 9) == [OTHER]
    store.pause_policy(OTHER.id, True)
    assert store.next_due() is None


def test_when_the_next_one_is_due(store: SqlStore) -> None:
    assert store.next_due() == AT_ONCE
    store.record(checked(of=ACME, at=NOW))
    store.record(checked(of=OTHER, at=NOW + MINUTE))
    assert store.next_due() == NOW + HOUR
    store.lease_due(NOW + HOUR, "a", 5 * MINUTE, 1)
    assert store.next_due() == NOW + HOUR + MINUTE, "the leased one is in good hands"
    store.lease_due(NOW + HOUR + MINUTE, "a", 5 * MINUTE, 1)
    assert store.next_due() == NOW + HOUR + 5 * MINUTE, "until its lease ends"


def test_health_says_how_each_policy_is_doing(store: SqlStore) -> None:
    assert store.health() == [Health(ACME), Health(OTHER)]
    store.record(read("We keep it."))
    store.record(read("Are you a robot?", at=NOW + HOUR, standing=Standing.HELD, reasons=("a wall",)))
    store.record(checked(of=OTHER, at=NOW, failure="gone", failure_message="404 at other.example"))
    store.record(checked(of=OTHER, at=NOW + HOUR, failure="gone", failure_message="404 again"))
    acme, other = store.health()
    assert acme == Health(ACME, NOW + HOUR, NOW, NOW + 2 * HOUR, held=("a wall",))
    assert other == Health(
        OTHER,
        last_checked_at=NOW + HOUR,
        next_check_at=NOW + 2 * HOUR,
        failing="gone",
        failing_message="404 again",
        failing_since=NOW,
        failures=2,
    )
    store.record(checked(standing=Standing.CANDIDATE, candidate_since=NOW, disputed_at=NOW + HOUR, reasons=("news",)))
    acme, _ = store.health()
    assert (acme.held, acme.candidate_since, acme.disputed_at) == ((), NOW, NOW + HOUR)


def test_where_the_old_address_led_to_is_nothing_to_the_new_one(store: SqlStore) -> None:
    store.record(read("We keep it.", moved_to="https://acme.example/legal"))
    store.add_policy(replace(ACME, url="https://acme.example/legal"))
    assert store.health()[0].moved_to == ""


def test_several_policies_of_a_host_that_show_one_text_are_noticed(store: SqlStore) -> None:
    terms = replace(ACME, id="acme/terms", document="Terms of Service", url="https://acme.example/terms")
    mirror = replace(ACME, id="acme/mirror", url="https://acme.example/mirror")
    for policy, says in ((ACME, "We keep it."), (terms, "You may use it."), (mirror, "We keep it."), (OTHER, "Hello.")):
        store.add_policy(policy)
        store.record(read(says, of=policy))
    wall = read("We will be back.", standing=Standing.CANDIDATE)
    sha256 = text("We will be back.").sha256
    store.record(wall)
    assert store.alike(ACME.id, sha256) == [], "alone"
    for policy in (mirror, OTHER):
        store.record(replace(wall, policy_id=policy.id))
    assert store.alike(ACME.id, sha256) == [], "one document at two addresses, and another host"
    store.record(replace(wall, policy_id=terms.id))
    assert store.alike(ACME.id, sha256) == [terms.id]
    assert store.alike(terms.id, sha256) == [mirror.id, ACME.id]
    store.remove_policy(terms.id)
    assert store.alike(ACME.id, sha256) == []
    assert store.alike("nobody/terms", sha256) == []
