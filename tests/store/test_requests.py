from dataclasses import replace

import pytest

from bot.errors import NotFound
from bot.model import RequestState, Watch
from bot.store import SqlStore
from tests.store.samples import ACME, HOUR, NOW, OTHER, mention

WAITING, APPROVED, REFUSED, STOPPED = RequestState


def test_the_inbox_is_read_on_from_where_it_was_settled(store: SqlStore) -> None:
    assert store.cursor("mastodon") == ""
    store.settle_mentions("mastodon", "17")
    store.settle_mentions("mastodon", "18")
    store.settle_mentions("bluesky", "3kabc")
    assert (store.cursor("mastodon"), store.cursor("bluesky")) == ("18", "3kabc")


def test_who_asked_for_what_is_remembered_with_their_own_words(store: SqlStore) -> None:
    strange = mention(1, author="ada", author_is_bot=False, parent_links=("https://a.example",), root_id="9")
    strange = replace(strange, text="watch \ud800 \0 this")
    watch = store.add_watch(strange, ACME.id, "https://acme.example/privacy", WAITING, NOW)
    assert watch == Watch(watch.id, strange, ACME.id, "https://acme.example/privacy", WAITING, NOW)
    assert store.watches() == [watch]


def test_asking_twice_is_one_watch(store: SqlStore) -> None:
    first = store.add_watch(mention(1), ACME.id, ACME.url, APPROVED, NOW)
    assert store.add_watch(mention(2), ACME.id, ACME.url, WAITING, NOW + HOUR) == first
    assert store.add_watch(mention(3, author="bob"), ACME.id, ACME.url, WAITING, NOW).id != first.id
    assert store.add_watch(mention(4, platform="x"), ACME.id, ACME.url, WAITING, NOW).id != first.id


def test_what_was_stopped_can_be_asked_for_again_but_not_what_was_refused(store: SqlStore) -> None:
    watch = store.add_watch(mention(1), ACME.id, ACME.url, APPROVED, NOW)
    store.decide(watch.id, STOPPED)
    again = store.add_watch(mention(2), ACME.id, ACME.url, WAITING, NOW + HOUR)
    assert again == Watch(watch.id, mention(2), ACME.id, ACME.url, WAITING, NOW + HOUR)
    store.decide(watch.id, REFUSED)
    assert store.add_watch(mention(3), ACME.id, ACME.url, WAITING, NOW).state is REFUSED


def test_watches_are_found_by_policy_person_and_state(store: SqlStore) -> None:
    ada = store.add_watch(mention(1), ACME.id, ACME.url, APPROVED, NOW)
    bob = store.add_watch(mention(2, author="bob"), ACME.id, ACME.url, WAITING, NOW)
    also = store.add_watch(mention(3), OTHER.id, OTHER.url, WAITING, NOW)
    elsewhere = store.add_watch(mention(4, platform="x"), OTHER.id, OTHER.url, WAITING, NOW)
    assert store.watches(policy_id=ACME.id) == [ada, bob]
    assert store.watches(author_id="id-of-ada") == [ada, also, elsewhere]
    assert store.watches(platform="mastodon", author_id="id-of-ada") == [ada, also]
    assert store.watches(states=[WAITING], policy_id=ACME.id) == [bob]


def test_the_operator_decides(store: SqlStore) -> None:
    watch = store.add_watch(mention(1), ACME.id, ACME.url, WAITING, NOW)
    assert store.decide(watch.id, APPROVED) == replace(watch, state=APPROVED)
    assert store.watches() == [replace(watch, state=APPROVED)]
    with pytest.raises(NotFound, match="77"):
        store.decide(77, APPROVED)


def test_opting_out_lasts(store: SqlStore) -> None:
    assert not store.opted_out("mastodon", "id-of-ada")
    store.opt_out("mastodon", "id-of-ada")
    store.opt_out("mastodon", "id-of-ada")
    assert store.opted_out("mastodon", "id-of-ada")
    assert not store.opted_out("x", "id-of-ada")


def test_how_much_was_asked_by_whom_and_for_which_host(store: SqlStore) -> None:
    store.add_watch(mention(1), ACME.id, ACME.url, WAITING, NOW)
    store.add_watch(mention(2), OTHER.id, OTHER.url, WAITING, NOW + HOUR)
    store.add_watch(mention(3, author="bob"), ACME.id, "https://ACME.example:8443/privacy", WAITING, NOW + HOUR)
    store.add_watch(mention(4, platform="x"), ACME.id, ACME.url, WAITING, NOW + HOUR)
    assert store.asked_since(NOW - HOUR) == 4
    assert store.asked_since(NOW) == 3
    assert store.asked_since(NOW - HOUR, host="acme.example") == 3
    assert store.asked_since(NOW - HOUR, author_id="id-of-ada") == 3
    assert store.asked_since(NOW - HOUR, author_id="id-of-ada", platform="mastodon") == 2
