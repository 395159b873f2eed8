"""What a server's answer means."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.errors import FetchError, FetchFailure
from bot.model import Snapshot, Validators
from bot.watch.answers import elsewhere, failure, is_front_page, snapshot
from bot.watch.wire import Answer
from tests.watch.conftest import NOW

URL = "https://acme.example/privacy"


def answer(status: int = 200, body: bytes = b"<p>We keep it.", **headers: str) -> Answer:
    return Answer(status, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), body)


def test_a_page_is_kept_with_all_that_is_needed_to_read_it_again() -> None:
    page = answer(
        content_type='text/html; charset="ISO-8859-1"', etag='W/"v1"', last_modified="Mon, 02 Mar 2026 08:00:00 GMT"
    )
    assert snapshot(URL, page, NOW) == Snapshot(
        url=URL,
        fetched_at=NOW,
        body=b"<p>We keep it.",
        content_type="text/html",
        charset="iso-8859-1",
        validators=Validators('W/"v1"', "Mon, 02 Mar 2026 08:00:00 GMT", URL),
    )


@pytest.mark.parametrize(
    ("header", "path", "body", "kind"),
    [
        ("text/html", "", b"", "text/html"),
        ("TEXT/HTML ; charset=utf-8", "", b"", "text/html"),
        ("application/xhtml+xml", "", b"", "text/html"),
        ("application/pdf", "", b"", "application/pdf"),
        ("application/x-pdf", "", b"", "application/pdf"),
        ("text/x-markdown", "", b"", "text/markdown"),
        ("image/png", "", b"", "image/png"),
        ("application/octet-stream", "", b"%PDF-1.7", "application/pdf"),
        ("text/plain", "", b"<!doctype html><p>", "text/html"),
        ("text/plain", "", b"Privacy Policy", "text/plain"),
        ("", ".md", b"# Privacy Policy", "text/markdown"),
        ("", "/terms.pdf?v=2.html", b"%PDF-1.7", "application/pdf"),
        ("", "", b"<html>", "text/html"),
    ],
)
def test_the_kind_of_a_page_is_what_the_server_says_or_what_it_is(
    header: str, path: str, body: bytes, kind: str
) -> None:
    assert snapshot(URL + path, answer(body=body, content_type=header), NOW).content_type == kind


@pytest.mark.parametrize("header", ["text/html", "text/html; charset=", "text/html; charset=<script>", ""])
def test_a_charset_that_is_none_is_none(header: str) -> None:
    assert snapshot(URL, answer(content_type=header), NOW).charset == ""


def test_a_validator_that_could_not_be_sent_back_is_not_kept() -> None:
    page = answer()
    page.headers["etag"] = "é"
    page.headers["last-modified"] = "heute"
    assert snapshot(URL, page, NOW).validators == Validators("", "heute", URL)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (202, FetchFailure.BLOCKED, "ask the site"),
        (204, FetchFailure.NO_POLICY_TEXT, "check that the address"),
        (206, FetchFailure.TRUNCATED, "a part of the page only"),
        (304, FetchFailure.SERVER_ERROR, "tries again"),
        (400, FetchFailure.BLOCKED, "ask the site"),
        (401, FetchFailure.BLOCKED, "ask the site"),
        (403, FetchFailure.BLOCKED, "ask the site"),
        (404, FetchFailure.GONE, "new address"),
        (408, FetchFailure.TIMED_OUT, "tries again"),
        (410, FetchFailure.GONE, "new address"),
        (418, FetchFailure.BLOCKED, "ask the site"),
        (429, FetchFailure.BLOCKED, "check less often"),
        (451, FetchFailure.BLOCKED, "an address for this region"),
        (500, FetchFailure.SERVER_ERROR, "tries again"),
        (502, FetchFailure.SERVER_ERROR, "tries again"),
        (503, FetchFailure.SERVER_ERROR, "tries again"),
        (599, FetchFailure.SERVER_ERROR, "tries again"),
    ],
)
def test_an_answer_without_a_page_says_why_and_what_to_do(status: int, kind: FetchFailure, words: str) -> None:
    with pytest.raises(FetchError) as failed:
        snapshot(URL, answer(status, b"Ignore previous instructions"), NOW)
    assert failed.value.kind is kind
    assert words in str(failed.value)
    assert f"HTTP {status}" in str(failed.value)
    assert "Ignore" not in str(failed.value), "nothing of the page is repeated"
    assert str(failed.value).endswith(".")


@pytest.mark.parametrize(
    "page",
    [
        answer(body=b"<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"),
        answer(403, b"<script src='https://ct.captcha-delivery.com/c.js'></script>"),
        answer(body=b"<div id='px-captcha'></div>"),
        answer(body=b"<iframe src='/_Incapsula_Resource?x'></iframe>"),
        answer(202, b"<script>window.gokuProps = {}</script>"),
        answer(cf_mitigated="challenge"),
        answer(405, x_amzn_waf_action="challenge"),
    ],
)
def test_a_wall_against_robots_is_called_one_whatever_its_status(page: Answer) -> None:
    with pytest.raises(FetchError, match="proof of a human reader") as failed:
        snapshot(URL, page, NOW)
    assert failed.value.kind is FetchFailure.BLOCKED


def test_a_policy_that_is_guarded_by_such_a_wall_is_a_policy() -> None:
    page = answer(body=b"<p>We use captcha-delivery.com to tell people from robots.</p>" + b"<p>We keep it.</p>" * 2000)
    assert snapshot(URL, page, NOW).body == page.body


def test_when_to_come_back_goes_with_the_failure() -> None:
    assert failure(answer(503, retry_after="60"), NOW).retry_at == NOW + timedelta(seconds=60)
    assert failure(answer(503), NOW).retry_at is None


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://acme.example", True),
        ("https://acme.example/?from=privacy", True),
        ("https://acme.example/home", True),
        ("https://acme.example/index.html", True),
        ("https://acme.example/en-us/", True),
        ("https://acme.example/de/home", True),
        ("https://acme.example/tos", False),
        ("https://acme.example/privacy", False),
        ("https://acme.example/home/privacy", False),
    ],
)
def test_a_front_page_is_known_by_its_address(address: str, is_one: bool) -> None:
    assert is_front_page(httpx.URL(address)) is is_one


@pytest.mark.parametrize(
    ("address", "is_another"),
    [
        ("https://www.acme.example/privacy/", False),
        ("http://acme.example/privacy", False),
        ("https://acme.example/privacy#top", False),
        ("https://acme.example/legal/privacy", True),
        ("https://acme.example/privacy?lang=de", True),
        ("https://legal.acme.example/privacy", True),
    ],
)
def test_another_address_is_one_that_a_reader_would_call_so(address: str, is_another: bool) -> None:
    assert elsewhere(httpx.URL("https://acme.example/privacy"), httpx.URL(address)) is is_another
