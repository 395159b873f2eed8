"""What is forgotten: requests that were deleted, of accounts that are gone or block the bot, and answers after a day.

::

    request | due          a day is nearly over since it was last there, or it was not there an hour ago
            | gone?        the platform says whether it still shows it to the bot
            | note         not there twice: forgotten, with the watch and all that is owed under it

Twice, because a platform that shows nothing for some minutes must not cost everybody their watch; and soon enough that
a request that was deleted is forgotten within 24 hours, as X's rules for developers ask.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.model import Watch
from bot.ports import Store
from bot.requests.limits import Ledger
from bot.requests.register import Register

#: Each request is looked for so often, and so soon after it was not there. With a tick of ten minutes for each, what is
#: gone is forgotten within 21.5 hours.
EVERY = timedelta(hours=20)
AGAIN = timedelta(hours=1)
#: So many requests are looked for at once.
AT_ONCE = 100
#: A reply is kept so long; one that could not be sent by then is not sent any more.
REPLIES = timedelta(hours=23)
#: Where the ledger of answers is remembered.
LEDGER = "requests.answered"


class Memory:
    """Forgets in ``store`` what is to be forgotten."""

    def __init__(self, store: Store, register: Register) -> None:
        self.store = store
        self.register = register

    def due(self, platform: str, now: datetime) -> Sequence[Watch]:
        """The requests that are to be looked for now."""
        return self.store.to_look_for(platform, now - EVERY, now - AGAIN, AT_ONCE)

    def note(self, looked: Sequence[Watch], gone: Collection[str], now: datetime) -> None:
        """Write down which requests (ids of mentions) were not there, and forget those that were not there before."""
        missing = [watch for watch in looked if watch.mention.id in gone]
        self.store.looked_for([watch.id for watch in looked], [watch.id for watch in missing], now)
        for watch in missing:
            if watch.missing_since is not None:
                self.register.erase(watch)

    def tidy(self, now: datetime) -> None:
        """Forget replies and choices that are a day old, who was answered before that, and who opted out."""
        for watch in self.store.unwanted():
            self.register.erase(watch)
        self.store.forget_answers(now - REPLIES)
        before = self.store.recall(LEDGER)
        after = Ledger.load(before, now).dump()
        if before and before != after:
            self.store.remember(LEDGER, after)
