"""The bot's own pages: every change it told, a feed, health and metrics, served from the bot's process.

    links     addresses of pages, relative, so that they hold behind any prefix and in an export      pure
    text      words of others -> words for a page                                                      pure
    marks     two wordings -> pieces marked as gone or new                                             pure
    shelf     the store -> told changes with what became of them
    wording   quotes and edits with their marks                                                        pure
    views     a told change -> what its page shows                                                     pure
    data      a told change -> JSON                                                                    pure
    answers   a template or bytes -> an HTTP answer with its headers
    recent    an answer that was just made, again; 304 where nothing is new
    condition a policy's health -> a word                                                              pure
    pages     the pages for people
    feed      Atom, by feedgen
    health    is the bot alive, and is it at work?
    metrics   Prometheus
    app       all of it as one Starlette app; serve.py runs it, export.py writes it down as files

Nothing here decides or changes anything: the pages show what the store holds.
"""

from bot.web.app import build
from bot.web.metrics import Counters
from bot.web.serve import serve

__all__ = ["Counters", "build", "serve"]
