"""Where Parley keeps its files on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from desktop_app.errors import StorageError

DATA_DIR_VARIABLE = "PARLEY_DATA_DIR"
"""Puts data, settings, cache and logs of any command into one folder."""


class Paths(NamedTuple):
    """The places that belong to one person's Parley.

    Attributes:
        data: Folder of the journal and the service's database.
        settings: The settings file; it need not exist.
        cache: Folder whose loss costs only time.
        logs: Folder of log files.
    """

    data: Path
    settings: Path
    cache: Path
    logs: Path


def find_paths(environment: Mapping[str, str]) -> Paths:
    """Find the folders and create those that are missing, for the user alone.

    Raises:
        StorageError: ``storage.unwritable``: one of them cannot be created or written.
    """
    chosen = environment.get(DATA_DIR_VARIABLE, "")
    if chosen:
        paths = _in_one_folder(Path(chosen).expanduser().absolute())
    else:
        paths = _of_xdg(environment) if sys.platform == "linux" else _of_the_platform()
    for folder in (paths.data, paths.settings.parent, paths.cache, paths.logs):
        _prepare(folder)
    return paths


def _in_one_folder(folder: Path) -> Paths:
    return Paths(folder, folder / "settings.json", folder / "cache", folder / "logs")


def _of_xdg(environment: Mapping[str, str]) -> Paths:
    """As the XDG base directories say. So does platformdirs, 7 ms later in every process."""

    def folder(name: str, usual: str) -> Path:
        given = Path(environment.get(f"XDG_{name}_HOME", ""))
        return (given if given.is_absolute() else Path.home() / usual) / "Parley"

    return Paths(
        folder("DATA", ".local/share"),
        folder("CONFIG", ".config") / "settings.json",
        folder("CACHE", ".cache"),
        folder("STATE", ".local/state") / "log",
    )


def _of_the_platform() -> Paths:
    from platformdirs import PlatformDirs  # not needed when the folder is given

    folders = PlatformDirs("Parley", appauthor=False)
    return Paths(
        folders.user_data_path,
        folders.user_config_path / "settings.json",
        folders.user_cache_path,
        folders.user_log_path,
    )


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _unwritable(folder, reason) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(folder, "Permission denied")


def _unwritable(folder: Path, reason: str) -> StorageError:
    return StorageError(
        "storage.unwritable",
        f"Parley cannot write to the folder {folder}: {reason}. "
        f"Make it writable, or choose another one with {DATA_DIR_VARIABLE}.",
        folder=str(folder),
        reason=reason,
    )
