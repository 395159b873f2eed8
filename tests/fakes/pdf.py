"""PDFs that say what a test wants, written by hand: a page is a list of lines, each where and how it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: A4 in points, and where a page usually begins.
WIDTH, HEIGHT, TOP, LEFT = 595, 842, 780, 72


@dataclass(frozen=True)
class Line:
    """A printed line. ``y`` is the height of its base above the lower edge of the page."""

    text: str
    y: float
    x: float = LEFT
    size: float = 11
    bold: bool = False


def paragraphs(*texts: str, top: float = TOP, leading: float = 14, gap: float = 26) -> list[Line]:
    """Lines of text, one below the other; a paragraph a text, wrapped where its author broke it."""
    lines, y = [], top
    for text in texts:
        for row in text.split("\n"):
            lines.append(Line(row, y))
            y -= leading
        y -= gap - leading
    return lines


def pdf(*pages: Sequence[Line], title: str = "", encrypted: bool = False) -> bytes:
    """The bytes of a document with these pages."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        content = b"\n".join(map(_shown, lines))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    trailer = f"/Root 1 0 R /Size {len(objects) + 3}"
    if title:
        objects.append(b"<< /Title (%s) >>" % _escaped(title))
        trailer += f" /Info {len(objects)} 0 R"
    if encrypted:
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"28" * 32, b"41" * 32))
        trailer += f" /Encrypt {len(objects)} 0 R /ID [<{'00' * 16}> <{'00' * 16}>]"
    return written(objects, trailer)


def written(objects: Sequence[bytes], trailer: str = "/Root 1 0 R") -> bytes:
    """A file of these objects, numbered from 1."""
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return body + head + table + b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer.encode(), len(body))


def _shown(line: Line) -> bytes:
    font = b"F2" if line.bold else b"F1"
    return b"BT /%s %g Tf %g %g Td (%s) Tj ET" % (font, line.size, line.x, line.y, _escaped(line.text))


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
