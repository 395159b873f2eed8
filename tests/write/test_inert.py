"""Whatever a page says, nothing in it becomes live, and a reader sees the same words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.write.inert import BREAK, MARKS, inert, visible
from tests.fakes import mastodon, x

LINK = "https://smallprint.dev/changes/2023-08-23-x-privacy-policy-3f9a"

LIVE = [
    "@elonmusk decides",
    "write to @alice@evil.social or @alice.bsky.social",
    "＠alice and @\u200balice and @\u2060bob",
    "#hashtag, ＃tag, #\u200dtag and ##more",
    "$AAPL $TSLA",
    "http://evil.com/path, HTTPS://EVIL.ORG and evil.com",
    "evil․com, evil.co.uk, www.evil.de, xn--80ak6aa92e.com",
    "日本語.jp example.com中国語",
    "magnet:?xt=urn:btih:abc mailto:legal@evil.com xmpp:alice@evil.com gemini://evil.com",
    "write to legal@\u200bevil.com",
    "a.b.evil.com/@alice#tag",
    "\u200dwww._ and \u200dmailto:legal@evil.com",
]


@pytest.mark.parametrize("text", LIVE)
def test_nothing_stays_live_on_any_platform(text: str) -> None:
    assert x.live(text) | mastodon.live(text), "the example is not live to begin with"
    assert x.live(inert(text)) == set()
    assert mastodon.live(inert(text)) == set()


@pytest.mark.parametrize("text", LIVE)
def test_a_reader_sees_the_same_words(text: str) -> None:
    assert visible(inert(text)) == visible(text)


@pytest.mark.parametrize(
    "text", ["We keep 3.5 % of $100, e.g. in the U.S. (C# or F#).", "See § 2.1: we may.", "👨‍👩‍👧 #️⃣ ❤️‍🔥", "می‌خواهم"]
)
def test_words_that_are_not_live_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            ["@", "#", "$", ".", "://", "http", "https://", "www.", ":", "/", " ", "\n", "＠", "＃", "․", "-", "_"]
        ),
        st.sampled_from(
            ["evil", "com", "org", "co", "alice", "TSLA", "日本", "jp", "t", "\u200b", "\u200d", "\u0301", "\u202e"]
        ),
        st.text(max_size=4),
    ),
    max_size=30,
).map("".join)


@given(WORDS)
def test_no_words_at_all_stay_live(text: str) -> None:
    assert x.live(inert(text)) == set()
    assert mastodon.live(inert(text)) == set()


@given(WORDS)
def test_twice_is_as_good_as_once(text: str) -> None:
    assert inert(inert(text)) == inert(text)


@given(WORDS)
def test_only_the_kept_link_and_handle_stay_live(text: str) -> None:
    words = inert(f"@carol {text}\n\n{LINK}", [LINK, "@carol"])
    assert x.live(words) == {"@carol", LINK}
    assert mastodon.live(words) == {"@carol", LINK}


@pytest.mark.parametrize(
    "glued",
    ["{}.evil.com", "{}/../evil", "{}@evil.com", "x{}", "{}\u200b.evil.com", "{}#tag"],
)
def test_nothing_can_be_glued_to_a_kept_link(glued: str) -> None:
    """Else a page that knows the bot's address could make it link elsewhere."""
    link = "https://smallprint.dev/c"
    assert x.live(inert(glued.format(link), [link])) == set()


def test_a_kept_handle_is_no_door_to_a_longer_one() -> None:
    assert x.live(inert("@carol: @carola and @carol@evil.com", ["@carol"])) == {"@carol"}


def test_hidden_characters_in_a_name_hide_nothing() -> None:
    assert inert("e\u200bvil\u2060.c\u00adom") == inert("evil.com") != "evil.com"


def test_direction_overrides_and_controls_are_dropped() -> None:
    assert inert("a\u202eb\u2066c\u2069\u200fd\x00e\x0cf\x1b[31mg\ufeff\ud800") == "abcdef[31mg"


def test_line_ends_are_one_kind_and_stay() -> None:
    assert inert("one\r\ntwo\rthree\u2028four\tfive") == "one\ntwo\nthree\nfour five"


def test_heaps_of_accents_and_joiners_are_cut() -> None:
    assert len(inert("Z" + "\u0300" * 500 + "a\u0301lgo")) == len("Z") + MARKS + len("a\u0301lgo")
    assert len(inert("a" + "\u200d" * 10_000 + "b")) == MARKS + 2


def test_a_page_of_signs_is_done_at_once() -> None:
    """Linear in what a page holds: no expression backtracks."""
    assert inert("@a" * 50_000).count(BREAK) == 50_000
    inert("a." * 50_000 + "com")
    inert("\u0301" * 100_000)


@given(st.text(max_size=60))
def test_visible_words_do_not_depend_on_how_they_are_encoded(text: str) -> None:
    assert visible(unicodedata.normalize("NFD", text)) == visible(unicodedata.normalize("NFC", text))
