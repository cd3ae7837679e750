"""Files that a Videos API takes and gives: told by how they begin."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from desktop_app.errors import InputError
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.video_ports import VideoRequest

_MOST_SOURCE_BYTES = 512 << 20
_HEAD_BYTES = 64
_PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_VIDEOS = (
    (re.compile(rb"....ftypqt", re.DOTALL), "video/quicktime", "mov"),
    (re.compile(rb"....(?:ftyp|moov|mdat)", re.DOTALL), "video/mp4", "mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,56}webm", re.DOTALL), "video/webm", "webm"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "video/x-matroska", "mkv"),
    (re.compile(rb"RIFF....AVI ", re.DOTALL), "video/x-msvideo", "avi"),
    (re.compile(rb"\x00\x00\x01[\xb3\xba]"), "video/mpeg", "mpg"),
)


def mime_type_of(head: bytes) -> str | None:
    """The media type of a video that begins so; None where it is none."""
    kind = _kind(head)
    return kind[0] if kind else None


def reference_of(request: VideoRequest, files: ExitStack) -> tuple[str, Any, str] | None:
    """The one picture or video that the API takes, as httpx sends it; None for words alone.

    Args:
        request: What shall be made.
        files: Closes the file after the request.

    Raises:
        InputError: ``video.source``: it takes less than was given, or none of its kind.
        OSError: The file cannot be read.
    """
    pictures = [each for each in (request.first_frame, *request.references) if each is not None]
    if request.last_frame is not None:
        raise InputError(
            "video.source", "The video service takes a picture to begin with, and none to end with."
        )
    if len(pictures) + (request.source is not None) > 1:
        raise InputError("video.source", "The video service takes one picture or one video alone.")
    if request.source is not None:
        return _film(request.source, files)
    return _still(pictures[0]) if pictures else None


def _still(picture: Picture) -> tuple[str, bytes, str]:
    ending = _PICTURES.get(picture.mime_type)
    if ending is None:
        raise InputError("video.source", "Only PNG, JPEG and WebP pictures can be sent there.")
    return f"picture.{ending}", picture.data, picture.mime_type


def _film(path: Path, files: ExitStack) -> tuple[str, Any, str]:
    file = files.enter_context(path.open("rb"))
    kind = _kind(file.read(_HEAD_BYTES))
    if kind is None:
        raise InputError("video.source", "The video to be changed is of no kind that is known.")
    if path.stat().st_size > _MOST_SOURCE_BYTES:
        raise InputError("video.source", "The video to be changed is larger than 512 MiB.")
    file.seek(0)
    return f"video.{kind[1]}", file, kind[0]


def _kind(head: bytes) -> tuple[str, str] | None:
    found = ((mime, ending) for signature, mime, ending in _VIDEOS if signature.match(head))
    return next(found, None)
