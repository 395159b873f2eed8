"""What must be true after every seed, whatever happened in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from bot.model import Delivery, DeliveryState, StoryKind
from bot.write.inert import visible
from tests.fakes import bluesky as bluesky_fakes
from tests.fakes import mastodon as mastodon_fakes
from tests.fakes import x as x_fakes
from tests.simulation.plot import SENTENCES, Plot
from tests.simulation.world import PAGE, PLATFORMS, World


class Wrong(AssertionError):
    """A promise is broken."""


def judge(plot: Plot) -> None:
    """Raises Wrong where a promise is broken."""
    world = plot.world
    wrongs = [
        wrong
        for platform in PLATFORMS
        for wrong in [
            *_twice(world, platform),
            *_not_once(world, platform),
            *_out_of_order(world, platform),
            *_live(world, platform),
        ]
    ]
    wrongs += [*_not_told(plot), *_unrest(world), *_too_much(world)]
    if wrongs:
        raise Wrong("; ".join(wrongs))


def _twice(world: World, platform: str) -> Iterable[str]:
    """The same words, or the same news, on one platform."""
    shown = world.shown(platform)
    # (A later part of a thread names no policy: two threads may have the same.)
    words = Counter((visible(words), words.startswith("Also") and above) for _, words, above, _ in shown)
    for (text, _), count in words.items():
        if count > 1:
            yield f"{platform}: {count} times: {text[:60]!r}"
    news = Counter(told for _, words, above, _ in shown for told in _news(words, above))
    for told, count in news.items():
        if count > 1:
            yield f"{platform}: {count} times: {told}"


def _news(words: str, above: str) -> Iterable[tuple[str, str]]:
    """Of which policy a post tells which sentence of the plot as new."""
    seen = visible(words)
    policy = seen.partition(":")[0]
    if not re.match(r"[^:\n]+ Policy: (new|reworded)", seen):
        return
    now = seen.partition("Now:")[2] or seen
    yield from ((policy, sentence[:50]) for sentence in SENTENCES if visible(sentence)[:50] in now)


def _not_once(world: World, platform: str) -> Iterable[str]:
    """Every post is one delivery's, and every delivery that is sent is one post."""
    posts = {id for id, *_ in world.shown(platform)}
    ours = [each for each in world.store.deliveries() if each.publisher == platform]
    sent = [each for each in ours if each.receipt and each.state is DeliveryState.SENT]
    if platform == "x":
        # Later parts that stand alone name no policy: X takes the same words once, and both stories have that post.
        sent = list({(each.receipt, bool(each.part.number) or each.id): each for each in sent}.values())
    receipts = Counter(each.receipt.id for each in sent if each.receipt)
    for id, count in receipts.items():
        if count > 1:
            yield f"{platform}: {count} deliveries claim {id}"
        if id not in posts:
            yield f"{platform}: {id} is sent, and is not there"
    if not world.restored and (unclaimed := posts - receipts.keys()):
        yield f"{platform}: nobody knows of {sorted(unclaimed)}"


def _out_of_order(world: World, platform: str) -> Iterable[str]:
    """A later part or a follow-up is under the part before it (on X it may stand alone, or quote)."""
    if world.restored:
        return  # a thread of the lost time may have been cut elsewhere
    above = {id: parent for id, _, parent, _ in world.shown(platform)}
    ours = [each for each in world.store.deliveries() if each.publisher == platform]
    by_key: dict[str, Delivery] = {each.part.key: each for each in ours}
    for each in ours:
        before = by_key.get(each.after)
        if each.receipt is None or before is None or before.receipt is None:
            continue
        if platform != "x" and above.get(each.receipt.id) != before.receipt.id:
            yield f"{platform}: {each.part.key} is not under {each.after}"


def _live(world: World, platform: str) -> Iterable[str]:
    """Nothing in the words is live but a link to our own page."""
    if platform == "bluesky":
        live = {each for record in world.bluesky.own for each in bluesky_fakes.live(record.value)}
    else:
        of = x_fakes.live if platform == "x" else mastodon_fakes.live
        live = {each for _, words, _, _ in world.shown(platform) for each in of(words)}
    for each in sorted(live):
        if not re.match(rf"{re.escape(PAGE)}(/|$)", each):
            yield f"{platform}: {each} is live"


def _not_told(plot: Plot) -> Iterable[str]:
    """What the pages say in the end is told, and what is told is on every platform."""
    world = plot.world
    stories = [story for story in world.store.stories(1000) if story.kind is StoryKind.POST]
    for policy, said in plot.said.items():
        told = " ".join(quote.text for story in stories if story.policy.id == policy for quote in story.change.quotes)
        for sentence in said:
            if sentence not in told:
                yield f"{policy} says {sentence[:40]!r}, and nobody was told"
    for story in stories:
        if story.id in plot.retracted:
            continue
        of_it = world.store.deliveries(about=story.id)
        for platform in PLATFORMS:
            first = [each for each in of_it if each.publisher == platform and each.part.number == 0]
            if not first:
                yield f"{platform}: {story.id} was never owed"
            elif digest := first[0].digest:
                (told,) = [each for each in world.store.deliveries(about=digest) if each.publisher == platform]
                if told.state is not DeliveryState.SENT:
                    yield f"{platform}: {story.id} is in a digest that is {told.state}: {told.problem}"
            elif first[0].state is not DeliveryState.SENT:
                yield f"{platform}: {story.id} is {first[0].state}: {first[0].problem}"


def _too_much(world: World) -> Iterable[str]:
    """What X charges in a month is within the budget."""
    budget = world.options["x"].get("budget_dollars")
    months: Counter[str] = Counter()
    for at, micros in world.x.charged:
        months[f"{at:%Y-%m}"] += micros
    for month, micros in months.items():
        if budget is not None and micros > budget * 1_000_000:
            yield f"x: {micros} were spent in {month}"


def _unrest(world: World) -> Iterable[str]:
    """Nothing is left in the outbox but what an operator must look at."""
    for each in world.store.deliveries(states=(DeliveryState.OWED, DeliveryState.UNKNOWN)):
        yield f"{each.publisher}: {each.part.key} is still {each.state}"
    for each in world.store.deliveries(states=(DeliveryState.PARKED,)):
        if not each.problem:
            yield f"{each.publisher}: {each.part.key} is parked without a word"
