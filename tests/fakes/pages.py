"""Pages of an invented company, in the words of a test: what the policy says, and what a site puts around it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.model import Snapshot

ADDRESS = "https://acme.example/legal/privacy"

CLAUSES = (
    "When you open an account with Acme, you give us a name, an email address and a password of your own choice.",
    "We receive the address of your device, the kind of browser that you use, and the pages that you open with it.",
    "We keep all of this for ninety days, and after that only as totals from which nobody can be picked out again.",
    "We share it with companies that work for us, such as those that host our machines and those that take payments.",
    "Where the law obliges us to hand information over, we do so, and where we are allowed to, we tell you before.",
    "You may ask for a copy of what we hold about you, have mistakes corrected, and have your account deleted with it.",
)
#: About 2,000 letters: a short policy, and more than any piece of furniture.
POLICY = "".join(f"<p>{clause}</p>" for clause in CLAUSES * 3)
#: What a site says of itself: as long as a footer may be.
TALK = "Acme makes anvils for people who love to hammer, and ships them to your door within two days of your order. "


def page(body: str, *, head: str = "<title>Acme Privacy Policy</title>", lang: str = "en") -> str:
    """A whole HTML document."""
    return f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'


def snapshot(body: str | bytes, content_type: str = "text/html", *, url: str = ADDRESS, charset: str = "") -> Snapshot:
    """What a fetch of it gave."""
    raw = body.encode() if isinstance(body, str) else body
    return Snapshot(url, datetime(2026, 3, 2, 9, tzinfo=UTC), raw, content_type, charset)
