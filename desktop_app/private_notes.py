"""Small notes by which one process finds another: for this user's eyes only, they hold keys."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

logger = logging.getLogger(__name__)


def leave_note(path: Path, note: Mapping[str, str]) -> None:
    """Replace the note. A disk that refuses costs only the note."""
    new = path.with_suffix(".new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(note, file)
        new.replace(path)
    except OSError as error:
        logger.warning("other commands cannot find this process: %s", error)


def read_note(path: Path) -> dict[str, str]:
    """What it says; empty where there is none, or nothing that can be understood."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
