"""Pages are read in processes, and a hostile one costs its own check and nothing else. A process starts in 0.1 s."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from bot.errors import ConfigError, ExtractError, FetchError, FetchFailure
from bot.watch.extract import MOST_BLOCKS, MOST_LETTERS, MOST_STOPS, extract
from bot.watch.speech import LONGEST_ANSWER, READY
from bot.watch.workers import PROGRAM, TOO_COSTLY, Workers
from tests.fakes.pages import CLAUSES, POLICY, page, snapshot
from tests.fakes.pdf import paragraphs, pdf

PAGE = snapshot(page(f"<h1>Privacy</h1>{POLICY}"))
#: Its consent banners are in each other, and each is asked for a button, which takes time that grows with the square.
SLOW = snapshot(page("<div class=cookie-banner>" * 4_500 + "<p>x</p>" * 150_000))
#: Its elements need more memory than a process has.
LARGE = snapshot(page("<i>x</i>" * 600_000))

#: The beginning of a program that answers the first question as it likes.
SAYS_READY = f"import sys; sys.stdout.buffer.write({READY!r}); sys.stdout.flush(); sys.stdin.buffer.readline(); "


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    opened = Workers(patience=1.0)
    yield opened
    await opened.aclose()
    assert opened.pids == []


async def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        await asyncio.sleep(0.01)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def refused(workers: Workers, what: object = PAGE, *select: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await workers.extract(what, select)  # type: ignore[arg-type]
    return caught.value


# ---- what comes back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    [
        PAGE,
        snapshot("# Datenschutz\n\n" + "Wir löschen Ihre Daten – sofort. " * 9, "text/markdown"),
        snapshot("\n\n".join(CLAUSES), "text/plain"),
        snapshot(page(f"<p>{'個人情報'}</p><p>\ud800 {POLICY}").encode("utf-16", "surrogatepass"), charset="utf-16"),
        snapshot(pdf(paragraphs(*CLAUSES), title="Acme"), "application/pdf"),
    ],
    ids=["a page", "Markdown", "text", "half a surrogate pair", "a PDF"],
)
async def test_a_page_says_the_same_wherever_it_is_read(workers: Workers, what: object) -> None:
    assert await workers.extract(what) == extract(what)  # type: ignore[arg-type]


async def test_selectors_are_obeyed_there(workers: Workers) -> None:
    marked = snapshot(page("<p class=a>Clause. <b>Not this.</b></p><p>Other.</p>"))
    assert (await workers.extract(marked, (".a",), ("b",))).text == "Clause."


async def test_what_is_refused_there_is_refused_here_in_the_same_words(workers: Workers) -> None:
    for what in (snapshot(""), snapshot(page("<p>12</p>")), snapshot(b"\x89PNG\r\n\x1a\n", "image/png")):
        with pytest.raises(ExtractError) as here:
            extract(what)
        assert str(await refused(workers, what)) == str(here.value)
        assert (await refused(workers, what)).kind is FetchFailure.NO_POLICY_TEXT
    with pytest.raises(ConfigError, match="not a CSS selector"):
        await workers.extract(PAGE, ("p[",))
    assert len(workers.pids) == 1, "a refusal costs no process"


@pytest.mark.parametrize(
    "body",
    [f"<p>{'ab ' * (MOST_LETTERS // 3 + 2)}", "<p>a</p>" * (MOST_BLOCKS + 1), f"<p>{'个。' * (MOST_STOPS + 1)}"],
    ids=["letters", "blocks", "sentences"],
)
async def test_no_page_makes_the_bot_hold_more_than_the_longest_policy(workers: Workers, body: str) -> None:
    failure = await refused(workers, snapshot(page(body)))
    assert (failure.kind, "more text than any policy" in str(failure)) == (FetchFailure.TOO_LARGE, True)


# ---- what a hostile page costs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", [SLOW, LARGE], ids=["time", "memory"])
async def test_a_page_that_takes_too_much_is_given_up_and_the_next_one_is_read(
    workers: Workers, hostile: object
) -> None:
    await workers.extract(PAGE)
    (pid,) = workers.pids
    failure = await refused(workers, hostile)
    assert (failure.kind, str(failure)) == (FetchFailure.TOO_LARGE, TOO_COSTLY)
    assert is_gone(pid)
    assert (await workers.extract(PAGE)).blocks


async def test_the_kernel_ends_what_takes_too_much_memory() -> None:
    workers = Workers(patience=60)
    assert str(await refused(workers, LARGE)) == TOO_COSTLY
    assert workers.pids == []


async def test_the_kernel_ends_what_takes_too_much_time() -> None:
    workers = Workers(patience=60, program=PROGRAM.replace("; main()", "; main.__globals__['SECONDS'] = 0; main()"))
    began = time.monotonic()
    assert str(await refused(workers, SLOW)) == TOO_COSTLY
    assert time.monotonic() - began < 40
    assert workers.pids == []


async def test_the_bot_ends_what_only_waits() -> None:
    workers = Workers(patience=0.2, program=SAYS_READY + "import time; time.sleep(60)")
    began = time.monotonic()
    assert str(await refused(workers)) == TOO_COSTLY
    assert time.monotonic() - began < 30
    assert workers.pids == []


async def test_others_are_read_while_one_is_slow(workers: Workers) -> None:
    slow = asyncio.create_task(refused(workers, SLOW))
    await until(lambda: len(workers.pids) == 1)
    for _ in range(5):
        await workers.extract(PAGE)
    assert not slow.done()
    assert (await slow).kind is FetchFailure.TOO_LARGE


async def test_two_are_read_at_once_and_the_others_wait(workers: Workers) -> None:
    counts = []

    async def read() -> None:
        await workers.extract(PAGE)
        counts.append(len(workers.pids))

    await asyncio.gather(*(read() for _ in range(8)))
    assert max(counts) == 2


async def test_a_check_that_is_given_up_takes_its_process_along(workers: Workers) -> None:
    await workers.extract(PAGE)
    (pid,) = workers.pids
    slow = asyncio.create_task(workers.extract(SLOW))
    await asyncio.sleep(0.1)
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)
    assert is_gone(pid)
    assert (await workers.extract(PAGE)).blocks


async def test_a_process_that_was_killed_is_replaced(workers: Workers) -> None:
    await workers.extract(PAGE)
    (idle,) = workers.pids
    os.kill(idle, signal.SIGKILL)
    await until(lambda: workers.pids == [])
    assert (await workers.extract(PAGE)).blocks
    reading = asyncio.create_task(refused(workers, SLOW))
    await asyncio.sleep(0.1)
    (busy,) = workers.pids
    os.kill(busy, signal.SIGKILL)
    assert str(await reading) == TOO_COSTLY
    assert (await workers.extract(PAGE)).blocks


# ---- how long a process lives --------------------------------------------------------------------------------------


async def test_a_process_is_kept_while_there_is_work_and_goes_when_there_is_none() -> None:
    workers = Workers(idle=0.3)
    assert workers.pids == [], "it is started when there is a page"
    await workers.extract(PAGE)
    (pid,) = workers.pids
    for _ in range(3):
        await asyncio.sleep(0.15)
        await workers.extract(PAGE)
    assert workers.pids == [pid]
    await until(lambda: is_gone(pid))
    assert workers.pids == []
    await workers.aclose()


async def test_a_process_that_read_a_pdf_reads_nothing_else(workers: Workers) -> None:
    await workers.extract(snapshot(pdf(paragraphs(*CLAUSES)), "application/pdf"))
    assert workers.pids == []


async def test_a_process_that_has_grown_is_not_kept() -> None:
    workers = Workers(program=PROGRAM.replace("; main()", "; main.__globals__['GROWN'] = 2**20; main()"))
    await workers.extract(PAGE)
    assert workers.pids == []


async def test_what_ends_the_bot_ends_no_page(workers: Workers) -> None:
    """^C and a service manager's SIGTERM reach every process of the bot, which wants to end what it has begun."""
    await workers.extract(PAGE)
    (pid,) = workers.pids
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid, signum)
    assert (await workers.extract(PAGE)).blocks
    assert workers.pids == [pid]


@pytest.mark.parametrize("hostile", ["", "SLOW"], ids=["idle", "busy"])
def test_a_bot_that_is_killed_leaves_nothing_behind(hostile: str) -> None:
    program = f"""
import asyncio
from tests.watch.test_workers import PAGE, SLOW, Workers
async def main():
    workers = Workers()
    await workers.extract(PAGE)
    print(workers.pids[0], flush=True)
    await workers.extract({hostile or "PAGE"})
    await asyncio.sleep(600)
asyncio.run(main())
"""
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root) as bot:
        assert bot.stdout is not None
        pid = int(bot.stdout.readline())
        time.sleep(0.2)
        assert not is_gone(pid)
        bot.kill()
        asyncio.run(until(lambda: is_gone(pid)))


# ---- what a process that was taken over could do -------------------------------------------------------------------


async def test_a_process_has_no_secret_and_no_file(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALLPRINT_X_SECRET", "canary")
    await workers.extract(PAGE)
    here = Path(f"/proc/{workers.pids[0]}")
    assert b"canary" not in (here / "environ").read_bytes()
    opened = [str(each.readlink()) for each in (here / "fd").iterdir()]
    assert all(name.startswith(("pipe:", "socket:", "/dev/null")) for name in opened), opened
    assert len(opened) <= 4
    limits = (here / "limits").read_text()
    for name in ("Max file size", "Max processes", "Max core file size"):
        assert limits.split(name)[1].split()[0] == "0"
    assert (here / "oom_score_adj").read_text().strip() == "1000"


@pytest.mark.parametrize(
    "program",
    [
        SAYS_READY + "sys.exit()",
        SAYS_READY + "print('{}', flush=True); sys.stdin.read()",
        SAYS_READY + "print('[' * 100_000, flush=True); sys.stdin.read()",
        SAYS_READY
        + """print('{"spent": false, "version": {"blocks": [["poem", "x", 0, 0]]}}', flush=True); sys.stdin.read()""",
        SAYS_READY + f"print('x' * {2 * LONGEST_ANSWER}, flush=True); sys.stdin.read()",
        SAYS_READY + "sys.stdin.close()",
    ],
    ids=["ends", "nothing", "brackets", "a lie", "too much", "deaf"],
)
async def test_a_process_that_says_anything_else_is_one_page_that_cannot_be_read(program: str) -> None:
    workers = Workers(program=program)
    assert (await refused(workers)).kind is FetchFailure.TOO_LARGE
    assert workers.pids == []


@pytest.mark.parametrize("program", ["", "print('hello')", "raise SystemExit"])
async def test_a_process_that_does_not_come_up_is_said_to_be_our_own_trouble(program: str) -> None:
    workers = Workers(program=program)
    failure = await refused(workers)
    assert (failure.kind, "cannot be started" in str(failure)) == (FetchFailure.TIMED_OUT, True)
    assert workers.pids == []


async def test_a_page_that_the_extractor_stumbles_over_is_one_page_that_cannot_be_read() -> None:
    clumsy = "from bot.watch import extract; extract.extract = lambda *page: 1 // 0; from bot.watch.worker import main"
    workers = Workers(program=PROGRAM.replace("from bot.watch.worker import main", clumsy))
    failure = await refused(workers)
    assert failure.kind is FetchFailure.NO_POLICY_TEXT
    assert "stumbles" in str(failure)
    assert "ZeroDivisionError in <string>:1" in str(failure)
    await workers.aclose()
