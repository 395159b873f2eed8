"""The pictures of README: invented companies, as the real pages show them.

Taken anew with ``python -m tests.web.pictures docs/pictures``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.demo import company
from bot.model import Change, Edit, EditKind, Policy, Quote, Rename, StoryKind, Verdict
from bot.web import serve
from tests.web import chromium
from tests.web.house import CHIRRUP, DAY, POND, House, reworded

ROOKERY = replace(CHIRRUP, service=company.NEW_NAME)
TEAL = Policy(
    "tealmail/privacy-policy", "Tealmail", "Privacy Policy", "https://tealmail.example/privacy", language="en"
)
STORY = "2026-03-03-chirrup-privacy-policy-3f9a41"

_GIVEN = "2.1 Information you give us"
_TRAINING = (
    "We may also use your posts to train our artificial intelligence models, unless you object in your settings."
)
_EDITS = (
    Edit(EditKind.ADDED, _GIVEN, None, _TRAINING, 1.6, ("ai",)),
    Edit(
        EditKind.REWORDED,
        "4. How long we keep information",
        "If you delete it, we erase your posts and your messages within thirty days.",
        "If you delete it, we erase your posts and your messages within ninety days.",
        1.2,
        ("retention",),
    ),
    Edit(EditKind.ADDED, "Rookery Privacy Policy", None, "This policy goes into effect on 9 April 2026."),
)
NEWS = Change(
    Verdict.POST,
    (
        "new sentence about ai; says what may or must be in “2.1 Information you give us”",
        "figure changed: ninety, thirty",
    ),
    _EDITS,
    (Rename(company.OLD_NAME, company.NEW_NAME, 6),),
    date(2026, 4, 9),
    ("ai", "retention"),
    (
        Quote(_TRAINING, EditKind.ADDED, _GIVEN),
        Quote(_EDITS[1].after or "", EditKind.REWORDED, _EDITS[1].section, _EDITS[1].before),
    ),
    True,
    False,
)
REFUNDS = reworded(
    "You may stop paying at any time, and we will refund what you have paid for the rest of the month.",
    "You may stop paying at any time, but we do not refund what you have paid for the rest of the year.",
    section="9.2 Refunds",
    topics=("fees",),
    quiet=True,
)
PROMISE = "We will never read your letters to choose advertisements."
GONE = Change(
    Verdict.POST,
    ("gone sentence about ads",),
    (Edit(EditKind.REMOVED, "Our promises", PROMISE, None, 1.4, ("ads",)),),
    topics=("ads",),
    quotes=(Quote(PROMISE, EditKind.REMOVED, "Our promises"),),
)


def furnished() -> House:
    """A house with three stories."""
    house = House()
    house.store.add_policy(TEAL)
    everywhere = ("local", "x", "bluesky", "mastodon")
    house.tell("2026-02-20-tealmail-privacy-policy-b01cd2", GONE, of=TEAL, at=datetime(2026, 2, 20, 6, 5, tzinfo=UTC))
    house.tell(STORY, NEWS, of=ROOKERY, at=company.PUBLISHED, sent_to=everywhere)
    for days, kind in ((1, StoryKind.WITHDRAWN), (7, StoryKind.RESTORED)):
        at = company.PUBLISHED + days * DAY
        house.tell(f"{STORY}-{kind}", NEWS, of=ROOKERY, at=at, kind=kind, under=STORY, sent_to=everywhere)
    house.tell(
        "2026-03-12-pondlife-terms-of-service-aa12bc", REFUNDS, of=POND, at=datetime(2026, 3, 12, 17, tzinfo=UTC)
    )
    return house


async def take(folder: Path) -> None:
    """Write the pictures into a folder that is there."""
    server, task = await serve(furnished().app, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory() as profile:
        async with chromium.Outside() as outside:
            browser = chromium.Browser(chromium.find(), Path(profile), outside)
            change = f"{address}/changes/{STORY}"
            await browser.picture(change, folder / "change-phone.png", 360, 800, sharp=True)
            await browser.picture(change, folder / "change-desktop-dark.png", 1280, 860, dark=True)
            await browser.picture(f"{address}/", folder / "list.png", 1280, 980)
    server.should_exit = True
    await task


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")))
