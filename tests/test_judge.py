"""The one function that judges, as stories."""

from __future__ import annotations

from datetime import date

from bot.compare.sentences import fingerprints
from bot.judge import judge
from bot.model import EditKind, Verdict, Version
from tests.compare.samples import POLICY, version, with_lines

SALE = "We may sell your precise location to advertisers and data brokers."


def test_news_is_told_with_its_reasons_topics_and_quote() -> None:
    change = judge(version(POLICY), version(with_lines(SALE)))
    assert change.verdict is Verdict.POST
    assert change.quotes[0].text == SALE
    assert "sale" in change.topics
    assert "2. What we collect" in change.reasons[0]
    assert change.quiet is True


def test_a_page_that_is_empty_is_broken_and_says_which_side() -> None:
    change = judge(version(POLICY), Version(()))
    assert (change.verdict, change.broken_side) == (Verdict.BROKEN, "after")


def test_a_coming_text_is_told_with_its_date() -> None:
    after = with_lines(SALE).replace("Last updated: 1 March 2026", "Effective: 1 May 2026")
    assert judge(version(POLICY), version(after)).effective == date(2026, 5, 1)


def test_what_was_known_is_not_told_again() -> None:
    known = fingerprints(version(with_lines(SALE)))
    assert judge(version(POLICY), version(with_lines(SALE)), known).verdict is Verdict.SILENT


def test_news_that_leads_with_a_removal_is_never_plain() -> None:
    right = "You may opt out of the sale of your data at any time, and you may ask us to delete it."
    change = judge(version(with_lines(right)), version(POLICY))
    assert change.verdict is Verdict.POST
    assert change.quotes[0].kind is EditKind.REMOVED
    assert not change.plain


def test_the_sign_that_wording_changed_quietly_needs_a_date_on_both_pages() -> None:
    undated = POLICY.replace("Last updated: 1 March 2026\n", "")
    assert judge(version(undated), version(with_lines(SALE, text=undated))).quiet is None


def test_the_topics_of_the_leading_quote_come_first() -> None:
    training = "We may use the information we collect to train our artificial intelligence models."
    contact = "You may contact us by phone or by email, and we collect what you tell us when you do so."
    assert judge(version(POLICY), version(with_lines(contact, training))).topics[0] == "ai"
