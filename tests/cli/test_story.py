"""From nothing to a correction, typed by an operator: each command at work on what the one before it left."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Operator, page
from tests.fakes.site import TRAINING, policy_text


def tells_news(operator: Operator) -> str:
    """Watch the company, let its policy change, tell it; the story's id."""
    operator.types("watch", "add", operator.address)
    operator.types("check")
    operator.web.put("/privacy", page(policy_text(TRAINING)))
    operator.types("check", "acme/privacy-policy")
    (sent,) = operator.reads("outbox", "list", "--all")
    return str(sent["about"])


def test_a_policy_is_found_read_and_kept_in_silence(operator: Operator) -> None:
    said = operator.types("watch", "add", operator.address)
    assert "Watching acme/privacy-policy: Acme Privacy Policy, en," in said
    assert operator.reads("watch", "list")[0]["health"] == "not read yet"
    assert "baseline" in operator.types("check")
    assert operator.reads("watch", "list")[0]["health"] == "well"
    assert operator.types("outbox", "list") == "Nothing is owed.\n"


def test_a_policy_does_not_take_the_place_of_another_page_by_its_name(operator: Operator) -> None:
    operator.types("watch", "add", operator.address)
    operator.web.put("/other", page(policy_text()))
    said = operator.types("watch", "add", operator.web.url("/other"), exits=2)
    assert "is watched already at" in said
    operator.types("watch", "add", operator.web.url("/other"), "--service", "Acme Shop")
    assert [row["id"] for row in operator.reads("watch", "list")] == ["acme-shop/privacy-policy", "acme/privacy-policy"]


def test_news_is_posted_on_the_bots_own_page_and_shown_in_the_outbox(operator: Operator) -> None:
    story = tells_news(operator)
    (sent,) = operator.reads("outbox", "list", "--all")
    assert sent["state"] == "sent"
    assert sent["platform"] == "local"
    assert sent["address"] == f"/changes/{story}"


def test_a_change_is_proved_again_from_the_store(operator: Operator) -> None:
    story = tells_news(operator)
    said = operator.types("verify", f"https://bot.example/changes/{story}")
    assert f"{story}: proved" in said
    assert TRAINING in said
    proof = operator.reads("verify", story)
    assert proof["holds"] is True
    assert proof["quotes"][0] == {"text": TRAINING, "kind": "added", "holds": True}


def test_a_retracted_change_is_corrected_and_the_export_says_so(operator: Operator, tmp_path: Path) -> None:
    story = tells_news(operator)
    why = "The sentence stood in a draft."
    assert "1 correction owed" in operator.types("retract", story, why)
    operator.types("check")
    assert len(operator.reads("outbox", "list", "--all")) == 2
    said = operator.types("export", str(tmp_path / "site"))
    assert said.startswith(f"{len([f for f in (tmp_path / 'site').rglob('*') if f.is_file()])} files in")
    pages = "".join(f.read_text() for f in (tmp_path / "site").rglob("*.html"))
    assert why in pages


def test_status_shows_the_whole_bot_on_one_screen(operator: Operator) -> None:
    tells_news(operator)
    said = operator.types("status")
    assert "preview (publish = false)" in said
    assert "1 watched, 0 not read yet" in said
    assert "nothing is owed" in said
    assert operator.reads("status")["policies"]["failing"] == {}


def test_a_page_that_is_gone_is_named_with_its_kind_and_the_others_go_on(operator: Operator) -> None:
    operator.types("watch", "add", operator.address)
    operator.web.put("/terms", page(policy_text().replace("Privacy Policy", "Terms of Service"), "Bolt"))
    operator.types("watch", "add", operator.web.url("/terms"), "--service", "Bolt", "--document", "Terms of Service")
    del operator.web.pages["/privacy"]
    said = operator.types("check", exits=1)
    assert "gone" in said
    assert "baseline" in said
    assert operator.reads("status")["policies"]["failing"]["acme/privacy-policy"]["kind"] == "gone"
    assert "still failing" in operator.types("check", "acme/privacy-policy", exits=1), "who asks is answered"


def test_a_policy_can_be_paused_and_removed(operator: Operator) -> None:
    operator.types("watch", "add", operator.address)
    operator.types("watch", "pause", "acme/privacy-policy")
    assert operator.reads("watch", "list")[0]["health"] == "paused"
    assert operator.types("check") == "Nothing was due.\n"
    operator.types("watch", "pause", "acme/privacy-policy", "--off")
    assert "baseline" in operator.types("check")
    operator.types("watch", "remove", "acme/privacy-policy")
    assert operator.reads("watch", "list") == []


def test_what_is_not_there_is_said_with_what_to_do(operator: Operator) -> None:
    for words in (
        ("watch", "remove", "nobody/nothing"),
        ("watch", "pause", "nobody/nothing"),
        ("check", "nobody/nothing"),
        ("verify", "2026-01-01-nobody"),
        ("retract", "2026-01-01-nobody", "why"),
        ("outbox", "retry", "77"),
        ("outbox", "discard", "77"),
        ("requests", "approve", "77"),
        ("requests", "refuse", "77"),
    ):
        said = operator.types(*words, exits=2)
        assert said.startswith("smallprint: There is no"), words
        assert "Traceback" not in said


def test_an_outbox_row_can_be_discarded_before_it_is_sent(operator: Operator) -> None:
    operator.configures("[publishing]\npublish = true\nplatforms = ['local', 'x']\n")
    tells = operator.types("watch", "add", operator.address), operator.types("check")
    operator.web.put("/privacy", page(policy_text(TRAINING)))
    said = operator.types("check", "acme/privacy-policy", exits=1)
    assert "SMALLPRINT_X_CONSUMER_KEY" in said, tells
    (owed,) = operator.reads("outbox", "list")
    assert owed["platform"] == "x"
    assert "x is paused" in operator.types("outbox", "list")
    assert "Going on with x" in operator.types("outbox", "retry", "--platform", "x")
    operator.types("outbox", "discard", str(owed["id"]))
    assert operator.types("outbox", "list") == "Nothing is owed.\n"
