"""What is new and what is gone, to the word."""

from __future__ import annotations

import pytest

from bot.compare import renames
from bot.compare.align import align
from bot.compare.passages import Passage, passages, same_words
from bot.model import Rename
from tests.compare.samples import version, with_lines


def only(before: str, after: str, *folded: Rename) -> Passage:
    (passage,) = passages(align(version(with_lines(before)), version(with_lines(after))), folded)
    return passage


def test_only_the_changed_words_are_new_and_gone() -> None:
    passage = only("We may share your photos with advertisers.", "We will share your photos with advertisers.")
    assert (passage.old_words, passage.new_words) == (("may",), ("will",))


def test_a_clause_that_only_came_from_another_sentence_is_not_new() -> None:
    found = passages(
        align(
            version(with_lines("We keep your letters. We use them to answer every question that you ask us.")),
            version(with_lines("We keep your letters, and we use them to answer every question that you ask us.")),
        )
    )
    assert "question" not in {word for passage in found for word in passage.new_words + passage.old_words}


@pytest.mark.parametrize(
    ("one", "other"), [(["e", "mail"], ["email"]), (["analyse"], ["analyze"]), (["columbia"], ["colombia"])]
)
def test_a_spelling_mended_says_the_same(one: list[str], other: list[str]) -> None:
    assert same_words(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("may", "must"), ("licensor", "licensee"), ("employer", "employee"), ("13", "16")]
)
def test_a_letter_can_be_another_meaning(one: str, other: str) -> None:
    assert not same_words([one], [other])


def test_a_name_replaced_throughout_is_found_once_and_folded() -> None:
    lines = [f"A Chirper user may {verb} what other users wrote." for verb in ("read", "quote", "print", "keep")]
    renamed = [line.replace("A Chirper", "A Zed") for line in lines]
    found = align(version(with_lines(*lines)), version(with_lines(*renamed)))
    (rename,) = renames.find(found.reworded)
    assert (rename.before, rename.after, rename.places) == ("Chirper", "Zed", 4)
    assert not any(p.new_words or p.old_words for p in passages(found, (rename,)))


def test_a_modal_verb_replaced_throughout_is_no_rename() -> None:
    lines = [f"We may {verb} what you wrote to us." for verb in ("read", "quote", "print", "keep")]
    found = align(version(with_lines(*lines)), version(with_lines(*(line.replace("may", "will") for line in lines))))
    assert renames.find(found.reworded) == ()
