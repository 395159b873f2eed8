"""A page is read as a polite guest would, and what goes wrong is said with what to do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import httpcore
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot import __version__
from bot.clock import StoryClock
from bot.errors import ConfigError, FetchError, FetchFailure, NotAsked
from bot.model import Policy, Snapshot, Validators
from bot.watch.breaker import SEVERAL
from bot.watch.fetch import RECONNECT_ATTEMPTS, WebFetcher
from bot.watch.wire import Limits
from tests.fakes.web import PUBLIC, Internet, WebSite
from tests.watch.conftest import NOW

URL = "https://acme.example/privacy"
POLICY = Policy("acme/privacy-policy", "Acme", "Privacy Policy", URL)
CHANGED_AT = "Mon, 02 Mar 2026 08:00:00 GMT"

Guest = Callable[..., WebFetcher]


async def failed(read: Awaitable[object]) -> FetchError:
    with pytest.raises(FetchError) as failure:
        await read
    return failure.value


# ---- a page ---------------------------------------------------------------------------------------------------


async def test_a_page_is_read_as_it_is(fetcher: WebFetcher, site: WebSite) -> None:
    site.says("/privacy", "<p>We keep it.", etag='"v1"', last_modified=CHANGED_AT)
    assert await fetcher.fetch(POLICY) == Snapshot(
        url=URL,
        fetched_at=NOW,
        body=b"<p>We keep it.",
        content_type="text/html",
        charset="utf-8",
        validators=Validators('"v1"', CHANGED_AT, URL),
    )


async def test_the_bot_says_who_it_is_and_carries_nothing_else(fetcher: WebFetcher, site: WebSite) -> None:
    site.says("/privacy", "", set_cookie="id=42; Path=/")
    await fetcher.get(URL)
    await fetcher.get(URL)
    headers = site.asked[-1].headers
    assert headers["user-agent"] == f"Smallprint/{__version__} (+ops@bot.example)"
    assert headers["accept-encoding"] == "gzip, identity"
    assert headers["accept"].startswith("text/html")
    assert headers.keys() == {"host", "connection", "user-agent", "accept", "accept-encoding", "accept-language"}


@pytest.mark.parametrize("contact", ["Zoë", "ops@bot.example\r\nX-Injected: yes"])
async def test_a_contact_that_no_header_can_hold_is_refused_at_once(guest: Guest, contact: str) -> None:
    with pytest.raises(ConfigError, match="plain address or page"):
        guest(contact=contact)


@pytest.mark.parametrize(
    ("language", "asked_for"),
    [
        ("", "en"),
        ("en", "en, en;q=0.5"),
        ("pt-BR", "pt-BR, en;q=0.5"),
        ("de\r\nX-Injected: yes", "en"),
        ("français", "en"),
    ],
)
async def test_the_page_is_asked_for_in_the_policys_language(
    fetcher: WebFetcher, site: WebSite, language: str, asked_for: str
) -> None:
    site.says("/privacy", "Wir behalten es.")
    await fetcher.fetch(Policy("acme/privacy-policy", "Acme", "Privacy Policy", URL, language=language))
    assert site.asked[-1].headers["accept-language"] == asked_for


async def test_proxies_of_the_environment_are_ignored(
    fetcher: WebFetcher, site: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.says("/privacy", "We keep it.")
    assert (await fetcher.get(URL)).body == b"We keep it."


async def test_a_connection_is_used_again(fetcher: WebFetcher, site: WebSite) -> None:
    site.says("/privacy", "We keep it.")
    for _ in range(3):
        await fetcher.get(URL)
    assert {asked.connection for asked in site.asked} == {1}


# ---- unchanged --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (Validators('"v1"', CHANGED_AT), {"if-none-match": '"v1"', "if-modified-since": CHANGED_AT}),
        (Validators('W/"v1"'), {"if-none-match": 'W/"v1"'}),
        (Validators("", CHANGED_AT, URL), {"if-modified-since": CHANGED_AT}),
    ],
)
async def test_an_unchanged_page_is_asked_for_in_the_servers_own_words(
    fetcher: WebFetcher, site: WebSite, known: Validators, asked: dict[str, str]
) -> None:
    site.says("/privacy", "We keep it.", etag=known.etag, last_modified=known.last_modified)
    assert await fetcher.fetch(POLICY, known) is None
    headers = site.asked[-1].headers
    assert {name: headers[name] for name in headers if name.startswith("if-")} == asked


async def test_a_changed_page_comes_with_new_words(fetcher: WebFetcher, site: WebSite) -> None:
    site.says("/privacy", "We sell it.", etag='"v2"')
    page = await fetcher.fetch(POLICY, Validators('"v1"'))
    assert page is not None
    assert (page.body, page.validators.etag) == (b"We sell it.", '"v2"')


@pytest.mark.parametrize("known", [None, Validators(), Validators(url=URL)])
async def test_that_nothing_changed_is_no_answer_where_nothing_is_known(
    fetcher: WebFetcher, site: WebSite, known: Validators | None
) -> None:
    site.sends("/privacy", b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert (await failed(fetcher.fetch(POLICY, known))).kind is FetchFailure.SERVER_ERROR


async def test_after_a_redirect_only_the_page_it_leads_to_is_asked_in_its_own_words(
    fetcher: WebFetcher, site: WebSite
) -> None:
    site.redirects("acme.example/privacy", "https://www.acme.example/en/privacy", 301)
    site.says("www.acme.example/en/privacy", "We keep it.", etag='"v1"')
    page = await fetcher.fetch(POLICY)
    assert page is not None
    assert page.validators == Validators('"v1"', "", "https://www.acme.example/en/privacy")
    assert await fetcher.fetch(POLICY, page.validators) is None
    first, second = (asked.headers.get("if-none-match") for asked in site.asked[-2:])
    assert (first, second) == (None, '"v1"')


async def test_the_words_of_a_page_that_a_policy_no_longer_leads_to_are_not_used(
    fetcher: WebFetcher, site: WebSite
) -> None:
    """An "unchanged" of another page would hide what this one says."""
    site.redirects("/privacy", "/us/privacy")
    site.says("/us/privacy", "We sell it.", etag='"v1"')
    known = Validators('"v1"', "", "https://acme.example/en/privacy")
    page = await fetcher.fetch(POLICY, known)
    assert page is not None
    assert page.body == b"We sell it."


# ---- redirects --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/new", "new", "//acme.example/new", "https://acme.example/new#top", "https://ACME.example./new"]
)
async def test_a_page_that_moved_is_read_where_it_is(
    fetcher: WebFetcher, site: WebSite, status: int, location: str
) -> None:
    site.redirects("/privacy", location, status)
    site.says("/new", "We keep it.")
    page = await fetcher.get(URL)
    assert (page.url, page.body) == ("https://acme.example/new", b"We keep it.")


async def test_a_page_may_move_from_http_to_https(fetcher: WebFetcher, site: WebSite, internet: Internet) -> None:
    site.redirects("acme.example/privacy", "https://www.acme.example/privacy")
    site.says("www.acme.example/privacy", "We keep it.")
    assert (await fetcher.get("http://acme.example/privacy")).url == "https://www.acme.example/privacy"


async def test_three_redirects_are_followed_and_a_fourth_is_not(fetcher: WebFetcher, site: WebSite) -> None:
    for number in range(20):
        site.redirects(f"/{number}", f"/{number + 1}")
    site.says("/20", "We keep it.")
    assert (await fetcher.get("https://acme.example/17")).url == "https://acme.example/20"
    site.asked.clear()
    failure = await failed(fetcher.get("https://acme.example/0"))
    assert (failure.kind, site.targets) == (FetchFailure.MOVED, ["/0", "/1", "/2", "/3"])


async def test_a_circle_is_left(fetcher: WebFetcher, site: WebSite) -> None:
    site.redirects("/a", "/b")
    site.redirects("/b", "/a")
    failure = await failed(fetcher.get("https://acme.example/a"))
    assert (failure.kind, site.targets) == (FetchFailure.MOVED, ["/a", "/b", "/a", "/b"])


@pytest.mark.parametrize(
    ("location", "kind", "words"),
    [
        (None, FetchFailure.MOVED, "not where to"),
        ("http://acme.example/privacy", FetchFailure.MOVED, "from https to http"),
        ("https://acme.example/", FetchFailure.MOVED, "front page"),
        ("/home", FetchFailure.MOVED, "front page"),
        ("http://169.254.169.254/latest/meta-data/", FetchFailure.REFUSED, "not on the public web"),
        ("https://acme.example:8443/privacy", FetchFailure.REFUSED, "ports 80 and 443"),
        ("mailto:legal@acme.example", FetchFailure.MOVED, "no address"),
        ("https://xn--/", FetchFailure.MOVED, "no address"),
        ("https://[::1", FetchFailure.MOVED, "no address"),
    ],
)
async def test_a_redirect_that_leads_nowhere_is_not_followed(
    fetcher: WebFetcher, site: WebSite, location: str | None, kind: FetchFailure, words: str
) -> None:
    site.redirects("/privacy", location)
    site.says("/", "Welcome!")
    site.says("/home", "Welcome!")
    failure = await failed(fetcher.get(URL))
    assert failure.kind is kind
    assert words in str(failure)


async def test_a_site_whose_front_page_is_asked_for_may_lead_to_another(fetcher: WebFetcher, site: WebSite) -> None:
    site.redirects("/", "/home")
    site.says("/home", "Welcome!")
    assert (await fetcher.get("https://acme.example")).body == b"Welcome!"


# ---- why there is no page ---------------------------------------------------------------------------------------


async def test_a_failure_is_about_its_policy(fetcher: WebFetcher) -> None:
    failure = await failed(fetcher.fetch(POLICY))
    assert (failure.kind, failure.about) == (FetchFailure.GONE, "acme/privacy-policy")


async def test_a_name_that_is_not_there_is_called_a_typing_error(fetcher: WebFetcher, clock: StoryClock) -> None:
    failure = await failed(fetcher.get("https://acmee.example/privacy"))
    assert (failure.kind, "typing error" in str(failure)) == (FetchFailure.UNREACHABLE, True)
    assert clock.now() == NOW, "it is not tried again"


async def test_a_name_that_cannot_be_looked_up_for_a_moment_is_looked_up_again(
    guest: Guest, internet: Internet, site: WebSite
) -> None:
    troubles = [socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")] * 2

    async def resolver(host: str) -> Sequence[str]:
        if troubles:
            raise troubles.pop()
        return await internet.resolve(host)

    site.says("/privacy", "We keep it.")
    assert (await guest(resolver=resolver).get(URL)).body == b"We keep it."


async def test_a_server_that_refuses_connections_is_tried_three_times(
    fetcher: WebFetcher, internet: Internet, clock: StoryClock
) -> None:
    internet.dead = {PUBLIC}
    failure = await failed(fetcher.get(URL))
    assert (failure.kind, "refuses connections" in str(failure)) == (FetchFailure.UNREACHABLE, True)
    assert internet.dialled == [PUBLIC] * RECONNECT_ATTEMPTS
    assert clock.now() > NOW, "with a pause in between"


async def test_a_server_that_takes_no_connection_in_time_is_slow(guest: Guest) -> None:
    class Slow(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.AsyncNetworkStream:
            raise httpcore.ConnectTimeout

    failure = await failed(guest(connector=Slow()).get(URL))
    assert (failure.kind, "does not accept" in str(failure)) == (FetchFailure.TIMED_OUT, True)


async def test_what_was_asked_once_is_not_asked_again(fetcher: WebFetcher, site: WebSite) -> None:
    site.sends("/privacy", b"")
    failure = await failed(fetcher.get(URL))
    assert (failure.kind, site.targets) == (FetchFailure.UNREACHABLE, ["/privacy"])


async def test_a_connection_that_is_reset_is_broken(guest: Guest) -> None:
    class Reset(httpcore.AsyncNetworkStream):
        async def read(self, *args: object, **kwargs: object) -> bytes:
            raise httpcore.ReadError("Connection reset by peer")

        async def write(self, *args: object, **kwargs: object) -> None:
            pass

        async def aclose(self) -> None:
            pass

        async def start_tls(self, *args: object, **kwargs: object) -> httpcore.AsyncNetworkStream:
            return self

        def get_extra_info(self, info: str) -> None:
            return None

    class Resetting(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.AsyncNetworkStream:
            return Reset()

    failure = await failed(guest(connector=Resetting()).get(URL))
    assert (failure.kind, "broke the connection" in str(failure)) == (FetchFailure.UNREACHABLE, True)


async def test_a_server_without_encryption_has_no_valid_certificate(guest: Guest, site: WebSite) -> None:
    """Real TLS to a server on loopback that speaks none."""
    fetcher = guest(allowed=[site.host], connector=None)
    failure = await failed(fetcher.get(f"https://{site.host}/privacy"))
    assert (failure.kind, "certificate or encryption" in str(failure)) == (FetchFailure.UNREACHABLE, True)


@pytest.mark.parametrize("trouble", ["resolver", "connection", "tls", "answer", "body", "robots"])
async def test_whoever_does_not_answer_in_time_is_not_waited_for(guest: Guest, site: WebSite, trouble: str) -> None:
    async def never(host: str) -> Sequence[str]:
        await asyncio.sleep(3600)
        raise AssertionError

    class Nobody(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.AsyncNetworkStream:
            await asyncio.sleep(3600)
            raise AssertionError

    url, settings = URL, {}
    if trouble == "resolver":
        settings = {"resolver": never}
    elif trouble == "connection":
        settings = {"connector": Nobody()}
    elif trouble == "tls":
        listener = socket.create_server(("127.0.0.1", 0))
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        url, settings = f"https://{host}/", {"connector": None, "allowed": [host]}
    elif trouble == "answer":
        site.sends("/privacy", then_hangs=True)
    elif trouble == "body":
        site.sends("/privacy", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", then_hangs=True)
    else:
        site.sends("/robots.txt", then_hangs=True)
    fetcher = guest(**settings, limits=Limits(seconds=0.15))
    began = asyncio.get_running_loop().time()
    failure = await failed(fetcher.get(url))
    assert (failure.kind, "0.15 seconds" in str(failure)) == (FetchFailure.TIMED_OUT, True)
    assert asyncio.get_running_loop().time() - began < 2
    if trouble == "tls":
        listener.close()


async def test_a_chain_of_slow_pages_has_one_budget(guest: Guest, site: WebSite) -> None:
    site.slowness = 0.1
    for number in range(3):
        site.redirects(f"/{number}", f"/{number + 1}")
    site.says("/3", "We keep it.")
    failure = await failed(guest(limits=Limits(seconds=0.25)).get("https://acme.example/0"))
    assert failure.kind is FetchFailure.TIMED_OUT
    assert len(site.targets) < 4


async def test_after_a_failure_the_next_page_of_the_host_is_read(guest: Guest, site: WebSite) -> None:
    fetcher = guest(limits=Limits(seconds=0.1))
    site.sends("/slow", then_hangs=True)
    site.says("/privacy", "We keep it.")
    await failed(fetcher.get("https://acme.example/slow"))
    assert (await fetcher.get(URL)).body == b"We keep it."


@pytest.mark.parametrize("header", ["retry_after", "location", "content_type", "etag", "content_encoding"])
async def test_no_header_can_break_the_bot(fetcher: WebFetcher, site: WebSite, header: str) -> None:
    """Whatever it holds, the page is read or it is said why not."""
    sentences = set()
    for value in ("é", "\xff\xfe", "9" * 5000, "%00", "a, b", "\\", '"', "-1", "Mon, 99 Foo 2026 99:99:99 GMT"):
        for status in (200, 302, 429, 503):
            site.says("/privacy", "We keep it.", status, **{header: value})
            try:
                page = await fetcher.fetch(POLICY)
                assert page is not None
                await fetcher.fetch(POLICY, page.validators)
            except FetchError as failure:
                sentences.add(str(failure))
    assert all(sentence.endswith(".") for sentence in sentences)
    assert sentences, "some of these are failures"


# ---- manners ----------------------------------------------------------------------------------------------------


async def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_in_between(
    fetcher: WebFetcher, site: WebSite, clock: StoryClock
) -> None:
    site.slowness = 0.002
    site.says("/privacy", "We keep it.")
    await asyncio.gather(*(fetcher.get(URL) for _ in range(4)))
    assert site.most_at_once == 1
    assert (clock.now() - NOW).total_seconds() == pytest.approx(3 * 2)


async def test_different_hosts_are_asked_at_once(guest: Guest, site: WebSite, internet: Internet) -> None:
    site.slowness = 0.02
    site.says("/privacy", "We keep it.")
    for number in range(4):
        internet.has(f"{number}.example")
    fetcher = guest()
    await asyncio.gather(*(fetcher.get(f"https://{number}.example/privacy") for number in range(4)))
    assert site.most_at_once == 4


async def test_each_host_of_a_redirect_has_its_turn_and_its_robots_txt(fetcher: WebFetcher, site: WebSite) -> None:
    site.redirects("acme.example/privacy", "https://www.acme.example/privacy")
    site.says("www.acme.example/privacy", "We keep it.")
    site.says("www.acme.example/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    failure = await failed(fetcher.get(URL))
    assert failure.kind is FetchFailure.DISALLOWED
    assert [(asked.host, asked.target) for asked in site.asked] == [
        ("acme.example", "/robots.txt"),
        ("acme.example", "/privacy"),
        ("www.acme.example", "/robots.txt"),
    ]


async def test_a_page_that_robots_may_not_read_is_not_read(fetcher: WebFetcher, site: WebSite) -> None:
    site.robots("User-agent: *\nDisallow: /privacy")
    site.says("/privacy", "We keep it.")
    site.says("/terms", "You agree.")
    failure = await failed(fetcher.get(URL))
    assert (failure.kind, failure.can_retry) == (FetchFailure.DISALLOWED, False)
    assert (await fetcher.get("https://acme.example/terms")).body == b"You agree."
    assert [asked.target for asked in site.asked] == ["/robots.txt", "/terms"], "the file is asked for once"


async def test_a_longer_pause_that_the_site_wants_is_made(
    fetcher: WebFetcher, site: WebSite, clock: StoryClock
) -> None:
    site.robots("User-agent: *\nCrawl-delay: 10")
    site.says("/privacy", "We keep it.")
    await fetcher.get(URL)
    await fetcher.get(URL)
    assert (clock.now() - NOW).total_seconds() == 10


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_missing_robots_txt_allows_everything(fetcher: WebFetcher, site: WebSite, status: int) -> None:
    site.robots("User-agent: *\nDisallow: /", status)
    site.says("/privacy", "We keep it.")
    assert (await fetcher.get(URL)).body == b"We keep it."


@pytest.mark.parametrize(("status", "kind"), [(500, FetchFailure.SERVER_ERROR), (429, FetchFailure.BLOCKED)])
async def test_while_robots_txt_cannot_be_read_the_page_is_not_either(
    fetcher: WebFetcher, site: WebSite, status: int, kind: FetchFailure
) -> None:
    site.robots("", status)
    assert (await failed(fetcher.get(URL))).kind is kind
    assert site.targets == []
    site.robots("")
    site.says("/privacy", "We keep it.")
    assert (await fetcher.get(URL)).body == b"We keep it."


async def test_robots_txt_may_have_moved(fetcher: WebFetcher, site: WebSite) -> None:
    site.redirects("acme.example/robots.txt", "https://www.acme.example/robots.txt")
    site.says("www.acme.example/robots.txt", "User-agent: *\nDisallow: /privacy", content_type="text/plain")
    assert (await failed(fetcher.get(URL))).kind is FetchFailure.DISALLOWED


@pytest.mark.parametrize("location", ["/robots.txt", "http://169.254.169.254/robots.txt", None])
async def test_a_robots_txt_that_leads_nowhere_is_none(
    fetcher: WebFetcher, site: WebSite, internet: Internet, location: str | None
) -> None:
    site.redirects("/robots.txt", location)
    site.says("/privacy", "We keep it.")
    assert (await fetcher.get(URL)).body == b"We keep it."
    assert set(internet.dialled) == {PUBLIC}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wish", ["3600", "Mon, 02 Mar 2026 10:00:00 GMT"])
async def test_a_site_that_wants_rest_gets_it_for_all_its_pages(
    fetcher: WebFetcher, site: WebSite, clock: StoryClock, status: int, wish: str
) -> None:
    site.says("/privacy", "later", status, retry_after=wish)
    site.says("/terms", "You agree.")
    first = await failed(fetcher.get(URL))
    assert first.retry_at is not None
    assert first.retry_at - NOW == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=1))
    asked = len(site.asked)
    second = await failed(fetcher.get("https://acme.example/terms"))
    assert (second.kind, second.retry_at, len(site.asked)) == (first.kind, first.retry_at, asked)
    clock.move_to(first.retry_at)
    assert (await fetcher.get("https://acme.example/terms")).body == b"You agree."


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((301,), "https://acme.example/2"),
        ((308, 301), "https://acme.example/3"),
        ((302,), ""),
        ((301, 302), ""),
        ((), ""),
    ],
)
async def test_where_a_page_moved_for_good_is_said(
    fetcher: WebFetcher, site: WebSite, statuses: tuple[int, ...], moved_to: str
) -> None:
    for number, status in enumerate(statuses, start=1):
        site.redirects(f"/{number}", f"/{number + 1}", status)
    site.says(f"/{len(statuses) + 1}", "We keep it.")
    assert (await fetcher.get("https://acme.example/1")).moved_to == moved_to


async def test_a_host_that_takes_no_connection_is_left_alone_after_several_pages(
    guest: Guest, site: WebSite, internet: Internet, clock: StoryClock
) -> None:
    internet.dead.add(PUBLIC)
    fetcher = guest()
    for number in range(SEVERAL):
        await failed(fetcher.get(f"https://acme.example/{number}"))
    dialled = len(internet.dialled)
    late = await failed(fetcher.get("https://acme.example/late"))
    assert isinstance(late, NotAsked)
    assert (late.kind, len(internet.dialled)) == (FetchFailure.UNREACHABLE, dialled)
    assert late.retry_at is not None
    clock.move_to(late.retry_at)
    internet.dead.clear()
    site.says("/late", "We keep it.")
    assert (await fetcher.get("https://acme.example/late")).body == b"We keep it."


async def test_a_host_of_which_one_page_answers_is_asked_for_the_others(
    fetcher: WebFetcher, site: WebSite, clock: StoryClock
) -> None:
    site.says("/well", "We keep it.")
    for number in range(3 * SEVERAL):
        site.says(f"/{number}", "trouble", 500)
        assert not isinstance(await failed(fetcher.get(f"https://acme.example/{number}")), NotAsked)
        clock.move_to(clock.now() + timedelta(seconds=40))
        if number % 2:
            await fetcher.get("https://acme.example/well")


async def test_a_site_that_wants_no_rest_is_asked_again(fetcher: WebFetcher, site: WebSite) -> None:
    site.says("/privacy", "busy", 503)
    await failed(fetcher.get(URL))
    site.says("/privacy", "We keep it.")
    assert (await fetcher.get(URL)).body == b"We keep it."


# ---- whatever is sent -------------------------------------------------------------------------------------------

_LINES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(
                ["Content-Length", "Content-Encoding", "Transfer-Encoding", "Location", "Retry-After", "ETag"]
            ),
            st.sampled_from(["5", "0", "gzip", "chunked", "br", "/x", "//", "http:", "xn--", "é", '"', "-1", "9" * 30]),
        ).map(lambda line: f"{line[0]}: {line[1]}".encode()),
        st.binary(max_size=20),
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([100, 200, 204, 302, 304, 429, 999]), _LINES, st.binary(max_size=40))
def test_whatever_a_server_sends_it_is_a_page_or_said_why_not(status: int, lines: list[bytes], body: bytes) -> None:
    answer = f"HTTP/1.1 {status} OK\r\n".encode() + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body

    async def read() -> None:
        async with WebSite() as site:
            site.sends("/privacy", answer)
            fetcher = WebFetcher(contact="x", clock=StoryClock(NOW), allowed=[site.host], limits=Limits(seconds=1))
            try:
                page = await fetcher.get(f"{site.url}/privacy")
                event("a page")
                assert page.fetched_at >= NOW
            except FetchError as failure:
                event(failure.kind.value)
            finally:
                await fetcher.aclose()

    asyncio.run(read())
