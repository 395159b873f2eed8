"""Section C over real policies: nothing false is told of any of them, and hardly a real change is held.

The policies are those of the companies whose pairs the rules were written with (half a); they are read from beside the
checkout and are not part of the project.
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import FetchError
from bot.judge import judge
from bot.model import Snapshot, Verdict, Version
from bot.watch.extract import extract
from bot.watch.plausible import doubt, language
from tests.hostile.pages import sections
from tests.hostile.table import rows
from tests.hostile.town import Text, live

pytestmark = pytest.mark.corpus

#: So many policies, each of another document.
POLICIES = 55
#: A policy that cases are laid over has so many letters at least.
LETTERS = 6_000
EXPECTED = {case: row.expected for row in rows("C") for case in row.list("cases")}


@dataclass(frozen=True)
class Document:
    """A policy as it was recorded once."""

    company: str
    kind: str
    #: As the page's own title has it.
    title: str
    markdown: str
    version: Version


def read(path: Path) -> Version | None:
    try:
        return extract(Snapshot("https://policy.example/", datetime.now(UTC), path.read_bytes(), "text/markdown"))
    except FetchError:
        return None


def labelled(corpus: Path) -> Iterator[tuple[dict[str, object], Path, dict[str, str]]]:
    """The labelled pairs of half a: label, folder, what is known of the document."""
    for line in (corpus / "pairs" / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        folder = corpus / "pairs" / label["id"].split("/")[-1]
        known = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        company = known.get("service_family") or known["service"]
        if not zlib.crc32(re.sub(r"[^a-z]", "", company.lower()).encode()) & 1 and label.get("confidence", 1) >= 0.6:
            yield label, folder, {**known, "company": company}


@pytest.fixture(scope="module")
def documents(corpus: Path) -> list[Document]:
    """One of each document, whole ones only."""
    found: dict[tuple[str, str], Document] = {}
    for label, folder, known in labelled(corpus):
        key = known["company"], known["document"]
        if label["verdict"] == "broken" or key in found:
            continue
        version = read(folder / "before.md")
        if version is not None and not doubt(version) and len(version.text) >= LETTERS:
            markdown = (folder / "before.md").read_text(encoding="utf-8")
            title = f"{known['document']} | {known['service']}"
            found[key] = Document(known["company"], known["document"], title, markdown, version)
    assert len(found) >= POLICIES
    return list(found.values())[:POLICIES]


def texts(documents: list[Document]) -> Iterator[Text]:
    """Each with another company's of the same kind and language, and with one in another language."""
    spoken = {id(document): language(document.version) for document in documents}
    for number, document in enumerate(documents):
        others = documents[number + 1 :] + documents[:number]
        strangers = [each for each in others if each.company != document.company]
        alike = [each for each in strangers if spoken[id(each)] == spoken[id(document)]]
        same = [each for each in alike if each.kind == document.kind] or alike
        foreign = [each for each in strangers if spoken[id(each)] and spoken[id(each)] != spoken[id(document)]]
        other = (same or strangers)[0]
        yield Text(
            f"{document.company} {document.kind}", sections(document.markdown), sections(other.markdown),
            sections(foreign[0].markdown), spoken[id(document)] or "en", document.title, other.title,
        )  # fmt: skip


def test_nothing_false_is_told_of_any_real_policy(documents: list[Document]) -> None:
    outcomes = [outcome for text in texts(documents) for outcome in asyncio.run(live(text))]
    false = [each for each in outcomes if each.baseline and each.told and EXPECTED[each.case] in {"HOLD", "SILENT"}]
    false = [
        each for each in false if each.case != "stale_copies" or len([t for t in each.told if t[:4] == "post"]) > 1
    ]
    loose = Counter(each.case for each in outcomes if each.baseline and EXPECTED[each.case] == "HOLD" and not each.held)
    wrong = [each for each in outcomes if each.baseline and EXPECTED[each.case] == "READ" and each.held]
    looked = Counter(each.case for each in outcomes if each.baseline)
    print(f"{len(outcomes)} cases on {len(documents)} policies; looked at least {min(looked.values())} times each")
    print("told falsely:", Counter(each.case for each in false))
    print("silent although to be held:", loose)
    print("held although to be read:", len(wrong))
    for each in false:
        print(each.name, each.case, each.told, each.why[:300])
    assert min(looked.values()) >= 50
    assert false == []
    assert len(wrong) <= 0.02 * looked["speaks_of_walls"]
    assert sum(loose.values()) <= 0.01 * len(outcomes), "what is no policy is hardly ever taken for one in silence"


def test_hardly_a_real_change_is_held(corpus: Path) -> None:
    held, number = [], 0
    for label, folder, _ in labelled(corpus):
        if label["verdict"] != "post":
            continue
        before, after = read(folder / "before.md"), read(folder / "after.md")
        number += 1
        change = judge(before, after) if before and after else None
        if change is None or change.verdict is Verdict.BROKEN:
            held.append(label["id"])
    print(f"{len(held)} of {number} real changes held: {held}")
    assert number > 100
    assert len(held) <= 0.02 * number
