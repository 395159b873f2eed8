"""Texts and the pages they stand in, compressed with zstd, each with the one before it as dictionary.

One blob is a text followed by its page, in one frame: most of the text stands in the page and costs nothing twice.
Blobs of a policy form two chains, of policies and of evidence (a wall between two versions would be a poor dictionary
for the next); every ``FULL_EVERY`` a full copy starts anew, so that a damaged row harms at most the 19 after it. The
digest of what was put in is checked whenever it is taken out.
"""

from __future__ import annotations

import hashlib
from typing import Any

import zstandard
from sqlalchemy import Connection, Row, insert, select

from bot.errors import StoreError
from bot.store.schema import blobs, policies

FULL_EVERY = 20
#: 2 ms for a page of 170 KB; level 19 takes 40 ms and saves 5 %.
_LEVEL = 9


class _DamagedError(Exception):
    """What comes out is not what was put in."""


def put(connection: Connection, policy: int, evidence: bool, text: bytes, page: bytes) -> int:
    """Keep a text and its page; the blob's id. What is there already (and sound) is not kept twice."""
    content = text + page
    digest = hashlib.sha256(content).digest()
    same = blobs.c.policy == policy, blobs.c.sha256 == digest
    for row in connection.execute(select(blobs).where(*same)):
        if _sound(connection, row) is not None:
            return int(row.id)
    in_chain = blobs.c.policy == policy, blobs.c.evidence == evidence
    last = connection.execute(select(blobs).where(*in_chain).order_by(blobs.c.number.desc()).limit(1)).one_or_none()
    number = last.number + 1 if last else 0
    before = _sound(connection, last) if last and number - last.start < FULL_EVERY else None
    start = last.start if last and before is not None else number
    new = insert(blobs).values(
        policy=policy,
        evidence=evidence,
        number=number,
        start=start,
        sha256=digest,
        size=len(content),
        text_size=len(text),
        data=_compress(content, before),
    )
    return int(connection.execute(new.returning(blobs.c.id)).scalar_one())


def get(connection: Connection, policy: int, blob_id: int) -> tuple[bytes, bytes]:
    """The text and the page that were put in.

    Raises:
        StoreError: they are damaged; it names the policy.
    """
    row = connection.execute(select(blobs).where(blobs.c.id == blob_id)).one_or_none()
    content = _sound(connection, row) if row else None
    if row is None or content is None:
        name = connection.execute(select(policies.c.id).where(policies.c.number == policy)).scalar_one()
        raise StoreError(
            f"A stored text of {name} is damaged: restore the newest backup; other policies are not affected.",
            about=name,
        )
    return content[: row.text_size], content[row.text_size :]


def _sound(connection: Connection, row: Row[Any]) -> bytes | None:
    """What was put in, or None when it cannot be had any more."""
    chain = connection.execute(
        select(blobs.c.number, blobs.c.size, blobs.c.data)
        .where(
            blobs.c.policy == row.policy,
            blobs.c.evidence == row.evidence,
            blobs.c.number.between(row.start, row.number),
        )
        .order_by(blobs.c.number)
    )
    content: bytes | None = None
    try:
        for link in chain:
            content = _decompress(link.data, link.size, content)
    except (_DamagedError, zstandard.ZstdError):
        return None
    return content if content is not None and hashlib.sha256(content).digest() == row.sha256 else None


def _compress(content: bytes, before: bytes | None) -> bytes:
    if not before:
        return zstandard.ZstdCompressor(level=_LEVEL).compress(content)
    return zstandard.ZstdCompressor(level=_LEVEL, dict_data=_dictionary(before)).compress(content)


def _decompress(data: bytes, size: int, before: bytes | None) -> bytes:
    if zstandard.frame_content_size(data) != size:  # before a damaged header makes zstd ask for all memory
        raise _DamagedError
    if not before:
        return zstandard.ZstdDecompressor().decompress(data)
    return zstandard.ZstdDecompressor(dict_data=_dictionary(before)).decompress(data)


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
