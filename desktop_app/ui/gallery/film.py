"""Videos as the window can show them: their frames, and the first one as a picture of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageReader

from desktop_app.protocol.motion_jpeg import MotionJpeg, read_motion_jpeg
from desktop_app.protocol.mp4_facts import Mp4Facts, read_mp4_facts

_ENDING = ".avi"


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
    if not may_play(path.name):
        return None
    try:
        with path.open("rb") as file:
            motion = read_motion_jpeg(file)
    except OSError:
        return None
    film = Film(path, motion) if motion is not None else None
    return None if film is None or film.image(0).isNull() else film


def facts_of(path: Path) -> Mp4Facts | MotionJpeg | None:
    """How large and how long a video is, where its file says so. Any worker thread."""
    try:
        with path.open("rb") as file:
            return read_motion_jpeg(file) if may_play(path.name) else read_mp4_facts(file)
    except OSError:
        return None


class StillReader(QImageReader):
    """Of a picture, or of the first one of a video. Any worker thread."""

    def __init__(self, path: Path) -> None:
        self._buffer = QBuffer()
        frame = _first_frame(path)
        if frame:
            self._buffer.setData(QByteArray(frame))
            self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
            super().__init__(self._buffer)
        else:
            super().__init__(str(path))
        self.setDecideFormatFromContent(True)
        self.setAutoTransform(True)


def _first_frame(path: Path) -> bytes:
    if not may_play(path.name):
        return b""
    try:
        with path.open("rb") as file:
            motion = read_motion_jpeg(file)
            return motion.frames[0].read(file) if motion is not None else b""
    except OSError:
        return b""
