"""Looking at files: `diff`, `extract`, `replay`; no settings, no store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.base import as_json_option, cli

if TYPE_CHECKING:
    from bot.model import Change, Event, Snapshot, Version
    from bot.ports import Publisher


@cli.command()
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--edits", is_flag=True, help="Also every sentence that differs, with its weight and why.")
@as_json_option
@click.pass_context
def diff(ctx: click.Context, before: Path, after: Path, edits: bool, as_json: bool) -> None:
    """What the bot would say of the step from BEFORE to AFTER (.md, .html, .pdf, .txt)."""
    from bot import show
    from bot.judge import judge
    from bot.model import Verdict

    old, new = _version(before), _version(after)
    change = judge(old, new)
    voices = _voices()
    posts = _previews(change, new.title or after.stem, voices) if change.verdict is Verdict.POST else {}
    if as_json:
        click.echo(json.dumps(show.change_json(change, posts), ensure_ascii=False))
    else:
        click.echo(show.change_words(change, posts, _lengths(posts, voices)))
        if edits:
            click.echo("\n" + show.edits_words(change))
    ctx.exit(1 if change.verdict is Verdict.POST else 0)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default="", help="Where the page came from; relative links and the language may need it.")
@click.option("--select", multiple=True, help="A CSS selector of the policy text (may be given again).")
@click.option("--remove", multiple=True, help="A CSS selector of what to leave out (may be given again).")
def extract(file: Path, url: str, select: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """The policy text in FILE as Markdown; exit 1 and the reason where there is none in it."""
    from bot.errors import FetchError, FetchFailure
    from bot.watch.extract import to_markdown
    from bot.watch.plausible import doubt
    from bot.watch.trusted import extract_trusted

    version = extract_trusted(_snapshot(file, url), select, remove)
    if doubts := doubt(version):
        raise FetchError(
            FetchFailure.NO_POLICY_TEXT, f"No policy text in {file}: {'; '.join(doubts)}.", about=str(file)
        )
    click.echo(to_markdown(version))


@cli.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Also what stayed silent, and why.")
@as_json_option
def replay(folder: Path, everything: bool, as_json: bool) -> None:
    """A recorded history (files named by time) through the whole pipeline with a simulated clock."""
    import asyncio

    from bot import show
    from bot.replay import JUDGED, TELLING
    from bot.replay import replay as run_replay
    from bot.steps.habits import Habits

    voices = _voices()
    seen = 0

    def tell(event: Event, version: str) -> None:
        nonlocal seen
        seen += 1
        if as_json:
            click.echo(json.dumps(show.event_json(event, version), ensure_ascii=False))
            return
        click.secho(f"{event.at:%Y-%m-%d %H:%M}  {event.kind.value}  ({version})", bold=True)
        click.echo("    " + show.printable("; ".join(event.reasons)))
        for line in show.posts_words(event.posts, _lengths(event.posts, voices)):
            click.echo("    " + line)

    asyncio.run(run_replay(folder, voices, Habits(), tell, JUDGED if everything else TELLING))
    if not seen and not as_json:
        click.echo("Nothing to tell.")


def _snapshot(file: Path, url: str = "") -> Snapshot:
    from datetime import UTC, datetime

    from bot.errors import ConfigError
    from bot.model import Snapshot
    from bot.watch.extract import content_type_of

    try:
        body = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read ({error.strerror}): check its permissions.", about=str(file)
        ) from error
    return Snapshot(
        url or file.as_uri() if file.is_absolute() else url, datetime.now(UTC), body, content_type_of(file.name, body)
    )


def _version(file: Path) -> Version:
    """A file as a Version; a page without policy text is an empty one, which the judge will call broken."""
    from bot.errors import FetchError
    from bot.model import Version
    from bot.watch.trusted import extract_trusted

    try:
        return extract_trusted(_snapshot(file))
    except FetchError as error:
        return Version((), doubts=(str(error),))


def _voices() -> dict[str, Publisher]:
    """The three platforms as they count and read, with no account: enough to compose."""
    from bot.platforms import build
    from bot.ports import PlatformSetup

    setup = PlatformSetup(options={}, secret=lambda name: "")
    return {name: build(name, setup) for name in ("x", "bluesky", "mastodon")}


def _lengths(posts: Mapping[str, tuple[str, ...]], voices: Mapping[str, Publisher]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(map(voices[name].length, parts)) for name, parts in posts.items()}


def _previews(change: Change, name: str, voices: Mapping[str, Publisher]) -> dict[str, tuple[str, ...]]:
    """The posts about two files of the policy ``name``, as if it stood at an address."""
    from datetime import UTC, datetime

    from bot.model import Policy, Source, Story, StoryKind
    from bot.write.compose import compose

    now = datetime.now(UTC)
    policy = Policy("files/policy", name, "", "https://policy.example/", source=Source.OPERATOR)
    story = Story("preview", policy, StoryKind.POST, change, now, now, "")
    return {platform: compose(story, voice, policy.url).parts for platform, voice in voices.items()}
