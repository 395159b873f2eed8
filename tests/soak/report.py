"""The soak in figures, as Markdown that can be copied into docs/."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from tests.soak.gauge import Gauge, usual
from tests.soak.ledger import Ledger
from tests.soak.plot import Plot


def report(plots: Sequence[Plot], seconds: float, seed: int, ledger: Ledger, gauge: Gauge, requests: int) -> str:
    """All of it."""
    parts = [
        f"### Soak: {len(plots)} policies, {seconds / 60:.0f} minutes, seed {seed}",
        _reading(ledger, requests, gauge, seconds),
        _telling(ledger),
        _memory(gauge),
        _cases(plots, ledger),
    ]
    if ledger.complaints:
        parts.append(f"**{len(ledger.complaints)} complaints**\n\n" + "\n".join(f"- {c}" for c in ledger.complaints))
    return "\n\n".join(parts) + "\n"


def _reading(ledger: Ledger, requests: int, gauge: Gauge, seconds: float) -> str:
    gaps = sorted(ledger.gaps)
    return (
        f"{requests} requests, {requests / seconds:.1f} a second; {gauge.worked / seconds:.0%} of one processor. "
        f"Longest time without a read of a healthy policy: {gaps[-1]:.0f} s "
        f"(of {len(gaps)}: median {statistics.median(gaps):.0f} s, 99 % below {gaps[int(len(gaps) * 0.99)]:.0f} s)."
    )


def _telling(ledger: Ledger) -> str:
    lines = ["| real change | told | median delay, s | worst, s |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {len(delays)} | {statistics.median(delays):.0f} | {max(delays):.0f} |"
        for name, delays in sorted(ledger.delays.items())
    ]
    return "\n".join(lines)


def _memory(gauge: Gauge) -> str:
    lines = ["| minute | bot, MB | with children, MB | peak, MB | processes | files | threads |"]
    lines.append("|---:|---:|---:|---:|---:|---:|---:|")
    minutes = int(gauge.samples[-1].second // 60) + 1
    for minute in range(minutes):
        if found := gauge.between(60 * minute, 60 * minute + 60):
            lines.append(
                f"| {minute + 1} | {usual(s.main for s in found):.0f} | {usual(s.tree for s in found):.0f} "
                f"| {max(s.tree for s in found):.0f} | {max(s.processes for s in found)} "
                f"| {usual(s.files for s in found):.0f} | {usual(s.threads for s in found):.0f} |"
            )
    return "\n".join(lines)


def _cases(plots: Sequence[Plot], ledger: Ledger) -> str:
    lines = ["| role or case | policies | what `status` says at the end |", "|---|---:|---|"]
    roles = dict.fromkeys(plot.role for plot in plots)
    for role in roles:
        words = ledger.words[role]
        said = ", ".join(f"{word} ({number})" for word, number in words.most_common())
        lines.append(f"| {role} | {words.total()} | {said} |")
    return "\n".join(lines)
