"""Nobody else in the bot reaches out towards an address of a stranger: every door to the outside is named here.

What opens a connection is looked for in the source of every module, by name; a door that is not in the table fails, and
so does a row without its door. Whoever adds one says whom it leads to; towards strangers there is one, and it is gated.
"""

from __future__ import annotations

import ast
from pathlib import Path

import httpcore
import httpx
import pytest

import bot
from bot.clock import StoryClock
from bot.watch.fetch import WebFetcher
from bot.watch.gate import GatedBackend
from tests.hostile.table import FOLDER
from tests.watch.conftest import NOW

SOURCE = Path(bot.__file__).parent

#: Names by which Python opens a connection or starts a program that may: of modules, and of calls on them.
CLIENTS = {
    "httpx.AsyncClient", "httpx.Client", "httpx.get", "httpx.head", "httpx.post", "httpx.request", "httpx.stream",
    "httpx.AsyncHTTPTransport", "httpx.HTTPTransport",
    "httpcore.AsyncConnectionPool", "httpcore.AsyncHTTPProxy", "httpcore.AnyIOBackend", "httpcore.request",
    "requests.Session", "requests.get", "requests.post", "requests.request",
    "socket.socket", "socket.create_connection", "socket.getaddrinfo", "socket.gethostbyname",
    "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "os.system", "os.posix_spawn", "os.execv",
    "asyncio.open_connection", "asyncio.create_connection", "asyncio.start_server", "getaddrinfo", "create_connection",
}  # fmt: skip
#: Modules whose very import is a door.
LIBRARIES = {
    "urllib.request", "http.client", "ftplib", "smtplib", "telnetlib", "xmlrpc.client", "aiohttp", "websockets",
    "urllib3", "playwright", "atproto_client", "mastodon", "tweepy", "subprocess", "multiprocessing", "dns",
}  # fmt: skip

#: Each door: module and name -> whom it leads to.
DOORS = {
    ("watch/fetch.py", "httpx.AsyncClient"): "strangers, through the gate",
    ("watch/wire.py", "httpcore.AsyncConnectionPool"): "strangers, by the backend that it is given: the gate's",
    ("watch/wire.py", "httpx.AsyncClient"): "nobody: it is handed the fetcher's",
    ("watch/route.py", "httpcore.AnyIOBackend"): "the operator's second route, which the gate passes first",
    ("watch/browser.py", "playwright"): "a browser that has nowhere to go: each of its requests is the fetcher's",
    ("watch/showing.py", "playwright"): "nobody: it speaks to that browser",
    ("watch/workers.py", "asyncio.create_subprocess_exec"): "nobody: a parser beside the bot",
    ("write/draw.py", "asyncio.create_subprocess_exec"): "nobody: it draws a picture beside the bot",
    ("watch/gate.py", "httpcore.AnyIOBackend"): "addresses that the gate has just checked",
    ("watch/gate.py", "socket.getaddrinfo"): "names that the gate has just checked",
    ("operator/doctor.py", "httpx.AsyncClient"): "one site that is written in the code",
    ("operator/doctor.py", "getaddrinfo"): "its name",
    ("web/export.py", "httpx.AsyncClient"): "the bot's own app in the same process",
    ("web/serve.py", "socket.socket"): "nobody: it listens",
    ("web/serve.py", "socket.getaddrinfo"): "the address to listen on, from the settings",
    ("demo/__init__.py", "socket.socket"): "nobody: it looks for a free port",
    ("platforms/wire.py", "requests.Session"): "X and the operator's own instance",
    ("platforms/wire.py", "urllib3"): "nobody: the names of its errors",
    ("platforms/x.py", "tweepy"): "X",
    ("platforms/mastodon.py", "mastodon"): "the operator's own instance",
    ("platforms/xrpc.py", "atproto_client"): "the operator's own server",
}


def doors() -> set[tuple[str, str]]:
    """What every module of the bot opens."""
    return {
        (path.relative_to(SOURCE).as_posix(), name)
        for path in SOURCE.rglob("*.py")
        for name in opened(ast.parse(path.read_text(encoding="utf-8")))
    }


def opened(tree: ast.AST) -> set[str]:
    """The doors in a module: what it names (whether it calls it or hands it on) and what it imports."""
    aliases: dict[str, str] = {}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported = [(name.name, name.asname or name.name.partition(".")[0]) for name in node.names]
            aliases |= {short: name if short not in name.split(".") else short for name, short in imported}
            found |= {library for name, _ in imported for library in LIBRARIES if _is_in(name, library)}
        elif isinstance(node, ast.ImportFrom) and node.module:
            aliases |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
            full = [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
            found |= {library for name in full for library in LIBRARIES if _is_in(name, library)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = ast.unparse(node)
            first, dot, rest = name.partition(".")
            spelt = aliases.get(first, first) + dot + rest
            found |= {spelt} & CLIENTS | {node.attr if isinstance(node, ast.Attribute) else ""} & CLIENTS
    return found - {"getaddrinfo"} if "socket.getaddrinfo" in found else found


def _is_in(name: str, library: str) -> bool:
    return name == library or name.startswith(library + ".")


def test_every_door_of_the_bot_is_known() -> None:
    assert doors() - DOORS.keys() == set(), "towards strangers use WebFetcher; else say in DOORS whom it leads to"
    assert DOORS.keys() - doors() == set(), "these are no longer there"


@pytest.mark.parametrize(
    ("code", "door"),
    [
        ("import httpx\nhttpx.get('x')", "httpx.get"),
        ("import httpx as h\nclient = h.AsyncClient", "httpx.AsyncClient"),
        ("from httpx import AsyncClient as A\nA()", "httpx.AsyncClient"),
        ("def f():\n    from urllib.request import urlopen", "urllib.request"),
        ("import urllib.request", "urllib.request"),
        ("from urllib import request", "urllib.request"),
        ("import asyncio\nasync def f(): await asyncio.open_connection('x', 1)", "asyncio.open_connection"),
        ("loop.create_connection(x)", "create_connection"),
        ("import socket as s\ns.socket()", "socket.socket"),
    ],
)
def test_a_new_door_would_be_seen(code: str, door: str) -> None:
    assert door in opened(ast.parse(code))


def test_the_door_to_strangers_is_the_gate() -> None:
    """Whatever the fetcher asks for goes over connections that the gate opens, and no proxy of the environment."""
    fetcher = WebFetcher(contact="x", clock=StoryClock(NOW))
    client = fetcher._client
    assert isinstance(client, httpx.AsyncClient)
    assert client.trust_env is False
    assert not client._mounts
    assert isinstance(client._transport._pool, httpcore.AsyncConnectionPool)  # type: ignore[attr-defined]
    assert isinstance(client._transport._pool._network_backend, GatedBackend)  # type: ignore[attr-defined]


def test_tables_stand_beside_their_runners() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == ["addresses", "bytes", "pages", "texts"]
