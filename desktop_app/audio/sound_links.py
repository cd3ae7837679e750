"""Files of sound that stand behind each other and are one: what is spoken in portions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap

# The first frame of an mp3 says how many follow; decoders end there. Its other fields are zero.
_MP3_BEGINS = re.compile(
    rb"\xff[\xf2\xf3\xfa\xfb\xe2\xe3]..(?:..)??(?:\0{9}|\0{17}|\0{32})(?:Xing|Info)", re.DOTALL
)
_MP3 = (b"ID3", b"\xff")
_PAGE, _FLAGS, _IS_FIRST = b"OggS", 5, 2


def link_starts(content: bytes | mmap) -> list[int]:
    """Where each of them begins, in bytes, the first at 0: mp3 and Ogg (a chain, RFC 3533)."""
    head = bytes(content[: len(_PAGE)])
    if head.startswith(_MP3):
        return [0, *[found.start() for found in _MP3_BEGINS.finditer(content)][1:]]
    return [0, *_later_first_pages(content)] if head == _PAGE else [0]


def _later_first_pages(content: bytes | mmap) -> Iterator[int]:
    at = 1
    while (at := content.find(_PAGE, at)) >= 0:
        if len(content) > at + _FLAGS and content[at + _FLAGS] & _IS_FIRST:
            yield at
        at += len(_PAGE)
