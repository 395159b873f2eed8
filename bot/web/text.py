"""Words of others, made fit for a page. Pure."""

from __future__ import annotations

import re

from bot.write.inert import BREAK, inert

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def plain(text: str) -> str:
    """Words of others for a page: what cannot be seen, or would turn the words around it, is dropped.

    HTML makes no links of bare words, so the breaks that `inert` puts into them for the platforms are taken out again:
    who copies a quote from the page finds it in the policy.
    """
    return inert(text).replace(BREAK, "")


def language(tag: str) -> str:
    """A tag that may stand in ``lang``, or "" (which there means: not known)."""
    return tag if _LANGUAGE.fullmatch(tag) else ""
