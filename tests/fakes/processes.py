"""The running processes of one data folder, as the system lists them (Linux)."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path


def parley_processes() -> dict[str, list[int]]:
    """Process ids by subcommand (``window``, ``engine``, ``serve``, ...) of this test's folder."""
    found: dict[str, list[int]] = {}
    mark = f"PARLEY_DATA_DIR={os.environ['PARLEY_DATA_DIR']}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            command = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has just ended, or is another user's
        if mark in environment and b"desktop_app" in command:
            word = command[command.index(b"desktop_app") + 1].decode()
            found.setdefault("window" if word.startswith("-") or not word else word, []).append(
                int(entry.name)
            )
    return found


def kill(name: str) -> int:
    """Kill the one process of that name as ``kill -9`` does, and return its id."""
    (process_id,) = parley_processes()[name]
    os.kill(process_id, signal.SIGKILL)
    return process_id


def peak_memory_bytes(pid: int) -> int:
    """The most that a process ever had; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
