from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from bot.store.schema import Utc, Words, metadata

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


@pytest.mark.parametrize("table", ["policies", "hosts", "outbox", "inboxes"])
def test_what_several_machines_share_can_be_leased(table: str) -> None:
    assert {"lease_owner", "lease_until"} <= set(metadata.tables[table].columns.keys())


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_both_databases_take_every_table(dialect: object) -> None:
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))  # type: ignore[arg-type]


def test_a_moment_is_the_same_in_whatever_zone_it_is_said() -> None:
    utc = datetime(2026, 3, 2, 9, tzinfo=UTC)
    there = utc.astimezone(timezone(timedelta(hours=5, minutes=30)))
    for dialect in DIALECTS:
        assert Utc().process_bind_param(there, dialect) == utc
        assert Utc().process_result_value(there, dialect) == utc
        assert Utc().process_result_value(utc.replace(tzinfo=None), dialect) == utc
        with pytest.raises(ValueError, match="no time zone"):
            Utc().process_bind_param(utc.replace(tzinfo=None), dialect)


@given(st.text(st.characters(codec=None)))
def test_every_database_can_hold_what_strangers_write(words: str) -> None:
    kept = Words().process_bind_param(words, DIALECTS[0])
    assert kept is not None
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    if words.isprintable():
        assert kept == words
