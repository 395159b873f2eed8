"""The registry: which publishers there are, and how one is built.

A publisher is found by its entry point in the group ``smallprint.publishers``, whether it is one of ours or comes from
another package. Loading one is cheap: the platforms' own libraries are imported where something is published.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from bot.errors import ConfigError
from bot.ports import PlatformSetup, Publisher

GROUP = "smallprint.publishers"


def available() -> dict[str, EntryPoint]:
    """Every publisher that is installed, by id."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}


def build(publisher: str, setup: PlatformSetup) -> Publisher:
    """The publisher of this id.

    A factory may say which options it knows, ``options = {"instance": str}``; then an unknown or wrong one is an error.

    Raises:
        ConfigError: nobody offers it, its package is broken, or its options are not understood.
    """
    offered = available()
    if publisher not in offered:
        raise ConfigError(
            f"There is no platform “{publisher}”: choose from {', '.join(offered) or 'none (install smallprint)'}.",
            about=publisher,
        )
    try:
        factory = offered[publisher].load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"The platform “{publisher}” cannot be loaded ({error}): install the package it comes from again.",
            about=publisher,
        ) from error
    _check_options(publisher, setup, getattr(factory, "options", None))
    built: Publisher = factory(setup)
    return built


def _check_options(publisher: str, setup: PlatformSetup, known: dict[str, type] | None) -> None:
    if known is None:
        return
    for name, value in setup.options.items():
        if name not in known:
            raise ConfigError(
                f"[platforms.{publisher}] has no option “{name}”: choose from {', '.join(sorted(known)) or 'none'}.",
                about=publisher,
            )
        if type(value) is not known[name] and not (known[name] is float and type(value) is int):
            raise ConfigError(
                f"[platforms.{publisher}] {name} must be a {_TYPES[known[name]]}, not {value!r}.", about=publisher
            )


_TYPES = {str: "text in quotes", bool: "true or false", int: "whole number", float: "number"}
