"""What is held: errors, walls, shells, parts, other languages and other documents."""

from __future__ import annotations

import pytest

from bot.compare.align import align
from bot.compare.effective import unfold
from bot.model import Version
from bot.watch.plausible import doubt, language, mismatch
from tests.compare.samples import POLICY, version, with_lines


def held(before: str, after: str) -> tuple[str, tuple[str, ...]]:
    old, new = version(before), version(after)
    return mismatch(old, new, unfold(align(old, new), old, new))


def long(policy: str, times: int = 6) -> str:
    """A policy of so many parts that a part of it may be lost."""
    parts = [policy.replace("we ", f"we of branch {n} ").replace("We ", f"In part {n} we ") for n in range(times)]
    return "\n".join(parts)


@pytest.mark.parametrize(
    "page",
    [
        "# 404\nPage not found. " + "The page that you are looking for has moved, or it never was here at all. " * 4,
        "# Just a moment\n"
        + "We are verifying you are human before you can go on to the page that you asked for. " * 4,
        "# Log in to continue\n"
        + "Please sign in with your account to read this page of our service and its terms. " * 4,
        "# Seite nicht gefunden\n"
        + "Die Seite, die Sie suchen, gibt es nicht mehr oder sie ist an einem anderen Ort. " * 4,
    ],
)
def test_an_error_or_a_wall_is_no_policy(page: str) -> None:
    assert "an error or a wall" in doubt(version(page))[0]
    assert held(POLICY, page)[0] == "after"


def test_a_shell_holds_hardly_any_text() -> None:
    assert doubt(version("Acme\nMenu")) == ("the page holds hardly any text",)
    assert held("Acme\nMenu", POLICY)[0] == "before"


def test_what_the_extractor_doubts_is_doubted() -> None:
    assert doubt(Version(version(POLICY).blocks, doubts=("page is cut off",))) == ("page is cut off",)


def test_a_page_that_is_as_damaged_as_before_is_compared() -> None:
    damage = ("the letters are damaged",)
    old = Version(version(POLICY).blocks, doubts=damage)
    new = Version(version(with_lines("We keep your letters for ten years.")).blocks, doubts=damage)
    assert mismatch(old, new, unfold(align(old, new), old, new)) == ("", ())
    well = Version(old.blocks)
    assert mismatch(well, new, unfold(align(well, new), well, new)) == ("after", damage)


def test_a_policy_may_speak_of_pages_not_found() -> None:
    text = long(
        with_lines("If a page is not found or a captcha is shown, we log your address. Access denied is logged too.")
    )
    assert doubt(version(text)) == ()


def test_a_text_that_stops_in_mid_sentence_is_cut_off() -> None:
    whole = long(POLICY)
    cut = whole[: int(len(whole) * 0.6)].rsplit("receive the", 1)[0] + "receive"
    side, reasons = held(whole, cut)
    assert (side, reasons) == ("after", ("the text stops in the middle of a sentence",))
    assert held(cut, whole)[0] == "before"


def test_a_large_part_gone_and_nothing_else_is_a_partial_read() -> None:
    side, reasons = held(long(POLICY, 9), long(POLICY, 7))
    assert side == "after"
    assert "missing" in reasons[0]


def test_a_large_part_gone_with_a_new_date_is_a_change() -> None:
    assert held(long(POLICY, 9), long(POLICY, 7).replace("1 March 2026", "1 April 2026")) == ("", ())


def test_another_language_is_held() -> None:
    french = "\n".join(
        [
            "# Politique de confidentialité",
            "Nous recueillons votre nom et votre adresse lorsque vous ouvrez un compte sur notre site.",
            "Vous pouvez demander une copie des données que nous avons sur vous et les faire corriger.",
            "Nous partageons les données avec les sociétés qui travaillent pour nous et avec les autorités.",
            "Cette politique est pour tous les services que nous offrons dans les pays de l'Union.",
        ]
    )
    side, reasons = held(POLICY, french)
    assert side == "after"
    assert reasons == ("another language: fr instead of en",)
    assert language(version(french)) == "fr"


def test_another_document_is_held() -> None:
    recipes = "# Soups\n" + "\n".join(
        f"Peel the {root} and boil it in salted water for a while, then stir the {root} with butter and serve it hot."
        for root in ("carrot", "turnip", "parsnip", "beetroot", "celery", "potato", "radish", "leek")
    )
    side, reasons = held(POLICY, recipes)
    assert side == "after"
    assert "another document" in reasons[0]


def test_one_new_sentence_is_a_change() -> None:
    assert held(POLICY, with_lines("We may sell your precise location.")) == ("", ())
