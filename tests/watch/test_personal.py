"""Who speaks in a policy: an organisation, or a single person, whose page is not for strangers to have watched."""

from __future__ import annotations

import pytest

from bot.model import Snapshot
from bot.watch.extract import extract
from bot.watch.recognise import recognise
from tests.fakes.site import policy_text
from tests.fakes.web import policy_page
from tests.watch.conftest import NOW

DIARY = """# Privacy policy

I write this site alone, and I want you to know what I keep. When you leave a comment, I see your name and the address
that you give me. I keep both for as long as your comment stands. I do not give them to anybody, and I do not count who
reads my pages. My host keeps a list of requests for a week, which I never look at.

## Your rights

You may ask me what I hold about you, and you may ask me to delete it. Write to me at the address on my first page, and
I will answer within a week. If you think that I am wrong, you may complain to the authority of my country.

## Changes

When I change this policy, I say so on my first page, and you may always ask me for the one before.
"""
TAGEBUCH = """# Datenschutzerklärung

Ich schreibe diese Seiten allein, und Sie sollen wissen, was ich aufhebe. Wenn Sie einen Kommentar schreiben, sehe ich
Ihren Namen und Ihre Adresse. Ich hebe beides auf, solange Ihr Kommentar steht. Ich gebe nichts davon weiter, und ich
zähle nicht, wer meine Seiten liest. Mein Anbieter führt eine Woche lang eine Liste der Aufrufe, die ich nie ansehe.

## Ihre Rechte

Sie können mich jederzeit fragen, was ich über Sie weiß, und Sie können mich bitten, es zu löschen. Schreiben Sie mir an
die Adresse auf meiner ersten Seite, ich antworte Ihnen innerhalb einer Woche und ohne dass Ihnen Kosten entstehen. Sie
können sich auch bei der Behörde meines Landes beschweren, wenn Sie mit meiner Antwort nicht zufrieden sind.
"""
QUESTIONS = "".join(
    f"## {question}\n\nYes, we explain it in our help pages, and our team will answer you within a week.\n\n"
    for question in (
        "What are my rights?", "How do I delete my data?", "Can I object?", "Who can see my posts?", "May I ask you?",
    )
)  # fmt: skip


def personal(title: str, text: str, language: str = "en") -> bool:
    page = policy_page(title, text, language=language)
    snapshot = Snapshot("https://alicemiller.example/privacy", NOW, page.encode(), "text/html")
    return recognise(snapshot, extract(snapshot)).personal


@pytest.mark.parametrize(
    ("title", "text", "language"), [("Privacy policy", DIARY, "en"), ("Datenschutz", TAGEBUCH, "de")]
)
def test_a_single_person_speaks_for_themselves(title: str, text: str, language: str) -> None:
    assert personal(title, text, language)


@pytest.mark.parametrize("text", [policy_text(), policy_text(QUESTIONS)], ids=["plain", "as questions of a reader"])
def test_an_organisation_speaks_for_itself(text: str) -> None:
    assert not personal("Privacy Policy", text)
