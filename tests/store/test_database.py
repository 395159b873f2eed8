"""What can be wrong with a database, and what a person is told."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import SqlStore, database, open_store
from tests.store.samples import ACME, HOUR, NOW, OTHER, read, story


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "smallprint.db"


@contextmanager
def _a_store_with_a_policy(file: Path) -> Iterator[SqlStore]:
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.add_policy(ACME)
        store.record(read("We keep it."))
        yield store


def _refused(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    return str(caught.value)


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/a/b/smallprint.db").close()
    assert (tmp_path / "a/b/smallprint.db").is_file()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    said = _refused(f"sqlite:///{tmp_path}/state/smallprint.db")
    assert f"{tmp_path}/state" in said
    assert "`store`" in said


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "cannot be opened" in _refused(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("content", [b"Dear diary, today I read a privacy policy. " * 100, b"SQLite format 3\0" * 99])
def test_another_file_is_no_database(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    said = _refused(f"sqlite:///{file}")
    assert str(file) in said
    assert "not a database" in said or "damaged" in said
    assert file.read_bytes() == content, "and it is left as it was"


def test_the_database_of_another_program_is_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    assert "another program" in _refused(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["songs"]


@pytest.mark.parametrize("url", ["smallprint.db", "sqlite:/x.db", "nosuch://host/db", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    assert "sqlite:///state/smallprint.db" in _refused(url)


def test_a_server_without_its_driver_is_refused_and_the_password_not_told() -> None:
    said = _refused("mysql+mysqldb://ada:s3cret@db.example/bot")
    assert "mysqldb" in said.lower()
    assert "s3cret" not in said
    assert "ada" not in said


def test_a_read_only_database_says_so_when_something_is_to_be_written(file: Path) -> None:
    with _a_store_with_a_policy(file):
        pass
    with closing(open_store(f"sqlite:///file:{file}?mode=ro&uri=true")) as store:
        assert store.policies() == [ACME], "it can be looked at"
        with pytest.raises(StoreError, match=r"cannot be written.*right to write"):
            store.record(read("We sell it."))


def test_a_full_disk_loses_nothing_and_the_bot_goes_on_when_there_is_room(file: Path) -> None:
    with _a_store_with_a_policy(file) as store:
        before = store.reading(ACME.id)
        with store._database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        long = [f"{number}: {number * number}" for number in range(9999)]
        everything = read(*long, remember=frozenset(range(999)), stories=(story("a"),))
        for _ in range(2):
            with pytest.raises(StoreError, match=r"disk is full: free some space"):
                store.record(everything)
            assert store.reading(ACME.id) == before
            assert store.known(ACME.id) == frozenset()
            assert store.stories(9) == []
        with store._database.read() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        store.record(everything)
        assert len(store.stories(9)) == 1


def test_a_database_that_another_process_keeps_locked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 20)
    with _a_store_with_a_policy(file) as store, closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"):
            store.record(read("We sell it."))
        assert store.policies() == [ACME], "it can be read meanwhile"
        other.execute("COMMIT")
        store.record(read("We sell it."))
    assert len(store.versions(ACME.id)) == 2


def test_a_damaged_file_is_told_from_a_bug(file: Path) -> None:
    with _a_store_with_a_policy(file) as store:
        store.tidy()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)
    assert "damaged" in _refused(f"sqlite:///{file}")


def test_a_mistake_of_ours_is_not_blamed_on_the_database(store: SqlStore) -> None:
    with pytest.raises(Exception, match="nonsense") as caught, store._database.read() as connection:
        connection.exec_driver_sql("SELECT nonsense")
    assert not isinstance(caught.value, StoreError)


def test_nothing_that_was_written_is_lost_with_the_power(file: Path) -> None:
    with _a_store_with_a_policy(file) as store, store._database.write() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_handler_in_another_thread_may_use_a_store_in_a_file(file: Path) -> None:
    with _a_store_with_a_policy(file) as store, ThreadPoolExecutor(4) as threads:
        store.add_policy(OTHER)
        leased = threads.map(lambda n: store.lease_due(NOW + 2 * HOUR, f"thread {n}", HOUR, 1), range(4))
        assert sorted(policy.id for one in leased for policy in one) == [ACME.id, OTHER.id]


def test_words_that_must_be_kept_over_a_restart(store: SqlStore) -> None:
    assert store.recall("session.bluesky") == ""
    store.remember("session.bluesky", "first")
    store.remember("session.bluesky", "second \ud800")
    assert store.recall("session.bluesky") == "second \ufffd"
    store.remember("cycle.ended", "now")
    assert store.recall("session.bluesky") == "second \ufffd"


def test_tidying_keeps_everything(store: SqlStore) -> None:
    store.record(read("We keep it."))
    store.tidy()
    assert len(store.versions(ACME.id)) == 1
