"""Which sentence became which."""

from __future__ import annotations

from bot.compare.align import align
from tests.compare.samples import POLICY, version, with_lines


def test_nothing_differs_between_equal_pages() -> None:
    found = align(version(POLICY), version(POLICY))
    assert (found.added, found.removed, found.reworded, found.moved) == ((), (), (), ())


def test_a_moved_section_is_neither_new_nor_gone() -> None:
    third, fourth = POLICY.index("## 3."), POLICY.index("## 4.")
    fifth = POLICY.index("## 5.")
    swapped = POLICY[:third] + POLICY[fourth:fifth] + POLICY[third:fourth] + POLICY[fifth:]
    found = align(version(POLICY), version(swapped))
    assert (found.added, found.removed, found.reworded) == ((), (), ())


def test_two_paragraphs_joined_are_the_same_wording() -> None:
    joined = POLICY.replace(".\nWe receive", ". We receive")
    found = align(version(POLICY), version(joined))
    assert (found.added, found.removed, found.reworded) == ((), (), ())


def test_a_sentence_written_as_a_list_is_the_same_wording() -> None:
    one = with_lines("We use it to: (a) answer your letters; (b) keep the service safe; and (c) meet the law.")
    many = with_lines("We use it to:", "- answer your letters;", "- keep the service safe; and", "- meet the law.")
    found = align(version(one), version(many))
    assert (found.added, found.removed) == ((), ())


def test_a_reworded_sentence_is_paired_with_what_it_was() -> None:
    (pair,) = align(version(POLICY), version(POLICY.replace("ninety days", "two years"))).reworded
    assert "ninety days" in pair.before.text
    assert "two years" in pair.after.text
    assert pair.after.section == "2. What we collect"


def test_a_word_that_is_left_out_is_no_split() -> None:
    before, after = with_lines("No vendemos datos."), with_lines("Vendemos datos.")
    assert len(align(version(before), version(after)).reworded) == 1
