"""What X and Mastodon have in common: their libraries (tweepy, Mastodon.py) block, and both go through `requests`.

What is known after a write is read from the wire and not from the libraries' exceptions. Those are made for scripts:
Mastodon.py raises its rate limit error also for an accepted post whose headers it cannot read, and tweepy stumbles over
error pages that are no JSON.

Import it on the publishing path only: `requests` costs 80 ms and 20 MB.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from bot.errors import PlatformError
from bot.platforms.outcome import MEANING, TIME_OUT, Purpose, moment, quoted, trouble

T = TypeVar("T")

for _chatty in ("oauthlib", "requests_oauthlib", "tweepy"):
    # At level "debug" they log keys, tokens and signatures.
    logging.getLogger(_chatty).setLevel(logging.INFO)


class Wire(requests.Session):
    """A session for one request, which remembers what became of it.

    Each request has a connection of its own: one that was kept may be closed by the server at any moment, and a write
    on it would end as unknown for no reason. Redirects are not followed, and nothing is sent twice.
    """

    def __init__(self, platform: str, secrets: Collection[str], *, instead_of: str = "", base: str = "") -> None:
        super().__init__()
        self.platform = platform
        self._secrets = secrets
        #: Whether any byte of the request may have arrived.
        self.sent = False
        self.answer: requests.Response | None = None
        self._instead_of, self._base = instead_of, base

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """As `requests` has it; an address that begins with ``instead_of`` goes to ``base`` (and is signed for it)."""
        if self._instead_of and url.startswith(self._instead_of):
            url = self._base + url.removeprefix(self._instead_of)
        kwargs |= {"timeout": TIME_OUT, "allow_redirects": False}
        # Without one, `requests` would take a ~/.netrc of the machine for this host instead of our token.
        kwargs["auth"] = kwargs.get("auth") or (lambda prepared: prepared)
        self.sent = True
        try:
            self.answer = super().request(method, url, *args, **kwargs)
        except requests.RequestException as error:
            self.sent = not _before_sending(error)
            raise
        return self.answer

    async def ask(self, purpose: Purpose, call: Callable[[], T], refused: Callable[[Wire], PlatformError | None]) -> T:
        """The result of ``call``, which makes one request through this session.

        Raises:
            PlatformError: what is known after a failure; ``refused`` words the 4xx that are the platform's own.
        """

        def once() -> T:
            with self:
                return call()

        try:
            return await asyncio.wait_for(self.beside(once), 2 * TIME_OUT)
        except PlatformError:
            raise
        except Exception as error:
            if not self.sent and self.answer is None and not isinstance(error, OSError):
                raise  # it never came to a request: a bug of ours
        ended = trouble(self.platform, purpose, self.status, sent=self.sent, reset=self._reset())
        raise ended or refused(self) or self._not_accepted(purpose) from None

    async def beside(self, call: Callable[[], T]) -> T:
        """Run what blocks beside the loop. (The simulation has its own way, which is the same every time.)"""
        return await in_thread(call)

    def _not_accepted(self, purpose: Purpose) -> PlatformError:
        return PlatformError(
            MEANING[purpose].refused,
            f"{self.platform} does not accept the request ({self.words()}).",
            about=self.platform,
        )

    @property
    def status(self) -> int:
        """The answer's HTTP status; 0 without one."""
        return self.answer.status_code if self.answer is not None else 0

    def words(self) -> str:
        """The platform's own words in an error answer, short, on one line and without the bot's secrets."""
        assert self.answer is not None
        try:
            body = self.answer.json()
            said = str(body.get("detail") or body.get("error") or body.get("title") or body.get("errors") or "")
        except (ValueError, AttributeError):
            said = ""
        return quoted(f"{self.status} {said or self.answer.reason}", self._secrets)

    def text(self) -> str:
        """The whole answer as it came."""
        return self.answer.text if self.answer is not None else ""

    def _reset(self) -> datetime | None:
        """When a rate limit ends: X says it in UNIX seconds, Mastodon as a time, GoToSocial as either."""
        headers = self.answer.headers if self.answer is not None else {}
        return moment(headers.get("x-rate-limit-reset") or headers.get("X-RateLimit-Reset") or "")

    def server_time(self) -> datetime | None:
        """The server's own clock, from its last answer."""
        try:
            said = parsedate_to_datetime(self.answer.headers["Date"] if self.answer is not None else "")
        except (KeyError, ValueError):
            return None
        return said.replace(tzinfo=said.tzinfo or UTC)


def _before_sending(error: requests.RequestException) -> bool:
    """Whether it never came to a request: no such address, host or route, refused, a certificate that is not good."""
    if isinstance(error, ValueError | requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    if isinstance(error, requests.exceptions.SSLError):
        return "CERTIFICATE_VERIFY_FAILED" in str(error)
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


async def in_thread(call: Callable[[], T]) -> T:
    """Run blocking ``call`` beside the loop. Unlike `asyncio.to_thread`, a bot that stops does not wait for it."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type]
        else:
            future.set_exception(error)

    def run() -> None:
        result, failure = None, None
        try:
            result = call()
        except BaseException as error:
            failure = error
        with suppress(RuntimeError):  # the loop has stopped meanwhile: what was sent is read back after the next start
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="platform", daemon=True).start()
    return await future
