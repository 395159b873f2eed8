"""A PDF's lines as PDFium finds them, with where each stands and how it is printed.

PDFium is C++ that parses what strangers send, one megabyte can make it take eight gigabytes, and it is not made for
threads: it belongs into a process that may be lost (worker.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ctypes import byref, c_double, create_string_buffer
from typing import Any

from bot.errors import ExtractError

#: More pages than any policy has; a page tree may claim a billion.
MOST_PAGES = 1_000

_LOCKED = "The PDF is locked with a password: watch another copy of the policy."
_DAMAGED = "The PDF is damaged or cut off and cannot be read: look at it by hand."
_ENDLESS = "The PDF says that it has more pages than any policy: look at it by hand."
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)

#: Text, base of the first letter, base of the last, left, right, height of the font, bold. Lengths in points from the
#: lower left corner of the page.
Row = tuple[str, float, float, float, float, float, bool]


def read_rows(body: bytes) -> tuple[list[list[Row]], str]:
    """The lines of each page, and the title that the document's maker gave it.

    Raises:
        ExtractError: it is locked or damaged, or claims too many pages.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
        count = len(document)
        if count > MOST_PAGES:
            raise ExtractError(_ENDLESS)
        return [list(_rows(document, number)) for number in range(count)], document.get_metadata_value("Title")
    except pypdfium2.PdfiumError as error:
        raise ExtractError(_LOCKED if "password" in str(error).lower() else _DAMAGED) from error


def _rows(document: Any, number: int) -> Iterator[Row]:
    """The lines of one page in reading order."""
    import pypdfium2.raw as pdfium

    page = document[number]
    text_page = page.get_textpage()
    x, y, unused = c_double(), c_double(), c_double()
    start = 0
    for printed in text_page.get_text_range().split("\r\n"):
        if stripped := printed.strip():
            first = start + printed.index(stripped)
            last = first + len(stripped) - 1
            pdfium.FPDFText_GetCharOrigin(text_page, first, byref(x), byref(y))
            left, base = x.value, y.value
            pdfium.FPDFText_GetCharOrigin(text_page, last, byref(x), byref(y))
            foot = y.value
            pdfium.FPDFText_GetCharBox(text_page, last, byref(unused), byref(x), byref(unused), byref(unused))
            # Ligatures have boxes of their own: the tallest of three letters is as tall as the line.
            height = max(_height(pdfium, text_page, index) for index in (first, (first + last) // 2, last))
            bold = _is_bold(pdfium, text_page, first) and _is_bold(pdfium, text_page, last)
            yield stripped, base, foot, left, x.value, height, bold
        start += len(printed) + 2
    text_page.close()
    page.close()


def _height(pdfium: Any, text_page: Any, index: int) -> float:
    """The height of a letter's font: of the box that all letters of the font share."""
    rect = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(text_page, index, byref(rect)):
        return 0.0
    return round(float(abs(rect.top - rect.bottom)), 1)


def _is_bold(pdfium: Any, text_page: Any, index: int) -> bool:
    """By the weight of the font, or by its name where it does not say."""
    if (weight := pdfium.FPDFText_GetFontWeight(text_page, index)) > 0:
        return bool(weight >= _BOLD_WEIGHT)
    name = create_string_buffer(128)
    length = pdfium.FPDFText_GetFontInfo(text_page, index, name, 128, None)
    return 0 < length <= 128 and bool(_BOLD_NAME.search(name.value))
