"""docs/answers.md: the words of every answer together, as the templates say them now.

``python -m tests.requests.answers_page`` writes it anew; test_answers_page.py holds the page to the templates.
"""

from __future__ import annotations

from pathlib import Path

from bot.model import Answer
from bot.requests.answer import FACTS
from bot.write.replies import answer_words
from bot.write.templating import templates

PAGE = Path(__file__).resolve().parents[2] / "docs" / "answers.md"
POLICY, LINK = "Acme Privacy Policy", "https://www.acme.example/privacy"
PROOF = {"title": "How Acme uses what it knows", "words": "2,345", "language": "English", "last": "2026-03-03"}
CHANGE = {"policy": POLICY, "date": "2026-03-03", "kind": "added", "section": "2.1", "topics": "ai", "link": LINK}

#: When each is said, and with which facts.
SAID: dict[str, tuple[str, dict[str, str]]] = {
    "watching": (
        "A policy is watched from now on: the proof that it was read.",
        {"policy": POLICY, "link": LINK, **PROOF},
    ),
    "already": ("Who asks follows it already.", {"policy": POLICY}),
    "waiting": ("The operator decides first.", {"policy": POLICY, "link": LINK, **PROOF}),
    "declined": ("The operator refused this page to them before.", {}),
    "choice": ("Several policies are meant.", {"choices": "1 Privacy Policy, 2 Terms of Service"}),
    "which": ("Nothing is named and nothing is linked.", {"verb": "watch"}),
    "refused": ("The address is none of the public web.", {}),
    "own_page": ("The page is the bot's own.", {}),
    "not_a_policy": ("The page was read and is no policy.", {}),
    "person": ("The policy is that of a single person.", {}),
    "unreadable": ("The page could not be read.", {"problem": "timed out"}),
    "unknown": ("Nothing of that name is known or found.", {}),
    "quota": ("The day's number is reached; said once a day.", {"limit": "5"}),
    "full": ("Too much waits for the operator.", {}),
    "changed": ("What somebody follows has changed (not on X).", CHANGE),
    "stopped": ("A watch ends.", {"policies": POLICY}),
    "not_followed": ("What is to be stopped is not followed.", {"policies": POLICY}),
    "list": ("What somebody follows.", {"policies": f"{POLICY}, Acme Terms of Service", "count": "2"}),
    "status": ("How a policy is.", {"policy": POLICY, "read": "2026-03-03", **PROOF}),
    "last": ("The last change of a policy.", CHANGE),
    "nothing_told": ("There was none yet.", {"policy": POLICY}),
    "why": ("Why a change was told.", CHANGE),
    "why_silent": ("Why none was.", {"policy": POLICY}),
    "taken_back": ("What was told was wrong.", CHANGE),
    "rules": ("Why, of no policy in particular.", {}),
    "help": ("Help.", {}),
}
#: The same on X, where something else is said.
ON_X = {
    "watching": {"policy": POLICY, **PROOF, "feed": "yes", "link": "https://bot.example/policies/acme/privacy-policy"},
    "waiting": {"policy": POLICY, "link": LINK, **PROOF},
}
HEAD = """# What the bot answers

Every answer of the bot is one of these, from `templates/replies/`, with facts from the watch list and from the page
that was read: never with the words of who asked. Each fits a post on X. Only who asked is named, and only the link is
live. A lone “stop” has no answer: it is kept for ever.

| template | when | words |
|---|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    rows = [row(name, when, facts, "bluesky") for name, (when, facts) in SAID.items()]
    rows += [row(name, f"{SAID[name][0]} On X.", facts, "x") for name, facts in ON_X.items()]
    return HEAD + "".join(rows)


def row(name: str, when: str, facts: dict[str, str], platform: str) -> str:
    whole = dict.fromkeys(FACTS, "") | facts | {"platform": platform}
    words = answer_words(Answer(name, whole), "carol", lambda words: True)
    return f"| `{name}` | {when} | {words} |\n"


def named() -> set[str]:
    """Every template there is."""
    return {file.stem for file in (templates() / "replies").glob("*.j2")}


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
