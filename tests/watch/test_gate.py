"""No byte is sent to an address that is not public. (Addresses one by one, typed, redirected to and looked up, stand in
tests/hostile/addresses.toml; a million that nobody thought of are in tests/hostile/test_fuzz.py.)"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

import httpcore
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot.clock import StoryClock
from bot.errors import ConfigError, FetchError, FetchFailure
from bot.watch.fetch import WebFetcher
from bot.watch.gate import OWN_PAGE, Gate, GatedBackend, SystemResolver
from tests.fakes.web import PUBLIC, Internet, WebSite
from tests.watch.conftest import NOW


async def test_a_name_that_changes_its_address_is_checked_every_time_it_is_dialled(
    fetcher: WebFetcher, internet: Internet, site: WebSite
) -> None:
    internet.has("rebound.example", [PUBLIC], ["127.0.0.1"])
    site.sends("/", b"HTTP/1.0 200 OK\r\n\r\nhello")
    await fetcher.get("https://rebound.example/")  # which closes the connection
    with pytest.raises(FetchError, match="not on the public web"):
        await fetcher.get("https://rebound.example/")
    assert internet.dialled == [PUBLIC]
    assert site.targets == ["/"]


async def test_a_connection_that_ends_elsewhere_is_closed_without_a_byte(
    fetcher: WebFetcher, internet: Internet, site: WebSite
) -> None:
    internet.peer = "127.0.0.1"
    with pytest.raises(FetchError, match="not on the public web"):
        await fetcher.get("https://acme.example/")
    assert (internet.dialled, site.asked) == ([PUBLIC], [])


async def test_the_next_address_is_tried_where_one_is_dead(
    fetcher: WebFetcher, internet: Internet, site: WebSite
) -> None:
    internet.has("acme.example", ["93.184.216.40", "2606:4700::1111", PUBLIC])
    internet.dead = {"93.184.216.40", "2606:4700::1111"}
    site.says("/privacy", "We keep it.")
    assert (await fetcher.get("https://acme.example/privacy")).body == b"We keep it."
    assert internet.dialled == ["93.184.216.40", "2606:4700::1111", PUBLIC]


async def test_what_a_page_itself_would_lead_to_is_not_followed(
    fetcher: WebFetcher, internet: Internet, site: WebSite
) -> None:
    site.says("/", "<meta http-equiv=refresh content='0;url=http://127.0.0.1/'><script>location='/x'</script>")
    await fetcher.get("https://acme.example/")
    assert (site.targets, internet.looked_up) == (["/"], ["acme.example"])


@pytest.mark.parametrize("path", ["/{{7*7}}", "/${jndi:ldap://x}", "/%s%n", "/{0.__class__}"])
async def test_an_address_is_never_a_template(fetcher: WebFetcher, site: WebSite, path: str) -> None:
    with pytest.raises(FetchError, match="gone") as gone:
        await fetcher.get(f"https://acme.example{path}")
    assert "49" not in str(gone.value)
    assert len(site.targets) == 1


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("HTTPS://EXAMPLE.com/Privacy#section", "https://example.com/Privacy"),
        ("https://example.com./privacy", "https://example.com/privacy"),
        ("https://аpple.com/", "https://xn--pple-43d.com/"),
        ("https://bücher.example/datenschutz?a=ä", "https://xn--bcher-kva.example/datenschutz?a=%C3%A4"),
        ("http://example.com:443/x", "http://example.com:443/x"),
        ("https://my_site.example.com/", "https://my_site.example.com/"),
    ],
)
def test_an_address_of_the_public_web_has_one_spelling(typed: str, read_as: str) -> None:
    assert str(Gate().check(typed)) == read_as


# ---- what the operator says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "own", ["https://bot.example", "https://bot.example/", "https://BOT.example:443/", "https://bot.example."]
)
@pytest.mark.parametrize(
    "address", ["https://bot.example/changes/1", "http://bot.example./feed", "https://bot.example:80/"]
)
def test_the_bot_does_not_read_itself(own: str, address: str) -> None:
    with pytest.raises(FetchError) as refusal:
        Gate(own=[own]).check(address)
    assert str(refusal.value) == OWN_PAGE


def test_a_bot_on_a_port_of_a_host_does_not_own_the_rest_of_the_host() -> None:
    gate = Gate(["127.0.0.1"], own=["http://127.0.0.1:8080"])
    assert gate.check("http://127.0.0.1:9090/privacy")
    with pytest.raises(FetchError, match="own pages"):
        gate.check("http://127.0.0.1:8080/")


def test_an_own_address_that_is_none_is_said_to_be_wrong() -> None:
    for wrong in ("", "bot.example", "https://", "https://[::1"):
        with pytest.raises(ConfigError, match="public_url"):
            Gate(own=[wrong])


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080/privacy"),
        ("127.0.0.1", "http://127.0.0.1:9999/privacy"),
        ("wiki.corp", "https://wiki.corp/policies"),
        ("Intranet", "http://intranet:8000/"),
        ("bücher.corp", "https://xn--bcher-kva.corp/"),
        ("wiki.corp.", "https://wiki.corp/policies"),
        ("[::1]:8080", "http://[::1]:8080/"),
    ],
)
def test_an_operator_may_allow_a_host_of_their_own(allowed: str, address: str) -> None:
    assert str(Gate([allowed]).check(address)) == address


def test_allowing_a_host_allows_no_other() -> None:
    gate = Gate(["127.0.0.1:8080", "wiki.corp"])
    for address in (
        "http://127.0.0.1:8081/",
        "http://127.0.0.2:8080/",
        "https://x.wiki.corp/",
        "http://localhost:8080/",
    ):
        with pytest.raises(FetchError):
            gate.check(address)


@pytest.mark.parametrize("wrong", ["", "http://127.0.0.1", "a b", "host:port", "host/path", "host:123456", "host:８０"])
def test_what_cannot_be_allowed_is_said_to_be_wrong(wrong: str) -> None:
    with pytest.raises(ConfigError, match="not a host that can be allowed"):
        Gate([wrong])


async def test_an_allowed_name_may_lead_to_the_operators_own_network() -> None:
    async def resolver(host: str) -> Sequence[str]:
        return ["10.0.0.7"]

    gate = Gate(["wiki.corp"], resolver=resolver)
    assert await gate.resolve("wiki.corp", 443) == ["10.0.0.7"]
    with pytest.raises(FetchError):
        await gate.resolve("example.com", 443)


async def test_a_public_page_leads_nobody_into_the_operators_own_network(
    internet: Internet, site: WebSite, clock: StoryClock
) -> None:
    fetcher = WebFetcher(
        contact="x", clock=clock, allowed=[site.host], resolver=internet.resolve, connector=internet
    )  # fmt: skip
    site.redirects("/old", f"http://{site.host}/inside")
    site.says("/inside", "for us only")
    assert (await fetcher.get(f"http://{site.host}/inside")).body == b"for us only"
    assert (await fetcher.get(f"http://{site.host}/old")).body == b"for us only", "a page inside may lead inside"
    with pytest.raises(FetchError, match="not on the public web"):
        await fetcher.get("http://acme.example/old")
    await fetcher.aclose()


# ---- the connection itself --------------------------------------------------------------------------------------


async def test_no_page_is_behind_a_unix_socket() -> None:
    with pytest.raises(FetchError):
        await GatedBackend(Gate()).connect_unix_socket("/var/run/docker.sock")


async def test_a_host_that_nobody_checked_is_refused_when_it_is_dialled(internet: Internet) -> None:
    backend = GatedBackend(Gate(resolver=internet.resolve), internet)
    for host in ("localhost", "127.0.0.1", "::1", "2130706433", "metadata.internal"):
        with pytest.raises(FetchError):
            await backend.connect_tcp(host, 80)
    with pytest.raises(FetchError):
        await backend.connect_tcp("acme.example", 6379)
    assert (internet.looked_up, internet.dialled) == ([], [])


@pytest.mark.parametrize("answer", [[], socket.gaierror(socket.EAI_NONAME, "?"), UnicodeError("label too long")])
async def test_a_name_without_an_address_is_no_connection(answer: list[str] | Exception) -> None:
    async def resolver(host: str) -> Sequence[str]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(httpcore.ConnectError):
        await GatedBackend(Gate(resolver=resolver)).connect_tcp("acme.example", 443)


async def test_the_system_looks_names_up_in_threads_of_its_own() -> None:
    resolver = SystemResolver(threads=1)
    assert "127.0.0.1" in await resolver("localhost")
    resolver.close()


# ---- whatever the address -----------------------------------------------------------------------------------------

_NAMES = st.sampled_from(["acme.example", "ACME.example.", "bücher.example", "xn--bcher-kva.example", "a_b.example"])
_HOSTS = st.one_of(
    _NAMES,
    st.sampled_from(["localhost", "a.internal", "127.1", "0", "xn--a.example"]),
    st.ip_addresses().map(lambda ip: f"[{ip}]" if ip.version == 6 else str(ip)),
    st.ip_addresses(v=4).map(lambda ip: str(int(ip))),
    st.ip_addresses(v=4).map(lambda ip: hex(int(ip))),
    st.ip_addresses(v=4).map(lambda ip: ".".join(oct(int(part)).replace("o", "") for part in str(ip).split("."))),
    st.ip_addresses(v=4).map(lambda ip: str(ip).replace(".", "。")),
    st.from_regex(r"[a-zA-Z0-9._@:%\[\]\\-]{1,20}", fullmatch=True),
    st.text(max_size=12),
)
_PATHS = st.one_of(st.sampled_from(["", "/", "/privacy", "?x", "#y", "\\@127.0.0.1"]), st.text(max_size=8))
_ODD_URLS = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTP://", "//", "http:", "http:\\\\", "ftp://", "file://", ""]),
    st.sampled_from(["", "", "", "user@", "a:b@", "acme.example@", "acme.example#@", "acme.example\\@"]),
    _HOSTS,
    st.sampled_from(["", "", ":80", ":443", ":22", ":0", ":65536"]),
    _PATHS,
)
_PLAIN_URLS = st.builds("https://{}{}".format, _NAMES, st.sampled_from(["", "/", "/privacy", "?x", "#y"]))
_URLS = st.one_of(_PLAIN_URLS, _ODD_URLS, st.text())
_PUBLIC = st.sampled_from([PUBLIC, "1.1.1.1", "172.32.0.1", "2606:4700::1111"])
_ANSWERS = st.one_of(
    st.lists(_PUBLIC, min_size=1, max_size=5),
    st.lists(st.one_of(_PUBLIC, st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str)), max_size=5),
)


class Recorder(httpcore.AsyncNetworkBackend):
    """Writes down what would be dialled, and refuses."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        assert port in (80, 443)
        self.dialled.append(host)
        raise httpcore.ConnectError("nobody is there")


async def _dialled(address: str, answers: list[str]) -> tuple[list[str], FetchError]:
    async def resolver(host: str) -> Sequence[str]:
        return answers

    recorder = Recorder()
    fetcher = WebFetcher(contact="x", clock=StoryClock(NOW), resolver=resolver, connector=recorder)
    with pytest.raises(FetchError) as failure:
        await fetcher.get(address)
    await fetcher.aclose()
    return recorder.dialled, failure.value


@settings(deadline=None, max_examples=300)
@given(address=_URLS, answers=_ANSWERS)
def test_whatever_the_address_only_public_addresses_of_its_name_are_dialled(address: str, answers: list[str]) -> None:
    dialled, failure = asyncio.run(_dialled(address, answers))
    assert failure.kind in {FetchFailure.REFUSED, FetchFailure.UNREACHABLE}
    for each in dialled:
        assert each in answers, "the address that was checked is the one that is dialled"
        ip = ipaddress.ip_address(each)
        assert ip.is_global
        assert not ip.is_multicast
        assert not ip.is_loopback
    event("dialled" if dialled else failure.kind.value)
    if dialled:
        assert all(ipaddress.ip_address(each).is_global for each in answers), "one bad answer refuses all"


@given(
    st.sampled_from(["https://acme.example/old", "http://acme.example/old"]),
    st.one_of(_URLS, _PATHS, st.from_regex(r"[/\\.:a-z0-9@#%?\[\]-]{1,30}", fullmatch=True)),
)
def test_whatever_the_location_it_leads_to_an_address_that_may_be_typed_or_nowhere(url: str, location: str) -> None:
    gate = Gate()
    here = gate.check(url)
    try:
        there = gate.follow(here, location)
    except FetchError as failure:
        kind, there = failure.kind, None
    if there is None:
        assert kind in {FetchFailure.REFUSED, FetchFailure.MOVED}
    else:
        assert gate.check(str(there)) == there
        assert (here.scheme, there.scheme) != ("https", "http")
