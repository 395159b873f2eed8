"""kill -9 before every statement and commit of a check's transaction: all of it is there afterwards, or nothing."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.model import Standpoint
from bot.store import SqlStore, open_store
from bot.store.schema import metadata
from tests.store.samples import ACME, HOUR, NOW, read, story, thread

CHECK = read(
    "We keep it.",
    "We sell it.",
    at=NOW + HOUR,
    remember=frozenset({1, 2}),
    stories=(story("news"), story("more")),
    owed=(*thread("news", 3), *thread("more", 1)),
    standpoints={"old": Standpoint.REPLACED},
)


def _begin(url: str) -> None:
    with closing(open_store(url)) as store:
        store.add_policy(ACME)
        store.record(read("We keep it.", remember=frozenset({1}), stories=(story("old"),)))


def _everything(store: SqlStore) -> dict[str, list[tuple[Any, ...]]]:
    with store._database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }


def _record_and_die(url: str, step: int) -> None:
    """Run in a process of its own, which dies at the step; without any such step it ends well."""
    store = open_store(url)
    steps = itertools.count()

    def maybe_die(*_: object) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(store._database._engine, moment, maybe_die)
    store.record(CHECK)
    os._exit(0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What everything looks like when nobody dies."""
    url = f"sqlite:///{tmp_path_factory.mktemp('whole')}/smallprint.db"
    _begin(url)
    with closing(open_store(url)) as store:
        store.record(CHECK)
        return _everything(store)


def test_a_check_is_written_whole_or_not_at_all(tmp_path: Path, whole: dict[str, list[tuple[Any, ...]]]) -> None:
    url = f"sqlite:///{tmp_path}/smallprint.db"
    _begin(url)
    with closing(open_store(url)) as store:
        before = _everything(store)
    fork = multiprocessing.get_context("fork")
    for step in itertools.count():
        child = fork.Process(target=_record_and_die, args=(url, step))
        child.start()
        child.join(10)
        with closing(open_store(url)) as store:
            after = _everything(store)
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        assert after == before, f"something was written although it died at step {step}"
    assert step > 10, "there are more steps than that"
    assert after == whole, "the one that lived wrote everything"
