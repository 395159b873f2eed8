"""Pages are read in processes that the bot may lose.

A page can make any parser take minutes or gigabytes. So the bot parses nothing that strangers send: it starts a process
(worker.py) when there is a page to read, keeps it while there is work, ends it when there is none, and kills it when a
page takes too long. Such a page costs its own check, and the next page gets a new process.

Tried and not taken: `concurrent.futures` and `multiprocessing.Pool` cannot kill what hangs; `anyio.to_process` sets no
limits, keeps idle processes for good, and unpickles what they answer, which a page may have written.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot.errors import FetchError, FetchFailure, SmallprintError
from bot.model import Snapshot, Version
from bot.watch.speech import LONGEST_ANSWER, READY, Question, read_answer

#: At most so many at once, because a small machine has no more cores; other pages wait.
MOST = 2
#: What a page may take by the clock, where its process waits for a core more than it works (seconds).
PATIENCE = 10.0
#: An idle process is ended after so long (seconds): a bot with a page to read at every tick keeps it.
IDLE = 20.0

TOO_COSTLY = "Reading the page takes more time or memory than that of any policy: look at it by hand."
_NOT_STARTED = "The process that reads pages cannot be started: free memory; the bot tries again at the next check."
#: The same interpreter with the same packages, and nothing of the surroundings: least of all their secrets.
PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from bot.watch.worker import main; main()"
_SURROUNDINGS = ("LD_LIBRARY_PATH",)
#: Seconds; it takes 0.1.
_STARTS_WITHIN = 30.0
#: Bytes of a page that are handed over at once.
_PIECE = 64 * 1024


class Workers:
    """The real `ports.Extractor`. It belongs to one event loop.

    Args:
        most: Processes at once.
        patience: Seconds by the clock that a page may take.
        idle: Seconds after which a process without work is ended.
        program: What the processes run, for tests of those that misbehave.
    """

    def __init__(
        self, *, most: int = MOST, patience: float = PATIENCE, idle: float = IDLE, program: str = PROGRAM
    ) -> None:
        self._room = asyncio.Semaphore(most)
        self._patience = patience
        self._program = program
        self._idle_seconds = idle
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()

    @property
    def pids(self) -> list[int]:
        """The processes that there are."""
        return [worker.process.pid for worker in (*self._idle, *self._busy) if worker.process.returncode is None]

    async def extract(self, snapshot: Snapshot, select: Sequence[str] = (), remove: Sequence[str] = ()) -> Version:
        """The text of a page; see `extract.extract`.

        Raises:
            ExtractError: the bytes hold no policy text; the message says what they hold instead.
            FetchError: ``TOO_LARGE``, reading them takes more time or memory than a page may; ``TIMED_OUT``, no process
                can be started.
            ConfigError: a selector is not CSS.
        """
        async with self._room:
            worker = await self._take()
            try:
                async with asyncio.timeout(self._patience):
                    answer, spent = read_answer(await worker.ask(Question(snapshot, select, remove)))
                if not spent:
                    self._keep(worker)
            except (TimeoutError, OSError, EOFError, asyncio.LimitOverrunError, ValueError) as error:
                raise FetchError(FetchFailure.TOO_LARGE, TOO_COSTLY) from error
            finally:
                # What is not kept is spent, or is in no state to read another page.
                if worker in self._busy:
                    self._busy.remove(worker)
                    await worker.end()
        if isinstance(answer, SmallprintError):
            raise answer
        return answer

    async def aclose(self) -> None:
        """End every process at once."""
        ended, self._idle = [*self._idle, *self._busy], []
        for worker in ended:
            await worker.end()

    async def _take(self) -> _Worker:
        """A process that waits for a page."""
        while self._idle:
            worker = self._idle.pop()
            worker.rest()
            if worker.process.returncode is None:
                break
            # Somebody else has ended it: the kernel, where memory is short.
        else:
            worker = await _Worker.start(self._program)
        self._busy.add(worker)
        return worker

    def _keep(self, worker: _Worker) -> None:
        self._busy.remove(worker)
        self._idle.append(worker)
        worker.wait(self._idle_seconds, self._dismiss)

    def _dismiss(self, worker: _Worker) -> None:
        self._idle.remove(worker)
        worker.kill()


class _Worker:
    """One process that reads pages."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, program: str) -> _Worker:
        """A process that is ready.

        Raises:
            FetchError: ``TIMED_OUT``, it does not come up.
        """
        flags = ["-I", "-B"] if sys.dont_write_bytecode else ["-I"]
        surroundings = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
        command = [sys.executable, *flags, "-c", program, *sys.path]
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, env=surroundings, limit=LONGEST_ANSWER
            )
        except OSError as error:
            raise FetchError(FetchFailure.TIMED_OUT, _NOT_STARTED) from error
        worker = cls(process)
        said = b""
        try:
            with suppress(TimeoutError, EOFError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_STARTS_WITHIN):
                    said = await worker.line()
        finally:
            if said != READY:
                await worker.end()
        if said != READY:
            raise FetchError(FetchFailure.TIMED_OUT, _NOT_STARTED)
        return worker

    async def ask(self, question: Question) -> bytes:
        """The process's answer.

        Raises:
            EOFError, OSError, asyncio.LimitOverrunError: it ended, or says more than an answer has.
        """
        stdin = self.process.stdin
        assert stdin is not None
        stdin.write(question.head())
        body = memoryview(question.snapshot.body)
        for start in range(0, len(body), _PIECE):
            stdin.write(body[start : start + _PIECE])
            await stdin.drain()
        return await self.line()

    async def line(self) -> bytes:
        """The next line that it says; raises like `ask`."""
        assert self.process.stdout is not None
        return await self.process.stdout.readuntil(b"\n")

    def wait(self, seconds: float, then: Callable[[_Worker], None]) -> None:
        """Do something when nobody has asked for so long."""
        self._timer = asyncio.get_running_loop().call_later(seconds, then, self)

    def rest(self) -> None:
        """Forget about that."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def kill(self) -> None:
        """End it at once."""
        self.rest()
        if self.process.returncode is None:
            # Not by `Process.kill`, which up to Python 3.12 may take its end from who waits for it (gh-87744).
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)

    async def end(self) -> None:
        """End it at once, and see that it is gone."""
        self.kill()
        await self.process.wait()
