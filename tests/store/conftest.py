"""Every story is told to a database in memory and to one in a file; to PostgreSQL too where one is named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.store import SqlStore, open_store
from tests.store.samples import ACME, OTHER

#: For example postgresql+psycopg://localhost/smallprint_test: a database that may be emptied.
SERVER = os.environ.get("SMALLPRINT_TEST_STORE", "")


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in a file in which nothing happened yet: copying it is faster than migrating."""
    file = tmp_path_factory.mktemp("empty") / "smallprint.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=["memory", "file", *(["server"] if SERVER else [])])
def url(request: pytest.FixtureRequest, empty: Path, tmp_path: Path) -> str:
    if request.param == "file":
        shutil.copy(empty, tmp_path / "smallprint.db")
        return f"sqlite:///{tmp_path}/smallprint.db"
    if request.param == "server":
        engine = create_engine(SERVER)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        return SERVER
    return "sqlite://"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """A store that watches two policies."""
    opened = open_store(url)
    opened.add_policy(ACME)
    opened.add_policy(OTHER)
    yield opened
    opened.close()


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/smallprint.db"
