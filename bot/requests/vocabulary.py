"""The words that commands are made of, in English; `commands` has the grammar."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model import CommandKind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PHRASES: dict[str, CommandKind] = {
    phrase.strip(): kind
    for kind, phrases in {
        CommandKind.WATCH: "watch, start watching, follow, track, monitor, subscribe, subscribe to, keep an eye on",
        CommandKind.STOP: "stop, unwatch, unfollow, unsubscribe, unsubscribe from, stop watching, stop following, "
        "stop tracking, stop monitoring",
        CommandKind.STOP_ALL: "stop all, stop everything, stop it, stop this, stop that, stop replying, stop posting, "
        "stop answering, stop messaging, stop spamming, stop notifying, stop telling, stop tagging, stop mentioning, "
        "stop pinging, stop bothering, stop writing, stop sending, opt out, optout, leave me alone, go away, shut up",
        CommandKind.LIST: "list, my list, my watches, show my watches, show my list, what am i watching, "
        "what do you watch, what are you watching",
        CommandKind.WHY: "why",
        CommandKind.STATUS: "status, status of, do you watch, are you watching",
        CommandKind.LAST: "last, latest, what changed, what has changed, what's new",
        CommandKind.HELP: "help, commands, usage, info, what can you do, how do you work, how does this work, "
        "how do i use you, who are you, what are you",
    }.items()
    for phrase in phrases.split(",")
}
LONGEST_PHRASE = max(phrase.count(" ") for phrase in PHRASES) + 1
#: Everyday words: they need more than a bare name to be a command ("follow the money").
EVERYDAY = _words("follow track monitor subscribe keep")

COURTESY = _words(
    "hey hi hello yo dear please pls plz plese kindly can could would will you u ok okay and now just also so then "
    "thanks thank thx ty cheers too again for me today"
) | {"i want you to", "i would like you to", "i'd like you to", "i want to", "i'd like to", "let's"}
#: What may follow a command that needs no object.
IDLE = COURTESY | _words(
    "my all everything watches watching policies pages requests commands with out the of to us now"
)
THIS = _words(
    "this that it these those here above the page policy policies link one site website url document doc post "
    "article change please"
)
DOCUMENT = _words(
    "policy policies privacy terms tos eula conditions agreement guidelines rules notice statement cookies cookie "
    "trackers datenschutz datenschutzerklärung agb confidentialité privacidad privacidade términos termos"
)
#: What stands around an object without being a part of it.
AROUND = COURTESY | _words(
    "the a an of to on at about from in by with change changes changed update updates updated news last lately recently"
)
WHY = _words(
    "did do does didn't was wasn't is isn't has you i me my mine we tell told post posted report reported see hear get "
    "got not no nothing this that it the a about of for from change changes news"
)
ABOUT_TELLING = _words("not no nothing told posted tell post didn't wasn't isn't report reported")
#: Everyday words that no bare name holds ("watch out", "last night", "watch your step").
NO_NAMES = _words(
    "out over how what when where who whom why me us him her them they he she we you your yourself my our his their "
    "and but or not if is are was were be been am do does did have has had it its it's this that these those there "
    "here too so more most some any as in on very much many night week month year day time weekend one chance back "
    "along closely carefully tv movies videos movie video people going being doing lying joking now then yet tho though"
)
#: Where an object ends.
CUT = _words("cc via because since if when but so")
CUT_AFTER_AND = _words("tell let notify ping inform message dm")


def _slips(word: str) -> Iterator[str]:
    """A letter lost (where five or more make it safe), doubled, or swapped with the next."""
    for n in range(len(word)):
        if len(word) > 4 and n:
            yield word[:n] + word[n + 1 :]
        yield word[: n + 1] + word[n:]
        yield word[:n] + word[n + 1 : n + 2] + word[n : n + 1] + word[n + 2 :]


TYPOS = {
    slip: word
    for word in ("watch", "unwatch", "follow", "stop", "list", "status", "last", "help")
    for slip in _slips(word)
}
