"""Whole conversations at the desk, on a real store: ask, hear, be told, stop, silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import FetchError, FetchFailure, NotFound
from bot.model import Policy, RequestState, Source, StoryKind
from bot.requests.answer import LEDGER
from bot.requests.limits import Mode
from tests.fakes import mastodon, x
from tests.requests.talk import ACME, DAY, GADGETS, NOON, PAGES, TERMS, Page, Talk
from tests.store import samples

LISTED = Policy("acme/privacy-policy", "Acme", "Privacy Policy", ACME.url, language="en")
NEWS = samples.story("2026-03-09-acme-privacy-policy-1a2b3c", of=LISTED, at=NOON)
MORE_NEWS = samples.story("2026-03-10-acme-privacy-policy-4d5e6f", of=LISTED, at=NOON + DAY)


@pytest.fixture
def talk() -> Talk:
    return Talk()


def tell(talk: Talk, *stories: object) -> None:
    """What the bot has read and told."""
    talk.store.record(samples.read("We keep your name.", of=LISTED, stories=stories))


async def test_watch_answer_list_news_stop_silence(talk: Talk) -> None:
    assert await talk.says(f"watch {ACME.url}") == (
        f"I watch the Acme Privacy Policy: 2,345 words in English. I will tell you when it changes. {ACME.url}"
    )
    assert talk.watched == {"acme/privacy-policy": True}
    assert await talk.says("list") == "On your list (1): Acme Privacy Policy."
    assert talk.changes(NEWS) == [
        ("carol", f"The Acme Privacy Policy has changed: new in “2.1”, about AI. {PAGES}/changes/{NEWS.id}")
    ]
    assert await talk.says("stop acme") == "Done. Off your list: Acme Privacy Policy."
    assert talk.changes(MORE_NEWS) == []
    assert talk.watched == {}, "nobody else asked for it"
    assert await talk.says("list") == (
        "Your list is empty. Write “watch” with the address of a policy or the name of a company."
    )


async def test_the_proof_of_life_says_what_was_read_and_when_it_last_changed(talk: Talk) -> None:
    talk.store.add_policy(LISTED)
    tell(talk, NEWS)
    said = await talk.says("watch acme privacy policy")
    assert said is not None
    assert said.startswith(
        "I watch the Acme Privacy Policy: “Privacy Policy”, 8 words in English, last change told 2026-03-03"
    )
    assert talk.web.asked == [], "the watch list comes first"


async def test_each_change_is_told_once_to_each_follower_and_never_on_x(talk: Talk) -> None:
    for who, where in (("carol", "bluesky"), ("dave", "mastodon"), ("erin", "x")):
        assert await talk.says(f"watch {ACME.url}", who, on=where)
    assert [who for who, _ in talk.changes(NEWS)] == ["carol", "dave"]
    assert talk.changes(NEWS) == [], "the same story is owed already"
    assert [who for who, _ in talk.changes(MORE_NEWS)] == ["carol", "dave"]


async def test_a_second_change_is_told_too_where_the_bot_has_no_public_page(talk: Talk) -> None:
    """Then both stories link the policy itself."""
    talk.desk.story_page = lambda story: story.policy.url
    await talk.says(f"watch {ACME.url}")
    assert len(talk.changes(NEWS)) == len(talk.changes(MORE_NEWS)) == 1


async def test_on_x_the_acknowledgement_is_all_and_leads_to_the_page_with_the_feed(talk: Talk) -> None:
    assert await talk.says(f"watch {ACME.url}", on="x") == (
        "I watch the Acme Privacy Policy: 2,345 words in English. What changes is posted here, and on its page, which "
        f"has a feed: {PAGES}/policies/acme/privacy-policy"
    )
    assert talk.changes(NEWS) == []


async def test_on_x_where_the_bot_has_no_public_page_the_policy_is_linked(talk: Talk) -> None:
    talk.desk.public_url = ""
    assert str(await talk.says(f"watch {ACME.url}", on="x")).endswith(f"What changes in it is posted here. {ACME.url}")


async def test_many_follow_one_policy_and_it_is_read_as_long_as_somebody_does(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}", "carol")
    await talk.says("watch http://www.acme.example/privacy/#top", "dave")
    assert talk.web.asked == [ACME.url], "the same page by another spelling"
    assert talk.watched == {"acme/privacy-policy": True}
    await talk.says("stop acme", "carol")
    assert talk.watched == {"acme/privacy-policy": True}
    await talk.says("stop acme", "dave")
    assert talk.watched == {}


async def test_a_page_that_is_found_under_another_address_is_one_watch(talk: Talk) -> None:
    talk.web.there["https://acme.example/privacy?utm_source=mail"] = (ACME,)
    await talk.says(f"watch {ACME.url}", "carol")
    await talk.says("watch https://acme.example/privacy?utm_source=mail", "dave")
    assert talk.watched == {"acme/privacy-policy": True}


async def test_a_listed_policy_stays_when_its_followers_go(talk: Talk) -> None:
    talk.store.add_policy(LISTED)
    await talk.says("watch acme")
    await talk.says("stop acme")
    assert talk.watched == {LISTED.id: True}


async def test_who_asks_twice_is_told_so(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    assert await talk.says(f"watch {ACME.url}") == "The Acme Privacy Policy is on your list already."
    assert len(talk.store.watches()) == 1


async def test_a_policy_can_be_followed_again(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    await talk.says("stop acme")
    assert "I watch the Acme Privacy Policy" in str(await talk.says(f"watch {ACME.url}"))
    assert len(talk.changes(NEWS)) == 1


async def test_watch_this_under_a_post_with_a_link(talk: Talk) -> None:
    said = await talk.says("watch this", parent_links=(ACME.url,))
    assert said is not None
    assert "I watch the Acme Privacy Policy" in said
    assert await talk.says("watch this") == (
        "Which one? Write “watch” with the address of a policy or the name of a company."
    )


async def test_this_under_a_post_of_the_bots_own_means_its_policy(talk: Talk) -> None:
    """Its posts link the change's page, which is no policy and which the bot would not read."""
    talk.store.add_policy(LISTED)
    tell(talk, NEWS)
    page = (f"{PAGES}/changes/{NEWS.id}",)
    assert "I watch the Acme Privacy Policy" in str(await talk.says("watch this", parent_links=page))
    assert "was news: new in “2.1”, about AI." in str(await talk.says("why?", parent_links=page))
    stopped = await talk.says("stop watching this", parent_links=page)
    assert stopped == "Done. Off your list: Acme Privacy Policy."
    assert talk.web.asked == []


# ---- several, none, or not now ----------------------------------------------------------------------------------


async def test_several_policies_of_a_site_are_a_choice_and_a_number_is_the_answer(talk: Talk) -> None:
    choice = "Which one: 1 Privacy Policy, 2 Terms of Service? A number is enough of an answer."
    assert await talk.says("watch acme.example") == choice
    assert talk.watched == {}
    assert "I watch the Acme Terms of Service: “Terms”, 2,345 words" in str(await talk.says("2"))
    assert talk.watched == {"acme/terms-of-service": True}
    assert "I watch the Acme Privacy Policy" in str(await talk.says("number 1 please")), "and the other one as well"


async def test_several_known_policies_are_a_choice_for_whatever_was_asked(talk: Talk) -> None:
    talk.store.add_policy(LISTED)
    talk.store.add_policy(replace(LISTED, id="acme/terms", document="Terms of Service", url=TERMS.url))
    choice = "Which one: 1 Acme Privacy Policy, 2 Acme Terms of Service? A number is enough of an answer."
    assert await talk.says("watch acme") == choice
    assert "I watch the Acme Terms of Service" in str(await talk.says("the second one"))
    assert await talk.says("status acme") == choice
    assert str(await talk.says("1")).startswith("The Acme Privacy Policy: not read yet.")
    assert "I watch the Acme Privacy Policy" in str(await talk.says("watch acme privacy policy"))
    assert await talk.says("stop watching this") == choice
    assert await talk.says("2") == "Done. Off your list: Acme Terms of Service."


async def test_a_number_answers_only_a_choice_of_ones_own_while_it_stands(talk: Talk) -> None:
    assert await talk.says("2") is None
    await talk.says("watch acme.example")
    assert await talk.says("2", "dave") is None
    assert await talk.says("2", on="mastodon") is None
    assert await talk.says("3") is None, "there are two"
    talk.clock.move_to(NOON + DAY + timedelta(minutes=1))
    assert await talk.says("2") is None
    assert talk.watched == {}


async def test_a_number_survives_a_restart_and_the_page_is_looked_at_again(talk: Talk) -> None:
    await talk.says("watch acme.example")
    talk.desk = talk.new_desk()
    talk.web.there[TERMS.url] = FetchError(FetchFailure.NO_POLICY_TEXT, "it was one a minute ago")
    assert str(await talk.says("2")).startswith("I found no policy or terms on that page.")


async def test_two_that_are_called_the_same_are_no_choice(talk: Talk) -> None:
    talk.store.add_policy(LISTED)
    talk.store.add_policy(replace(LISTED, id="acme/privacy-policy-2", url="https://acme.example/privacy-2"))
    assert "I watch the Acme Privacy Policy" in str(await talk.says("watch acme"))


@pytest.mark.parametrize(
    ("target", "kind", "said"),
    [
        ("https://127.0.0.1/", FetchFailure.REFUSED, "I do not read that address."),
        ("acme.example/blog", FetchFailure.NO_POLICY_TEXT, "I found no policy or terms on that page."),
        ("Nowhere Inc terms", FetchFailure.NO_POLICY_TEXT, "I do not know a policy by that name."),
        ("https://slow.example/terms", FetchFailure.TIMED_OUT, "I could not read that page (timed out)."),
        ("https://closed.example/terms", FetchFailure.BLOCKED, "I could not read that page (blocked by the site)."),
    ],
)
async def test_what_cannot_be_watched_is_refused_in_a_fixed_sentence(
    talk: Talk, target: str, kind: FetchFailure, said: str
) -> None:
    talk.web.there[target] = FetchError(kind, f"secrets of {target}")
    answer = await talk.says(f"watch {target}")
    assert answer is not None
    assert answer.startswith(said)
    assert "secrets" not in answer
    assert target not in answer
    assert talk.watched == {}


async def test_the_bots_own_pages_are_not_watched(talk: Talk) -> None:
    for own in (PAGES, f"{PAGES}/policies/acme/privacy-policy", "smallprint.example"):
        assert str(await talk.says(f"watch {own}")).startswith("That is one of my own pages")
    assert talk.web.asked == []


async def test_the_page_of_a_private_person_is_refused_in_a_fixed_sentence(talk: Talk) -> None:
    blog = Page("https://alicemiller.example/privacy", "Alice Miller", "Privacy Policy", personal=True)
    talk.web.there[blog.url] = (blog,)
    said = "That page speaks for a private person. I watch policies and terms of organisations only."
    assert await talk.says(f"watch {blog.url}") == said
    assert talk.watched == {}


async def test_more_than_an_operator_can_look_at_is_refused_in_a_fixed_sentence() -> None:
    talk = Talk(Mode.APPROVAL, in_all=1)
    await talk.says(f"watch {ACME.url}")
    assert str(await talk.says(f"watch {GADGETS.url}", "dave")).startswith("More pages than my operator can look at")
    assert list(talk.watched) == ["acme/privacy-policy"]
    assert "looks at each new request first" in str(await talk.says(f"watch {ACME.url}", "dave")), "no page more"


async def test_a_search_without_end_is_given_up(talk: Talk) -> None:
    async def endless(target: str) -> None:
        raise TimeoutError

    talk.desk.find = endless  # type: ignore[assignment]
    said = await talk.says("watch https://endless.example/terms")
    assert str(said).startswith("I could not read that page (timed out)")


async def test_status_last_and_why(talk: Talk) -> None:
    talk.store.add_policy(LISTED)
    assert await talk.says("status acme") == "The Acme Privacy Policy: not read yet. No change told so far."
    assert await talk.says("last change of acme") == "I have told no change of the Acme Privacy Policy so far."
    assert str(await talk.says("why was acme not told?")).startswith("I have told no change of the Acme Privacy Policy")
    tell(talk, NEWS)
    assert await talk.says("status acme") == (
        "The Acme Privacy Policy: last read 2026-03-02, 8 words in English. Last change told: 2026-03-03."
    )
    page = f"{PAGES}/changes/{NEWS.id}"
    assert (
        await talk.says("last change of acme")
        == f"The Acme Privacy Policy on 2026-03-03: new in “2.1”, about AI. {page}"
    )
    assert await talk.says("why", parent_links=(page,)) == (
        f"What was told of the Acme Privacy Policy on 2026-03-03 was news: new in “2.1”, about AI. {page}"
    )
    assert str(await talk.says("why")).startswith("New rights, duties")
    assert str(await talk.says("status of nobody")).startswith("I do not know a policy by that name.")
    for command in ("status", "last"):
        assert f"“{command}”" in str(await talk.says(command))


async def test_what_the_operator_no_longer_watches_can_still_be_stopped(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    talk.store.remove_policy("acme/privacy-policy")
    assert await talk.says("list") == "On your list (1): acme/privacy-policy."
    assert await talk.says("stop watching this page") == "Done. Off your list: acme/privacy-policy."
    assert talk.store.watches(states=[RequestState.APPROVED]) == []


async def test_what_was_taken_back_is_not_told_again(talk: Talk) -> None:
    talk.store.add_policy(LISTED)
    tell(talk, NEWS)
    wrong = replace(NEWS, id="2026-03-11-fix", kind=StoryKind.CORRECTION, under=NEWS.id, note="Another document.")
    talk.store.retract(wrong, [])
    assert await talk.says("last change of acme") == "I have told no change of the Acme Privacy Policy so far."
    page = f"{PAGES}/changes/{NEWS.id}"
    assert await talk.says("why", parent_links=(page,)) == (
        f"What was told of the Acme Privacy Policy on 2026-03-03 was wrong, and is corrected. {page}"
    )


async def test_stop_with_several_asks_which_and_names_only_their_own(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    await talk.says(f"watch {GADGETS.url}")
    await talk.says(f"watch {TERMS.url}", "dave")
    assert await talk.says("stop watching this page") == (
        "Which one: 1 Acme Privacy Policy, 2 Gadgets Privacy Policy? A number is enough of an answer."
    )
    answer = "That is not on your list (Acme Privacy Policy, Gadgets Privacy Policy)."
    assert str(await talk.says("stop acme terms of service")).startswith(answer)
    assert len(talk.store.watches(states=[RequestState.APPROVED])) == 3


# ---- once, and within limits ------------------------------------------------------------------------------------


async def test_a_mention_that_is_delivered_five_times_gets_one_answer_and_one_watch(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}")
    assert await talk.hears(mention)
    talk.desk = talk.new_desk()
    assert [await talk.hears(mention) for _ in range(4)] == [None] * 4
    assert len(talk.store.watches()) == len(talk.owed) == 1


async def test_an_old_request_that_comes_again_does_not_undo_a_stop(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}")
    await talk.hears(mention)
    await talk.says("stop acme")
    assert await talk.hears(mention) is None
    assert talk.watched == {}


async def test_an_edited_request_is_not_a_new_one(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}")
    await talk.hears(mention)
    assert await talk.hears(replace(mention, text=f"@smallprint.example watch {TERMS.url}")) is None
    assert talk.watched == {"acme/privacy-policy": True}


async def test_a_crash_before_the_answer_is_owed_loses_nothing(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}")
    await talk.desk.reply(mention, talk.clock.now())  # and the process dies
    assert await talk.hears(mention) is not None
    assert len(talk.store.watches()) == len(talk.owed) == 1


async def test_two_machines_that_hear_the_same_send_one_answer(talk: Talk) -> None:
    mention = talk.mention(f"watch {ACME.url}")
    both = [await talk.desk.reply(mention, talk.clock.now()) for _ in range(2)]
    assert None not in both
    for reply in both:
        talk.store.owe(talk.clerk.owe_reply(reply))  # type: ignore[arg-type]
    assert len(talk.owed) == 1


async def test_the_days_number_is_said_once_and_then_there_is_silence(talk: Talk) -> None:
    for number in range(5):
        page = Page(f"https://site{number}.example/privacy", f"Site{number}", "Privacy Policy")
        talk.web.there[page.url] = (page,)
        assert "I watch" in str(await talk.says(f"watch {page.url}"))
    assert await talk.says(f"watch {ACME.url}") == (
        "That is all for today: 5 new pages a person and day. Please ask again tomorrow."
    )
    assert await talk.says(f"watch {ACME.url}") is None
    assert "On your list (5)" in str(await talk.says("list")), "what needs no new page is still answered"
    assert "I watch" in str(await talk.says(f"watch {ACME.url}", "dave")), "others have a day of their own"
    talk.clock.move_to(NOON + DAY + timedelta(seconds=1))
    assert "I watch" in str(await talk.says(f"watch {ACME.url}"))


async def test_a_thousand_mentions_of_one_person_get_few_answers(talk: Talk) -> None:
    heard = [await talk.says("help") for _ in range(1000)]
    assert len([words for words in heard if words]) == 10
    assert len(talk.owed) == 10


async def test_a_flood_of_many_people_gets_an_hours_number_of_answers(talk: Talk) -> None:
    heard = [await talk.says("help", f"person{n}") for n in range(200)]
    assert len([words for words in heard if words]) == 60
    talk.clock.move_to(NOON + timedelta(hours=1, seconds=1))
    assert await talk.says("help", "latecomer")
    assert len(talk.store.recall(LEDGER)) < 24 * 60 * 100


async def test_no_limit_keeps_anybody_from_stopping(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    for _ in range(10):
        await talk.says("help")
    assert await talk.says("stop acme") is None
    assert talk.watched == {}


async def test_many_pages_of_one_host_wait_for_the_operator(talk: Talk) -> None:
    for number in range(7):
        page = Page(f"https://acme.example/privacy?v={number}", "Acme", "Privacy Policy")
        talk.web.there[page.url] = (page,)
        await talk.says(f"watch {page.url}", f"person{number}")
    assert sorted(talk.watched.values()) == [False, False] + [True] * 5


# ---- who is not answered ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["stop", "STOP!", "please stop", "unwatch", "leave me alone", "stop everything"])
async def test_a_lone_stop_is_for_ever_and_without_a_word(talk: Talk, stop: str) -> None:
    await talk.says(f"watch {ACME.url}")
    assert await talk.says(stop) is None
    talk.desk = talk.new_desk()
    talk.clock.move_to(NOON + 400 * DAY)
    assert await talk.says(f"watch {ACME.url}") is None
    assert talk.changes(NEWS) == []
    assert talk.watched == {}


async def test_a_nobot_in_the_profile_is_a_stop_for_ever(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    assert await talk.says("list", author_opted_out=True) is None
    assert talk.changes(NEWS) == []
    assert await talk.says("list") is None, "also once the sign is gone"


async def test_an_opt_out_is_of_one_account_on_one_platform(talk: Talk) -> None:
    await talk.says("stop", "carol", on="mastodon")
    assert await talk.says("help", "carol", on="bluesky")
    assert await talk.says("help", "dave", on="mastodon")


async def test_bots_and_the_bot_itself_are_not_answered(talk: Talk) -> None:
    assert await talk.says("help", author_is_bot=True) is None
    assert await talk.says("help", "Smallprint.example") is None
    assert await talk.says("help", "smallprint", on="mastodon") is None
    assert await talk.says("help", "smallprint@elsewhere.example", on="mastodon"), "a namesake is somebody else"


async def test_two_bots_that_talk_to_each_other_stop_after_one_message(talk: Talk) -> None:
    said = await talk.says("help", "parrot", on="x")
    assert await talk.says(str(said), "parrot", on="x") is None


async def test_nobody_is_answered_where_the_bot_has_no_name(talk: Talk) -> None:
    talk.desk.handles = {}
    assert await talk.says("help") is None


async def test_only_listed_accounts_are_answered_where_the_operator_says_so() -> None:
    talk = Talk(Mode.ACCOUNTS, accounts=frozenset({"@Carol", "mastodon:dave"}))
    assert await talk.says("help", "carol")
    assert await talk.says("help", "dave", on="mastodon")
    assert await talk.says("help", "dave", on="bluesky") is None


async def test_nobody_is_answered_while_requests_are_off() -> None:
    talk = Talk(Mode.OFF)
    assert await talk.says("help") is None
    assert talk.owed == []


# ---- the operator -----------------------------------------------------------------------------------------------


async def test_in_approval_mode_nothing_is_read_before_the_operator_said_so() -> None:
    talk = Talk(Mode.APPROVAL)
    assert await talk.says(f"watch {ACME.url}") == (
        "I read the Acme Privacy Policy: 2,345 words in English. My operator looks at each new request first; once it "
        f"is approved, I will tell you when it changes. {ACME.url}"
    )
    assert talk.watched == {"acme/privacy-policy": False}
    assert talk.changes(NEWS) == []
    assert "On your list" in str(await talk.says("list"))
    (watch,) = talk.store.watches()
    assert talk.desk.decide(watch.id, RequestState.APPROVED).state is RequestState.APPROVED
    assert talk.watched == {"acme/privacy-policy": True}
    assert len(talk.changes(NEWS)) == 1


async def test_what_waits_is_nobody_elses_business() -> None:
    talk = Talk(Mode.APPROVAL)
    await talk.says(f"watch {ACME.url}")
    assert str(await talk.says("status acme", "dave")).startswith("I do not know a policy by that name.")
    assert "looks at each new request first" in str(await talk.says(f"watch {ACME.url}", "dave"))


async def test_a_refused_request_stays_refused_and_the_page_waits_for_others(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    (watch,) = talk.store.watches()
    talk.desk.decide(watch.id, RequestState.REFUSED)
    assert talk.watched == {}
    assert talk.changes(NEWS) == []
    assert await talk.says(f"watch {ACME.url}") == "My operator decided not to watch that page."
    assert talk.watched == {}
    assert "looks at each new request first" in str(await talk.says(f"watch {ACME.url}", "dave"))
    assert talk.watched == {"acme/privacy-policy": False}


async def test_nobody_is_made_to_follow_what_they_stopped(talk: Talk) -> None:
    await talk.says(f"watch {ACME.url}")
    await talk.says("stop acme")
    (watch,) = talk.store.watches()
    with pytest.raises(NotFound, match="stopped by who asked"):
        talk.desk.decide(watch.id, RequestState.APPROVED)
    with pytest.raises(NotFound, match="77"):
        talk.desk.decide(77, RequestState.APPROVED)


async def test_a_policy_that_the_operator_paused_stays_paused(talk: Talk) -> None:
    talk.store.add_policy(replace(LISTED, source=Source.OPERATOR, paused=True))
    assert "looks at each new request first" in str(await talk.says("watch acme"))
    assert talk.watched == {LISTED.id: False}


async def test_a_page_that_poses_as_another_company_waits_under_its_own_sites_name(talk: Talk) -> None:
    talk.store.add_policy(LISTED)
    fake = Page("https://evil.example/acme", "Acme", "Privacy Policy", "Acme Privacy Policy")
    talk.web.there[fake.url] = (fake,)
    said = await talk.says(f"watch {fake.url}")
    assert said is not None
    assert said.startswith("I read the Acme (evil.example) Privacy Policy")
    assert talk.store.policy(LISTED.id) == LISTED, "the known policy is not touched"
    assert [alive for id, alive in talk.watched.items() if id != LISTED.id] == [False]


async def test_a_page_on_a_host_where_anybody_may_write_waits(talk: Talk) -> None:
    paste = Page("https://pastes.example/x7Gh2", "Globex", "Privacy Policy")
    talk.web.there[paste.url] = (paste,)
    assert "looks at each new request first" in str(await talk.says(f"watch {paste.url}"))


# ---- nothing of a stranger's text -------------------------------------------------------------------------------


@pytest.mark.parametrize(("platform", "live"), [("x", x.live), ("mastodon", mastodon.live)])
async def test_only_who_asked_is_named_and_only_the_link_is_live(
    talk: Talk, platform: str, live: Callable[[str], set[str]]
) -> None:
    page = Page(
        "https://www.example.com/privacy", "Hostile @victim #tag", "Privacy Policy", "evil.com, $TSLA and @victim"
    )
    talk.web.there[page.url] = (page,)
    await talk.says(f"watch {page.url} cc @victim @mallory", on=platform)
    (delivery,) = talk.owed
    words = json.loads(delivery.part.payload)["text"]
    assert "victim" in words
    assert live(words) == {"@carol", page.url}


@pytest.mark.parametrize("text", ["'; DROP TABLE watches;--", "%s%n {{7*7}} ${jndi:ldap://a.example/x} privacy policy"])
async def test_what_a_person_writes_is_no_code_and_is_not_repeated(talk: Talk, text: str) -> None:
    said = await talk.says(f"watch {text}")
    assert said is None or not set(text.split()) - {"policy", "privacy"} & set(said.split())
    assert talk.store.watches() == []


async def test_a_post_that_no_person_writes_is_ignored(talk: Talk) -> None:
    assert await talk.says("watch " + "a" * 10_000_000) is None
    assert await talk.hears(replace(talk.mention(""), text="")) is None
    assert await talk.says("", links=("https://a.example/",) * 300) is None


async def test_of_a_hundred_addresses_one_is_looked_at(talk: Talk) -> None:
    await talk.says("watch " + " ".join(f"https://site{n}.example/terms" for n in range(100)))
    assert talk.web.asked == ["https://site0.example/terms"]


async def test_an_address_is_handed_on_as_it_was_typed_for_the_gate_to_refuse(talk: Talk) -> None:
    for address in ("file:///etc/passwd", "http://127.0.0.1:22/", "http://a@b.example/", "http://аpple.example/"):
        talk.web.there[address] = FetchError(FetchFailure.REFUSED, "no")
        assert str(await talk.says(f"watch {address}")).startswith("I do not read that address.")
    assert talk.web.asked == list(talk.web.there)[-4:]
