"""Words of others made inert: nothing that a page, a title or a request says becomes a link, mention, tag or cashtag.

Platforms find those by signs ("@", "#", "$", "://") and by dots between names. Behind each of them stands a ZERO WIDTH
SPACE here. None of their tokenizers lets one pass inside a link, handle or tag (twitter-text, Mastodon's and
GoToSocial's were read for it, Bluesky only links what is marked); X counts it as 1, Bluesky and Mastodon as one
character. A reader sees the same words, and the normal form in which quotes are proved does not have it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

import regex

#: ZERO WIDTH SPACE.
BREAK = "\u200b"
#: Accents and joiners on one letter: living scripts need fewer, heaps of them ("Zalgo") paint over the post.
MARKS = 6

_LINE_ENDS = regex.compile(r"\r\n?|[\u0085\u2028\u2029]")
#: Controls, bidirectional overrides and isolates, zero-width and tag characters, lone surrogates, non-characters.
_HIDDEN = regex.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f\p{Cs}]"
)
_HEAP = regex.compile(rf"([\p{{M}}\u200c\u200d]{{{MARKS}}})[\p{{M}}\u200c\u200d]+")
_LIVE = regex.compile(
    r"""[@＠﹫\#＃﹟](?:\ufe0f?\u20e3)?+               # a mention or a tag; a keycap emoji stays whole
        (?=[\p{L}\p{M}\p{N}\p{Pc}\p{S}\u200c\u200d])
      | [$＄﹩](?=\p{L})                                # a cashtag
      | (?<=[\p{L}\p{M}\p{N}_-])[.․．](?=[\p{L}\p{M}]{2})  # a dot before what may be a top-level domain
      | (?<=[a-z0-9-])[。｡](?=[a-z]{2})                 # the ideographic dots, where they do not end a sentence
      | (?<=www)\.(?=\S)
      | (?<=[\p{L}\p{N}]):(?=//)
      | (?<=bitcoin|cid|data|javascript|magnet|mailto|mid|sip|sms|tel|xmpp):(?=\S)
    """,
    regex.VERBOSE | regex.IGNORECASE,
)


def inert(text: str, keep: Collection[str] = ()) -> str:
    """``text`` with nothing live in it but what is in ``keep``: the post's own link and the one allowed "@handle".

    A kept string stays live only where white space follows (or punctuation and white space), so that nothing can be
    glued to it that would make it another address or handle. Hidden characters are dropped and heaps of accents cut.
    Pure, and the same again when applied twice; lengths are to be counted after it.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    text = _HEAP.sub(r"\1", _HIDDEN.sub("", text))
    kept = "|".join(regex.escape(words) for words in sorted(keep, key=len, reverse=True) if words)
    if not kept:
        return _break(text)
    pieces = regex.split(rf"({kept})(?=[.,:;!?)]*(?:\s|$))", text)
    return "".join(piece if number % 2 else _break(piece) for number, piece in enumerate(pieces))


def _break(text: str) -> str:
    broken: str = _LIVE.sub(rf"\g<0>{BREAK}", text)
    return broken


def visible(text: str) -> str:
    """``text`` as a reader sees it: no invisible characters, one kind of space. To recognise a post read back."""
    return " ".join(regex.sub(r"[\p{Cf}\p{Cc}--[\s]]", "", unicodedata.normalize("NFC", text), flags=regex.V1).split())
