"""Asking a PDS, through atproto: one session, kept over restarts, and what is known after a request that failed.

A server allows 300 sign-ins a day, so the bot signs in once and refreshes its session from then on; every new pair of
tokens is remembered at once, because the old pair is dead. atproto is imported in a thread where the server is first
asked: that costs up to 4 s and 76 MB.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from bot.errors import PlatformError, PlatformFailure
from bot.platforms.outcome import MEANING, TIME_OUT, Purpose, moment, quoted, trouble, understood
from bot.platforms.picture import MEDIA_TYPE
from bot.platforms.seal import opened, sealed
from bot.ports import PlatformSetup

if TYPE_CHECKING:
    from atproto_client import AsyncClient, Session, SessionEvent

T = TypeVar("T")

SECRET = "SMALLPRINT_BLUESKY_APP_PASSWORD"  # noqa: S105 - the variable's name
#: Seconds between two sign-ins only to read mentions; whoever publishes signs in at once.
SIGN_IN_EVERY = 600.0

#: How an XRPC error names a session that is over; signing in again helps.
_SESSION = frozenset({"AuthMissing", "AuthenticationRequired", "ExpiredToken", "InvalidToken"})
#: How it names an account that may not go on.
_ACCOUNT = frozenset({"AccountDeactivated", "AccountNotFound", "AccountSuspended", "AccountTakedown"})
#: What never came to a request. (A pool's time-out is waiting for a connection.)
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
#: A JSON Web Token, as sessions are made of.
_TOKEN = re.compile(r"\beyJ[\w.-]+")


class Pds:
    """One account on its server.

    Args:
        service: where to sign in; the session then goes to the account's own PDS.
        handle: the account's handle or DID.
        setup: has the app password and remembers the session.
        now: seconds that only grow.
        transport: what carries requests; None: the network.
    """

    def __init__(
        self,
        service: str,
        handle: str,
        setup: PlatformSetup,
        now: Callable[[], float],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.service = service
        self.handle = handle
        #: The account's DID, "" before the server was first asked.
        self.did = ""
        self._setup = setup
        self._now = now
        self._transport = transport
        self._client: AsyncClient | None = None
        self._door = asyncio.Lock()
        self._signed_in_at = -SIGN_IN_EVERY
        self._refusal: PlatformError | None = None

    async def ask(
        self,
        purpose: Purpose,
        method: str,
        read: Callable[[Any], T],
        body: Mapping[str, Any] | bytes | None = None,
        **query: Any,
    ) -> T:
        """What ``read`` makes of the JSON that an XRPC method answers; of None where there is no such record.

        With a ``body`` (JSON, or a picture's bytes) it is a procedure, else a query. A request about records names the
        account's own repository. A session that is over is replaced once.

        Raises:
            PlatformError: what is known after a failure.
        """
        for renewed in (False, True):
            client = await self._signed_in(purpose)
            try:
                async with asyncio.timeout(2 * TIME_OUT):
                    answer = await self._invoke(client, method, body, query)
            except Exception as error:
                said = Said.by(error)
                if said.name in _SESSION and not renewed and self._may_sign_in(purpose):
                    self._forget(client)
                    continue
                if said.name != "RecordNotFound":
                    raise self._failed(said, purpose, method) from None
                answer = None
            with understood("Bluesky", purpose):
                return read(answer)
        raise AssertionError("unreachable")

    async def _invoke(
        self, client: AsyncClient, method: str, body: Mapping[str, Any] | bytes | None, query: Mapping[str, Any]
    ) -> Any:
        from atproto_client.models.dot_dict import DotDict

        own = {"repo": self.did} if method.startswith("com.atproto.repo.") else {}
        if body is None:
            fields = DotDict({**query, **own})
            return (await client.invoke_query(method, fields)).content
        if isinstance(body, bytes):
            headers = {"Content-Type": MEDIA_TYPE}
            return (await client.invoke_procedure(method, content=body, headers=headers)).content
        content = json.dumps({**body, **own}, sort_keys=True)
        headers = {"Content-Type": "application/json"}
        return (await client.invoke_procedure(method, content=content, headers=headers)).content

    async def close(self) -> None:
        """Give back connections; the session stays good."""
        if self._client is not None:
            await self._client.request.close()
            self._client = None

    # ---- the session --------------------------------------------------------------------------------------------

    def knock(self) -> None:
        """Let the password be tried again at once, whatever became of it before."""
        self._signed_in_at = -SIGN_IN_EVERY

    def _may_sign_in(self, purpose: Purpose) -> bool:
        """Polling must not use up a day's sign-ins where one does not help."""
        return purpose != "read" or self._now() >= self._signed_in_at + SIGN_IN_EVERY

    async def _signed_in(self, purpose: Purpose) -> AsyncClient:
        """The client with the session; whoever comes while another signs in waits for it."""
        password = self._setup.secret(SECRET)
        needed = {f"{SECRET} in the environment": password, "handle under [platforms.bluesky]": self.handle}
        if missing := [what for what, value in needed.items() if not value]:
            raise PlatformError(
                PlatformFailure.PAUSED, f"Bluesky cannot be used: set {' and '.join(missing)}.", about="bluesky"
            )
        async with self._door:
            if self._client is None:
                if self._refusal and not self._may_sign_in(purpose):
                    raise self._refusal.with_traceback(None)
                self._client = await self._sign_in(purpose, password)
            return self._client

    async def _sign_in(self, purpose: Purpose, password: str) -> AsyncClient:
        """A client with the remembered session, or with a new one."""
        await asyncio.to_thread(importlib.import_module, "atproto_client")
        from atproto_client import AsyncClient
        from atproto_client.request import AsyncRequest

        # Each request has a connection of its own: one that was kept may be closed by the server at any moment, and a
        # write on it would end as unknown for no reason. A redirect is an error: what was asked for is elsewhere.
        limits = httpx.Limits(max_keepalive_connections=0)
        request = AsyncRequest(
            timeout=TIME_OUT, limits=limits, max_redirects=0, verify=_certificates(), transport=self._transport
        )
        client = AsyncClient(self.service, request)
        client.on_session_change(self._keep)
        if session := opened(self._setup.recall(), password, self._label):
            with suppress(ValueError):  # from another version of atproto
                await client.login(session_string=session, fetch_bsky_profile=False)
                return client
        self._signed_in_at, self._refusal = self._now(), None
        try:
            async with asyncio.timeout(2 * TIME_OUT):
                await client.login(self.handle, password, fetch_bsky_profile=False)
        except Exception as error:
            said = Said.by(error)
            # Nothing of a write was sent yet.
            refusal = self._failed(said, "read" if purpose == "write" else purpose, _SIGN_IN)
            if said.status in {400, 401, 403, 429}:
                self._refusal = refusal
            raise refusal from None
        return client

    def _keep(self, event: SessionEvent, session: Session) -> None:
        """Remember a session as soon as there is one."""
        self.did = session.did
        if event.name != "IMPORT":
            self._setup.remember(sealed(session.encode(), self._setup.secret(SECRET), self._label))

    @property
    def _label(self) -> str:
        return f"{self.service} {self.handle}"

    def _forget(self, client: AsyncClient) -> None:
        """This session is over. (Another one may have taken its place while its last request was on the way.)"""
        if self._client is client:
            self._client = None
            self._setup.remember("")

    # ---- what is known after a failure --------------------------------------------------------------------------

    def _failed(self, said: Said, purpose: Purpose, method: str) -> PlatformError:
        """What a failure means, and what to do about it."""
        status = said.status if said.status not in {404, 405, 501} else 400
        if error := trouble("Bluesky", purpose, status, sent=said.sent, reset=said.reset):
            return error
        kind = PlatformFailure.PAUSED
        words = quoted(_TOKEN.sub("…", f"{said.status} {said.words}"), [self._setup.secret(SECRET)])
        if said.name in _ACCOUNT:
            sentence = f"Bluesky says that {self.handle} may not go on ({words}): look at the account in the app."
        elif said.status in {404, 405, 501}:
            sentence = f"{self.service} does not offer {method} ({words}): is service under [platforms.bluesky] a PDS?"
        elif said.name == "AuthFactorTokenRequired":
            sentence = f"Bluesky asks for a code: set {SECRET} to an app password, not to the account's own."
        elif method == _SIGN_IN:
            sentence = (
                f"Bluesky does not accept {self.handle} with this app password ({words}): look at the account in the "
                "app, and make a new password."
            )
        elif said.status in {401, 403} or said.name in _SESSION:
            sentence = f"Bluesky does not let {self.handle} go on ({words}): look at the account in the app."
        elif said.name == "InvalidSwap":
            kind = MEANING[purpose].unsure
            sentence = "Bluesky has a record at this post's address already: it is looked at."
        else:
            kind = MEANING[purpose].refused
            sentence = f"Bluesky does not accept the request ({words})."
        return PlatformError(kind, sentence, about="bluesky")


_SIGN_IN = "com.atproto.server.createSession"


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust; read once, because that takes 20 ms."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Said:
    """What a server said when it did not do as it was asked."""

    #: The HTTP status: 0 without an answer, 2xx for one that cannot be read.
    status: int = 0
    #: The error's name in the method's lexicon.
    name: str = ""
    words: str = ""
    #: When a rate limit ends.
    reset: datetime | None = None
    #: Whether any byte of the request may have arrived.
    sent: bool = True

    @classmethod
    def by(cls, error: Exception) -> Said:
        """What a failure of atproto's client says; a bug of ours, or trouble with our own store, is raised again."""
        from atproto_client.exceptions import LoginRequiredError, RequestErrorBase
        from atproto_core.exceptions import AtProtocolError
        from atproto_server.exceptions import InvalidTokenError

        if isinstance(error, RequestErrorBase) and error.response is not None:
            content = error.response.content
            name, words = (str(getattr(content, part, None) or "") for part in ("error", "message"))
            reset = moment(error.response.headers.get("ratelimit-reset", ""))
            return cls(error.response.status_code, name, ": ".join(filter(None, (name, words))), reset)
        if isinstance(error, InvalidTokenError | LoginRequiredError):
            return cls(400, "InvalidToken", "the session cannot be read", sent=False)
        # Some errors of httpx come as they are, some as the cause of one of atproto's.
        cause = (isinstance(error, AtProtocolError) and error.__cause__) or error
        if isinstance(cause, _UNSENT):
            return cls(sent=False)
        if isinstance(cause, httpx.TooManyRedirects):
            return cls(300)
        if isinstance(cause, httpx.HTTPError | OSError):
            return cls()
        if isinstance(cause, AtProtocolError | ValueError):
            return cls(200)
        raise error
