"""The same texts in a real browser: no script of theirs runs, and nothing is asked for elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web import serve
from tests.hostile.table import rows
from tests.hostile.test_addresses import spelt_out
from tests.hostile.test_texts import FOUND, story
from tests.web import chromium
from tests.web.house import House

pytestmark = pytest.mark.browser

#: Each would show itself: by a mark in the page, or by a request.
ACTIVE = [
    "<script>document.title='RAN';document.body.dataset.ran='RAN'</script>",
    "<img src=http://elsewhere.example/pixel.png onerror=\"document.body.dataset.ran='RAN'\">",
    "<svg onload=\"document.body.dataset.ran='RAN'\"></svg>",
    "\"' autofocus onfocus=\"document.body.dataset.ran='RAN'\" x='",
    "<link rel=stylesheet href=//elsewhere.example/x.css><style>@import '//elsewhere.example/y.css'</style>",
    "<iframe src=//elsewhere.example/frame></iframe><object data=//elsewhere.example/o></object>",
    "<meta http-equiv=refresh content='0;url=http://elsewhere.example/'>",
    "</title><base href=//elsewhere.example/><form action=//elsewhere.example/>",
    "]]><x xmlns='http://www.w3.org/1999/xhtml'><script>document.title='RAN'</script></x>",
]
TEXTS = [*ACTIVE, *(spelt_out(text) for row in rows("D") for text in row.list("texts") if len(text) < 200)]


def unescaped(app: ASGIApp) -> ASGIApp:
    """The app, and one page beside it on which the texts stand as they are."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/unescaped":
            body = f"<!doctype html><title>x</title><body>{''.join(ACTIVE[:3])}</body>".encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": body})
        else:
            await app(scope, receive, send)

    return either


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[tuple[chromium.Browser, str, list[str]]]:
    program = chromium.find()
    house = House()
    paths = ["/", "/policies", "/feed.xml"]
    # Many texts on a page: what one does not end another may.
    for number in range(0, len(TEXTS), 6):
        told = story(" ".join(TEXTS[number : number + 6]))
        policy = replace(told.policy, id=f"acme-{number}/policy")
        house.store.add_policy(policy)
        house.tell(f"news-{number}", told.change, of=policy, at=FOUND)
        paths.append(f"/changes/news-{number}")
    server, task = await serve(unescaped(house.app), "127.0.0.1", 0)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with chromium.Outside() as outside:
        yield chromium.Browser(program, tmp_path / "profile", outside), f"http://127.0.0.1:{port}", paths
    server.should_exit = True
    await task


async def test_no_script_runs_and_nothing_is_asked_for_elsewhere(
    browser: tuple[chromium.Browser, str, list[str]],
) -> None:
    reader, address, paths = browser
    for path in paths:
        dom, console = await reader.dom(address + path)
        assert "RAN" in dom or path not in ("/", "/changes/news-0", "/changes/news-6"), "the words are there to read"
        assert "<title>RAN" not in dom, path
        assert 'data-ran="RAN"' not in dom, path
        assert "error on line" not in dom, path
        assert "Refused to" not in console or path.endswith(".xml"), (path, console[-500:])
    assert reader.outside.strangers == []


async def test_what_is_not_escaped_would_be_seen(browser: tuple[chromium.Browser, str, list[str]]) -> None:
    reader, address, _ = browser
    dom, _ = await reader.dom(f"{address}/unescaped")
    assert "<title>RAN" in dom
    assert 'data-ran="RAN"' in dom
    assert any("elsewhere.example" in line for line in reader.outside.strangers)
