"""Log files and crash hooks: what went wrong, never what was said and never a key.

Whoever logs keeps to that: ids, counts, durations and error codes, no transcripts, no tokens.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from desktop_app.errors import StorageError

MAX_BYTES = 1024 * 1024
KEPT_FILES = 3
SAME_AGAIN_S = 1.0
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"

Crash = Callable[[BaseException], None]

logger = logging.getLogger(__name__)


def start_logging(
    folder: Path,
    name: str,
    level: int = logging.INFO,
    *,
    on_crash: Crash | None = None,
) -> Path:
    """Write this process's log to ``<name>.log`` and catch what nobody else caught.

    Unexpected exceptions of the main thread, of other threads and of destructors are logged with
    their traceback; a crash of the interpreter writes every thread's stack to
    ``<name>.crash.log``.

    Args:
        folder: The folder of log files; it must exist.
        name: Kind of process: ``window``, ``engine``, ``service``.
        level: Least level that is written.
        on_crash: Told every unexpected exception too, on the thread where it happened.

    Returns:
        The log file.

    Raises:
        StorageError: ``storage.unwritable``.
    """
    path = folder / f"{name}.log"
    try:
        path.touch(mode=0o600)
        handler = RotatingFileHandler(
            path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )
        _catch_interpreter_crashes(folder / f"{name}.crash.log")
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            "storage.unwritable",
            f"Parley cannot write its log to the folder {folder}: {reason}.",
            folder=str(folder),
            reason=reason,
        ) from error
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    _quieten()
    _catch_exceptions(on_crash or _ignore)
    logger.info("%s started with Python %s on %s", name, sys.version.split()[0], sys.platform)
    return path


def log_to_stderr() -> None:
    """Write this process's log to its standard error alone: for services that somebody else runs,
    where systemd or a container keeps it."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    _quieten()


def loop_exception_handler(
    on_crash: Crash | None = None,
) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """For ``loop.set_exception_handler``: log what no task caught, and pass it on.

    The same once a second: where there are no file descriptors left, asyncio tells of each of
    thousands of connections that it cannot accept.
    """
    last: tuple[str, float] = ("", 0.0)

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal last
        error = context.get("exception")
        what, now = f"{context.get('message', '')} {error!r}", time.monotonic()
        if what != last[0] or now - last[1] >= SAME_AGAIN_S:
            last = (what, now)
            # Only the message: a task's repr may hold the arguments of a call.
            logger.error("in the event loop: %s", context.get("message", ""), exc_info=error)
        if error is not None and on_crash is not None:
            on_crash(error)

    return handle


def tell_crashes(loop: asyncio.AbstractEventLoop, tell: Callable[[], None]) -> None:
    """From now on ``tell`` is called on the loop's thread after whatever nobody caught.

    It is logged as ``start_logging`` has it logged, and the process lives on.

    Args:
        loop: The loop of this process; its own uncaught exceptions are caught too.
        tell: Shows a person that something went wrong.
    """

    def carefully() -> None:
        try:
            tell()
        except Exception:  # a crash hook: a second crash here would call it again, for ever
            logger.exception("a crash could not be told")

    def on_crash(error: BaseException) -> None:
        if isinstance(error, ConnectionError):
            return  # a peer that went away, which is not ours to mend
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(carefully)

    _catch_exceptions(on_crash)
    loop.set_exception_handler(loop_exception_handler(on_crash))


def _catch_exceptions(on_crash: Crash) -> None:
    def hook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        sys.__excepthook__(kind, error, traceback)  # a parent process reads the last line
        if not issubclass(kind, KeyboardInterrupt):
            logger.critical("unexpected", exc_info=(kind, error, traceback))
            on_crash(error)

    def thread_hook(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            hook(given.exc_type, given.exc_value, given.exc_traceback)

    def unraisable_hook(given: sys.UnraisableHookArgs) -> None:
        logger.error("in a destructor or callback", exc_info=given.exc_value)

    sys.excepthook = hook
    threading.excepthook = thread_hook
    sys.unraisablehook = unraisable_hook


def _catch_interpreter_crashes(path: Path) -> None:
    # A raw descriptor: faulthandler needs it until the process ends, so nobody ever closes it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    faulthandler.enable(descriptor)


def _quieten() -> None:
    """Libraries that log addresses and headers at lower levels."""
    for library in ("httpx", "httpcore", "websockets", "uvicorn.access", "keyring"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _ignore(_error: BaseException) -> None:
    return
