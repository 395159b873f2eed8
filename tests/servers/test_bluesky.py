"""The bot on the reference PDS: what only a real server can say about records, sessions and refusals."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from bot.errors import PlatformError, PlatformFailure
from bot.model import Part, Post, Receipt
from bot.platforms.bluesky import Bluesky
from bot.platforms.seal import opened, sealed
from bot.ports import PlatformSetup
from tests.servers.conftest import RealAccount, RealPds

pytestmark = pytest.mark.servers

LINK = "https://smallprint.example/changes/2023-08-23-x-privacy-policy-3f9a"


@pytest.fixture
def account(pds: RealPds) -> RealAccount:
    return pds.join()


@pytest.fixture
def memory() -> list[str]:
    return [""]


@pytest.fixture
def bot(pds: RealPds, account: RealAccount, memory: list[str]) -> Bluesky:
    return start(pds, account, memory)


def start(pds: RealPds, account: RealAccount, memory: list[str], *, password: str = "") -> Bluesky:
    """The bot after a start of its process."""
    return Bluesky(
        PlatformSetup(
            options={"service": pds.url, "handle": account.handle},
            secret=lambda name: password or account.app_password,
            recall=lambda: memory[0],
            remember=lambda text: memory.__setitem__(0, text),
        )
    )


def story(bot: Bluesky, *words: str, key: str = "story:bluesky", **more: Any) -> list[Part]:
    return list(bot.prepare(Post(key, words, **more), datetime.now(UTC)))


async def fails(attempt: Any) -> PlatformError:
    with pytest.raises(PlatformError) as failed:
        await attempt
    return failed.value


# ---- records --------------------------------------------------------------------------------------------------------


async def test_a_story_with_its_link_in_the_words(pds: RealPds, account: RealAccount, bot: Bluesky) -> None:
    [part] = story(
        bot, f"Zoë Privacy Policy\n\nNew in 2.1: “We train models.” 🧾\n\n{LINK}", link=LINK, language="en-US"
    )
    receipt = await bot.publish(part, None, None)
    record = pds.record(receipt.id)
    assert record["cid"] == receipt.cid
    assert record["value"] == json.loads(part.payload)["record"], "the server changed what was frozen"
    [facet] = record["value"]["facets"]
    marked = record["value"]["text"].encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]]
    assert marked.decode() == LINK
    assert record["value"]["langs"] == ["en"]
    assert receipt.url == f"https://bsky.app/profile/{account.handle}/post/{receipt.id.rpartition('/')[2]}"


async def test_a_story_with_its_link_on_a_card(pds: RealPds, bot: Bluesky) -> None:
    [part] = story(bot, "New in 2.1: “We train models.”", link=LINK, link_title="X Privacy Policy")
    receipt = await bot.publish(part, None, None)
    card = pds.record(receipt.id)["value"]["embed"]["external"]
    assert card == {"uri": LINK, "title": "X Privacy Policy", "description": ""}


async def test_a_thread_hangs_together(pds: RealPds, bot: Bluesky) -> None:
    parts = story(bot, "one", "two", "three", link=LINK)
    told: list[Receipt] = []
    for part in parts:
        told.append(await bot.publish(part, told[-1] if told else None, told[0] if told else None))
    replies = [pds.record(receipt.id)["value"].get("reply") for receipt in told]
    first, second, _ = ({"uri": receipt.id, "cid": receipt.cid} for receipt in told)
    assert replies == [None, {"root": first, "parent": first}, {"root": first, "parent": second}]
    assert await bot.find(parts[2], told[1], told[0]) == told[2]


async def test_an_answer_mentions_who_asked(pds: RealPds, account: RealAccount, bot: Bluesky) -> None:
    carol = pds.join()
    [asked] = story(start(pds, carol, [""]), f"@{account.handle} watch this")
    question = await start(pds, carol, [""]).publish(asked, None, None)
    [answer] = story(bot, f"@{carol.handle} I watch it.", mention=carol.handle, mention_id=carol.did)
    receipt = await bot.publish(answer, question, question)
    [facet] = pds.record(receipt.id)["value"]["facets"]
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": carol.did}]


# ---- exactly once ---------------------------------------------------------------------------------------------------


async def test_the_same_part_again_is_the_same_post(pds: RealPds, account: RealAccount, bot: Bluesky) -> None:
    [part] = story(bot, "once")
    receipts = [await bot.publish(part, None, None)]
    receipts += await asyncio.gather(*(bot.publish(part, None, None) for _ in range(5)))
    assert len(set(receipts)) == 1
    assert pds.posts(account) == ["once"]


async def test_the_same_part_five_times_at_once_is_one_post(pds: RealPds, account: RealAccount, bot: Bluesky) -> None:
    [part] = story(bot, "at once")
    await bot.check()
    receipts = await asyncio.gather(*(bot.publish(part, None, None) for _ in range(5)))
    assert len(set(receipts)) == 1
    assert pds.posts(account) == ["at once"]


async def test_another_record_at_the_same_address_is_left_alone(
    pds: RealPds, account: RealAccount, bot: Bluesky
) -> None:
    [part] = story(bot, "first")
    receipt = await bot.publish(part, None, None)
    frozen = json.loads(part.payload)
    frozen["record"]["text"] = "second"
    other = Part(part.key, 0, json.dumps(frozen).encode())
    assert (await fails(bot.publish(other, None, None))).kind is PlatformFailure.UNKNOWN
    assert (await fails(bot.find(other, None, None))).kind is PlatformFailure.REJECTED
    assert await bot.find(part, None, None) == receipt
    assert pds.posts(account) == ["first"]


async def test_a_post_whose_answer_was_lost_is_found(
    pds: RealPds, account: RealAccount, memory: list[str], bot: Bluesky
) -> None:
    """The server has it, the connection ends before it says so."""
    await bot.check()
    [part] = story(bot, "lost on the way back")
    assert await bot.find(part, None, None) is None
    label = f"{pds.url} {account.handle}"
    with losing_answers(pds.url) as proxy:
        session = opened(memory[0], account.app_password, label).replace(pds.url, proxy)
        behind = start(pds, account, [sealed(session, account.app_password, label)])
        failed = await fails(behind.publish(part, None, None))
    assert failed.kind is PlatformFailure.UNKNOWN
    found = await bot.find(part, None, None)
    assert found is not None
    assert await bot.publish(part, None, None) == found
    assert pds.posts(account) == ["lost on the way back"]


@contextmanager
def losing_answers(url: str) -> Iterator[str]:
    """A way to the server on which every request arrives and no answer comes back."""
    upstream = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client, socket.create_connection(upstream) as behind:
                    behind.settimeout(10)
                    request = b""
                    while not _is_whole(request):
                        request += client.recv(65536)
                    behind.sendall(request)
                    assert behind.recv(65536).startswith(b"HTTP/1.1 200")

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def _is_whole(request: bytes) -> bool:
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(lengths) and len(body) >= int(lengths[0].split(b":")[1])


# ---- lengths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["x" * 300, "e\u0301" * 300, "👨‍👩‍👧‍👦" * 120, "日本語" * 100, "🇩🇪" * 300, "👍🏽" * 300],
    ids=["letters", "accents", "families", "Japanese", "flags", "skin tones"],
)
async def test_what_just_fits_is_accepted_and_one_more_is_refused(bot: Bluesky, text: str) -> None:
    [part] = story(bot, text)
    assert bot.length(text) == 300
    await bot.publish(part, None, None)
    with pytest.raises(PlatformError, match="counts 301"):
        story(bot, text + "y")
    frozen = json.loads(part.payload)
    frozen["record"]["text"] += "y"
    frozen["rkey"] = "3" + frozen["rkey"][1:-1] + "2"
    refused = await fails(bot.publish(Part("other", 0, json.dumps(frozen).encode()), None, None))
    assert refused.kind is PlatformFailure.REJECTED
    assert "must not be" in str(refused) or "too" in str(refused)


# ---- the session ----------------------------------------------------------------------------------------------------


async def test_a_restart_does_not_sign_in_again(pds: RealPds, account: RealAccount, memory: list[str]) -> None:
    """After the app password was revoked nobody could."""
    await start(pds, account, memory).check()
    pds.call("com.atproto.server.revokeAppPassword", {"name": "bot"}, token=account.token)
    assert account.handle in await start(pds, account, memory).check()
    assert (await fails(start(pds, account, [""]).check())).kind is PlatformFailure.PAUSED


async def test_an_old_session_is_refreshed_and_the_new_one_remembered(
    pds: RealPds, account: RealAccount, memory: list[str]
) -> None:
    await start(pds, account, memory).check()
    before = memory[0]
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=3)):
        assert account.handle in await start(pds, account, memory).check()
    after = memory[0]
    label = f"{pds.url} {account.handle}"
    assert opened(before, account.app_password, label) != opened(after, account.app_password, label) != ""
    assert account.handle in await start(pds, account, memory).check()


async def test_a_session_that_was_ended_is_replaced_once(pds: RealPds, account: RealAccount, memory: list[str]) -> None:
    await start(pds, account, memory).check()
    label = f"{pds.url} {account.handle}"
    handle, did, access, refresh, url = opened(memory[0], account.app_password, label).split(":::")
    ended = ":::".join([handle, did, access[:-3] + "abc", refresh, url])
    memory[0] = sealed(ended, account.app_password, label)
    bot = start(pds, account, memory)
    assert await bot.publish(story(bot, "after all")[0], None, None)
    assert pds.posts(account) == ["after all"]


async def test_nothing_secret_is_remembered_in_the_open(account: RealAccount, bot: Bluesky, memory: list[str]) -> None:
    await bot.check()
    assert memory[0]
    assert account.app_password not in memory[0]
    assert "eyJ" not in memory[0]
    assert account.did not in memory[0]


# ---- the account ----------------------------------------------------------------------------------------------------


async def test_a_wrong_password_is_told(pds: RealPds, account: RealAccount) -> None:
    refused = await fails(start(pds, account, [""], password="abcd-efgh-ijkl-mnop").check())
    assert refused.kind is PlatformFailure.PAUSED
    assert "Invalid identifier or password" in str(refused)
    assert "abcd-efgh" not in str(refused)


async def test_an_account_that_is_not_labelled_as_a_bot_is_told_to(
    pds: RealPds, account: RealAccount, bot: Bluesky
) -> None:
    assert "not marked as a bot" in await bot.check()
    assert await bot.label()
    assert await bot.label() == ""
    assert await bot.check() == f"posts as @{account.handle} on {pds.url}"


async def test_an_account_that_was_taken_down_pauses_the_platform(
    pds: RealPds, account: RealAccount, memory: list[str], bot: Bluesky
) -> None:
    await bot.check()
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": account.did}
    down: dict[str, Any] = {"subject": subject, "takedown": {"applied": True}}
    pds.call("com.atproto.admin.updateSubjectStatus", down, token=pds.admin)
    refused = await fails(bot.publish(story(bot, "unheard")[0], None, None))
    assert refused.kind is PlatformFailure.PAUSED
    assert "taken down" in str(refused)
    # Signing in does not say why it is refused.
    refused = await fails(start(pds, account, [""]).check())
    assert refused.kind is PlatformFailure.PAUSED
    assert "look at the account" in str(refused)
    pds.call("com.atproto.admin.updateSubjectStatus", down | {"takedown": {"applied": False}}, token=pds.admin)
    assert await bot.publish(story(bot, "heard again")[0], None, None)


async def test_an_account_that_was_deactivated_pauses_the_platform(
    pds: RealPds, account: RealAccount, bot: Bluesky
) -> None:
    await bot.check()
    pds.call("com.atproto.server.deactivateAccount", {}, token=account.token)
    refused = await fails(bot.publish(story(bot, "unheard")[0], None, None))
    assert refused.kind is PlatformFailure.PAUSED
    assert "deactivated" in str(refused)
    assert "deactivated" in str(await fails(bot.check()))
