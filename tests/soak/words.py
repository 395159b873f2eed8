"""What the policies of the invented companies say, in Markdown as `tests.fakes.site.policy_text` writes it."""

from __future__ import annotations

import hashlib
from random import Random

from tests.fakes.site import policy_text

#: Wording that is plainly news where it appears. The number makes every piece of news one of its own.
NEWS = (
    "We may sell your precise location to {n} advertisers and data brokers without asking you again.",
    "We may use your private messages and {n} of your newest pictures to train our artificial intelligence models.",
    "We may share your browsing history and your contacts with {n} advertising partners for targeted advertising.",
    "We may collect your fingerprints and scans of your face, and keep this biometric data for {n} years.",
    "You waive your right to a jury trial and to class actions, and settle disputes by arbitration within {n} days.",
)
#: Wording that turns into its opposite.
WAS = "We do not share your health records with insurers or employers, whatever the {n} reasons that they give us."
NOW = "We may share your health records with insurers and employers, whatever the {n} reasons that they give us."
#: News whose words would be live on a platform, if they were let.
BAIT = (
    "We may sell your posts to @brokers, @dealers@evil.example and brokers.example under #dealers, {n} $TSLA a year.",
    "We may sell your photos to ＠brokers via https://evil.example/{n}?a=b and javascript:alert({n}), {% raw %} %(n)s.",
)

_THINGS = ("account", "billing", "delivery", "support", "security", "payment", "survey", "session", "audit", "backup")
_USES = ("to answer your questions", "to mend faults", "to prevent fraud", "to keep our books", "to plan our work")
_FOOTERS = ("Help", "Careers", "Press", "Newsroom", "Investors", "Partners", "Sitemap", "Accessibility")


def document(number: int, *news: str, updated: str = "1 March 2026") -> str:
    """The policy of company ``number``: some forty sentences, most of them like nobody else's, and ``news`` in them.

    Args:
        number: whose it is.
        news: sentences of section 2.
        updated: the page's own date.
    """
    chance = Random(number)
    records = [
        f"The {thing} record of a customer is kept for {chance.randrange(20, 900)} days {use}."
        for thing in _THINGS
        for use in chance.sample(_USES, 3)
    ]
    text = policy_text(*news).replace("Acme", company(number)).replace("1 March 2026", updated)
    return f"{text}\n## 6. How long we keep what\n\n" + "\n\n".join(records) + "\n"


def company(number: int) -> str:
    """Its name."""
    return f"Firm {number:04}"


def page(number: int, text: str, *, token: str = "", banner: int = 0) -> str:
    """A policy as its company's web page, between the things that sites put around it.

    Args:
        number: whose it is.
        text: Markdown.
        token: changes with every request on some sites.
        banner: which advertisement and links stand around it.
    """
    blocks = []
    for block in text.strip().split("\n\n"):
        marks, _, words = block.partition(" ")
        blocks.append(
            f"<h{len(marks)}>{_escaped(words)}</h{len(marks)}>" if set(marks) == {"#"} else f"<p>{_escaped(block)}</p>"
        )
    name = company(number)
    shown = Random(banner).sample(_FOOTERS, 5)
    links = "".join(f'<li><a href="/{each.lower()}?t={token}">{each}</a></li>' for each in shown)
    return (
        f'<!doctype html><html lang="en"><head><title>{name} Privacy Policy</title><meta name="csrf" content="{token}">'
        f'<script nonce="{token}">var banner = {banner};</script></head><body><nav><ul>{links}</ul></nav>'
        f"<main>{''.join(blocks)}</main><footer><ul>{links}</ul></footer></body></html>"
    )


def etag(text: str) -> str:
    """As servers make them from what they serve."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
