"""Rows of section B that no room plays by itself: they go through several."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import FetchError
from bot.judge import judge
from bot.model import Snapshot, Verdict, Version
from bot.watch.extract import extract
from bot.write.inert import inert, visible
from tests.compare.samples import POLICY, version
from tests.fakes.pdf import written
from tests.fakes.web import policy_page
from tests.web.house import House, added

CANARY = "root:x:0:0:canary"


def read(body: str | bytes, content_type: str = "text/html") -> Version | None:
    """What the extractor makes of it, or None where it refuses."""
    content = body.encode() if isinstance(body, str) else body
    try:
        return extract(Snapshot("https://acme.example/privacy", datetime.now(UTC), content, content_type))
    except FetchError:
        return None


def test_a_line_of_megabytes_with_changes_everywhere_is_compared_in_time() -> None:
    """Nothing in the comparison is quadratic in the length of a page, nor of a line."""
    began = time.process_time()
    solid = [version(f"{POLICY}\n{letter * 5_000_000}") for letter in "ab"]
    words = [version(f"{POLICY}\n{' '.join(f'{what}{n}' for n in range(50_000))}") for what in ("old", "new")]
    for before, after in (solid, words):
        judge(before, after)
    assert time.process_time() - began < 10, "it takes about two seconds"


@pytest.mark.parametrize("content_type", ["text/html", "application/xhtml+xml", "text/plain", "text/markdown"])
def test_no_entity_reads_a_file_or_grows(content_type: str, tmp_path: Path) -> None:
    secret = tmp_path / "passwd"
    secret.write_text(CANARY)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    page = (
        f'<?xml version="1.0"?><!DOCTYPE html SYSTEM "file://{secret}" [<!ENTITY file SYSTEM "file://{secret}">'
        f'<!ENTITY l0 "ha">{laughs}]><html xmlns="http://www.w3.org/1999/xhtml"><body>'
        f"<p>&file; &l9;</p>{policy_page('Privacy Policy', POLICY)}</body></html>"
    )
    found = read(page, content_type)
    if found is not None:
        assert CANARY not in found.text
        assert len(found.text) < 2 * len(page)


@pytest.mark.parametrize(
    "pages",
    [
        b"<</Type/Pages/Count 1000000000/Kids[3 0 R]>>",
        b"<</Type/Pages/Count 1000000000/Kids[2 0 R 2 0 R]>>",
        b"<</Type/Pages/Count -1/Kids[]>>",
    ],
    ids=["billions", "circle", "negative"],
)
def test_a_pdf_that_counts_wrongly_is_refused_in_time(pages: bytes) -> None:
    body = written([b"<</Type/Catalog/Pages 2 0 R>>", pages, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])
    began = time.process_time()
    assert read(body, "application/pdf") is None
    assert time.process_time() - began < 15


async def test_bytes_that_are_no_text_are_kept_and_served() -> None:
    text = "We keep \x00 \ud800 \udfff\uffff " + "\xff" * 200 + " your data."
    house = House()
    house.tell(change=added(text))
    answer = await house.get("/changes/news")
    assert answer.status_code == 200
    assert "your data." in visible(answer.text)
    assert (await house.get("/feed.xml")).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "a" * 50_000 + "!",
        "<" * 1_000_000,
        "1." * 50_000,
        "(" * 50_000,
        "a, " * 30_000,
        "@" * 50_000,
        " " * 500_000,
        "we may not " * 20_000,
        "“" * 50_000,
        "2023 " * 30_000,
        "\n" * 100_000 + ".",
        "e.g. " * 30_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_no_text_makes_an_expression_backtrack(text: str) -> None:
    began = time.process_time()
    after = version(f"{POLICY}\n{text}")
    change = judge(version(POLICY), after)
    read(f"<p>{text}</p>")
    inert(text)
    if change.verdict is Verdict.POST:
        assert all(len(quote.text) < 5_000 for quote in change.quotes)
    assert time.process_time() - began < 5, "it takes tenths of a second"
