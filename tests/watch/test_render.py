"""What a page in the browser may ask the bot for, and what is said where there is no browser. (The browser itself is in
test_render_browser.py.)"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import StoryClock
from bot.errors import ConfigError, FetchError, FetchFailure
from bot.model import Policy, Validators
from bot.watch.browser import Chromium, Place
from bot.watch.fetch import WebFetcher
from bot.watch.manners import Turns
from bot.watch.render import Renderer
from bot.watch.visit import Visit
from tests.fakes.renderer import Page
from tests.fakes.web import Internet, WebSite
from tests.watch.conftest import NOW

URL = "https://acme.example/privacy"
POLICY = Policy("acme/privacy-policy", "Acme", "Privacy Policy", URL, language="pt-BR", renderer="browser")

Guest = Callable[..., WebFetcher]


@pytest.fixture
def shell(site: WebSite) -> WebSite:
    site.says("/privacy", "<div id=root>", etag='"1"')
    site.says("/app.js", "app")
    return site


# ---- which pages are shown ----------------------------------------------------------------------------------------


async def test_a_policy_that_is_filled_by_script_is_shown_and_any_other_is_not(guest: Guest, shell: WebSite) -> None:
    page = Page()
    fetcher = guest(renderer=page)
    plain = await fetcher.fetch(replace(POLICY, renderer=""))
    assert plain is not None
    assert (plain.body, page.shown) == (b"<div id=root>", [])
    shown = await fetcher.fetch(POLICY)
    assert shown is not None
    assert shown.body == b"shown"
    assert page.shown[0].body == b"<div id=root>"
    assert page.looks == {"user_agent": shell.asked[0].headers["user-agent"], "locale": "pt-BR"}


async def test_whether_the_empty_shell_has_changed_is_not_asked(guest: Guest, shell: WebSite) -> None:
    assert await guest(renderer=Page()).fetch(POLICY, Validators('"1"', url=URL)) is not None
    assert "if-none-match" not in shell.asked[-1].headers


@pytest.mark.parametrize(("status", "kind"), [(404, FetchFailure.GONE), (403, FetchFailure.BLOCKED)])
async def test_a_page_that_cannot_be_read_is_not_shown(
    guest: Guest, site: WebSite, status: int, kind: FetchFailure
) -> None:
    page = Page()
    site.says("/privacy", "", status)
    with pytest.raises(FetchError) as failure:
        await guest(renderer=page).fetch(POLICY)
    assert (failure.value.kind, failure.value.about, page.shown) == (kind, POLICY.id, [])


async def test_what_is_no_page_of_markup_is_read_as_it_comes(guest: Guest, site: WebSite) -> None:
    page = Page()
    site.says("/privacy", b"%PDF-1.7 and so on", content_type="application/pdf")
    read = await guest(renderer=page).fetch(POLICY)
    assert read is not None
    assert (read.content_type, page.shown) == ("application/pdf", [])


# ---- what a page may ask for --------------------------------------------------------------------------------------


async def test_what_a_page_asks_for_is_read_by_the_bot(guest: Guest, shell: WebSite) -> None:
    page = Page("https://acme.example/app.js", headers={"accept": "text/javascript"})
    await guest(renderer=page).fetch(POLICY)
    assert page.had == ["app"]
    headers = shell.asked[-1].headers
    assert headers["accept"] == "text/javascript"
    assert headers["accept-language"] == "pt-BR, en;q=0.5"
    assert headers["accept-encoding"] == "gzip, identity"


REFUSED = [
    "http://127.0.0.1/",
    "https://localhost/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://acme.internal/",
    "https://acme.example:6379/",
    "file:///etc/passwd",
    "ftp://acme.example/",
    "https://turns.example/",
    "https://acme.example@127.0.0.1/",
]


async def test_what_the_gate_refuses_a_page_does_not_get(guest: Guest, shell: WebSite, internet: Internet) -> None:
    internet.has("turns.example", ["127.0.0.1"])
    page = Page(*REFUSED)
    await guest(renderer=page).fetch(POLICY)
    assert page.had == [FetchFailure.REFUSED] * len(REFUSED)
    assert shell.targets == ["/privacy"]


async def test_a_public_page_does_not_reach_what_only_the_operator_may(guest: Guest, shell: WebSite) -> None:
    page = Page(f"https://{shell.host}/inside")
    await guest(renderer=page, allowed=[shell.host]).fetch(POLICY)
    assert page.had == [FetchFailure.REFUSED]
    assert shell.targets == ["/privacy"]


async def test_redirects_of_what_a_page_asks_for_pass_the_gate_too(guest: Guest, shell: WebSite) -> None:
    shell.redirects("/moved.js", "/app.js")
    shell.redirects("/inside.js", f"http://{shell.host}/")
    shell.redirects("/down.js", "http://acme.example/app.js")
    shell.redirects("/round.js", "/round.js")
    page = Page(*(f"https://acme.example/{name}.js" for name in ("moved", "inside", "down", "round")))
    await guest(renderer=page).fetch(POLICY)
    assert page.had == ["app", FetchFailure.REFUSED, FetchFailure.MOVED, FetchFailure.MOVED]


async def test_robots_txt_holds_for_what_a_page_asks_for(guest: Guest, shell: WebSite, internet: Internet) -> None:
    shell.robots("User-agent: *\nDisallow: /app.js")
    page = Page("https://acme.example/app.js")
    await guest(renderer=page).fetch(POLICY)
    assert (page.had, shell.targets) == ([FetchFailure.DISALLOWED], ["/privacy"])


# ---- manners of a visit -------------------------------------------------------------------------------------------


async def test_a_page_with_its_parts_is_one_visit_to_each_host(
    guest: Guest, shell: WebSite, internet: Internet, clock: StoryClock
) -> None:
    internet.has("parts.example")
    shell.says("parts.example/a", "a")
    addresses = [f"https://{host}/{name}" for host in ("acme.example", "parts.example") for name in ("app.js", "a")]
    page = Page(*addresses, at_once=True)
    shell.slowness = 0.02
    began = clock.now()
    fetcher = guest(renderer=page, pause=5.0)
    await fetcher.fetch(POLICY)
    assert (clock.now() - began).total_seconds() == 5.0, "between the page and its parts, and between no two of these"
    assert shell.most_at_once == 2, "of each host one at a time"
    await fetcher.get("https://parts.example/a")
    assert (clock.now() - began).total_seconds() == 10.0, "and the visit counts as one afterwards"


async def test_while_a_host_is_visited_nobody_else_asks_it(clock: StoryClock) -> None:
    turns = Turns(clock, 0.0)
    order = []

    async def other() -> None:
        async with turns.of("acme.example"):
            order.append("other")

    async with Visit(turns) as visit:
        async with visit.of("acme.example"):
            waiting = asyncio.create_task(other())
            await asyncio.sleep(0)
        async with visit.of("acme.example"):
            order.append("visit")
    await waiting
    assert order == ["visit", "other"]


async def test_a_host_that_wants_a_rest_gets_it_after_the_visit_too(guest: Guest, shell: WebSite) -> None:
    shell.says("/policy.json", "", 429, retry_after="60")
    page = Page("https://acme.example/policy.json")
    fetcher = guest(renderer=page)
    await fetcher.fetch(POLICY)
    with pytest.raises(FetchError) as failure:
        await fetcher.fetch(POLICY)
    assert failure.value.retry_at is not None
    assert failure.value.retry_at > NOW


# ---- where there is no browser ------------------------------------------------------------------------------------


async def test_without_playwright_it_is_said_what_to_install(
    guest: Guest, shell: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    renderer = Renderer()
    with pytest.raises(ConfigError, match=r"Playwright.*is not installed: .*pip install 'smallprint\[browser\]'"):
        await guest(renderer=renderer).fetch(POLICY)
    with pytest.raises(ConfigError, match="Playwright"):
        await renderer.check()
    await renderer.aclose()


async def test_without_a_renderer_the_policy_says_so_and_others_are_read(guest: Guest, shell: WebSite) -> None:
    fetcher = guest()
    with pytest.raises(ConfigError, match="acme/privacy-policy is filled by script"):
        await fetcher.fetch(POLICY)
    assert await fetcher.fetch(replace(POLICY, renderer="")) is not None


async def test_without_a_chromium_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, playwright_is_there: None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for place in (Place(), Place(program="chromium-of-mine")):
        with pytest.raises(ConfigError, match="no Chromium on this machine: install one"):
            await Chromium(place).check()


async def test_a_program_that_is_no_browser_is_said_to_be_none(playwright_is_there: None) -> None:
    with pytest.raises(ConfigError, match="does not start: try it by hand"):
        await Chromium(Place(program="true")).check()


@pytest.fixture
def playwright_is_there() -> None:
    pytest.importorskip("playwright", reason="Playwright is not installed (pip install 'smallprint[browser]')")
