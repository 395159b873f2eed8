import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import StoreError
from bot.model import Standing, StoredVersion, Version
from bot.store import SqlStore, open_store
from bot.store.blobs import FULL_EVERY
from tests.store.samples import ACME, HOUR, NOW, OTHER, page, read, text

SENTENCES = st.lists(st.text(max_size=40), max_size=6)


@given(st.lists(st.tuples(SENTENCES, st.sampled_from(Standing), st.text("ab", max_size=2)), min_size=1, max_size=60))
@settings(max_examples=30, deadline=None)
def test_whatever_was_read_is_read_back(history: list[tuple[list[str], Standing, str]]) -> None:
    with closing(open_store("sqlite://")) as store:
        store.add_policy(ACME)
        for sentences, standing, nonce in history:
            store.record(read(*sentences, standing=standing, nonce=nonce))
        for stored, (sentences, standing, nonce) in zip(store.versions(ACME.id), history, strict=True):
            assert stored.standing is standing
            assert store.version(stored.id) == text(*sentences)
            assert store.snapshot(stored.snapshot_sha256).body == page(text(*sentences), nonce=nonce).body


def test_a_page_that_alternates_is_kept_once_for_each_text(store: SqlStore) -> None:
    for hour in range(30):
        store.record(read(f"We keep it. {hour % 2}", at=NOW + hour * HOUR))
    store.record(read("We keep it. 0", of=OTHER))
    assert len(store.versions(ACME.id)) == 30
    assert len(_blobs(store)) == 3


# ---- damage ----------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "smallprint.db"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy with 45 versions and another one with one."""
    file = tmp_path_factory.mktemp("made") / "smallprint.db"
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.add_policy(ACME)
        store.add_policy(OTHER)
        for number in range(45):
            store.record(read("We keep it.", f"We share it with {number} partners.", at=NOW + number * HOUR))
        store.record(read("We keep it.", of=OTHER))
    return file


@pytest.fixture
def long_history(made: Path, file: Path) -> Iterator[SqlStore]:
    shutil.copy(made, file)
    with closing(open_store(f"sqlite:///{file}")) as store:
        yield store


def _damage(file: Path, number: int, change: str) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        row = "policy = (SELECT number FROM policies WHERE id = 'acme/privacy-policy') AND number = ?"
        (data,) = raw.execute(f"SELECT data FROM blobs WHERE {row}", (number,)).fetchone()
        middle = len(data) // 2
        broken = {
            "flipped": data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :],
            "cut off": data[:middle],
            "emptied": b"",
            "size forged": data[:4] + b"\xff" * 8 + data[12:],
        }
        if change == "gone":
            raw.execute(f"DELETE FROM blobs WHERE {row}", (number,))
        else:
            raw.execute(f"UPDATE blobs SET data = ? WHERE {row}", (broken[change], number))


def _readable(store: SqlStore, stored: StoredVersion) -> Version | None:
    try:
        return store.version(stored.id)
    except StoreError as error:
        named = error.about
    assert named == ACME.id
    return None


@pytest.mark.parametrize("change", ["flipped", "cut off", "emptied", "size forged", "gone"])
@pytest.mark.parametrize("number", [0, 7, 20, 39, 44])
def test_damage_harms_at_most_the_19_after_it(long_history: SqlStore, file: Path, number: int, change: str) -> None:
    _damage(file, number, change)
    lost = []
    for index, stored in enumerate(long_history.versions(ACME.id)):
        version = _readable(long_history, stored)
        if version is None:
            lost.append(index)
        else:
            assert version == text("We keep it.", f"We share it with {index} partners."), "never a wrong text"
    assert number in lost
    assert lost[0] == number
    assert lost[-1] < (number // FULL_EVERY + 1) * FULL_EVERY
    (other,) = long_history.versions(OTHER.id)
    assert long_history.version(other.id) == text("We keep it."), "other policies go on"


def test_after_damage_the_next_version_starts_anew(long_history: SqlStore, file: Path) -> None:
    _damage(file, 44, "flipped")
    damaged = long_history.versions(ACME.id)[-1]
    assert _readable(long_history, damaged) is None
    long_history.record(read("We keep it.", "We share it with everybody."))
    long_history.record(read("We keep it.", "We share it with 44 partners.", at=NOW + 44 * HOUR))
    *_, everybody, again = long_history.versions(ACME.id)
    assert long_history.version(everybody.id) == text("We keep it.", "We share it with everybody.")
    assert long_history.version(again.id) == text("We keep it.", "We share it with 44 partners.")
    assert again.snapshot_sha256 == damaged.snapshot_sha256, "bytes that are damaged are kept once more"
    assert long_history.snapshot(again.snapshot_sha256).sha256 == again.snapshot_sha256


# ---- size ------------------------------------------------------------------------------------------------------


def test_a_small_edit_costs_little(file: Path) -> None:
    """The target: at most 16 KB for the first page and its text, and 1.5 KB for a version, all rows included."""
    chance = random.Random(7)
    words = [start + end for start in ("per", "con", "sub", "trans") for end in ("mit", "tend", "sist", "vey", "form")]
    sentences = [
        f"{number}. We {' '.join(chance.choices(words, k=5))} your information when the law says so or you agree to it."
        for number in range(700)
    ]
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.add_policy(ACME)
        first = read(*sentences)
        assert first.snapshot is not None
        assert 90_000 < len(first.snapshot.body) < 170_000
        store.record(first)
        (size,) = _blobs(store)
        assert size < 16_000
        store.tidy()
        before = file.stat().st_size
        for number in range(FULL_EVERY - 1):
            sentences[number * 7] = f"We also {' '.join(chance.choices(words, k=5))} it."
            store.record(read(*sentences, at=NOW + number * HOUR, nonce=f"{chance.random()}"))
        store.tidy()
        assert (file.stat().st_size - before) / (FULL_EVERY - 1) < 1_500


def _blobs(store: SqlStore) -> list[int]:
    """The sizes of all blobs as they are kept."""
    with store._database.read() as connection:
        return [len(row.data) for row in connection.exec_driver_sql("SELECT data FROM blobs")]
