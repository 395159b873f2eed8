"""What is news, what is furniture, and the words in which an operator is told why."""

from __future__ import annotations

import pytest

from bot.compare.compare import compare
from bot.compare.lexicon import stakes, topics
from bot.compare.sentences import fingerprints
from bot.model import EditKind, Verdict
from tests.compare.samples import POLICY, version, with_lines


def judged(before: str, after: str) -> tuple[Verdict, tuple[str, ...]]:
    change = compare(version(with_lines(before)), version(with_lines(after)))
    return change.verdict, change.reasons


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("We may share it with partners.", "We will share it with partners.", "“may” became “will”"),
        ("We do not share it with partners.", "We share it with partners.", "a negation came or went: not"),
        ("We keep it for 30 days after that.", "We keep it for 90 days after that.", "30 became 90"),
        (
            "The service is run by Acme Ltd. for you.",
            "The service is run by Zeta Inc. for you.",
            "another company is named",
        ),
        ("We use your posts to show them.", "We use your posts to show them and to train AI models.", "now about ai"),
        ("You may ask us to delete your data.", "", "a right is gone"),
    ],
)
def test_a_word_can_be_news_and_the_reason_names_it(before: str, after: str, why: str) -> None:
    verdict, reasons = judged(before, after)
    assert verdict is Verdict.POST
    assert why in reasons[0]


def test_the_terms_of_a_promotion_are_no_news_of_the_policy_that_they_stand_beside() -> None:
    terms = "Returns will be credited as purchase price less the discount, and you will forfeit the discount."
    assert judged("", terms)[0] is Verdict.POST
    assert judged("", f"Offer valid 6/3/26-6/9/26. {terms}") == (Verdict.SILENT, ("the terms of a promotion",))


def test_what_is_written_in_a_language_not_known_is_news_only_where_the_page_dates_it() -> None:
    told = "Μένει στην πόλη με την οικογένειά του και γράφει βιβλία για τη θάλασσα και τα καράβια."
    new = version(with_lines(told, f"{told} Αγαπά τη μουσική."))
    old = version(POLICY)
    assert compare(old, new).verdict is Verdict.SILENT
    assert "in a language that is not known well enough" in compare(old, new).edits[0].reasons
    dated = version(with_lines(told, f"{told} Αγαπά τη μουσική.").replace("1 March 2026", "9 June 2026"))
    assert "in a language that is not known well enough" not in compare(old, dated).edits[0].reasons


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Last updated: 9 June 2026", "only a date"),
        ("# What we do now", "a heading"),
        ("[[Home Help Privacy Terms Sign in]]", "links"),
        ("Read on", "too short to say anything"),
        ("2699 out of 4018 found this helpful", "a counter"),
        ("Shirts Trousers Shoes Hats Coats Bags", "not a sentence"),
        ("You See {{user.name}} in this place of the page", "code or markup that leaked into the page"),
        ("This Version of the Terms will go into effect on June 9, 2026.", "only says when it takes effect"),
        ("Customer Service Contact Privacy and Security Terms of Gift Card Balance Shipping", "a row of titles"),
        ("The founder grew up in a town by the sea and was fond of the theatre.", "no word of a policy"),
    ],
)
def test_furniture_is_silent_and_named(line: str, why: str) -> None:
    verdict, reasons = judged("", line)
    assert verdict is Verdict.SILENT
    assert reasons == (why,)


def test_known_wording_is_never_news() -> None:
    line = "We may sell your precise location to advertisers."
    after = version(with_lines(line))
    known = fingerprints(after)
    change = compare(version(POLICY), after, known)
    assert change.verdict is Verdict.SILENT
    assert "some wording was known from earlier" in change.reasons


def test_what_is_counted() -> None:
    change = compare(version(with_lines("You may object to it.")), version(with_lines("We sell your data to brokers.")))
    assert (change.count(EditKind.ADDED), change.count(EditKind.REMOVED)) == (1, 1)
    assert change.topics[0] in ("sale", "rights")


def test_equal_pages_say_so() -> None:
    assert compare(version(POLICY), version(POLICY)).reasons == ("nothing changed",)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("we sell your personal data", "sale"),
        ("to train our own models", "ai"),
        ("vous renoncez à l'arbitrage", "arbitration"),
        ("personalisierte werbung", "ads"), ("la ubicación precisa", "location"), ("il tuo consenso", "rights"),
    ],
)  # fmt: skip
def test_topics_are_found_with_words_between_and_in_every_form(text: str, topic: str) -> None:
    assert topic in topics(text.replace("'", " ").split())


def test_a_whole_word_is_not_a_stem() -> None:
    assert "ai" not in topics(["aim", "aid"])
    assert stakes(["we", "will", "monitor", "your", "messages"]) == ("watches people",)
