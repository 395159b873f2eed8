"""The nouns of the plan: one policy's plot, what must be told of it, and the habits that its times follow from."""

from __future__ import annotations

from dataclasses import dataclass

from tests.soak.hostile import WELL
from tests.soak.scenes import Scene

#: Seconds until the next tick of the bot looks what is due, and until what is owed has been sent.
TICK, SENDING = 15, 30


@dataclass(frozen=True)
class Pace:
    """The bot's habits in seconds: its defaults, an hour made a minute. A weak signal and a page that is known to
    alternate are believed far sooner than that would make it, so that nothing false is kept back by patience alone."""

    interval: float = 60
    plain: float = 30
    weak: float = 60
    alternating: float = 120

    @property
    def on_time(self) -> float:
        """A healthy policy is read at least so often."""
        return 1.5 * self.interval

    def told_within(self, patience: float) -> float:
        """A real change is read on time, stands for so long, is looked at again, and is sent."""
        return self.on_time + patience + TICK + SENDING

    @property
    def away(self) -> float:
        """A site that has an outage is away for so long: it is met once or twice."""
        return self.interval

    @property
    def recovered_within(self) -> float:
        """After an outage the page is read again: by then the bot may wait two intervals, a tenth longer by jitter."""
        return 2.2 * self.interval + 2 * TICK


@dataclass(frozen=True)
class Telling:
    """Something that must be told, once."""

    #: "post" or "withdrawn", as the bot's stories are called.
    kind: str
    #: From then on the page says so, and by then it must be told.
    at: float
    by: float
    #: The sentence that it is about; the bot may quote a part of it.
    sentence: str
    #: What stood in its place, where it was reworded.
    before: str = ""


@dataclass(frozen=True)
class Turn:
    """From this second on this is played in the place of the policy, whose page would be that."""

    at: float
    scene: Scene
    page: str


@dataclass(frozen=True)
class Plot:
    """One policy."""

    number: int
    #: What it is an example of, for the report.
    role: str
    #: Where it is served, and the host by which the bot knows it: the same, or a name of the telephone book.
    address: str
    host: str
    turns: tuple[Turn, ...]
    #: What must be told of it; nothing else may be.
    tellings: tuple[Telling, ...] = ()
    #: What `status` may say of it at the end.
    ends: frozenset[str] = frozenset({WELL})
    #: Whether it must be read on time, from the first to the last second.
    healthy: bool = False
    #: "address", "name", "mute", "closed", or what DNS answers (`hostile.Case.reached`).
    reached: str = "address"
    scheme: str = "http"
    #: Seconds for which it asks to be left alone, from its last turn on.
    rest: int = 0

    @property
    def is_allowed(self) -> bool:
        """Whether it is on loopback, so that the operator must have allowed its host."""
        return self.reached in ("address", "name", "mute", "closed")

    @property
    def is_served(self) -> bool:
        """Whether somebody listens there."""
        return self.reached in ("address", "name", "mute")

    @property
    def path(self) -> str:
        return f"/{self.number}/privacy"

    def place(self, port: int) -> str:
        """Where `WebSite` keeps its page."""
        return f"{self.host}:{port}{self.path}"

    def url(self, port: int) -> str:
        """As the watch list names it."""
        return f"{self.scheme}://{self.host}{f':{port}' if self.is_allowed else ''}{self.path}"
