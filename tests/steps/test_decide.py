"""What follows from a judged change: silence, waiting, holding, a story, or a word in a thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.judge import judge
from bot.model import (
    Change,
    EventKind,
    Policy,
    Reading,
    Standing,
    Standpoint,
    Story,
    StoryKind,
    Told,
    Verdict,
)
from bot.steps.decide import EARLIER_TEXT, Decision, FollowUps, decide, follow_ups, story
from bot.steps.habits import Habits
from bot.steps.second_look import Sight
from tests.compare.samples import POLICY, version, with_lines

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACME = Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy")
HABITS = Habits()
TRAINING = "We may use your messages and photos to train artificial intelligence models."
FRESH = Reading(None, None)

PLAIN_PAGE, NEWS_PAGE = version(POLICY), version(with_lines(TRAINING))
NEWS = judge(PLAIN_PAGE, NEWS_PAGE)


def decided(reading: Reading, follow: FollowUps, *, after: timedelta = timedelta(), **facts: Any) -> Decision:
    now = NOON + after
    return decide(ACME, reading, follow, now=now, found_at=now, proof="f" * 64, habits=HABITS, **facts)


def told(standpoint: Standpoint = Standpoint.STANDING, effective: date | None = None) -> Told:
    change = replace(NEWS, effective=effective)
    return Told(story(ACME, StoryKind.POST, change, NOON, NOON + HOUR, "f" * 64), standpoint)


def test_silence_is_accepted_at_once() -> None:
    decision = decided(FRESH, FollowUps(Change(Verdict.SILENT, ("only a date",))))
    assert (decision.event, decision.standing) == (EventKind.SILENT, Standing.ACCEPTED)


def test_a_broken_page_is_held_and_what_waits_goes_on_waiting() -> None:
    waiting = replace(FRESH, candidate_since=NOON - HOUR, candidate_signature="x")
    decision = decided(waiting, FollowUps(Change(Verdict.BROKEN, ("cut off",), broken_side="after")))
    assert (decision.event, decision.standing) == (EventKind.HELD, Standing.HELD)
    assert (decision.candidate_since, decision.candidate_signature) == (NOON - HOUR, "x")


def test_a_broken_stored_page_is_replaced_in_silence() -> None:
    decision = decided(FRESH, FollowUps(Change(Verdict.BROKEN, ("cut off before",), broken_side="before")))
    assert (decision.standing, decision.stories) == (Standing.ACCEPTED, ())


def test_news_waits_and_the_next_look_is_soon() -> None:
    decision = decided(FRESH, FollowUps(NEWS))
    assert (decision.event, decision.standing) == (EventKind.SEEN, Standing.CANDIDATE)
    assert decision.look_again_at == NOON + HABITS.plain


def waiting_for(change: Change) -> Reading:
    first = decided(FRESH, FollowUps(change))
    return replace(FRESH, candidate_since=NOON, candidate_signature=first.candidate_signature)


def test_news_that_stood_long_enough_is_a_story() -> None:
    decision = decided(waiting_for(NEWS), FollowUps(NEWS), after=HABITS.plain)
    (post,) = decision.stories
    assert (post.kind, post.found_at, decision.standing) == (StoryKind.POST, NOON, Standing.ACCEPTED)


def test_weak_news_waits_for_a_day() -> None:
    weak = replace(NEWS, plain=False)
    assert decided(waiting_for(weak), FollowUps(weak), after=23 * HOUR).stories == ()
    assert decided(waiting_for(weak), FollowUps(weak), after=24 * HOUR).stories != ()


def test_on_a_page_that_alternates_everything_waits_for_three_days() -> None:
    reading = replace(waiting_for(NEWS), last_flap_at=NOON)
    assert decided(reading, FollowUps(NEWS), after=71 * HOUR).stories == ()
    assert decided(reading, FollowUps(NEWS), after=72 * HOUR).stories != ()


def test_waiting_news_that_is_gone_has_flapped() -> None:
    decision = decided(waiting_for(NEWS), FollowUps(Change(Verdict.SILENT, EARLIER_TEXT)))
    assert (decision.event, decision.flapped) == (EventKind.VANISHED, True)


def test_told_wording_that_is_taken_back_is_withdrawn() -> None:
    follow = follow_ups([told()], Change(Verdict.SILENT, EARLIER_TEXT), PLAIN_PAGE)
    assert [kind for _, kind in follow.tell] == [StoryKind.WITHDRAWN]
    assert list(follow.standpoints.values()) == [Standpoint.WITHDRAWN]


def test_of_a_retracted_story_nothing_more_is_said() -> None:
    wrong = told()
    retracted = replace(wrong, story=replace(wrong.story, retracted="It was a draft."))
    follow = follow_ups([retracted], Change(Verdict.SILENT, EARLIER_TEXT), PLAIN_PAGE)
    assert (follow.tell, follow.standpoints) == ((), {})


def test_withdrawn_wording_that_stands_again_is_restored_with_the_date_of_now() -> None:
    before = told(Standpoint.WITHDRAWN, date(2026, 9, 22))
    change = Change(Verdict.SILENT, EARLIER_TEXT, effective=date(2026, 9, 29))
    follow = follow_ups([before], change, NEWS_PAGE)
    assert [kind for _, kind in follow.tell] == [StoryKind.RESTORED]
    reading = _waiting(follow)
    (line,) = decided(reading, follow, after=HOUR).stories
    assert (line.kind, line.under, line.change.effective) == (StoryKind.RESTORED, before.story.id, date(2026, 9, 29))


def test_a_page_that_takes_back_and_gives_again_is_known_to_alternate() -> None:
    follow = follow_ups([told(Standpoint.WITHDRAWN)], Change(Verdict.SILENT, EARLIER_TEXT), NEWS_PAGE)
    assert decided(_waiting(follow), follow, after=HOUR).flapped


def _waiting(follow: FollowUps) -> Reading:
    first = decided(FRESH, follow)
    return replace(FRESH, candidate_since=NOON, candidate_signature=first.candidate_signature)


def test_told_wording_that_other_news_replaced_needs_no_word() -> None:
    other = version(with_lines("We may sell your precise location to data brokers."))
    change = judge(NEWS_PAGE, other, known=())
    gone = replace(change, quotes=tuple(q for q in change.quotes if q.kind != "removed"))
    follow = follow_ups([told()], gone, other)
    assert follow.tell == ()
    assert list(follow.standpoints.values()) == [Standpoint.REPLACED]


def test_wording_that_is_simply_lost_is_withdrawn_and_no_news_of_its_own() -> None:
    removed = judge(NEWS_PAGE, PLAIN_PAGE)
    follow = follow_ups([told()], removed, PLAIN_PAGE)
    assert [kind for _, kind in follow.tell] == [StoryKind.WITHDRAWN]
    assert follow.change.verdict is Verdict.SILENT


def test_the_same_story_has_the_same_name() -> None:
    assert _named() == _named()
    assert _named().startswith("2026-03-03-acme-privacy-policy-")


def _named() -> str:
    found: Story = story(ACME, StoryKind.POST, NEWS, NOON, NOON, "f" * 64)
    return found.id


# ---- what is doubted, and what a second route shows ---------------------------------------------------------------


DOUBTS = ("the page lost more than a third of its text",)


def test_doubted_news_waits_as_long_as_weak_news_and_says_why() -> None:
    seen = decided(FRESH, FollowUps(NEWS), doubts=DOUBTS)
    assert (seen.event, seen.look_again_at, seen.reasons[0]) == (EventKind.SEEN, NOON + HABITS.weak, DOUBTS[0])
    waiting = waiting_for(NEWS)
    assert decided(waiting, FollowUps(NEWS), after=23 * HOUR, doubts=DOUBTS).stories == ()
    assert decided(waiting, FollowUps(NEWS), after=24 * HOUR, doubts=DOUBTS).stories != ()


def test_what_a_second_route_shows_too_is_told_and_that_is_a_reason() -> None:
    decision = decided(waiting_for(NEWS), FollowUps(NEWS), after=24 * HOUR, doubts=DOUBTS, elsewhere=Sight.NEWS)
    (post,) = decision.stories
    assert post.change.reasons[-1] == "a second route shows it too"


def test_a_second_route_makes_nothing_faster() -> None:
    decision = decided(waiting_for(NEWS), FollowUps(NEWS), after=23 * HOUR, doubts=DOUBTS, elsewhere=Sight.NEWS)
    assert decision.stories == ()


def test_while_a_second_route_shows_the_old_text_the_news_is_held_and_that_is_said_once() -> None:
    waiting = waiting_for(NEWS)
    held = decided(waiting, FollowUps(NEWS), after=24 * HOUR, doubts=DOUBTS, elsewhere=Sight.OLD)
    assert (held.event, held.standing, held.stories) == (EventKind.HELD, Standing.CANDIDATE, ())
    assert held.reasons[0] == "a second route still shows the old text"
    assert (held.candidate_since, held.disputed_at, held.look_again_at) == (NOON, NOON + 24 * HOUR, None)
    disputed = replace(waiting, disputed_at=held.disputed_at)
    again = decided(disputed, FollowUps(NEWS), after=25 * HOUR, doubts=DOUBTS, elsewhere=Sight.OLD)
    assert (again.event, again.disputed_at) == (EventKind.UNCHANGED, NOON + 25 * HOUR)
    told_at_last = decided(disputed, FollowUps(NEWS), after=26 * HOUR, doubts=DOUBTS, elsewhere=Sight.NEWS)
    assert [each.kind for each in told_at_last.stories] == [StoryKind.POST]


def test_a_second_route_that_does_not_answer_makes_news_late_and_does_not_hold_it_for_ever() -> None:
    waiting = waiting_for(NEWS)
    late = decided(waiting, FollowUps(NEWS), after=24 * HOUR, doubts=DOUBTS, elsewhere=Sight.NOTHING)
    assert (late.event, late.stories, late.disputed_at) == (EventKind.UNCHANGED, (), None)
    assert late.look_again_at == NOON + 48 * HOUR
    told_at_last = decided(waiting, FollowUps(NEWS), after=48 * HOUR, doubts=DOUBTS, elsewhere=Sight.NOTHING)
    assert told_at_last.stories[0].change.reasons[-1] == "a second route could not tell"


def test_a_route_that_disputed_the_news_and_then_fell_silent_is_waited_for_from_its_last_word() -> None:
    disputed = replace(waiting_for(NEWS), disputed_at=NOON + 100 * HOUR)
    assert decided(disputed, FollowUps(NEWS), after=147 * HOUR, doubts=DOUBTS, elsewhere=Sight.NOTHING).stories == ()
    assert decided(disputed, FollowUps(NEWS), after=148 * HOUR, doubts=DOUBTS, elsewhere=Sight.NOTHING).stories != ()


def test_a_wall_in_between_forgets_nothing_of_what_waits() -> None:
    waiting = replace(
        waiting_for(NEWS), candidate_not_before=NOON - 24 * HOUR, disputed_at=NOON + HOUR, candidate_since=NOON
    )
    held = decided(waiting, FollowUps(Change(Verdict.BROKEN, ("a wall",), broken_side="after")), after=2 * HOUR)
    assert (held.candidate_not_before, held.disputed_at) == (NOON - 24 * HOUR, NOON + HOUR)


# ---- between which days ---------------------------------------------------------------------------------------------


def test_news_remembers_when_the_policy_was_last_read_without_it() -> None:
    seen = decided(FRESH, FollowUps(NEWS), not_before=NOON - 336 * HOUR)
    assert seen.candidate_not_before == NOON - 336 * HOUR
    waiting = replace(waiting_for(NEWS), candidate_not_before=seen.candidate_not_before)
    (post,) = decided(waiting, FollowUps(NEWS), after=HOUR, not_before=NOON).stories
    assert (post.not_before, post.found_at) == (NOON - 336 * HOUR, NOON)
    assert post.gap == ((NOON - 336 * HOUR).date(), NOON.date())


def test_other_news_in_its_place_came_after_it() -> None:
    waiting = replace(waiting_for(NEWS), candidate_signature="other", candidate_not_before=NOON - 336 * HOUR)
    seen = decided(waiting, FollowUps(NEWS), after=HOUR, not_before=NOON)
    assert (seen.candidate_since, seen.candidate_not_before, seen.flapped) == (NOON + HOUR, NOON, True)
