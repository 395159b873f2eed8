"""Numbers for Prometheus: what happened since the process began (from events), and how things are (from the store).

Counters tell of this process; gauges are read when they are asked for, so that a restart does not forget what is owed.
Labels come from short, fixed lists: no policy, address or word of a page is ever one.
"""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import FetchFailure, StoreError
from bot.model import DeliveryState, Event, EventKind, Health
from bot.ports import Clock, Priced, Publisher, Store
from bot.web import answers
from bot.web.condition import UNREAD_AFTER, Condition, condition, unread_since
from bot.web.health import last_cycle
from bot.web.recent import Handler

#: What an event says of the check that it came from.
_RESULTS = {
    EventKind.BASELINE: "baseline",
    EventKind.UNCHANGED: "unchanged",
    EventKind.SILENT: "silent",
    EventKind.SEEN: "seen",
    EventKind.VANISHED: "vanished",
    EventKind.HELD: "held",
    EventKind.FAILED: "failed",
    EventKind.STILL_FAILING: "failed",
    EventKind.NOT_ASKED: "not asked",
}
_FAILED = (EventKind.FAILED, EventKind.STILL_FAILING)
_TOLD = (EventKind.POST, EventKind.WITHDRAWN, EventKind.RESTORED)
_STORIES = (*_TOLD, EventKind.IN_EFFECT)
_KINDS = (*(kind.value for kind in FetchFailure), "stored page damaged", "settings of the policy", "other")
_OPEN = (DeliveryState.OWED, DeliveryState.UNKNOWN, DeliveryState.PARKED)


class Counters(Collector):
    """Counts events. Give `listen` to whatever reports them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

        def counter(name: str, words: str, label: str, values: Iterable[str] = ()) -> Counter:
            made = Counter(f"smallprint_{name}", words, [label], registry=self._registry)
            for value in values:  # a series that is there from the beginning can be compared with
                made.labels(value)
            return made

        self._checks = counter(
            "checks",
            "Checks by result; one that is not asked waits with its host.",
            "result",
            [*dict.fromkeys(_RESULTS.values()), "told"],
        )
        self._failures = counter("failures", "Checks that could not read their page, by kind.", "kind", _KINDS)
        self._recoveries = counter("recoveries", "Policies that are well again, by what it was.", "kind", _KINDS)
        self._stories = counter("stories", "Stories told, by kind.", "kind", [kind.value for kind in _STORIES])
        self._sent = counter("posts_sent", "Parts of posts that a platform took.", "platform")
        self._not_sent = counter("posts_not_sent", "Times that a platform did not take a part or answer.", "platform")
        self._answers = counter("answers", "Answers to mentions that were written.", "platform")
        self._told: tuple[str, datetime] | None = None

    def listen(self, event: Event) -> None:
        """Count one event."""
        if event.kind in _RESULTS:
            self._checks.labels(_RESULTS[event.kind]).inc()
        if event.kind in _STORIES:
            self._stories.labels(event.kind.value).inc()
        if event.kind in _TOLD and event.policy:
            told = (event.policy.id, event.at)
            if told != self._told:  # one check may tell several stories, one after the other
                self._checks.labels("told").inc()
            self._told = told
        if event.kind in _FAILED:
            self._failures.labels(_kind(event)).inc()
        elif event.kind is EventKind.RECOVERED:
            self._recoveries.labels(_kind(event)).inc()
        elif event.kind is EventKind.SENT:
            self._sent.labels(event.publisher).inc()
        elif event.kind is EventKind.NOT_SENT:
            self._not_sent.labels(event.publisher).inc()
        elif event.kind is EventKind.ANSWERED:
            self._answers.labels(event.publisher).inc()

    def collect(self) -> Iterator[Metric]:
        """For Prometheus; when each counter was made is left out, since it tells nothing and doubles the answer."""
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class Metrics:
    """The handler."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        counters: Counters,
        publishers: Mapping[str, Publisher],
        unread_after: timedelta = UNREAD_AFTER,
    ) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(counters)
        self._registry.register(_Gauges(store, clock, publishers, unread_after))

    def routes(self) -> dict[str, Handler]:
        """Where it is."""
        return {"/metrics": self.metrics}

    async def metrics(self, request: Request) -> Response:
        """All numbers, in Prometheus' text format."""
        return answers.answer(generate_latest(self._registry), CONTENT_TYPE_LATEST, cache=answers.NEVER)


class _Gauges(Collector):
    """How things are in the store."""

    def __init__(
        self, store: Store, clock: Clock, publishers: Mapping[str, Publisher], unread_after: timedelta
    ) -> None:
        self._store = store
        self._clock = clock
        self._publishers = publishers
        self._unread_after = unread_after
        self._started = clock.now()

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: registering must not ask the store."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Ask the store; when it cannot answer, say just that."""
        try:
            found = [*self._policies(self._store.health()), *self._outbox(), *self._money(), *self._cycle()]
        except StoreError:
            found = []
        yield _gauge("database_readable", "Whether the database can be read.", float(bool(found)))
        yield from found

    def _policies(self, healths: Sequence[Health]) -> Iterator[Metric]:
        states = Count(map(condition, healths))
        family = GaugeMetricFamily("smallprint_policies", "Watched policies by health.", labels=["health"])
        for each in Condition:
            family.add_metric([each.value], states[each])
        yield family
        kinds = Count(known_kind(health.failing) for health in healths if condition(health) is Condition.FAILING)
        failing = GaugeMetricFamily(
            "smallprint_policies_failing", "Policies that cannot be read now, by kind.", labels=["kind"]
        )
        for name in _KINDS:
            failing.add_metric([name], kinds[name])
        yield failing
        yield _gauge("held", "Policies whose last text is set aside as no whole policy.", states[Condition.HELD])
        waiting = sum(health.candidate_since is not None for health in healths)
        yield _gauge("candidates", "Policies with news that waits for its second look.", waiting)
        disputed = sum(health.disputed_at is not None for health in healths)
        yield _gauge("disputed", "Policies with news that a second route does not show.", disputed)
        now = self._clock.now()
        unread = sum(
            not health.policy.paused and unread_since(health, now, self._unread_after) is not None for health in healths
        )
        yield _gauge("policies_unread", "Policies that have not been read for long.", unread)
        moved = sum(bool(health.moved_to) for health in healths)
        yield _gauge("policies_moved", "Policies whose site says that they are elsewhere now.", moved)

    def _outbox(self) -> Iterator[Metric]:
        waiting = self._store.deliveries(states=_OPEN)
        paused = self._store.paused_platforms()
        states = Count((each.publisher, each.state) for each in waiting)
        names = sorted({*self._publishers, *paused, *(each.publisher for each in waiting)})
        family = GaugeMetricFamily("smallprint_outbox", "Parts in the outbox by state.", labels=["platform", "state"])
        stopped = GaugeMetricFamily("smallprint_platform_paused", "Whether a platform is paused.", labels=["platform"])
        for name in names:
            for state in _OPEN:
                family.add_metric([name, state.value], states[name, state])
            stopped.add_metric([name], float(name in paused))
        yield family
        yield stopped

    def _money(self) -> Iterator[Metric]:
        spent = GaugeMetricFamily(
            "smallprint_spent_dollars", "This month (UTC), what is set aside included.", labels=["platform"]
        )
        budget = GaugeMetricFamily("smallprint_budget_dollars", "The most a month may cost.", labels=["platform"])
        for name, publisher in self._publishers.items():
            if isinstance(publisher, Priced):
                spent.add_metric([name], self._store.spent(name, self._clock.now()) / 1_000_000)
                if publisher.budget is not None:
                    budget.add_metric([name], publisher.budget / 1_000_000)
        yield spent
        yield budget

    def _cycle(self) -> Iterator[Metric]:
        now = self._clock.now()
        last = last_cycle(self._store, now)
        age = (now - (last or self._started)).total_seconds()
        yield _gauge("last_cycle_age_seconds", "Since a cycle of checks (or the start).", max(age, 0.0))


def known_kind(kind: str) -> str:
    """A kind of failure from the fixed list."""
    return kind if kind in _KINDS else "other"


def _kind(event: Event) -> str:
    return known_kind(event.reasons[0] if event.reasons else "")


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"smallprint_{name}", words, value=value)
