"""Videos as the window can show them: their frames, and the first one as a picture of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from PySide6.QtGui import QImage, QImageReader

from desktop_app.protocol.matroska_facts import read_matroska_facts
from desktop_app.protocol.motion_jpeg import MotionJpeg, read_motion_jpeg
from desktop_app.protocol.mp4_facts import VideoFacts, read_mp4_facts

_ENDING = ".avi"
_MATROSKA = (".webm", ".mkv")
_TELLING = (_ENDING, *_MATROSKA, ".mp4", ".mov", ".3gp", ".3g2")
_reading = Lock()


@dataclass(frozen=True, slots=True)
class Film:
    """A video that can be played here. Any worker thread."""

    path: Path
    motion: MotionJpeg

    def image(self, number: int) -> QImage:
        """The frame; null where it cannot be read."""
        try:
            with self.path.open("rb") as file:
                data = self.motion.frames[number].read(file)
        except OSError:
            return QImage()
        return QImage.fromData(data, "JPG")  # type: ignore[arg-type]  # the stubs want bytes


def may_play(path: str) -> bool:
    """Whether a video of that name may be one that is played here."""
    return path.endswith(_ENDING)


def open_film(path: Path) -> Film | None:
    """The video, or None where it is none that can be played here. Any worker thread."""
    film = _film(path)
    return None if film is None or film.image(0).isNull() else film


def facts_of(path: Path) -> VideoFacts | MotionJpeg | None:
    """How large and how long a video is, where its file says so. Any worker thread."""
    if may_play(path.name):
        film = _film(path)
        return film.motion if film is not None else None
    try:
        with path.open("rb") as file:
            is_matroska = path.suffix in _MATROSKA
            return read_matroska_facts(file) if is_matroska else read_mp4_facts(file)
    except OSError:
        return None


def duration_s(path: Path) -> float:
    """How long a video is; 0 where it is none or its file does not say. Any worker thread."""
    facts = facts_of(path) if path.suffix in _TELLING else None
    return facts.duration_s if facts is not None else 0.0


def first_frame(path: Path) -> QImage | None:
    """The first picture of a video, null where it cannot be read; None of any other file.

    No device is made in Python for this: Qt reads under a lock, a device of Python's waits for the
    interpreter meanwhile, and whoever has that may wait for the lock. Any worker thread.
    """
    if not may_play(path.name):
        return None
    film = _film(path)
    return QImage() if film is None else film.image(0)


def _film(path: Path) -> Film | None:
    if not may_play(path.name):
        return None
    try:
        facts = path.stat()
        with _reading:
            motion = _motion(path, facts.st_size, facts.st_mtime_ns)
    except OSError:
        return None
    return Film(path, motion) if motion is not None else None


@lru_cache(maxsize=1)
def _motion(path: Path, _size: int, _changed_ns: int) -> MotionJpeg | None:
    """Read once for all that one view asks of a video."""
    with path.open("rb") as file:
        return read_motion_jpeg(file)


def picture_reader(path: Path) -> QImageReader:
    """Of a picture's file, upright. Any worker thread."""
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    return reader


def still(path: Path) -> QImage:
    """A picture, or the first one of a video; null where it is neither. Any worker thread."""
    frame = first_frame(path)
    return picture_reader(path).read() if frame is None else frame
