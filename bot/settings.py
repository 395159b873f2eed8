"""The only reader of the configuration file and the environment.

Behaviour stands in one TOML file (``smallprint.toml``), secrets in the environment and nowhere else. Every setting has
a default that is safe to run: the bot previews, and publishes only on its own page.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.errors import ConfigError

DEFAULT_FILE = Path("smallprint.toml")
#: The variable that names another file.
CONFIG = "SMALLPRINT_CONFIG"
#: Named in every request, so that a site knows whom to ask; an operator should set their own.
DEFAULT_CONTACT = "https://github.com/smallprint/smallprint"


class _Table(BaseModel):
    """One table of the file. An unknown key is an error: a typo must not silently change nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Watching(_Table):
    """``[watching]``: which policies, how often, how politely."""

    #: Watch the list that the bot ships with.
    default_list: bool = True
    #: TOML files with further ``[[policy]]`` tables, relative to the configuration file.
    lists: tuple[Path, ...] = ()
    #: Minutes between two checks of a policy; each is spread by up to a tenth.
    interval_minutes: float = Field(default=60, ge=1)
    #: Seconds between two requests to one host.
    pause_seconds: float = Field(default=2, ge=0)
    #: Checks under way at once.
    at_once: int = Field(default=8, ge=1, le=200)
    #: Days without a good read after which a policy's page and `status` say so.
    unread_days: float = Field(default=7, gt=0)
    #: An address or page at which the operator can be reached; part of the User-Agent.
    contact: str = Field(default=DEFAULT_CONTACT, min_length=3)
    #: Hosts ("127.0.0.1:8080", "wiki.corp.example") that may be read although they are not public.
    allow_hosts: tuple[str, ...] = ()
    #: Another way to a page, by which it is looked at again before a loss is believed: a proxy
    #: ("http://proxy.example:3128") or a browser service ("https://shows.example/get?url={url}"). Its key comes from
    #: SMALLPRINT_SECOND_ROUTE_KEY: "name:password" for a proxy, what stands for "{key}" in a service's address.
    second_route: str = ""


class Renderer(_Table):
    """``[renderer]``: the browser for policies that are filled by script (``renderer = "browser"`` on a watch list)."""

    #: Of a running browser: where it serves the Chrome DevTools Protocol ("http://127.0.0.1:9222", "wss://...");
    #: "{key}" in it stands for SMALLPRINT_RENDERER_KEY. "": the bot starts one itself.
    address: str = ""
    #: A Chromium on this machine; "": the one on the PATH.
    program: str = ""
    #: False where the machine has no sandbox to give, as in some containers; root never has one.
    sandbox: bool = True
    #: The most that one page may take: seconds, and what its scripts ask for.
    seconds: float = Field(default=30, ge=5, le=120)
    requests: int = Field(default=100, ge=1)
    megabytes: float = Field(default=15, ge=1, le=100)
    #: The memory that a browser which the bot started may take.
    memory_megabytes: float = Field(default=800, ge=300)
    #: The browser is closed when no policy needed it for so long.
    idle_minutes: float = Field(default=5, ge=0)

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        scheme, _, rest = value.partition("://")
        if value and scheme not in ("http", "https", "ws", "wss"):
            raise ValueError("must start with http://, https://, ws:// or wss://")
        if "@" in rest.partition("/")[0]:
            raise ValueError("must hold no password: write {key} in it, and set SMALLPRINT_RENDERER_KEY")
        return value


class Patience(_Table):
    """``[patience]``: how long a change must stand before it is told."""

    #: Where the change is coherent and plainly news.
    plain_minutes: float = Field(default=30, ge=0)
    #: Where the signal is weak, or the page is doubted (wording gone, all of it new, a third of it missing). A second
    #: route that does not answer makes it twice as long.
    weak_hours: float = Field(default=24, ge=0)
    #: Where the page is known to alternate between texts.
    alternating_hours: float = Field(default=72, ge=0)


class Publishing(_Table):
    """``[publishing]``: where to and how much."""

    #: False: a preview that shows what would be posted. The bot's own page is always kept.
    publish: bool = False
    #: Publishers by id, as their packages register them.
    platforms: tuple[str, ...] = ("local",)
    #: Whether posts carry a picture of the change, where there are fonts for it.
    pictures: bool = True
    per_hour: int = Field(default=6, ge=1)
    per_day: int = Field(default=24, ge=1)
    #: While stories wait for more than an hour, as after an outage; what waits for two days goes into one digest.
    per_hour_late: int = Field(default=3, ge=1)


class Web(_Table):
    """``[web]``: the bot's own page."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    #: Where the world reaches it, without a trailing slash; "" where it does not.
    public_url: str = ""
    title: str = "Smallprint"

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("must start with https:// (or http:// for a trial)")
        return value.rstrip("/")


class Requests(_Table):
    """``[requests]``: who may ask for a watch."""

    #: "off", "approval" (the operator decides each), "accounts" (only those listed) or "open".
    mode: Literal["off", "approval", "accounts", "open"] = "off"
    #: Handles without "@".
    accounts: tuple[str, ...] = ()
    per_person_a_day: int = Field(default=5, ge=1)
    per_host: int = Field(default=5, ge=1)
    in_all: int = Field(default=500, ge=1)
    answers_an_hour: int = Field(default=60, ge=1)


class Settings(_Table):
    """The whole configuration."""

    #: Where everything durable lives; SQLite by default, relative to the configuration file.
    store: str = "sqlite:///state/smallprint.db"
    #: "debug", "info", "warning" or "error".
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    watching: Watching = Watching()
    renderer: Renderer = Renderer()
    patience: Patience = Patience()
    publishing: Publishing = Publishing()
    web: Web = Web()
    requests: Requests = Requests()
    #: ``[platforms.<id>]``: each publisher's own options, handed to it as they are.
    platforms: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    @property
    def interval(self) -> timedelta:
        """Between two checks of a policy."""
        return timedelta(minutes=self.watching.interval_minutes)

    @property
    def unread_after(self) -> timedelta:
        """Without a good read for so long, it is said of a policy."""
        return timedelta(days=self.watching.unread_days)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with the place they came from."""

    settings: Settings
    #: The folder that relative paths start from.
    folder: Path
    #: The file that was read, or None for the defaults.
    file: Path | None

    def path(self, relative: Path) -> Path:
        """A path of the configuration, as it is meant."""
        return relative if relative.is_absolute() else self.folder / relative

    @property
    def store_url(self) -> str:
        """The database's address with a relative SQLite path made absolute."""
        prefix = "sqlite:///"
        url = self.settings.store
        if not url.startswith(prefix) or url == prefix or url.startswith(prefix + "/"):
            return url
        return prefix + str(self.path(Path(url.removeprefix(prefix))).resolve())


def load(file: Path | None = None) -> Loaded:
    """Read the configuration: ``file``, else ``$SMALLPRINT_CONFIG``, else ``smallprint.toml`` here, else the defaults.

    Raises:
        ConfigError: the file is missing, is no TOML, or holds something that is not understood.
    """
    named = file or (Path(os.environ[CONFIG]) if os.environ.get(CONFIG) else None)
    chosen = named or DEFAULT_FILE
    if not chosen.is_file():
        if named is not None:
            raise ConfigError(
                f"There is no configuration file at {chosen}: create one with `smallprint init`, or leave the option "
                "out to run on the defaults.",
                about=str(chosen),
            )
        return Loaded(Settings(), Path.cwd(), None)
    try:
        table = tomllib.loads(chosen.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The configuration file {chosen} cannot be read ({error}): check its permissions and that it is UTF-8.",
            about=str(chosen),
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{chosen} is not valid TOML: {error}. Mend that line and try again.", about=str(chosen)
        ) from error
    return Loaded(parse(table, about=str(chosen)), chosen.resolve().parent, chosen)


def parse(table: Mapping[str, Any], *, about: str = "the configuration") -> Settings:
    """A TOML table as settings.

    Raises:
        ConfigError: names each key that is unknown or wrong and what it should be.
    """
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        problems = "; ".join(_in_words(problem) for problem in error.errors(include_input=False, include_url=False))
        raise ConfigError(f"{about}: {problems}.", about=about) from error


def _in_words(problem: Any) -> str:
    place = ".".join(str(step) for step in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown key “{place}” (remove it or mend its spelling; README lists every key)"
    return f"“{place}”: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def secrets(environ: Mapping[str, str] = os.environ) -> Callable[[str], str]:
    """The one door to secrets: a function from a variable's name to its value, "" when unset."""
    return lambda name: environ.get(name, "").strip()


def secret_values(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Everything that may be a secret, for the log to black out."""
    return tuple(value for name, value in environ.items() if name.startswith("SMALLPRINT_") and name != CONFIG)
