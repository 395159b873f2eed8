"""What a server's answer means: a page, or why there is none. Pure."""

from __future__ import annotations

import re
from datetime import datetime

import httpx

from bot.errors import FetchError, FetchFailure
from bot.model import Snapshot, Validators
from bot.watch.manners import rest_until
from bot.watch.media import content_type_of
from bot.watch.wire import Answer

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]+)", re.IGNORECASE)
#: Media types by which servers mean "some file", and other names of the types that the extractor knows.
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download", "text/plain"})
_SYNONYMS = {
    "application/xhtml+xml": "text/html",
    "application/x-pdf": "application/pdf",
    "text/x-markdown": "text/markdown",
}
#: What the common walls against robots put into their own small pages.
_CHALLENGE = re.compile(
    rb"_cf_chl_opt|captcha-delivery\.com|px-captcha|_Incapsula_Resource|AwsWafIntegration|gokuProps|/_sec/cp_challenge/"
    rb"|ddos-guard/js-challenge|/\.well-known/sgcaptcha"
)
_CHALLENGE_SIZE = 24_000
_CHALLENGE_HEADERS = {"cf-mitigated": "challenge", "x-amzn-waf-action": "challenge"}
#: "/", "/home", "/index.html", and the same in a language: "/en/", "/en-us/home".
_FRONT_PAGE = re.compile(r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:index\.html?|home/?)?", re.IGNORECASE)


def snapshot(url: str, answer: Answer, at: datetime) -> Snapshot:
    """The page in an answer.

    Raises:
        FetchError: the answer holds no page; ``kind`` says why.
    """
    if answer.status not in (200, 203) or _is_challenge(answer):
        raise failure(answer, at)
    header = answer.headers.get("content-type", "")
    media = header.partition(";")[0].strip().lower()
    charset = _CHARSET.search(header)
    if media in _UNSAID:
        media = content_type_of(url.partition("?")[0], answer.body)
    return Snapshot(
        url=url,
        fetched_at=at,
        body=answer.body,
        content_type=_SYNONYMS.get(media, media),
        charset=charset[1].lower() if charset else "",
        validators=Validators(_word(answer, "etag"), _word(answer, "last-modified"), url),
    )


def is_front_page(url: httpx.URL) -> bool:
    """Whether an address is a site's front page: where it sends whoever asks for a page that is no longer there."""
    return _FRONT_PAGE.fullmatch(url.path) is not None


def elsewhere(first: httpx.URL, url: httpx.URL) -> bool:
    """Whether an address is another one to a reader: not only by its scheme, its "www." or its last slash."""
    one, other = ((a.host.removeprefix("www."), a.path.rstrip("/"), a.query) for a in (first, url))
    return one != other


def failure(answer: Answer, at: datetime) -> FetchError:
    """Why an answer is no page, and what to do."""
    status = f"HTTP {answer.status}"
    retry_at = rest_until(answer.headers.get("retry-after", ""), at)
    kind, sentence = FetchFailure.SERVER_ERROR, f"The server has trouble ({status}): the bot tries again."
    if _is_challenge(answer):
        kind = FetchFailure.BLOCKED
        sentence = "The site wants proof of a human reader: ask it to let the bot in, or watch another address."
    elif answer.status in (404, 410):
        kind = FetchFailure.GONE
        sentence = f"The page is gone ({status}): look for the policy's new address."
    elif answer.status == 429:
        kind = FetchFailure.BLOCKED
        sentence = "The site wants fewer requests (HTTP 429): the bot waits; check less often if this stays."
    elif answer.status == 451:
        kind = FetchFailure.BLOCKED
        sentence = "The site does not serve this page where the bot runs (HTTP 451): watch an address for this region."
    elif answer.status == 408:
        kind = FetchFailure.TIMED_OUT
        sentence = f"The server gave up waiting ({status}): the bot tries again."
    elif 400 <= answer.status < 500 or answer.status == 202:
        kind = FetchFailure.BLOCKED
        sentence = f"The site does not let the bot read this page ({status}): ask the site, or watch another address."
    elif answer.status == 206:
        kind = FetchFailure.TRUNCATED
        sentence = f"The server sent a part of the page only ({status}): the bot tries again."
    elif answer.status < 300:
        kind = FetchFailure.NO_POLICY_TEXT
        sentence = f"The server answered without a page ({status}): check that the address is the policy's own."
    return FetchError(kind, sentence, retry_at=retry_at)


def _word(answer: Answer, name: str) -> str:
    """A validator as it came, or "" where it could not be sent back: header lines are ASCII."""
    value = answer.headers.get(name, "")
    return value if value.isascii() else ""


def _is_challenge(answer: Answer) -> bool:
    if any(answer.headers.get(name, "").lower() == value for name, value in _CHALLENGE_HEADERS.items()):
        return True
    return len(answer.body) < _CHALLENGE_SIZE and _CHALLENGE.search(answer.body) is not None
