"""What the bot and its processes say to each other arrives whole, and nonsense is known as such."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError, ExtractError, FetchError, FetchFailure
from bot.model import Block, BlockKind, Version
from bot.watch.speech import Question, read_answer, write_answer
from tests.fakes.pages import snapshot

texts = st.text(st.characters())
blocks = st.builds(Block, st.sampled_from(BlockKind), texts, st.integers(0, 6), st.floats(0, 1))
versions = st.builds(Version, st.lists(blocks).map(tuple), texts, texts, st.integers(0), st.lists(texts).map(tuple))


@given(versions, st.booleans())
def test_a_version_comes_back_as_it_is(version: Version, spent: bool) -> None:
    line = write_answer(version, spent=spent)
    assert read_answer(line) == (version, spent)
    assert line.index(b"\n") == len(line) - 1


@pytest.mark.parametrize(
    "error",
    [ConfigError("No."), ExtractError("There is\nno text."), *(FetchError(kind, "No.") for kind in FetchFailure)],
    ids=lambda error: str(getattr(error, "kind", "settings")),
)
def test_a_refusal_comes_back_as_it_is(error: ConfigError | FetchError) -> None:
    found, spent = read_answer(write_answer(error, spent=False))
    assert not spent
    assert (str(found), getattr(found, "kind", None)) == (str(error), getattr(error, "kind", None))
    assert isinstance(found, ConfigError) == isinstance(error, ConfigError)


@given(st.binary(), texts, st.lists(texts))
def test_a_question_comes_back_as_it_is_and_the_next_one_too(body: bytes, text: str, selectors: list[str]) -> None:
    page = snapshot(body, text, url=text, charset=text)
    asked = Question(page, selectors, selectors)
    questions = io.BytesIO(2 * (asked.head() + body))
    for _ in range(2):
        found = Question.read(questions)
        assert found is not None
        assert (found.snapshot.body, found.snapshot.url, found.snapshot.content_type) == (body, text, text)
        assert (found.snapshot.charset, found.select, found.remove) == (text, selectors, selectors)
    assert Question.read(questions) is None


def test_a_question_that_is_cut_off_is_none() -> None:
    asked = Question(snapshot("We keep it."))
    assert Question.read(io.BytesIO(asked.head() + b"We")) is None


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["version", "spent", "blocks", "refused"]), inner),
)
facts = st.fixed_dictionaries(
    {
        "spent": plain,
        "version": st.fixed_dictionaries({"blocks": st.lists(st.tuples(plain, plain, plain, plain))}) | plain,
    }
)


@settings(max_examples=40)
@given(
    st.binary() | plain.map(lambda each: json.dumps(each).encode()) | facts.map(lambda each: json.dumps(each).encode())
)
def test_anything_else_is_no_answer(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        read_answer(line)


def test_a_process_that_does_not_say_that_it_may_go_on_is_spent() -> None:
    assert read_answer(b'{"refused": "No.", "kind": "", "spent": "no"}')[1]
