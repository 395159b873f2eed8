"""After an older backup was restored: what the lost bot posted is recognised on the platforms, and not posted again.

The memory of the bot ends at some moment, and its posts do not. So for as long as news of the lost time may be found
again, each part is first looked for among the account's own posts since that moment, twice and a minute apart: not by
its bytes, which are new, but by what it tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from bot.model import Delivery, DeliveryState, Receipt
from bot.ports import Clock, OwnPost, Publisher, Store, Timeline
from bot.write.inert import visible

#: Under this name the store keeps from when its memory is missing, and until when that matters.
RESTORED = "restored"
#: How long news of the lost time may be found again: the longest patience, twice, and a day of rest for its page.
FOUND_AGAIN = timedelta(days=7)
#: Clocks differ, and what was under way when the backup was made counts as lost.
BEFORE = timedelta(hours=1)
#: How alike (0 to 100) two cuts of one quote are at least.
ALIKE = 90.0


@dataclass(frozen=True, slots=True)
class LostTime:
    """What the bot does not remember."""

    since: datetime
    #: Until when what happened then may be found again.
    until: datetime


def begin(store: Store, now: datetime) -> LostTime:
    """The store is older than what the bot has done: from now on, look at the platforms first."""
    lost = LostTime(store.last_moment() or now, now + FOUND_AGAIN)
    store.remember(RESTORED, json.dumps([lost.since.isoformat(), lost.until.isoformat()]))
    return lost


def lost_time(store: Store, now: datetime) -> LostTime | None:
    """What the bot does not remember, as long as that matters."""
    kept = store.recall(RESTORED)
    if not kept:
        return None
    since, until = map(datetime.fromisoformat, json.loads(kept))
    return LostTime(since, until) if now < until else None


class Memory:
    """What a platform remembers of the bot, where the bot itself does not."""

    def __init__(self, publisher: Publisher, store: Store, clock: Clock) -> None:
        self._publisher = publisher
        self._store = store
        self._clock = clock

    @property
    def is_whole(self) -> bool:
        """The usual case: the bot knows all that it ever sent, or the platform cannot tell."""
        return not isinstance(self._publisher, Timeline) or lost_time(self._store, self._clock.now()) is None

    async def find(self, delivery: Delivery) -> Receipt | None:
        """The post of the lost time that tells what this part tells.

        Raises:
            PlatformError: the platform could not be asked, so that nothing may be sent.
        """
        lost, publisher = lost_time(self._store, self._clock.now()), self._publisher
        if lost is None or not isinstance(publisher, Timeline):
            return None
        own = await publisher.own_posts(lost.since - BEFORE)
        sent = self._store.deliveries(states=(DeliveryState.SENT,))
        taken = {each.receipt.id for each in sent if each.publisher == delivery.publisher and each.receipt}
        free = [post for post in own if post.receipt.id not in taken]
        for post in free:
            if post.price:  # the lost bot spent it of the same budget
                self._store.charge(delivery.publisher, f"found {post.receipt.id}", post.price, post.at)
        return recognised(delivery, publisher.words(delivery.part), free)


def recognised(delivery: Delivery, words: str, own: Collection[OwnPost]) -> Receipt | None:
    """The post among ``own`` that tells the same: to the same person; in the same words; or, of the same policy in the
    same manner, the same quote, though it may have been cut elsewhere."""
    for post in own:
        if delivery.parent is not None and not delivery.after:
            if post.above == delivery.parent.id:
                return post.receipt
        elif visible(post.words) == visible(words) or _same_quote(words, post.words):
            return post.receipt
    return None


def _same_quote(words: str, other: str) -> bool:
    quote, there = _quoted(words), _quoted(other)
    told = quote and there and _manner(words) == _manner(other)
    return bool(told) and fuzz.partial_ratio(quote, there) >= ALIKE


def _manner(words: str) -> str:
    """How a post begins: of which policy it says what ("Acme Privacy Policy: new")."""
    first = visible(words).partition("\n")[0]
    head, colon, rest = first.partition(": ")
    return f"{head}: {rest.split(' ')[0].strip('.,')}" if colon else " ".join(first.split()[:2])


def _quoted(words: str) -> str:
    """The longest quote of a post, or ""."""
    return max(re.findall(r"“([^”]{20,})”", visible(words)), key=len, default="")
