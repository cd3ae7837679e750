"""What was made in a turn of ``parley ask``, copied to where it was asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.journal.records import PictureRecord
from desktop_app.link.messages import LinkEvent
from desktop_app.link.thread_messages import PictureSaved

_SAME = {".jpeg": ".jpg", ".mpeg": ".mpg"}


class MadeFiles:
    """Collects the pictures and videos of the turn."""

    def __init__(self) -> None:
        self._records: list[PictureRecord] = []

    def take(self, event: LinkEvent) -> None:
        """Remember one that came."""
        if isinstance(event, PictureSaved):
            self._records.append(event.picture)

    def pictures_at(self, target: Path, folder: Path) -> list[Path]:
        """Where the pictures are now: at ``target``, with a number from the second on.

        Args:
            target: Where the first one shall be.
            folder: The journal's.

        Raises:
            InputError: ``file.unwritable``, or ``ask.no_picture`` where none came.
        """
        pictures = [one for one in self._records if not one.is_video]
        if not pictures:
            raise InputError("ask.no_picture", "No picture was made; the answer above says why.")
        return _copied(pictures, target, folder)

    def videos_at(self, target: Path, folder: Path) -> list[Path]:
        """The videos, likewise.

        Raises:
            InputError: ``file.unwritable``, or ``ask.no_video`` where none came.
        """
        videos = [one for one in self._records if one.is_video]
        if not videos:
            raise InputError("ask.no_video", "No video was made; the answer above says why.")
        return _copied(videos, target, folder)


def _copied(records: list[PictureRecord], target: Path, folder: Path) -> list[Path]:
    return [
        _copy(folder / record.path, target, f"-{number}" if number > 1 else "")
        for number, record in enumerate(records, 1)
    ]


def _copy(source: Path, target: Path, number: str) -> Path:
    """The ending tells what is in a file, so it is the source's, not always the target's."""
    ending = target.suffix.lower()
    is_same_kind = _SAME.get(ending, ending) == source.suffix
    path = target.with_name(target.stem + number + (target.suffix or source.suffix))
    path = path if is_same_kind else path.with_suffix(source.suffix)
    try:
        shutil.copyfile(source, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("file.unwritable", f"{path}: {reason}.") from error
    return path
