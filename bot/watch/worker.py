"""The program that reads pages for the bot, in a process that the bot may lose: what strangers send is parsed here.

It answers questions on standard input, one after the other, until there are no more; the bot's side is workers.py, and
speech.py is what the two say to each other. Whatever a page makes of this process, the process has no secrets, no
files and no connections to lose, and it ends by its limits.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bot.errors import ConfigError, ExtractError, FetchError
from bot.model import Version
from bot.watch.speech import READY, Question, write_answer

#: What one page may cost: seconds of processor time, and bytes of address space. (Of 2,540 recorded policies, of up to
#: 0.9 MB of text, none takes more than 0.15 s and 60 MB.)
SECONDS, SPACE = 3, 256 * 2**20
#: A process that has grown to so many resident bytes is given no other page.
GROWN = 96 * 2**20

#: prctl(2), PR_SET_PDEATHSIG(2const).
_PR_SET_PDEATHSIG = 1
_STUMBLED = "The extractor stumbles over this page ({}): look at it by hand, and please report it."


def main() -> None:
    """Answer until standard input ends, which it does when the bot does, however the bot ends."""
    # A terminal's ^C and a service manager's SIGTERM reach every process: the bot decides when a page is given up.
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    _confine()
    # Loaded now, so that it is no page's time.
    import pycld2  # noqa: F401

    from bot.watch import extract, markdown  # noqa: F401

    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    _say(answers, READY)
    # Libraries in C may print what they think of a page.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    while question := Question.read(questions):
        # What a lack of memory leaves is in no state to go on: the process ends, and the bot says why.
        _say(answers, write_answer(_answer(question), spent=_is_spent()))


def _confine() -> None:
    """Leave the process as little as it needs; where memory is short, the kernel is to end it rather than the bot."""
    if sys.platform == "linux":
        # A bot that was killed cannot end it, and in the midst of a page it does not see the end of its input.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    none = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)
    for limit, most in {resource.RLIMIT_AS: SPACE, **dict.fromkeys(none, 0)}.items():
        hard = resource.getrlimit(limit)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))


def _answer(question: Question) -> Version | FetchError | ConfigError:
    """What a page comes to, within `SECONDS` from now; the kernel ends the process after them."""
    from bot.watch.extract import extract

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(_seconds_used()) + 1 + SECONDS, hard))
    try:
        return extract(question.snapshot, question.select, question.remove)
    except (FetchError, ConfigError) as error:
        return error
    except MemoryError:
        raise
    except Exception as error:
        return ExtractError(_STUMBLED.format(_place(error)))


def _seconds_used() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _is_spent() -> bool:
    """Whether the process should read no other page. PDFium is C++ that parses what strangers send: once is enough."""
    return _resident() > GROWN or "pypdfium2" in sys.modules


def _resident() -> int:
    """Bytes of memory in use; 0 where the system does not tell. (`getrusage` counts what there was before exec.)"""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _place(error: Exception) -> str:
    """Where a bug is, without the words of the page."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def _say(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()
