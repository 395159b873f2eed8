"""From an address, a domain or a name to the policy itself, over a real connection."""

from __future__ import annotations

import pytest

from bot.errors import FetchError, FetchFailure
from bot.model import Source
from bot.watch.discover import CANDIDATES, USUAL_PLACES, Found, discover
from bot.watch.fetch import WebFetcher
from bot.watch.trusted import Trusted
from tests.fakes.site import policy_text
from tests.fakes.web import Internet, WebSite, policy_page

TERMS = policy_text().replace("# Acme Privacy Policy", "# Acme Terms of Service")
PRIVACY_PAGE = policy_page("Privacy Policy | Acme", policy_text(), name="Acme")
TERMS_PAGE = policy_page("Terms of Service | Acme", TERMS, name="Acme")
FOOTER = (
    '<footer><a href="/legal/terms">Terms</a> <a href="/legal/privacy">Privacy</a> <a href="/jobs">Jobs</a></footer>'
)


@pytest.fixture
def acme(site: WebSite) -> WebSite:
    """A company's site with two policies."""
    site.says("/", f"<title>Acme</title><h1>Shoes</h1>{FOOTER}")
    site.says("/legal/privacy", PRIVACY_PAGE)
    site.says("/legal/terms", TERMS_PAGE)
    return site


def documents(found: Found) -> list[tuple[str, str]]:
    return [(candidate.document, candidate.url) for candidate in found.candidates]


async def failed(target: str, fetcher: WebFetcher) -> FetchError:
    with pytest.raises(FetchError) as failure:
        await discover(target, fetcher.get, Trusted())
    return failure.value


BOTH = [
    ("Privacy Policy", "https://acme.example/legal/privacy"),
    ("Terms of Service", "https://acme.example/legal/terms"),
]


async def test_an_address_is_the_policy_itself(fetcher: WebFetcher, acme: WebSite) -> None:
    acme.says("/legal/privacy?utm_source=post", PRIVACY_PAGE)
    found = await discover("https://acme.example/legal/privacy?utm_source=post", fetcher.get, Trusted())
    policy = found.policy(Source.OPERATOR)
    assert (policy.id, policy.service, policy.document) == ("acme/privacy-policy", "Acme", "Privacy Policy")
    assert (policy.url, policy.language) == ("https://acme.example/legal/privacy", "en")
    assert found.words == found.candidates[0].words > 100
    assert acme.targets == ["/legal/privacy?utm_source=post"]


async def test_an_address_is_watched_where_it_leads_to(fetcher: WebFetcher, acme: WebSite) -> None:
    acme.redirects("/privacy", "/legal/privacy")
    found = await discover("acme.example/privacy", fetcher.get, Trusted())
    assert documents(found) == BOTH[:1]


async def test_an_address_may_come_with_its_document(fetcher: WebFetcher, acme: WebSite) -> None:
    acme.says("/rules", policy_page("Acme", policy_text().replace("# Acme Privacy Policy", "# How we do it")))
    assert (await failed("https://acme.example/rules", fetcher)).kind is FetchFailure.NO_POLICY_TEXT
    found = await discover("https://acme.example/rules community guidelines", fetcher.get, Trusted())
    assert documents(found) == [("Community Guidelines", "https://acme.example/rules")]


@pytest.mark.parametrize("target", ["acme.example", "https://acme.example", "https://acme.example/", " acme.example "])
async def test_a_domain_links_to_its_policies(fetcher: WebFetcher, acme: WebSite, target: str) -> None:
    assert documents(await discover(target, fetcher.get, Trusted())) == BOTH
    assert "/jobs" not in acme.targets


@pytest.mark.parametrize(
    ("target", "document"), [("acme.example terms of service", BOTH[1]), ("acme.example datenschutz", BOTH[0])]
)
async def test_a_domain_may_come_with_the_document_that_is_wanted(
    fetcher: WebFetcher, acme: WebSite, target: str, document: tuple[str, str]
) -> None:
    assert documents(await discover(target, fetcher.get, Trusted())) == [document]
    assert len(acme.targets) == 2, "nothing else is read"


@pytest.mark.parametrize("name", ["Acme", "ACME", "Acme privacy policy", "acme terms & privacy"])
async def test_a_name_is_looked_for_at_its_com_address(
    fetcher: WebFetcher, acme: WebSite, internet: Internet, name: str
) -> None:
    internet.has("acme.com")
    found = await discover(name, fetcher.get, Trusted())
    assert found.candidates[0].url == "https://acme.com/legal/privacy"


async def test_a_page_that_lists_the_policies_is_read_where_the_first_page_links_to_none(
    fetcher: WebFetcher, acme: WebSite
) -> None:
    acme.says("/", '<a href="/legal">Legal</a>')
    acme.says("/legal", f"<h1>Legal</h1>{FOOTER}")
    assert documents(await discover("acme.example", fetcher.get, Trusted())) == BOTH


async def test_a_page_about_legal_matters_that_is_gone_ends_nothing(fetcher: WebFetcher, site: WebSite) -> None:
    site.says("/", '<a href="/legal">Legal</a>')
    assert (await failed("acme.example", fetcher)).kind is FetchFailure.GONE
    site.says("/privacy", PRIVACY_PAGE)
    found = await discover("acme.example", fetcher.get, Trusted())
    assert documents(found) == [("Privacy Policy", "https://acme.example/privacy")]


@pytest.mark.parametrize("status", [200, 403, 500])
async def test_the_usual_places_are_looked_at_where_no_page_links_to_a_policy(
    fetcher: WebFetcher, site: WebSite, status: int
) -> None:
    site.says("/", "<div id=root></div>", status)
    site.says("/privacy-policy", PRIVACY_PAGE)
    site.says("/terms", TERMS_PAGE)
    found = await discover("acme.example", fetcher.get, Trusted())
    assert [candidate.document for candidate in found.candidates] == ["Privacy Policy", "Terms of Service"]
    assert "/legal/privacy" not in site.targets, "one of each document is enough"


async def test_links_that_lead_to_no_policy_are_passed_over(fetcher: WebFetcher, acme: WebSite) -> None:
    acme.says(
        "/",
        '<a href="/gone">Cookies</a><a href="http://169.254.169.254/dmca">DMCA</a>'
        f'<a href="/shoes">Community Guidelines</a>{FOOTER}',
    )
    acme.says("/shoes", "<h1>Shoes</h1>")
    assert documents(await discover("acme.example", fetcher.get, Trusted())) == BOTH


async def test_a_site_is_asked_for_a_few_documents_at_most(fetcher: WebFetcher, site: WebSite) -> None:
    names = [
        "Privacy",
        "Terms",
        "Cookies",
        "Acceptable use",
        "Community guidelines",
        "DMCA",
        "Law enforcement",
        "API terms",
    ]
    site.says("/", "".join(f'<a href="/{number}">{name}</a>' for number, name in enumerate(names)))
    for number in range(len(names)):
        site.says(f"/{number}", policy_page("Acme", policy_text().replace("# Acme Privacy Policy", "# Acme")))
    assert len((await discover("acme.example", fetcher.get, Trusted())).candidates) == CANDIDATES
    assert len(site.targets) == 1 + CANDIDATES


# ---- what is not found --------------------------------------------------------------------------------------------


async def test_a_site_without_a_policy_is_said_to_have_none(fetcher: WebFetcher, site: WebSite) -> None:
    site.says("/", "<h1>Shoes</h1>")
    failure = await failed("acme.example", fetcher)
    assert (failure.kind, "address of the policy itself" in str(failure)) == (FetchFailure.NO_POLICY_TEXT, True)
    assert len(site.targets) == 1 + len(USUAL_PLACES)


async def test_a_site_that_lets_nobody_in_is_said_to(fetcher: WebFetcher, site: WebSite) -> None:
    for path in ("/", *USUAL_PLACES):
        site.says(path, "no", 403)
    assert (await failed("acme.example", fetcher)).kind is FetchFailure.BLOCKED


async def test_a_name_that_nobody_has_is_not_looked_for_any_further(fetcher: WebFetcher, internet: Internet) -> None:
    failure = await failed("Nobody", fetcher)
    assert (failure.kind, internet.looked_up) == (FetchFailure.UNREACHABLE, ["nobody.com"])


@pytest.mark.parametrize("target", ["", "   ", "!!!", "приватность", "privacy policy", "a" * 41])
async def test_what_is_no_name_is_not_looked_for(fetcher: WebFetcher, internet: Internet, target: str) -> None:
    failure = await failed(target, fetcher)
    assert (failure.kind, internet.looked_up) == (FetchFailure.NO_POLICY_TEXT, [])


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/privacy", "localhost.localdomain", "https://acme.example:22/", "a@b.c"]
)
async def test_what_the_gate_refuses_is_refused(fetcher: WebFetcher, internet: Internet, target: str) -> None:
    assert (await failed(target, fetcher)).kind is FetchFailure.REFUSED
    assert internet.dialled == []


async def test_every_page_is_read_with_manners(fetcher: WebFetcher, acme: WebSite) -> None:
    acme.robots("User-agent: *\nDisallow: /legal/privacy")
    assert documents(await discover("acme.example", fetcher.get, Trusted())) == BOTH[1:]
    assert "/legal/privacy" not in acme.targets
