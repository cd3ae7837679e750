"""A note of where the engine of an open window listens, for other commands of the same person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.private_notes import leave_note, read_note

NOTE = "engine.json"


@dataclass(frozen=True, slots=True)
class EngineAddress:
    """Where a running engine takes intents, and the secret of its run."""

    host: str
    port: int
    token: str


def leave_engine_note(folder: Path, port: int, token: str) -> None:
    """Say that the engine of this folder listens there."""
    leave_note(folder / NOTE, {"link": f"127.0.0.1:{port}", "token": token})


def remove_engine_note(folder: Path) -> None:
    """The engine is ending."""
    (folder / NOTE).unlink(missing_ok=True)


def find_engine(folder: Path) -> EngineAddress | None:
    """The engine that left a note there, if any did; it may have been killed since."""
    note = read_note(folder / NOTE)
    host, _, port = str(note.get("link", "")).rpartition(":")
    token = note.get("token")
    if not (host and port.isdecimal() and isinstance(token, str)):
        return None
    return EngineAddress(host, int(port), token)
