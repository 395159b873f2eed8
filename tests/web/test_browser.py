"""The pages in a real browser: on a phone, a tablet and a desk, in light and dark, and on paper.

A harness page on the same origin shows every page in frames of each width and measures them; the pages themselves may
be framed only here, where one header is taken away on the way.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.model import Edit, EditKind, StoryKind
from bot.web import serve
from tests.web import chromium
from tests.web.house import CHANGE, CHIRRUP, DAY, FOUND, GIVEN, POND, House, added, reworded
from tests.web.test_hostile import HOSTILE, hostile_change, hostile_policy

pytestmark = pytest.mark.browser

WIDTHS = (360, 768, 1280)
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 30

_HARNESS = """<!doctype html><meta charset="utf-8"><title>measuring</title><pre id="found">nothing</pre><script>
const pages = %s, widths = %s, found = [];
async function measure(path, width) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:900px;border:0`;
  const loaded = new Promise(resolve => frame.onload = resolve);
  frame.src = path;
  document.body.append(frame);
  await loaded;
  const view = frame.contentWindow, page = frame.contentDocument;
  for (const fold of page.querySelectorAll("details")) fold.open = true;
  await new Promise(resolve => setTimeout(resolve, 20));
  const wide = [...page.body.querySelectorAll("*")].filter(node => {
    const box = node.getBoundingClientRect();
    return !node.closest(".skip") && box.width && (box.right > width + 0.5 || box.left < -0.5);
  });
  const small = [...page.querySelectorAll("nav a")].filter(node => node.getBoundingClientRect().height < 24);
  found.push({
    path, width,
    scrolls: page.documentElement.scrollWidth, inner: view.innerWidth,
    wide: wide.slice(0, 3).map(node => node.outerHTML.slice(0, 120)),
    small: small.map(node => node.textContent),
    scripts: page.scripts.length,
    ground: view.getComputedStyle(page.body).backgroundColor,
    size: parseFloat(view.getComputedStyle(page.querySelector("main")).fontSize),
    loaded: view.performance.getEntriesByType("resource").map(entry => entry.name),
  });
  frame.remove();
}
(async () => {
  for (const path of pages) for (const width of widths) await measure(path, width);
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""


def framed(app: ASGIApp, paths: list[str]) -> ASGIApp:
    """The app with the harness, which may show its pages in frames."""

    async def with_harness(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/harness":
            body = (_HARNESS % (json.dumps(paths), json.dumps(WIDTHS))).encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": body})
            return

        async def unframe(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, value.replace(b"; frame-ancestors 'none'", b"")) for name, value in message["headers"]
                ]
            await send(message)

        await app(scope, receive, unframe)

    return with_harness


def full_house() -> tuple[House, list[str]]:
    """One of everything, and what is hard to fit."""
    house = House()
    house.read(CHIRRUP, "A policy.", at=FOUND - 60 * DAY)
    house.fail(POND, "blocked by the site")
    house.tell(sent_to=("local", "bluesky", "mastodon"))
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY, sent_to=("local", "bluesky"))
    arabic = replace(POND, id="kitab/terms", service="كتاب", document="شروط الخدمة", language="ar")
    german = replace(POND, id="lang/terms", service=LONG[:80], url=f"https://lang.example/{LONG}", language="de")
    for policy in (arabic, german):
        house.store.add_policy(policy)
    house.tell(
        "arabic", reworded("يجوز لنا استخدام بياناتك.", "يجوز لنا بيع بياناتك.", section="٢٫١ المحتوى"), of=arabic
    )
    house.tell("long", added(f"Der {LONG} darf {LONG} speichern.", section=LONG), of=german)
    many = tuple(Edit(EditKind.REWORDED, f"{n // 5}. Section", f"We keep {n}.", f"We keep {n + 1}.") for n in range(60))
    house.tell("many", replace(CHANGE, edits=many), at=FOUND + 2 * DAY)
    text = " ".join(HOSTILE.values())
    house.store.add_policy(hostile_policy(text))
    house.tell("hostile", hostile_change(text), of=hostile_policy(text), at=FOUND + 3 * DAY)
    house.tell("wrong", added("A sentence that had only moved.", section=GIVEN), at=FOUND + 4 * DAY)
    house.retract("wrong", "The sentence had only moved.")
    changes = ["news", "arabic", "long", "many", "hostile", "wrong"]
    paths = ["/", "/policies", "/policies/chirrup/privacy-policy", "/policies/lang/terms", "/about", "/nothing"]
    return house, paths + [f"/changes/{name}" for name in changes]


@dataclass
class Shown:
    """The pages on a port of loopback, and a browser."""

    browser: chromium.Browser
    address: str

    async def measured(self, *, dark: bool) -> list[dict[str, Any]]:
        """What the harness found, and nothing on the console but what belongs there."""
        markup, console = await self.browser.dom(f"{self.address}/harness", dark=dark)
        found = re.search(r'<pre id="found">(.*?)</pre>', markup, re.DOTALL)
        assert found is not None, markup[:2000]
        assert found[1] != "nothing", console[-3000:]
        said = [line for line in console.splitlines() if "CONSOLE" in line and "404" not in line]
        assert said == []
        return list(json.loads(html.unescape(found[1])))


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    program = chromium.find()
    house, paths = full_house()
    server, task = await serve(framed(house.app, paths), "127.0.0.1", 0)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with chromium.Outside() as outside:
        yield Shown(chromium.Browser(program, tmp_path / "profile", outside), f"http://127.0.0.1:{port}")
    server.should_exit = True
    await task


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_every_page_fits_every_screen_and_stays_at_home(shown: Shown, dark: bool) -> None:
    found = await shown.measured(dark=dark)
    assert len(found) == 12 * len(WIDTHS)
    for page in found:
        where = (page["path"], page["width"])
        assert page["inner"] == page["width"], where
        assert page["scrolls"] <= page["inner"], (where, page["wide"])
        assert page["wide"] == [], where
        assert page["small"] == [], where
        assert page["scripts"] == 0, where
        assert page["size"] >= 16, where
        assert page["ground"] == ("rgb(23, 22, 20)" if dark else "rgb(251, 250, 246)"), where
        assert page["loaded"], "the style is loaded"
        assert all(name.startswith(shown.address) for name in page["loaded"]), where
    assert shown.browser.outside.strangers == [], "nothing was requested from elsewhere"


async def test_on_paper_everything_is_unfolded_and_nothing_is_left_to_click(shown: Shown, tmp_path: Path) -> None:
    file = tmp_path / "change.pdf"
    await shown.browser.print(f"{shown.address}/changes/many", file)
    document = pypdfium2.PdfDocument(file)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "We keep 59 60." in " ".join(text.split()), "folded edits are printed"
    assert "Policies" not in text
    assert "https://chirrup.example/privacy" in text


async def test_a_request_to_elsewhere_would_be_seen(shown: Shown) -> None:
    await shown.browser.dom("data:text/html,<img src=http://elsewhere.example/x.png>")
    assert [line for line in shown.browser.outside.strangers if "elsewhere.example" in line]
