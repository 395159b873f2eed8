"""A change is proved again from what the store keeps, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.model import Quote, StoryKind
from bot.operator.verify import verify
from bot.store import SqlStore, open_store
from tests.fakes.site import SALE, TRAINING
from tests.steps.test_prove import GONE, NEW, page, tells
from tests.store.samples import ACME


@pytest.fixture
def store() -> Iterator[SqlStore]:
    store = open_store("sqlite://")
    store.add_policy(ACME)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("quote", "kind", "proving", "refuting"),
    [
        (NEW, StoryKind.POST, [TRAINING], [SALE]),
        (GONE, StoryKind.POST, [SALE], [TRAINING]),
        (NEW, StoryKind.RESTORED, [TRAINING], [SALE]),
        (NEW, StoryKind.IN_EFFECT, [TRAINING], [SALE]),
        (NEW, StoryKind.WITHDRAWN, [SALE], [TRAINING]),
        (GONE, StoryKind.WITHDRAWN, [TRAINING], [SALE]),
    ],
)
@pytest.mark.parametrize("holds", [True, False])
def test_the_page_proves_what_was_told_of_it(
    store: SqlStore, quote: Quote, kind: StoryKind, proving: list[str], refuting: list[str], holds: bool
) -> None:
    tells(store, quote, page(*(proving if holds else refuting)), kind)
    proof = verify(store, "news")
    assert proof.hash_holds
    assert [each.holds for each in proof.quotes] == [holds]
    assert proof.holds is holds
