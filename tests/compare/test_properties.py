"""What holds for any policy: reading the same wording otherwise is never a change, and every quote is proved."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.compare.sentences import words
from bot.judge import judge
from bot.model import Block, BlockKind, EditKind, Verdict, Version
from bot.write.quote import proof_form

SUBJECTS = ("We", "Our partners", "You", "Acme Ltd.", "Advertisers")
VERBS = ("may share", "will keep", "must delete", "can sell", "do not read", "may train models on")
OBJECTS = ("your messages", "your precise location", "the names of your friends", "your photos", "payment data")
ENDS = ("for 30 days", "unless you object", "with our affiliates", "in the United States", "to show you ads", "")

sentence = st.builds(
    lambda *parts: " ".join(part for part in parts if part) + ".",
    st.sampled_from(SUBJECTS),
    st.sampled_from(VERBS),
    st.sampled_from(OBJECTS),
    st.sampled_from(ENDS),
)
paragraph = st.lists(sentence, min_size=1, max_size=4).map(lambda found: Block(BlockKind.PARAGRAPH, " ".join(found)))
heading = st.sampled_from(("1. What we collect", "2. Sharing", "Your rights", "3.1 Retention")).map(
    lambda text: Block(BlockKind.HEADING, text, 2)
)
section = st.tuples(heading, st.lists(paragraph, min_size=2, max_size=5)).map(lambda found: [found[0], *found[1]])
sections = st.lists(section, min_size=3, max_size=6)


def page(parts: list[list[Block]]) -> Version:
    return Version(tuple(block for part in parts for block in part))


@given(sections)
def test_a_page_compared_with_itself_says_nothing(parts: list[list[Block]]) -> None:
    change = judge(page(parts), page(parts))
    assert change.verdict is not Verdict.POST
    assert change.edits == ()


@given(sections, st.randoms(use_true_random=False))
def test_the_order_of_sections_says_nothing(parts: list[list[Block]], chance: object) -> None:
    shuffled = sorted(parts, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert judge(page(parts), page(shuffled)).verdict is not Verdict.POST


@given(sections, st.data())
def test_markup_case_of_headings_white_space_and_links_say_nothing(
    parts: list[list[Block]], data: st.DataObject
) -> None:
    def otherwise(block: Block) -> Block:
        if block.kind is BlockKind.HEADING:
            return replace(block, text=block.text.upper(), level=data.draw(st.integers(1, 6)))
        kind = data.draw(st.sampled_from((BlockKind.PARAGRAPH, BlockKind.ITEM)))
        space = data.draw(st.sampled_from((" ", "  ", "\u00a0")))
        return replace(block, kind=kind, text=block.text.replace(" ", space), linked=data.draw(st.floats(0, 0.5)))

    other = page([[otherwise(block) for block in part] for part in parts])
    assert judge(page(parts), other).verdict is not Verdict.POST


@settings(max_examples=60)
@given(sections, sections)
def test_each_quote_stands_on_its_side_and_did_not_on_the_other(one: list[list[Block]], two: list[list[Block]]) -> None:
    before, after = page(one), page(one[:2] + two[:1] + one[2:])
    change = judge(before, after)
    old, new = proof_form(before.text), proof_form(after.text)
    for quote in change.quotes:
        here, there = (old, new) if quote.kind is EditKind.REMOVED else (new, old)
        pieces = [proof_form(piece) for piece in quote.text.split("…") if piece.strip()]
        assert all(piece in here for piece in pieces)
        assert not all(piece in there for piece in pieces)


@given(sections, sections)
def test_whatever_was_told_is_known_when_it_comes_back(one: list[list[Block]], two: list[list[Block]]) -> None:
    from bot.compare.sentences import fingerprints

    before, after = page(one), page(two)
    known = fingerprints(before) | fingerprints(after)
    assert not any(quote.kind is EditKind.ADDED for quote in judge(before, after, known).quotes)


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_whatever_can_break_the_judge(one: str, two: str) -> None:
    judge(Version((Block(BlockKind.PARAGRAPH, one),)), Version((Block(BlockKind.PARAGRAPH, two),)))
    assert words(one) == words(one.casefold())


PROGRAM = """
from bot.judge import judge
from tests.compare.samples import POLICY, version, with_lines
after = with_lines("We may sell your photos to brokers.", "You must pay a fee of 5 euros, unless you opt out.")
print(judge(version(POLICY), version(after.replace("ninety days", "two years"))))
"""


def test_a_verdict_does_not_depend_on_the_run() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(runs) == 1
    assert "POST" in runs.pop()
