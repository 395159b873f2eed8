"""What is held: errors, walls, shells, parts, other languages and other documents."""

from __future__ import annotations

import random

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


# ---- read otherwise, or somebody else's ---------------------------------------------------------------------------


def replaced(name: str, times: int = 4) -> str:
    """A policy of which hardly a sentence is in POLICY, made by ``name``."""
    lines = [
        f"{name} stores the routes of every scooter, and {name} shares them with the cities in which {name} rents it "
        f"out.",
        f"Riders of {name} leave a deposit, of which {name} pays back what is left when the scooter stands again.",
        f"The insurer of {name} receives a report of each accident, with the speed that {name} measured before it.",
    ]
    return "# Privacy Policy\n" + "\n".join(
        line.replace("scooter", f"scooter {n}") for n in range(times) for line in lines
    )


def test_a_text_that_names_others_is_somebody_elses() -> None:
    old, new = replaced("Rollfast"), replaced("Glidewell").replace("stores", "records").replace("leave", "pay")
    other = "\n".join(f"At Glidewell we never keep the number {n} that Glidewell once had." for n in range(20))
    side, reasons = held(old, f"# Privacy Policy\n{other}")
    assert side == "after"
    assert "names others" in reasons[0] or "another document" in reasons[0]
    assert held(old, new.replace("Glidewell", "Rollfast"))[0] == ""


def talk(seed: int, sentences: int = 30) -> str:
    """Sentences of the policy's own words in another order: the same subject, and no sentence of it."""
    chance = random.Random(seed)
    found = [word.lower() for word in POLICY.replace("#", " ").split() if word.isalpha()]
    return "\n".join(" ".join(chance.choices(found, k=14)).capitalize() + "." for _ in range(sentences))


def test_a_whole_text_without_a_later_date_is_another_of_the_sites_texts() -> None:
    def dated(day: str, seed: int) -> str:
        return f"Last updated: {day}\n{talk(seed)}"

    for day in ("May 2021", "June 2021"):
        side, reasons = held(dated("June 2021", 1), dated(day, 2))
        assert side == "after"
        assert "without a later date" in reasons[0]
    assert held(dated("June 2021", 1), dated("July 2021", 2)) == ("", ())
    assert held(talk(1), talk(2)) == ("", ()), "where there is no date none has to be later"


def test_headings_that_were_not_read_before_are_no_news() -> None:
    text = "\n".join(f"We tell you in sentence {n} what we keep of you, and for how long we do so." for n in range(40))
    headed = "\n".join(f"# Part {n}\n{line}" for n, line in enumerate(text.splitlines()))
    side, reasons = held(text, headed)
    assert (side, reasons) == ("before", ("headings or entries of lists were not read before",))


def test_a_document_that_was_read_with_another_is_replaced_in_silence() -> None:
    own = f"## 1. Fees\n{talk(1)}\n## 2. Terms\n{talk(2, 5)}\n## 3. Miscellaneous\n{talk(3, 5)}"
    other = f"## 4. Trials\n{talk(4, 12)}\n## 5. Terms\n{talk(5, 3)}\n## 6. Miscellaneous\n{talk(6, 3)}"
    more = f"## 4. Support\n{talk(7, 12)}"
    side, reasons = held(f"{own}\n{other}", f"{own}\n{more}")
    assert side == "before"
    assert "another document was read with it" in reasons[0]
    assert held(f"{own}\n{other}", own)[0] == "after", "where nothing came in its place it may be a partial read"


def test_what_stood_together_at_one_end_was_not_read() -> None:
    text = "\n".join(f"We tell you in sentence {n} what we keep of you, and for how long we do so." for n in range(40))
    lines = text.splitlines()
    assert held(text, "\n".join(lines[:33])) == (
        "after",
        ("the end or the beginning of the text is missing and nothing else changed",),
    )
    assert held(text, "\n".join(lines[7:]))[0] == "after"
    assert held(text, "\n".join(lines[:37]))[0] == "", "a last section may go"
    spread = [line for number, line in enumerate(lines) if number % 6 != 3]
    assert held(text, "\n".join(spread))[0] == "", "what is cut here and there was cut by somebody"


def test_letters_that_are_damaged_are_no_change() -> None:
    text = long(with_lines("It’s yours: don’t worry, we’ll ask – at the café – before we’d sell the company’s data."))
    mojibake = text.encode().decode("cp1252", "replace").replace("â€", "Â ")
    questions = text.encode("ascii", "replace").decode()
    for damaged in (mojibake, questions):
        assert held(text, damaged) == ("after", ("the letters are damaged",))
        assert held(damaged, text)[0] == "before"
    assert held(text, text.replace("we’ll ask", "we’ll never ask")) == ("", ())
    one = "2.7.\u00a0Information that is posted on the harbour’s own pages may be read by everybody."
    assert held(f"{talk(1)}\n{one}", f"{talk(1)}\n{one.encode('ascii', 'replace').decode()}")[0] == "after", "all of it"
