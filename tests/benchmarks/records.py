"""What was measured, kept for programs: each run in ``out/bench``, some in the repository.

``out/bench/PART.json`` is written by every run. With ``--record`` the same goes to
``recorded/PART.json`` beside this file, which is committed: what the figures were, when, and on
what kind of machine.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop_app.version import __version__
from tests.benchmarks.figures import Figure

ROOT = Path(__file__).parents[2]
LATEST = ROOT / "out" / "bench"
RECORDED = Path(__file__).parent / "recorded"
_DIGITS = 4


def record(part: str, figures: Sequence[Figure], folder: Path) -> Path:
    """Write what a part measured; returns the file.

    Args:
        part: ``retrieval``, ``streams``, ...
        figures: All that it measured.
        folder: Made where missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part}.json"
    text = json.dumps(_rounded(_as_record(part, figures)), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _as_record(part: str, figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        "part": part,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "processors": os.cpu_count(),
            "python": platform.python_version(),
        },
        "figures": [json.loads(figure.as_json()) for figure in figures],
    }


def _rounded(value: Any) -> Any:
    """Numbers with four significant digits: more are not measured."""
    match value:
        case float():
            return float(f"{value:.{_DIGITS}g}")
        case dict():
            return {name: _rounded(each) for name, each in value.items()}
        case list():
            return [_rounded(each) for each in value]
    return value
