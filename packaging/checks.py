"""What must hold before a change is shared: format, lint, types, layers, lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lock
from console import ROOT, Stopwatch, run, say
from environment import PYTHON, program


def run_all() -> int:
    """Run every check, also after one failed; 0 when all hold."""
    watch = Stopwatch()
    failed = [name for name, holds in _CHECKS.items() if not _report(name, holds)]
    if failed:
        say(f"Failed after {watch}: {', '.join(failed)}")
        return 1
    say(f"All {len(_CHECKS)} checks hold, after {watch}")
    return 0


def _report(name: str, holds: Callable[[], bool]) -> bool:
    say(f"Check: {name}")
    return holds()


def _format() -> bool:
    return run([PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."]) == 0


def _lint() -> bool:
    return run([PYTHON, "-m", "ruff", "check", "--quiet", "."]) == 0


def _types() -> bool:
    return run([PYTHON, "-m", "mypy"]) == 0


def _types_of_packaging() -> bool:
    files = sorted(str(path) for path in Path(__file__).parent.glob("*.py"))
    return run([PYTHON, "-m", "mypy", *files], environment={"MYPYPATH": "packaging"}) == 0


def _layers() -> bool:
    return run([program("lint-imports"), "--config", ROOT / "pyproject.toml"]) == 0


def _lock() -> bool:
    found = lock.problems(
        lock.LOCK.read_text(encoding="utf-8"), lock.PROJECT.read_text(encoding="utf-8")
    )
    for sentence in found:
        print(sentence)
    return not found


_CHECKS: dict[str, Callable[[], bool]] = {
    "format": _format,
    "lint": _lint,
    "types": _types,
    "types of packaging": _types_of_packaging,
    "layers": _layers,
    "lock file": _lock,
}
