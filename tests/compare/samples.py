"""Versions as a test writes them: a few lines of Markdown-like text, one block a line."""

from __future__ import annotations

from bot.model import Block, BlockKind, Version

#: An invented policy that every test starts from.
POLICY = """# Acme Privacy Policy
Last updated: 1 March 2026
## 1. Who we are
Acme is run by Acme Software Ltd. Wherever this policy says "we", it means that company.
## 2. What we collect
When you open an account, you give us a name, an email address and a password.
We receive the address of your device, the kind of browser, and the pages that you open.
We keep this information for ninety days, and after that only as totals from which nobody can be picked out.
## 3. With whom we share
We share information with companies that work for us, such as hosting and payment providers.
We disclose information where the law obliges us to. Where we are allowed to, we tell you first.
## 4. Your rights
You may ask for a copy of what we hold about you, and you may have mistakes corrected.
You may complain to the data protection authority of the country in which you live.
## 5. Contact
Write to us at Acme Software Ltd, 4 Harbour Lane, Westport, or to the address on our website.
"""


def version(text: str) -> Version:
    """One block a line: "# " is a heading, "- " an item, a line with " | " a row, "[[...]]" a line of links."""
    return Version(tuple(_block(line.strip()) for line in text.splitlines() if line.strip()))


def with_lines(*lines: str, text: str = POLICY) -> str:
    """The policy with these lines at the end of section 2."""
    place = "## 3."
    return text.replace(place, "".join(f"{line}\n" for line in lines if line) + place, 1)


def _block(line: str) -> Block:
    if line.startswith("#"):
        level = len(line) - len(line.lstrip("#"))
        return Block(BlockKind.HEADING, line.lstrip("# "), level)
    if line.startswith("- "):
        return Block(BlockKind.ITEM, line[2:], 1)
    if line.startswith("[["):
        return Block(BlockKind.ITEM, line.strip("[]"), 1, 1.0)
    return Block(BlockKind.ROW if " | " in line else BlockKind.PARAGRAPH, line)
