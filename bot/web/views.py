"""A told change as its page shows it: clean words in the order in which they are read. Pure.

Which words the pages use for what (headlines, standings, kinds) stands in templates/pages/words.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from bot.model import Policy, Rename, Standpoint, StoryKind
from bot.web.links import outside
from bot.web.shelf import Posted, Told
from bot.web.text import language, plain
from bot.web.wording import QuoteView, quote_view
from bot.write.templating import environment

#: How compare/news.py names topics in a reason.
_TOPICS = re.compile(r"\babout ([a-z-]+(?:, [a-z-]+)*)")


@dataclass(frozen=True, slots=True)
class Subject:
    """The policy that a page is about."""

    id: str
    service: str
    document: str
    #: Its address, and the same where a page may link to it, else "".
    url: str
    link: str
    #: A BCP 47 tag, or "" where the language is not known.
    language: str

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.service} {self.document}".strip()


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """What became of the change, in its thread."""

    id: str
    kind: str
    at: datetime
    note: str
    posted: tuple[Posted, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change."""

    id: str
    policy: Subject
    found_at: datetime
    confirmed_at: datetime
    #: When it was last read without this wording, and the days between which it changed where that is long ago.
    not_before: datetime | None
    gap: tuple[date, date] | None
    updated_at: datetime
    effective: date | None
    #: The page's own date stayed although the wording changed; None: it has none.
    quiet: bool | None
    #: Of the whole change, and of its leading quote alone, which the headline names; the weightiest first.
    topics: tuple[str, ...]
    about: tuple[str, ...]
    quotes: tuple[QuoteView, ...]
    reasons: tuple[str, ...]
    renames: tuple[Rename, ...]
    follow_ups: tuple[FollowUpView, ...]
    #: "retracted", "withdrawn", "restored", "in-effect", "coming", "replaced" or "standing".
    standing: str
    retracted: str
    posted: tuple[Posted, ...]
    sha256: str

    @property
    def lead(self) -> QuoteView | None:
        """The best quote."""
        return self.quotes[0] if self.quotes else None


def subject(policy: Policy) -> Subject:
    """A policy for a page."""
    return Subject(
        id=policy.id,
        service=plain(policy.service),
        document=plain(policy.document),
        url=plain(policy.url),
        link=outside(policy.url),
        language=language(policy.language),
    )


def change_view(told: Told, today: date, standpoint: Standpoint = Standpoint.STANDING) -> ChangeView:
    """What is shown of a change wherever it is shown."""
    story, change = told.story, told.story.change
    return ChangeView(
        id=story.id,
        policy=subject(story.policy),
        found_at=story.found_at,
        confirmed_at=story.confirmed_at,
        not_before=story.not_before,
        gap=story.gap,
        updated_at=told.updated_at,
        effective=change.effective,
        quiet=change.quiet,
        topics=tuple(map(plain, change.topics)),
        about=tuple(map(plain, change.lead_topics)),
        quotes=tuple(quote_view(quote, change) for quote in change.quotes),
        reasons=tuple(reason_words(plain(reason)) for reason in change.reasons),
        renames=tuple(Rename(plain(each.before), plain(each.after), each.places) for each in change.renames),
        follow_ups=tuple(
            FollowUpView(
                each.story.id,
                each.story.kind.value,
                each.story.confirmed_at,
                plain(each.story.note),
                _safe(each.posted),
            )
            for each in told.follow_ups
        ),
        standing=standing(told, today, standpoint),
        retracted=plain(story.retracted),
        posted=_safe(told.posted),
        sha256=story.snapshot_sha256,
    )


def reason_words(reason: str) -> str:
    """A reason for people: with the words that posts have for a topic, not its short name."""
    words: dict[str, str] = environment().get_template("posts/words.j2").module.topic_words  # type: ignore[attr-defined]

    def named(match: re.Match[str]) -> str:
        return "about " + ", ".join(words.get(name, name) for name in match[1].split(", "))

    return _TOPICS.sub(named, reason)


def standing(told: Told, today: date, standpoint: Standpoint = Standpoint.STANDING) -> str:
    """What is to be known of a change before anything else."""
    if told.story.retracted:
        return "retracted"
    kinds = [each.story.kind for each in told.follow_ups if each.story.kind is not StoryKind.CORRECTION]
    last = kinds[-1] if kinds else None
    if last is StoryKind.WITHDRAWN:
        return "withdrawn"
    if standpoint is Standpoint.REPLACED:
        return "replaced"
    effective = told.story.change.effective
    if effective is not None:
        return "coming" if effective > today else "in-effect"
    return "restored" if last is StoryKind.RESTORED else "standing"


def _safe(posted: tuple[Posted, ...]) -> tuple[Posted, ...]:
    return tuple(Posted(each.platform, outside(each.url), each.at) for each in posted)
