"""`diff`, `extract` and `replay`: files in, what the bot would say out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.cli.conftest import Operator, page
from tests.fakes.site import TRAINING, policy_text


def files(folder: Path) -> tuple[str, str]:
    before, after = folder / "before.md", folder / "after.md"
    before.write_text(policy_text())
    after.write_text(policy_text(TRAINING))
    return str(before), str(after)


def test_a_difference_that_is_news_is_told_and_exits_with_1(operator: Operator, tmp_path: Path) -> None:
    said = operator.types("diff", *files(tmp_path), exits=1)
    assert said.startswith("news: ")
    assert TRAINING.split()[-3] in said
    for platform in ("x", "bluesky", "mastodon"):
        assert f"┌ {platform}" in said


def test_a_difference_as_json_has_every_field_that_was_promised(operator: Operator, tmp_path: Path) -> None:
    found = operator.reads("diff", *files(tmp_path))
    assert list(found) == ["verdict", "reasons", "effective", "topics", "quotes", "edits", "posts"]
    assert found["verdict"] == "post"
    assert found["quotes"] == [
        {"text": TRAINING, "kind": "added", "section": "2. Information we collect", "before": None}
    ]
    assert set(found["edits"]) == {"added", "removed", "reworded", "moved", "renamed"}
    assert list(found["posts"]) == ["x", "bluesky", "mastodon"]
    assert all(TRAINING[:40] in thread[0] for thread in found["posts"].values())
    assert all(thread[0].startswith("Acme Privacy Policy: new in") for thread in found["posts"].values())


def test_every_edit_is_shown_with_its_weight_and_why(operator: Operator, tmp_path: Path) -> None:
    said = operator.types("diff", "--edits", *files(tmp_path), exits=1)
    (line,) = [line for line in said.splitlines() if "added, 2. Information we collect: new sentence about ai" in line]
    assert float(line.split()[0]) >= 1
    assert "   + We may use the information" in said


def test_no_difference_is_silent_and_exits_with_0(operator: Operator, tmp_path: Path) -> None:
    before, _ = files(tmp_path)
    assert operator.types("diff", before, before).startswith("silent: ")
    assert operator.reads("diff", before, before)["verdict"] == "silent"


def test_a_wall_is_broken_and_not_told(operator: Operator, tmp_path: Path) -> None:
    before, after = files(tmp_path)
    Path(after).write_text("# Just a moment...\n\nChecking your browser before you continue.\n")
    assert operator.reads("diff", before, after)["verdict"] == "broken"
    assert operator.types("diff", before, after).startswith("held: ")


def test_a_page_is_printed_as_markdown(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(page(policy_text(TRAINING)))
    said = operator.types("extract", str(file), "--url", "https://acme.example/privacy")
    assert "# Acme Privacy Policy" in said
    assert TRAINING in said


def test_a_page_without_policy_text_says_why_and_exits_with_1(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "shell.html"
    file.write_text('<!doctype html><div id="root"></div><script>load()</script>')
    said = operator.types("extract", str(file), exits=1)
    assert said.startswith("smallprint: ")
    assert "Traceback" not in said
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    assert operator.types("extract", str(file), exits=1).startswith("smallprint: ")


def history(folder: Path) -> Path:
    recorded = folder / "acme"
    recorded.mkdir()
    (recorded / "2026-03-01T120000.md").write_text(policy_text())
    (recorded / "policy-2026-03-03T090000.html").write_bytes(page(policy_text(TRAINING)))
    (recorded / "2026-03-10T090000.md.gz").write_bytes(gzip.compress(policy_text().encode()))
    (recorded / "2026-03-02T090000.ota.md").write_text("passed over")
    (recorded / "index.json").write_text("{}")
    return recorded


def test_a_recorded_history_is_told_event_by_event(operator: Operator, tmp_path: Path) -> None:
    lines = operator.types("replay", str(history(tmp_path)), "--json").splitlines()
    events = [json.loads(line) for line in lines]
    assert [(event["event"], event["version"]) for event in events] == [
        ("post", "policy-2026-03-03T090000.html"),
        ("withdrawn", "2026-03-10T090000.md.gz"),
    ]
    assert list(events[0]) == ["event", "version", "at", "quotes", "posts", "reasons"]
    assert events[0]["at"].startswith("2026-03-03T")
    assert events[0]["quotes"][0]["text"] == TRAINING
    assert "┌ bluesky" in operator.types("replay", str(tmp_path / "acme"))


def test_what_stayed_silent_is_listed_with_its_reasons_when_asked_for(operator: Operator, tmp_path: Path) -> None:
    recorded = history(tmp_path)
    (recorded / "2026-04-01T090000.md").write_text(policy_text().replace("1 March 2026", "1 April 2026"))
    said = operator.types("replay", str(recorded), "--all")
    assert "baseline  (2026-03-01T120000.md)" in said
    assert "silent  (2026-04-01T090000.md)" in said
    assert "only a date" in said
    assert "silent" not in operator.types("replay", str(recorded))


def test_a_folder_without_a_history_is_an_error_that_says_how_files_are_named(
    operator: Operator, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert "2023-08-23T034134.md" in operator.types("replay", str(tmp_path / "empty"), exits=2)
