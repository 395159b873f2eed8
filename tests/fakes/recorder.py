"""A place that nothing may reach: a port of loopback, on TCP and UDP, that writes down whoever comes."""

from __future__ import annotations

import asyncio
from typing import Self


class Recorder(asyncio.DatagramProtocol):
    """Listens on 127.0.0.1 and [::1], where there is one."""

    def __init__(self) -> None:
        #: The first line of each connection, and "UDP" for each datagram.
        self.seen: list[str] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._note, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._udp, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", self.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._udp.close()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.seen.append("UDP")

    async def _note(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen.append((await reader.readline()).decode("latin-1").strip() or "a connection")
        writer.close()
