"""A machine of our own making: programs that write down how they were called."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


class Machine:
    """A folder that is the whole PATH.

    Attributes:
        programs: The folder.
        calls: The file to which every program adds its command line.
    """

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "programs"
        self.programs.mkdir()
        self._calls = folder / "calls"

    def has(self, name: str, *, answer: str = "", code: int = 0) -> None:
        """Give the machine a program."""
        script = self.programs / name
        script.write_text(
            "#!/bin/sh\n"
            f"printf '%s\\n' \"{name} $*\" >> '{self._calls}'\n"
            f"printf '%s' '{answer}'\nexit {code}\n"
        )
        script.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """Every command line so far, in order."""
        return self._calls.read_text().splitlines() if self._calls.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """An empty Linux machine."""
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(made.programs))
    monkeypatch.setattr(sys, "platform", "linux")
    return made
