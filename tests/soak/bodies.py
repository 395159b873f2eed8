"""Pages that are no policies, as sites show them in the place of one, all of them invented."""

from __future__ import annotations

from tests.fakes.pdf import paragraphs, pdf


def _page(body: str, title: str = "Firm", language: str = "en") -> str:
    return f'<!doctype html><html lang="{language}"><head><title>{title}</title></head><body>{body}</body></html>'


WALL = _page(
    "<h1>Just a moment...</h1><p>Verifying you are human. This may take a few seconds.</p>", "Just a moment..."
)
CHALLENGE = _page("<script>window._cf_chl_opt = {cvId: '3'};</script><noscript>Enable JavaScript</noscript>")
NOT_FOUND = _page("<h1>Page not found</h1><p>We looked everywhere. Try our front page instead.</p>", "404")
CONSENT = _page("<h1>We value your privacy</h1><p>We and our partners use cookies.</p><button>Accept all cookies")
UPKEEP = _page("<h1>We'll be back soon</h1><p>The site is under maintenance. Thank you for your patience.</p>")
TROUBLE = _page("<h1>Internal server error</h1><p>Something went wrong. It is our fault, and we are looking at it.</p>")
SHELL = '<!doctype html><html><head><script src="/app.js"></script></head><body><div id="root"></div></body></html>'
FRONT = _page("<h1>Welcome</h1><p>Buy our anvils: they are the best, and we bring them to your door.</p>")
LOGIN = _page("<h1>Sign in</h1><form>Email <input> Password <input></form><p>Please log in to continue.</p>")

HACKED = _page(
    "<h1>Best pills online</h1>"
    + "".join(
        f"<p>Order cheap {colour} tablets today, discreet overnight shipping, no prescription, bonus pack number {n}, "
        "lowest price guaranteed by thousands of happy customers worldwide.</p>"
        for n, colour in enumerate(("blue", "red", "green", "golden", "silver", "purple") * 3)
    )
)

_SÄTZE = (
    "Diese Erklärung beschreibt, welche Daten wir erheben, wenn Sie unsere Dienste nutzen, und wozu wir sie brauchen.",
    "Wenn Sie ein Konto eröffnen, geben Sie uns Ihren Namen, eine Anschrift und ein Kennwort, das Sie selbst wählen.",
    "Wir speichern die Adresse Ihres Geräts, die Art des Programms, mit dem Sie lesen, und die Seiten, die Sie öffnen.",
    "Das alles heben wir neunzig Tage lang auf, und danach nur noch als Summen, aus denen niemand zu erkennen ist.",
    "Wir geben Daten an Firmen weiter, die für uns arbeiten, etwa für den Betrieb der Rechner und für die Zahlung.",
    "Sie können verlangen, dass wir Ihnen zeigen, was wir über Sie wissen, und dass wir es berichtigen oder löschen.",
    "Wenn Sie mit uns nicht zufrieden sind, können Sie sich bei der Behörde beschweren, die für Sie zuständig ist.",
)
GERMAN = _page("<h1>Datenschutzerklärung</h1>" + "".join(f"<p>{satz}</p>" for satz in _SÄTZE * 4), "Datenschutz", "de")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
ZIP = b"PK\x03\x04" + bytes(4000)
PDF_OF_GARBAGE = b"%PDF-1.7\n" + b"\x00\xff<< garbage" * 400
PDF_WITHOUT_TEXT = pdf([], [])
ENCRYPTED_PDF = pdf(paragraphs("We keep it."), encrypted=True)


def first_part(page: str) -> str:
    """The first two fifths of a page's text, and the page closed as if that were all."""
    head, _, rest = page.partition("<main>")
    text = rest.partition("</main>")[0]
    part = text[: int(len(text) * 0.4)]
    return f"{head}<main>{part[: part.rindex('</p>') + 4]}</main></body></html>"


def damaged(page: str) -> bytes:
    """A page whose letters are in no charset."""
    return page.replace("</p>", " ÄÖÜß äöü €€</p>").encode("cp1252").replace(b"<p>", b"<p>\xff\xfe\x81\x8d")
