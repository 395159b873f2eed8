"""For the operator: `status`, `doctor`, `init`, `verify`, `retract`, `export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.cli.base import as_json_option, build_bot, cli, load_settings


@cli.command()
@as_json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """One screen: policies by health, the last cycle, what is owed, which platform is paused."""
    from bot.operator.status import status_of, status_words

    found = status_of(build_bot(ctx))
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else status_words(found))


@cli.command()
@click.option("--fix", is_flag=True, help="Mark the accounts as bots' where they are not.")
@as_json_option
@click.pass_context
def doctor(ctx: click.Context, fix: bool, as_json: bool) -> None:
    """Check configuration, keys, disk, clock and network; each finding says what to do."""
    import asyncio

    from bot.operator.doctor import examine

    findings = asyncio.run(examine(load_settings(ctx), fix=fix))
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'MEND'}  {finding.what}: {finding.words}")
    ctx.exit(0 if all(finding.ok for finding in findings) else 1)


@cli.command()
@click.option("--file", type=click.Path(path_type=Path), default=Path("smallprint.toml"), show_default=True)
@click.option("--contact", prompt="How can a site reach you (an address or a page; it is sent with each request)?")
@click.option("--public-url", prompt="Where will the bot's page be reached (empty: nowhere yet)?", default="")
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    type=click.Choice(["x", "bluesky", "mastodon"]),
    help="A platform to post to (may be given again).",
)
@click.option("--force", is_flag=True, help="Write over an existing file.")
def init(file: Path, contact: str, public_url: str, platforms: tuple[str, ...], force: bool) -> None:
    """Write a configuration file, and say which secrets each platform needs."""
    from bot.errors import ConfigError
    from bot.operator.init import configuration, next_steps

    if file.exists() and not force:
        raise ConfigError(f"{file} is there already: edit it, or write it anew with --force.", about=str(file))
    text = configuration(contact=contact, public_url=public_url, platforms=platforms)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file} cannot be written ({error.strerror}): choose another --file.") from error
    click.echo(next_steps(file, platforms))


@cli.command()
@click.argument("address")
@as_json_option
@click.pass_context
def verify(ctx: click.Context, address: str, as_json: bool) -> None:
    """Prove a change again from the store: ADDRESS is its page's address or its id."""
    from bot.operator.verify import verify as verify_story

    proof = verify_story(build_bot(ctx).store, address.rstrip("/").rsplit("/", 1)[-1])
    if as_json:
        click.echo(json.dumps(proof.as_json(), ensure_ascii=False))
    else:
        click.echo(proof.words())
    ctx.exit(0 if proof.holds else 1)


@cli.command()
@click.argument("change")
@click.argument("why")
@click.pass_context
def retract(ctx: click.Context, change: str, why: str) -> None:
    """Correct CHANGE (an id or a page's address): answer under each of its posts, and mark its page and the feed."""
    bot = build_bot(ctx)
    owed = bot.pipeline.retract(change.rstrip("/").rsplit("/", 1)[-1], why)
    click.echo(f"Retracted. {len(owed)} correction{'' if len(owed) == 1 else 's'} owed; `smallprint run` sends them.")


@cli.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def export(ctx: click.Context, folder: Path) -> None:
    """Write every page and the feed as files into FOLDER, for any web host."""
    import asyncio

    from bot.web.export import export as export_pages

    bot = build_bot(ctx)
    written = asyncio.run(export_pages(bot.pages(), folder))
    click.echo(f"{written} files in {folder}.")
