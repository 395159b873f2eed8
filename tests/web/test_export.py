"""The whole site as files, as any web host would serve them."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.errors import ConfigError, SmallprintError
from bot.model import StoryKind
from bot.web import build
from bot.web.export import export
from tests.web.house import DAY, FOUND, HOUR, House, added


@pytest.fixture
def full(house: House) -> House:
    house.tell()
    house.tell("gone", kind=StoryKind.WITHDRAWN, under="news", at=FOUND + DAY)
    for number in range(22):
        house.tell(f"more-{number:02}", added(f"Sentence {number} is new."), at=FOUND + (number + 30) * HOUR)
    house.tell("unposted", added("Not yet."), at=FOUND + 3 * DAY, sent_to=(), owed_to=("local",))
    house.retract("more-00", "It was wrong.")
    return house


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def served(folder: Path, address: str) -> Path:
    """The file that a web host would send for an address below http://host/some/prefix/."""
    path = unquote(urlsplit(address).path).removeprefix("/some/prefix/")
    return folder / path / "index.html" if path.endswith("/") or not path else folder / path


def dead_links(folder: Path) -> set[tuple[str, str]]:
    dead = set()
    for file in folder.rglob("*.html"):
        here = f"http://host/some/prefix/{file.parent.relative_to(folder)}/".replace("/./", "/")
        page = LexborHTMLParser(file.read_text(encoding="utf-8"))
        ids = {node.attributes["id"] for node in page.css("[id]")}
        for node in page.css("[href]"):
            href = node.attributes["href"] or ""
            target = urlsplit(urljoin(here, href))
            if href.startswith("#"):
                if href[1:] not in ids:
                    dead.add((str(file), href))
            elif target.netloc == "host" and (
                not target.path.startswith("/some/prefix/") or not served(folder, target.geturl()).is_file()
            ):
                dead.add((str(file), href))
    return dead


async def test_every_page_and_feed_is_written_and_every_link_leads_to_a_file(full: House, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "site"
    number = await export(full.app, folder)
    written = files(folder)
    assert number == len(written)
    changes = {"news", *(f"more-{number:02}" for number in range(22))}
    assert written >= {f"changes/{name}/index.html" for name in changes} | {f"changes/{name}.json" for name in changes}
    assert written >= {
        "index.html",
        "feed.xml",
        "style.css",
        "icon.svg",
        "about/index.html",
        "policies/index.html",
        "policies/chirrup/privacy-policy/index.html",
        "policies/chirrup/privacy-policy/feed.xml",
        "policies/pondlife/terms-of-service/index.html",
    }
    assert dead_links(folder) == set()
    assert not [name for name in written if "unposted" in name]


async def test_a_dead_link_would_be_found(full: House, tmp_path: Path) -> None:
    await export(full.app, tmp_path)
    (tmp_path / "about" / "index.html").unlink()
    assert dead_links(tmp_path)


async def test_every_change_is_reached_from_the_front_page_of_the_files(full: House, tmp_path: Path) -> None:
    await export(full.app, tmp_path)
    seen, here = [], "http://host/some/prefix/"
    while here:
        page = LexborHTMLParser(served(tmp_path, here).read_text(encoding="utf-8"))
        seen += [(node.attributes["href"] or "").rstrip("/").rsplit("/")[-1] for node in page.css("article h2 a")]
        older = page.css_first('nav.pager a[rel="next"]')
        here = urljoin(here, older.attributes["href"] or "") if older else ""
    assert seen == [*(f"more-{number:02}" for number in reversed(range(22))), "news"]


async def test_the_files_say_what_the_app_says(full: House, tmp_path: Path) -> None:
    await export(full.app, tmp_path)

    def text(markup: str) -> str:
        return LexborHTMLParser(markup).css_first("main").text()

    exported = (tmp_path / "changes" / "news" / "index.html").read_text(encoding="utf-8")
    assert text(exported) == text((await full.get("/changes/news")).text)
    assert (
        json.loads((tmp_path / "changes" / "news.json").read_bytes()) == (await full.get("/changes/news.json")).json()
    )
    assert not feedparser.parse((tmp_path / "feed.xml").read_bytes()).bozo


async def test_the_address_of_a_follow_up_leads_on(full: House, tmp_path: Path) -> None:
    await export(full.app, tmp_path)
    page = LexborHTMLParser((tmp_path / "changes" / "gone" / "index.html").read_text(encoding="utf-8"))
    assert page.css_first("meta[http-equiv=refresh]").attributes["content"] == "0; url=../news/#gone"
    assert page.css_first("a").attributes["href"] == "../news/#gone"


async def test_writing_again_renews_the_files_and_leaves_others_alone(full: House, tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("bot.example")
    first = await export(full.app, tmp_path)
    full.retract("news", "It was wrong as well.")
    assert await export(full.app, tmp_path) == first + 1, "the correction has an address too"
    assert "It was wrong as well." in (tmp_path / "changes" / "news" / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "CNAME").read_text() == "bot.example"


async def test_with_a_public_address_the_feed_names_it(tmp_path: Path) -> None:
    house = House(public_url="https://bot.example")
    house.tell()
    await export(house.app, tmp_path)
    (entry,) = feedparser.parse((tmp_path / "feed.xml").read_bytes()).entries
    assert entry.link == "https://bot.example/changes/news"


@pytest.mark.parametrize("place", ["file", "file/below"])
async def test_a_folder_that_cannot_be_is_told_in_one_sentence(house: House, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError) as caught:
        await export(house.app, tmp_path / place)
    assert str(caught.value).startswith(f"The pages cannot be written into {tmp_path / place} (")
    assert str(caught.value).endswith("name a folder that may be written, on a disk with room.")


async def test_a_file_that_cannot_be_written_is_told_in_one_sentence(house: House, tmp_path: Path) -> None:
    (tmp_path / "style.css").mkdir()
    with pytest.raises(ConfigError, match="cannot be written into"):
        await export(house.app, tmp_path)


async def test_a_page_that_cannot_be_made_ends_the_export(house: House, tmp_path: Path) -> None:
    app = build(**house.settings)
    app.router.routes = [route for route in app.router.routes if getattr(route, "path", "") != "/about"]
    with pytest.raises(SmallprintError, match="The page /about cannot be made \\(404\\)"):
        await export(app, tmp_path)
