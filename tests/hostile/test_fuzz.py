"""Addresses that nobody thought of: through the gate, past DNS, up to the connection. None escapes.

What an escape is, is said here by other means than the gate's own: the C library's reading of numbers, Python's tables
of networks, and what four other clients make of the address. A failure names its seed and number; to play it again:
``SMALLPRINT_TEST_SEED=<seed> pytest tests/hostile/test_fuzz.py``.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import random
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

import httpcore
import pytest

from bot.errors import FetchError, FetchFailure
from bot.watch.gate import NOT_AN_ADDRESS, NOT_PUBLIC, NOT_THIS_PORT, OWN_PAGE, Gate, GatedBackend
from tests.hostile.readers import by_httpx, readings
from tests.hostile.table import rows

SENTENCES = {NOT_AN_ADDRESS, NOT_THIS_PORT, NOT_PUBLIC, OWN_PAGE}
OWN = "bot.example"
INSIDE = "wiki.corp"

_NAMES = ["acme.example", "ACME.example.", "www.acme.example", "bücher.example", "xn--bcher-kva.example", "a_b.example"]
_BAD = [
    "localhost",
    "x.internal",
    "intranet",
    OWN,
    f"{OWN}.",
    INSIDE,
    f"x.{INSIDE}",
    "x.onion",
    "xn--a.example",
    "[::1]",
]
_SCHEMES = [
    "http://",
    "https://",
    "HTTP://",
    "hTTps://",
    "//",
    "http:",
    "http:/",
    "http:\\\\",
    "https:///",
    "ftp://",
    "",
]
_BEFORE = ["user@", "a:b@", "acme.example@", "acme.example#@", "acme.example\\@", "acme.example%40", "@", "[", "%00"]
_AFTER = ["", "", "", ":80", ":443", ":", ":0443", ":22", ":0", ":65536", ":８０", ":4_4_3", ":+80", ":80:443", "."]
_REST = ["", "/", "/privacy", "?x", "#y", "/#@evil.example", "\\@127.0.0.1", ";@x", "?@127.0.0.1/", "/../..", "//x"]
#: What is pushed into an address, or put in place of one of its characters.
_ODD = [
    *"@:/\\?#%[]. \t\r\n\0_-~;&=",
    "。",
    "．",
    "｡",
    "①",
    "１",
    "０",
    "ß",
    "ς",
    "K",
    "İ",
    "\u00ad",
    "\u200b",
    "\u200d",
]
_ODD += [
    "\u202e",
    "\u0301",
    "\u2044",
    "％",
    "＠",
    "＃",
    "／",
    "：",
    "%2e",
    "%40",
    "%5c",
    "%00",
    "0x",
    "xn--",
    "\ud800",
    "é",
    "中",
]
_TABLE = [address for row in rows("A") for name in ("urls", "typed", "locations") for address in row.list(name)]


def _number(chance: random.Random) -> str:
    """An IPv4 or IPv6 address in one of its spellings; half of them lead inside."""
    inside = chance.choice([0x7F000001, 0xA9FEA9FE, 0x0A000001, 0xC0A80001, 0xA83F8110, 0x64400001, 0])
    four = ipaddress.IPv4Address(inside if chance.random() < 0.7 else chance.getrandbits(32))
    parts = str(four).split(".")
    match chance.randrange(9):
        case 0:
            return str(int(four))
        case 1:
            return hex(int(four))
        case 2:
            return ".".join(f"0{int(part):o}" for part in parts)
        case 3:
            return ".".join(hex(int(part)) for part in parts)
        case 4:
            return f"{parts[0]}.{int(four) & 0xFFFFFF}"
        case 5:
            return str(four).replace(".", chance.choice(["。", "．", "%2e", "..", "."]))
        case 6:
            return f"[{ipaddress.IPv6Address(chance.choice([0xFFFF << 32, 0, 0x64FF9B << 96]) | int(four))}]"
        case 7:
            return f"[{ipaddress.IPv6Address(chance.getrandbits(128))}]"
        case _:
            return str(four)


def address(chance: random.Random) -> str:
    """One of the table's or one put together from parts, with up to three characters pushed in or replaced."""
    if chance.random() < 0.2:
        made = chance.choice(_TABLE)
    else:
        host = chance.choice([chance.choice(_NAMES), chance.choice(_NAMES), chance.choice(_BAD), _number(chance)])
        before = chance.choice(_BEFORE) if chance.random() < 0.2 else ""
        scheme = chance.choice(_SCHEMES) if chance.random() < 0.3 else chance.choice(_SCHEMES[:2])
        made = scheme + before + host + chance.choice(_AFTER) + chance.choice(_REST)
    if chance.random() < 0.3:  # one that may be read, up to a slip in it
        made = chance.choice(_SCHEMES[:2]) + chance.choice(_NAMES) + chance.choice(["", "/", "/privacy", "?x=1", "#y"])
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2, 3])):
        at = chance.randrange(len(made) + 1)
        odd = chance.choice(_ODD) if chance.random() < 0.8 else chr(chance.randrange(0x11000))
        made = made[:at] + odd + made[at + chance.randrange(2) :]
    return made


def answers(chance: random.Random) -> list[str]:
    """What DNS says: mostly public addresses, and now and then one that is not."""
    found = [str(ipaddress.IPv4Address(chance.getrandbits(32))) for _ in range(chance.randrange(1, 3))]
    if chance.random() < 0.5:
        found = ["93.184.216.34"]
    if chance.random() < 0.2:
        found.append(str(ipaddress.IPv6Address(chance.getrandbits(128))))
    if chance.random() < 0.2:
        found.append(_number(chance).strip("[]"))
    return found


class Recorder(httpcore.AsyncNetworkBackend):
    """Writes down what would be dialled, and refuses."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, port: int, *args: object, **kwargs: object) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        raise httpcore.ConnectError("nobody is there")


def _is_number(host: str) -> bool:
    """Whether the C library takes a name for an address."""
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" in host
    return True


def _is_inside(found: str) -> bool:
    """Whether Python's own tables know an address as not of the public internet."""
    ip = ipaddress.ip_address(found)
    carried = (
        getattr(ip, "ipv4_mapped", None)
        or getattr(ip, "sixtofour", None)
        or (getattr(ip, "teredo", None) or [None])[-1]
    )
    return not ip.is_global or ip.is_multicast or carried is not None


def escapes(made: str, asked: list[str], dialled: Sequence[str], known: Sequence[str], url: str) -> Iterator[str]:
    """What is wrong with an address that the gate let through as ``url``."""
    scheme, host, port = by_httpx(url)
    if scheme not in {"http", "https"} or port not in {80, 443}:
        yield f"scheme or port: {scheme} {port}"
    if _is_number(host) or "." not in host or host.endswith((".internal", ".corp", ".onion", ".localhost")):
        yield f"host: {host}"
    if host == OWN:
        yield "the bot's own page"
    for name, reading in readings(made).items():
        if reading != (scheme, host, port):
            yield f"{name} reads {reading} and the bot {(scheme, host, port)}"
    if asked != [host]:
        yield f"DNS was asked for {asked}"
    for each in dialled:
        if each not in known or _is_inside(each):
            yield f"dialled {each}"
    if dialled and any(_is_number(each) and _is_inside(each) for each in known):
        yield f"dialled although one of {known} is inside"


async def fuzz(seed: int, number: int) -> Counter[str]:
    """So many addresses through the gate; what became of them.

    Raises:
        AssertionError: one escaped.
    """
    chance = random.Random(seed)
    asked: list[str] = []
    known: list[str] = []

    async def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return known

    gate = Gate([f"{INSIDE}:8000"], own=[f"https://{OWN}"], resolver=resolve)
    here = gate.check("https://acme.example/old")
    became: Counter[str] = Counter()
    for count in range(number):
        made = address(chance)
        known[:] = answers(chance)
        recorder = Recorder()
        asked.clear()
        redirected = chance.random() < 0.2
        refusal: FetchError | None = None
        try:
            url = gate.follow(here, made) if redirected else gate.check(made, via="")
        except FetchError as error:
            refusal = error
        except Exception as error:
            raise AssertionError((seed, count, ascii(made))) from error
        if refusal is not None:
            moved = redirected and refusal.kind is FetchFailure.MOVED
            assert moved or str(refusal) in SENTENCES, (seed, count, ascii(made))
            became["refused"] += 1
            continue
        whole = urljoin("https://acme.example/old", made) if redirected else made
        try:
            await GatedBackend(gate, recorder).connect_tcp(by_httpx(str(url))[1], by_httpx(str(url))[2])
        except (FetchError, httpcore.ConnectError) as failure:
            became["refused at DNS" if isinstance(failure, FetchError) else "dialled"] += 1
        wrong = list(escapes(whole, asked, recorder.dialled, known, str(url)))
        assert not wrong, (seed, count, ascii(made), wrong)
    return became


def test_twenty_thousand_addresses_and_none_escapes() -> None:
    seed = int(os.environ.get("SMALLPRINT_TEST_SEED", 0)) or random.randrange(1, 10**9)
    became = asyncio.run(fuzz(seed, 20_000))
    assert min(became[what] for what in ("refused", "refused at DNS", "dialled")) > 500, became


@pytest.mark.simulation
@pytest.mark.parametrize("part", range(10))
def test_a_million_addresses_and_none_escapes(part: int) -> None:
    seed = int(os.environ.get("SMALLPRINT_TEST_SEED", 0)) or random.randrange(1, 10**9)
    became = asyncio.run(fuzz(seed + part, 100_000))
    print(f"seed {seed + part}: {dict(became)}")
    assert sum(became.values()) == 100_000


def test_every_address_of_the_table_that_clients_read_differently_is_refused() -> None:
    """Were the gate to let it through, it would not be for want of another reading."""
    differing = [each for each in _TABLE if len(set(readings(each).values())) > 1]
    assert len(differing) >= 5
    for each in differing:
        with pytest.raises(FetchError):
            Gate().check(each)


def test_the_fuzzer_would_see_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    """With any one of the gate's checks taken out, it does not take long."""
    for name, broken in {
        "_check_name": lambda host: None,
        "_reads_alike": lambda written, host: True,
        "is_public": lambda found: True,
    }.items():
        with monkeypatch.context() as patch:
            patch.setattr(f"bot.watch.gate.{name}", broken)
            with pytest.raises(AssertionError):
                asyncio.run(fuzz(1, 20_000))
