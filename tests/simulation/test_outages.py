"""The end of an outage is no flood: three stories an hour, and what is two days old in one dated digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.fakes.site import policy_text
from tests.simulation.oracle import judge
from tests.simulation.plot import HOUR, MINUTE, SENTENCES, Plot
from tests.simulation.world import PAGE, PLATFORMS, World

DAY = timedelta(days=1)


class Outage:
    """Policies of which some change while no platform answers."""

    def __init__(self) -> None:
        self.world = World(1)
        self.world.options["x"] = {"api": self.world.x.url}
        self.plot = Plot(self.world)
        for number in range(8):
            self.plot.said[self.world.watch(number).id] = []
        self.world.round()
        self.world.passes(HOUR)

    def cut_off(self, *, down: bool = True) -> None:
        for way in self.world.ways.values():
            way.down = down

    def change(self, *policies: int) -> None:
        """News of these policies, seen twice."""
        for number in policies:
            policy = sorted(self.plot.said)[number]
            self.plot.said[policy] = [SENTENCES[0]]
            self.world.sites.of[policy].text = policy_text(SENTENCES[0])
        self.world.passes(6 * HOUR)
        self.world.round()
        self.world.passes(31 * MINUTE)
        self.world.round()

    def live(self, span: timedelta) -> None:
        end = self.world.time.now() + span
        while self.world.time.now() < end:
            self.world.passes(10 * MINUTE)
            self.world.round()

    def most_in_an_hour(self, platform: str) -> int:
        times = [at for _, _, _, at in self.world.shown(platform)]
        return max(sum(at <= other < at + HOUR for other in times) for at in times)


@pytest.fixture
def outage() -> Iterator[Outage]:
    outage = Outage()
    yield outage
    outage.world.close()


def test_after_a_day_three_an_hour_are_told_and_none_is_lost(outage: Outage) -> None:
    outage.cut_off()
    outage.change(*range(8))
    outage.world.passes(DAY)
    outage.cut_off(down=False)
    outage.live(3 * HOUR)
    for platform in PLATFORMS:
        assert len(outage.world.shown(platform)) == 8
        assert outage.most_in_an_hour(platform) == 3
    judge(outage.plot)


def test_after_three_days_one_dated_digest_and_the_news_of_the_last_two_days(outage: Outage) -> None:
    outage.cut_off()
    outage.change(0, 1, 2)
    outage.world.passes(DAY)
    outage.world.round()
    outage.change(3)
    outage.world.passes(DAY)
    outage.world.round()
    outage.world.passes(DAY / 2)
    outage.change(4)
    outage.world.passes(HOUR)
    outage.cut_off(down=False)
    outage.live(3 * HOUR)
    for platform in PLATFORMS:
        texts = [words for _, words, _, _ in outage.world.shown(platform)]
        digests = [text for text in texts if text.startswith("Late news")]
        assert len(texts) == 3
        assert len(digests) == 1
        assert "of 3 March 2026" in digests[0]
        assert digests[0].count("•") == 3
        if platform != "bluesky":
            assert digests[0].endswith(f"{PAGE}/")
    judge(outage.plot)


def test_a_digest_grows_while_the_outage_lasts_and_there_is_only_one(outage: Outage) -> None:
    outage.cut_off()
    for number in range(4):
        outage.change(number)
        outage.world.passes(DAY)
        outage.world.round()
    outage.live(2 * HOUR)
    outage.world.passes(2 * DAY)
    outage.world.round()
    outage.cut_off(down=False)
    outage.live(3 * HOUR)
    for platform in PLATFORMS:
        ((_, words, _, _),) = outage.world.shown(platform)
        assert words.count("•") == 4
    judge(outage.plot)


def test_what_is_withdrawn_after_a_digest_is_told_under_it(outage: Outage) -> None:
    outage.cut_off()
    outage.change(0)
    outage.world.passes(3 * DAY)
    outage.cut_off(down=False)
    outage.world.round()
    policy = sorted(outage.plot.said)[0]
    outage.plot.said[policy] = []
    outage.world.sites.of[policy].text = policy_text()
    outage.live(8 * HOUR)
    for platform in PLATFORMS:
        (digest, _, _, _), (_, words, above, _) = outage.world.shown(platform)
        assert "no longer there" in words
        assert above == digest


@pytest.mark.parametrize("sent", [False, True])
def test_a_story_retracted_before_its_digest_is_sent_is_not_in_it_and_after_it_is_corrected(
    outage: Outage, sent: bool
) -> None:
    outage.cut_off()
    outage.change(0, 1)
    outage.world.passes(3 * DAY)
    outage.world.round()
    if sent:
        outage.cut_off(down=False)
        outage.live(2 * HOUR)
    wrong = next(each for each in outage.world.store.stories(9) if each.policy.service == "Acme")
    outage.world.pipelines[0].retract(wrong.id, "It stood in another document.")
    outage.plot.retracted.add(wrong.id)
    outage.cut_off(down=False)
    outage.live(3 * HOUR)
    for platform in PLATFORMS:
        texts = [words for _, words, _, _ in outage.world.shown(platform)]
        assert len(texts) == 1 + sent
        assert ("Acme" in texts[0]) is sent
        assert "Bolt" in texts[0]
        assert not sent or texts[1].startswith("Correction")
    judge(outage.plot)
