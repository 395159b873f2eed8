"""Stories and answers become parts that are owed: every byte frozen before the first attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from bot.errors import PlatformError
from bot.model import Delivery, DeliveryState, Part, Post, Receipt, Story, StoryKind
from bot.ports import Clock, OutboxStore, Publisher
from bot.requests.answer import Reply
from bot.steps.habits import Habits
from bot.steps.illustrate import NO_PICTURES, Pictures
from bot.write.compose import compose
from bot.write.inert import inert
from bot.write.replies import answer_words


class Clerk:
    """Composes for each publisher and freezes what the live ones will send."""

    def __init__(self, outbox: OutboxStore, publishers: Mapping[str, Publisher], habits: Habits, clock: Clock) -> None:
        self.outbox = outbox
        self.publishers = publishers
        self.habits = habits
        self.clock = clock

    def words(self, story: Story) -> dict[str, tuple[str, ...]]:
        """The finished thread for each publisher, as it is or would be posted."""
        return {p.id: compose(story, p, self.link(story)).parts for p in self.publishers.values()}

    def link(self, story: Story) -> str:
        """The one address a post may carry: the change page where the world reaches it, else the policy."""
        if not self.habits.public_url:
            return story.policy.url
        return f"{self.habits.public_url}/changes/{story.under or story.id}"

    @property
    def front_page(self) -> str:
        """The page that lists all changes, or "" where the world cannot reach it."""
        return f"{self.habits.public_url}/" if self.habits.public_url else ""

    def owe(self, story: Story, pictures: Pictures = NO_PICTURES) -> list[Delivery]:
        """What each live publisher will send about a story. A follow-up continues the thread of what it follows, and
        says nothing where that was never told."""
        weight = max((edit.weight for edit in story.change.edits), default=0.0)
        owed: list[Delivery] = []
        for publisher in self.publishers.values():
            if publisher.id not in self.habits.live:
                continue
            thread = self._thread(story.under, publisher) if story.under else ()
            if story.under and not thread:
                continue
            post = compose(story, publisher, self.link(story))
            post = replace(post, picture=pictures.of.get((story.id, publisher.id)))
            after = _last_part(thread, story.kind)
            owed += [replace(part, weight=weight) for part in self.freeze(publisher, post, story.id, after=after)]
        return owed

    def owe_reply(self, reply: Reply) -> list[Delivery]:
        """What the asked publisher will send to the person who wrote, under their own post."""
        mention, answer = reply.mention, reply.answer
        publisher = self.publishers[mention.platform]
        shown = reply.link if publisher.wants_link else ""
        words = answer_words(
            replace(answer, facts={**answer.facts, "link": shown}),
            mention.author,
            lambda words: publisher.length(inert(words, (shown, f"@{mention.author}"))) <= publisher.limit,
        )
        post = Post(
            key=reply.key,
            parts=(words,),
            link=reply.link,
            link_title=answer.facts["policy"],
            mention=mention.author,
            mention_id=mention.author_id,
        )
        parent = Receipt(mention.id, mention.url, mention.cid)
        root = Receipt(mention.root_id, "", mention.root_cid) if mention.root_id else parent
        return [
            replace(delivery, parent=parent, root=root)
            for delivery in self.freeze(publisher, post, mention.id, after="")
        ]

    def _thread(self, story_id: str, publisher: Publisher) -> list[Delivery]:
        """The parts of a story that a publisher has or may still get, in order; those of the digest that tells it."""
        parts = [part for part in self.outbox.deliveries(about=story_id) if part.publisher == publisher.id]
        if digest := next((part.digest for part in parts if part.state is DeliveryState.DIGESTED), ""):
            return self._thread(digest, publisher)
        return [part for part in parts if part.state is not DeliveryState.DISCARDED]

    def freeze(self, publisher: Publisher, post: Post, about: str, *, after: str = "") -> list[Delivery]:
        """A post as deliveries in the order of its thread; one that the platform cannot take is parked, not lost."""
        now = self.clock.now()
        try:
            parts = publisher.prepare(post, now)
        except PlatformError as error:
            refused = Part(post.key, 0, b"")
            return [Delivery(publisher.id, refused, about, owed_at=now, state=DeliveryState.PARKED, problem=str(error))]
        deliveries = []
        for part in parts:
            deliveries.append(Delivery(publisher.id, part, about, after=after, owed_at=now))
            after = part.key
        return deliveries


def _last_part(thread: Sequence[Delivery], kind: StoryKind) -> str:
    """The key of the part that a follow-up comes after: the last that is sent or will be by itself; "" for none.

    Before a correction only what is out already stands: the rest of the thread is never sent. Where nothing is out, the
    follow-up waits with the first part for the operator.
    """
    if kind is StoryKind.CORRECTION:
        before = [part for part in thread if part.state is DeliveryState.SENT]
    else:
        before = list(takewhile(lambda part: part.state is not DeliveryState.PARKED, thread))
    last = before[-1:] or thread[:1]
    return last[0].part.key if last else ""
