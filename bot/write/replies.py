"""An answer to a person, in words: a template of templates/replies with its facts, on one line."""

from __future__ import annotations

from collections.abc import Callable

from bot.model import Answer
from bot.write.templating import environment


def answer_words(answer: Answer, handle: str, fits: Callable[[str], bool]) -> str:
    """The finished words of an answer, not yet inert.

    Args:
        answer: the template's name and everything it may name.
        handle: who asked, without "@"; named first, where the words still fit then (a handle on a domain of its own can
            be as long as a post, and a reply reaches its reader without it).
        fits: whether the platform takes these words.
    """
    words = " ".join(environment().get_template(f"replies/{answer.template}.j2").render(answer.facts).split())
    named = f"@{handle} {words}"
    return named if fits(named) else words
