"""The real service in a process of its own, for as long as a test needs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from desktop_app.client.addresses import ApiAddress, GatewayAddress

_ERRORS = "stderr.txt"
_ROOT = Path(__file__).parents[2]
_OWN = {
    "PARLEY_LOCAL_MODELS": "off",
    "PARLEY_PARENT_PIPE": "1",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
}


class RealService:
    """A running ``parley serve``, with the built-in providers where no others are named.

    Attributes:
        pid: Of its process.
        data: Its folder; the logs are below it.
    """

    def __init__(self, process: subprocess.Popen[str], data: Path, line: dict[str, str]) -> None:
        self._process = process
        self.pid = process.pid
        self.data = data
        self.api = ApiAddress(line["api"], line["key"])
        self.voice = GatewayAddress(line["voice"], line["key"])

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def logs(self) -> str:
        """All that it logged and wrote to its standard error so far."""
        files = [*sorted((self.data / "logs").glob("*")), self.data / _ERRORS]
        return "\n".join(file.read_text("utf-8", "replace") for file in files)

    def kill(self) -> None:
        """End it without any warning, and wait until it is gone."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def real_service(data: Path, environment: Mapping[str, str] | None = None) -> Iterator[RealService]:
    """Start the service on ``data``; it ends with this process at the latest.

    Args:
        data: Its folder, logs included.
        environment: Variables of the service's own; none of the developer's reach it.
    """
    others = {name: text for name, text in os.environ.items() if not name.startswith("PARLEY_")}
    data.mkdir(parents=True, exist_ok=True)
    with (data / _ERRORS).open("ab") as errors:
        process = _start(data, others | dict(environment or {}), errors)
    with process:
        try:
            yield RealService(process, data, _announced(process, data))
        finally:
            process.kill()


def _start(data: Path, environment: Mapping[str, str], errors: IO[bytes]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "serve", "--data", str(data)],
        cwd=_ROOT,
        env={**_OWN, "PARLEY_DATA_DIR": str(data), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


def _announced(process: subprocess.Popen[str], data: Path) -> dict[str, str]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"the service did not start: {(data / _ERRORS).read_text('utf-8', 'replace')}"
    announced: dict[str, str] = json.loads(line)
    return announced
