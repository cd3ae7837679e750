"""What dev.py says while it works, and how it runs other programs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class StopError(Exception):
    """Work cannot go on until a person does something; says what."""


def say(sentence: str) -> None:
    """One line about what happens now; never held back in a buffer."""
    print(f"==> {sentence}", flush=True)


def run(
    command: Sequence[str | os.PathLike[str]], *, environment: Mapping[str, str] | None = None
) -> int:
    """Run a program in the checkout with its output visible; its exit code.

    Raises:
        StopError: The program cannot be started.
    """
    try:
        return subprocess.call(
            [os.fspath(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
    except OSError as error:
        raise StopError(f"{command[0]} cannot be started: {error}") from error


class Stopwatch:
    """Seconds since it was made, as words."""

    def __init__(self) -> None:
        self._since_s = time.monotonic()

    def __str__(self) -> str:
        return f"{time.monotonic() - self._since_s:.1f} s"
