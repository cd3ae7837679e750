"""Statements of the small facts that the journal remembers by their keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

READ = "SELECT value FROM setting WHERE key = :key"
ALL = "SELECT key, value FROM setting WHERE substr(key, 1, :length) = :beginning ORDER BY key"
NOTE = (
    "INSERT INTO setting (key, value) VALUES (:key, :value)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
FORGET = "DELETE FROM setting WHERE substr(key, 1, :length) = :beginning"


def of(beginning: str) -> dict[str, Any]:
    """What ``ALL`` and ``FORGET`` ask for: the facts whose keys begin so."""
    return {"length": len(beginning), "beginning": beginning}


def by_key(rows: Iterable[sqlite3.Row]) -> Mapping[str, str]:
    """What ``ALL`` found."""
    return {str(row["key"]): str(row["value"]) for row in rows}
