"""Serves the app with uvicorn inside the bot's own loop; signals are left to the bot (bot/app.py)."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.errors import ConfigError

#: Connections at once; more get a 503 rather than the bot's memory.
_AT_ONCE = 200
#: Seconds that a request under way is given when the bot ends (bot/app.py waits about as long).
_DRAIN = 1


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the bot ends its work first, and its pages last."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so."""
        await super().startup(sockets)
        self.listening.set()


async def serve(app: ASGIApp, host: str, port: int) -> tuple[uvicorn.Server, asyncio.Task[None]]:
    """Begin to serve ``app``; it answers when this returns.

    Args:
        app: the pages.
        host: the address to listen on, or a name of this machine.
        port: 0 takes a free one.

    Returns:
        The server, whose ``should_exit`` ends it, and the task in which it runs.

    Raises:
        ConfigError: nobody can listen there; says what to do.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="error",  # what strangers send wrong is theirs; a bug of ours is an error
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_AT_ONCE,
        timeout_graceful_shutdown=_DRAIN,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]), name="pages")
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
    if not listening.done():
        listening.cancel()
        await task  # raises what went wrong
    return server, task


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Bound here, because uvicorn would end the whole process when it cannot."""
    place = f"The pages cannot be served at {host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ConfigError(f"{place}: no machine is called so; set [web] host to an address of this one.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigError(f"{place}: {_WHY.get(error.errno or 0, error.strerror)}.") from error
    listener.setblocking(False)
    return listener


_WHY = {
    errno.EADDRINUSE: "another program listens there (a second Smallprint?); end it, or set another [web] port",
    errno.EACCES: "this user may not listen on that port; set [web] port to one above 1023",
    errno.EADDRNOTAVAIL: "that is no address of this machine; set [web] host to one that is",
}
