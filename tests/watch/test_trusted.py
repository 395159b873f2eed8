"""Files that an operator names: text is read in this process, a PDF in another."""

import psutil
import pytest

from bot.errors import ExtractError
from bot.model import Snapshot, Version
from bot.watch import workers
from bot.watch.extract import extract
from bot.watch.trusted import Trusted, extract_trusted
from tests.fakes.pages import CLAUSES, POLICY, page, snapshot
from tests.fakes.pdf import paragraphs, pdf

TEXTS = [snapshot(page(f"<p class=a>Clause.</p>{POLICY}")), snapshot("Privacy\n\n" + CLAUSES[0], "text/markdown")]
PDF = snapshot(pdf(paragraphs(*CLAUSES), title="Acme"), "application/pdf")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Snapshot]:
    """What was read in another process."""
    real, found = workers.Workers.extract, []

    async def watched(self: workers.Workers, what: Snapshot, *selectors: tuple[str, ...]) -> Version:
        found.append(what)
        return await real(self, what, *selectors)

    monkeypatch.setattr(workers.Workers, "extract", watched)
    return found


async def test_in_an_event_loop(started: list[Snapshot]) -> None:
    for what in (*TEXTS, PDF):
        assert await Trusted().extract(what) == extract(what)
    assert (await Trusted().extract(TEXTS[0], (".a",))).text == "Clause."
    assert started == [PDF]
    assert psutil.Process().children() == []


def test_and_outside_one(started: list[Snapshot]) -> None:
    for what in (*TEXTS, PDF):
        assert extract_trusted(what) == extract(what)
    assert extract_trusted(TEXTS[0], (".a",)).text == "Clause."
    assert started == [PDF]
    assert psutil.Process().children() == []


@pytest.mark.parametrize("what", [snapshot(""), snapshot(pdf(paragraphs("x"))[:300], "application/pdf")])
async def test_what_is_refused_is_refused_in_the_same_words(what: Snapshot) -> None:
    with pytest.raises(ExtractError) as here:
        extract(what)
    with pytest.raises(ExtractError, match=str(here.value)):
        await Trusted().extract(what)
