"""A web of policies in a process of its own, so that its cost is not counted: ``python -m tests.benchmarks.serve 200``.

Prints its port and serves until its input ends. Each page has an ETag, or with "nonce" a token that differs each time.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.policies import PolicyWeb
from tests.fakes.site import policy_text


def page(number: int, *, paragraphs: int = 5, tail: str = "") -> bytes:
    """An invented policy of about ``paragraphs`` × 1.2 KB in a page with a menu and 114 KB of script."""
    text = policy_text(f"We keep record {number} for {number + 1} days.").replace("# ", "").replace("#", "")
    body = "".join(f"<p>{line}</p>" for line in (text * paragraphs).split("\n\n"))
    menu = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in ("Home", "About", "Jobs", "Blog"))
    title = f"Company {number} Privacy Policy"
    script = "<script>" + "var a = [1, 2, 3]; " * 6_000 + "</script>"
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{script}</head><body><nav><ul>{menu}</ul></nav>'
        f"<main><h1>{title}</h1>{body}{tail}</main></body></html>"
    ).encode()


@contextmanager
def served(pages: int, *, paragraphs: int = 5, nonce: bool = False) -> Iterator[int]:
    """The port of such a web in another process."""
    command = [sys.executable, "-m", "tests.benchmarks.serve", str(pages), str(paragraphs), "nonce" if nonce else ""]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        assert process.stdin is not None
        process.stdin.close()


def main() -> None:
    pages, paragraphs, nonce = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "nonce"
    with PolicyWeb(nonce=nonce) as web:
        for number in range(pages):
            web.put(f"/{number}", page(number, paragraphs=paragraphs))
        print(web.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
