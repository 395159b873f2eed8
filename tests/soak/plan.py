"""Which policy does what at which second, and what must come of it: the truth, all of it from one seed.

A third of the policies is hostile, each in its own way. A fifth changes for real, at known moments. The rest says the
same all the time, in bytes that do or do not say so. Seconds count from the moment at which the bot runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle, islice
from random import Random

from tests.soak import bodies, scenes, words
from tests.soak.hostile import CASES, Case
from tests.soak.plot import Pace, Plot, Telling, Turn

#: Shares of the policies.
HOSTILE, CHANGING = 0.35, 0.2
#: Seconds within which well policies turn into each case for the first time.
SOON = 45

#: Makes the plot of a policy: its number, where it is served, its host.
Role = Callable[[int, str, str], Plot]


def plan(seed: int, policies: int, seconds: float, pace: Pace | None = None) -> tuple[Plot, ...]:
    """The plots of so many policies; the same seed gives the same.

    Raises:
        ValueError: that is too short, or too few.
    """
    scripts = _Scripts(Random(seed), seconds, pace or Pace())
    hostile = max(round(policies * HOSTILE), len(CASES) + sum(bool(case.turned) for case in CASES))
    changing = round(policies * CHANGING)
    if hostile + changing >= policies:
        raise ValueError(f"{policies} policies are too few: there are {hostile} hostile ones")
    numbers, addresses = count(1), _addresses()
    plots = [scripts.meets(case, turns, next(numbers), next(addresses)) for case, turns in islice(_met(), hostile)]
    for role in islice(cycle(scripts.changes()), changing):
        address = next(addresses)
        plots.append(role(next(numbers), address, address))
    for place, role in enumerate(islice(cycle(scripts.quiet()), policies - len(plots))):
        if place % 2 == 0:  # two policies a host, and every fifth host is known by a name
            address = next(addresses)
            host = address if place % 10 else f"firm-{place}.example"
        plots.append(role(next(numbers), address, host))
    return tuple(plots)


def telephone_book(plots: Sequence[Plot]) -> dict[str, str]:
    """What DNS says of each name: an address, or how it fails."""
    named = {plot.host: plot.address if plot.reached == "name" else plot.reached for plot in plots if _is_name(plot)}
    return named | scenes.REBOUND


def _is_name(plot: Plot) -> bool:
    return plot.host != plot.address


def _addresses() -> Iterator[str]:
    for number in count():
        yield f"127.1.{number // 250}.{number % 250 + 1}"


def _met() -> Iterator[tuple[Case, bool]]:
    """Every case from the beginning, then every case after a good beginning, and again from the start."""
    met: Counter[tuple[str, bool]] = Counter()
    for turns in cycle((False, True)):
        for case in CASES:
            if (case.turned or not turns) and met[case.name, turns] < case.most:
                met[case.name, turns] += 1
                yield case, turns


class _Scripts:
    """Plots with moments by chance: after every policy was read once, and so long before the end that what must follow
    can."""

    def __init__(self, chance: Random, seconds: float, pace: Pace) -> None:
        self.chance = chance
        self.seconds = seconds
        self.pace = pace
        #: Cases into which a policy has turned.
        self.turned: set[str] = set()

    def moment(self, needed: float, first: float = 0.0) -> float:
        """A second that leaves ``needed`` until the end."""
        first, last = max(first, self.pace.on_time), self.seconds - needed
        if last < first:
            raise ValueError(f"{self.seconds:.0f} seconds are too short: {first + needed:.0f} are needed")
        return round(self.chance.uniform(first, last), 1)

    def news(self, *templates: str) -> list[str]:
        """Sentences that nobody else has."""
        return [template.replace("{n}", str(self.chance.randrange(100, 990))) for template in templates]

    # ---- hostile ----------------------------------------------------------------------------------------------------

    def meets(self, case: Case, turns: bool, number: int, address: str) -> Plot:
        """A case from the beginning, or ``turns`` into it: the first time soon, so that from then on nothing is new."""
        page = words.page(number, words.document(number))
        played: tuple[Turn, ...] = (Turn(0, case.scene, page),)
        if turns:
            needed = self.pace.on_time + 30
            soon = self.seconds - self.pace.on_time - SOON
            moment = self.moment(needed if case.name in self.turned else max(needed, soon))
            self.turned.add(case.name)
            played = (Turn(0, scenes.well, page), Turn(moment, case.scene, page))
        ends = case.turned if turns else case.ends
        host = address if case.reached in ("address", "mute", "closed") else f"trap-{number}.example"
        return Plot(
            number, case.name, address, host, played,
            ends=ends, reached=case.reached, scheme=case.scheme, rest=case.rest,
        )  # fmt: skip

    # ---- changing for real ------------------------------------------------------------------------------------------

    def changes(self) -> list[Role]:
        """As many of these as there is time for."""
        pace = self.pace
        long = self.seconds - pace.on_time
        roles: list[Role] = [self.adds, self.rewords, self.baits]
        if long > pace.told_within(pace.plain) + pace.told_within(pace.weak) + 10:
            roles += [self.adds_twice, self.takes_back]
        if long > pace.away + pace.recovered_within + pace.told_within(pace.plain) + 10:
            roles += [self.comes_back_changed]
        if long > 1.5 * pace.interval + pace.told_within(pace.alternating) + 10:
            roles += [self.has_a_stale_copy]
        return roles

    def adds(self, number: int, address: str, host: str) -> Plot:
        """A sentence more."""
        return self._adds("adds", number, address, host, words.NEWS)

    def baits(self, number: int, address: str, host: str) -> Plot:
        """... whose words would be live on a platform."""
        return self._adds("adds words that bite", number, address, host, words.BAIT)

    def _adds(self, role: str, number: int, address: str, host: str, templates: Sequence[str]) -> Plot:
        within = self.pace.told_within(self.pace.plain)
        at = self.moment(within)
        (sentence,) = self.news(self.chance.choice(templates))
        turns = (self._says(0, number), self._says(at, number, sentence))
        return Plot(number, role, address, host, turns, (Telling("post", at, at + within, sentence),), healthy=True)

    def rewords(self, number: int, address: str, host: str) -> Plot:
        """A sentence turns into its opposite."""
        within = self.pace.told_within(self.pace.plain)
        at = self.moment(within)
        n = str(self.chance.randrange(100, 990))
        before, after = words.WAS.replace("{n}", n), words.NOW.replace("{n}", n)
        turns = (self._says(0, number, before), self._says(at, number, after))
        telling = Telling("post", at, at + within, after, before)
        return Plot(number, "rewords", address, host, turns, (telling,), healthy=True)

    def adds_twice(self, number: int, address: str, host: str) -> Plot:
        """Two changes, one after the other was told."""
        within = self.pace.told_within(self.pace.plain)
        one = self.moment(2 * within)
        two = self.moment(within, one + within)
        first, second = self.news(*self.chance.sample(words.NEWS, 2))
        turns = (self._says(0, number), self._says(one, number, first), self._says(two, number, first, second))
        tellings = (Telling("post", one, one + within, first), Telling("post", two, two + within, second))
        return Plot(number, "adds twice", address, host, turns, tellings, healthy=True)

    def takes_back(self, number: int, address: str, host: str) -> Plot:
        """A change that is taken back after it was told. What is gone is believed later than what came."""
        within, gone_within = self.pace.told_within(self.pace.plain), self.pace.told_within(self.pace.weak)
        one = self.moment(within + gone_within)
        two = self.moment(gone_within, one + within)
        (sentence,) = self.news(self.chance.choice(words.NEWS))
        turns = (self._says(0, number), self._says(one, number, sentence), self._says(two, number))
        tellings = (
            Telling("post", one, one + within, sentence),
            Telling("withdrawn", two, two + gone_within, sentence),
        )
        return Plot(number, "takes back", address, host, turns, tellings, healthy=True)

    def comes_back_changed(self, number: int, address: str, host: str) -> Plot:
        """A site that is away for a minute, and says something else when it is back."""
        away, within = self.pace.away, self.pace.recovered_within + self.pace.told_within(self.pace.plain)
        at = self.moment(away + within)
        (sentence,) = self.news(self.chance.choice(words.NEWS))
        trouble = self.chance.choice(
            (scenes.answers(503), scenes.answers(403, bodies.WALL), scenes.sends(then_hangs=True), scenes.sends())
        )
        turns = (self._says(0, number), Turn(at, trouble, ""), self._says(at + away, number, sentence))
        telling = Telling("post", at + away, at + away + within, sentence)
        return Plot(number, "comes back changed", address, host, turns, (telling,))

    def has_a_stale_copy(self, number: int, address: str, host: str) -> Plot:
        """A change that for a while only every other visitor sees."""
        spread, within = 1.5 * self.pace.interval, self.pace.told_within(self.pace.alternating)
        at = self.moment(spread + within)
        (sentence,) = self.news(self.chance.choice(words.NEWS))
        old, new = self._says(0, number), self._says(at + spread, number, sentence)
        turns = (old, Turn(at, scenes.alternates(new.page, old.page), ""), new)
        telling = Telling("post", at, at + spread + within, sentence)
        return Plot(number, "has a stale copy", address, host, turns, (telling,), healthy=True)

    # ---- quiet ------------------------------------------------------------------------------------------------------

    def quiet(self) -> list[Role]:
        """Most policies are the first two."""
        return [self.steady, self.bare, self.steady, self.bare, self.stamped, self.restless, self.flapping]

    def steady(self, number: int, address: str, host: str) -> Plot:
        """The same text, with validators."""
        return self._quiet("steady", number, address, host, self._says(0, number))

    def bare(self, number: int, address: str, host: str) -> Plot:
        """The same bytes, whole each time."""
        page = words.page(number, words.document(number))
        return self._quiet("steady, without validators", number, address, host, Turn(0, scenes.bare, page))

    def stamped(self, number: int, address: str, host: str) -> Plot:
        """The same text in other bytes each time."""
        page = words.page(number, words.document(number), token=scenes.TOKEN)
        return self._quiet("steady, with a nonce", number, address, host, Turn(0, scenes.stamped, page))

    def restless(self, number: int, address: str, host: str) -> Plot:
        """Its date and what stands around it change, and nothing else."""
        turns = [self._says(0, number)]
        for month in ("May", "June"):
            at = self.moment(0, turns[-1].at)
            text = words.document(number, updated=f"{number % 27 + 1} {month} 2026")
            turns.append(Turn(at, scenes.well, words.page(number, text, banner=round(at * 10))))
        return self._quiet("only its date changes", number, address, host, *turns)

    def flapping(self, number: int, address: str, host: str) -> Plot:
        """Two texts that take turns, visitor by visitor."""
        (sentence,) = self.news(self.chance.choice(words.NEWS))
        pages = (self._says(0, number).page, self._says(0, number, sentence).page)
        return self._quiet("two texts that alternate", number, address, host, Turn(0, scenes.alternates(*pages), ""))

    def _quiet(self, role: str, number: int, address: str, host: str, *turns: Turn) -> Plot:
        reached = "address" if host == address else "name"
        return Plot(number, role, address, host, turns, healthy=True, reached=reached)

    def _says(self, at: float, number: int, *news: str) -> Turn:
        return Turn(at, scenes.well, words.page(number, words.document(number, *news)))
