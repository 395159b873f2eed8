"""The pages over a real socket of loopback."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from bot.errors import ConfigError
from bot.web import serve
from tests.web.house import House


def port_of(server: uvicorn.Server) -> int:
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


@contextmanager
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


async def stop(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    server.should_exit = True
    await asyncio.wait_for(task, timeout=5)


async def test_it_answers_as_soon_as_it_is_said_to_serve_and_ends_when_it_is_told_to(house: House) -> None:
    house.tell()
    server, task = await serve(house.app, "127.0.0.1", 0)
    port = port_of(server)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        page = await client.get("/changes/news")
        assert page.status_code == 200
        assert "server" not in page.headers
        assert (await client.get("/readyz")).json()["ready"] is True
        assert (await client.get("/../../etc/passwd")).status_code == 404
    await stop(server, task)
    again, second = await serve(house.app, "127.0.0.1", port)
    await stop(again, second)


async def test_signals_are_left_to_the_bot(house: House) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        server, task = await serve(house.app, "127.0.0.1", 0)
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0)
        assert heard == [signal.SIGTERM]
        assert not server.should_exit
        await stop(server, task)
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_a_reader_that_stays_does_not_keep_the_bot_from_ending(house: House) -> None:
    server, task = await serve(house.app, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    writer.write(b"GET /about HTTP/1.1\r\nHost: x\r\n")  # and never ends its request
    await writer.drain()
    await stop(server, task)
    writer.close()
    assert await reader.read(1) == b""


async def test_a_page_that_takes_too_long_does_not_keep_the_bot_from_ending() -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await never.wait()

    server, task = await serve(slow, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await begun.wait()
    await stop(server, task)
    writer.close()


async def test_what_strangers_send_wrong_is_not_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    server, task = await serve(house.app, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    writer.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()
    await stop(server, task)
    assert caplog.records == []


async def test_a_busy_port_is_told_in_one_sentence(house: House) -> None:
    with taken() as port, pytest.raises(ConfigError) as caught:
        await serve(house.app, "127.0.0.1", port)
    assert str(caught.value) == (
        f"The pages cannot be served at 127.0.0.1:{port}: another program listens there (a second Smallprint?); "
        "end it, or set another [web] port."
    )


async def test_a_foreign_address_is_told_in_one_sentence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 8080))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(ConfigError, match="that is no address of this machine; set \\[web\\] host to one that is"):
        await serve(house.app, "192.0.2.1", 8080)


async def test_a_name_that_nobody_has_is_told_in_one_sentence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(*args: object, **kwargs: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(ConfigError, match="no machine is called so"):
        await serve(house.app, "nowhere.invalid", 8080)
