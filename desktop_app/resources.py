"""Finds the plain files that come with the program."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(getattr(sys, "_MEIPASS", Path(__file__).parent.parent)) / "resources"


def path(name: str) -> Path:
    """The file of that name below ``resources``, e.g. ``demo/question.wav``."""
    return ROOT / name
