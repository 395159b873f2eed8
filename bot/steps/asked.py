"""A reply is only sent while what it answers is still there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.errors import PlatformError, PlatformFailure
from bot.model import Delivery
from bot.ports import Inbox, Publisher


async def asked_for(delivery: Delivery, publisher: Publisher, prove: Callable[[Delivery], Awaitable[None]]) -> None:
    """Look whether who asked still wants to hear, then ``prove`` as for any other part.

    Raises:
        PlatformError: ``REJECTED``, the post that this answers is deleted, or its account is gone or blocks the bot; or
            nobody could tell.
    """
    asked = delivery.parent if not delivery.after else None
    if asked is not None and isinstance(publisher, Inbox) and await publisher.gone([asked.id]):
        raise PlatformError(
            PlatformFailure.REJECTED, "What this answers is no longer there, so nothing is said.", about=publisher.id
        )
    await prove(delivery)
