"""Which news is doubted, and what a second route's look means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.judge import judge
from bot.model import Change, Edit, EditKind, Verdict
from bot.steps.second_look import Sight, doubts, hosts_of, sight
from tests.compare.samples import POLICY, version, with_lines

TRAINING = "We may use your messages and photos to train artificial intelligence models."
PROMISE = "We never sell your personal information to advertisers or to data brokers."
SALE = "We may sell your precise location to advertisers and data brokers without asking you again."
COPIES = "When you delete your account, we keep a copy of your posts for ten years."
POTTERY = "# Pottery\n" + "A vase of clay is turned on a wheel and burnt in a hot oven for a night.\n" * 30

PLAIN = version(POLICY)
NEWS = version(with_lines(TRAINING))
PROMISED = version(with_lines(PROMISE))


def added() -> Change:
    return judge(PLAIN, NEWS)


def gone() -> Change:
    return judge(PROMISED, PLAIN)


# ---- doubts ---------------------------------------------------------------------------------------------------------


def test_a_new_sentence_in_a_page_that_is_otherwise_the_same_is_not_doubted() -> None:
    assert added().verdict is Verdict.POST
    assert doubts(added(), PLAIN, NEWS) == ()


def test_what_leads_with_gone_wording_is_doubted() -> None:
    assert doubts(gone(), PROMISED, PLAIN) == ("it leads with wording that is gone",)


def test_a_text_that_was_replaced_as_a_whole_is_doubted() -> None:
    edits = tuple(Edit(EditKind.REMOVED, "", block.text, None) for block in PLAIN.blocks)
    edits += tuple(Edit(EditKind.ADDED, "", None, sentence) for sentence in (TRAINING, SALE, COPIES))
    replaced, after = replace(added(), edits=edits), version("\n".join((TRAINING, SALE, COPIES)))
    assert "the whole text was replaced" in doubts(replaced, PLAIN, after)
    half = replace(replaced, edits=edits[10:])
    assert "the whole text was replaced" not in doubts(half, PLAIN, after)


def test_a_page_that_shrank_is_doubted() -> None:
    long = version(with_lines(*(f"On day {n} of a month we do thing {n} with what you gave us." for n in range(40))))
    assert "the page lost more than a third of its text" in doubts(added(), long, NEWS)
    assert "the page lost more than a third of its text" not in doubts(added(), PLAIN, NEWS)


def test_one_text_at_several_policies_is_doubted() -> None:
    (reason,) = doubts(added(), PLAIN, NEWS, alike=["acme/terms", "acme/cookies"])
    assert reason == "so do other policies of this site: acme/terms, acme/cookies"


def test_a_text_from_another_host_is_doubted() -> None:
    here, there = "https://acme.example/privacy", "https://unblock.example/privacy"
    assert doubts(added(), PLAIN, NEWS, hosts=hosts_of(here, there)) == (
        "the page was read from another host than before",
    )
    assert doubts(added(), PLAIN, NEWS, hosts=hosts_of(here, "https://acme.example/legal")) == ()
    assert doubts(added(), PLAIN, NEWS, hosts=hosts_of("", there)) == (), "of one of them nobody knows it"


def test_what_is_not_told_is_not_doubted() -> None:
    assert doubts(Change(Verdict.SILENT, ("only a date",)), PLAIN, NEWS, alike=["acme/terms"]) == ()


# ---- what a second route shows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "shows"),
    [
        (with_lines(TRAINING), Sight.NEWS),
        (with_lines(TRAINING, SALE), Sight.NEWS),
        (POLICY, Sight.OLD),
        (POLICY.replace("1 March 2026", "2 March 2026"), Sight.OLD),
        ("# Just a moment...\nChecking your browser. Enable JavaScript and cookies to continue.", Sight.NOTHING),
        ("# Sign in\nEnter your email and password to go on.", Sight.NOTHING),
        (
            "# Pottery\n" + "A vase of clay is turned on a wheel and burnt in a hot oven for a night.\n" * 30,
            Sight.NOTHING,
        ),
    ],
)
def test_added_news_is_shown_or_not(there: str, shows: Sight) -> None:
    assert sight(added(), PLAIN, NEWS, version(there)) is shows


@pytest.mark.parametrize(
    ("there", "shows"),
    [(POLICY, Sight.NEWS), (with_lines(PROMISE), Sight.OLD), (with_lines(SALE), Sight.NEWS), (POTTERY, Sight.NOTHING)],
)
def test_gone_wording_is_gone_there_too_or_not(there: str, shows: Sight) -> None:
    assert sight(gone(), PROMISED, PLAIN, version(there)) is shows


def test_a_route_that_read_a_part_of_the_page_says_nothing_of_what_is_gone() -> None:
    part = replace(PLAIN, doubts=("the page is cut off",))
    assert sight(gone(), PROMISED, PLAIN, part) is Sight.NOTHING


def test_what_stands_there_is_not_gone_however_new_the_rest_is() -> None:
    after = version(with_lines(TRAINING, COPIES))
    change = judge(PROMISED, after)
    assert EditKind.REMOVED in [quote.kind for quote in change.quotes]
    assert sight(change, PROMISED, after, version(with_lines(PROMISE, TRAINING, COPIES))) is Sight.OLD
    assert sight(change, PROMISED, after, after) is Sight.NEWS


def test_taken_back_wording_that_another_route_still_shows_is_not_taken_back() -> None:
    back = Change(Verdict.SILENT, ("an earlier text of the policy again",))
    assert sight(back, NEWS, PLAIN, NEWS) is Sight.OLD
    assert sight(back, NEWS, PLAIN, PLAIN) is Sight.NEWS
