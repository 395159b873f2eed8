"""A story in words, fitted to how each platform counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Change, Edit, EditKind, Part, Policy, Post, Quote, Receipt, Rename, Story, StoryKind, Verdict
from bot.platforms import build
from bot.ports import PlatformSetup
from bot.write.compose import MOST_PARTS, compose
from bot.write.inert import BREAK, inert
from bot.write.quote import proof_form

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy", language="en")
LINK = "https://bot.example/changes/2026-03-03-acme"
TRAINING = Quote("We may use the posts you publish to train our models.", EditKind.ADDED, "2.1 Information you give us")
KEPT = Quote(
    "We keep your messages for ninety days.",
    EditKind.REWORDED,
    "4 Retention",
    before="We keep your messages for thirty days.",
)
GONE = Quote("We do not sell your personal information.", EditKind.REMOVED, "3 Sharing")


@dataclass
class Voice:
    """A publisher that only counts characters."""

    id: str = "voice"
    limit: int = 300
    threads: bool = True
    wants_link: bool = True

    def length(self, text: str) -> int:
        return len(regex.findall(r"\X", text))

    def prepare(self, post: Post, at: datetime) -> Sequence[Part]:
        raise NotImplementedError

    async def publish(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt:
        raise NotImplementedError

    async def find(self, part: Part, parent: Receipt | None, root: Receipt | None) -> Receipt | None:
        raise NotImplementedError

    async def check(self) -> str:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError


def story(*quotes: Quote, kind: StoryKind = StoryKind.POST, **facts: object) -> Story:
    change = replace(Change(Verdict.POST, ("a reason",), quotes=quotes, topics=("ai", "rights")), **facts)  # type: ignore[arg-type]
    return Story(
        "2026-03-03-acme", ACME, kind, change, NOON, NOON, "0" * 64, under="" if kind is StoryKind.POST else "first"
    )


# ---- what is said ------------------------------------------------------------------------------------------------


def test_the_first_part_says_who_what_where_about_what_and_shows_it() -> None:
    (words,) = compose(story(TRAINING), Voice(), LINK).parts
    assert words == (
        "Acme Privacy Policy: new in 2.1 Information you give us, about AI and rights.\n\n"
        "“We may use the posts you publish to train our models.”\n\n"
        f"{LINK}"
    )


def test_reworded_wording_is_shown_before_and_after() -> None:
    (words,) = compose(story(KEPT, topics=("retention",)), Voice(), LINK).parts
    assert words == (
        "Acme Privacy Policy: reworded in 4 Retention, about keeping or deleting data.\n\n"
        "Was: “We keep your messages for thirty days.”\n\n"
        "Now: “We keep your messages for ninety days.”\n\n"
        f"{LINK}"
    )


def test_gone_wording_is_called_gone() -> None:
    (words,) = compose(story(GONE, topics=()), Voice(), LINK).parts
    assert (
        words == f"Acme Privacy Policy: gone from 3 Sharing.\n\n“We do not sell your personal information.”\n\n{LINK}"
    )


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ("10.4 Customer License Grant", "new in 10.4 Customer License Grant"),
        ("10.4 " + "Customer License Grant " * 4, "new in section 10.4"),
        ("10.4.", "new in section 10.4"),
        ("§ 7 " + "Rights " * 10, "new in § 7"),
        ("IV. Your choices:", "new in IV. Your choices"),
        ("Your rights:", "new in “Your rights”"),
        ("“Your rights”", "new in “Your rights”"),
        ("Your rights " * 9, "new"),
        ("", "new"),
        (" : ", "new"),
        ("第二条 数据", "new in “第二条 数据”"),
        ("PRIVACY POLICY", "new"),
    ],
)
def test_a_section_is_named_by_its_number_or_its_heading(section: str, place: str) -> None:
    words = compose(story(replace(TRAINING, section=section), topics=()), Voice(), LINK).parts[0]
    assert words.startswith(f"Acme Privacy Policy: {place}.\n")


def test_the_first_line_is_true_of_what_it_shows_and_not_only_of_the_rest() -> None:
    other = Edit(
        EditKind.ADDED, "7 Children", None, "Children may use the service from ten years on.", 2.0, ("children",)
    )
    shown = Edit(EditKind.ADDED, TRAINING.section, None, f"{TRAINING.text}", 1.0, ("ai",))
    cut = replace(TRAINING, text="We may use … to train our models.")
    for lead in (TRAINING, cut):
        words = compose(story(lead, edits=(other, shown), topics=("children", "ai")), Voice(), LINK).parts[0]
        assert ", about AI." in words


def test_a_topic_without_plain_words_is_not_named() -> None:
    assert ", about AI." in compose(story(TRAINING, topics=("new-topic", "ai")), Voice(), LINK).parts[0]


def test_the_date_of_effect_is_told_unmistakably_and_an_old_date_too() -> None:
    def said(**facts: object) -> str:
        return compose(story(TRAINING, **facts), Voice(), LINK).parts[0].split("\n\n")[2]

    assert said(effective=date(2026, 9, 29)) == "In effect from 29 September 2026."
    assert said(effective=date(2026, 3, 3)) == "In effect since 3 March 2026."
    assert said(effective=date(2026, 9, 29), quiet=True) == "In effect from 29 September 2026."
    assert said(quiet=True) == "The page still shows its old date."
    assert said(quiet=False) == said() == LINK


@pytest.mark.parametrize(
    ("not_before", "words"),
    [
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "Changed between 1 and 3 March 2026."),
        (datetime(2026, 2, 17, 9, tzinfo=UTC), "Changed between 17 February and 3 March 2026."),
        (datetime(2025, 12, 30, 9, tzinfo=UTC), "Changed between 30 December 2025 and 3 March 2026."),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), ""),
        (None, ""),
    ],
)
def test_news_that_nobody_could_see_come_is_told_with_both_dates(not_before: datetime | None, words: str) -> None:
    (post,) = compose(replace(story(TRAINING), not_before=not_before), Voice(), LINK).parts
    assert ("Changed between" in post) is bool(words)
    assert words in post


def test_both_dates_and_a_date_of_effect_stand_beside_each_other() -> None:
    late = replace(story(TRAINING, effective=date(2026, 4, 1)), not_before=datetime(2026, 2, 17, 9, tzinfo=UTC))
    (post,) = compose(late, Voice(), LINK).parts
    assert "Changed between 17 February and 3 March 2026. In effect from 1 April 2026." in post


def test_a_policy_without_a_name_is_called_by_its_host() -> None:
    nameless = replace(story(TRAINING), policy=replace(ACME, service="", document=""))
    assert compose(nameless, Voice(), LINK).parts[0].replace(BREAK, "").startswith("acme.example: new in")
    files = replace(story(TRAINING), policy=replace(ACME, service="", document="Terms"))
    assert compose(files, Voice(), LINK).parts[0].startswith("Terms: new in 2.1")


@pytest.mark.parametrize("kind", StoryKind)
def test_a_story_without_quotes_is_told_in_a_line(kind: StoryKind) -> None:
    (words,) = compose(replace(story(kind=kind), note="It was another page."), Voice(), LINK).parts
    assert "Acme Privacy Policy" in words
    assert "“" not in words
    assert words.endswith(LINK)


# ---- threads and single posts -----------------------------------------------------------------------------------


def test_a_longer_story_is_a_thread_whose_first_part_stands_alone() -> None:
    parts = compose(story(TRAINING, KEPT, GONE, renames=(Rename("Acme", "Apex", 40),)), Voice(), LINK).parts
    assert LINK in parts[0]
    assert "ninety days" in parts[1]
    assert "do not sell" in parts[2]
    assert parts[3] == "Also renamed throughout: “Acme” is now “Apex”."
    assert all(LINK not in part for part in parts[1:])


def test_a_very_long_story_is_a_handful_of_posts_that_say_where_the_rest_is() -> None:
    quotes = [replace(TRAINING, text=f"Clause number {n} is new here.") for n in range(8)]
    parts = compose(story(*quotes), Voice(), LINK).parts
    assert len(parts) == MOST_PARTS
    assert parts[-1].endswith("More changes are on the page linked above.")


def test_a_policys_own_page_is_not_said_to_list_changes() -> None:
    quotes = [replace(TRAINING, text=f"Clause number {n} is new here.") for n in range(8)]
    for threads in (True, False):
        assert "More changes" not in "".join(compose(story(*quotes), Voice(threads=threads), ACME.url).parts)


def test_where_there_are_no_threads_one_post_stands_alone_and_says_where_the_rest_is() -> None:
    (words,) = compose(story(TRAINING, KEPT, GONE), Voice(threads=False), LINK).parts
    assert words.endswith(f"\n\nMore changes: {LINK}")
    (words,) = compose(story(TRAINING), Voice(threads=False), LINK).parts
    assert words.endswith(f"\n\n{LINK}")


def test_as_many_renames_are_told_as_fit() -> None:
    renames = tuple(Rename("A" * size, "B" * size, 9) for size in (10, 60, 60))
    last = compose(story(TRAINING, renames=renames), Voice(), LINK).parts[-1]
    assert (last.count(" is now "), last.endswith("”.")) == (2, True)
    assert len(compose(story(TRAINING, renames=(Rename("A" * 200, "B" * 200, 9),)), Voice(), LINK).parts) == 1


def test_a_platform_with_link_cards_needs_no_link_in_the_words() -> None:
    post = compose(story(TRAINING), Voice(wants_link=False), LINK)
    assert LINK not in post.parts[0]
    assert post.link == LINK


# ---- follow-ups -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "quote", "words"),
    [
        (StoryKind.WITHDRAWN, TRAINING, "no longer there, seen 3 March 2026."),
        (StoryKind.WITHDRAWN, GONE, "there again, seen 3 March 2026."),
        (StoryKind.RESTORED, TRAINING, "back again, seen 3 March 2026."),
        (StoryKind.RESTORED, GONE, "gone again, seen 3 March 2026."),
        (StoryKind.IN_EFFECT, TRAINING, "in effect since 3 March 2026."),
        (StoryKind.IN_EFFECT, GONE, "gone since 3 March 2026."),
    ],
)
def test_follow_ups_say_what_became_of_the_wording(kind: StoryKind, quote: Quote, words: str) -> None:
    post = compose(story(quote, KEPT, kind=kind, effective=date(2026, 3, 3)), Voice(), LINK)
    assert post.parts == (f"Acme Privacy Policy: {words}\n\n“{quote.text}”\n\n{LINK}",)
    assert post.follow_up


def test_restored_wording_that_is_still_to_come_says_when() -> None:
    (words,) = compose(story(TRAINING, kind=StoryKind.RESTORED, effective=date(2026, 9, 29)), Voice(), LINK).parts
    assert "\n\nIn effect from 29 September 2026.\n\n" in words


def test_a_correction_gives_the_operators_reason_and_fits() -> None:
    wrong = replace(story(TRAINING, kind=StoryKind.CORRECTION), note="It stood in another document. " * 30)
    (words,) = compose(wrong, Voice(), LINK).parts
    assert words.startswith("Correction: the post of 3 March 2026 about the Acme Privacy Policy was wrong.\n\nIt stood")
    assert Voice().length(words) <= 300
    assert words.endswith(f" …\n\n{LINK}")


# ---- what fits --------------------------------------------------------------------------------------------------

LONG_WAS = (
    "When you use the service, on any device, we keep a record, for thirty days, of the pages that you open, and "
    "afterwards we delete it."
)
LONG = replace(KEPT, text=LONG_WAS.replace("thirty", "ninety"), before=LONG_WAS)


def reworded(limit: int) -> tuple[str, str]:
    """What is shown of the old and of the new wording of a long sentence."""
    (words,) = compose(story(LONG, topics=()), Voice(limit=limit, threads=False), LINK).parts
    was = regex.search("Was: “(.*)”", words)
    now = regex.search("(?:Now: |\n\n)“(.*)”", words)
    assert now is not None
    return was[1] if was else "", now[1]


def test_with_less_room_less_is_shown_around_what_changed() -> None:
    assert reworded(400) == (LONG_WAS, LONG.text)
    was, now = reworded(300)
    assert was != LONG_WAS
    assert "for thirty days" in was
    assert now == LONG.text
    assert reworded(230) == ("", LONG.text)
    was, now = reworded(200)
    assert was == "… thirty …"
    assert "for ninety days" in now != LONG.text
    was, now = reworded(130)
    assert was == "… thirty …"
    assert "ninety" in now
    was, now = reworded(115)
    assert was == ""
    assert "ninety days" in now


def test_what_can_be_spared_goes_before_the_quote_is_cut() -> None:
    quiet = story(TRAINING, KEPT, quiet=True)
    rest, old_date = f"More changes: {LINK}", "The page still shows its old date."
    for limit, line, *more in (
        (280, "new in 2.1 Information you give us, about AI and rights.", old_date, rest),
        (228, "new in section 2.1, about AI and rights.", old_date, rest),
        (212, "new in section 2.1, about AI.", rest),
        (165, "new in section 2.1, about AI.", LINK),
    ):
        (words,) = compose(quiet, Voice(limit=limit, threads=False), LINK).parts
        assert words.split("\n\n") == [f"Acme Privacy Policy: {line}", f"“{TRAINING.text}”", *more]
    (words,) = compose(quiet, Voice(limit=140, threads=False), LINK).parts
    assert "“We may use the posts you publish" in words


def test_old_words_are_shown_alone_only_where_it_is_plain_which_they_are() -> None:
    rest = "days on the machines of a company that works for us, wherever it may be."
    whole = Quote(f"Today we keep it for ninety {rest}", EditKind.REWORDED, "", f"Today we keep it for thirty {rest}")
    piece = replace(whole, text=f"… keep it for ninety {rest}")
    for quote, shown in ((whole, True), (piece, False)):
        (words,) = compose(story(quote, topics=()), Voice(limit=240, threads=False), LINK).parts
        assert ("thirty" in words) == ("Was:" in words) == shown


def test_a_long_name_leaves_room_for_the_news() -> None:
    named = replace(story(TRAINING), policy=replace(ACME, service="The Very Large Company of Everywhere " * 9))
    (words,) = compose(named, Voice(limit=280), LINK).parts
    assert regex.match(r"The Very Large Company .*…: new in 2.1", words)
    assert "to train our models" in words


def test_a_sentence_without_end_is_cut_in_few_steps() -> None:
    """A quote is about a clause long; should one ever be longer, the bot does not stop for it."""
    counted = 0

    class Counting(Voice):
        def length(self, text: str) -> int:
            nonlocal counted
            counted += 1
            return len(text)

    before = "one word and, more " * 200
    quote = Quote(before + "ninety days", EditKind.REWORDED, "", before + "thirty days")
    (words,) = compose(story(quote), Counting(threads=False), LINK).parts
    assert "ninety days" in words
    assert counted < 10_000


_SECTIONS = st.sampled_from(["", "2.1 Information you give us", "Your rights", "第二条 数据", "x" * 200, "1" * 50])
_SCRIPTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("aeiou bcd ,.;: not may 90"),
        st.sampled_from("数据处理，。"),
        st.sampled_from("ابتث ،"),
        st.sampled_from("👩‍👩‍👧‍👦🇪🇺é́@#$."),
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]),
    ),
    min_size=1,
    max_size=700,
).filter(str.strip)
_NAMES = st.sampled_from(["Acme", "", "株式会社" * 20, "a.b.c@d " * 20, "شركة " * 30])
#: X counts weights, Bluesky graphemes and bytes, Mastodon graphemes with short addresses.
PLATFORMS = {
    name: build(name, PlatformSetup(options={}, secret=lambda name: "")) for name in ("x", "bluesky", "mastodon")
}


@settings(max_examples=150, deadline=None)
@given(
    text=_SCRIPTS,
    before=st.none() | _SCRIPTS,
    section=_SECTIONS,
    name=_NAMES,
    kind=st.sampled_from(sorted(set(StoryKind) - {StoryKind.CORRECTION})),
    platform=st.sampled_from(sorted(PLATFORMS)),
)
def test_whatever_the_words_every_part_fits_with_whole_graphemes_and_a_verbatim_quote(
    text: str, before: str | None, section: str, name: str, kind: StoryKind, platform: str
) -> None:
    quote = Quote(text, EditKind.ADDED if before is None else EditKind.REWORDED, section, before)
    told = story(quote, quote, kind=kind, effective=date(2026, 9, 29), renames=(Rename(text, "Acme", 3),))
    told = replace(told, policy=replace(ACME, service=name))
    voice = PLATFORMS[platform]
    post = compose(told, voice, LINK)
    assert post == compose(told, voice, LINK), "the same again"
    assert len(voice.prepare(post, NOON)) == len(post.parts), "the platform takes each part"
    for part in post.parts:
        assert part == inert(part, (LINK,)), "nothing in it is live but the link"
        assert voice.length(part) <= voice.limit
        shown = regex.findall(r"(?:Now: |^)“(.*?)”(?=\n\n|$)", part, flags=regex.DOTALL | regex.MULTILINE)
        for piece in shown[:1]:
            _is_a_piece_of(piece.split("”\n\n")[0], text)
    assert (LINK in post.parts[0].split()) == voice.wants_link
    assert "“" in post.parts[0], "the quote is shown, however little of it"


def _is_a_piece_of(shown: str, source: str) -> None:
    """Whether what is shown is verbatim, and begins and ends between graphemes."""
    piece = shown.replace(BREAK, "").removeprefix("… ").removesuffix(" …")
    whole = inert(source).replace(BREAK, "")
    assert proof_form(piece) in proof_form(whole)
    assert set(regex.findall(r"\X", piece)) <= set(regex.findall(r"\X", whole))


@settings(max_examples=40, deadline=None)
@given(note=_SCRIPTS, platform=st.sampled_from(sorted(PLATFORMS)))
def test_whatever_the_operator_writes_the_correction_fits(note: str, platform: str) -> None:
    wrong = replace(story(TRAINING, kind=StoryKind.CORRECTION), note=note)
    assert PLATFORMS[platform].prepare(compose(wrong, PLATFORMS[platform], LINK), NOON)
