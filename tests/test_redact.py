"""A secret does not get out in whatever form it comes back."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import HIDDEN, SHORTEST, hidden

AWKWARD = 'p4ss"wörd\\with/everything+&=% in it'
WAYS = {
    "as it is": str,
    "in a traceback": repr,
    "in JSON": json.dumps,
    "in an address": lambda secret: quote(secret, safe=""),
    "in a query": quote_plus,
    "in base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "in a header": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "in a longer header": lambda secret: base64.urlsafe_b64encode(f"ab:{secret}:more".encode()).decode(),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", [AWKWARD, "plain-token-0123456789", "abcd-efgh-ijkl-mnop"])
def test_a_secret_is_hidden_however_it_is_written(way: str, secret: str) -> None:
    text = f"401 for {WAYS[way](secret)}; try again"
    said = hidden(text, [secret])
    assert HIDDEN in said
    assert said.startswith("401 for ")
    assert said.endswith("; try again")
    assert len(said) < len(text)
    assert not any(secret[at : at + 9] in said for at in range(len(secret) - 8))


def test_the_line_end_of_a_secret_file_hides_nothing() -> None:
    assert hidden("token abcdef123", ["abcdef123\n"]) == f"token {HIDDEN}"


def test_a_secret_in_another_goes_with_it() -> None:
    assert hidden("secret-long-one secret", ["secret", "secret-long-one"]) == f"{HIDDEN} {HIDDEN}"


def test_words_stay_words() -> None:
    assert hidden("the cat sat", ["cat", ""]) == "the cat sat", "what is that short is a word"


@given(st.text('abc123-_./+=% "\\é', min_size=SHORTEST, max_size=20))
def test_whatever_the_secret_it_is_not_there(secret: str) -> None:
    assert secret not in hidden(f"before <{secret}> after", [secret])


def test_a_crash_says_everything_but_the_secret() -> None:
    code = (
        "from bot.redact import guard\nguard(lambda: ['canary-secret-1'])\nraise ValueError('401 for canary-secret-1')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"ValueError: 401 for {HIDDEN}" in done.stderr
    assert "canary" not in done.stderr
