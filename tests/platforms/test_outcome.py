"""What a failed request means depends on what it was for and on whether anything may have arrived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import PlatformError, PlatformFailure
from bot.platforms.outcome import MEANING, Purpose, moment, quoted, trouble, understood

SOON = datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "sent", "write", "read"),
    [
        (0, False, "TRY_AGAIN", "TRY_AGAIN"),
        (0, True, "UNKNOWN", "TRY_AGAIN"),
        (200, True, "UNKNOWN", "TRY_AGAIN"),
        (302, True, "PAUSED", "PAUSED"),
        (429, True, "TRY_AGAIN", "TRY_AGAIN"),
        (500, True, "UNKNOWN", "TRY_AGAIN"),
        (599, True, "UNKNOWN", "TRY_AGAIN"),
    ],
)
def test_only_what_surely_did_nothing_may_be_sent_again(status: int, sent: bool, write: str, read: str) -> None:
    kinds = {}
    for purpose in MEANING:
        failed = trouble("Here", purpose, status, sent=sent)
        assert failed is not None
        kinds[purpose] = failed.kind.name
    assert kinds["write"] == write
    assert kinds["read"] == read
    assert kinds["read back"] in {"UNKNOWN", "PAUSED"}, "a read-back that failed answers nothing"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 499])
def test_what_a_refusal_means_is_for_the_platform_to_say(status: int) -> None:
    assert trouble("Here", "write", status) is None


def test_only_a_rate_limit_has_a_reset() -> None:
    limited, broken = (trouble("Here", "write", status, reset=SOON) for status in (429, 500))
    assert limited is not None
    assert limited.retry_at == SOON
    assert broken is not None
    assert broken.retry_at is None


@pytest.mark.parametrize("error", [KeyError("id"), IndexError(), TypeError(), ValueError(), AttributeError()])
@pytest.mark.parametrize(("purpose", "kind"), [("write", "UNKNOWN"), ("read", "TRY_AGAIN")])
def test_an_answer_that_lacks_something_is_no_bug_of_ours(error: Exception, purpose: Purpose, kind: str) -> None:
    with pytest.raises(PlatformError, match="not understood") as failed, understood("Here", purpose):
        raise error
    assert failed.value.kind is PlatformFailure[kind]


def test_other_errors_show_themselves() -> None:
    with pytest.raises(ZeroDivisionError), understood("Here", "read"):
        raise ZeroDivisionError
    with pytest.raises(PlatformError, match="as it was"), understood("Here", "read"):
        raise PlatformError(PlatformFailure.REJECTED, "as it was")


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("1900000000", SOON),
        ("2030-03-17T17:46:40.000Z", SOON),
        ("2030-03-17T18:46:40+01:00", SOON),
        ("soon", None),
        ("", None),
        ("9" * 40, None),
        ("٣", SOON - timedelta(seconds=1_900_000_000 - 3)),
    ],
)
def test_a_reset_is_read_in_every_usual_way(said: str, when: datetime | None) -> None:
    assert moment(said) == when


def test_a_quote_is_short_on_one_line_and_without_secrets() -> None:
    assert quoted("403 no\n\tscope for  hunter2, hunter2", ["hunter2", ""]) == "403 no scope for …, …"
    assert len(quoted("x" * 1000)) == 200
