"""`smallprint doctor`: what is in order and what to mend, a finding a line."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from bot.app import Bot
from bot.errors import CardError, SmallprintError
from bot.ports import Labelled
from bot.settings import DEFAULT_CONTACT, Loaded
from bot.write.draw import SAMPLES, scripts_without_fonts

#: A year of a hundred policies takes far less; below this a write may fail soon.
FREE_BYTES = 200 * 1024 * 1024
#: Signed requests (X) and record times (Bluesky) go wrong when the clock is further off.
CLOCK_SECONDS = 60
#: Looked up and asked for the time: a site that the default list watches anyway.
_PROBE_HOST = "www.wikipedia.org"
#: Where letters for every script come from.
FONTS = "fonts-noto-core, fonts-noto-cjk and fonts-noto-color-emoji"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: well, or what to do."""

    what: str
    ok: bool
    words: str

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


async def network() -> Finding:
    """Name look-up and, from the answer's own Date, the clock."""
    import httpx

    try:
        await asyncio.get_running_loop().getaddrinfo(_PROBE_HOST, 443, type=socket.SOCK_STREAM)
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            answer = await client.head(f"https://{_PROBE_HOST}/")
    except (OSError, httpx.HTTPError) as error:
        return Finding(
            "network", False, f"{_PROBE_HOST} cannot be reached ({type(error).__name__}): check DNS and routes"
        )
    try:
        off = abs((datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"])).total_seconds())
    except (KeyError, ValueError):
        return Finding("network", True, "reachable; the clock could not be compared")
    if off > CLOCK_SECONDS:
        return Finding("clock", False, f"off by {off:.0f} s: turn on time synchronisation (systemd-timesyncd, chrony)")
    return Finding("network and clock", True, f"reachable; the clock is right within {off:.0f} s")


async def examine(
    loaded: Loaded,
    *,
    probe: Callable[[], Awaitable[Finding]] = network,
    least_free: int = FREE_BYTES,
    fix: bool = False,
) -> list[Finding]:
    """Look at everything that can keep the bot from working.

    Args:
        loaded: the configuration.
        probe: looks at the network; the only thing here that leaves the machine besides the platforms' own check.
        least_free: bytes of disk space that are enough.
        fix: mark accounts as bots' where they are not; nothing else is ever changed.

    Raises:
        ConfigError: the watch list or a platform's options cannot be used at all.
        StoreError: the database cannot be opened.
    """
    findings = [_configuration(loaded), _contact(loaded), *_disk(loaded, least_free)]
    bot = Bot(loaded)
    findings.append(Finding("database", True, f"{len(bot.store.policies())} policies in {_shown(loaded.store_url)}"))
    findings.append(await probe())
    findings += [await _pictures(), *await _browser(bot), *await _platforms(bot, fix)]
    await bot.aclose()
    return findings


def _configuration(loaded: Loaded) -> Finding:
    if loaded.file is None:
        return Finding("configuration", True, "none: running on the defaults (`smallprint init` writes a file)")
    return Finding("configuration", True, str(loaded.file))


def _contact(loaded: Loaded) -> Finding:
    if loaded.settings.watching.contact == DEFAULT_CONTACT:
        return Finding(
            "contact", False, "still the project's own: set [watching] contact, so that a site can reach you"
        )
    return Finding("contact", True, loaded.settings.watching.contact)


def _shown(url: str) -> str:
    """A database address without a password."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rsplit('@', 1)[-1]}"


def _disk(loaded: Loaded, least_free: int) -> list[Finding]:
    if not loaded.store_url.startswith("sqlite:///"):
        return []
    folder = Path(loaded.store_url.removeprefix("sqlite:///")).parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    words = f"{free // 1024**2:,} MB free under {folder}"
    if free < least_free:
        return [Finding("disk", False, f"{words}: make room, or move [store] to a larger disk")]
    return [Finding("disk", True, words)]


async def _pictures() -> Finding:
    """What the pictures of changes can be written in. A missing script only costs the pictures of its policies."""
    try:
        missing = await scripts_without_fonts()
    except CardError as error:
        return Finding("pictures", False, f"{error} Until then posts go without pictures")
    if missing:
        return Finding("pictures", True, f"none of changes in {', '.join(missing)}: install {FONTS} (Debian's names)")
    return Finding("pictures", True, f"can be drawn in {', '.join(SAMPLES)}")


async def _browser(bot: Bot) -> list[Finding]:
    """The browser, where a policy needs one."""
    if not any(policy.renderer for policy in bot.store.policies()):
        return []
    try:
        return [Finding("browser", True, await bot.renderer.check())]
    except SmallprintError as error:
        return [Finding("browser", False, str(error))]


async def _platforms(bot: Bot, fix: bool) -> list[Finding]:
    """Each configured platform's own word on the keys."""
    findings = []
    for name in bot.settings.publishing.platforms:
        try:
            publisher = bot.publishers[name]
            if fix and isinstance(publisher, Labelled) and (done := await publisher.label()):
                findings.append(Finding(name, True, done))
            findings.append(Finding(name, True, await publisher.check()))
        except SmallprintError as error:
            findings.append(Finding(name, False, str(error)))
    for name, why in bot.store.paused_platforms().items():
        findings.append(Finding(name, False, f"paused: {why} Then `smallprint outbox retry --platform {name}`."))
    return findings
