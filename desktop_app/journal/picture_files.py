"""The bytes of pictures: one file each, named by its content."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from pathlib import Path

from desktop_app.database.failures import storage_errors

PICTURES_FOLDER = "pictures"
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}

_PATH = re.compile(rf"{PICTURES_FOLDER}/[0-9a-f]{{64}}\.[a-z]{{3}}")


def picture_path(data: bytes, mime_type: str) -> str:
    """Where a picture belongs, relative to the journal's folder."""
    return f"{PICTURES_FOLDER}/{hashlib.sha256(data).hexdigest()}{_ENDINGS.get(mime_type, '.bin')}"


def is_picture_path(path: str) -> bool:
    """Whether a picture can be there."""
    return _PATH.fullmatch(path) is not None


class PictureFiles:
    """Writes and removes picture files. The journal's thread only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storage_errors():
            (folder / PICTURES_FOLDER).mkdir(mode=0o700, exist_ok=True)

    def keep(self, data: bytes, mime_type: str) -> str:
        """Put a picture on the disk, once; returns its path relative to the journal's folder.

        Raises:
            StorageError
        """
        relative = picture_path(data, mime_type)
        path = self._folder / relative
        with storage_errors():
            if not path.exists():
                half = path.with_suffix(".half")
                with half.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                half.replace(path)
        return relative

    def remove_all_but(self, known: Collection[str]) -> None:
        """Delete what no row names any more.

        Raises:
            OSError
        """
        for path in (self._folder / PICTURES_FOLDER).iterdir():
            if f"{PICTURES_FOLDER}/{path.name}" not in known:
                path.unlink(missing_ok=True)
