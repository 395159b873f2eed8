"""store | extract | look: what is about to be told, against the page that the store keeps.

A quote was proved when it was composed. Between then and now lie days, a restored backup, a new version of the bot: so
it is proved again, from the bytes, each time before something is sent.
"""

from __future__ import annotations

from bot.errors import FetchError, FetchFailure, NotFound, PlatformError, PlatformFailure, StoreError
from bot.model import Delivery, Story, StoryKind
from bot.ports import Extractor, PolicyStore
from bot.write.quote import stands


async def prove(delivery: Delivery, store: PolicyStore, extractor: Extractor) -> None:
    """Look for the quotes of the story that a part tells; an answer to a person and a correction quote nothing.

    Raises:
        PlatformError: ``REJECTED``, the stored page does not hold them, or can no longer be read; ``TRY_AGAIN``, this
            machine cannot read it now.
    """
    try:
        story = store.story(delivery.about)
    except NotFound:
        return
    if story.kind is StoryKind.CORRECTION:
        return
    try:
        snapshot = store.snapshot(story.snapshot_sha256)
        version = await extractor.extract(snapshot, story.policy.select, story.policy.remove)
    except (NotFound, StoreError, FetchError) as error:
        if isinstance(error, FetchError) and error.kind is not FetchFailure.NO_POLICY_TEXT:
            # The page was read once, so it is the machine that is short of time or memory.
            raise PlatformError(PlatformFailure.TRY_AGAIN, str(error), about=story.id) from error
        raise _refused(story, f"its page cannot be read again ({error})") from error
    # A follow-up repeats the leading quote alone; withdrawn is what stands no longer.
    quotes = story.change.quotes if story.kind is StoryKind.POST else story.change.quotes[:1]
    if any(stands(quote, version) is (story.kind is StoryKind.WITHDRAWN) for quote in quotes):
        raise _refused(story, "the stored page does not hold what it says")


def _refused(story: Story, why: str) -> PlatformError:
    return PlatformError(
        PlatformFailure.REJECTED,
        f"{story.id} is not sent, since {why}: look at it with `smallprint verify {story.id}`.",
        about=story.id,
    )
