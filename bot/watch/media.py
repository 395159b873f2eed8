"""What kind of document some bytes are."""

from __future__ import annotations

import re

from bot.errors import ExtractError

HTML, MARKDOWN, PDF, TEXT = "text/html", "text/markdown", "application/pdf", "text/plain"

_MAGIC = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0", "application/msword"),
)
_SUFFIXES = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".txt": TEXT,
}
_HTML = re.compile(
    rb"\s*(?>(?><!--.*?-->|<\?xml[^>]*>)\s*)*+<(?:!doctype\s+html|html|head|body|title|meta|div|main|h1|p)\b",
    re.I | re.S,
)
#: Media types that mean "some file", and those of text that may be a page.
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
_SYNONYMS = {"application/xhtml+xml": HTML, "application/x-pdf": PDF, "text/x-markdown": MARKDOWN}
_DATA = "The address holds data or a program, not a page for readers: watch the page itself."
#: PDF readers forgive so many bytes before the header (ISO 32000, implementation note 13).
_PDF_WITHIN = 1024


def magic(body: bytes) -> str:
    """The media type that the first bytes prove, or "" (text of some kind)."""
    return next((media for start, media in _MAGIC if body.startswith(start)), "")


def content_type_of(path_name: str, body: bytes) -> str:
    """The media type of a file: what its bytes prove, else what its name says, else HTML or plain text by its look."""
    proved = magic(body)
    if proved:
        return proved
    name = path_name.lower()
    named = next((media for suffix, media in _SUFFIXES.items() if name.endswith(suffix)), "")
    return named or _by_look(body)


def readable(content_type: str, body: bytes) -> str:
    """What to read some bytes as when a server calls them ``content_type``: HTML, MARKDOWN, PDF or TEXT.

    Raises:
        ExtractError: they are nothing that has a policy's words, or not what the server calls them.
    """
    if not body.strip(b"\0\t\n\r\f "):
        raise ExtractError("The page is empty: look at the address by hand.")
    said = _SYNONYMS.get(content_type.lower(), content_type.lower())
    proved = PDF if b"%PDF-" in body[:_PDF_WITHIN] and said in _UNSAID | {PDF} else magic(body)
    is_text = said.startswith("text/") or said in _UNSAID or said.endswith("/xml")
    if proved == PDF and said in _UNSAID | {PDF}:
        return PDF
    if proved in ("application/zip", "application/msword", "application/gzip"):
        raise ExtractError("The address holds an archive or an office document: watch a page, a PDF or a plain text.")
    if proved.startswith("image/") or said.startswith(("image/", "video/", "audio/")):
        raise ExtractError("The address holds a picture or a recording, not text: watch a page that has the words.")
    if proved or said == PDF:
        raise ExtractError("The bytes are not what the server calls them: look at the address by hand.")
    if not is_text or said in ("text/css", "text/javascript"):
        raise ExtractError(_DATA)
    if said in (HTML, MARKDOWN):
        return said
    look = _by_look(body)
    if look != HTML and said.endswith("/xml"):
        raise ExtractError(_DATA)
    return look


def _by_look(body: bytes) -> str:
    return HTML if _HTML.match(body[:2048].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf")) else TEXT
