"""What was found gets a place of its own on the watch list; what was not, a fixed sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import FetchError, FetchFailure
from bot.model import Policy, Source
from bot.requests.finding import not_found, placed

ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy")
FOUND = replace(ACME, source=Source.REQUEST)


def test_a_new_policy_keeps_its_id() -> None:
    assert placed(FOUND, []) == FOUND


def test_the_same_page_is_the_same_policy_whatever_it_calls_itself() -> None:
    again = replace(FOUND, id="acme-corp/terms", service="Acme Corp", url="http://www.acme.example/privacy/")
    assert placed(again, [ACME]) == ACME


def test_another_page_of_the_same_name_is_another_policy() -> None:
    other = placed(replace(FOUND, url="https://acme.example/privacy/eu"), [ACME])
    assert other.id.startswith("acme/privacy-policy-")
    assert other.service == "Acme"
    assert other == placed(replace(FOUND, url="https://acme.example/privacy/eu"), [ACME]), "and always the same one"


def test_a_page_that_poses_as_a_service_is_named_with_its_site() -> None:
    fake = placed(replace(FOUND, url="https://evil.example/acme"), [])
    assert fake.name == "Acme (evil.example) Privacy Policy"
    assert fake.id != ACME.id


@pytest.mark.parametrize(
    ("kind", "target", "template"),
    [
        (FetchFailure.REFUSED, "http://127.0.0.1/", "refused"),
        (FetchFailure.REFUSED, "nobody", "refused"),
        (FetchFailure.UNREACHABLE, "nobody", "unknown"),
        (FetchFailure.NO_POLICY_TEXT, "acme.example", "not_a_policy"),
        (FetchFailure.BLOCKED, "acme.example", "unreadable"),
    ],
)
def test_why_nothing_was_found(kind: FetchFailure, target: str, template: str) -> None:
    answer = not_found(FetchError(kind, f"{target} is bad"), target)
    assert answer.template == template
    assert target not in str(answer.facts)
