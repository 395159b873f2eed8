"""Before it is sent, what is told is looked for once more in the page that the store keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.errors import FetchError, FetchFailure, PlatformError, PlatformFailure
from bot.model import EditKind, Quote, Snapshot, Standing, StoryKind, Version
from bot.steps.prove import prove
from bot.store import SqlStore, open_store
from bot.watch.extract import extract
from bot.watch.trusted import Trusted
from tests.fakes.site import SALE, TRAINING, policy_text
from tests.store.samples import ACME, NOW, owed, read, story


@pytest.fixture
def store() -> Iterator[SqlStore]:
    store = open_store("sqlite://")
    store.add_policy(ACME)
    yield store
    store.close()


def page(*sentences: str) -> Snapshot:
    return Snapshot(ACME.url, NOW, policy_text(*sentences).encode(), "text/markdown")


def tells(store: SqlStore, quote: Quote, on: Snapshot, kind: StoryKind = StoryKind.POST) -> None:
    """Record a story about ``quote`` whose proof is the page ``on``."""
    told = story("news", kind=kind)
    told = replace(told, change=replace(told.change, quotes=(quote,)), snapshot_sha256=on.sha256)
    store.record(replace(read(), snapshot=on, version=extract(on), standing=Standing.ACCEPTED, stories=(told,)))


NEW = Quote(TRAINING, EditKind.ADDED)
GONE = Quote(TRAINING, EditKind.REMOVED)


@pytest.mark.parametrize(
    ("quote", "sentences", "kind"),
    [
        (NEW, [TRAINING], StoryKind.POST),
        (GONE, [], StoryKind.POST),
        (NEW, [TRAINING], StoryKind.RESTORED),
        (NEW, [TRAINING], StoryKind.IN_EFFECT),
        (NEW, [], StoryKind.WITHDRAWN),
        (GONE, [TRAINING], StoryKind.WITHDRAWN),
    ],
)
async def test_what_the_page_holds_may_be_sent(
    store: SqlStore, quote: Quote, sentences: list[str], kind: StoryKind
) -> None:
    tells(store, quote, page(*sentences), kind)
    await prove(owed("a", about="news"), store, Trusted())


@pytest.mark.parametrize(
    ("quote", "sentences", "kind"),
    [
        (NEW, [], StoryKind.POST),
        (NEW, [SALE], StoryKind.POST),
        (GONE, [TRAINING], StoryKind.POST),
        (NEW, [], StoryKind.IN_EFFECT),
        (NEW, [TRAINING], StoryKind.WITHDRAWN),
    ],
)
async def test_what_it_does_not_hold_is_never_sent(
    store: SqlStore, quote: Quote, sentences: list[str], kind: StoryKind
) -> None:
    tells(store, quote, page(*sentences), kind)
    with pytest.raises(PlatformError, match="smallprint verify news") as refused:
        await prove(owed("a", about="news"), store, Trusted())
    assert refused.value.kind is PlatformFailure.REJECTED


async def test_a_page_that_was_lost_proves_nothing(store: SqlStore) -> None:
    store.record(replace(read("We keep it."), stories=(story("news"),)))
    with pytest.raises(PlatformError, match="cannot be read again"):
        await prove(owed("a", about="news"), store, Trusted())


async def test_an_answer_and_a_correction_quote_nothing(store: SqlStore) -> None:
    await prove(owed("a", about="mention 77"), store, Trusted())
    store.record(replace(read("We keep it."), stories=(story("sorry", kind=StoryKind.CORRECTION),)))
    await prove(owed("a", about="sorry"), store, Trusted())


async def test_a_page_that_this_machine_cannot_read_now_is_looked_at_again_later(store: SqlStore) -> None:
    """It was read once, so nothing speaks against the story."""

    class Short:
        async def extract(self, snapshot: Snapshot, *selectors: object) -> Version:
            raise FetchError(FetchFailure.TOO_LARGE, "It takes too much memory.")

    tells(store, NEW, page(TRAINING))
    with pytest.raises(PlatformError) as refusal:
        await prove(owed("a", about="news"), store, Short())
    assert refusal.value.kind is PlatformFailure.TRY_AGAIN
