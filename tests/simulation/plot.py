"""What happens in a seed: pages change, platforms fail, the process dies, the operator acts; then all is mended."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from bot.errors import NotFound
from bot.model import Delivery, DeliveryState, StoryKind
from tests.fakes.site import SALE, TRAINING, Site, policy_text
from tests.simulation.network import Fault
from tests.simulation.world import PLATFORMS, World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Sentences that a policy may come to say; one is hostile. (Each is news whatever was said before.)
SENTENCES = (
    TRAINING,
    SALE,
    "We may share your health data with @elonmusk, #brokers and $TSLA at https://evil.example/x without your consent.",
    "You agree that any dispute is decided by binding arbitration, and you give up your right to a jury trial.",
    "We may keep recordings of your voice for up to ten years and sell them to our advertising partners.",
    "Children under sixteen may open an account, and we may disclose what they write to schools and advertisers.",
)
OPEN = (DeliveryState.OWED, DeliveryState.UNKNOWN)


class Plot:
    """The acts of one seed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance
        self.said: dict[str, list[str]] = {}
        #: What the operator took back.
        self.retracted: set[str] = set()

    def play(self, acts: int = 14) -> None:
        """A first quiet look, then trouble, then peace until nothing is left to do."""
        world = self.world
        for number in range(self.chance.choice([1, 1, 2, 3])):
            self.said[world.watch(number).id] = []
        world.round()
        world.passes(HOUR)
        self.backup = world.backup()
        for _ in range(acts):
            if self.chance.random() < 0.2:
                self.backup = world.backup()
            self.chance.choices(
                [self.page_changes, self.time_passes, self.weather_turns, self.process_will_die, self.operator_acts,
                 self.clock_jumps, self.session_ends, self.backup_is_restored],
                [6, 5, 5, 4, 2, 1, 1, 0.5],
            )[0]()  # fmt: skip
            world.round()
        self.all_is_mended()

    # ---- what happens -------------------------------------------------------------------------------------------

    def page_changes(self) -> None:
        """A sentence comes, or one that came goes again."""
        policy = self.chance.choice(sorted(self.said))
        said = self.said[policy]
        if said and self.chance.random() < 0.25:
            gone = said.pop(self.chance.randrange(len(said)))
            self.world.note(f"{policy} loses: {gone[:40]}")
        elif left := [sentence for sentence in SENTENCES if sentence not in said]:
            said.append(self.chance.choice(left))
            self.world.note(f"{policy} says: {said[-1][:40]}")
        self._site(policy).text = policy_text(*said)
        if self.chance.random() < 0.7:
            self.world.round()
            self.world.passes(self.chance.choice([31 * MINUTE, 25 * HOUR]))

    def _site(self, policy: str) -> Site:
        return self.world.sites.of[policy]

    def time_passes(self) -> None:
        span = self.chance.choice([MINUTE, 2 * MINUTE, 7 * MINUTE, HOUR, 6 * HOUR, 25 * HOUR, 50 * HOUR])
        self.world.note(f"{span} pass")
        self.world.passes(span)

    def weather_turns(self) -> None:
        """On one way, or all of them."""
        for name in [self.chance.choice(PLATFORMS)] if self.chance.random() < 0.7 else PLATFORMS:
            way = self.world.ways[name]
            way.weather, way.down, way.refused = {}, False, ""
            kind = self.chance.random()
            if kind < 0.1:
                way.down = True
            elif kind < 0.2:
                way.refused = self.chance.choice(["revoked", "suspended"])
            elif kind < 0.9:
                faults = self.chance.choices(list(Fault), [3 if "applied" in fault else 1 for fault in Fault], k=3)
                way.weather = dict.fromkeys(faults, self.chance.choice([0.1, 0.4, 0.8]) / len(set(faults)))
            how = "down" if way.down else way.refused or ", ".join(f"{f} {p:.2f}" for f, p in way.weather.items())
            self.world.note(f"weather on {name}: {how or 'fine'}")

    def process_will_die(self) -> None:
        self.world.dies_in = self.chance.choice([0, 3, 10, 30, 60]) + self.chance.randint(0, 10)

    def clock_jumps(self) -> None:
        """The bot's own, an hour at most: what is dated after the platforms' present cannot be looked for."""
        self.world.time.skew = self.chance.choice([timedelta(0), -HOUR, HOUR, 5 * MINUTE, -5 * MINUTE])
        self.world.note(f"the bot's clock is {self.world.time.skew.total_seconds():.0f} s off")

    def session_ends(self) -> None:
        self.world.note("all sessions end")
        self.world.bluesky.end_sessions()

    def backup_is_restored(self) -> None:
        """A while after it was made, so that the timelines show what was posted meanwhile."""
        self.world.passes(10 * MINUTE)
        self.world.restore(self.backup)

    def operator_acts(self) -> None:
        """Go on with what is paused, retry what is parked, take a story back."""
        world = self.world
        if self.chance.random() < 0.6:
            self._goes_on()
        elif told := [each for each in world.store.stories(20) if each.kind is StoryKind.POST and not each.retracted]:
            wrong = self.chance.choice(told)
            world.note(f"the operator takes back {wrong.id}")
            self.retracted.add(wrong.id)
            world.operator(
                lambda: world.pipelines[0].retract(
                    wrong.id, f"The sentence of {wrong.id[-6:]} stood in another document."
                )
            )

    def _goes_on(self) -> None:
        world = self.world
        for name in sorted(world.store.paused_platforms()):
            world.operator(lambda name=name: world.store.resume_platform(name))  # type: ignore[misc]
        for parked in world.store.deliveries(states=[DeliveryState.PARKED]):
            self._steer(parked)

    def _steer(self, parked: Delivery) -> None:
        """Try again what may be; what was retracted is looked at on the platform, deleted there, and discarded."""
        store, platform = self.world.store, parked.publisher
        retracted = "Retracted" in parked.problem
        if retracted:
            self.world.passes(5 * MINUTE)  # what may still come is there by then
            self.world.delete(platform, parked.part)

        def act() -> None:
            with suppress(NotFound):
                store.steer(parked.id, DeliveryState.DISCARDED if retracted else DeliveryState.OWED)

        self.world.operator(act)

    # ---- and then -----------------------------------------------------------------------------------------------

    def all_is_mended(self) -> None:
        """Every way is open again and the operator does what the bot asks for; until nothing is left to do."""
        world = self.world
        world.note("all is mended")
        world.dies_in, world.time.skew = None, timedelta(0)
        for way in world.ways.values():
            way.weather, way.down, way.refused, way.limited_until = {}, False, "", 0
        quiet_since: datetime | None = None
        for _ in range(300):
            self._goes_on()
            world.round()
            if open_ := world.store.deliveries(states=OPEN):
                quiet_since = None
                for_money = all(each.problem.startswith("Waits for money") or each.after for each in open_)
                world.passes(24 * HOUR if for_money else 10 * MINUTE)
                continue
            quiet_since = quiet_since or world.time.now()
            waits = any(health.candidate_since for health in world.store.health())
            if world.time.now() - quiet_since > (80 * HOUR if waits else 7 * HOUR):
                return
            world.passes(6 * HOUR)
        raise AssertionError("the bot never comes to rest")
