"""Every error the bot expects: what happened, what it is about, and whether trying again can help.

Expected trouble is a :class:`SmallprintError` and becomes one sentence for a person; anything else is a bug and
is allowed to show itself. A message says what happened *and* what to do, and never holds a secret.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class SmallprintError(Exception):
    """The root of all expected trouble. ``about`` names the policy, platform or file concerned."""

    can_retry = False

    def __init__(self, message: str, *, about: str = "") -> None:
        super().__init__(message)
        self.about = about


class ConfigError(SmallprintError):
    """The settings, the watch list or the environment cannot be used as they are (exit code 2)."""


class StoreError(SmallprintError):
    """The database cannot be opened, read or written: full disk, no permission, damaged, or made by a newer version."""


class NotFound(SmallprintError):
    """The change, policy or request that a command names does not exist."""


class CardError(SmallprintError):
    """The picture of a change cannot be drawn (a letter without a font, no typst, no memory): its posts go without."""


class FetchFailure(StrEnum):
    """Why a page could not be read, in the words of `status`, pages and metrics."""

    BLOCKED = "blocked by the site"
    GONE = "gone"
    MOVED = "moved"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server error"
    DISALLOWED = "disallowed by robots.txt"
    REFUSED = "address refused"
    TOO_LARGE = "too large"
    TRUNCATED = "cut off"
    NO_POLICY_TEXT = "no policy text"


class FetchError(SmallprintError):
    """A page could not be read. Costs its own check and nothing else."""

    def __init__(self, kind: FetchFailure, message: str, *, about: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(message, about=about)
        self.kind = kind
        #: When the site itself said to come back (``Retry-After``), if it did.
        self.retry_at = retry_at

    @property
    def can_retry(self) -> bool:  # type: ignore[override]
        """Whether the same check may succeed later without an operator doing anything."""
        return self.kind not in {FetchFailure.REFUSED, FetchFailure.DISALLOWED}


class NotAsked(FetchError):
    """Nobody asked for the page, because its host is left alone until ``retry_at``: it says nothing of the page itself.
    ``kind`` is what the host failed with."""


class ExtractError(FetchError):
    """The bytes were read but hold no policy text (a shell filled by script, a scanned PDF, an image)."""

    def __init__(self, message: str, *, about: str = "") -> None:
        super().__init__(FetchFailure.NO_POLICY_TEXT, message, about=about)


class PlatformFailure(StrEnum):
    """What is known after a platform did not simply accept a post; it decides what may be done next."""

    #: Nothing was published; the same bytes may be sent again (refused connection, 429, 422 while media is processed).
    TRY_AGAIN = "try again"
    #: Nobody knows whether it was published (time-out, dropped connection, 5xx): read back before sending again.
    UNKNOWN = "unknown"
    #: These bytes will never be accepted (too long, malformed): park them; other posts go on.
    REJECTED = "rejected"
    #: The account or key is refused (revoked, suspended, forbidden): pause this platform until the operator acts.
    PAUSED = "paused"


class PlatformError(SmallprintError):
    """A platform did not accept a post or answer a question."""

    def __init__(
        self, kind: PlatformFailure, message: str, *, about: str = "", retry_at: datetime | None = None
    ) -> None:
        super().__init__(message, about=about)
        self.kind = kind
        #: The platform's own reset time, where it gave one.
        self.retry_at = retry_at

    @property
    def can_retry(self) -> bool:  # type: ignore[override]
        """Whether the outbox may try again by itself (after reading back where the result is unknown)."""
        return self.kind in {PlatformFailure.TRY_AGAIN, PlatformFailure.UNKNOWN}
