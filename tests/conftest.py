"""Every test lives under this: it dials nothing but loopback, and sees no account or configuration of this machine."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

#: Real policy histories; a user of the project does not have them, CI does.
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    try:
        return ipaddress.ip_address(address[0].split("%")[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would leave this machine fails at once, whatever library it uses."""
    for name in ("connect", "connect_ex"):
        real = getattr(socket.socket, name)

        def guarded(sock: socket.socket, address: Any, *, _real: Any = real) -> Any:
            if not _is_loopback(address):
                raise AssertionError(f"a test tried to dial {address!r}; inject a resolver or a connector")
            return _real(sock, address)

        monkeypatch.setattr(socket.socket, name, guarded)
    real_lookup = socket.getaddrinfo

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in (None, "", "localhost") and not _is_loopback((name,)):
            raise AssertionError(f"a test tried to look up {name!r}; inject a resolver")
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.fixture(autouse=True)
def _no_secrets_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SMALLPRINT_") and not name.startswith("SMALLPRINT_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus of real policy histories; in CI it must be there."""
    folder = SHARED / "corpus"
    if not folder.is_dir():
        if os.environ.get("SMALLPRINT_TEST_REQUIRE_CORPUS"):
            pytest.fail(f"the corpus is missing: {folder} (SMALLPRINT_TEST_REQUIRE_CORPUS is set)")
        pytest.skip("../shared/corpus is not here: real policy histories are not part of the project")
    return folder


# A landing is not the place for a new random example: in CI each property is tried with the same ones every time, and
# whoever works on the code gets new ones with every run.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
