"""Hostile bytes: whatever a server sends, an answer costs no more than its limits."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import httpx
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FetchError, FetchFailure
from bot.watch.gate import Gate, GatedBackend
from bot.watch.wire import Answer, Budget, Limits, Transport, _Unpacker, ask
from tests.fakes.web import WebSite

MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

Get = Callable[..., Coroutine[Any, Any, Answer]]


@pytest.fixture
async def get(site: WebSite) -> AsyncIterator[Get]:
    client = httpx.AsyncClient(transport=Transport(GatedBackend(Gate([site.host]))), timeout=None)

    async def get(path: str, limits: Limits | None = None) -> Answer:
        return await ask(client, httpx.URL(site.url + path), {}, limits or Limits())

    yield get
    await client.aclose()


async def refused(answer: Coroutine[Any, Any, Answer]) -> FetchError:
    with pytest.raises(FetchError) as failure:
        await answer
    return failure.value


def packed(body: bytes, encoding: str = "gzip") -> bytes:
    return OK + f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def test_an_answer_is_its_status_headers_and_body(site: WebSite, get: Get) -> None:
    site.says("/", "We keep it.", 203, etag='"v1"')
    answer = await get("/")
    assert (answer.status, answer.headers["etag"], answer.body) == (203, '"v1"', b"We keep it.")


# ---- packed bodies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", " gzip "])
async def test_one_layer_of_gzip_is_unpacked(site: WebSite, get: Get, encoding: str) -> None:
    site.sends("/", packed(gzip.compress(b"We keep it."), encoding))
    assert (await get("/")).body == b"We keep it."


async def test_a_body_in_several_members_is_one_body(site: WebSite, get: Get) -> None:
    site.sends("/", packed(gzip.compress(b"We ") + gzip.compress(b"keep it.") + b"\0" * 512))
    assert (await get("/")).body == b"We keep it."


async def test_nothing_packed_is_nothing(site: WebSite, get: Get) -> None:
    site.sends("/", packed(b""))
    assert (await get("/")).body == b""


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "deflate", "gzip, gzip, gzip", "gzip, br", "rot13", "identity, gzip"]
)
async def test_what_the_bot_did_not_ask_for_is_not_unpacked(site: WebSite, get: Get, encoding: str) -> None:
    site.sends("/", packed(gzip.compress(gzip.compress(b"x")), encoding))
    failure = await refused(get("/"))
    assert (failure.kind, "did not ask for" in str(failure)) == (FetchFailure.SERVER_ERROR, True)


@pytest.mark.parametrize(
    ("bomb", "encoding"),
    [
        (gzip.compress(bytes(64 * MIB)), "gzip"),
        (zstandard.compress(bytes(64 * MIB)), "zstd"),
        # A megabyte of zeros, packed, many times over.
        (gzip.compress(bytes(MIB)) * 64, "gzip"),
    ],
    ids=["gzip", "zstd", "gzip in many members"],
)
async def test_a_bomb_does_not_go_off(site: WebSite, get: Get, bomb: bytes, encoding: str) -> None:
    site.sends("/", packed(bomb, encoding))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    failure = await refused(get("/"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert failure.kind in {FetchFailure.TOO_LARGE, FetchFailure.SERVER_ERROR}
    assert peak - before < 32 * MIB


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"We keep it. " * 99)[:-30],
        gzip.compress(b"x")[:-1],
        b"not gzip at all",
        gzip.compress(b"x") + b"!",
    ],
    ids=["cut in the middle", "cut before its last byte", "no gzip", "garbage at the end"],
)
async def test_a_packed_body_that_is_not_whole_is_cut_off(site: WebSite, get: Get, body: bytes) -> None:
    site.sends("/", packed(body))
    assert (await refused(get("/"))).kind is FetchFailure.TRUNCATED


@given(st.binary(max_size=2_000), st.lists(st.integers(1, 200), max_size=5), st.integers(1, 3))
def test_however_the_bytes_come_the_same_body_is_unpacked(body: bytes, cuts: list[int], members: int) -> None:
    wire = gzip.compress(body) * members
    unpack = _Unpacker(10_000, packed=True)
    for cut in cuts:
        unpack.feed(wire[:cut])
        wire = wire[cut:]
    unpack.feed(wire)
    assert bytes(unpack.body) == body * members
    assert unpack.whole


@given(st.binary(max_size=300), st.integers(0, 400))
def test_whatever_is_sent_as_gzip_nothing_grows_beyond_the_ceiling(noise: bytes, ceiling: int) -> None:
    unpack = _Unpacker(ceiling, packed=True)
    with suppress(FetchError, zlib.error):
        unpack.feed(gzip.compress(bytes(350)) + noise)
    assert len(unpack.body) <= ceiling + 1


# ---- too much -------------------------------------------------------------------------------------------------


async def test_a_body_that_never_ends_is_left_at_the_limit(site: WebSite, get: Get) -> None:
    site.streams("/", CHUNKED, b"10000\r\n" + b"a" * 65536 + b"\r\n")
    assert (await refused(get("/"))).kind is FetchFailure.TOO_LARGE


async def test_a_body_that_says_it_is_too_large_is_not_even_begun(site: WebSite, get: Get) -> None:
    site.sends("/", OK + b"Content-Length: 10000000000\r\n\r\nten bytes!", then_hangs=True)
    assert (await refused(get("/"))).kind is FetchFailure.TOO_LARGE


async def test_a_body_of_exactly_the_limit_is_read(site: WebSite, get: Get) -> None:
    site.says("/", b"a" * 1000)
    assert len((await get("/", Limits(wire=1000, decoded=1000))).body) == 1000
    assert (await refused(get("/", Limits(wire=999)))).kind is FetchFailure.TOO_LARGE
    assert (await refused(get("/", Limits(decoded=999)))).kind is FetchFailure.TOO_LARGE


@pytest.mark.parametrize(
    "lines",
    [
        [f"X-{number}: {number}" for number in range(10_000)],
        ["X: " + "a" * 1_000_000],
        [f"Set-Cookie: {number}={'c' * 400}" for number in range(100)],
    ],
    ids=["ten thousand", "one of a megabyte", "a hundred cookies"],
)
async def test_more_header_lines_than_a_page_needs_are_too_many(site: WebSite, get: Get, lines: list[str]) -> None:
    site.sends("/", OK + "\r\n".join(lines).encode() + b"\r\nContent-Length: 0\r\n\r\n")
    failure = await refused(get("/"))
    assert (failure.kind, "header lines" in str(failure)) == (FetchFailure.TOO_LARGE, True)


# ---- too little, too late -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 1000\r\n\r\n" + b"a" * 600,
        CHUNKED + b"3e8\r\n" + b"a" * 600,
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"zz\r\nhello\r\n",
    ],
    ids=["shorter than it says", "in the middle of a chunk", "before the last chunk", "nonsense between chunks"],
)
async def test_a_page_that_ends_before_it_is_whole_is_cut_off(site: WebSite, get: Get, answer: bytes) -> None:
    site.sends("/", answer)
    failure = await refused(get("/"))
    assert (failure.kind, failure.can_retry) == (FetchFailure.TRUNCATED, True)


async def test_a_body_that_is_longer_than_it_says_is_what_it_says(site: WebSite, get: Get) -> None:
    site.streams("/", OK + b"Content-Length: 10\r\n\r\n0123456789", b"a" * 65536)
    assert (await get("/")).body == b"0123456789"


async def test_a_page_without_a_length_ends_with_its_connection(site: WebSite, get: Get) -> None:
    """Whether it is whole can only be told by its text (watch/plausible.py)."""
    site.sends("/", OK + b"\r\n<p>We keep")
    assert (await get("/")).body == b"<p>We keep"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x16\x03\x01",
        b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
    ],
    ids=["nothing", "half a line", "another protocol", "TLS", "a length that is none"],
)
async def test_what_is_no_http_is_no_answer(site: WebSite, get: Get, answer: bytes) -> None:
    site.sends("/", answer)
    failure = await refused(get("/"))
    assert (failure.kind, failure.can_retry) == (FetchFailure.UNREACHABLE, True)
    assert len(site.asked) == 1, "what was asked is not asked again"


async def test_bytes_that_trickle_are_not_waited_for_any_longer_than_the_budget(site: WebSite, get: Get) -> None:
    """Each byte comes in time; only their sum does not."""
    site.sends("/", CHUNKED, *[b"1\r\na\r\n"] * 100, every=0.02)
    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        async with Budget(0.1).spend():
            await get("/")
    assert asyncio.get_running_loop().time() - began < 1


async def test_a_budget_is_spent_over_all_requests() -> None:
    budget = Budget(0.05)
    async with budget.spend():
        await asyncio.sleep(0.03)
    with pytest.raises(TimeoutError):
        async with budget.spend():
            await asyncio.sleep(0.03)
    with pytest.raises(TimeoutError):
        async with budget.spend():
            await asyncio.sleep(0)
