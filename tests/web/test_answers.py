"""Every answer is safe, and nothing is sent twice to whoever has it already."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.model import StoryKind
from bot.web import answers, build
from bot.web.recent import Recent
from tests.web.house import DAY, FOUND, House, added

PAGES = ["/", "/changes/news", "/policies", "/policies/chirrup/privacy-policy", "/about"]
REST = ["/feed.xml", "/changes/news.json", "/style.css", "/icon.svg", "/healthz", "/readyz", "/metrics", "/nothing"]
MOVED = ["/changes/gone", "/about/"]


@pytest.fixture
def told(house: House) -> House:
    house.tell()
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    return house


@pytest.mark.parametrize("path", PAGES + REST + MOVED)
async def test_every_answer_is_safe(told: House, path: str) -> None:
    headers = (await told.get(path)).headers
    policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in headers
    assert "Server" not in headers


async def test_trouble_is_answered_as_safely(told: House) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError

    app = build(**{**told.settings, "store": Broken()})
    broken = await told.client_of(app, bugs=False).get("/")
    wrong_method = await told.client.post("/")
    for answer, status in ((broken, 500), (wrong_method, 405)):
        assert answer.status_code == status
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_nothing_and_loads_only_what_is_ours(told: House, path: str) -> None:
    page = await told.page(path)
    assert page.css("script, style, iframe, object, embed, form, img, base, [style], [src]") == []
    loaded = [node.attributes["href"] or "" for node in page.css("link[rel=stylesheet], link[rel=icon]")]
    assert len(loaded) == 2
    assert not [href for href in loaded if ":" in href or href.startswith("/")]
    told_to_the_browser = page.css_first("meta[http-equiv]").attributes["content"] or ""
    assert told_to_the_browser.startswith("default-src 'none'; style-src 'self'; img-src 'self'"), (
        "an export has no headers"
    )


@pytest.mark.parametrize("path", [*PAGES, "/feed.xml", "/changes/news.json", "/style.css", "/icon.svg"])
async def test_who_has_the_page_already_gets_no_second_copy(told: House, path: str) -> None:
    first = await told.get(path)
    etag = first.headers["ETag"]
    assert first.content
    for asked in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await told.get(path, **{"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert "Content-Security-Policy" in again.headers
    assert (await told.get(path, **{"If-None-Match": '"other"'})).status_code == 200


async def test_a_changed_page_is_sent_again(told: House) -> None:
    etag = (await told.get("/changes/news")).headers["ETag"]
    told.retract("news", "It was wrong.")
    again = await told.get("/changes/news", **{"If-None-Match": etag})
    assert again.status_code == 200
    assert "It was wrong." in again.text


async def test_pages_may_be_kept_shortly_styles_for_good_and_health_never(told: House) -> None:
    async def kept(path: str) -> str:
        return (await told.get(path)).headers["Cache-Control"]

    assert await kept("/changes/news") == "public, max-age=60"
    assert "immutable" in await kept("/style.css")
    for path in ("/healthz", "/readyz", "/metrics", "/nothing"):
        assert await kept(path) == "no-store"


async def test_a_new_style_has_a_new_address(told: House) -> None:
    href = (await told.page("/about")).css_first("link[rel=stylesheet]").attributes["href"] or ""
    name, _, version = href.partition("?")
    assert name == "./style.css"
    assert len(version) == 8


async def test_a_page_that_was_just_made_is_given_again(house: House) -> None:
    busy = House.client_of(build(**{**house.settings, "fresh_for": 60}))
    empty = (await busy.get("/")).text
    house.tell()
    assert (await busy.get("/")).text == empty
    assert (await busy.get("/?anything=else")).text == empty, "strangers cannot make the bot work by inventing queries"
    assert (await house.get("/")).text != empty
    assert (await busy.get("/changes/news")).status_code == 200
    assert (await busy.get("/?before=news")).text != empty


async def test_a_page_that_is_not_there_yet_is_not_remembered_as_missing(house: House) -> None:
    busy = House.client_of(build(**{**house.settings, "fresh_for": 60}))
    assert (await busy.get("/changes/news")).status_code == 404
    house.tell()
    assert (await busy.get("/changes/news")).status_code == 200


async def test_health_is_never_an_old_answer(house: House) -> None:
    busy = House.client_of(build(**{**house.settings, "fresh_for": 60}))
    assert (await busy.get("/readyz")).status_code == 200
    house.store.pause_platform("x", "revoked")
    assert (await busy.get("/readyz")).status_code == 503
    assert 'smallprint_platform_paused{platform="x"} 1.0' in (await busy.get("/metrics")).text
    house.store.resume_platform("x")
    assert (await busy.get("/readyz")).status_code == 200
    assert 'smallprint_platform_paused{platform="x"} 1.0' not in (await busy.get("/metrics")).text


class Counted:
    """A handler that counts how often it is asked, and a time that is set by hand."""

    def __init__(self) -> None:
        self.asked = 0
        self.now = 100.0

    async def __call__(self, request: Request) -> Response:
        self.asked += 1
        return answers.answer(b"%d" % self.asked, "text/plain")

    async def ask(self, recent: Recent, path: str = "/") -> bytes:
        scope = {"type": "http", "path": path, "query_string": b"", "headers": []}
        return bytes((await recent.wrap(self)(Request(scope))).body)


async def test_what_was_made_is_made_anew_after_its_time() -> None:
    counted = Counted()
    recent = Recent(5, timer=lambda: counted.now)
    assert await counted.ask(recent) == b"1"
    counted.now += 4.9
    assert await counted.ask(recent) == b"1"
    counted.now += 0.1
    assert await counted.ask(recent) == b"2"


async def test_many_pages_do_not_fill_the_memory() -> None:
    counted = Counted()
    recent = Recent(5, timer=lambda: counted.now)
    for number in range(40):
        await counted.ask(recent, f"/{number}")
    assert counted.asked == 40
    await counted.ask(recent, "/39")
    assert counted.asked == 40, "the newest are kept"
    await counted.ask(recent, "/0")
    assert counted.asked == 41, "the oldest are not"


async def test_a_host_header_cannot_put_one_page_in_the_place_of_another(house: House) -> None:
    house.tell(change=added("A sentence that is new."))
    busy = House.client_of(build(**{**house.settings, "fresh_for": 60}))
    await busy.get("/about", headers={"Host": "evil.example/changes/news?"})
    assert "A sentence that is new." in (await busy.get("/changes/news")).text


@pytest.mark.parametrize("path", ["/", "/about", "/changes/news", "/policies", "/feed.xml", "/no/such/page"])
async def test_no_address_is_made_from_what_a_stranger_calls_the_host(told: House, path: str) -> None:
    answer = await told.client.get(path, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text + "".join(answer.headers.values())


async def test_head_is_answered_like_get(told: House) -> None:
    answer = await told.client.head("/changes/news")
    assert answer.status_code == 200
    assert answer.headers["ETag"] == (await told.get("/changes/news")).headers["ETag"]
