"""Whose text it is shows in its names, whatever they are."""

from __future__ import annotations

from dataclasses import replace

from bot.watch.plausible import mismatch
from bot.watch.whose import strangers
from tests.compare.samples import version
from tests.watch.test_plausible import align, talk, unfold


def signed(seed: int, name: str, times: int = 12) -> str:
    """A policy's text in which somebody is named."""
    lines = talk(seed).splitlines()
    return "\n".join(line.replace(" ", f" {name} ", 1) if n < times else line for n, line in enumerate(lines))


def test_two_texts_with_names_of_their_own_are_two_peoples() -> None:
    assert strangers(version(signed(1, "Rollfast")), version(signed(2, "Glidewell")))


def test_a_text_written_anew_speaks_of_the_same() -> None:
    assert not strangers(version(signed(1, "Rollfast")), version(signed(2, "Rollfast")))
    renamed = signed(2, "Glidewell") + "\nGlidewell was called Rollfast before."
    assert not strangers(version(signed(1, "Rollfast")), version(renamed)), "whoever is renamed says so"


def test_a_name_or_two_say_nothing() -> None:
    assert not strangers(version(signed(1, "Rollfast", 2)), version(signed(2, "Glidewell", 2)))
    assert not strangers(version(talk(1)), version(talk(2)))


def test_nor_does_a_word_that_is_written_small_elsewhere() -> None:
    small = signed(2, "Glidewell") + "\nYou may rollfast whenever you like."
    assert not strangers(version(signed(1, "Rollfast")), version(small))


def test_the_pages_own_title_names_whose_it_is() -> None:
    old, new = version(f"# Privacy Policy\n{talk(1)}"), version(f"# Privacy Policy\n{talk(2)}")
    old, theirs = replace(old, title="Privacy Policy | Rollfast"), replace(new, title="Privacy Policy | Glidewell")
    assert strangers(old, theirs)
    assert not strangers(old, replace(new, title="Privacy Notice | Rollfast")), "the same, under another title"
    assert not strangers(old, replace(new, title="Privacy Policy")), "a title without a name names nobody"


def test_a_heading_that_stands_for_a_title_does_not() -> None:
    old, new = version(f"# Rollfast\n{talk(1)}"), version(f"# Glidewell\n{talk(2)}")
    assert not strangers(replace(old, title="Rollfast"), replace(new, title="Glidewell"))


def test_another_companys_policy_is_held() -> None:
    old, new = version(signed(1, "Rollfast")), version(signed(2, "Glidewell"))
    side, reasons = mismatch(old, new, unfold(align(old, new), old, new))
    assert (side, reasons) == ("after", ("another document: it names others than the page before",))
