"""MIME types of pictures and videos, of which people write the same one in many ways. Pure."""

from __future__ import annotations

_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "video/x-m4v": "video/mp4",
    "video/m4v": "video/mp4",
    "video/matroska": "video/x-matroska",
    "video/mkv": "video/x-matroska",
    "video/avi": "video/x-msvideo",
    "video/msvideo": "video/x-msvideo",
    "video/vnd.avi": "video/x-msvideo",
}


def plain_type(told: str) -> str:
    """Without parameters, in small letters, and by the usual one of several names."""
    plain = told.partition(";")[0].strip().lower()
    return _SAME.get(plain, plain)


def is_text(plain: str) -> bool:
    """Whether it is for people or programs to read, and no picture, sound or video."""
    return plain.startswith("text/") or plain == "application/json" or plain.endswith("+json")
