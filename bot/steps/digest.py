"""stale | compose | fold: after an outage, what is old is told in one dated digest instead of a flood.

There is never more than one digest on its way to a platform: whatever becomes stale while it waits goes into it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.model import Delivery
from bot.ports import Publisher, Store
from bot.steps.owe import Clerk
from bot.steps.reconcile import lost_time
from bot.write.digest import compose_digest

#: What could not be sent for so long is no news any more.
STALE = timedelta(hours=48)


def fold_stale(publisher: Publisher, store: Store, clerk: Clerk) -> None:
    """Put what is stale on a platform into one digest; the bot's own page takes everything as it is."""
    now = clerk.clock.now()
    if publisher.id == "local" or lost_time(store, now):
        return  # what may have been told already must be recognised by its own words
    if members := store.stale(publisher.id, now - STALE):
        stories = [store.story(about) for about in dict.fromkeys(member.about for member in members)]
        post = compose_digest(stories, publisher, clerk.front_page, now)
        weight = max(member.weight for member in members)
        store.fold(replace(clerk.freeze(publisher, post, post.key.partition(":")[0])[0], weight=weight), members)


async def prove_each(delivery: Delivery, store: Store, prove: Callable[[Delivery], Awaitable[None]]) -> None:
    """Prove what a part tells: its story, or each one of a digest.

    Raises:
        PlatformError: ``REJECTED``, one of them is not proved.
    """
    for about in store.told_in(delivery.about) or (delivery.about,):
        await prove(replace(delivery, about=about))
