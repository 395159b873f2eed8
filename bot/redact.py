"""Secrets are taken out of whatever is said, in every form in which they may come back.

A platform that refuses a request may repeat it: the token as it is, as it stood in an address, in JSON, or in an
Authorization header in base64. Standard library only, because every command has it from its first moment.
"""

from __future__ import annotations

import base64
import json
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from types import TracebackType
from typing import TextIO
from urllib.parse import quote, quote_plus

#: What stands in the place of a secret.
HIDDEN = "███"
#: A shorter secret is no secret, and hiding it would only riddle the words.
SHORTEST = 6


def hidden(text: str, secrets: Collection[str], mark: str = HIDDEN) -> str:
    """``text`` without the secrets, whichever way they are written in it. Pure."""
    for form in _forms(tuple(secrets)):
        text = text.replace(form, mark)
    return text


@lru_cache(maxsize=16)
def _forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Every way of writing them, the longest first: a part of one must not be taken out before the whole."""
    found = {form for secret in secrets for form in _written(secret) if len(form) >= SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def _written(secret: str) -> Iterator[str]:
    for form in {secret, secret.strip()}:
        yield from (form, repr(form)[1:-1], json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1])
        yield from (quote(form, safe=""), quote(form), quote_plus(form))
        yield from _in_base64(form.encode("utf-8", "surrogateescape"))


def _in_base64(secret: bytes) -> Iterator[str]:
    """What is the same in base64 whatever stands before and after it, in both alphabets."""
    for before in range(3):
        # Of the first and last characters some bits are the neighbours'.
        whole = base64.b64encode(b"\0" * before + secret).decode("ascii").rstrip("=")
        middle = whole[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]
        yield from (middle, middle.replace("+", "-").replace("/", "_"))


def guard(secrets: Callable[[], Iterable[str]], stream: TextIO | None = None) -> None:
    """A bug that ends the program shows itself, and no secret with it.

    Args:
        secrets: asked when that happens.
        stream: where to, stderr by default.
    """

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        words = "".join(traceback.format_exception(kind, error, trace))
        print(hidden(words, tuple(secrets())), file=stream or sys.stderr, end="")

    sys.excepthook = say
