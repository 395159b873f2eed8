"""What a site shows instead of a policy, or beside it: each case of section C, as a function of the policy's place.

A place shows the policy well until a case is laid over it. What a case sets stays until the next look, unless it says
otherwise with `Place.then`, which sets what each further look sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

from tests.fakes.web import WebSite

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_NAVIGATION = [
    "Home",
    "Products",
    "Pricing",
    "Help",
    "Blog",
    "Careers",
    "Press",
    "Sign in",
    "Privacy",
    "Terms",
    "Contact",
]


def sections(markdown: str) -> list[str]:
    """A policy as pieces of HTML, each with its heading."""
    rendered = _MARKDOWN.render(markdown)
    return [piece for piece in re.split(r"(?=<h[1-6])", rendered) if piece.strip()]


@dataclass
class Place:
    """Where a policy stands on the web."""

    site: WebSite
    host: str
    #: Its sections, as HTML.
    parts: list[str]
    #: The sections of another company's policy of the same kind, and of one in another language.
    other: list[str]
    foreign: list[str]
    language: str = "en"
    #: Of the policy's page, and of the other company's.
    title: str = "Privacy Policy"
    other_title: str = "Privacy Policy"
    #: What later looks see, one after the other.
    later: list[Callable[[], None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://{self.host}/legal/privacy"

    @property
    def policy(self) -> str:
        return self.page("".join(self.parts))

    def page(self, main: str, *, title: str = "", around: str = "", navigation: list[str] | None = None) -> str:
        """A page of the site."""
        links = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in navigation or _NAVIGATION)
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            f"<title>{title or self.title}</title></head><body><header><nav><ul>{links}</ul></nav></header>{around}"
            f"<main>{main}</main>"
            f"<footer><ul>{links}</ul><p>© 2026 The Company</p></footer></body></html>"
        )

    def shows(self, page: str | bytes, status: int = 200, **headers: str) -> None:
        self.site.says(f"{self.host}/legal/privacy", page, status, **headers)

    def at(self, path: str, page: str) -> None:
        """Another page of the site."""
        self.site.says(f"{self.host}{path}", page)

    def leads(self, location: str) -> None:
        self.site.redirects(f"{self.host}/legal/privacy", location)

    def then(self, *pages: str) -> None:
        """What the following looks see."""
        self.later = [lambda page=page: self.shows(page) for page in pages]  # type: ignore[misc]


CASES: dict[str, Callable[[Place], None]] = {}


def case(play: Callable[[Place], None]) -> Callable[[Place], None]:
    CASES[play.__name__] = play
    return play


def bare(title: str, *lines: str) -> str:
    """A page of few words and nothing around them."""
    words = "".join(f"<p>{line}</p>" for line in lines)
    return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{words}</body></html>"


# ---- C01 to C06: walls, errors, doors -----------------------------------------------------------------------------


@case
def challenge(place: Place) -> None:
    page = bare(
        "Just a moment...", f"{place.host} needs to review the security of your connection before proceeding.",
        "Verifying you are human. This may take a few seconds.", "Enable JavaScript and cookies to continue.",
        "Why am I seeing this page? Requests from malicious bots can pose as legitimate traffic. Occasionally, you "
        "may see "
        "this page while the site ensures that the connection is secure. Ray ID: 8f2a77c0b1",
        "Performance and security",
    )  # fmt: skip
    place.shows(page)


@case
def attention(place: Place) -> None:
    page = bare(
        "Attention Required!", "Sorry, you have been blocked.", f"You are unable to access {place.host}.",
        "This website is using a security service to protect itself from online attacks. The action you just performed "
        "triggered the security solution. There are several actions that could trigger this block, including "
        "submitting a "
        "certain word or phrase, a command or malformed data.",
        "What can I do to resolve this? You can email the site owner to let them know you were blocked. Please include "
        "what you were doing when this page came up and the ID found at the bottom of this page.",
    )  # fmt: skip
    place.shows(page)


@case
def access_denied(place: Place) -> None:
    page = bare(
        "Access Denied",
        f'You don\'t have permission to access "https://{place.host}/" on this server.',
        "Reference #18.7e2",
    )
    place.shows(page)


@case
def captcha(place: Place) -> None:
    page = bare(
        "One more step", "Please complete the CAPTCHA to continue.", "We have detected unusual traffic from your "
        "network and "
        "want to make sure that a person is sending these requests and not a robot. This check helps us keep the "
        "service "
        "safe for everybody who uses it, and it only takes a moment of your time.",
        "I am not a robot.", "Trouble with the check? Reload the page, or get in touch and tell us the number below.",
    )  # fmt: skip
    place.shows(page)


@case
def denied_with_403(place: Place) -> None:
    place.shows(bare("Forbidden", "You may not read this page."), 403)


@case
def checking_the_browser(place: Place) -> None:
    page = bare("Checking your browser", "This process is automatic. Your browser will be sent on to the page that you "
                "asked for shortly. Please allow up to five seconds.", "DDoS protection")  # fmt: skip
    place.shows(page)


_LOST = (
    "Sorry, the page you are looking for does not exist, was removed, had its name changed, or is not there at the "
    "moment.",
    "You can go back to where you came from, or look for what you need with the search at the top of every page.",
)


@case
def not_found(place: Place) -> None:
    place.shows(bare("404 - Page not found", *_LOST))


@case
def not_found_in_german(place: Place) -> None:
    page = bare("Seite nicht gefunden", "Die Seite, die Sie suchen, gibt es nicht mehr, oder sie hat jetzt einen "
    "anderen "
                "Namen. Gehen Sie bitte zurück, oder suchen Sie oben nach dem, was Sie brauchen.")  # fmt: skip
    place.shows(page)


@case
def not_found_within_the_site(place: Place) -> None:
    tips = "".join(f"<h3>{name}</h3><p>Here you find everything about {name.lower()} that our customers ask for most "
                   "often, with answers, pictures and short films.</p>" for name in _NAVIGATION)  # fmt: skip
    place.shows(place.page(f"<h1>Page not found</h1><p>{_LOST[0]}</p><h2>Popular pages</h2>{tips}", title="404"))


@case
def something_went_wrong(place: Place) -> None:
    place.shows(place.page("<h1>Oops! Something went wrong</h1><p>We are working on it. Please try again later.</p>"))


@case
def an_error_in_json(place: Place) -> None:
    place.shows('{"error": {"code": 500, "message": "upstream request timeout"}}', content_type="application/json")


_MARKETING = "".join(
    f"<section><h2>{head}</h2><p>{head} has never been so easy. Join the two million people who already manage their "
    f"days "
    f"with us, and see for yourself how much time you gain. Start for free, and cancel whenever you like.</p></section>"
    for head in ("Planning", "Sharing with friends", "Travelling", "Saving money", "Working together", "Learning more")
)


def _front(place: Place, path: str, location: str = "") -> None:
    place.at(path, place.page(f"<h1>Everything in one place</h1>{_MARKETING}", title="The Company"))
    place.leads(location or path)


@case
def to_the_front_page(place: Place) -> None:
    _front(place, "/")


@case
def to_home(place: Place) -> None:
    _front(place, "/home")


@case
def to_index_html(place: Place) -> None:
    _front(place, "/index.html", "../index.html")


@case
def to_the_front_page_in_a_language(place: Place) -> None:
    _front(place, "/en-us/")


@case
def to_another_host(place: Place) -> None:
    page = bare(
        "Request blocked", "Due to aggressive automated scraping, access to this site is limited. If you are a human "
        "user "
        "receiving this message, we can add your address to a set that can access the site by using the check below.",
        "Please complete the CAPTCHA and press the button. This process will be necessary for each address from which "
        "you "
        "wish to access the site; requests are valid for about a quarter of a year.",
    )  # fmt: skip
    place.site.says("unblock.example/slow", page)
    place.leads("https://unblock.example/slow")


_SIGN_IN = bare("Sign in to continue", "Email or phone", "Password", "Forgot your password?", "Please sign in with "
"your "
                "account to see this page. New here? Create an account, it is free and takes a minute.")  # fmt: skip


@case
def to_sign_in(place: Place) -> None:
    place.at("/login?next=/legal/privacy", _SIGN_IN)
    place.leads("/login?next=/legal/privacy")


@case
def sign_in(place: Place) -> None:
    place.shows(_SIGN_IN)


_CONSENT = (
    "We and our partners store and access information on a device, such as cookies, and process personal data, such as "
    "unique identifiers, for personalised ads and content, ad and content measurement, and audience insights.",
    "With your permission we and our partners may use precise location data and identification through device "
    "scanning. "
    "You may click to consent to the processing described above, or refuse to consent.",
    "Accept all cookies", "More options", "Reject all",
)  # fmt: skip


@case
def consent(place: Place) -> None:
    place.shows(bare("We value your privacy", *_CONSENT))


@case
def consent_in_german(place: Place) -> None:
    page = bare(
        "Ihre Privatsphäre ist uns wichtig", "Wir und unsere Partner speichern Informationen auf einem Gerät und "
        "greifen "
        "darauf zu, etwa mit Cookies, und verarbeiten personenbezogene Daten für Werbung und Inhalte.",
        "Alle akzeptieren", "Ablehnen", "Mehr Optionen",
    )  # fmt: skip
    place.shows(page)


@case
def consent_with_partners(place: Place) -> None:
    partners = [
        f"Partner {n} Media Ltd: stores cookies for up to {n} days, for ads, measurement and insights."
        for n in range(60)
    ]
    place.shows(bare("We value your privacy", *_CONSENT, *partners))


# ---- C07 to C12: the same policy, a part of it, nothing of it ------------------------------------------------------


@case
def another_language(place: Place) -> None:
    place.shows(place.page("".join(place.foreign)))


NEWS = (
    "<p>From now on we may sell your precise location and the recordings of your voice to data brokers without asking "
    "you "
    "again.</p>"
)


def with_news(place: Place) -> str:
    """The policy with one sentence that everybody would want to be told of."""
    middle = len(place.parts) // 2
    return place.page("".join([*place.parts[:middle], place.parts[middle], NEWS, *place.parts[middle + 1 :]]))


@case
def alternating(place: Place) -> None:
    place.shows(with_news(place))
    place.then(*[place.policy, with_news(place)] * 8)


@case
def stale_copies(place: Place) -> None:
    place.shows(with_news(place))
    place.then(place.policy, with_news(place), place.policy, with_news(place), place.policy)


@case
def taken_back(place: Place) -> None:
    place.shows(with_news(place))
    place.then(*[place.policy] * 8)


@case
def another_date(place: Place) -> None:
    place.shows(place.page("".join(["<p>Last updated: 3 February 2026</p>", *place.parts])))


@case
def another_year(place: Place) -> None:
    place.shows(place.policy.replace("© 2026", "© 2027"))


@case
def translated(place: Place) -> None:
    place.shows(place.page(f"<p>Translated 87 %</p>{''.join(place.parts)}"))


def _noise(place: Place, before: str) -> None:
    place.shows(place.policy.replace("</main>", f"{before}</main>"))
    place.then(*(place.policy.replace("</main>", f"{before.replace('a7', f'{n:x}b')}</main>") for n in range(8)))


@case
def nonce(place: Place) -> None:
    _noise(place, '<script nonce="a7f0c2">var a = "a7"</script><!-- served by a7 in 12 ms -->')


@case
def token_in_a_form(place: Place) -> None:
    _noise(place, '<form><input type="hidden" name="csrf" value="a7f0c2"></form>')


@case
def masked_address(place: Place) -> None:
    _noise(
        place,
        '<p>Write to <a href="/cdn-cgi/l/email-protection#a7f0c2" data-cfemail="a7f0c2">[email&#160;protected]</a></p>',
    )


@case
def reversed(place: Place) -> None:
    place.shows(place.page("".join([*place.parts[:1], *place.parts[:0:-1]])))


@case
def rotated(place: Place) -> None:
    middle = len(place.parts) // 2
    place.shows(place.page("".join(place.parts[middle:] + place.parts[:middle])))


def _first(place: Place, share: float) -> str:
    """So much of the policy, up to the end of a block."""
    whole = "".join(place.parts)
    end = whole.find("\n", int(len(whole) * share))
    return whole[: end + 1 or None]


@case
def first_fifth(place: Place) -> None:
    place.shows(place.page(_first(place, 0.2)))


@case
def first_two_fifths(place: Place) -> None:
    place.shows(place.page(_first(place, 0.4)))


@case
def first_half(place: Place) -> None:
    place.shows(place.page(_first(place, 0.5)))


@case
def first_four_fifths(place: Place) -> None:
    place.shows(place.page(_first(place, 0.8)))


@case
def cut_in_a_sentence(place: Place) -> None:
    whole = "".join(place.parts)
    start = whole.find("<p>", int(len(whole) * 0.6))
    place.shows(place.page(whole[: start + 60].rpartition(" ")[0] + "</p>"))


@case
def last_half(place: Place) -> None:
    place.shows(place.page("".join(place.parts)[len(_first(place, 0.5)) :]))


@case
def cut_off(place: Place) -> None:
    """The connection ends in the midst of the page, and nothing says how long it was to be."""
    body = place.policy.encode()
    head = b"HTTP/1.0 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\r\n"
    place.site.sends(f"{place.host}/legal/privacy", head + body[: len(body) * 6 // 10])


@case
def shell(place: Place) -> None:
    place.shows(
        '<!doctype html><html><head><title>Privacy</title></head><body><div id="root"></div>'
        '<script src="/app.js"></script>'
        "<noscript>You need to enable JavaScript to run this app.</noscript></body></html>"
    )


@case
def shell_within_the_site(place: Place) -> None:
    place.shows(place.page('<div id="policy" data-source="/api/policy"></div>'))


# ---- C13 to C24 ---------------------------------------------------------------------------------------------------

_BACK_SOON = bare("We'll be back soon!", "Sorry for the inconvenience. We are performing some maintenance at the "
"moment, "
                  "and will be back online shortly. Thank you for your patience.")  # fmt: skip


@case
def maintenance(place: Place) -> None:
    place.shows(_BACK_SOON)


@case
def maintenance_with_503(place: Place) -> None:
    place.shows(_BACK_SOON, 503)


@case
def parked(place: Place) -> None:
    page = bare(place.host, f"The domain {place.host} may be for sale. Click here to inquire about this domain.",
                "Related searches: insurance, credit cards, online courses, cheap flights, cars near me, web hosting.",
                "This page was made with the owner's parking service. The listings are provided by third parties; "
                "neither "
                "the service nor the owner keeps any relationship with the advertisers.")  # fmt: skip
    place.shows(page)


@case
def pharmacy(place: Place) -> None:
    drugs = ("Painstop", "Sleepwell", "Slimfast Forte", "Vigorex", "Calmadol", "Flexiril", "Cardiomax", "Dermaglow")
    offers = "".join(
        f"<h2>Buy {drug} online</h2><p>Order cheap {drug} without prescription from our trusted pharmacy. {drug} 50 "
        f"mg, 100 mg "
        f"and 200 mg tablets ship overnight, with free pills in every order and a discount on the next one.</p>"
        for drug in drugs
    )
    place.shows(place.page(f"<h1>Trusted online pharmacy</h1>{offers}", title="Cheap pills"))


@case
def another_companys_policy(place: Place) -> None:
    place.shows(place.page("".join(place.other), title=place.other_title))


@case
def not_in_your_region(place: Place) -> None:
    page = bare("Not available in your region", "We are sorry, but this site is not available in your country or "
    "region. We "
                "are looking at ways to offer it to you as well, and we thank you for your understanding.")  # fmt: skip
    place.shows(page)


@case
def age_gate(place: Place) -> None:
    page = bare("Are you of legal drinking age?", "Please confirm your age to enter. Day, month, year. By entering "
    "this site "
                "you accept its terms. Do not share this content with anyone under age.", "Enter", "Leave")  # fmt: skip
    place.shows(page)


@case
def denied_with_451(place: Place) -> None:
    place.shows(bare("Unavailable", "This page may not be shown where you are."), 451)


@case
def moved(place: Place) -> None:
    place.shows(
        place.page('<h1>Privacy Policy</h1><p>Our privacy policy has moved. <a href="/trust">Read it here</a>.</p>')
    )


@case
def moved_at_length(place: Place) -> None:
    words = (
        "We have brought all documents about your data together in one place, so that you find what you look for more "
        "quickly. Our privacy policy has moved to our trust center, where you can also read how we keep your "
        "information "
        "safe, which companies work for us, and how you ask for a copy of your data. "
    )
    place.shows(place.page(f'<h1>Privacy Policy</h1><p>{words}</p><p><a href="/trust">Go to the trust center</a></p>'))


@case
def speaks_of_walls(place: Place) -> None:
    said = (
        "<p>When a page is not found, when access is denied or a captcha is shown to verify you are human, we log the "
        "address that was asked for. Please sign in to continue to the settings, where we'll be back soon with "
        "more.</p>"
    )
    place.shows(place.page("".join([*place.parts, said])))


@case
def cookie_banner(place: Place) -> None:
    words = "".join(f"<p>{line}</p>" for line in _CONSENT)
    banner = f'<div id="cookie-banner" class="cookie-consent" role="dialog">{words}</div>'
    place.shows(place.page("".join(place.parts), around=banner))


@case
def promotion(place: Place) -> None:
    banner = (
        '<aside class="promo"><p>Summer sale: take 30 % off every plan until Sunday. '
        '<a href="/sale">See the offers</a></p></aside>'
    )
    place.shows(place.page("".join(place.parts), around=banner))


@case
def teasers(place: Place) -> None:
    cards = "".join(
        f'<article><a href="/blog/{n}"><h3>Ten tips for {what}</h3></a><p><a href="/blog/{n}">Read '
        f"more</a></p></article>"
        for n, what in enumerate(("a tidy desk", "better sleep", "long flights", "city gardens", "slow food"))
    )
    around = f'<section class="related"><h2>You may also like</h2>{cards}</section>'
    place.shows(place.page("".join(place.parts)).replace("<footer>", f"{around}<footer>"))


@case
def other_navigation(place: Place) -> None:
    place.shows(
        place.page("".join(place.parts), navigation=["Start", "Shop", "Stores", "Gift cards", "Events", "Log in"])
    )


@case
def mojibake(place: Place) -> None:
    whole = place.policy.replace(" ", " ", 1).replace("'", "’")
    place.shows(whole.encode().decode("cp1252", "replace").encode())


@case
def question_marks(place: Place) -> None:
    place.shows(place.policy.encode("ascii", "replace"))


@case
def divs(place: Place) -> None:
    changed = re.sub(r"<(/?)p>", r"<\1div>", "".join(place.parts))
    place.shows(place.page(re.sub(r"<(/?)(?:strong|em)>", r"<\1b>", changed)))


@case
def typography(place: Place) -> None:
    whole = "".join(place.parts)
    changed = re.sub(r"(?<=[a-z])'(?=[a-z])", "’", whole).replace(" - ", " – ").replace("&quot;", "“")
    place.shows(place.page(re.sub(r"(?<=[a-z]) (?=we |you |the )", "\u00a0", changed)))


@case
def minified(place: Place) -> None:
    place.shows(re.sub(r"\s+", " ", place.policy))


@case
def spans(place: Place) -> None:
    place.shows(re.sub(r"<p>([^<]+)</p>", r'<p><span class="t1">\1</span></p>', place.policy))


@case
def empty(place: Place) -> None:
    place.shows("")


@case
def twice(place: Place) -> None:
    place.shows(place.page("".join(place.parts * 2)))
