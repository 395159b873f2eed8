import pytest

from bot.errors import ExtractError
from bot.watch.media import content_type_of, readable
from tests.fakes.pages import page

PNG, JPEG, ZIP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04docx"
PAGE = page("<p>We collect data.</p>").encode()


@pytest.mark.parametrize(
    ("name", "body", "media"),
    [
        ("policy.md", b"# Policy", "text/markdown"),
        ("policy.HTML", b"words", "text/html"),
        ("policy.txt", b"words", "text/plain"),
        ("policy.html", b"%PDF-1.7 ...", "application/pdf"),
        ("policy", PAGE, "text/html"),
        ("policy", b"\xef\xbb\xbf<!-- hello --><!DOCTYPE html>", "text/html"),
        ("policy", page("x").encode("utf-16"), "text/html"),
        ("policy", b"1. We collect data", "text/plain"),
        ("policy.pdf", PNG, "image/png"),
    ],
)
def test_a_file_is_what_its_bytes_prove_then_what_its_name_says(name: str, body: bytes, media: str) -> None:
    assert content_type_of(name, body.removeprefix(b"\xff\xfe")) == media


@pytest.mark.parametrize(
    ("said", "body", "media"),
    [
        ("text/html", PAGE, "text/html"),
        ("application/xhtml+xml", PAGE, "text/html"),
        ("application/xml", PAGE, "text/html"),
        ("text/plain", b"We collect data.", "text/plain"),
        ("text/plain", PAGE, "text/html"),
        ("text/markdown", b"<p align=center>Acme</p>", "text/markdown"),
        ("", PAGE, "text/html"),
        ("application/octet-stream", b"%PDF-1.4", "application/pdf"),
        ("application/pdf", b"\n\nsome junk %PDF-1.4", "application/pdf"),
        ("application/x-pdf", b"%PDF-1.4", "application/pdf"),
    ],
)
def test_what_may_hold_a_policy_is_read(said: str, body: bytes, media: str) -> None:
    assert readable(said, body) == media


@pytest.mark.parametrize(
    ("said", "body", "sentence"),
    [
        ("text/html", b"", "empty"),
        ("text/html", b" \n\0 ", "empty"),
        ("image/png", PNG, "picture"),
        ("text/html", JPEG, "picture"),
        ("text/html", ZIP, "archive"),
        ("application/pdf", ZIP, "archive"),
        ("application/pdf", PAGE, "not what the server calls"),
        ("text/html", b"%PDF-1.4", "not what the server calls"),
        ("video/mp4", b"ftyp", "recording"),
        ("application/json", b'{"policy": 1}', "data"),
        ("application/rss+xml", b"<rss></rss>", "data"),
        ("text/xml", b"<rss></rss>", "data"),
        ("text/css", b"p { color: red }", "program"),
    ],
)
def test_what_holds_none_or_is_not_what_it_is_called_is_refused(said: str, body: bytes, sentence: str) -> None:
    with pytest.raises(ExtractError, match=sentence):
        readable(said, body)
