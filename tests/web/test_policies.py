"""The pages of the policies: how each is, and what changed in it."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Standing
from tests.web.house import (
    CHIRRUP,
    DAY,
    FOUND,
    HOUR,
    NOW,
    POND,
    TOPICS,
    House,
    added,
    words,
)


async def health_words(house: House, policy: str = "chirrup/privacy-policy") -> str:
    return words((await house.page(f"/policies/{policy}")).css_first("dd.health"))


async def test_a_policys_health_is_said_without_details(house: House) -> None:
    assert await health_words(house) == "not read yet"
    house.read(CHIRRUP, "A policy.")
    assert await health_words(house) == "well"
    house.fail(CHIRRUP, "blocked by the site")
    assert await health_words(house) == "blocked by the site, since 14 March 2026"
    assert "secret detail" not in (await house.get("/policies/chirrup/privacy-policy")).text
    house.read(CHIRRUP, "Sign in to go on.", standing=Standing.HELD)
    assert await health_words(house) == "not a policy just now, set aside: a sign-in wall"
    house.store.pause_policy(CHIRRUP.id, True)
    assert await health_words(house) == "paused by the operator"


async def test_news_that_is_not_confirmed_yet_is_said_to_wait(house: House) -> None:
    house.read(CHIRRUP, "News.", standing=Standing.CANDIDATE, candidate_since=NOW)
    assert await health_words(house) == "a change of 14 March 2026 is held for confirmation by a second look"
    house.read(CHIRRUP, "News.", standing=Standing.CANDIDATE, candidate_since=NOW, disputed_at=NOW)
    assert await health_words(house) == "a change is held for confirmation: seen by one way and not by another"


async def notices(house: House) -> list[str]:
    return [words(node) for node in (await house.page("/policies/chirrup/privacy-policy")).css(".notice")]


async def test_a_policy_that_was_not_read_for_days_says_so_on_its_page(house: House) -> None:
    assert await notices(house) == []
    house.read(CHIRRUP, "A policy.")
    house.fail(CHIRRUP, "blocked by the site", at=NOW + HOUR)
    house.clock.move_to(NOW + 7 * DAY - HOUR)
    assert await notices(house) == []
    house.clock.move_to(NOW + 7 * DAY)
    (notice,) = await notices(house)
    assert notice.startswith("Not read since 14 March 2026. What changed in it since then is not known here.")
    house.read(CHIRRUP, "A policy.", at=NOW + 7 * DAY)
    assert await notices(house) == []


async def test_a_policy_that_could_never_be_read_says_since_when_it_was_tried(house: House) -> None:
    house.fail(CHIRRUP, "gone")
    house.clock.move_to(NOW + 8 * DAY)
    (notice,) = await notices(house)
    assert notice.startswith("Never read so far, tried since 14 March 2026.")


async def test_a_policy_behind_a_wall_is_not_read_although_its_page_answers(house: House) -> None:
    house.read(CHIRRUP, "A policy.")
    house.read(CHIRRUP, "Sign in.", at=NOW + 6 * DAY, standing=Standing.HELD)
    house.clock.move_to(NOW + 7 * DAY)
    assert len(await notices(house)) == 1


async def test_a_policy_that_moved_says_where_to(house: House) -> None:
    house.read(CHIRRUP, "A policy.", moved_to="https://legal.chirrup.example/privacy")
    page = await house.page("/policies/chirrup/privacy-policy")
    assert page.css_first(".notice a").attributes["href"] == "https://legal.chirrup.example/privacy"
    house.read(CHIRRUP, "A policy.", moved_to='https://x.example/"><script>alert(1)</script>')
    page = await house.page("/policies/chirrup/privacy-policy")
    assert page.css_first(".notice a") is None
    assert page.css_first(".notice script") is None


async def test_every_policy_is_listed_with_its_last_change(house: House) -> None:
    house.tell("first", added("An old sentence."), at=FOUND)
    house.tell("second", added("A newer sentence.", topics=("fees",)), at=FOUND + DAY)
    house.fail(POND, "gone")
    page = await house.page("/policies")
    chirrup, pond = (words(node) for node in page.css(".policies li"))
    assert chirrup == f"Chirrup Privacy Policy not read yet New wording about {TOPICS['fees']}, 4 March 2026"
    assert pond == "Pondlife Terms of Service gone, since 14 March 2026 No change told yet"
    assert "1 cannot be read just now" in words(page.css_first(".lead"))


async def test_a_long_list_of_policies_comes_in_pages(house: House) -> None:
    for number in range(150):
        house.store.add_policy(replace(CHIRRUP, id=f"service-{number:03}/privacy-policy"))
    page = await house.page("/policies")
    assert len(page.css(".policies li")) == 100
    following = page.css_first('nav.pager a[rel="next"]').attributes["href"] or ""
    rest = await house.page(following.removeprefix("."))
    assert len(rest.css(".policies li")) == 52
    assert words(rest.css_first("h1")) == "152 policies under watch"


async def test_a_policy_has_its_own_history_and_feed(house: House) -> None:
    house.read(CHIRRUP, "A policy.", at=FOUND - 60 * DAY)
    house.tell("ours", added("A sentence of Chirrup."))
    house.tell("theirs", added("A sentence of Pondlife."), of=POND)
    page = await house.page("/policies/chirrup/privacy-policy")
    assert [node.attributes["href"] for node in page.css("article h3 a")] == ["../../changes/ours"]
    assert "Watched since 2 January 2026" in words(page.css_first(".facts"))
    assert page.css_first(".address a").attributes["rel"] == "nofollow noopener noreferrer"
    assert (await house.get("/policies/chirrup/privacy-policy/feed.xml")).status_code == 200


async def test_a_long_history_comes_in_pages(house: House) -> None:
    for number in range(23):
        house.tell(f"news-{number:02}", added(f"Sentence {number} is new."), at=FOUND + number * HOUR)
    older = (await house.page("/policies/chirrup/privacy-policy")).css_first('nav.pager a[rel="next"]')
    assert older.attributes["href"] == "privacy-policy/before/news-03"
    rest = await house.page("/policies/chirrup/privacy-policy/before/news-03")
    assert len(rest.css("article")) == 3


async def test_a_policy_that_is_no_longer_watched_keeps_its_history(house: House) -> None:
    house.tell()
    house.store.remove_policy(CHIRRUP.id)
    assert await health_words(house) == "no longer watched"
    assert (await house.get("/policies/chirrup/privacy-policy/feed.xml")).status_code == 200
    assert [words(node) for node in (await house.page("/policies")).css(".policies .who")] == [
        "Pondlife Terms of Service"
    ]


async def test_an_unknown_policy_is_not_found(house: House) -> None:
    house.store.remove_policy(POND.id)
    for path in ("/policies/no/such", "/policies/no/such/feed.xml", "/policies/pondlife/terms-of-service/feed.xml"):
        assert (await house.get(path)).status_code == 404
