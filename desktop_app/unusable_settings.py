"""Which settings cannot be used, what is said of them, and what becomes of their file.

Only the standard library, as for ``settings``.
"""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path


class Unusable(str):
    """What could not be used, in one English sentence; in others by its ``name``.

    Attributes:
        name: Of the setting, or of the file as it is kept; empty where it stays where it is.
        is_file: None of the settings could be read.
    """

    name: str = ""
    is_file: bool = False


def set_aside(path: Path, error: Exception) -> Unusable:
    """Move an unreadable file away, without overwriting an earlier one, and say so."""
    names = (f"{path.name}.broken{number or ''}" for number in chain((0,), count(2)))
    aside = next(one for one in map(path.with_name, names) if not one.exists())
    try:
        path.rename(aside)
    except OSError:
        return unread(path, error)
    return unread(path, error, aside.name)


def unread(path: Path, error: Exception, aside: str = "") -> Unusable:
    """What is said of a file that cannot be read; ``aside`` is what it is called now."""
    kept = f"it was kept as {aside} and the" if aside else "the"
    told = Unusable(f"The settings file {path} cannot be read ({error}); {kept} defaults are used.")
    told.name, told.is_file = aside, True
    return told


def unusable(name: str, value: object, instead: str) -> Unusable:
    """What is said of one setting."""
    told = Unusable(f"The setting {name} cannot be {value!r}; {instead}.")
    told.name = name
    return told


def is_address(text: str, *schemes: str) -> bool:
    """Whether it names a host, by one of these schemes."""
    from urllib.parse import urlsplit  # for who has named one

    try:
        parts = urlsplit(text)
        known = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return known and not any(one.isspace() or not one.isprintable() for one in text)


def is_proxy(text: str) -> bool:
    """Whether it is empty, or an address that HTTP and WebSockets alike take for a proxy."""
    return not text or is_address(text, "http", "https")


def is_writable(text: str) -> bool:
    """Whether a system takes it, in a path or in the environment."""
    return "\0" not in text and text == text.encode(errors="ignore").decode()
