"""What judging costs in processor time, against rapidfuzz alone on the same texts (lines, then words, no judgement)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from rapidfuzz.distance import LCSseq

from bot.judge import judge
from bot.model import Block, BlockKind, Version

pytestmark = pytest.mark.benchmark

_NOUNS = (
    "account", "address", "advertiser", "agreement", "browser", "child", "consent", "cookie",
    "court", "device", "fee", "message", "partner", "photo",
)  # fmt: skip
_VERBS = (
    "collect", "delete", "disclose", "keep", "process", "receive", "refuse",
    "retain", "sell", "share", "store", "transfer", "use",
)  # fmt: skip


def policy(seed: int, sentences: int = 900) -> list[str]:
    """An invented policy, a sentence a line; 900 sentences are about 100 KB."""
    chance = random.Random(seed)
    return [
        f"In case {number} we may {chance.choice(_VERBS)} the {chance.choice(_NOUNS)} of each {chance.choice(_NOUNS)} "
        f"that you {chance.choice(_VERBS)} for {chance.randint(2, 99)} days, unless a {chance.choice(_NOUNS)} says so."
        for number in range(sentences)
    ]


def version(lines: list[str]) -> Version:
    """As the extractor would make it, which itself refuses a page of 5 MB; judging is measured here."""
    return Version(tuple(Block(BlockKind.PARAGRAPH, line) for line in lines))


def floor(before: list[str], after: list[str]) -> int:
    """rapidfuzz by lines, then by words in each pair of changed lines."""
    changed = 0
    for op in LCSseq.opcodes(before, after):
        if op.tag != "equal":
            old = " ".join(before[op.src_start : op.src_end]).split()
            new = " ".join(after[op.dest_start : op.dest_end]).split()
            changed += len(old) + len(new) - 2 * LCSseq.similarity(old, new)
    return changed


def cost(work: Callable[[], object], times: int = 5) -> float:
    """The median of some runs, in milliseconds of processor time."""
    spent = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append((time.process_time() - began) * 1000)
    return sorted(spent)[times // 2]


def test_what_judging_costs() -> None:
    old = policy(1)
    small = [*old[:400], "We may also sell your messages to advertisers without asking you.", *old[400:]]
    half = [line if number % 2 else new for number, (line, new) in enumerate(zip(old, policy(2), strict=True))]
    lines = [
        "",
        f"CPU-ms to judge two policies of {len(chr(10).join(old)) // 1000} KB, and as a ratio to rapidfuzz alone:",
    ]
    for what, new in (("small edit", small), ("half rewritten", half)):
        before, after = version(old), version(new)
        ours, bare = cost(lambda b=before, a=after: judge(b, a)), cost(lambda n=new: floor(old, n))
        lines.append(f"  {what}: {ours:.1f} / {bare:.2f} = {ours / bare:.0f}")
    print("\n".join(lines))


def test_a_page_of_one_line_of_5_mb_is_judged_in_bounded_time() -> None:
    chance = random.Random(3)
    words = [chance.choice([*_NOUNS, *_VERBS]) for _ in range(700_000)]
    changed = list(words)
    for at in chance.sample(range(len(words)), 50_000):
        changed[at] = "never"
    before, after = version([" ".join(words)]), version([" ".join(changed)])
    spent = cost(lambda: judge(before, after), times=1)
    print(f"\none line of {len(' '.join(words)) / 1e6:.1f} MB, 50,000 words changed: {spent / 1000:.1f} CPU-s")
