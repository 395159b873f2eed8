"""What could not be told in time, in one post: a line a story, as many as fit, and where the rest is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from bot.model import Post, Story
from bot.ports import Publisher
from bot.write.inert import inert
from bot.write.templating import environment
from bot.write.trim import trim

#: The share of a post that one line may take.
_LINES_SHARE = 3


def compose_digest(stories: Sequence[Story], publisher: Publisher, link: str, now: datetime) -> Post:
    """What ``publisher`` will say about ``stories``, oldest first, which it was owed long ago.

    Args:
        stories: at least one, in the order in which they were confirmed.
        publisher: counts, and says whether it wants the link in the words.
        link: the page that lists all changes, or "" where the bot has none that the world can reach.
        now: the day of which the digest is.
    """
    keep = (link,) if link else ()
    days = [story.confirmed_at.date() for story in stories]
    facts = {
        "first": min(days),
        "last": max(days),
        "link": link if publisher.wants_link else "",
    }

    def words(lines: Sequence[str]) -> str:
        more = len(stories) - len(lines)
        text = environment().get_template("posts/digest.j2").render(facts, lines=lines, more=more)
        return inert(re.sub(r"\n{3,}", "\n\n", text).strip(), keep)

    def fits(lines: Sequence[str]) -> bool:
        return publisher.length(words(lines)) <= publisher.limit

    weightiest = sorted(stories, key=_weight, reverse=True)
    told: list[Story] = []
    for story in weightiest:
        if not fits([_line(each, publisher) for each in _in_order(stories, [*told, story])]):
            break
        told.append(story)
    lines = [_line(story, publisher) for story in _in_order(stories, told)]
    digest = hashlib.sha256("\x1f".join(story.id for story in stories).encode()).hexdigest()[:6]
    return Post(
        key=f"digest-{now:%Y-%m-%d}-{digest}:{publisher.id}",
        parts=(words(lines),),
        link=link,
        link_title="All changes" if link else "",
        language="en",
    )


def _in_order(stories: Sequence[Story], told: Sequence[Story]) -> list[Story]:
    return [story for story in stories if story in told]


def _weight(story: Story) -> float:
    return max((edit.weight for edit in story.change.edits), default=0.0)


def _line(story: Story, publisher: Publisher) -> str:
    lead = story.change.quotes[0].kind.value if story.change.quotes else ""
    line = environment().get_template("posts/digest-line.j2").render(
        name=story.policy.name,
        story=story.kind.value,
        kind=lead,
        topics=story.change.lead_topics,
    )  # fmt: skip
    return trim(line.strip(), (0, 1), lambda cut: publisher.length(inert(cut, ())) <= publisher.limit // _LINES_SHARE)
