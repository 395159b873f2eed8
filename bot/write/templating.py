"""All wording that leaves the bot stands in templates/: posts, replies and pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment


def templates() -> Path:
    """The folder of the templates: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    return next(folder for folder in (package / "templates", package.parent / "templates") if folder.is_dir())


@cache
def environment() -> SandboxedEnvironment:
    """One sandboxed environment. HTML is escaped (``*.html``); a name that is missing is an error, never a blank."""
    return SandboxedEnvironment(
        loader=FileSystemLoader(templates()),
        autoescape=lambda name: name is not None and name.endswith((".html", ".xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
