"""What is known after a request that failed before, during or after sending."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.errors import PlatformError, PlatformFailure
from bot.platforms.outcome import Purpose
from bot.platforms.wire import Wire, in_thread


def bug(wire: Wire) -> PlatformError:
    raise AssertionError("asked to word an answer that does not exist")


async def ask(url: str, purpose: Purpose = "write") -> PlatformError:
    wire = Wire("Here", [])
    with pytest.raises(PlatformError) as failed:
        await wire.ask(purpose, lambda: wire.post(url), bug)
    return failed.value


async def test_a_name_that_does_not_resolve_means_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_host(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    assert (await ask("https://api.nowhere.example/2/tweets")).kind is PlatformFailure.TRY_AGAIN


async def test_a_connection_that_never_comes_about_means_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def silence(*args: object, **kwargs: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket.socket, "connect", silence)
    assert (await ask("http://127.0.0.1:9/")).kind is PlatformFailure.TRY_AGAIN


async def test_a_connection_cut_in_the_middle_leaves_it_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def cut() -> None:
            connection, _ = server.accept()
            connection.recv(10)
            connection.close()

        threading.Thread(target=cut, daemon=True).start()
        assert (await ask(f"http://127.0.0.1:{server.getsockname()[1]}/")).kind is PlatformFailure.UNKNOWN


async def test_a_read_back_that_cannot_be_made_leaves_it_unknown() -> None:
    assert (await ask("http://127.0.0.1:9/", "read back")).kind is PlatformFailure.UNKNOWN


async def test_a_bug_of_ours_shows_itself() -> None:
    wire = Wire("Here", [])
    with pytest.raises(ZeroDivisionError):
        await wire.ask("write", lambda: 1 // 0, bug)


async def test_an_answer_that_drips_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the whole never does."""
    monkeypatch.setattr("bot.platforms.wire.TIME_OUT", 0.2)
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not done.wait(0.05):
                    connection.sendall(b".")

        threading.Thread(target=drip, daemon=True).start()
        failed = await ask(f"http://127.0.0.1:{server.getsockname()[1]}/")
        done.set()
    assert failed.kind is PlatformFailure.UNKNOWN


def test_a_bot_that_stops_does_not_wait_for_a_silent_server() -> None:
    """`asyncio.to_thread` would keep the process alive until the server's time-out."""
    stopped = threading.Event()

    async def main() -> None:
        asking = asyncio.create_task(in_thread(lambda: stopped.wait(30)))
        await asyncio.sleep(0)
        asking.cancel()

    began = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - began < 10
    stopped.set()


def test_no_netrc_of_the_machine_goes_before_our_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    sent = []

    class Adapter(requests.adapters.HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
            sent.append(request.headers["Authorization"])
            return requests.Response()

    wire = Wire("Here", [])
    wire.mount("http://", Adapter())
    wire.request("GET", "http://127.0.0.1:9/", headers={"Authorization": "Bearer ours"})
    assert sent == ["Bearer ours"]


def test_an_address_is_exchanged_before_it_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = []

    class Sign(requests.auth.AuthBase):
        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            signed.append(request.url)
            return request

    wire = Wire("Here", [], instead_of="https://api.twitter.com", base="http://127.0.0.1:9")
    with pytest.raises(requests.ConnectionError):
        wire.request("GET", "https://api.twitter.com/2/users/me", auth=Sign())
    assert signed == ["http://127.0.0.1:9/2/users/me"]
