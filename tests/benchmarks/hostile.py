"""Bytes that a hostile server may send, made to be as dear as they can be: section B of the table of bad inputs."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

from tests.fakes.pages import POLICY, page
from tests.fakes.pdf import Line, pdf, written
from tests.fakes.web import WebSite

_MIB = 2**20
#: What a page may have on the wire.
_MOST = 5 * _MIB

#: Puts a case onto a site under its path.
Put = Callable[[WebSite, str], None]


def _page(body: str | bytes, content_type: str = "text/html; charset=utf-8") -> Put:
    def put(site: WebSite, path: str) -> None:
        site.says(path, body[:_MOST], content_type=content_type)

    return put


def _html(body: str) -> Put:
    return _page(page(f"<h1>Privacy</h1>{POLICY}{body}").removesuffix("</body></html>"))


def _packed(body: bytes) -> Put:
    return lambda site, path: site.says(path, body, content_encoding="gzip")


def _coded(encoding: str) -> Put:
    return lambda site, path: site.says(path, b"\x1f\x8b" + bytes(500), content_encoding=encoding)


def _zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(_MIB)) for _ in range(megabytes)) + packer.flush()


def _endless(site: WebSite, path: str) -> None:
    site.streams(path, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", b"a" * 65_536)


def _drips(site: WebSite, path: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n"
    site.sends(path, head, *[b"<"] * 100, every=1.0)


def _cut(site: WebSite, path: str) -> None:
    site.sends(path, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n<html><p>We keep")


def _stream(content: bytes) -> bytes:
    """A PDF whose only page unfolds to ``content``."""
    packed = zlib.compress(content, 1)
    return written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        ]
    )


def cases() -> Iterator[tuple[str, Put]]:
    """Each case and its name, one after the other, because some are large."""
    yield "gzip that unpacks to 512 MiB", _packed(_zeros(512))
    yield "gzip of 10 MiB of paragraphs", _packed(gzip.compress(b"<p>We keep it.</p>" * (10 * _MIB // 19)))
    yield "brotli that nobody asked for", _coded("br")
    yield "gzip in gzip in gzip", _coded("gzip, gzip, gzip")
    yield "a body without end", _endless
    yield "a byte a second", _drips
    yield "a body that is cut", _cut
    yield "100,000 elements in each other", _html("<div>" * 100_000 + "x")
    yield "4,900 elements in each other", _html("<div>" * 4_900 + "<p>x" * 200_000)
    yield "a tag with 200,000 attributes", _html("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x")
    yield "tags with 900 attributes", _html(("<p " + " ".join(f"a{n}=1" for n in range(900)) + ">x") * 900)
    yield "half a million tags", _html("<i>x</i>" * 500_000)
    yield "a million line breaks", _html("<br>x" * 1_000_000)
    yield "formatting that is never closed", _html("<p><a><b>" * 3_000)
    yield (
        "formatting that each paragraph repeats",
        _html("".join(f"<b id={n}>" for n in range(4_900)) + "<p>x" * 90_000),
    )
    yield "consent banners in each other", _html("<div class=cookie-banner>" * 4_900 + "<p>x</p>" * 300_000)
    yield "articles in each other", _html("<article>" * 4_900 + "<p>x</p>" * 300_000)
    yield "tables in each other", _html("<table><tr><td>x<td>" * 1_600 + "words " * 300_000)
    yield "a million entities", _html("&amp;" * 1_000_000)
    yield "5 MB in one line", _html("a" * _MOST)
    yield "1.9 MB in one line", _html("a" * 1_900_000)
    yield "1.9 MB in one line of words", _html("ab " * 630_000)
    yield "1.9 MB of full stops", _html("." * 1_900_000)
    yield "800,000 sentences of a letter", _html("個。" * 800_000)
    yield "5 MB of blank lines", _html("<p>a" + "\n" * _MOST)
    yield "5 MB of blank lines that are laid out", _html("<pre>" + "\n" * _MOST)
    yield "5 MB of joiners", _html("<p>अ" + "\u200d" * (_MOST // 3 - 4_000) + "अ")
    yield "5 MB of marks on one letter", _html("<p>a" + "\u0300\u0327" * (_MOST // 4 - 4_000))
    yield "comments before a page", _page("<!-- -->" * 200 + "x", content_type="")
    yield "a title of 5 MB", _page("<html><title>" + "ab " * (_MOST // 3))
    yield "5 MB of <", _html("<" * _MOST)
    yield "NUL", _html("\0" * _MOST)
    yield "Markdown of stars", _page("*a " * 1_600_000, "text/markdown")
    yield "Markdown of lines", _page("a\n\n" * 1_600_000, "text/markdown")
    yield "Markdown of tags without end", _page("<a" + "-a" * 2_400_000, "text/markdown")
    yield "text of short lines", _page("a\n" * 2_500_000, "text/plain")
    yield (
        "a PDF that unfolds to gigabytes",
        _page(_stream(b"BT /F1 11 Tf (hello) Tj ET\n" * 4_000_000), "application/pdf"),
    )
    yield (
        "a PDF of 1,000 pages",
        _page(pdf(*[[Line("We keep it.", 700 - n) for n in range(60)]] * 1_000), "application/pdf"),
    )
    yield "a PDF of 20,000 pages", _page(pdf(*[[Line("x", 400)]] * 20_000), "application/pdf")
    yield (
        "a PDF that counts a billion pages",
        _page(
            written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 1000000000 >>"]),
            "application/pdf",
        ),
    )
