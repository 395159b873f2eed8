"""What the bot and the processes that read pages for it say to each other.

::

    {"url": ..., "content_type": ..., "charset": ..., "select": [...], "remove": [...], "size": 1234}    a line
    ...                                                                                                  the page
    {"version": ..., "spent": false}                                                                     a line back

It is plain data that can do nothing but be wrong, since a page may take the process over and let it say anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from bot.errors import ConfigError, ExtractError, FetchError, FetchFailure
from bot.model import Block, BlockKind, Snapshot, Version

#: What a process says when it is there.
READY = b"ready\n"
#: The most bytes of an answer; what `extract` lets through is shorter.
LONGEST_ANSWER = 12 * 2**20

#: Half a surrogate pair, which a page may hold, survives.
_ENCODING = ("utf-8", "surrogatepass")
_KINDS = {kind.value: kind for kind in BlockKind}


@dataclass(frozen=True, slots=True)
class Question:
    """What is there to read in this page?"""

    snapshot: Snapshot
    select: Sequence[str] = ()
    remove: Sequence[str] = ()

    def head(self) -> bytes:
        """The line that goes before the page."""
        page = self.snapshot
        facts = {
            "url": page.url,
            "content_type": page.content_type,
            "charset": page.charset,
            "select": list(self.select),
            "remove": list(self.remove),
            "size": len(page.body),
        }
        return json.dumps(facts).encode() + b"\n"

    @classmethod
    def read(cls, questions: BinaryIO) -> Question | None:
        """The next question, None when there are no more."""
        line = questions.readline()
        if not line:
            return None
        facts = json.loads(line)
        body = questions.read(facts["size"])
        if len(body) < facts["size"]:
            return None
        # When a page was fetched changes nothing of what it says.
        fetched_at = datetime.fromtimestamp(0, UTC)
        snapshot = Snapshot(facts["url"], fetched_at, body, facts["content_type"], facts["charset"])
        return cls(snapshot, facts["select"], facts["remove"])


def write_answer(answer: Version | FetchError | ConfigError, *, spent: bool) -> bytes:
    """A line that says what a page holds or why it cannot be read, and whether its process should read no other."""
    facts: dict[str, Any] = {"spent": spent}
    if isinstance(answer, Version):
        facts["version"] = _to_plain(answer)
    else:
        facts["refused"] = str(answer)
        facts["kind"] = answer.kind.value if isinstance(answer, FetchError) else ""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(*_ENCODING) + b"\n"


def read_answer(line: bytes) -> tuple[Version | FetchError | ConfigError, bool]:
    """What `write_answer` was given.

    Raises:
        ValueError: the line is no answer.
    """
    try:
        facts = json.loads(line.decode(*_ENCODING))
        if "version" in facts:
            return _to_version(facts["version"]), facts["spent"] is not False
        return _to_error(str(facts["refused"]), facts["kind"]), facts["spent"] is not False
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("this is no answer") from error


def _to_plain(version: Version) -> dict[str, Any]:
    return {
        "blocks": [(each.kind, each.text, each.level, each.linked) for each in version.blocks],
        "title": version.title,
        "language": version.language,
        "extractor": version.extractor,
        "doubts": version.doubts,
    }


def _to_version(facts: dict[str, Any]) -> Version:
    return Version(
        tuple(
            Block(_KINDS[kind], str(text), int(level), float(linked)) for kind, text, level, linked in facts["blocks"]
        ),
        str(facts["title"]),
        str(facts["language"]),
        int(facts["extractor"]),
        tuple(map(str, facts["doubts"])),
    )


def _to_error(message: str, kind: str) -> FetchError | ConfigError:
    if not kind:
        return ConfigError(message)
    failure = FetchFailure(kind)
    return ExtractError(message) if failure is FetchFailure.NO_POLICY_TEXT else FetchError(failure, message)
