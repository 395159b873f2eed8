"""Pages filled by script in Debian's Chromium: read as a reader sees them, and kept in.

Everything that a page may ask for comes from the invented web of `tests.fakes.web`, through the gate; whatever would
come past it would arrive at a recorder on loopback.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import signal
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.errors import ConfigError, ExtractError, FetchError, FetchFailure
from bot.model import Policy, Snapshot, Validators
from bot.watch.browser import Chromium, Place
from bot.watch.extract import extract
from bot.watch.fetch import WebFetcher
from bot.watch.render import Renderer
from bot.watch.showing import Bounds
from bot.watch.wire import Limits
from tests.fakes.recorder import Recorder
from tests.fakes.site import policy_text
from tests.fakes.web import Internet, WebSite, policy_page
from tests.web import chromium

pytestmark = pytest.mark.browser

#: Not https: there the browser itself would stop half of what a test tries.
URL = "http://acme.example/privacy"
POLICY = Policy("acme/privacy-policy", "Acme", "Privacy Policy", URL, language="en", renderer="browser")
SHELL = (
    "<!doctype html><html lang=en><title>Acme Privacy Policy</title><main id=root></main><script src=/app.js></script>"
)
#: Fills the shell with what the site's own data say.
APP = """fetch("/policy.json").then(answer => answer.json()).then(policy => {
  document.getElementById("root").innerHTML = policy.html });"""

Shows = Callable[..., Awaitable[Snapshot]]
#: Who makes fetchers that know the invented web; see tests/watch/conftest.py.
Guest = Callable[..., WebFetcher]


@pytest.fixture
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """The browser that the bot starts; "named": one that somebody else runs, with one of the flags that keep it in; and
    "careless": one without that.
    """
    program = chromium.find()
    if importlib.util.find_spec("playwright") is None:
        reason = "Playwright is not installed (pip install 'smallprint[browser]')"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    if getattr(request, "param", "started") == "started":
        yield Place()
        return
    careful = ["--webrtc-ip-handling-policy=disable_non_proxied_udp"] if request.param == "named" else []
    process = await asyncio.create_subprocess_exec(
        *(program, *careful, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--remote-debugging-port=0", f"--user-data-dir={tmp_path}"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while not (found := re.search(rb"DevTools listening on (ws://\S+)", await process.stderr.readline())):
            pass
    drain = asyncio.create_task(process.stderr.read())
    yield Place(address=found[1].decode())
    process.kill()
    await process.wait()
    await drain


both = pytest.mark.parametrize("place", ["started", "named"], indirect=True)


@pytest.fixture
async def browser() -> AsyncIterator[Callable[..., Renderer]]:
    """Makes renderers, and looks that nothing of them stays."""
    made: list[Renderer] = []

    def make(place: Place | None = None, **bounds: float) -> Renderer:
        made.append(Renderer(Chromium(place), Bounds(**({"look": 0.1} | bounds))))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for renderer in made:
        await renderer.aclose()


@pytest.fixture
def shows(place: Place, browser: Callable[..., Renderer], guest: Guest) -> Shows:
    """Reads the policy by a browser; the same one every time."""
    renderer = browser(place)

    async def read(*, limits: Limits | None = None) -> Snapshot:
        page = await guest(renderer=renderer, limits=limits).fetch(POLICY)
        assert page is not None
        return page

    return read


def fills(site: WebSite, text: str, app: str = APP) -> None:
    """A site whose policy is an empty shell, and its text elsewhere."""
    site.says("/privacy", SHELL, etag='"shell"')
    site.says("/app.js", app, content_type="text/javascript")
    page = policy_page("", text)
    site.says("/policy.json", json.dumps({"html": page[page.index("<main>") :]}), content_type="application/json")


async def failed(read: Awaitable[object]) -> FetchError:
    with pytest.raises(FetchError) as failure:
        await read
    return failure.value


# ---- what is read -------------------------------------------------------------------------------------------------


@both
async def test_a_policy_that_a_script_fetches_is_read(shows: Shows, site: WebSite) -> None:
    fills(site, policy_text("We keep your drafts."))
    page = await shows()
    version = extract(page)
    assert "We keep your drafts." in version.text
    assert (version.title, version.language) == ("Acme Privacy Policy", "en")
    assert (page.url, page.content_type, page.charset) == (URL, "text/html", "utf-8")
    assert page.validators == Validators(), "the shell's validators say nothing of what the scripts fetch"
    assert b"<script" not in page.body
    assert site.targets == ["/privacy", "/app.js", "/policy.json"]


async def test_what_the_bot_reads_next_time_is_the_same(shows: Shows, site: WebSite) -> None:
    fills(site, policy_text())
    assert (await shows()).sha256 == (await shows()).sha256


async def test_a_page_that_stays_empty_stays_refused(shows: Shows, site: WebSite) -> None:
    site.says("/privacy", SHELL)
    site.says("/app.js", "")
    with pytest.raises(ExtractError):
        extract(await shows())


async def test_what_readers_do_not_see_is_no_text_and_what_components_hide_is(shows: Shows, site: WebSite) -> None:
    app = """customElements.define("legal-text", class extends HTMLElement {
      connectedCallback() {
        this.attachShadow({mode: "open"}).innerHTML =
          "<p>Told by a component.</p><slot name=more></slot><b-box></b-box>";
      }
    });
    customElements.define("b-box", class extends HTMLElement {
      connectedCallback() { this.attachShadow({mode: "open"}).innerHTML = "<p>And by one inside of it.</p>"; }
    });
    document.getElementById("root").innerHTML =
      "<legal-text><p slot=more>Given to it.</p><p>Given in vain.</p></legal-text>";
    """
    site.says("/privacy", SHELL + "<noscript>Please turn on scripts.</noscript><template>For later.</template>")
    site.says("/app.js", app, content_type="text/javascript")
    text = (await shows()).body.decode()
    assert re.findall(r"<p[^>]*>([^<]*)", text) == ["Told by a component.", "Given to it.", "And by one inside of it."]
    assert "turn on scripts" not in text
    assert "For later" not in text


async def test_what_waits_to_be_scrolled_to_is_read(shows: Shows, site: WebSite) -> None:
    app = """const place = document.getElementById("root");
    place.style.marginTop = "5000px";
    new IntersectionObserver(([seen]) => { if (seen.isIntersecting) place.textContent = "Far below." })
      .observe(place);"""
    fills(site, "", app)
    assert "Far below." in (await shows()).body.decode()


async def test_a_page_in_an_old_charset_is_read_as_it_is_meant(shows: Shows, site: WebSite) -> None:
    body = '<meta charset="windows-1251"><p id=root></p><script>root.textContent = "Мы храним черновики."</script>'
    site.says("/privacy", body.encode("cp1251"), content_type="text/html")
    assert "Мы храним черновики." in extract(await shows(), (), ()).text


async def test_scripts_see_who_reads_and_in_which_language(shows: Shows, site: WebSite) -> None:
    fills(site, "", "root.textContent = [navigator.userAgent, navigator.language, document.cookie].join('|')")
    site.says("/privacy", SHELL, set_cookie="id=42")
    assert re.search(r"Smallprint/[\d.]+ \(\+ops@bot\.example\)\|en\|<", (await shows()).body.decode())


async def test_each_request_of_a_page_says_who_reads(shows: Shows, site: WebSite, internet: Internet) -> None:
    internet.has("api.acme.example")
    app = """fetch("http://api.acme.example/text", {headers: {accept: "text/markdown", authorization: "Bearer public",
      "x-method": "DELETE"}, credentials: "include"}).then(a => a.text()).then(text => { root.textContent = text })"""
    fills(site, "", app)
    site.says("api.acme.example/text", "Kept by another host.", content_type="text/markdown")
    page = await shows()
    assert "Kept by another host." in page.body.decode()
    headers = site.asked[-1].headers
    assert headers["user-agent"].startswith("Smallprint/")
    assert (headers["accept"], headers["authorization"]) == ("text/markdown", "Bearer public")
    assert "x-method" not in headers
    assert "cookie" not in headers


# ---- what gets out ------------------------------------------------------------------------------------------------

#: Every way out that a page has, by what it is called; ``at`` is where nothing may arrive.
WAYS_OUT = {
    "fetch": "fetch(at('fetch'))",
    "fetch without CORS": "fetch(at('fetch'), {mode: 'no-cors', keepalive: true})",
    "post": "fetch(at('post'), {method: 'POST', body: 'x', mode: 'no-cors'})",
    "XHR": "const x = new XMLHttpRequest(); x.open('GET', at('xhr')); x.send()",
    "beacon": "navigator.sendBeacon(at('beacon'), 'x')",
    "image": "new Image().src = at('image')",
    "picture in a style": "document.body.style.background = `url(${at('style')})`",
    "font": "new FontFace('f', `url(${at('font')})`).load()",
    "audio": "new Audio(at('audio')).play()",
    "script": "add('script', {src: at('script')})",
    "module": "import(at('module'))",
    "style": "add('link', {rel: 'stylesheet', href: at('css')})",
    "import in a style": "add('style', {textContent: `@import url(${at('import')})`})",
    "prefetch": "add('link', {rel: 'prefetch', href: at('prefetch')})",
    "preload": "add('link', {rel: 'preload', as: 'script', href: at('preload')})",
    "modulepreload": "add('link', {rel: 'modulepreload', href: at('modulepreload')})",
    "preconnect": "add('link', {rel: 'preconnect', href: at('preconnect')})",
    "dns-prefetch": "add('link', {rel: 'dns-prefetch', href: at('dns')})",
    "manifest": "add('link', {rel: 'manifest', href: at('manifest')})",
    "icon": "add('link', {rel: 'icon', href: at('icon')})",
    "prerender": "add('script', {type: 'speculationrules', textContent: JSON.stringify({prerender: [{source: 'list', "
    "urls: [at('prerender')], eagerness: 'immediate'}], prefetch: [{source: 'list', urls: [at('prefetch2')], "
    "eagerness: 'immediate'}]})})",
    "frame": "add('iframe', {src: at('frame')})",
    "frame in a frame": "add('iframe', {srcdoc: `<img src='${at('srcdoc')}'><iframe src='${at('deep')}'></iframe>`})",
    "frame of scripts": "add('iframe', {srcdoc: `<script>fetch('${at('inner')}'); new WebSocket('${ws}')</script>`})",
    "frame by script": "add('iframe', {src: `javascript:fetch('${at('jsframe')}')`})",
    "frame of data": "add('iframe', {src: `data:text/html,<img src='${at('data')}'>`})",
    "object": "add('object', {data: at('object')})",
    "embed": "add('embed', {src: at('embed')})",
    "window": "window.open(at('window'))",
    "window without us": "window.open(at('window'), '_blank', 'noopener')",
    "click": "add('a', {href: at('click'), ping: at('ping'), target: '_blank'}).click()",
    "download": "add('a', {href: at('download'), download: 'x'}).click()",
    "form": "add('form', {action: at('form'), method: 'post'}).submit()",
    "form in a window": "add('form', {action: at('form'), target: '_blank'}).submit()",
    "socket": "new WebSocket(ws)",
    "socket stream": "new WebSocketStream(ws).opened",
    "events": "new EventSource(at('events'))",
    "transport": "new WebTransport(at('transport').replace('http:', 'https:')).ready",
    "worker": "new Worker(blob(`fetch('${at('worker')}'); new WebSocket('${ws}'); importScripts('${at('part')}')`))",
    "shared worker": "new SharedWorker(blob(`fetch('${at('shared')}')`))",
    "service worker": "navigator.serviceWorker.register('/worker.js')",
    "worklet": "CSS.paintWorklet.addModule(at('worklet'))",
    "peers": "peers(RTCPeerConnection)",
    "peers of a frame": "peers(add('iframe', {}).contentWindow.RTCPeerConnection)",
    "peers of a written frame": "{ const f = add('iframe', {}).contentWindow; f.document.write('<p>'); "
    "peers(f.RTCPeerConnection) }",
    "peers of a confined frame": "add('iframe', {sandbox: 'allow-scripts', "
    "srcdoc: `<script>(${peers})(RTCPeerConnection, '${stun}')</script>`})",
}
HOSTILE = """<!doctype html><meta charset=utf-8><title>Acme Privacy Policy</title>
<meta http-equiv="refresh" content="1;url=http://PLACE/refresh">
<link rel="stylesheet" href="http://PLACE/early.css"><img src="http://PLACE/early.png" srcset="http://PLACE/set.png 2x">
<iframe src="http://PLACE/early.html"></iframe>
<video src="http://PLACE/video.mp4" poster="http://PLACE/poster.png" autoplay></video>
<p id=said></p><script>
const place = "PLACE", stun = `stun:${place}`, ws = `ws://${place}/socket`;
const at = (name) => `http://${place}/${name}`;
const blob = (text) => URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
const add = (tag, facts) => document.body.appendChild(Object.assign(document.createElement(tag), facts));
function peers(Connection, server) {
  const connection = new Connection({iceServers: [{urls: server || stun}]});
  connection.createDataChannel("x");
  connection.createOffer().then(offer => connection.setLocalDescription(offer));
}
const tried = [];
for (const [name, attempt] of Object.entries(WAYS)) {
  tried.push(name);
  try { Promise.resolve(eval(attempt)).catch(() => 0) } catch (error) { }
}
setTimeout(() => { said.textContent = `Tried ${tried.length} ways.` }, 300);
</script>"""


def hostile(place: str, ways: dict[str, str]) -> str:
    return HOSTILE.replace("PLACE", place).replace("WAYS", json.dumps(ways).replace("</", "<\\/"))


@both
async def test_no_way_out_of_a_page_leads_past_the_gate(shows: Shows, site: WebSite) -> None:
    async with Recorder() as recorder:
        for name in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
            site.says("/privacy", hostile(f"{name}:{recorder.port}", WAYS_OUT))
            site.says(
                "/worker.js", f"fetch('http://127.0.0.1:{recorder.port}/service')", content_type="text/javascript"
            )
            page = await shows()
            assert f"Tried {len(WAYS_OUT)} ways." in page.body.decode()
        await asyncio.sleep(1)
        assert recorder.seen == []
    assert set(site.targets) == {"/privacy"}


@both
async def test_a_page_cannot_make_the_bot_ask_for_anything_but_scripts_and_data(
    shows: Shows, site: WebSite, internet: Internet
) -> None:
    """The same ways, to a public site that the gate lets everybody read."""
    internet.has("else.example")
    site.says("/privacy", hostile("else.example", WAYS_OUT))
    for name in ("script", "module", "fetch", "xhr", "inner"):
        site.says(f"else.example/{name}", "", content_type="text/javascript")
    await shows()
    read = {asked.target for asked in site.asked if asked.host == "else.example"} - {"/robots.txt"}
    assert read == {"/fetch", "/xhr", "/script", "/module", "/inner", "/preload", "/modulepreload", "/jsframe"}


LEADS_ELSEWHERE = {
    "by its address": "location = 'http://acme.example/other'",
    "by its address, replaced": "location.replace('http://acme.example/other')",
    "to loopback": "location = 'http://127.0.0.1:RECORDER/'",
    "by refresh": "document.head.insertAdjacentHTML('beforeend', '<meta http-equiv=refresh content=0;url=/other>')",
    "to a file": "location = 'file:///etc/passwd'",
    "to the browser's own pages": "location = 'chrome://settings'",
    "to data": "location = 'data:text/html,elsewhere'",
    "by a form": "const form = document.createElement('form'); form.action = '/other'; document.body.append(form); "
    "form.submit()",
}


async def test_a_page_stays_where_it_is(shows: Shows, site: WebSite) -> None:
    site.says("/other", "<p>Another page.")
    async with Recorder() as recorder:
        for how, script in LEADS_ELSEWHERE.items():
            leads = script.replace("RECORDER", str(recorder.port))
            site.says("/privacy", f"<p>The policy.</p><script>{leads}</script>")
            page = await shows()
            assert (page.url, "The policy." in page.body.decode()) == (URL, True), how
        assert recorder.seen == []
    assert set(site.targets) == {"/privacy"}


async def test_a_page_that_puts_another_in_its_place_is_refused(shows: Shows, site: WebSite) -> None:
    blank = "location = 'about:blank'"
    blob = "location = URL.createObjectURL(new Blob(['Another page.'], {type: 'text/html'}))"
    for script in (blank, blob, "history.back()"):
        site.says("/privacy", f"<p>The policy.</p><script>{script}</script>")
        error = await failed(shows())
        assert error.kind is FetchFailure.NO_POLICY_TEXT, script
        assert "scripts replace it" in str(error)


# ---- what it costs ------------------------------------------------------------------------------------------------

TOO_MUCH = {
    "asks for ever": (
        "setInterval(() => fetch('/policy.json?' + Math.random()), 5)",
        FetchFailure.TOO_LARGE,
        "asks for more than 20 scripts and data",
    ),
    "asks for what it does not get": (
        "for (let n = 0; n < 300; n++) fetch('/nothing' + n, {method: 'POST'})",
        FetchFailure.TOO_LARGE,
        "asks for more than a policy needs",
    ),
    "fetches too much": ("for (let n = 0; n < 3; n++) fetch('/large?' + n)", FetchFailure.TOO_LARGE, "more than 1 MB"),
    "grows": (
        "root.textContent = 'The policy again. '.repeat(1000)",
        FetchFailure.TOO_LARGE,
        "grows beyond any policy",
    ),
    "multiplies": ("root.innerHTML = '<b></b>'.repeat(1500)", FetchFailure.TOO_LARGE, "grows beyond any policy"),
    "never rests": ("for (;;);", FetchFailure.TIMED_OUT, "did not come to rest in 4 seconds"),
    "changes for ever": (
        "setInterval(() => root.append('more '), 50)",
        FetchFailure.TIMED_OUT,
        "did not come to rest in 4 seconds",
    ),
    "fills its memory": (
        "const all = []; for (;;) all.push(new Array(1e5).fill(all.length))",
        FetchFailure.NO_POLICY_TEXT,
        "break the browser",
    ),
    "fills the memory past its own": (
        "const all = []; setInterval(() => { const more = new Uint8Array(3e7); more.fill(1); all.push(more) }, 1)",
        FetchFailure.TOO_LARGE,
        "takes more than 400 MB of memory",
    ),
    "hides its end": (
        "root.textContent = 'Fine.'; "
        "Object.defineProperty(Element.prototype, 'outerHTML', {get: () => 'x'.repeat(5e8)})",
        None,
        "",
    ),
}


@pytest.mark.parametrize(("app", "kind", "words"), TOO_MUCH.values(), ids=TOO_MUCH)
async def test_a_page_costs_no_more_than_it_may(
    browser: Callable[..., Renderer], place: Place, guest: Guest, site: WebSite, app: str, kind: object, words: str
) -> None:
    fills(site, "", app)
    for n in range(3):
        site.says(f"/large?{n}", "x" * 600_000)
    memory = (400 if "memory" in words else 4000) * 1024**2
    seconds = 4 if kind is FetchFailure.TIMED_OUT else 20
    bounds = {"seconds": seconds, "requests": 20, "size": 1024**2, "characters": 15_000, "nodes": 1_000}
    fetcher = guest(renderer=browser(place, memory=memory, **bounds))
    began = asyncio.get_running_loop().time()
    if kind is None:
        page = await fetcher.fetch(POLICY)
        assert page is not None
        assert "Fine." in page.body.decode()
    else:
        error = await failed(fetcher.fetch(POLICY))
        assert error.kind is kind
        assert words in str(error)
        assert error.about == POLICY.id
    assert asyncio.get_running_loop().time() - began < seconds + 12, "and little longer to end it"
    fills(site, policy_text())
    page = await fetcher.fetch(POLICY)
    assert page is not None
    assert "We keep this information" in page.body.decode(), "the next page is none the worse for it"


# ---- what is missing ----------------------------------------------------------------------------------------------


async def test_a_page_without_a_part_of_its_own_site_is_not_read(shows: Shows, site: WebSite) -> None:
    fills(site, policy_text())
    site.says("/policy.json", "trouble", 503, retry_after="60")
    error = await failed(shows())
    assert error.kind is FetchFailure.SERVER_ERROR
    assert "missing" in str(error)


async def test_a_part_that_comes_late_is_waited_for_and_one_that_does_not_is_missed(
    shows: Shows, site: WebSite
) -> None:
    fills(site, policy_text())
    site.slowness = 0.6
    assert "We keep this information" in (await shows()).body.decode()
    site.slowness = 0.0
    site.sends("/policy.json", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", then_hangs=True)
    error = await failed(shows(limits=Limits(seconds=2.0)))
    assert error.kind is FetchFailure.TIMED_OUT
    assert "missing" in str(error)


async def test_a_part_that_is_had_at_the_second_try_is_not_missed(shows: Shows, site: WebSite) -> None:
    answers = iter(["HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", ""])
    fills(site, policy_text(), f"const once = () => {{ {APP} }}; once(); setTimeout(once, 400)")
    page = site._pages["/policy.json"]

    async def second_time(asked: object) -> AsyncIterator[bytes]:
        if first := next(answers):
            yield first.encode()
        else:
            async for piece in page(asked):  # type: ignore[arg-type]
                yield piece

    site._pages["/policy.json"] = second_time  # type: ignore[assignment]
    assert "We keep this information" in (await shows()).body.decode()


async def test_what_strangers_do_not_answer_is_not_missed(shows: Shows, site: WebSite, internet: Internet) -> None:
    fills(site, policy_text(), APP + "fetch('http://counts.example/x'); fetch('http://asks.example/y');")
    internet.has("asks.example")
    site.says("asks.example/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    assert "We keep this information" in (await shows()).body.decode()
    assert "/y" not in site.targets, "and their robots.txt is obeyed"


# ---- the browser --------------------------------------------------------------------------------------------------


def processes(parent: int) -> dict[int, list[bytes]]:
    """The children of a process, their children and so on, with what they were told of this machine."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {parent}
    while more := {child for child, above in parents.items() if above in found} - found:
        found |= more
    below: dict[int, list[bytes]] = {}
    for process in found - {parent}:
        with suppress(OSError):
            below[process] = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    return below


async def test_a_browser_that_nobody_needs_is_closed_and_comes_back(
    browser: Callable[..., Renderer], place: Place, guest: Guest, site: WebSite
) -> None:
    fills(site, policy_text())
    fetcher = guest(renderer=browser(place, idle=0.3))
    before = processes(os.getpid()).keys()
    await fetcher.fetch(POLICY)
    assert processes(os.getpid()).keys() > before
    async with asyncio.timeout(20):
        while processes(os.getpid()).keys() > before:  # noqa: ASYNC110 - a process says nothing when it ends
            await asyncio.sleep(0.1)
    assert await fetcher.fetch(POLICY) is not None


async def test_the_browser_is_told_nothing_of_the_bots_environment(
    shows: Shows, site: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMALLPRINT_TEST_CANARY", "a secret")
    fills(site, policy_text())
    await shows()
    browsers = [facts for process, facts in processes(os.getpid()).items() if is_chromium(process)]
    assert browsers
    assert not [facts for facts in browsers if any(fact.startswith(b"SMALLPRINT") for fact in facts)]


def is_chromium(process: int) -> bool:
    with suppress(OSError):
        return b"chromium" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[0]
    return False


async def test_a_browser_that_was_killed_is_started_again(shows: Shows, site: WebSite) -> None:
    fills(site, policy_text())
    await shows()
    for process in processes(os.getpid()):
        if is_chromium(process):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    assert "We keep this information" in (await shows()).body.decode()


@pytest.mark.parametrize("place", ["careless"], indirect=True)
async def test_a_named_browser_that_would_let_pages_out_is_not_used(shows: Shows, site: WebSite) -> None:
    fills(site, policy_text())
    with pytest.raises(ConfigError, match="--webrtc-ip-handling-policy=disable_non_proxied_udp"):
        await shows()
    assert site.targets == ["/privacy"]


async def test_a_named_browser_that_does_not_answer_is_said_to_without_its_key(
    browser: Callable[..., Renderer], place: Place, guest: Guest, site: WebSite
) -> None:
    fills(site, policy_text())
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"ws://127.0.0.1:{nobody.getsockname()[1]}/devtools?token={{key}}"
        with pytest.raises(ConfigError, match="does not answer") as error:
            await guest(renderer=browser(Place(address=address, key="can" + "ary"))).fetch(POLICY)
    assert "canary" not in "".join(traceback.format_exception(error.value))


async def test_doctor_is_told_which_browser_there_is(browser: Callable[..., Renderer], place: Place) -> None:
    assert re.fullmatch(r"Chromium [\d.]+, /\S+", await browser(place).check())
