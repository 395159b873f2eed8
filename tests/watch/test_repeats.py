"""Signs that repeat and repeat: each of these once took a time that grew with the square of its length, or worse.

They are read in a process of their own, so that a pattern that is careless again fails its test and does not stop it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import ExtractError
from bot.watch.pdf import _Joiner, _Line
from bot.watch.workers import Workers
from tests.fakes.pages import page, snapshot

N = 200_000


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    opened = Workers()
    yield opened
    await opened.aclose()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<!-- -->" * 200 + "We keep it.", ""),
        (page("<p>We keep it" + "\n" * N), "text/html"),
        (page("<p>We keep it " + " " * N + "\n" + " " * N), "text/html"),
        (page("<p>We keep अ" + "\u200d" * N + "अ"), "text/html"),
        (page("<p>We keep a" + "\u0300\u0327" * N), "text/html"),
        ("We keep it <a" + "-a" * N, "text/markdown"),
        (page("<p>We keep it " + "<" * N), "text/html"),
        (page("<p>We keep it" + "." * 40_000), "text/html"),
        (page("<p>We keep it <i title='" + "<br>'" * N), "text/html"),
    ],
    ids=["comments", "lines", "spaces", "joiners", "marks", "a tag", "less-than", "full stops", "quotes"],
)
async def test_a_page_of_them_is_read_at_once(workers: Workers, body: str, content_type: str) -> None:
    assert "We keep" in (await workers.extract(snapshot(body, content_type))).text


async def test_marks_that_are_piled_on_a_letter_are_cut_and_those_of_a_script_are_not(workers: Workers) -> None:
    vietnamese = "Chúng tôi giữ".encode().decode()
    read = await workers.extract(snapshot(page(f"<p>{vietnamese} a{chr(0x327) * 9}{(chr(0x300) + chr(0x327)) * 500}")))
    assert read.text.startswith(vietnamese)
    assert len(read.text) < len(vietnamese) + 40


def test_a_line_of_a_pdf_without_a_space_is_joined_at_once() -> None:
    """Not in a process: it takes a thousandth of a second, or the minutes of half a million letters squared."""
    line = _Line(0, "a" * N, 0, 0, 0, 0, 9, False)
    assert _Joiner([line]).join([line.text]).strip() == line.text


async def test_what_is_nothing_but_them_is_refused(workers: Workers) -> None:
    with pytest.raises(ExtractError):
        await workers.extract(snapshot(page("<p>" + "<!-- -->" * N)))
