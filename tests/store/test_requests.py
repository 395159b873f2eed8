from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.errors import NotFound, StoreError
from bot.model import CommandKind, Delivery, DeliveryState, Offer, Part, Receipt, RequestState, Watch
from bot.store import SqlStore, open_store
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


# ---- answers, choices, forgetting -------------------------------------------------------------------------------


def reply(number: int, at: datetime = NOW, state: DeliveryState = DeliveryState.OWED) -> Delivery:
    """What is owed to who wrote mention ``number``."""
    asked = mention(number)
    under = Receipt(asked.id, asked.url)
    part = Part(f"answer:mastodon:{number}.0", 0, f"@{asked.author} hello".encode())
    return Delivery("mastodon", part, asked.id, parent=under, root=under, owed_at=at, state=state)


def test_a_choice_is_remembered_until_the_next_one(store: SqlStore) -> None:
    first, second = Offer(CommandKind.WATCH, ("https://a.example/1",)), Offer(CommandKind.STOP, ("https://b.example/",))
    assert store.offered("x", "7", NOW - HOUR) is None
    store.offer("x", "7", first, NOW)
    assert store.offered("x", "7", NOW - HOUR) == first
    assert store.offered("mastodon", "7", NOW - HOUR) is None
    assert store.offered("x", "7", NOW) is None, "it no longer stands"
    store.offer("x", "7", second, NOW + HOUR)
    assert store.offered("x", "7", NOW) == second


def test_whose_turn_it_is_to_be_looked_for(store: SqlStore) -> None:
    old = store.add_watch(mention(1), ACME.id, ACME.url, APPROVED, NOW)
    new = store.add_watch(mention(2, author="bob"), ACME.id, ACME.url, WAITING, NOW + HOUR)
    store.add_watch(mention(3, platform="x"), ACME.id, ACME.url, APPROVED, NOW)
    assert [watch.id for watch in store.to_look_for("mastodon", NOW + HOUR, NOW, 9)] == [old.id]
    assert [watch.id for watch in store.to_look_for("mastodon", NOW + 2 * HOUR, NOW, 9)] == [old.id, new.id]
    assert [watch.id for watch in store.to_look_for("mastodon", NOW + 2 * HOUR, NOW, 1)] == [old.id]
    store.looked_for([old.id, new.id], [new.id], NOW + 2 * HOUR)
    missed = store.to_look_for("mastodon", NOW, NOW + 3 * HOUR, 9)
    assert missed == [replace(new, missing_since=NOW + 2 * HOUR)]
    store.looked_for([new.id], [new.id], NOW + 3 * HOUR)
    assert store.watches()[1].missing_since == NOW + 2 * HOUR, "since it first was"
    store.looked_for([new.id], [], NOW + 4 * HOUR)
    assert store.watches()[1].missing_since is None


def test_a_request_is_forgotten_with_what_is_owed_under_it_but_not_that_it_was_answered(store: SqlStore) -> None:
    watch = store.add_watch(mention(1), ACME.id, ACME.url, APPROVED, NOW)
    store.owe([reply(1), reply(2)])
    store.offer("mastodon", "id-of-ada", Offer(CommandKind.WATCH, ("https://a.example/",)), NOW)
    store.forget(watch.id)
    store.forget(watch.id)
    assert store.watches() == []
    assert store.offered("mastodon", "id-of-ada", NOW - HOUR) is None
    gone, other = store.deliveries()
    assert (gone.state, gone.part.payload, gone.about) == (DeliveryState.DISCARDED, b"", "")
    assert "ada" not in repr(gone)
    assert other.state is DeliveryState.OWED
    assert store.answered("mastodon", "answer:mastodon:1")
    assert not store.answered("mastodon", "answer:mastodon:3")
    assert not store.answered("x", "answer:mastodon:1")


def test_old_replies_are_forgotten_and_posts_are_not(store: SqlStore) -> None:
    post = replace(reply(9), part=Part("2026-03-02-acme:mastodon.0", 0, b"news"), parent=None, root=None, about="story")
    store.owe([reply(1), reply(2, NOW + HOUR), reply(3, NOW + HOUR, DeliveryState.PARKED), post])
    assert store.forget_answers(NOW + HOUR) == 2, "the old one, and the one that the platform refused"
    assert store.forget_answers(NOW + HOUR) == 0
    assert [each.part.payload != b"" for each in store.deliveries()] == [False, True, False, True]
    assert [each.state for each in store.deliveries()].count(DeliveryState.DISCARDED) == 2


def test_what_was_refused_and_forgotten_is_nobodys_once(store: SqlStore) -> None:
    for number, author in enumerate(("ada", "bob")):
        watch = store.add_watch(mention(number, author=author), ACME.id, ACME.url, REFUSED, NOW)
        store.forget(watch.id)
    (left,) = store.watches(policy_id=ACME.id, states=[REFUSED])
    assert (left.mention.author, left.mention.id, left.mention.text) == ("", "", "")
    assert store.to_look_for("", NOW + HOUR, NOW + HOUR, 9) == [left], "and of no platform"


def test_requests_of_who_opted_out_are_unwanted(store: SqlStore) -> None:
    store.add_watch(mention(1), ACME.id, ACME.url, APPROVED, NOW)
    unwanted = store.add_watch(mention(2, author="bob"), ACME.id, ACME.url, APPROVED, NOW)
    assert store.unwanted() == []
    store.opt_out("mastodon", "id-of-bob")
    assert store.unwanted() == [unwanted]


def test_opt_outs_stand_in_a_file_beside_the_database_too(file_url: str, tmp_path: Path) -> None:
    with closing(open_store(file_url)) as store:
        store.opt_out("mastodon", "7")
        store.opt_out("mastodon", "7")
        store.opt_out("bluesky", "did:plc:ada")
    beside = tmp_path / "smallprint.db.opt-outs"
    assert beside.read_text() == '["mastodon", "7"]\n["bluesky", "did:plc:ada"]\n'
    (tmp_path / "smallprint.db").unlink()
    with closing(open_store(file_url)) as store:
        assert store.opted_out("mastodon", "7")
        assert store.opted_out("bluesky", "did:plc:ada")


def test_a_file_of_opt_outs_that_cannot_be_used_is_said_so(file_url: str, tmp_path: Path) -> None:
    (tmp_path / "smallprint.db.opt-outs").mkdir()
    with pytest.raises(StoreError, match=r"smallprint.db.opt-outs, where those who want no answers are kept"):
        open_store(file_url)
