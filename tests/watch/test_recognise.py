"""What a page is: whose policy, which document, or none."""

from __future__ import annotations

import pytest

from bot.errors import ExtractError, FetchFailure
from bot.model import Policy, Snapshot, Source
from bot.watch.extract import extract
from bot.watch.recognise import Candidate, recognise
from tests.fakes.site import policy_text
from tests.fakes.web import policy_page
from tests.watch.conftest import NOW

URL = "https://www.acme.example/legal/privacy"
GERMAN = """# Datenschutzerklärung

Wir freuen uns über Ihr Interesse. Der Schutz Ihrer Daten ist uns wichtig, und wir sagen Ihnen hier, was wir erheben.

## 1. Was wir erheben

Wenn Sie ein Konto eröffnen, geben Sie uns Ihren Namen, Ihre Anschrift und ein Passwort. Wir erhalten außerdem die
Adresse Ihres Geräts, die Art Ihres Browsers und die Seiten, die Sie bei uns aufrufen. Wir bewahren diese Angaben
neunzig Tage lang auf und danach nur noch als Summen, aus denen niemand mehr zu erkennen ist.

## 2. Ihre Rechte

Sie können jederzeit Auskunft über Ihre Daten verlangen und Fehler berichtigen lassen. Sie können sich bei der
Behörde des Landes beschweren, in dem Sie wohnen. Schreiben Sie uns dazu an die Anschrift auf unserer Seite, wir
antworten Ihnen innerhalb eines Monats und ohne dass Ihnen dafür Kosten entstehen.
"""
SHOP = "# Shoes\n\n" + "\n\n".join(
    f"Model {number} has a sole of rubber, laces of cotton and a box of cardboard." for number in range(30)
)


def read(page: str, url: str = URL, hint: str = "", kind: str = "text/html") -> Candidate:
    snapshot = Snapshot(url, NOW, page.encode(), kind)
    return recognise(snapshot, extract(snapshot), hint)


def acme(title: str = "Privacy Policy | Acme", text: str | None = None, **facts: str) -> str:
    return policy_page(title, policy_text() if text is None else text, **facts)


def test_a_policy_is_recognised_with_all_that_is_needed_to_watch_it() -> None:
    found = read(acme(name="Acme Maps Ltd"), URL + "?utm_source=mail#choices")
    assert (found.url, found.service, found.document) == (URL, "Acme", "Privacy Policy")
    assert (found.title, found.language) == ("Privacy Policy | Acme", "en")
    assert found.words > 150
    assert found.policy(Source.OPERATOR) == Policy(
        "acme/privacy-policy", "Acme", "Privacy Policy", URL, language="en", source=Source.OPERATOR
    )


def test_one_in_another_language_is_too() -> None:
    found = read(acme("Datenschutz – Acme", GERMAN, language="de"))
    assert (found.service, found.document, found.language) == ("Acme", "Privacy Policy", "de")


# ---- which document ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "url", "hint", "document"),
    [
        ("Terms of Service", "https://acme.example/legal/privacy", "", "Terms of Service"),
        ("Acme", "https://acme.example/legal/terms", "", "Privacy Policy"),  # its first heading says so
        ("Terms of Service", "https://acme.example/x", "Community Guidelines", "Terms of Service"),
    ],
)
def test_the_pages_own_title_names_the_document(title: str, url: str, hint: str, document: str) -> None:
    assert read(acme(title), url, hint).document == document


@pytest.mark.parametrize(
    ("url", "hint", "document"),
    [
        ("https://acme.example/terms", "", "Terms of Service"),
        ("https://acme.example/terms", "Community Guidelines", "Community Guidelines"),
        ("https://acme.example/x", "Trackers Policy", "Trackers Policy"),
    ],
)
def test_where_no_title_does_the_link_to_it_or_its_address_names_it(url: str, hint: str, document: str) -> None:
    untitled = policy_text().replace("# Acme Privacy Policy", "# What we do")
    assert read(acme("Acme", untitled), url, hint).document == document


# ---- whose it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "title", "name", "service"),
    [
        ("https://acme.example/privacy", "Privacy Policy", "", "Acme"),
        ("https://acme.example/privacy", "ACME Privacy Policy", "", "ACME"),
        ("https://policies.acme.co.uk/privacy", "Privacy – Acme Maps Help", "", "Acme"),
        ("https://docs.codeforge.example/privacy", "Privacy", "CodeForge Docs", "CodeForge"),
        ("https://stonebridge.example/privacy", "Stone Bridge · Privacy Policy", "", "Stone Bridge"),
        ("https://grnfld.example/privacy", "Privacy Policy - Greenfield", "", "Greenfield"),
        ("https://snip.example/privacy", "Privacy Policy | Snipchat Privacy", "", "Snipchat"),
        ("https://orbitinc.example/privacy", "Privacy Policy \\ Orbit", "", "Orbit"),
        ("https://q.ai/privacy", "Privacy Policy | qAI", "", "qAI"),
        ("https://acme.example/privacy", "Privacy Policy", "The best shoes in all the world, since 1901", "Acme"),
        ("https://bücher.example/privacy", "Bücher: Privacy Policy", "", "Bücher"),
    ],
)
def test_a_service_is_called_as_its_page_calls_it(url: str, title: str, name: str, service: str) -> None:
    text = policy_text().replace("# Acme Privacy Policy", "# Privacy Policy")
    assert read(acme(title, text, name=name), url).service == service


def test_a_page_cannot_call_itself_after_a_site_that_it_is_not_on() -> None:
    page = acme("Acme Privacy Policy", name="Acme")
    found = read(page, "https://evil.example/privacy")
    assert (found.service, found.policy(Source.REQUEST).id) == ("Evil", "evil/privacy-policy")


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080", "wiki"])
def test_in_an_operators_own_network_the_page_is_believed(host: str) -> None:
    assert read(acme(name="Acme"), f"http://{host}/privacy").service == "Acme"
    nameless = policy_text().replace("# Acme Privacy Policy", "# Privacy Policy")
    assert read(acme("Privacy Policy", nameless), f"http://{host}/privacy").service != ""


def test_a_service_does_not_get_an_endless_name() -> None:
    assert len(read(acme(name="Acme " * 1000), "http://127.0.0.1/privacy").service) <= 60


# ---- what is none -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        acme("Shoes | Acme", SHOP),
        acme("Privacy Policy | Acme", SHOP),
        acme("Privacy Policy | Acme", "# Privacy Policy\n\nWe keep it. You may ask us why."),
        acme("Privacy Policy | Acme", "# Page not found\n\nWe are sorry. You may have followed an old link of ours."),
        acme("How Acme's privacy policy changed: what it means for you and what you can do | The Daily News"),
        acme("Careers | Acme", policy_text().replace("# Acme Privacy Policy", "# Work with us")),
    ],
    ids=["a shop", "a shop that calls itself a policy", "a stub", "an error", "an article", "another document"],
)
def test_a_page_that_holds_no_policy_is_said_to_hold_none(page: str) -> None:
    with pytest.raises(ExtractError, match="give the address of the policy itself") as refusal:
        read(page, "https://acme.example/help")
    assert refusal.value.kind is FetchFailure.NO_POLICY_TEXT


def test_a_policy_in_a_language_that_is_not_known_here_is_not_refused_for_it() -> None:
    text = "# Πολιτική\n\n" + "Συλλέγουμε τα στοιχεία σας όταν ανοίγετε λογαριασμό στην υπηρεσία μας.\n\n" * 20
    assert read(acme("Acme", text, language="el"), URL).document == "Privacy Policy"
