"""Makes the video of one request, frame by frame: opens sources, draws or changes, labels."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

from desktop_app.errors import InputError
from desktop_app.service.providers.builtin.drawing.caption import caption
from desktop_app.service.providers.builtin.drawing.dice import Dice
from desktop_app.service.providers.builtin.drawing.edits import changed
from desktop_app.service.providers.builtin.drawing.palettes import words_of
from desktop_app.service.providers.builtin.drawing.scene import drawn
from desktop_app.service.providers.builtin.drawing.studio import opened
from desktop_app.service.providers.builtin.filming.avi_reader import AviReader
from desktop_app.service.providers.builtin.filming.avi_writer import PICTURE, AviWriter, Format
from desktop_app.service.providers.builtin.filming.camera import Camera
from desktop_app.service.providers.builtin.filming.film_wish import (
    LEAST_SIDE,
    MOST_S,
    MOST_SIDE,
    USUAL_S,
    FilmWish,
    shaped,
)
from desktop_app.service.providers.builtin.filming.tune import RATE_HZ, tune
from desktop_app.service.providers.video_ports import VideoRequest

_FRAMES_PER_S = 20
_QUALITY = 85
_USUAL_SIZE = (640, 360)
_USUAL_SHORT = 480
_SPARE = 1.25  # pictures are larger than frames, so that a near look is sharp too
_BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
_NO_SOURCE = (
    "Without a video model only videos made here, and other AVI files of JPEG pictures, can be"
    " changed."
)


class Film:
    """Films for one request. Any thread, one at a time.

    Args:
        request: What shall be seen.
        wish: How.
        is_unwanted: Asked between frames; True ends it early.
    """

    def __init__(
        self, request: VideoRequest, wish: FilmWish, is_unwanted: Callable[[], bool]
    ) -> None:
        self._request = request
        self._wish = wish
        self._is_unwanted = is_unwanted
        self._words = words_of(request.prompt)
        self._prompt = " ".join(request.prompt.lower().split())

    def write(self, target: Path) -> None:
        """Write the file.

        Raises:
            InputError: ``image.source`` or ``video.source``: a source that cannot be used.
            OSError: The file cannot be written.
        """
        with target.open("wb") as file:
            if self._request.source is None:
                self._film(file)
            else:
                self._change(self._request.source, file)

    def _film(self, file: BinaryIO) -> None:
        size, stills = self._stills()
        camera = Camera(stills, size, self._dice("camera"))
        duration_s = self._wish.duration_s or USUAL_S
        count = duration_s * _FRAMES_PER_S
        frames = (camera.frame(number / (count - 1)) for number in range(count))
        pcm = tune(duration_s, self._dice("tune")) if self._wish.has_sound else b""
        form = Format(size, _FRAMES_PER_S, RATE_HZ if pcm else 0)
        self._write(file, form, zip(frames, _pieces(pcm, count), strict=True))

    def _stills(self) -> tuple[tuple[int, int], list[Image.Image]]:
        """The size of the frames, and what is gone over; of one large picture at a time."""
        request, size = self._request, self._wish.size
        stills = []
        for source in (request.first_frame, *request.references, request.last_frame):
            if source is not None:
                (picture,) = opened([source])
                size = size or _size_like(picture.size)
                stills.append(ImageOps.fit(picture, _larger(size), Image.Resampling.LANCZOS))
        size = size or _USUAL_SIZE
        return size, stills or [drawn(self._words, _larger(size), self._dice())]

    def _change(self, source: Path, file: BinaryIO) -> None:
        """Each frame as a picture would be changed."""
        with source.open("rb") as recorded:
            try:
                reader = AviReader(recorded)
            except ValueError as error:
                raise InputError("video.source", _NO_SOURCE) from error
            form = reader.form
            size = self._wish.size or _bounded(form.size)
            most = (self._wish.duration_s or MOST_S) * form.rate
            frames = self._changed(reader, size, most)
            self._write(file, Format(size, form.rate, form.sound_rate_hz), frames)

    def _changed(
        self, reader: AviReader, size: tuple[int, int], most: int
    ) -> Iterator[tuple[Image.Image, bytes]]:
        """Up to ``most`` frames, each with the sound that follows it."""
        frame: Image.Image | None = None
        sound, count = b"", 0
        try:
            for kind, content in reader.pieces():
                if kind != PICTURE:
                    sound += content
                    continue
                if frame is not None:
                    yield frame, sound
                frame, sound, count = None, b"", count + 1
                if count > most:
                    return
                with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
                    image.draft("RGB", (MOST_SIDE, MOST_SIDE))
                    picture = ImageOps.fit(image.convert("RGB"), size, Image.Resampling.LANCZOS)
                frame = changed([picture], self._words, self._dice())
        except _BROKEN as error:
            raise InputError("video.source", "The video to be changed cannot be read.") from error
        if frame is None:
            raise InputError("video.source", _NO_SOURCE)
        yield frame, sound

    def _write(
        self, file: BinaryIO, form: Format, frames: Iterator[tuple[Image.Image, bytes]]
    ) -> None:
        writer = AviWriter(file, form)
        strip = caption(form.size, "video")
        for frame, sound in frames:
            if self._is_unwanted():
                return
            frame.paste(strip, (0, frame.height - strip.height))
            encoded = io.BytesIO()
            frame.save(encoded, "JPEG", quality=_QUALITY)
            writer.frame(encoded.getvalue())
            writer.sound(sound)
        writer.finish()

    def _dice(self, part: str = "0") -> Dice:
        return Dice(self._prompt, self._wish.seed, part)


def _size_like(size: tuple[int, int]) -> tuple[int, int]:
    """Of about that shape, as small as videos are here unless more is asked for."""
    return _bounded((size[0] * _USUAL_SHORT // min(size), size[1] * _USUAL_SHORT // min(size)))


def _larger(size: tuple[int, int]) -> tuple[int, int]:
    return round(size[0] * _SPARE), round(size[1] * _SPARE)


def _bounded(size: tuple[int, int]) -> tuple[int, int]:
    """The same size, or the same shape where it is larger or smaller than videos are here."""
    wide_by_high = min(3.0, max(1 / 3, size[0] / max(1, size[1])))
    return shaped(wide_by_high, max(LEAST_SIDE, min(*size, MOST_SIDE)))


def _pieces(pcm: bytes, count: int) -> Iterator[bytes]:
    """The sound of each of ``count`` frames."""
    samples = len(pcm) // 2
    for number in range(count):
        yield pcm[2 * (samples * number // count) : 2 * (samples * (number + 1) // count)]
