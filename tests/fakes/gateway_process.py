"""A real ``parley serve --gateway`` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_ROOT = Path(__file__).parents[2]


@dataclass
class GatewayProcess:
    """A running gateway.

    Attributes:
        line: What it said on its standard output when it listened.
    """

    process: subprocess.Popen[str]
    line: dict[str, str]

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.line["voice"]).port or 0

    def kill(self) -> None:
        """End it without any warning, and wait until it is gone."""
        self.process.kill()
        self.process.wait()


def start_gateway(folder: Path, variables: Mapping[str, str], *flags: str) -> subprocess.Popen[str]:
    """Start one; none of the developer's variables reach it.

    Args:
        folder: Where it finds a ``.env``, where there is one.
        variables: Of its environment.
        flags: Besides ``serve --gateway``.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "serve", "--gateway", *flags],
        cwd=folder,
        env={
            **kept,
            "PYTHONPATH": str(_ROOT),
            "PARLEY_DATA_DIR": str(folder),
            "PARLEY_PARENT_PIPE": "1",
            **variables,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def gateway_process(
    folder: Path, variables: Mapping[str, str], *flags: str
) -> Iterator[GatewayProcess]:
    """One that listens on a free port; it ends with this process at the latest."""
    with start_gateway(folder, variables, "--port", "0", *flags) as process:
        try:
            assert process.stdout is not None
            if not (line := process.stdout.readline()):
                raise AssertionError(f"it did not start: {process.communicate()[1]}")
            yield GatewayProcess(process, json.loads(line))
        finally:
            process.kill()
