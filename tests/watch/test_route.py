"""The second route: another way to the same page, by a proxy or a service that the operator named."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpcore
import pytest

from bot.clock import StoryClock
from bot.errors import ConfigError, FetchError, FetchFailure
from bot.model import Policy
from bot.watch.breaker import SEVERAL, SILENT
from bot.watch.fetch import WebFetcher
from bot.watch.route import Route
from tests.fakes.renderer import Page
from tests.fakes.web import Internet, WebSite

URL = "http://acme.example/privacy"
POLICY = Policy("acme/privacy-policy", "Acme", "Privacy Policy", URL)

Guest = Callable[..., WebFetcher]


class Proxy:
    """An HTTP proxy on loopback that leads every host to one site, and writes down what it was asked for."""

    def __init__(self, site: WebSite) -> None:
        self.site = site
        self.asked: list[str] = []
        #: What it wants, as "name:password".
        self.key = ""

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward: asyncio.StreamWriter | None = None
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", self.site.port)
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = lines[0].split(" ")
                self.asked.append(f"{method} {target}")
                key = base64.b64encode(self.key.encode()).decode()
                if self.key and f"Proxy-Authorization: Basic {key}" not in lines:
                    writer.write(b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n")
                elif method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    onward.write(await reader.read(1))  # a client's hello, which the site does not understand
                    writer.write(await there.read())
                    return
                else:
                    lines[0] = f"{method} {target.removeprefix('http://acme.example')} HTTP/1.1"
                    onward.write("\r\n".join(lines).encode("latin-1"))
                    head = await there.readuntil(b"\r\n\r\n")
                    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
                    writer.write(head + await there.readexactly(length))
        except (OSError, EOFError):
            pass  # one of the two went away
        finally:
            writer.close()
            if onward is not None:
                onward.close()


@pytest.fixture
async def elsewhere() -> AsyncIterator[WebSite]:
    """The page as it is shown in another region."""
    async with WebSite() as opened:
        opened.says("/privacy", "<p>As it is elsewhere.", etag='"elsewhere"')
        yield opened


@pytest.fixture
async def proxy(elsewhere: WebSite) -> AsyncIterator[Proxy]:
    async with Proxy(elsewhere) as opened:
        yield opened


async def failed(fetcher: WebFetcher) -> FetchError:
    with pytest.raises(FetchError) as failure:
        await fetcher.fetch(POLICY)
    return failure.value


# ---- a proxy ------------------------------------------------------------------------------------------------------


async def test_a_page_is_read_by_way_of_a_proxy(guest: Guest, site: WebSite, elsewhere: WebSite, proxy: Proxy) -> None:
    site.says("/privacy", "<p>As it is here.")
    fetcher = guest()
    second = fetcher.by(Route(proxy.url))
    here, there = await fetcher.fetch(POLICY), await second.fetch(POLICY)
    assert here is not None
    assert there is not None
    assert (here.body, there.body) == (b"<p>As it is here.", b"<p>As it is elsewhere.")
    assert (there.url, there.validators.etag) == (URL, '"elsewhere"')
    assert proxy.asked == [f"GET {URL}"]
    assert elsewhere.asked[0].headers["user-agent"] == site.asked[0].headers["user-agent"]
    await second.aclose()


async def test_of_an_https_page_a_proxy_sees_the_host_alone(guest: Guest, proxy: Proxy, site: WebSite) -> None:
    site.robots("")
    second = guest().by(Route(proxy.url))
    with pytest.raises(FetchError):  # the site elsewhere has no certificate for it
        await second.get("https://acme.example/secret?way")
    assert set(proxy.asked) == {"CONNECT acme.example:443"}
    await second.aclose()


async def test_a_proxy_that_wants_a_password_gets_it(guest: Guest, proxy: Proxy) -> None:
    proxy.key = "bot:canary"
    right, wrong = guest().by(Route(proxy.url, "bot:canary")), guest().by(Route(proxy.url, "bot:other"))
    assert await right.fetch(POLICY) is not None
    error = await failed(wrong)
    assert (error.kind, "does not let the bot through" in str(error)) == (FetchFailure.UNREACHABLE, True)
    assert "canary" not in repr(Route(proxy.url, "bot:canary"))
    for fetcher in (right, wrong):
        await fetcher.aclose()


async def test_a_proxy_that_wants_a_password_for_a_tunnel_is_said_to(guest: Guest, proxy: Proxy) -> None:
    proxy.key = "bot:canary"
    second = guest().by(Route(proxy.url))
    with pytest.raises(FetchError, match="SMALLPRINT_SECOND_ROUTE_KEY"):
        await second.get("https://acme.example/")
    await second.aclose()


REFUSED = {
    "http://127.0.0.1/": [],
    "http://metadata.internal/": [],
    "http://acme.example:6379/": [],
    "http://inside.example/": ["10.0.0.1"],
    "http://both.example/": ["93.184.216.34", "127.0.0.1"],
}


@pytest.mark.parametrize(("address", "answers"), REFUSED.items(), ids=REFUSED)
async def test_the_gate_passes_every_address_before_the_proxy_hears_of_it(
    guest: Guest, proxy: Proxy, internet: Internet, address: str, answers: list[str]
) -> None:
    internet.has(urlsplit(address).hostname or "", answers)
    second = guest().by(Route(proxy.url))
    with pytest.raises(FetchError) as failure:
        await second.get(address)
    assert (failure.value.kind, proxy.asked) == (FetchFailure.REFUSED, [])
    await second.aclose()


async def test_a_name_that_turns_private_is_refused_at_the_next_request(
    guest: Guest, proxy: Proxy, internet: Internet
) -> None:
    internet.has("turns.example", ["93.184.216.34"], ["93.184.216.34"], ["127.0.0.1"])
    second = guest().by(Route(proxy.url))
    with pytest.raises(FetchError):
        await second.get("http://turns.example/missing")
    assert proxy.asked == ["GET http://turns.example/missing"]
    with pytest.raises(FetchError) as failure:
        await second.get("http://turns.example/missing")
    assert (failure.value.kind, len(proxy.asked)) == (FetchFailure.REFUSED, 1)
    await second.aclose()


async def test_redirects_on_the_second_route_pass_the_gate_too(guest: Guest, proxy: Proxy, elsewhere: WebSite) -> None:
    elsewhere.redirects("/privacy", "http://169.254.169.254/latest/")
    second = guest().by(Route(proxy.url))
    assert (await failed(second)).kind is FetchFailure.REFUSED
    assert proxy.asked == [f"GET {URL}"]
    await second.aclose()


async def test_what_the_operator_allows_is_nobody_elses_business(guest: Guest, proxy: Proxy, site: WebSite) -> None:
    site.says("/wiki", "inside")
    fetcher = guest(allowed=[site.host])
    second = fetcher.by(Route(proxy.url))
    assert (await fetcher.get(f"{site.url}/wiki")).body == b"inside"
    with pytest.raises(FetchError) as failure:
        await second.get(f"{site.url}/wiki")
    assert (failure.value.kind, proxy.asked) == (FetchFailure.REFUSED, [])
    await second.aclose()


async def test_a_route_that_is_away_is_said_to_be_and_is_not_the_sites_fault(
    guest: Guest, proxy: Proxy, site: WebSite, clock: StoryClock
) -> None:
    site.says("/privacy", "here")
    await proxy.__aexit__()
    fetcher = guest()
    second = fetcher.by(Route(proxy.url))
    for page in range(2 * SEVERAL):
        with pytest.raises(FetchError) as failure:
            await second.get(f"{URL}?{page}")
        assert failure.value.kind is FetchFailure.UNREACHABLE
        await clock.sleep(SILENT.total_seconds())
    assert await fetcher.fetch(POLICY) is not None, "the direct way is not closed for it"
    await second.aclose()


async def test_the_rules_of_robots_txt_are_read_the_direct_way(guest: Guest, proxy: Proxy, site: WebSite) -> None:
    site.robots("User-agent: *\nDisallow: /")
    second = guest().by(Route(proxy.url))
    assert (await failed(second)).kind is FetchFailure.DISALLOWED
    assert (proxy.asked, site.asked[0].target) == ([], "/robots.txt")
    await second.aclose()


async def test_nothing_but_the_named_host_is_dialled(guest: Guest, site: WebSite, internet: Internet) -> None:
    class Dials(httpcore.AnyIOBackend):
        places: list[str] = []  # noqa: RUF012

        async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
            self.places.append(f"{host}:{port}")
            raise httpcore.ConnectError

    second = guest().by(Route("http://proxy.example:3128"), Dials())
    assert "second route cannot be reached" in str(await failed(second))
    assert set(Dials.places) == {"proxy.example:3128"}
    await second.aclose()


async def test_what_a_page_on_the_second_route_asks_for_goes_it_too(
    guest: Guest, proxy: Proxy, elsewhere: WebSite, site: WebSite
) -> None:
    elsewhere.says("/app.js", "app")
    page = Page("http://acme.example/app.js", "http://127.0.0.1/")
    second = guest(renderer=page).by(Route(proxy.url))
    await second.fetch(replace(POLICY, renderer="browser"))
    assert page.had == ["app", FetchFailure.REFUSED]
    assert (elsewhere.targets, site.targets) == (["/privacy", "/app.js"], [])
    await second.aclose()


# ---- a service ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def service() -> AsyncIterator[WebSite]:
    async with WebSite() as opened:
        yield opened


def shows(service: WebSite, target: str, body: str, status: int = 200) -> None:
    service.says(target, body, status)


ASKED_FOR = "/show?at=http%3A%2F%2Facme.example%2Fprivacy&key=a%2Fb"


async def test_a_page_is_read_by_a_service(guest: Guest, service: WebSite, site: WebSite) -> None:
    shows(service, ASKED_FOR, "<p>As a browser shows it.")
    second = guest().by(Route(f"{service.url}/show?at={{url}}&key={{key}}", "a/b"))
    page = await second.fetch(POLICY)
    assert page is not None
    assert (page.url, page.body) == (URL, b"<p>As a browser shows it.")
    assert parse_qs(urlsplit(service.asked[0].target).query) == {"at": [URL], "key": ["a/b"]}
    assert service.asked[0].host == service.host
    assert site.targets == [], "only robots.txt is read the direct way"
    await second.aclose()


async def test_a_service_shows_what_scripts_fill_by_itself(guest: Guest, service: WebSite) -> None:
    shows(service, "/?http%3A%2F%2Facme.example%2Fprivacy", "<p>Filled.")
    second = guest(renderer=None).by(Route(f"{service.url}/?{{url}}"))
    page = await second.fetch(Policy(*("x/y", "X", "Y", URL), renderer="browser"))
    assert page is not None
    assert page.body == b"<p>Filled."
    await second.aclose()


@pytest.mark.parametrize("status", [401, 402, 403, 429])
async def test_what_a_service_refuses_is_not_the_sites_word(guest: Guest, service: WebSite, status: int) -> None:
    shows(service, "/?http%3A%2F%2Facme.example%2Fprivacy", "", status)
    second = guest().by(Route(f"{service.url}/?{{url}}"))
    error = await failed(second)
    assert (error.kind, "second route" in str(error)) == (FetchFailure.UNREACHABLE, True)
    await second.aclose()


@pytest.mark.parametrize(("address", "answers"), REFUSED.items(), ids=REFUSED)
async def test_a_service_hears_of_no_address_that_the_gate_refuses(
    guest: Guest, service: WebSite, internet: Internet, address: str, answers: list[str]
) -> None:
    internet.has(urlsplit(address).hostname or "", answers)
    second = guest().by(Route(f"{service.url}/?{{url}}"))
    with pytest.raises(FetchError) as failure:
        await second.get(address)
    assert (failure.value.kind, service.asked) == (FetchFailure.REFUSED, [])
    await second.aclose()


# ---- its address --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("proxy.example:3128", "neither a proxy"),
        ("socks5://proxy.example", "neither a proxy"),
        ("http://", "neither a proxy"),
        ("https://proxy.example/path", "neither a proxy"),
        ("http://proxy:port", "neither a proxy"),
        ("http://bot:canary@proxy.example", "SMALLPRINT_SECOND_ROUTE_KEY"),
        ("https://bot:canary@shows.example/?url={url}", "SMALLPRINT_SECOND_ROUTE_KEY"),
        ("https://shows.example/?url={url}&key={key}", "set SMALLPRINT_SECOND_ROUTE_KEY"),
    ],
)
def test_an_address_that_is_neither_is_refused_and_no_password_repeated(address: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as error:
        Route(address)
    assert "canary" not in str(error.value)
