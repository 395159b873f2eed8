"""Which words are quoted, and that they are proved."""

from __future__ import annotations

import pytest

from bot.judge import judge
from bot.model import EditKind, Quote, Version
from bot.write.quote import ELLIPSIS, LENGTH, MOST, proof_form, stands
from tests.compare.samples import POLICY, version, with_lines

TRAINING = "We may use your messages and photos to train artificial intelligence models."
CLAUSE = ", and after that only as totals from which nobody can be picked out by name or by number"


def quotes(before: str, after: str) -> tuple[Quote, ...]:
    return judge(version(before), version(after)).quotes


def test_what_trains_models_leads() -> None:
    found = quotes(
        POLICY,
        with_lines("We may change the order of this page.", "Please see our help pages to learn more.", TRAINING),
    )
    assert found[0].text == TRAINING
    assert found[0].section == "2. What we collect"


def test_letters_that_could_not_be_decoded_are_never_quoted() -> None:
    damaged = "We may sell your pr\ufffdcise location to advertisers without asking you."
    assert [quote.text for quote in quotes(POLICY, with_lines(damaged, TRAINING))] == [TRAINING]


def test_new_sentences_side_by_side_make_one_quote() -> None:
    line = f"{TRAINING} You can turn that off in your settings."
    assert [quote.text for quote in quotes(POLICY, with_lines(line))] == [line]


def test_a_reworded_sentence_is_quoted_with_what_it_was() -> None:
    (quote,) = quotes(POLICY, POLICY.replace("ninety days", "90 years"))
    assert quote.kind is EditKind.REWORDED
    assert quote.before is not None
    assert "ninety days" in quote.before
    assert "90 years" in quote.text


def test_a_long_sentence_is_cut_at_pauses_around_what_is_new() -> None:
    old = f"We keep the letters that you write to us{CLAUSE * 4}, and we delete them{CLAUSE}."
    new = old.replace(", and we delete them", ", and we sell them to 40 advertisers without asking you")
    (quote,) = quotes(with_lines(old), with_lines(new))
    assert "sell them to 40 advertisers without asking you" in quote.text
    assert quote.text.startswith(ELLIPSIS)
    assert len(quote.text) <= LENGTH + 4


def test_a_handful_of_quotes_at_most() -> None:
    lines = [
        f"We may share your {thing} with advertisers and with data brokers."
        for thing in ("photos", "letters", "friends", "place", "voice", "face", "purse", "books", "songs", "dreams")
    ]
    assert len(quotes(POLICY, with_lines(*lines))) <= MOST


def test_wording_that_only_moved_is_never_quoted() -> None:
    moved = with_lines(TRAINING).replace(f"{TRAINING}\n", "").replace("## 5.", f"{TRAINING}\n## 5.")
    assert quotes(with_lines(TRAINING), moved) == ()


@pytest.mark.parametrize("printed", ["“a – b”", '"a - b"', '"a\u00ad\n - b"', "“a\u00a0— b”"])
def test_one_normal_form_proves_every_way_of_printing(printed: str) -> None:
    assert proof_form(printed) == '"a-b"'


def test_told_wording_stands_or_is_gone() -> None:
    page, without = version(with_lines(TRAINING)), version(POLICY)
    told = Quote(TRAINING, EditKind.ADDED)
    assert stands(told, page)
    assert not stands(told, without)
    assert stands(Quote(TRAINING, EditKind.REMOVED), without)


def test_pieces_of_a_quote_stand_in_order_and_near_each_other() -> None:
    far = Version(version(f"first words here\n{'x ' * 2000}\nlast words here").blocks)
    near = version("first words here and last words here")
    quote = Quote(f"first words {ELLIPSIS} last words", EditKind.ADDED)
    assert stands(quote, near)
    assert not stands(quote, far)
    assert not stands(Quote(f"last words {ELLIPSIS} first words", EditKind.ADDED), near)
