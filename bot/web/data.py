"""A told change for programs, as JSON. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import show
from bot.model import Edit
from bot.web.shelf import Told


def change_json(told: Told) -> dict[str, Any]:
    """A change for programs; its quotes and counts are those of `smallprint diff --json`."""
    story, change = told.story, told.story.change
    judged = {name: value for name, value in show.change_json(change, {}).items() if name not in ("verdict", "posts")}
    return {
        "id": story.id,
        "policy": {
            "id": story.policy.id,
            "service": story.policy.service,
            "document": story.policy.document,
            "url": story.policy.url,
            "language": story.policy.language,
        },
        "not_before": _moment(story.not_before),
        "found_at": _moment(story.found_at),
        "confirmed_at": _moment(story.confirmed_at),
        **judged,
        "quiet": change.quiet,
        "all_edits": [_edit_json(edit) for edit in change.edits],
        "snapshot_sha256": story.snapshot_sha256,
        "retracted": story.retracted or None,
        "follow_ups": [
            {
                "id": each.story.id,
                "kind": each.story.kind.value,
                "at": _moment(each.story.confirmed_at),
                "note": each.story.note or None,
            }
            for each in told.follow_ups
        ],
        "posted": [{"platform": each.platform, "url": each.url, "at": _moment(each.at)} for each in told.posted],
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _edit_json(edit: Edit) -> dict[str, Any]:
    return {"kind": edit.kind.value, "section": edit.section, "before": edit.before, "after": edit.after}
