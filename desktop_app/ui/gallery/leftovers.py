"""What the cache still has of pictures that are gone. Any worker thread."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

THUMBNAILS, DRAGGED = "thumbnails", "dragged"


def remove_leftovers(pictures: Path, cache: Path) -> None:
    """Remove small pictures, and second names, of files that are not there any more.

    What cannot be removed now stays for the next time.

    Args:
        pictures: Folder of the pictures themselves.
        cache: Of what was made of them.
    """
    try:
        known = {path.stem for path in pictures.iterdir()}
    except FileNotFoundError:
        known = set()
    except OSError:
        return
    for kept in _in(cache / THUMBNAILS):
        if kept.name.partition(".")[0] not in known:
            _remove(kept)
    for own in _in(cache / DRAGGED):
        for named in _in(own):
            with suppress(OSError):
                if named.stat().st_nlink == 1:  # the first name is gone
                    _remove(named)
        with suppress(OSError):
            own.rmdir()  # it is empty, or stays


def _in(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
