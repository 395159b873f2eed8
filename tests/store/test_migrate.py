import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import bot.store.migrations
from bot.errors import StoreError
from bot.store import open_store
from bot.store.schema import REVISION, metadata
from tests.store.samples import ACME, read

MIGRATIONS = Path(bot.store.migrations.__file__).parent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "smallprint.db"


def test_the_migrations_make_exactly_the_tables_of_the_schema(file: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == REVISION
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_database_in_memory_has_the_same_tables_and_indexes(file: Path) -> None:
    def made(url: str) -> set[str]:
        with closing(open_store(url)) as store, store._database.read() as connection:
            rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name != 'alembic_version'")
            return {name for (name,) in rows if "alembic" not in name}

    assert made(f"sqlite:///{file}") == made("sqlite://") != set()


def test_the_newest_migration_is_the_one_the_schema_names() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


def test_what_was_written_is_there_when_the_store_is_opened_again(file: Path) -> None:
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.add_policy(ACME)
        store.record(read("We keep it."))
        before = store.reading(ACME.id)
    with closing(open_store(f"sqlite:///{file}")) as store:
        assert store.reading(ACME.id) == before


def test_a_database_of_the_first_version_is_brought_up_to_date_with_all_that_is_in_it(file: Path) -> None:
    database = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO policies (id, service, document, url, host, [select], remove, language, source, paused,"
            " watched, next_check_at, failing, failing_message, failures, candidate_signature, flaps)"
            " VALUES ('acme/terms', 'Acme', 'Terms', 'https://acme.example/', 'acme.example', '[]', '[]', '', 'list',"
            " 0, 1, '2026-03-02 09:00:00', '', '', 0, '', 0)"
        )
    database.dispose()
    with closing(open_store(f"sqlite:///{file}")) as store:
        assert [policy.id for policy in store.policies()] == ["acme/terms"]
        assert store.health()[0].moved_to == ""
        assert store.reading("acme/terms").candidate_not_before is None


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(file: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"newer Smallprint \(schema 9999.*update Smallprint"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_migration_that_is_cut_off_begins_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is one transaction, on SQLite too."""

    def broken(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", broken)
        with pytest.raises(OSError, match="power cut"):
            open_store(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    open_store(f"sqlite:///{file}").close()
