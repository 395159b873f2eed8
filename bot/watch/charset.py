"""Bytes -> text, decided once."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
#: Where a page must name its charset (WHATWG: the first 1,024 bytes; many need more).
_META_WITHIN = 4096
#: Charsets by which pages are really written, as browsers read them (WHATWG Encoding Standard). UTF-7 is not one: it
#: turns harmless bytes into markup.
_AS_BROWSERS_READ = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "macintosh": "mac_roman",
    "tis-620": "cp874",
}
_KNOWN = re.compile(
    r"utf-?8|iso-?8859-(?:[2-8]|1[0-6])|windows-(?:874|125[0-8])|cp125[0-8]|koi8-[ru]|gb18030|euc-jp|iso-2022-jp|ibm866"
)
#: Every other byte of UTF-16 in a Latin script is zero; so many are looked at.
_WIDE_SAMPLE = 1000
#: More replacement characters than this share mean that the page is not in the charset it names. Two are a slip.
DAMAGED, _SLIPS = 0.001, 2


def decode(body: bytes, named: str = "") -> str:
    """Text of a page, by BOM, validity as UTF-8, Content-Type, ``<meta>``, and windows-1252 at last.

    Bytes that are valid UTF-8 are UTF-8 whatever the server says, so that a header that comes and goes changes nothing.
    What cannot be decoded becomes U+FFFD.

    Args:
        body: The bytes.
        named: The charset of the Content-Type header, if it named one.
    """
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    found = _META.search(body[:_META_WITHIN])
    charsets = [named, found[1].decode("ascii", "replace") if found else ""]
    if b"\x1b$" in body and "iso-2022-jp" in map(str.lower, charsets):
        return body.decode("iso-2022-jp", "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        charset = next(filter(None, map(_readable, charsets)), "cp1252")
        return body.decode(charset, "replace")


def is_damaged(text: str) -> bool:
    """Whether so much could not be decoded that the words cannot be trusted."""
    return text.count("\N{REPLACEMENT CHARACTER}") > max(_SLIPS, DAMAGED * len(text))


def _wide(body: bytes) -> str:
    """The UTF-16 that a page without a byte order mark is in, by where its zeros are, or ""."""
    first, second = body[:_WIDE_SAMPLE:2], body[1:_WIDE_SAMPLE:2]
    if second.count(0) > 0.7 * len(second) and first.count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if first.count(0) > 0.7 * len(first) and second.count(0) == 0 else ""


def _readable(name: str) -> str:
    """The codec for a charset's name, "" for one that no page is written in."""
    name = name.strip().lower()
    return _AS_BROWSERS_READ.get(name) or (name if _KNOWN.fullmatch(name) else "")
