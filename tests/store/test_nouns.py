import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.model import Change, Mention, Policy, Receipt, Version
from bot.store.nouns import pack, to_noun, to_plain, unpack

ANY_TEXT = st.text(st.characters(codec=None), max_size=20)


@pytest.mark.parametrize("kind", [Change, Mention, Policy, Receipt, Version])
def test_a_noun_survives_being_kept(kind: type[object]) -> None:
    @given(st.builds(kind))
    def survives(noun: object) -> None:
        assume("nan" not in repr(noun))
        assert to_noun(kind, json.loads(json.dumps(to_plain(noun)))) == noun
        assert unpack(kind, pack(noun)) == noun

    survives()


@given(ANY_TEXT)
def test_no_character_is_lost(words: str) -> None:
    version = Version((), title=words)
    assert unpack(Version, pack(version)) == version


def test_what_an_old_row_does_not_say_is_as_the_noun_says() -> None:
    assert to_noun(Receipt, {"id": "1", "url": "u", "dropped": "since"}) == Receipt("1", "u")


def test_a_default_is_written_down_so_that_a_later_one_changes_nothing_old() -> None:
    assert to_plain(Receipt("1", "u")) == {"id": "1", "url": "u", "cid": ""}
