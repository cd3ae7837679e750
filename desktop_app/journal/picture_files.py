"""The bytes of pictures and videos: one file each, named by its content."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from desktop_app.database.failures import storage_errors
from desktop_app.protocol.media_types import plain_type

PICTURES_FOLDER = "pictures"
_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "video/x-matroska": ".mkv",
    "video/mpeg": ".mpg",
    "video/x-msvideo": ".avi",
    "video/ogg": ".ogv",
    "video/3gpp": ".3gp",
    "video/3gpp2": ".3g2",
}

_KNOWN = "|".join(re.escape(one) for one in {*_ENDINGS.values(), ".bin"})
PICTURE_PATH = re.compile(rf"{PICTURES_FOLDER}/([0-9a-f]{{64}})(?:{_KNOWN})")


def ending_of(mime_type: str) -> str:
    """Of the name of such a file."""
    return _ENDINGS.get(plain_type(mime_type), ".bin")


def picture_path(sha256: str, mime_type: str) -> str:
    """Where a picture or video with such content belongs, relative to the journal's folder."""
    return f"{PICTURES_FOLDER}/{sha256}{ending_of(mime_type)}"


def is_picture_path(path: str) -> bool:
    """Whether a picture can be there."""
    return PICTURE_PATH.fullmatch(path) is not None


class PictureFiles:
    """Writes and removes picture files. The journal's thread only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storage_errors():
            (folder / PICTURES_FOLDER).mkdir(mode=0o700, exist_ok=True)

    def keep(self, content: bytes | Path, mime_type: str, sha256: str = "") -> tuple[str, int]:
        """Put it on the disk, once; returns its path relative to the journal's folder, and size.

        Args:
            content: The bytes, or a file with them, which is taken away.
            mime_type: Names the ending.
            sha256: Of the content, where it is known: reading a whole video again takes long.

        Raises:
            StorageError
        """
        with storage_errors():
            relative = picture_path(sha256 or _sha256(content), mime_type)
            path = self._folder / relative
            if not path.exists():
                half = path.with_suffix(".half")
                _put(content, half)
                half.replace(path)
            elif isinstance(content, Path):
                content.unlink()
            return relative, path.stat().st_size

    def remove_all_but(self, known: Collection[str]) -> None:
        """Delete what no row names any more.

        Raises:
            OSError
        """
        for path in (self._folder / PICTURES_FOLDER).iterdir():
            if f"{PICTURES_FOLDER}/{path.name}" not in known:
                path.unlink(missing_ok=True)


def _sha256(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put(content: bytes | Path, target: Path) -> None:
    if isinstance(content, Path):
        shutil.move(content, target)
    with target.open("ab" if isinstance(content, Path) else "wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        file.flush()
        os.fsync(file.fileno())
