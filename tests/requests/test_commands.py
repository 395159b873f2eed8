"""What is understood, and what is not: no command, no answer."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import Command, CommandKind
from bot.requests.commands import LONGEST, parse
from bot.requests.vocabulary import ORDINALS, TYPOS, VOCABULARIES, fold

WATCH, STOP, STOP_ALL, LIST, HELP, STATUS, LAST, WHY, CHOOSE = CommandKind
PARENT = "https://parent.example/terms"


def understood(text: str, **links: tuple[str, ...]) -> Command | None:
    return parse(text, "smallprint", **links)


PHRASINGS = tomllib.loads(Path(__file__).with_name("phrasings.toml").read_text(encoding="utf-8"))
SILENCE = [words for (words,) in PHRASINGS.pop("silence")]
#: "THIS" stands for the link of the post above; a row without a command is what is not understood (yet).
ALL = [
    (words, Command(CommandKind(kind), PARENT if target == "THIS" else target) if kind else None)
    for rows in PHRASINGS.values()
    for words, kind, target in rows
]


@pytest.mark.parametrize(("words", "command"), ALL)
def test_people_say_it_in_many_ways(words: str, command: Command | None) -> None:
    assert understood(f"@smallprint {words}", parent_links=(PARENT,)) == command


@pytest.mark.parametrize("words", SILENCE)
def test_people_say_much_that_is_no_command(words: str) -> None:
    assert understood(f"@smallprint {words}", parent_links=(PARENT,)) is None


def test_the_table_has_every_command_in_every_language() -> None:
    assert len(ALL) >= 350
    for language, rows in PHRASINGS.items():
        assert {kind for _, kind, _ in rows} - {""} == {kind.value for kind in CommandKind}, language


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("@smallprint watch https://zoom.example/privacy", "https://zoom.example/privacy"),
        ("@smallprint watch https://zoom.example/privacy, please", "https://zoom.example/privacy"),
        ("@smallprint watch (https://zoom.example/terms_(eu)).", "https://zoom.example/terms_(eu)"),
        ("@smallprint watch zoom.example", "zoom.example"),
        ("@smallprint watch zoom.example terms of service", "zoom.example terms of service"),
        ("@smallprint watch zoom privacy policy", "zoom privacy policy"),
        ("@smallprint watch the terms of Zoom", "terms of Zoom"),
        ("@smallprint watch Zoom", "Zoom"),
        ("@smallprint watch AT&T, please", "AT&T"),
        ("@smallprint watch ज़ूम", "ज़ूम"),
        ("hey @smallprint, could you please watch zoom.example for me? Thanks!", "zoom.example"),
        ("@alice @smallprint @bob watch zoom.example", "zoom.example"),
        ("watch zoom.example @smallprint", "zoom.example"),
        ("@smallprint\nwatch zoom.example", "zoom.example"),
        ("@smallprint watch\nhttps://zoom.example/privacy", "https://zoom.example/privacy"),
        ("@smallprint follow zoom terms", "zoom terms"),
        ("@smallprint keep an eye on zoom.example", "zoom.example"),
        ("@smallprint wach zoom.example", "zoom.example"),
        ("@smallprint watch zoom.example because I use it and my mother does", "zoom.example"),
        ("@smallprint watch https://a.example/ and https://b.example/", "https://a.example/"),
        ("@smallprint watch\u200b zoom\u200b.example", "zoom.example"),
        ("@smallprint@social.example watch zoom.example", "zoom.example"),
        ("@SmallPrint WATCH ZOOM.EXAMPLE", "ZOOM.EXAMPLE"),
    ],
)
def test_watch(text: str, target: str) -> None:
    assert parse(text, "@smallprint@social.example") == Command(WATCH, target)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", Command(STOP_ALL)),
        ("STOP!!!", Command(STOP_ALL)),
        ("please stop", Command(STOP_ALL)),
        ("stop it", Command(STOP_ALL)),
        ("stop replying to me", Command(STOP_ALL)),
        ("unwatch", Command(STOP_ALL)),
        ("unsubscribe", Command(STOP_ALL)),
        ("leave me alone", Command(STOP_ALL)),
        ("stop everything, thanks", Command(STOP_ALL)),
        ("stop zoom", Command(STOP, "zoom")),
        ("stop watching zoom.example", Command(STOP, "zoom.example")),
        ("unfollow the zoom privacy policy", Command(STOP, "zoom privacy policy")),
        ("stop watching this page", Command(STOP, PARENT)),
        ("list", Command(LIST)),
        ("list my watches please", Command(LIST)),
        ("what am I watching?", Command(LIST)),
        ("help", Command(HELP)),
        ("help me", Command(HELP)),
        ("hlep", Command(HELP)),
        ("what can you do?", Command(HELP)),
        ("why?", Command(WHY, PARENT)),
        ("why did you post this?", Command(WHY, PARENT)),
        ("why not zoom?", Command(WHY, "zoom")),
        ("why was zoom.example not told", Command(WHY, "zoom.example")),
        ("status of zoom", Command(STATUS, "zoom")),
        ("do you watch zoom.example?", Command(STATUS, "zoom.example")),
        ("last change of zoom", Command(LAST, "zoom")),
        ("what changed at zoom?", Command(LAST, "zoom")),
        ("what's new with zoom", Command(LAST, "zoom")),
        ("what’s new with zoom", Command(LAST, "zoom")),
    ],
)
def test_the_other_commands(text: str, command: Command) -> None:
    assert understood(f"@smallprint {text}", parent_links=(PARENT,)) == command


def test_this_is_the_link_in_the_post_before_that_of_the_parent() -> None:
    own = "https://own.example/terms"
    for this in ("watch", "watch this", "watch that page please", "watch the policy above"):
        assert understood(f"@smallprint {this}", links=(own,), parent_links=(PARENT,)) == Command(WATCH, own)
        assert understood(f"@smallprint {this}", parent_links=(PARENT,)) == Command(WATCH, PARENT)
        assert understood(f"@smallprint {this}") == Command(WATCH, "")


def test_a_shortened_address_is_taken_whole_from_the_platform() -> None:
    whole = "https://zoom.example/a/long/way/to/privacy"
    assert understood("@smallprint watch zoom.example/a/long…", links=(whole,)) == Command(WATCH, whole)
    assert understood("@smallprint watch https://t.co/abc123", links=(whole,)) == Command(WATCH, whole)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@smallprint",
        "@smallprint thanks!",
        "thanks @smallprint",
        "@smallprint is great",
        "I told @smallprint to watch everything",
        "nothing can stop @smallprint",
        "@smallprint don't stop",
        "@smallprint do not watch zoom.example",
        "@smallprint watch out",
        "@smallprint watch your step",
        "@smallprint watch the video I made of them",
        "@smallprint last night was fun",
        "@smallprint why do they do this",
        "@smallprint help wanted: a lawyer",
        "@smallprint follow the money",
        "@smallprint stop, I like this",
        "@smallprint's watch list is long",
        "hey @alice, @smallprint watches policies",
        "@smallprint_ stop",
        "@smallprinter stop",
        "smallprint stop",
        "@smallprint@elsewhere.example stop",
        "@smallprint watch alice@example.com",
        "@smallprint watch javascript:alert(1)",
        "@smallprint watch {{7*7}}",
        "@smallprint watch '; DROP TABLE watches;--",
    ],
)
def test_no_command_no_answer(text: str) -> None:
    assert parse(text, "smallprint@social.example", parent_links=(PARENT,)) is None


@pytest.mark.parametrize(
    "quoted",
    [
        "> {}",
        "  > {}",
        "＞{}",
        "\u200b> {}",
        "`{}`",
        "``{}``",
        "```\n{}\n```",
        "“{}”",
        '"{}"',
        "«{}»",
        "RT @carol: {}",
    ],
)
def test_quoted_text_and_code_never_trigger(quoted: str) -> None:
    for said in ("@smallprint stop", "@smallprint watch zoom.example"):
        assert understood(said) is not None
        assert understood(quoted.format(said)) is None
        assert understood(f"Look what it says:\n{quoted.format(said)}\nfunny, isn't it") is None


def test_what_is_said_beside_a_quote_is_heard() -> None:
    assert understood("> @smallprint stop\n@smallprint watch zoom.example") == Command(WATCH, "zoom.example")
    assert understood("@smallprint watch `zoom.example` and zoom.example") == Command(WATCH, "zoom.example")
    assert understood("@smallprint watch` zoom.example") is not None, "a lone backtick is a slip"


@pytest.mark.parametrize("said", ["stop", "watch zoom.example", "list"])
def test_what_is_said_to_others_never_triggers(said: str) -> None:
    assert understood(f"@alice {said} @smallprint") is None
    assert understood(f"@smallprint hi! @alice {said}") is None


def test_a_reply_that_names_nobody_is_heard_but_has_to_be_plain() -> None:
    """On Bluesky people who reply to the bot do not name it, and may well talk to each other."""
    assert understood("watch zoom.example please") == Command(WATCH, "zoom.example")
    assert understood("stop") == Command(STOP_ALL)
    assert understood("why?", parent_links=(PARENT,)) == Command(WHY, PARENT)
    for chat in (
        "watch them squirm",
        "watch zoom",
        "last straw",
        "status quo",
        "stop zoom",
        "well, stop",
        "so it begins",
    ):
        assert understood(chat, parent_links=(PARENT,)) is None, chat
    assert understood("I agree.\nstop") is None, "only the first line speaks to the bot"
    assert understood("“@smallprint” again\nstop") is None, "it names the bot, in a quote"


def test_without_a_name_nobody_is_spoken_to() -> None:
    for nobody in ("", "@", " "):
        assert parse("@ stop", nobody) is None
        assert parse("stop", nobody) is None


def test_no_phrase_means_two_things() -> None:
    kinds: dict[str, set[CommandKind]] = {}
    for words in VOCABULARIES:
        for phrase, kind in [*words.phrases.items(), *words.closing.items()]:
            kinds.setdefault(phrase, set()).add(kind)
    assert {phrase: kind for phrase, kind in kinds.items() if len(kind) > 1} == {}


def test_a_slip_is_no_word_that_somebody_may_mean() -> None:
    for slip, word in TYPOS.items():
        assert abs(len(slip) - len(word)) <= 1
        for words in VOCABULARIES:
            assert not {slip} & (words.phrases.keys() | words.courtesy | words.no_names | words.around), slip


# ---- whatever is written ----------------------------------------------------------------------------------------

WORDS = ["@smallprint", "@alice", "watch", "stop", "list", "why", "help", "last", "this", "terms", "and", "tell", "cc"]
SIGNS = [
    "://",
    "`",
    "```",
    ">",
    "“",
    "”",
    "(",
    ")",
    "[",
    "]",
    "<",
    ".",
    ",",
    "’s",
    "\n",
    " ",
    "\u200b",
    "\u202e",
    "\u0301",
]
PLACES = ["zoom.example", "https://", "https://a.example/(b)", "t.co/", "\ud800", "\0", "RT @"]
PIECES = st.sampled_from([*WORDS, *SIGNS, *PLACES])
ANYTHING = st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join) | st.text(max_size=200)


@given(ANYTHING, st.lists(ANYTHING, max_size=2), st.lists(ANYTHING, max_size=2))
@example("@smallprint watch ://", [], [])
@example("@smallprint watch )]>", [""], [""])
def test_nothing_that_is_written_crashes_it(text: str, links: list[str], parents: list[str]) -> None:
    command = parse(text, "smallprint", links, parents)
    assert command == parse(text, "@SMALLPRINT", links, parents)
    if command is not None and command.target not in {"", *links, *parents}:
        assert all(character.casefold() in f"{text} ".casefold() for character in command.target), "it invents nothing"


SILENT_WORDS = st.text(st.characters(categories=["Lu", "Ll", "Nd", "P", "Zs"], exclude_characters="@"), max_size=60)


@given(SILENT_WORDS)
def test_no_verb_no_command(words: str) -> None:
    spoken = {fold(word.strip(".,;:!?…/()[]{}<>’»›*_~\"'“”„‘«‹")) for word in words.split()}
    phrases = [phrase for each in VOCABULARIES for phrase in [*each.phrases, *each.closing]]
    verbs = {word for phrase in phrases for word in phrase.split()} | set(TYPOS) | set(ORDINALS) | set("123456789")
    if spoken.isdisjoint(verbs):
        assert understood(f"@smallprint {words}", links=(PARENT,), parent_links=(PARENT,)) is None


@given(ANYTHING)
def test_what_is_quoted_as_a_whole_never_triggers(text: str) -> None:
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    assert understood(quoted, links=(PARENT,), parent_links=(PARENT,)) is None


@pytest.mark.parametrize(
    "piece",
    ["@smallprint ", "watch ", "(", ")", "https://a.example/(", "a.", "`", ">\n", "@smallprint watch\n", "-a.", "’s"],
)
def test_the_longest_post_is_read_at_once(piece: str) -> None:
    text = (piece * (LONGEST // len(piece)))[:LONGEST]
    began = time.process_time()
    understood(text)
    understood(f"@smallprint watch {text}"[:LONGEST])
    assert time.process_time() - began < 1
    assert understood(text + piece) is None, "nothing that a person writes is longer"
