"""An older database is known for what it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import DeliveryState, Receipt
from bot.store import SqlStore, open_store
from bot.store.watermark import Watermark
from tests.store.samples import MINUTE, NOW, thread


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'smallprint.db'}"


def send(store: SqlStore, about: str) -> None:
    store.owe(thread(about, 1))
    (claimed,) = store.claim("bluesky", NOW, "me", MINUTE, 1)
    store.settle(replace(claimed, state=DeliveryState.SENT, receipt=Receipt("r", ""), sent_at=NOW))


def test_a_database_that_went_on_is_itself(url: str) -> None:
    store, mark = open_store(url), Watermark(url)
    assert not mark.is_ahead_of(store), "a new bot has nothing to look for"
    send(store, "a")
    mark.note(store)
    send(store, "b")  # and the process died before it noted that
    assert not mark.is_ahead_of(store)
    store.close()


def test_an_older_one_in_its_place_is_found_out(url: str, tmp_path: Path) -> None:
    store, mark = open_store(url), Watermark(url)
    send(store, "a")
    mark.note(store)
    store.tidy()
    shutil.copy(tmp_path / "smallprint.db", tmp_path / "backup")
    send(store, "b")
    mark.note(store)
    store.close()
    for file in tmp_path.glob("smallprint.db-*"):
        file.unlink()
    shutil.copy(tmp_path / "backup", tmp_path / "smallprint.db")
    restored = open_store(url)
    assert mark.is_ahead_of(restored)
    mark.note(restored)
    assert not mark.is_ahead_of(restored), "it is said once"
    restored.close()


def test_one_that_comes_from_another_machine_may_be_older(url: str) -> None:
    store = open_store(url)
    send(store, "a")
    assert Watermark(url).is_ahead_of(store)
    store.close()


def test_a_database_in_memory_has_no_mark(url: str) -> None:
    store = open_store("sqlite://")
    send(store, "a")
    Watermark("sqlite://").note(store)
    assert not Watermark("sqlite://").is_ahead_of(store)
    store.close()
