"""Section A, three ways: typed by somebody, sent by a page as a redirect, answered by DNS. Nothing is dialled."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.errors import FetchError, FetchFailure
from bot.watch.discover import discover
from bot.watch.fetch import WebFetcher
from bot.watch.gate import NOT_AN_ADDRESS, NOT_PUBLIC, NOT_THIS_PORT, OWN_PAGE, Gate
from bot.watch.trusted import Trusted
from tests.fakes.web import PUBLIC, Internet, WebSite
from tests.hostile.table import Row, rows

SENTENCES = {NOT_AN_ADDRESS, NOT_THIS_PORT, NOT_PUBLIC, OWN_PAGE}
A = rows("A")
_MANY = re.compile(r"\{(.+?)\*(\d+)\}")


def spelt_out(address: str) -> str:
    """ "{a*5000}" is five thousand of them."""
    return _MANY.sub(lambda found: found[1] * int(found[2]), address)


def cases(*names: str, of: Callable[[Row], bool] = lambda row: True) -> list[object]:
    return [
        pytest.param(spelt_out(text), id=f"{row.id}-{number}")
        for row in A
        if of(row)
        for number, text in enumerate(text for name in names for text in row.list(name))
    ]


@pytest.mark.parametrize("address", cases("urls", "typed"))
async def test_typed(fetcher: WebFetcher, internet: Internet, address: str) -> None:
    with pytest.raises(FetchError) as refusal:
        await fetcher.get(address)
    assert refusal.value.kind is FetchFailure.REFUSED
    assert str(refusal.value) in SENTENCES, "a fixed sentence, which repeats nothing of the address"
    assert (internet.looked_up, internet.dialled) == ([], [])


@pytest.mark.parametrize("location", cases("urls", "locations", of=lambda row: not row.more.get("only_typed")))
async def test_sent_as_a_redirect(fetcher: WebFetcher, internet: Internet, site: WebSite, location: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
    site.sends("/old", head.encode())
    with pytest.raises(FetchError) as refusal:
        await fetcher.get("http://acme.example/old")
    assert refusal.value.kind in {FetchFailure.REFUSED, FetchFailure.MOVED}
    assert not re.search("127|169|evil|example.com/[^p]", str(refusal.value))
    assert set(internet.looked_up) == {"acme.example"}
    assert set(internet.dialled) == {PUBLIC}
    assert site.targets == ["/old"]


@pytest.mark.parametrize("location", cases("urls", of=lambda row: not row.more.get("only_typed")))
async def test_sent_as_a_redirect_of_the_rules_for_robots(
    fetcher: WebFetcher, internet: Internet, site: WebSite, location: str
) -> None:
    site.sends("/robots.txt", f"HTTP/1.1 301 Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode())
    with suppress(FetchError):
        await fetcher.get("http://acme.example/privacy")
    assert set(internet.looked_up) == {"acme.example"}
    assert set(internet.dialled) == {PUBLIC}
    assert set(site.targets) <= {"/privacy"}


@pytest.mark.parametrize("address", cases("answers"))
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_answered_by_dns(fetcher: WebFetcher, internet: Internet, address: str, scheme: str) -> None:
    internet.has("rebound.example", [address])
    with pytest.raises(FetchError, match="not on the public web") as refusal:
        await fetcher.get(f"{scheme}://rebound.example/")
    assert refusal.value.kind is FetchFailure.REFUSED
    assert internet.dialled == []


@pytest.mark.parametrize("address", cases("answers"))
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
async def test_one_bad_answer_refuses_all(fetcher: WebFetcher, internet: Internet, address: str, first: bool) -> None:
    internet.has("rebound.example", [address, PUBLIC] if first else [PUBLIC, address])
    with pytest.raises(FetchError, match="not on the public web"):
        await fetcher.get("https://rebound.example/")
    assert internet.dialled == []


@pytest.mark.parametrize("address", cases("answers"))
async def test_a_redirect_to_a_name_that_leads_there(
    fetcher: WebFetcher, internet: Internet, site: WebSite, address: str
) -> None:
    internet.has("rebound.example", [address])
    site.redirects("/old", "https://rebound.example/new")
    with pytest.raises(FetchError, match="not on the public web"):
        await fetcher.get("https://acme.example/old")
    assert set(internet.dialled) == {PUBLIC}
    assert site.targets == ["/old"]


def test_what_is_read_is_shown_as_dns_has_it() -> None:
    shown = {typed: spelling for row in A for typed, spelling in row.more.get("shown", {}).items()}
    assert shown
    assert {typed: str(Gate().check(typed)) for typed in shown} == shown


async def test_a_page_does_not_lead_from_https_to_http(fetcher: WebFetcher, internet: Internet, site: WebSite) -> None:
    site.redirects("/old", "http://acme.example/new")
    with pytest.raises(FetchError, match="from https to http") as refusal:
        await fetcher.get("https://acme.example/old")
    assert (refusal.value.kind, site.targets) == (FetchFailure.MOVED, ["/old"])


# ---- the bot itself ---------------------------------------------------------------------------------------------


async def test_a_page_does_not_lead_to_the_bots_own(
    guest: Callable[..., WebFetcher], internet: Internet, site: WebSite
) -> None:
    fetcher = guest(own=["https://bot.example"])
    site.redirects("/old", "https://bot.example/changes/1")
    with pytest.raises(FetchError) as refusal:
        await fetcher.get("https://acme.example/old")
    assert (str(refusal.value), internet.looked_up) == (OWN_PAGE, ["acme.example"])


async def test_a_name_that_leads_to_the_bot_itself_is_refused(
    guest: Callable[..., WebFetcher], internet: Internet, site: WebSite
) -> None:
    """By the address that the operator gave it, and by the kernel's word that both ends are this machine."""
    internet.has("alias.example", ["93.184.216.99"])
    with pytest.raises(FetchError, match="not on the public web"):
        await guest(own=["http://93.184.216.99"]).get("https://alias.example/")
    assert internet.dialled == []
    internet.local = "93.184.216.99"
    with pytest.raises(FetchError, match="not on the public web"):
        await guest().get("https://alias.example/")
    assert site.asked == [], "no byte was sent"


async def test_a_stranger_is_not_led_into_the_operators_own_network(
    guest: Callable[..., WebFetcher], internet: Internet, site: WebSite
) -> None:
    fetcher = guest(allowed=[site.host])
    inside = f"{site.url}/privacy"
    policy = "<title>Privacy Policy</title><p>" + "We keep what you tell us for as long as we like. " * 30
    site.says(f"{site.host}/privacy", policy)
    site.says("acme.example/", f'<a href="{inside}">Privacy policy</a>')
    for target in (inside, site.url, "acme.example"):
        with pytest.raises(FetchError):
            await discover(target, fetcher.get, Trusted(), stranger=True)
    with pytest.raises(FetchError):
        await discover("acme.example", fetcher.get, Trusted())
    assert "/privacy" not in [asked.target for asked in site.asked if asked.host == site.host]
    assert (await discover(inside, fetcher.get, Trusted())).candidates[0].url == inside, "the operator may"
    site.says(f"{site.host}/", f'<a href="{inside}">Privacy policy</a>')
    assert (await discover(site.url, fetcher.get, Trusted())).candidates[0].url == inside, "from page to page inside"
