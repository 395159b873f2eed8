"""The page of all answers says what the templates say."""

from __future__ import annotations

from tests.requests.answers_page import ON_X, PAGE, SAID, named, page


def test_the_page_has_every_answer_as_it_is_given() -> None:
    assert named() == SAID.keys()
    assert ON_X.keys() <= SAID.keys()
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.requests.answers_page`"
