"""Every command, thin: read the settings, call one thing, print what a person (or ``--json``) wants to see.

Exit codes: 0 fine; 1 there is something to say (`diff`) or something failed that the operator should see; 2 wrong
usage or configuration. Errors go to stderr in one sentence that says what to do. Nothing heavy is imported before it
is used: `smallprint --help` has to be quick.
"""

from bot.cli import files, lists, operate, run
from bot.cli.base import cli
from bot.redact import guard

__all__ = ["cli", "files", "lists", "main", "operate", "run"]


def main() -> None:
    """The console script."""
    guard(_secrets)
    cli(prog_name="smallprint")


def _secrets() -> tuple[str, ...]:
    from bot.settings import secret_values

    return secret_values()
