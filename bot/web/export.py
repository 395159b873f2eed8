"""Writes every page and the feed as files, for any web host.

The app itself is asked, page by page, following its own links: what the files say is what the app says. A page becomes
a folder with an index.html, so that its address stays the one that posts carry; links are relative.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import ConfigError, SmallprintError
from bot.web import answers, links

#: The pages that everything else is linked from.
_DOORS = ("/", "/policies", "/about", "/feed.xml")


async def export(app: ASGIApp, folder: Path) -> int:
    """Write the whole site into ``folder``, which is made if it is not there; what else stands in it is left alone.

    Returns:
        How many files were written.

    Raises:
        ConfigError: the folder cannot be written.
        SmallprintError: the app could not say what a page holds.
    """

    async def as_files(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, answers.FOLDERS: True}, receive, send)

    _make(folder)
    waiting, seen = list(_DOORS), set(_DOORS)
    transport = httpx.ASGITransport(app=as_files, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://export.invalid") as client:
        while waiting:
            path = waiting.pop()
            response = await client.get(path)
            _write(folder, path, _body(path, response))
            found = {link for link in _linked(path, response) if link not in seen}
            seen |= found
            waiting += sorted(found)
    return len(seen)


def _body(path: str, response: httpx.Response) -> bytes:
    if response.is_redirect:
        return answers.render("moved.html", there=response.headers["Location"])
    if response.status_code != 200:
        raise SmallprintError(f"The page {path} cannot be made ({response.status_code}): see the log.", about=path)
    return response.content


def _linked(path: str, response: httpx.Response) -> set[str]:
    """The paths of ours that an answer names."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind == "application/json":
        return {links.change(each["id"]) for each in json.loads(response.content).get("follow_ups", ())}
    if kind != "text/html":
        return set()
    from selectolax.lexbor import LexborHTMLParser

    base = path if links.is_file(path) or path == "/" else f"{path}/"
    found = set()
    for node in LexborHTMLParser(response.text).css("[href]"):
        target = urlsplit(urljoin(f"//export.invalid{base}", node.attributes.get("href") or ""))
        if target.netloc == "export.invalid" and not target.scheme:
            found.add(target.path.rstrip("/") or "/")
    return found


def _write(folder: Path, path: str, body: bytes) -> None:
    segments = [unquote(segment) for segment in path.split("/") if segment]
    if any(segment in (".", "..") or "/" in segment or "\0" in segment for segment in segments):
        raise SmallprintError(f"The page {path} has no name that a file can have.", about=path)
    file = folder.joinpath(*segments) if links.is_file(path) else folder.joinpath(*segments, "index.html")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The pages cannot be written into {folder} ({error.strerror}): name a folder that may be written, on a disk "
        "with room.",
        about=str(folder),
    )
