"""Starts, watches and ends child processes, and lets a child end with its parent.

A child reads its standard input to the end, says one line of JSON when it is ready, and ends when
the input does: no signals, so it works on every system. Until it is ready it may say ``{}``, which
means that it is at work and wants more time; or, instead, why it does not start. Plain
``subprocess`` and threads, which run under any event loop, the window's included.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

from desktop_app.errors import AppError, ChildError

PARENT_PIPE_VARIABLE = "PARLEY_PARENT_PIPE"
AT_WORK = b"{}"
_REFUSED = "refused"
AT_WORK_EVERY_S = 5.0
END_WITHIN_S = 3.0
TERMINATE_WITHIN_S = 2.0
LINGER_S = 10.0

_LINE_BYTES = 64 * 1024
_LOGGED_CHARS = 500
_KEPT_LINES = 20

logger = logging.getLogger(__name__)


class Child:
    """A running child process. Event loop only; made by ``start_child``.

    Attributes:
        name: What the log calls it.
        greeting: The JSON object it said when it was ready.
    """

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self.name = name
        self.greeting: dict[str, Any] = {}
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._greeted: asyncio.Future[bytes] = self._loop.create_future()
        self._give_time: Callable[[], None] = _nothing
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._last_words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._readers = [self._thread(self._read_output), self._thread(self._read_errors)]
        self._thread(self._await_end)

    @property
    def process_id(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    @property
    def last_words(self) -> str:
        """The last line it wrote to its standard error, or an empty text."""
        return self._last_words[-1] if self._last_words else ""

    async def greet(self, within_s: float) -> None:
        """Wait for the greeting; so long again after each word that it is at work.

        Raises:
            ChildError: ``child.ended``, ``child.silent`` or ``child.unclear``; or what the child
                itself says, by its own code.
        """
        try:
            async with asyncio.timeout(within_s) as limit:
                self._give_time = lambda: _extend(limit, self._loop.time() + within_s)
                line = await asyncio.shield(self._greeted)
                if not line:
                    raise self._ended_error(await self.wait())
        except TimeoutError as error:
            raise ChildError(
                "child.silent",
                f"{self.name} did not get ready within {within_s:.0f} seconds.",
                name=self.name,
                retryable=True,
            ) from error
        finally:
            self._give_time = _nothing
        self.greeting = self._understood(line)

    async def wait(self) -> int:
        """Return its exit code when it has ended (negative: the signal that ended it)."""
        return await asyncio.shield(self._ended)

    async def aclose(self) -> None:
        """End it: close its input, terminate after 3 s, kill after 2 more. Idempotent."""
        try:
            _close_quietly(self._process.stdin)
            for seconds, harder in (
                (END_WITHIN_S, self._process.terminate),
                (TERMINATE_WITHIN_S, self._process.kill),
            ):
                if await self._has_ended_within(seconds):
                    return
                logger.info("%s did not end by itself", self.name)
                harder()
            await self.wait()
        except asyncio.CancelledError:
            self._process.kill()
            raise

    async def _has_ended_within(self, seconds: float) -> bool:
        done, _ = await asyncio.wait([self._ended], timeout=seconds)
        return bool(done)

    def _understood(self, line: bytes) -> dict[str, Any]:
        try:
            greeting = json.loads(line)
        except ValueError:
            greeting = None
        if not isinstance(greeting, dict):
            raise ChildError(
                "child.unclear", f"{self.name} did not say where it can be reached.", name=self.name
            )
        if isinstance(code := greeting.get(_REFUSED), str):
            words = f"{self.name} does not start: {greeting.get('message', code)}"
            raise ChildError(code, words, retryable=True, name=self.name)
        return greeting

    def _ended_error(self, code: int) -> ChildError:
        reason = self.last_words or "it gave no reason"
        return ChildError(
            "child.ended",
            f"{self.name} ended with code {code}: {reason}",
            name=self.name,
            exit_code=str(code),
            reason=reason,
            retryable=True,
        )

    # ---- threads: nothing below touches the loop but through _tell ------------------------------

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name=f"child {self.name}", daemon=True)
        thread.start()
        return thread

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            while (line := output.readline(_LINE_BYTES)).strip() == AT_WORK:
                self._call(lambda: self._give_time())
            self._tell(self._greeted, line)
            _for_each_line(output, self._log)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as errors:
            _for_each_line(errors, self._hear)

    def _hear(self, line: str) -> None:
        if line.strip():
            self._last_words.append(line.strip().removeprefix("parley: "))
            self._log(line)

    def _log(self, line: str) -> None:
        logger.info("%s: %s", self.name, line[:_LOGGED_CHARS])

    def _await_end(self) -> None:
        code = self._process.wait()
        for reader in self._readers:
            reader.join(1)  # a grandchild may hold the pipes open for longer
        _close_quietly(self._process.stdin)
        logger.info("%s ended with code %d", self.name, code)
        self._tell(self._ended, code)

    def _tell(self, future: asyncio.Future[Any], value: object) -> None:
        self._call(lambda: _settle(future, value))

    def _call(self, what: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:
            logger.debug("the loop was closed before %s ended", self.name)


async def start_child(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    ready_timeout_s: float = 20.0,
    program: Sequence[str] | None = None,
    name: str = "",
) -> Child:
    """Run this program again with other arguments and wait until it is ready.

    Args:
        arguments: The subcommand and its flags, e.g. ``["serve"]``.
        environment: Variables added to this process's own.
        ready_timeout_s: How long it may take to say its greeting.
        program: What to run instead of this program.
        name: What sentences and the log call it; the subcommand by default.

    Raises:
        ChildError: ``child.not_started``, ``child.ended``, ``child.silent``, ``child.unclear``.
            No process is left behind.
    """
    command = [*(program or own_program()), *arguments]
    process = _started(command, environment or {})
    child = Child(process, name or (arguments[0] if arguments else command[0]))
    try:
        await child.greet(ready_timeout_s)
    except BaseException:
        await child.aclose()
        raise
    return child


def own_program() -> Sequence[str]:
    """The command that runs this program: the packaged executable, or the interpreter."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "desktop_app"]


@contextmanager
def at_work(environment: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Tell the parent every 5 s that this process still works; before its greeting.

    What happens within must leave the event loop free.
    """
    if environment.get(PARENT_PIPE_VARIABLE) != "1":
        yield
        return
    loop = asyncio.get_running_loop()
    later: asyncio.TimerHandle

    def tell_later() -> None:
        nonlocal later
        later = loop.call_later(AT_WORK_EVERY_S, tell)

    def tell() -> None:
        tell_later()
        with suppress(OSError):  # the parent has gone: others notice that
            say_to_parent({})

    tell_later()
    try:
        yield
    finally:
        later.cancel()


@contextmanager
def refusals_told(environment: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Tell the parent why this process does not start; in place of its greeting."""
    try:
        yield
    except AppError as error:
        if environment.get(PARENT_PIPE_VARIABLE) == "1":
            with suppress(OSError):  # the parent has gone: nobody wants to know
                say_to_parent({_REFUSED: error.code, "message": str(error)})
        raise


def say_to_parent(facts: Mapping[str, Any]) -> None:
    """Write one line of JSON to the standard output; the first with facts is the greeting."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def on_parent_end(
    callback: Callable[[], None],
    *,
    environment: Mapping[str, str] = os.environ,
    linger_s: float = LINGER_S,
) -> None:
    """Call back once when the parent has gone, if this process is a child; for its first lines.

    Args:
        callback: Asks this process to end. Called on a thread of its own.
        environment: Says whether there is a parent (PARLEY_PARENT_PIPE=1).
        linger_s: A process that still lives this long after that is ended at once.
    """
    if environment.get(PARENT_PIPE_VARIABLE) != "1":
        return

    def watch() -> None:
        _read_to_end(0)
        callback()
        threading.Event().wait(linger_s)
        logger.warning("still running %.0f s after the parent ended; ending now", linger_s)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment, PARENT_PIPE_VARIABLE: "1"},
            # Ctrl+C in the terminal is for the parent, which then closes the pipe.
            start_new_session=True,
            creationflags=_no_console(),
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise ChildError(
            "child.not_started",
            f"{command[0]} cannot be started: {reason}.",
            name=command[0],
            reason=reason,
        ) from error


def _no_console() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def _nothing() -> None:
    """Nobody waits."""


def _extend(limit: asyncio.Timeout, until: float) -> None:
    if not limit.expired():
        limit.reschedule(until)


def _settle(future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        future.set_result(value)


def _for_each_line(stream: IO[bytes], take: Callable[[str], None]) -> None:
    """Give every line, long ones in pieces, until the stream ends."""
    while line := stream.readline(_LINE_BYTES):
        take(line.decode("utf-8", "replace").rstrip())


def _read_to_end(descriptor: int) -> None:
    """Not through sys.stdin, whose lock would be held while the interpreter shuts down."""
    try:
        while os.read(descriptor, 4096):
            pass
    except OSError:
        return  # no input at all: nobody holds the other end


def _close_quietly(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        return  # the child closed its end first
