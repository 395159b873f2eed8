"""A post's picture on its way to each platform: frozen with the post, uploaded with each attempt, there once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.errors import PlatformError, PlatformFailure
from bot.model import Part, Picture, Post
from bot.platforms import build
from bot.ports import Illustrated, Publisher
from tests.fakes.bluesky import SECRETS as bluesky_secrets
from tests.fakes.bluesky import FakePds
from tests.fakes.loopback import Answered, NextPost, always, applied_then_dropped, lost
from tests.fakes.mastodon import SECRETS as mastodon_secrets
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.x import SECRETS as x_secrets
from tests.fakes.x import FakeX
from tests.platforms.stages import Stage

LINK = "https://smallprint.example/changes/2026-03-03-acme"


def png(width: int = 40, height: int = 30) -> bytes:
    """A small white picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\xff" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


CARD = Picture(png(), 40, 30, "Acme Privacy Policy: New wording. “We sell it.”")
WORDS = f"Acme Privacy Policy: new in section 2.\n\n“We sell it.”\n\n{LINK}"
POST = Post("story:platform", (WORDS, "More of it."), LINK, "Acme Privacy Policy", "en", picture=CARD)


@dataclass
class Play:
    """A publisher before its fake server."""

    publisher: Publisher
    #: The pictures of its posts, oldest first: bytes and alt text; (b"", "") where there is none.
    shown: Callable[[], list[tuple[bytes, str]]]
    #: Let the next upload, or the next attempt to post, fail.
    fail_upload: Callable[[NextPost], None]
    fail_post: Callable[[NextPost], None]
    forbidden: Answered

    def part(self, number: int = 0) -> Part:
        """A part as it comes out of the outbox."""
        return self.publisher.prepare(POST, datetime.now(UTC))[number]


@pytest.fixture(params=["x", "bluesky", "mastodon"])
def play(request: pytest.FixtureRequest) -> Iterator[Play]:
    if request.param == "x":
        with FakeX() as x:
            stage = Stage("x", list, tuple, {"api": x.url}, x_secrets)
            yield Play(
                build("x", stage.setup()),
                lambda: [(m.png, m.alt) if (m := x.media.get(t.media)) else (b"", "") for t in x.own],
                lambda attempt: setattr(x, "next_upload", attempt),
                lambda attempt: setattr(x, "next_post", attempt),
                Answered(403, {"title": "Forbidden", "detail": "Forbidden", "type": "about:blank", "status": 403}),
            )
            assert not x.broken, x.broken
    elif request.param == "bluesky":
        with FakePds() as pds:
            stage = Stage("bluesky", list, tuple, {"service": pds.url, "handle": pds.me.handle}, bluesky_secrets)

            def pictures() -> list[tuple[bytes, str]]:
                images = [record.value.get("embed", {}).get("images", [None])[0] for record in pds.own]
                return [(pds.blobs[i["image"]["ref"]["$link"]], i["alt"]) if i else (b"", "") for i in images]

            yield Play(
                build("bluesky", stage.setup()),
                pictures,
                lambda attempt: setattr(pds, "next_upload", attempt),
                lambda attempt: setattr(pds, "next_post", attempt),
                Answered(400, {"error": "AccountTakedown", "message": "Account has been taken down"}),
            )
    else:
        with FakeMastodon(keeps_key=False) as instance:
            stage = Stage("mastodon", list, tuple, {"instance": instance.url}, mastodon_secrets)
            yield Play(
                build("mastodon", stage.setup()),
                lambda: [(s.media.png, s.media.alt) if s.media else (b"", "") for s in instance.own],
                lambda attempt: setattr(instance, "next_upload", attempt),
                lambda attempt: setattr(instance, "next_post", attempt),
                Answered(403, {"error": "This action is outside the authorized scopes"}),
            )


async def test_the_first_part_shows_the_picture_with_its_alt_text(play: Play) -> None:
    await play.publisher.publish(play.part(), None, None)
    await play.publisher.publish(play.part(1), None, None)
    assert play.shown() == [(CARD.png, CARD.alt), (b"", "")]
    await play.publisher.aclose()


async def test_every_publisher_says_what_it_takes(play: Play) -> None:
    assert isinstance(play.publisher, Illustrated)
    assert play.publisher.frame.most_bytes >= 1_000_000
    assert play.publisher.frame.most_alt >= 1_000


async def test_what_is_frozen_does_not_depend_on_when_it_is_sent(play: Play) -> None:
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert play.publisher.prepare(POST, at) == play.publisher.prepare(POST, at)
    (part, _) = play.publisher.prepare(POST, at)
    assert part.picture == CARD.png
    assert CARD.sha256.encode() in part.payload


@pytest.mark.parametrize("failing", [lost, applied_then_dropped], ids=["lost", "applied, then dropped"])
async def test_an_upload_of_unknown_result_is_simply_tried_again(play: Play, failing: NextPost) -> None:
    part = play.part()
    play.fail_upload(failing)
    with pytest.raises(PlatformError) as caught:
        await play.publisher.publish(part, None, None)
    assert caught.value.kind is PlatformFailure.TRY_AGAIN
    assert play.shown() == []
    await play.publisher.publish(part, None, None)
    assert play.shown() == [(CARD.png, CARD.alt)]
    await play.publisher.aclose()


async def test_a_post_of_unknown_result_is_found_with_its_picture(play: Play) -> None:
    part = play.part()
    play.fail_post(applied_then_dropped)
    with pytest.raises(PlatformError) as caught:
        await play.publisher.publish(part, None, None)
    assert caught.value.kind is PlatformFailure.UNKNOWN
    assert await play.publisher.find(part, None, None) is not None
    assert len(play.shown()) == 1
    await play.publisher.aclose()


async def test_an_account_that_may_upload_nothing_is_the_operators_to_mend(play: Play) -> None:
    play.fail_upload(always(play.forbidden))
    with pytest.raises(PlatformError) as caught:
        await play.publisher.publish(play.part(), None, None)
    assert caught.value.kind is PlatformFailure.PAUSED
    assert play.shown() == []
    await play.publisher.aclose()


async def test_a_damaged_picture_is_never_sent(play: Play) -> None:
    for damaged in (b"", CARD.png[:-1]):
        with pytest.raises(PlatformError) as caught:
            await play.publisher.publish(replace(play.part(), picture=damaged), None, None)
        assert caught.value.kind is PlatformFailure.REJECTED
        assert "backup" in str(caught.value)
    assert play.shown() == []
    await play.publisher.aclose()


async def test_a_picture_that_mastodon_still_processes_is_waited_for() -> None:
    with FakeMastodon() as instance:
        publisher = build(
            "mastodon", Stage("mastodon", list, tuple, {"instance": instance.url}, mastodon_secrets).setup()
        )
        instance.processing = 1
        (part, _) = publisher.prepare(POST, datetime.now(UTC))
        with pytest.raises(PlatformError) as caught:
            await publisher.publish(part, None, None)
        assert caught.value.kind is PlatformFailure.TRY_AGAIN
        await publisher.publish(part, None, None)
        assert [status.media and status.media.png for status in instance.own] == [CARD.png]


# ---- Bluesky: a picture leaves no room for a link's card ----------------------------------------------------------


async def bluesky_record(post: Post) -> dict[str, object]:
    with FakePds() as pds:
        stage = Stage("bluesky", list, tuple, {"service": pds.url, "handle": pds.me.handle}, bluesky_secrets)
        publisher = build("bluesky", stage.setup())
        part = publisher.prepare(post, datetime.now(UTC))[0]
        await publisher.publish(part, None, None)
        # The same bytes again are the same post.
        await publisher.publish(part, None, None)
        await publisher.aclose()
        assert len(pds.own) == 1
        return pds.own[0].value


async def test_on_bluesky_the_policys_name_is_the_link_where_the_words_have_none() -> None:
    value = await bluesky_record(replace(POST, parts=("Acmé Privacy Policy: new.",), link_title="Acmé Privacy Policy"))
    assert value["embed"]["$type"] == "app.bsky.embed.images"  # type: ignore[index]
    (facet,) = value["facets"]  # type: ignore[misc]
    assert facet["features"] == [{"$type": "app.bsky.richtext.facet#link", "uri": LINK}]
    start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    assert str(value["text"]).encode()[start:end].decode() == "Acmé Privacy Policy"


async def test_on_bluesky_the_picture_goes_into_the_links_card_where_nothing_can_be_the_link() -> None:
    value = await bluesky_record(replace(POST, parts=("Something else: new.",)))
    embed = value["embed"]
    assert embed["external"]["uri"] == LINK  # type: ignore[index]
    assert embed["external"]["thumb"]["size"] == len(CARD.png)  # type: ignore[index]
    assert "facets" not in value
