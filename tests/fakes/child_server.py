"""A server program that belongs to one test and ends with it, even when the test is killed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class ServerMissingError(Exception):
    """A program that the test needs is not installed, or did not start. Says what to do."""


def program(name: str, package: str) -> str:
    """The path of a program.

    Raises:
        ServerMissingError: It is not installed.
    """
    path = shutil.which(name)
    if path is None:
        raise ServerMissingError(
            f"{name} is not installed; `python3 packaging/dev.py test` installs it, "
            f"or: apt-get install {package}"
        )
    return path


def start(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a server whose output goes to ``log``; the kernel ends it with this process."""
    setpriv = shutil.which("setpriv")
    tied = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*tied, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            pass_fds=tuple(pass_fds),
        )


def end(process: subprocess.Popen[bytes], *, timeout_s: float = 5.0) -> None:
    """Ask a server to end, insist after ``timeout_s``, and collect it. Idempotent."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
