"""`smallprint init`: the configuration file to begin with, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tomlkit

#: Each platform's own options to fill in, and the environment variables that hold its secrets.
_PLATFORMS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "x": (
        {},
        (
            "SMALLPRINT_X_CONSUMER_KEY",
            "SMALLPRINT_X_CONSUMER_SECRET",
            "SMALLPRINT_X_ACCESS_TOKEN",
            "SMALLPRINT_X_ACCESS_TOKEN_SECRET",
        ),
    ),
    "bluesky": ({"handle": "your-bot.bsky.social"}, ("SMALLPRINT_BLUESKY_APP_PASSWORD",)),
    "mastodon": ({"instance": "https://your.instance"}, ("SMALLPRINT_MASTODON_ACCESS_TOKEN",)),
}


def configuration(*, contact: str, public_url: str = "", platforms: Sequence[str] = ()) -> str:
    """The text of a configuration file; everything it leaves out has its default."""
    document = tomlkit.document()
    document.add(
        tomlkit.comment("Smallprint's configuration. Secrets do not belong here: they come from the environment.")
    )
    watching = tomlkit.table()
    watching.add("contact", contact)
    document.add("watching", watching)
    publishing = tomlkit.table()
    publishing.add(tomlkit.comment("A preview until this is true: the bot shows what it would post."))
    publishing.add("publish", False)
    publishing.add("platforms", ["local", *platforms])
    document.add("publishing", publishing)
    web = tomlkit.table()
    web.add("public_url", public_url)
    if public_url:
        web.add(
            tomlkit.comment(
                "In a container or on fly.io the proxy comes from outside; behind a local proxy use 127.0.0.1."
            )
        )
        web.add("host", "0.0.0.0")  # noqa: S104 - written only where a public address was given
    document.add("web", web)
    tables = {name: _PLATFORMS[name][0] for name in platforms if _PLATFORMS[name][0]}
    if tables:
        document.add("platforms", tomlkit.item(tables))
    return tomlkit.dumps(document)


def next_steps(file: Path, platforms: Sequence[str]) -> str:
    """What is left to do after the file is written."""
    lines = [f"Wrote {file}."]
    for name in platforms:
        options, secrets = _PLATFORMS[name]
        if options:
            lines.append(f"For {name}: put your own {' and '.join(options)} under [platforms.{name}].")
        lines.append(f"For {name}: set {', '.join(secrets)} in the environment.")
    lines += [
        "Then: `smallprint doctor --fix` checks it all and marks the accounts as bots',",
        "`smallprint run` starts a preview,",
        f"and `publish = true` in {file} lets it post.",
    ]
    return "\n".join(lines)
