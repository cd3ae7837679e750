"""The real service in a process of its own, for as long as a test needs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_app.client.addresses import ApiAddress, GatewayAddress

_ROOT = Path(__file__).parents[2]


class RealService:
    """A running ``parley serve`` with the built-in providers."""

    def __init__(self, process: subprocess.Popen[str], line: dict[str, str]) -> None:
        self._process = process
        self.api = ApiAddress(line["api"], line["key"])
        self.voice = GatewayAddress(line["voice"], line["key"])

    def kill(self) -> None:
        """End it without any warning, and wait until it is gone."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def real_service(data: Path) -> Iterator[RealService]:
    """Start the service on ``data``; it ends with this process at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "serve", "--data", str(data)],
        cwd=_ROOT,
        env=os.environ | {"PARLEY_LOCAL_MODELS": "off", "PARLEY_PARENT_PIPE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            yield RealService(process, json.loads(process.stdout.readline()))
        finally:
            process.kill()
