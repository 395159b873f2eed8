"""`smallprint run` on 300 addresses of recorded pages: it reads them all, and tells what changed and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import FetchError
from bot.judge import judge
from bot.model import Policy, Snapshot, Source, Verdict, Version
from bot.store import open_store
from bot.watch.extract import content_type_of, extract
from bot.watch.plausible import doubt
from bot.watch.watchlist import policy_id
from tests.fakes.policies import PolicyWeb
from tests.fakes.process import RunningBot

pytestmark = pytest.mark.corpus

ADDRESSES = 300
HOSTS = 30
#: Looks that are close together, so that two rounds and a second look take minutes rather than hours.
QUICK = {
    "watching": {"interval_minutes": 1, "pause_seconds": 0},
    "patience": {"plain_minutes": 0.1, "weak_hours": 0.002, "alternating_hours": 0.002},
}
NEW = (
    "From now on we may sell your precise location and the recordings of your voice to data brokers without asking you."
)


@dataclass(frozen=True)
class Recorded:
    """A page as it was fetched once."""

    path: Path

    @property
    def body(self) -> bytes:
        return self.path.read_bytes()

    @property
    def content_type(self) -> str:
        return content_type_of(self.path.name, self.body)

    def read(self, body: bytes | None = None) -> Version | None:
        """Its text, or None where it holds no policy."""
        snapshot = Snapshot("https://policy.example/policy", datetime.now(UTC), body or self.body, self.content_type)
        try:
            version = extract(snapshot)
        except FetchError:
            return None
        return None if doubt(version) else version


def with_sentence(page: Recorded) -> bytes | None:
    """The page with one new paragraph in the midst of its text; None where there is no such place."""
    body, before = page.body, page.read()
    if page.content_type != "text/html" or before is None:
        return None
    ends = [at for at in range(len(body)) if body.startswith(b"</p>", at)]
    for at in ends[len(ends) // 2 :]:
        changed = body[:at] + f"</p><p>{NEW}".encode() + body[at:]
        after = page.read(changed)
        if after is not None and NEW in after.text and judge(before, after).verdict is Verdict.POST:
            return changed
    return None


@dataclass
class Web:
    """The addresses, what each shows first and then, and which of them change in a way that is news."""

    site: PolicyWeb
    policies: list[Policy]
    then: dict[str, bytes]
    news: set[str]
    readable: set[str]


@pytest.fixture
def web(corpus: Path) -> Iterator[Web]:
    singles = sorted(f for f in (corpus / "raw" / "single").iterdir() if f.suffix in (".html", ".pdf"))
    sequences = [
        sorted(f for f in folder.iterdir() if f.suffix in (".html", ".pdf"))
        for folder in sorted((corpus / "raw" / "seq").iterdir())
    ]
    with PolicyWeb(hosts=HOSTS) as site:
        found = Web(site, [], {}, set(), set())
        texts = {path: Recorded(path).read() for path in singles}
        for number in range(ADDRESSES):
            steps = sequences[number] if number < len(sequences) else [singles[number % len(singles)]]
            page = Recorded(steps[0])
            policy = Policy(
                policy_id(f"Company {number}", "Privacy Policy"), f"Company {number}", "Privacy Policy",
                site.url(f"/{number}", number), source=Source.LIST,
            )  # fmt: skip
            before = texts.get(page.path) or page.read()
            site.put(f"/{number}", page.body, page.content_type)
            found.policies.append(policy)
            if before is not None:
                found.readable.add(policy.id)
            if len(steps) > 1 and before is not None and (after := Recorded(steps[1]).read()) is not None:
                found.then[f"/{number}"] = Recorded(steps[1]).body
                if judge(before, after).verdict is Verdict.POST:
                    found.news.add(policy.id)
            elif number % 10 == 5 and (changed := with_sentence(page)) is not None:
                found.then[f"/{number}"] = changed
                found.news.add(policy.id)
            elif number % 10 == 6 and page.content_type == "text/html":
                found.then[f"/{number}"] = page.body.replace(b"</body>", b"<!-- token 77 --></body>", 1)
        yield found


def test_first_reads_post_nothing_and_then_what_changed_is_told_and_nothing_else(web: Web, tmp_path: Path) -> None:
    assert len(web.news) >= 15, "the recorded pages are not what this test is about"
    settings = {"watching": {**QUICK["watching"], "allow_hosts": web.site.allowed}, "patience": QUICK["patience"]}
    with RunningBot(tmp_path, settings, web.policies) as bot:
        bot.wait_until(lambda: all(web.site.asked[f"/{n}"] for n in range(ADDRESSES)), "all are asked for", 180)
        bot.wait_for_a_cycle()
        health = {row["id"]: row["health"] for row in bot.command("watch", "list")}
        assert {name for name, how in health.items() if how == "well"} == web.readable
        store = open_store(f"sqlite:///{tmp_path}/state/smallprint.db")
        assert store.stories(10) == []

        for path, body in web.then.items():
            web.site.put(path, body, web.site.pages[path][1])
        bot.wait_until(lambda: len(store.stories(ADDRESSES)) >= len(web.news), "the news is told", 300)
        rounds = dict(web.site.asked)
        bot.wait_until(
            lambda: all(web.site.asked[p] > rounds[p] for p in rounds if p != "/robots.txt"), "a round more", 240
        )

        stories = store.stories(ADDRESSES)
        assert {story.policy.id for story in stories} == web.news
        assert len(stories) == len(web.news), "each once"
        for story in stories:
            assert "Company" in bot.page(f"/changes/{story.id}")
        store.close()
        assert bot.stop() == 0
    assert web.site.not_modified >= ADDRESSES / 2, "a page that did not change costs no body"
    assert "Traceback" not in (tmp_path / "log").read_text()
