"""Every way in which a page can fail to be a policy, and what `status` may then say: a table that can grow.

A case is met in two ways: by a policy that was never anything else, and by one that was read well before it turned.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import FetchFailure
from tests.soak import bodies
from tests.soak import scenes as s
from tests.soak.scenes import CHUNKED, MIB, OK, Scene

#: Words of `status` that are no kind of failure.
HELD, WELL = "held", "well"
#: However it fails: what is costly to read is stopped by one limit or another, or read after all.
ANYHOW = frozenset({*(kind.value for kind in FetchFailure), HELD, WELL})
#: It cannot turn into this.
NEVER: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """One way to fail."""

    name: str
    scene: Scene
    #: What `status` may say of it.
    ends: frozenset[str]
    #: The same for a policy that was read well before, where that differs.
    after_well: frozenset[str] | None = None
    #: How its host is reached: "address"; "mute", which accepts and says nothing; "closed"; or what DNS answers:
    #: "gone", "later" (ask again), "silent", or a private address.
    reached: str = "address"
    scheme: str = "http"
    #: Seconds for which it asks to be left alone.
    rest: int = 0
    #: So many policies meet it at most: what costs seconds by design is not met a hundred times a minute.
    most: int = 1000

    @property
    def turned(self) -> frozenset[str]:
        """What `status` may say of a policy that was read well before."""
        return self.ends if self.after_well is None else self.after_well


def _(*words: str) -> frozenset[str]:
    return frozenset(words)


F = FetchFailure
_NO_TEXT = _(F.NO_POLICY_TEXT)

BYTES = (
    Case("gzip bomb", s.bomb, _(F.TOO_LARGE), most=6),
    Case("endless body", s.streams(CHUNKED, b"10000\r\n" + b"a" * 65536 + b"\r\n"), _(F.TOO_LARGE), most=6),
    Case("endless header", s.streams(OK, b"X-More: " + b"a" * 4000 + b"\r\n"), _(F.TOO_LARGE)),
    Case("drips its body", s.drips(CHUNKED, b"1\r\na\r\n"), _(F.TIMED_OUT)),
    Case("drips its header", s.drips(OK, b"X-A: b\r\n"), _(F.TIMED_OUT)),
    Case("hears and says nothing", s.sends(then_hangs=True), _(F.TIMED_OUT)),
    Case("hangs half-way", s.sends(CHUNKED + b"6\r\n<html>\r\n", then_hangs=True), _(F.TIMED_OUT)),
    Case("cut body", s.announces(1, sent=0.6), _(F.TRUNCATED)),
    Case("too short a length", s.announces(0.3, sent=1), _(F.NO_POLICY_TEXT, F.TRUNCATED), _(HELD, F.TRUNCATED)),
    Case("length of 10 GB", s.sends(OK + b"Content-Length: 10000000000\r\n\r\n<html>"), _(F.TOO_LARGE)),
    Case("part of the content", s.answers(206, "<p>We keep"), _(F.TRUNCATED)),
    Case("gzip of gzip", s.gzip_of_gzip, _(F.SERVER_ERROR)),
    Case("brotli unasked", s.instead(bytes(range(256)) * 20, content_encoding="br"), _(F.SERVER_ERROR)),
    Case("gzip that is none", s.instead("<p>plain</p>", content_encoding="gzip"), _(F.TRUNCATED)),
    Case("10,000 headers", s.sends(OK + b"X-A: b\r\n" * 10_000 + b"\r\n"), _(F.TOO_LARGE)),
    Case("header of 1 MB", s.sends(OK + b"X-A: " + b"b" * MIB + b"\r\n\r\n"), _(F.TOO_LARGE)),
    Case("no HTTP", s.sends(b"\x00\x01\x02 what is this\r\n\r\n"), _(F.UNREACHABLE)),
    Case("header with NUL", s.sends(OK + b"X-A: \x00\x1b[31m\r\nContent-Length: 0\r\n\r\n"), _(F.UNREACHABLE)),
    Case("closes at once", s.sends(), _(F.UNREACHABLE)),
)
WAYS = (
    Case("refuses connections", s.bare, _(F.UNREACHABLE), NEVER, reached="closed"),
    Case("accepts and is mute", s.bare, _(F.TIMED_OUT), NEVER, reached="mute"),
    Case("mute instead of TLS", s.bare, _(F.TIMED_OUT), NEVER, reached="mute", scheme="https"),
    Case("no TLS behind https", s.bare, _(F.UNREACHABLE), NEVER, scheme="https"),
    Case("no such name", s.bare, _(F.UNREACHABLE), NEVER, reached="gone"),
    Case("DNS says later", s.bare, _(F.UNREACHABLE), NEVER, reached="later"),
    Case("DNS is silent", s.bare, _(F.TIMED_OUT, F.UNREACHABLE), NEVER, reached="silent", most=6),
    Case("name of a private host", s.bare, _(F.REFUSED), NEVER, reached="10.0.0.7"),
    Case("name of a cloud's own", s.bare, _(F.REFUSED), NEVER, reached="169.254.169.254"),
)
REDIRECTS = (
    Case("redirect loop", s.loops, _(F.MOVED)),
    Case("twenty redirects", s.twenty_redirects, _(F.MOVED)),
    Case("redirect to nowhere", s.leads_to(None), _(F.MOVED)),
    Case("redirect into the house", s.into_the_house, _(F.REFUSED)),
    Case("redirect to no address", s.leads_to("http://[half/"), _(F.MOVED, F.REFUSED)),
    Case("redirect to the front page", s.leads_within("/", bodies.FRONT), _(F.MOVED)),
    Case("redirect to a login", s.leads_within("/login?next=privacy", bodies.LOGIN), _NO_TEXT, _(HELD)),
)
REFUSALS = (
    Case("403", s.answers(403, bodies.WALL), _(F.BLOCKED)),
    Case("429", s.answers(429), _(F.BLOCKED)),
    Case("429, rests an hour", s.answers(429, retry_after="3600"), _(F.BLOCKED), rest=3600),
    Case("503, rests 100 seconds", s.answers(503, bodies.UPKEEP, retry_after="100"), _(F.SERVER_ERROR), rest=100),
    Case("451", s.answers(451), _(F.BLOCKED)),
    Case("404", s.answers(404, bodies.NOT_FOUND), _(F.GONE)),
    Case("410", s.answers(410), _(F.GONE)),
    Case("500", s.answers(500, bodies.TROUBLE), _(F.SERVER_ERROR)),
    Case("204", s.answers(204), _NO_TEXT),
    Case("challenge", s.instead(bodies.CHALLENGE), _(F.BLOCKED)),
    Case("challenge by header", s.instead(bodies.WALL, cf_mitigated="challenge"), _(F.BLOCKED)),
    Case("robots.txt says no", s.robots("User-agent: *\nDisallow: /"), _(F.DISALLOWED), NEVER),
    Case("robots.txt is broken", s.robots("", 500), _(F.SERVER_ERROR), NEVER),
)
NO_POLICIES = (
    Case("wall", s.instead(bodies.WALL), _NO_TEXT, _(HELD)),
    Case("page not found, with 200", s.instead(bodies.NOT_FOUND), _NO_TEXT, _(HELD)),
    Case("consent wall", s.instead(bodies.CONSENT), _NO_TEXT, _(HELD)),
    Case("maintenance, with 200", s.instead(bodies.UPKEEP), _NO_TEXT, _(HELD)),
    Case("server error, with 200", s.instead(bodies.TROUBLE), _NO_TEXT, _(HELD)),
    Case("shell for a script", s.instead(bodies.SHELL), _NO_TEXT),
    Case("nothing", s.instead(""), _NO_TEXT),
    Case("picture", s.instead(bodies.PNG, content_type="image/png"), _NO_TEXT),
    Case("picture called HTML", s.instead(bodies.PNG), _NO_TEXT),
    Case("archive called HTML", s.instead(bodies.ZIP), _NO_TEXT),
    Case("PDF of garbage", s.instead(bodies.PDF_OF_GARBAGE, content_type="application/pdf"), _NO_TEXT),
    Case("PDF without text", s.instead(bodies.PDF_WITHOUT_TEXT, content_type="application/pdf"), _NO_TEXT),
    Case("encrypted PDF", s.instead(bodies.ENCRYPTED_PDF, content_type="application/pdf"), _NO_TEXT),
    Case("damaged letters", s.made_of(bodies.damaged), _NO_TEXT, _(HELD)),
    # Nobody can tell that there was more, where nothing was read before.
    Case("first part only", s.made_of(bodies.first_part), _(WELL), _(HELD)),
    Case("another language", s.instead(bodies.GERMAN), _(WELL), _(HELD)),
    Case("hacked", s.instead(bodies.HACKED), _(WELL), _(HELD)),
)
#: What costs a processor. One of each, since with intervals scaled from an hour to a minute one is already sixty.
COSTLY = (
    Case("100,000 nested tags", s.with_inside("<div>" * 100_000), ANYHOW, most=1),
    Case("half a million tags", s.with_inside("<b>a</b>" * 500_000), ANYHOW, most=1),
    Case("200,000 attributes", s.with_inside(f"<p {' '.join(f'a{n}=b' for n in range(200_000))}>"), ANYHOW, most=1),
    Case("misnested tags", s.with_inside("<p><a><b>" * 3_000), ANYHOW, most=1),
    Case("million entities", s.with_inside("&amp;" * 900_000), ANYHOW, most=1),
    Case("line of 4 MB", s.with_inside("x" * (4 * MIB)), ANYHOW, most=1),
    Case("200,000 sentences", s.with_inside(f"<p>{'We may sell it. ' * 200_000}"), ANYHOW, most=1),
)

CASES = (*BYTES, *WAYS, *REDIRECTS, *REFUSALS, *NO_POLICIES, *COSTLY)
