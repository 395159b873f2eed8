"""What every command shares: the group with its exit codes, the settings, and how a listing is printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import __version__

if TYPE_CHECKING:
    from bot.app import Bot
    from bot.settings import Loaded


class Commands(click.Group):
    """Turns expected trouble into one sentence and an exit code; a bug stays a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; 1 for trouble that the operator should see, 2 for what cannot be used as it is."""
        from bot.errors import ConfigError, NotFound, SmallprintError

        try:
            return super().invoke(ctx)
        except (ConfigError, NotFound) as error:
            click.echo(f"smallprint: {error}", err=True)
            ctx.exit(2)
        except SmallprintError as error:
            click.echo(f"smallprint: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="smallprint")
@click.option(
    "--config", type=click.Path(path_type=Path), help="The configuration file (default: smallprint.toml here)."
)
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Reads privacy policies, terms and rules, and posts what changed, with a proved quote."""
    ctx.obj = config


as_json_option = click.option("--json", "as_json", is_flag=True, help="For programs: JSON.")


def load_settings(ctx: click.Context) -> Loaded:
    """The configuration that the command line names."""
    from bot.settings import load

    return load(ctx.find_root().obj)


def build_bot(ctx: click.Context, **arguments: Any) -> Bot:
    """The bot of that configuration, ready but dialling nobody."""
    from bot.app import Bot

    return Bot(load_settings(ctx), **arguments)


def print_rows(rows: Iterable[Mapping[str, Any]], as_json: bool, line: str, nothing: str) -> None:
    """A listing: each row as ``line`` formats it, or all of them as one JSON array."""
    listed = list(rows)
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    for row in listed:
        click.echo(line.format(**{name: "" if value is None else value for name, value in row.items()}).rstrip())
    if not listed:
        click.echo(nothing)
