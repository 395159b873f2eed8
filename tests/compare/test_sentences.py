"""Sentences, and the normal form by which wording is known again."""

from __future__ import annotations

import pytest

from bot.compare.sentences import fingerprints, normal, split, wording
from tests.compare.samples import version


def texts(line: str) -> list[str]:
    return [sentence.text for sentence in split(version(line))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("We keep logs. You may ask for a copy.", ["We keep logs.", "You may ask for a copy."]),
        ("Acme Pte. Ltd. runs the site, e.g. the shop.", ["Acme Pte. Ltd. runs the site, e.g. the shop."]),
        ("We follow the EU-U.S. Data Framework rules.", ["We follow the EU-U.S. Data Framework rules."]),
        ("We changed it in 2019. It is new.", ["We changed it in 2019.", "It is new."]),
        ("Usage.** We collect your clicks.", ["Usage.**", "We collect your clicks."]),
        ("我们收集您的信息。您可以要求删除。", ["我们收集您的信息。", "您可以要求删除。"]),
    ],
)
def test_where_sentences_end(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“We” keep it - for now.", '"We" keep it – for now.'),
        ("3. We keep your name", "4. We keep your name"),
        ("as section 4.2 says", "as Section 5.1(b) says"),
        ("Write to help@acme.example today", "Write to [email protected] today"),
        ("See https://acme.example/a for more", "See https://acme.example/b for more"),
        ("We keep: (a) names; and (b) dates", "We keep: (i) names; and (ii) dates"),
        ("It isnâ€™t shared", "It isn’t shared"),
        ("co\u00adoperate", "cooperate"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_what_is_not_wording_does_not_count(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We share it", "We do not share it"),
        ("for 30 days", "for 90 days"),
        ("a fee of 1.5 %", "a fee of 15 %"),
        ("You may ask", "You must ask"),
    ],
)
def test_what_is_wording_does(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_numbers_of_references_are_not_compared_but_terms_are() -> None:
    assert [word[0] for word in wording("Clauses 14 and 15 end after 30 days")] == [
        "Clauses",
        "end",
        "after",
        "30",
        "days",
    ]


def test_a_fingerprint_is_the_same_on_every_machine() -> None:
    assert fingerprints(version("We keep your name.")) == {-2289549515772664636}


def test_a_page_without_a_single_stop_is_cut_into_pieces() -> None:
    assert all(len(text) <= 1500 for text in texts("word " * 5000))
