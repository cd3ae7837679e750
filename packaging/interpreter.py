"""Which Python to use. Kept to syntax that much older versions can read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED = ((3, 11), (3, 12), (3, 13))
_ASK = "import sys; print(*sys.version_info[:2])"


def is_supported(version: tuple[int, ...]) -> bool:
    """Whether Parley runs on this version."""
    return tuple(version[:2]) in SUPPORTED


def find_supported(folders: str | None = None) -> Path | None:
    """A supported interpreter on PATH (or in ``folders``), the oldest supported one first."""
    for major, minor in SUPPORTED:
        for name in (f"python{major}.{minor}", "python3", "python"):
            path = shutil.which(name, path=folders)
            if path and _version_of([path]) == (major, minor):
                return Path(path)
    return _from_windows_launcher()


def _from_windows_launcher() -> Path | None:
    launcher = shutil.which("py") if sys.platform == "win32" else None
    for major, minor in SUPPORTED if launcher else ():
        asked = _answer(
            [str(launcher), f"-{major}.{minor}", "-c", "import sys; print(sys.executable)"]
        )
        if asked:
            return Path(asked)
    return None


def _version_of(command: list[str]) -> tuple[int, ...]:
    return tuple(int(part) for part in _answer([*command, "-c", _ASK]).split())


def _answer(command: list[str]) -> str:
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
