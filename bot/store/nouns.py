"""Nouns <-> JSON, for those that are kept whole (a change, a mention, a text).

Every field is written, so that a new default never changes what an old row says; a field that an old row lacks gets
its default.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

_Noun = TypeVar("_Noun")


#: Made when first needed: each takes some milliseconds.
_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_plain(noun: Any) -> Any:
    """What JSON can hold of a noun."""
    return _adapter(type(noun)).dump_python(noun, mode="json")


def to_noun(kind: type[_Noun], plain: Any) -> _Noun:
    """The noun that `to_plain` was given."""
    noun: _Noun = _adapter(kind).validate_python(plain)
    return noun


def pack(noun: object) -> bytes:
    """A noun as UTF-8 JSON; half a surrogate pair, which a page may hold, survives."""
    return json.dumps(to_plain(noun), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def unpack(kind: type[_Noun], data: bytes) -> _Noun:
    """The noun that `pack` was given."""
    return to_noun(kind, json.loads(data.decode("utf-8", "surrogatepass")))
