"""Train the weights of bot/compare/weights.py on half a of the corpus.

``python -m tests.corpus.train CORPUS [SCORER] > bot/compare/weights.py``

Two models, both linear in `features.measure`, both in plain Python:

- NEWS, a logistic regression: the passages that a label names as news against every passage of the pairs that are
  silent (and, at half weight, of those that are merely editorial). Passages of a news pair that no label names are left
  out: nobody said whether they are news.
- LEAD, a conditional logit: within one change, a passage whose quote shows a labelled passage should rank above the
  rest.

The company decides the half (score.py `half_of`), so that half b shows whether the weights hold for others.
"""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.files import _version
from bot.compare import renames
from bot.compare.align import align
from bot.compare.compare import measured
from bot.compare.effective import moved_on, stamps, unfold
from bot.compare.news import judge_passage
from bot.compare.passages import passages
from bot.model import EditKind
from bot.watch.plausible import mismatch
from bot.write.quote import Quoter

Features = dict[str, float]
Weights = dict[str, float]

#: Ridge penalties; found with companies left out in turn, and the optimum is flat.
RIDGE_NEWS, RIDGE_LEAD = 2.0, 1.0
STEPS = 400
EDITORIAL = 0.5


#: Where the weights of LEAD start, and what the ridge pulls them back to: what we know about readers without counting.
#: What trains models is what followers fear most and what half a has too few examples of; a date, a definition and a
#: sentence that sends the reader elsewhere are told apart from the quote or say nothing alone.
PRIOR = {
    "trains models": 3.0,
    "about ai": 1.0,
    "gives up courts": 0.5,
    "takes money": 0.5,
    "watches people": 0.5,
    "promises not to": 1.0,
    "age limit": 0.5,
    "owns content": 1.5,
    "forbids": 0.5,
    "takes effect": -1.5,
    "defines": -1.5,
    "begins with a pointer": -2.0,
    "points elsewhere": -0.5,
    "explains": -0.5,
    "ends open": -1.0,
    "fine print": -1.0,
    "disclaims": -1.0,
    "law and order": -0.5,
    "agrees by using": -0.5,
    "ordinary care": -0.5,
}


@dataclass(frozen=True)
class Example:
    """A passage of a labelled pair: its features, and whether its quote shows what the label names."""

    features: Features
    hit: bool


@dataclass(frozen=True)
class Pair:
    """A labelled pair with its passages that could be quoted."""

    verdict: str
    examples: list[Example]


def load_scorer(path: Path) -> Any:
    """score.py as a module: its labels, halves and `hits` are the judge here as well."""
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_pairs(corpus: Path, scorer: Any, half: str) -> Iterable[Pair]:
    """The pairs of one half that are plain enough to be scored and that no plausibility check holds."""
    for line in (corpus / "pairs" / "labels.jsonl").read_text().splitlines():
        label = json.loads(line)
        if label.get("confidence", 1) < 0.6 or label["verdict"] == "broken":
            continue
        if scorer.half_of(scorer.company(corpus / "pairs", label)) == half:
            yield read_pair(corpus / "pairs" / label["id"].split("/")[-1], label, scorer.hits)


def read_pair(folder: Path, label: dict[str, Any], hits: Callable[[str, str], bool]) -> Pair:
    """One pair as the judge sees it."""
    before, after = _version(folder / "before.md"), _version(folder / "after.md")
    copies = unfold(align(before, after), before, after)
    if mismatch(before, after, copies)[0]:
        return Pair(label["verdict"], [])
    found = copies.alignment
    dated = moved_on(stamps(before), stamps(after))
    rows = list(measured(passages(found, renames.find(found.reworded)), found, before, after, dated))
    judged = [judge_passage(*row) for row in rows]
    quoter = Quoter([each for each, (_, why, _) in zip(judged, rows, strict=True) if not why], before, after)
    examples = []
    for each, (_, why, features) in zip(judged, rows, strict=True):
        quote = None if why or each.edit.kind is EditKind.MOVED else quoter.proved(each)
        if quote is not None:
            examples.append(Example(features, any(hits(quote.text, key["text"]) for key in label["keys"])))
    return Pair(label["verdict"], examples)


def train_news(pairs: Sequence[Pair]) -> Weights:
    """Logistic regression on single passages."""
    rows: list[tuple[Features, float, float]] = []
    for pair in pairs:
        if pair.verdict == "post":
            named = [each for each in pair.examples if each.hit]
            rows += [(each.features, 1.0, len(named) ** -0.5) for each in named]
        else:
            share = (1.0 if pair.verdict == "silent" else EDITORIAL) * max(1, len(pair.examples)) ** -0.5
            rows += [(each.features, 0.0, share) for each in pair.examples]
    total = sum(share for _, _, share in rows)

    def slope(weights: Weights) -> Weights:
        change = {name: RIDGE_NEWS * value / total for name, value in weights.items() if name != "bias"}
        for features, wanted, share in rows:
            error = share * (_logistic(_sum(weights, features)) - wanted) / total
            for name, value in features.items():
                change[name] = change.get(name, 0.0) + error * value
            change["bias"] = change.get("bias", 0.0) + error
        return change

    return _descend(slope)


def train_lead(pairs: Sequence[Pair]) -> Weights:
    """Conditional logit: the share of a change's probability that its named passages get."""
    changes = [
        p.examples for p in pairs if p.verdict == "post" and 0 < sum(e.hit for e in p.examples) < len(p.examples)
    ]

    def slope(weights: Weights) -> Weights:
        change = {name: RIDGE_LEAD * (value - PRIOR.get(name, 0.0)) / len(changes) for name, value in weights.items()}
        for examples in changes:
            scores = [_sum(weights, each.features) for each in examples]
            top = max(scores)
            odds = [math.exp(score - top) for score in scores]
            everything = sum(odds)
            named = sum(odd for odd, each in zip(odds, examples, strict=True) if each.hit)
            for odd, each in zip(odds, examples, strict=True):
                error = (odd / everything - (odd / named if each.hit else 0.0)) / len(changes)
                for name, value in each.features.items():
                    change[name] = change.get(name, 0.0) + error * value
        return change

    return _descend(slope, PRIOR)


def _descend(slope: Callable[[Weights], Weights], start: Weights | None = None) -> Weights:
    """Adam, as it was published, with a fixed number of steps."""
    weights: Weights = {"bias": 0.0, **(start or {})}
    first: Weights = {}
    second: Weights = {}
    for step in range(1, STEPS + 1):
        for name, value in slope(weights).items():
            first[name] = 0.9 * first.get(name, 0.0) + 0.1 * value
            second[name] = 0.99 * second.get(name, 0.0) + 0.01 * value * value
            pace = math.sqrt(second[name] / (1 - 0.99**step)) + 1e-8
            weights[name] = weights.get(name, 0.0) - 0.05 * first[name] / (1 - 0.9**step) / pace
    return weights


def _sum(weights: Weights, features: Features) -> float:
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, score))))


def printed(name: str, what: str, weights: Weights) -> str:
    """The weights as Python, the strongest first; "bias" stands first."""
    rest = sorted((n for n in weights if n != "bias"), key=lambda n: (-abs(weights[n]), n))
    lines = [f'    "{n}": {weights[n]:.3f},' for n in ["bias", *rest] if n == "bias" or abs(weights[n]) >= 0.005]
    return "\n".join([f"#: {what}", f"{name} = {{", *lines, "}"])


def main() -> None:
    """Print bot/compare/weights.py."""
    corpus = Path(sys.argv[1])
    scorer = load_scorer(Path(sys.argv[2]) if len(sys.argv) > 2 else corpus.parent / "score" / "score.py")
    pairs = list(read_pairs(corpus, scorer, "a"))
    print('"""The trained weights of `features`; made by tests/corpus/train.py, not by hand."""\n')
    print(printed("NEWS", "The odds (log) that a passage is news.", train_news(pairs)) + "\n")
    print(printed("LEAD", "How well a passage's quote would lead.", train_lead(pairs)))


if __name__ == "__main__":
    main()
