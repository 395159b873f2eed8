"""`smallprint` with a telephone book in place of DNS and a lock on the door: ``python -m tests.soak.guarded``.

Nothing of the bot is replaced. What lies below it is: names are looked up in the file that ``SOAK_TELEPHONE_BOOK``
names, and a connection to anything but loopback is not made but said on stderr, where the soak looks for it.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

#: What is said of a connection or a look-up that must not be.
ESCAPE = "ESCAPED:"
#: How long a silent name server is waited for: resolv.conf's own default for two attempts is ten seconds.
SILENCE = 12.0

_FAILURES = {"gone": (socket.EAI_NONAME, 0.0), "later": (socket.EAI_AGAIN, 0.2), "silent": (socket.EAI_AGAIN, SILENCE)}


def guard(book: dict[str, str]) -> None:
    """From now on this process knows only these names, and reaches only this machine."""
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def found(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in (None, "", "localhost") or _is_literal(name):
            return look_up(host, *args, **kwargs)
        answer = book.get(name)
        if answer is None:
            print(ESCAPE, "a look-up of", repr(name), file=sys.stderr, flush=True)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if answer in _FAILURES:
            code, seconds = _FAILURES[answer]
            time.sleep(seconds)
            raise socket.gaierror(code, "Name or service not known")
        return look_up(answer, *args, **kwargs)

    def reached(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            print(ESCAPE, "a connection to", repr(address), file=sys.stderr, flush=True)
            raise ConnectionRefusedError
        connect(self, address)

    socket.getaddrinfo = found
    socket.socket.connect = reached  # type: ignore[method-assign, assignment]


def _is_literal(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_literal(host) and ipaddress.ip_address(host).is_loopback)


def main() -> None:
    guard(json.loads(Path(os.environ["SOAK_TELEPHONE_BOOK"]).read_text(encoding="utf-8")))
    from bot.cli import main as smallprint

    smallprint()


if __name__ == "__main__":
    main()
