"""MIME types of pictures and videos, of which people write the same one in many ways. Pure."""

from __future__ import annotations

import codecs
import re

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


HEAD_BYTES = 1024
"""Of a picture or video: within them it is seen whether it is one."""

SVG = "image/svg+xml"
_PROLOGUE = rb"(?:\s|<\?(?>.*?\?>)|<!--(?>.*?-->))*+"  # atomic: many comments take no longer
_DRAWING = re.compile(_PROLOGUE + rb"<(?:!doctype\s+)?(?:\w+:)?svg\b", re.IGNORECASE | re.DOTALL)
_ROOTLESS = re.compile(_PROLOGUE + rb"(?:\Z|<!--|<\?)", re.DOTALL)
_WRITTEN = re.compile(rb"\s*(?:<[!?a-zA-Z]|\{\s*[\"}]|\[\s*[\[{\"\]])")


def is_drawing(head: bytes) -> bool:
    """Whether what begins so is an SVG, whatever it is told to be."""
    return _DRAWING.match(head.removeprefix(codecs.BOM_UTF8)) is not None


def is_written(head: bytes, plain: str) -> bool:
    """Whether what begins so is to be read, such as a page about an error, whatever it is told.

    Args:
        head: Its first bytes, ``HEAD_BYTES`` where there are so many.
        plain: What it is told to be; believed of an SVG whose remarks are longer than the head.
    """
    if is_drawing(head):
        return False
    head = head.removeprefix(codecs.BOM_UTF8)
    if plain == SVG and len(head) >= HEAD_BYTES and _ROOTLESS.match(head):
        return False
    return _WRITTEN.match(head) is not None or (is_text(plain) and _is_readable(head))


def _is_readable(head: bytes) -> bool:
    try:
        return "\0" not in codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False


def is_text(plain: str) -> bool:
    """Whether it is for people or programs to read, and no picture, sound or video."""
    return plain.startswith("text/") or plain == "application/json" or plain.endswith("+json")
