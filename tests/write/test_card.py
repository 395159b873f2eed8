"""The picture of a change: what it shows, in which words, and what it looks like."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import CardError
from bot.model import Edit, EditKind, Shape, StoryKind
from bot.write.card import Card, alt_text, as_data, card
from bot.write.draw import SAMPLES, Drawn, draw, scripts_without_fonts
from bot.write.inert import inert
from bot.write.marks import Mark, Pieces
from bot.write.passage import cut, passage_of
from bot.write.templating import templates
from tests.write.cards import COURTS, KEPT, LONG, STORIES, TRAINED, gone, new, reworded, story

ADDRESS = "https://smallprint.example/changes/2026-03-03-rookery-privacy-policy-3f9a"
#: What each platform takes of an alt text.
X, MASTODON = 1000, 1500
#: Bits of 288 in which two drawings of one card may differ: another version of a font does less, another layout more.
ALIKE = 30
HASHES = Path(__file__).with_name("cards.toml")


def card_of(told: object) -> Card:
    made = card(told, "Smallprint", ADDRESS)  # type: ignore[arg-type]
    assert made is not None
    return made


def said(pieces: Pieces) -> str:
    """[gone] and {new} as they are marked."""
    signs = {Mark.SAME: "%s", Mark.GONE: "[%s]", Mark.NEW: "{%s}"}
    return "".join(signs[piece.mark] % piece.text for piece in pieces)


# ---- what is shown -----------------------------------------------------------------------------------------------


def test_a_card_says_who_what_about_what_when_and_where_to_look() -> None:
    shown = card_of(STORIES["one word"])
    assert shown.name == "Rookery Privacy Policy"
    assert shown.headline == "Changed wording about keeping or deleting data"
    assert shown.dates == ("Found 3 March 2026", "In effect from 9 April 2026")
    assert (shown.bot, shown.address) == ("Smallprint", ADDRESS.removeprefix("https://"))
    (passage,) = shown.views[0].passages
    assert (passage.label, passage.place) == ("Reworded", "in 4. How long we keep information")


def test_one_sentence_shows_what_went_and_what_came() -> None:
    (passage,) = card_of(STORIES["one word"]).views[0].passages
    (pieces,) = passage.paragraphs
    assert said(pieces).endswith("your messages within [thirty] {ninety} days.")


def test_wording_with_little_in_common_stands_below_the_old_one() -> None:
    (passage,) = card_of(STORIES["much reworded"]).views[0].passages
    assert [{piece.mark for piece in pieces} for pieces in passage.paragraphs] == [{Mark.GONE}, {Mark.NEW}]


def test_days_between_which_it_changed_and_a_page_that_keeps_its_old_date_are_said() -> None:
    assert card_of(STORIES["after a gap"]).dates[0] == "Changed between 12 February and 3 March 2026"
    assert card_of(STORIES["quiet"]).dates[1] == "The page still shows its old date"
    assert card_of(STORIES["in effect"]).dates[1] == "In effect since 1 February 2026"


def test_only_news_with_a_quote_has_a_card() -> None:
    assert card(replace(STORIES["one word"], kind=StoryKind.WITHDRAWN), "Smallprint", ADDRESS) is None
    assert card(story(), "Smallprint", ADDRESS) is None


def test_views_go_from_all_that_is_worth_showing_to_a_cut_of_the_best() -> None:
    views = card_of(STORIES["three edits"]).views
    assert [len(view.passages) for view in views[:4]] == [3, 2, 2, 1]
    assert [each.number for each in views[0].passages] == ["1", "2", "3"]
    assert [view.more for view in views[:4]] == [False, True, True, True]
    lengths = [len(view.passages[0].now) for view in card_of(STORIES["longer than a card"]).views]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] <= 170


def test_a_further_line_is_whole_or_not_there() -> None:
    views = card_of(story(COURTS, new(LONG), KEPT)).views
    assert [each.now for view in views for each in view.passages[1:]] == [KEPT.text]


def test_a_heading_that_only_names_the_policy_is_not_said() -> None:
    (passage,) = card_of(story(new("It is new.", "Privacy Policy"))).views[0].passages
    assert passage.place == ""


def test_a_piece_of_a_reworded_sentence_is_shown_in_the_whole_sentence() -> None:
    before, after = LONG, LONG.replace("perpetual, ", "")
    quote = reworded(before, "… you grant us a worldwide, irrevocable licence …", "11")
    edit = Edit(EditKind.REWORDED, "11", before, after, weight=1.0)
    known = card_of(story(quote, edits=(edit,))).views[0].passages[0]
    assert (known.was, known.now) == (before, after)
    # Where the sentence is not known, what the piece leaves out must not look as if it were gone.
    unknown = card_of(story(quote)).views[0].passages[0]
    assert Mark.GONE not in {piece.mark for piece in unknown.paragraphs[0]}


WORDS = st.lists(st.sampled_from(["we", "may", "sell", "not,", "data", "保", "存"]), min_size=1, max_size=30).map(
    " ".join
)


@given(before=WORDS, after=WORDS, room=st.integers(12, 60))
def test_a_cut_is_short_enough_and_invents_nothing(before: str, after: str, room: int) -> None:
    whole = passage_of(reworded(before, after), STORIES["one word"].change, "")
    short = cut(whole, room)
    for pieces in short.paragraphs:
        assert short == whole or sum(len(piece.text) for piece in pieces) <= room
    assert short.was.strip("… ") in whole.was
    assert short.now.strip("… ") in whole.now
    assert short.now


def test_a_cut_of_a_script_without_spaces_puts_none_in() -> None:
    text = "您注销账号后，我们将在三十天内删除您的消息。" + "其他条款保持不变。" * 12
    short = cut(passage_of(reworded(text, text.replace("三", "九")), STORIES["one word"].change, ""), 60)
    assert "我们将在[三] {九}十天" in said(short.paragraphs[0])
    assert "我们将在九十天" in short.now
    assert "我们将在三十天" in short.was


def test_a_cut_keeps_the_change_together_with_what_it_took_the_place_of() -> None:
    dearer = reworded(LONG, LONG.replace("at your own cost", "at the cost of all of your heirs"))
    short = cut(passage_of(dearer, story(dearer).change, ""), 170)
    assert "at [your own cost] {the cost of all of your heirs}" in said(short.paragraphs[0])
    assert "at your own cost" in short.was
    assert "at the cost of all of your heirs" in short.now


# ---- the same in words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STORIES)
def test_the_alt_text_says_what_the_picture_says(name: str) -> None:
    shown = card_of(STORIES[name])
    for number, view in enumerate(shown.views):
        words = alt_text(shown, number, 100_000)
        facts = [shown.name, shown.headline, *shown.dates, shown.bot, shown.address]
        for each in view.passages:
            facts += [each.label, each.place, each.was, each.now]
        assert all(inert(fact) in words for fact in facts)
        assert ("More changes" in words) is view.more


@pytest.mark.parametrize("limit", [X, MASTODON])
@pytest.mark.parametrize("name", STORIES)
def test_the_alt_text_fits_and_still_says_the_best(name: str, limit: int) -> None:
    shown = card_of(STORIES[name])
    for number in range(len(shown.views)):
        words = alt_text(shown, number, limit)
        assert len(words.encode("utf-16-le")) // 2 <= limit
        assert words.startswith(inert(shown.name))
        assert words.rstrip().endswith(inert(shown.address))
        lead = shown.views[number].passages[0]
        assert inert((lead.now or lead.was)[:40]) in words


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=2000))
def test_nothing_in_an_alt_text_is_live(text: str) -> None:
    shown = card_of(story(new(f"{text} @alice@a.example https://b.example $CASH #tag"), name="@bob"))
    words = alt_text(shown, 0, X)
    assert inert(words) == words
    # "$0" is a sum, "$A" would be a cashtag
    assert not re.search(r"[@#]\w|\$[^\W\d_]|://\w|\w\.example", words)


# ---- the template ---------------------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """By WCAG 2.2, of two colours "#rrggbb"."""

    def luminance(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_every_ink_can_be_read_on_its_paper() -> None:
    source = (templates() / "card.typ").read_text("utf-8")
    plain = dict(re.findall(r'#let (paper|ink|soft) = rgb\("(#\w{6})"\)', source))
    for name in ("new", "gone"):
        (definition,) = re.findall(rf"#let {name} = (.*)", source)
        ink, paper, line = re.findall(r"#\w{6}", definition)
        assert contrast(ink, paper) >= 7
        assert contrast(line, paper) >= 3  # the shape that says it without colour
    assert contrast(plain["ink"], plain["paper"]) >= 7
    assert contrast(plain["soft"], plain["paper"]) >= 7


# ---- what it looks like -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, Shape], Drawn | CardError]:
    """Every story in both shapes."""
    pytest.importorskip("typst")
    wanted = [(name, shape) for name in STORIES for shape in Shape]
    pictures = asyncio.run(draw([(card_of(STORIES[name]), shape) for name, shape in wanted]))
    if folder := os.environ.get("SMALLPRINT_TEST_PICTURES"):  # to look at them
        for (name, shape), picture in zip(wanted, pictures, strict=True):
            if isinstance(picture, Drawn):
                Path(folder, f"{name.replace(' ', '-')}-{shape}.png").write_bytes(picture.png)
    return dict(zip(wanted, pictures, strict=True))


@pytest.fixture(scope="module")
def fontless() -> set[str]:
    """Scripts that this machine has no fonts for; the image has them all."""
    pytest.importorskip("typst")
    return set(asyncio.run(scripts_without_fonts()))


SCRIPTS = {
    "Latin": r"[A-Za-z]", "Cyrillic": "[а-я]", "Greek": "[α-ω]", "Arabic": "[ا-ي]", "Hebrew": "[א-ת]",
    "Devanagari": "[अ-ह]", "Thai": "[ก-ฮ]", "Chinese": "[一-龥]", "Japanese": "[ぁ-ん]", "Korean": "[가-힣]",
    "emoji": "[🌀-🧿👋🇦-🇿]",
}  # fmt: skip


def scripts_of(name: str) -> set[str]:
    text = repr(STORIES[name])
    return {script for script, letters in SCRIPTS.items() if re.search(letters, text)}


def test_every_script_is_among_the_stories() -> None:
    assert set().union(*map(scripts_of, STORIES)) == set(SCRIPTS) == set(SAMPLES)
    assert len(STORIES) == 40


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_drawn_or_a_letter_has_no_font(
    name: str, shape: Shape, drawn: dict[tuple[str, Shape], Drawn | CardError], fontless: set[str]
) -> None:
    picture = drawn[name, shape]
    if scripts_of(name) & fontless:
        assert isinstance(picture, CardError)
        pytest.skip(f"no fonts here for {scripts_of(name) & fontless}")
    assert isinstance(picture, Drawn), picture
    if shape is Shape.LANDSCAPE:
        assert (picture.width, picture.height) == (1200, 675)
    else:
        assert picture.width == 1080
        assert 810 <= picture.height <= 1350
    assert len(picture.png) <= 976_000  # the least that a platform takes of a picture: Bluesky's of a link's preview
    known = tomllib.loads(HASHES.read_text("utf-8"))
    apart = (look(picture.png) ^ int(known[name][shape], 16)).bit_count()
    assert apart <= ALIKE, f"{name}, {shape}: it looks otherwise than it did; look at it, then write its new hash"


def look(png: bytes) -> int:
    """A difference hash of 18 x 16 places: which of two neighbours is the brighter."""
    image = pytest.importorskip("PIL.Image")
    small = image.open(io.BytesIO(png)).convert("L").resize((19, 16), image.Resampling.LANCZOS)
    grey = small.tobytes()
    bits = 0
    for at in range(len(grey)):
        if at % 19:
            bits = bits << 1 | (grey[at] + 2 < grey[at - 1])
    return bits


def test_two_stories_do_not_look_alike(drawn: dict[tuple[str, Shape], Drawn | CardError]) -> None:
    """So that a hash would notice another picture."""
    looks = {
        name: look(picture.png)
        for name in ("one word", "long", "a loss", "much reworded", "three edits", "very short", "Russian")
        if isinstance(picture := drawn[name, Shape.PORTRAIT], Drawn)
    }
    assert len(looks) == 7
    assert all((looks[a] ^ looks[b]).bit_count() > ALIKE for a in looks for b in looks if a != b)


def test_markup_in_a_quote_comes_out_as_letters() -> None:
    typst = pytest.importorskip("typst")
    made = card_of(STORIES["markup"])
    source = (templates() / "card.typ").read_text("utf-8")
    pdf = typst.compile(source.encode(), format="pdf", sys_inputs={"card": json.dumps(as_data(made, "landscape"))})
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    read = re.sub(r"[\s\u200b\ufffe]", "", page)
    assert re.sub(r"\s", "", STORIES["markup"].change.quotes[0].text) in read
    assert "#emph[Evil]*Corp*" in read


async def test_a_letter_without_a_font_is_no_box_but_no_picture() -> None:
    pytest.importorskip("typst")
    (refused, good) = await draw(
        [
            (card_of(story(new("A letter that nobody may ever draw: \U000f0000."))), Shape.PORTRAIT),
            (card_of(story(COURTS, TRAINED)), Shape.PORTRAIT),
        ]
    )
    assert isinstance(refused, CardError)
    assert "no font" in str(refused)
    assert isinstance(good, Drawn)


#: The rest of the program that draws.
PROGRAM = "sys.path[:] = sys.argv[1:]; from bot.write.draw import main; main()"


async def test_without_typst_there_is_a_reason_and_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.write.draw._PROGRAM", "import sys; sys.modules['typst'] = None; " + PROGRAM)
    (refused,) = await draw([(card_of(story(KEPT)), Shape.PORTRAIT)])
    assert isinstance(refused, CardError)
    assert "typst cannot be loaded" in str(refused)


async def test_a_process_that_breaks_off_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.write.draw._PROGRAM", "import os; os.abort()")
    (refused,) = await draw([(card_of(story(gone("Nothing."))), Shape.PORTRAIT)])
    assert "broke off" in str(refused)
