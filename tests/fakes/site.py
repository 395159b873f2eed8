"""A site that speaks the domain: what its policy says, and how it can fail to say it."""

from __future__ import annotations

from dataclasses import replace

from bot.clock import StoryClock
from bot.errors import FetchError, FetchFailure
from bot.model import Policy, Snapshot, Validators

_OPENING = """# Acme Privacy Policy

Last updated: 1 March 2026

## 1. Who we are

Acme is run by Acme Software Ltd. Wherever this policy says "we", it means that company.

## 2. Information we collect

"""
_USUAL = """When you open an account, you give us a name, an email address and a password.

We receive the address of your device, the kind of browser, and the pages that you open.

We keep this information for ninety days, and after that only as totals from which nobody can be picked out.

"""
_CLOSING = """## 3. How we share information

We share information with companies that work for us, such as hosting and payment providers.

We disclose information where the law obliges us to. Where we are allowed to, we tell you first.

## 4. Your rights

You may ask for a copy of what we hold about you, and you may have mistakes corrected.

You may complain to the data protection authority of the country in which you live.

## 5. Contact

Write to us at Acme Software Ltd, 4 Harbour Lane, Westport, or to the address on our website.
"""
TRAINING = (
    "We may use the information we collect and the posts you publish to train our artificial intelligence models."
)
SALE = "We may sell your precise location to advertisers and data brokers without asking you again."


def policy_text(*sentences: str, closing: str = _CLOSING) -> str:
    """Acme's policy with these sentences in section 2."""
    return _OPENING + _USUAL + "".join(f"{sentence}\n\n" for sentence in sentences) + closing


class Site:
    """A Fetcher. ``text`` is what the page says now; ``trouble`` is raised instead, while it is set."""

    def __init__(self, clock: StoryClock) -> None:
        self.clock = clock
        self.text = policy_text()
        self.trouble: FetchError | None = None
        self.content_type = "text/markdown"
        #: Where it says that the policy is now, for good.
        self.moved_to = ""
        #: A nonce makes equal texts come in different bytes.
        self.nonce = ""
        self.asked: list[Validators | None] = []

    def blocks_the_bot(self) -> None:
        self.trouble = FetchError(FetchFailure.BLOCKED, "The site refuses the bot.", about="acme")

    def is_well(self) -> None:
        self.trouble = None

    async def fetch(self, policy: Policy, validators: Validators | None = None) -> Snapshot | None:
        self.asked.append(validators)
        if self.trouble:
            raise self.trouble
        body = (self.text + (f"\n<!-- {self.nonce} -->\n" if self.nonce else "")).encode()
        snapshot = Snapshot(policy.url, self.clock.now(), body, self.content_type, validators=Validators(etag=""))
        etag = f'"{snapshot.sha256[:12]}"'
        if validators is not None and validators.etag == etag:
            return None
        return replace(snapshot, validators=Validators(etag=etag), moved_to=self.moved_to)
