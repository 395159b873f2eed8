"""Which watched policy somebody means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Policy
from bot.requests.known import bears_name, host, known, page

TERMS, PRIVACY = "Terms of Service", "Privacy Policy"
POLICIES = [
    Policy("acme/privacy-policy", "Acme", PRIVACY, "https://www.acme.example/legal/privacy"),
    Policy("acme/terms-of-service", "Acme", TERMS, "https://acme.example/terms?region=eu"),
    Policy("acme-cloud/terms-of-service", "Acme Cloud", TERMS, "https://cloud.acme.example/terms"),
    Policy("stack-works/trackers-policy", "Stack Works", "Trackers Policy", "https://stackworks.example.org/cookies"),
]


def ids(target: str) -> list[str]:
    return [policy.id for policy in known(target, POLICIES)]


@pytest.mark.parametrize(
    "target",
    [
        "https://www.acme.example/legal/privacy",
        "http://ACME.example/legal/privacy/#top",
        "acme.example/legal/privacy",
        "acme privacy policy",
        "Acme's privacy",
        "acme.example privacy",
        "www.acme.example datenschutz",
    ],
)
def test_one_policy_by_many_names(target: str) -> None:
    assert ids(target) == ["acme/privacy-policy"]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("acme.example", ["acme/privacy-policy", "acme/terms-of-service", "acme-cloud/terms-of-service"]),
        ("cloud.acme.example", ["acme-cloud/terms-of-service"]),
        ("acme", ["acme/privacy-policy", "acme/terms-of-service", "acme-cloud/terms-of-service"]),
        ("acme tos", ["acme/terms-of-service", "acme-cloud/terms-of-service"]),
        ("stackworks", ["stack-works/trackers-policy"]),
        ("stack works cookies", ["stack-works/trackers-policy"]),
        ("https://acme.example/terms", []),
        ("https://acme.example/terms?region=eu", ["acme/terms-of-service"]),
        ("acme.example imprint", []),
        ("notacme.example", []),
        ("privacy policy", []),
        ("the", []),
        ("", []),
        ("http://[bad", []),
    ],
)
def test_what_is_meant(target: str, found: list[str]) -> None:
    assert ids(target) == found


@given(st.text(max_size=80) | st.text(alphabet="htps:/w.acmeexpl@[]?#%\u200b ", max_size=40))
def test_nothing_that_is_typed_crashes_it(target: str) -> None:
    assert set(known(target, POLICIES)) <= set(POLICIES)
    assert page(target) == page(target)
    assert target.casefold().startswith("www.") or "www." not in host(f"https://www.{target}")[:4]


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("https://www.acme.example/privacy", "Acme"),
        ("https://legal.acme.co.uk/privacy", "Acme Cloud"),
        ("https://stack-works.example/terms", "Stack Works"),
        ("https://thepaper.example/terms", "The Paper"),
        ("https://stackworks.example/terms", "Stack Works Inc."),
    ],
)
def test_a_site_that_bears_the_name(address: str, service: str) -> None:
    assert bears_name(address, service)


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("https://evil.example/acme", "Acme"),
        ("https://acme.evil.example/", "Acme"),
        ("https://acme-login.example/", "Acme"),
        ("https://acm.example/", "Acme"),
        ("https://cloud.example/", "Acme Cloud"),
        ("https://127.0.0.1/", "Acme"),
        ("", ""),
        ("https://acme.example/", ""),
    ],
)
def test_a_site_that_does_not(address: str, service: str) -> None:
    assert not bears_name(address, service)
