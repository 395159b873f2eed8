from dataclasses import replace

import pytest

from bot.errors import NotFound
from bot.model import Reading, Snapshot, Standing, StoredVersion, Validators
from bot.store import SqlStore
from tests.store.samples import ACME, HOUR, MINUTE, NOW, OTHER, checked, page, read, text


def test_a_policy_that_was_never_read_has_an_empty_reading(store: SqlStore) -> None:
    assert store.reading(ACME.id) == Reading(None, None)
    assert store.known(ACME.id) == frozenset()
    assert store.versions(ACME.id) == []
    with pytest.raises(NotFound, match="nobody/terms"):
        store.reading("nobody/terms")


def test_the_first_read_is_the_base_of_all_others(store: SqlStore) -> None:
    first = text("We keep your data.", "Halves of letters \ud800 and \0 happen.", "我们保留您的数据。")
    snapshot = page(first)
    store.record(read("We keep your data.", "Halves of letters \ud800 and \0 happen.", "我们保留您的数据。"))
    reading = store.reading(ACME.id)
    assert reading.current == reading.seen
    assert reading.current is not None
    assert reading.current == StoredVersion(
        reading.current.id,
        first.sha256,
        1,
        snapshot.sha256,
        NOW,
        Standing.ACCEPTED,
        snapshot.validators,
        snapshot.sha256,
    )
    assert store.version(reading.current.id) == first


def test_the_page_comes_back_byte_for_byte(store: SqlStore) -> None:
    snapshot = Snapshot(
        "https://acme.example/terms.pdf", NOW, bytes(range(256)), "application/pdf", "", Validators("e")
    )
    store.record(checked(snapshot=snapshot, version=text("We keep it."), standing=Standing.ACCEPTED))
    kept = store.snapshot(snapshot.sha256)
    assert (kept.url, kept.fetched_at, kept.body, kept.content_type) == (
        "https://acme.example/terms.pdf",
        NOW,
        bytes(range(256)),
        "application/pdf",
    )
    with pytest.raises(NotFound, match="f" * 64):
        store.snapshot("f" * 64)


def test_the_same_text_in_other_bytes_only_renews_what_is_asked_next_time(store: SqlStore) -> None:
    store.record(read("We keep it."))
    store.record(checked(at=NOW + HOUR, seen_sha256="2" * 64, validators=Validators('"v2"', "")))
    seen = store.reading(ACME.id).seen
    assert seen is not None
    assert (seen.seen_sha256, seen.validators) == ("2" * 64, Validators('"v2"', ""))
    assert seen.snapshot_sha256 == page(text("We keep it.")).sha256, "the page that is kept stays the proof"
    assert len(store.versions(ACME.id)) == 1


def test_the_servers_words_are_kept_with_the_address_they_came_from(store: SqlStore) -> None:
    """A policy that redirects is asked for in its own words where it ends, and nowhere else."""
    first = Validators('"v1"', "Mon, 02 Mar 2026 09:00:00 GMT", "https://www.acme.example/en/privacy")
    version = text("We keep it.")
    snapshot = replace(page(version), url=first.url, validators=first)
    store.record(checked(snapshot=snapshot, version=version, standing=Standing.ACCEPTED))
    seen = store.reading(ACME.id).seen
    assert seen is not None
    assert seen.validators == first
    moved = replace(first, url="https://www.acme.example/us/privacy")
    store.record(checked(at=NOW + HOUR, seen_sha256="2" * 64, validators=moved))
    seen = store.reading(ACME.id).seen
    assert seen is not None
    assert seen.validators == moved
    store.add_policy(replace(ACME, url="https://acme.example/new"))
    seen = store.reading(ACME.id).seen
    assert seen is not None
    assert seen.validators == Validators(), "what the old address said is not asked of the new one"


def test_an_unchanged_page_leaves_everything_as_it_was(store: SqlStore) -> None:
    store.record(read("We keep it."))
    before = store.reading(ACME.id)
    store.record(checked(at=NOW + HOUR))
    assert store.reading(ACME.id) == replace(before, last_read_at=NOW + HOUR)


def test_every_text_is_kept_in_order_with_what_it_was(store: SqlStore) -> None:
    store.record(read("We keep it."))
    store.record(read("Wall.", at=NOW + HOUR, standing=Standing.HELD, reasons=("a wall",)))
    store.record(read("We sell it.", at=NOW + 2 * HOUR, standing=Standing.CANDIDATE, reasons=("new sentence",)))
    store.record(read("Other's.", of=OTHER))
    kept = store.versions(ACME.id)
    assert [(each.standing, each.reasons, each.fetched_at) for each in kept] == [
        (Standing.ACCEPTED, (), NOW),
        (Standing.HELD, ("a wall",), NOW + HOUR),
        (Standing.CANDIDATE, ("new sentence",), NOW + 2 * HOUR),
    ]
    assert [store.version(each.id).blocks[-1].text for each in kept] == ["We keep it.", "Wall.", "We sell it."]


def test_a_text_that_was_accepted_before_is_known_to_have_been(store: SqlStore) -> None:
    first, wall = read("We keep it."), read("Just a moment.", standing=Standing.HELD)
    store.record(first)
    store.record(wall)
    store.record(read("We sell it."))
    assert first.version is not None
    assert wall.version is not None
    assert store.said(ACME.id, first.version.sha256)
    assert not store.said(OTHER.id, first.version.sha256)
    assert not store.said(ACME.id, wall.version.sha256), "what was held was never said"


def test_known_wording_grows_and_belongs_to_one_policy(store: SqlStore) -> None:
    edges = frozenset({-(2**63), -1, 0, 2**63 - 1})
    store.record(read("We keep it.", remember=edges))
    store.record(checked(at=NOW + MINUTE, remember=frozenset({0, 7})))
    assert store.known(ACME.id) == edges | {7}
    assert store.known(OTHER.id) == frozenset()


def test_a_new_extractor_reads_the_kept_page_again_and_nothing_else_changes(store: SqlStore) -> None:
    store.record(read("We keep it. Menu.", remember=frozenset({1})))
    before = store.reading(ACME.id).current
    assert before is not None
    better = text("We keep it.", extractor=2)
    store.replace_version(before.id, better, {2})
    after = store.reading(ACME.id).current
    assert after is not None
    assert store.version(after.id) == better
    assert (after.id, after.text_sha256, after.extractor) == (before.id, better.sha256, 2)
    assert (after.snapshot_sha256, after.validators, after.standing) == (
        before.snapshot_sha256,
        before.validators,
        before.standing,
    )
    assert store.snapshot(after.snapshot_sha256).body == page(text("We keep it. Menu.")).body
    assert store.known(ACME.id) == {1, 2}


def test_a_version_that_is_not_there_is_named(store: SqlStore) -> None:
    with pytest.raises(NotFound, match="77"):
        store.version(77)
    with pytest.raises(NotFound, match="77"):
        store.replace_version(77, text("We keep it."), ())
    with pytest.raises(NotFound, match="nobody"):
        store.versions("nobody")
