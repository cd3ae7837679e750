"""Word documents of 1997 to 2003 (doc): their text, without layout."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from desktop_app.prose import mark
from desktop_app.service.documents.readers.compound_file import CompoundFile
from desktop_app.service.documents.sections import Found, Section, UnreadableError

_MAGIC = 0xA5EC
_WORD_97 = 0x00C1
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_FLAGS_AT, _LENGTHS_AT, _PIECES_AT = 0x0A, 0x4C, 0x1A2
_COMPRESSED = 0x40000000

_OLDER = mark("It was written by Word 95 or older: save it as docx, then add that.")
_DAMAGED = mark("The document is damaged: save it as docx, then add that.")

_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14|\x13[^\x13\x14\x15]*\x15|\x15")
_AS_TEXT = str.maketrans(
    {
        "\r": "\n",
        "\x07": " | ",  # the end of a cell
        "\x0b": "\n",
        "\x0c": "\n",
        "\x1e": "-",
        **dict.fromkeys("\x00\x01\x02\x03\x04\x05\x08\x13\x14\x15\x1f"),
    }
)


def read_doc(path: Path) -> Iterator[Found]:
    """The text and the footnotes."""
    file = CompoundFile(path, "a Word document")
    main = file.stream("WordDocument")
    if "EncryptedPackage" in file:
        raise UnreadableError(mark("The document is protected by a password."))
    if not main:
        raise UnreadableError(mark("It is not a Word document."))
    try:
        text = _text(file, main)
    except struct.error as error:
        raise UnreadableError(_DAMAGED) from error
    yield Section("", _without_fields(text).translate(_AS_TEXT))


def _text(file: CompoundFile, main: bytes) -> str:
    magic, version = struct.unpack_from("<HH", main)
    if magic != _MAGIC or version < _WORD_97:
        raise UnreadableError(_OLDER)
    (flags,) = struct.unpack_from("<H", main, _FLAGS_AT)
    if flags & _ENCRYPTED:
        raise UnreadableError(mark("The document is protected by a password."))
    table = file.stream("1Table" if flags & _TABLE_1 else "0Table")
    start, size = struct.unpack_from("<2I", main, _PIECES_AT)
    characters = sum(struct.unpack_from("<2I", main, _LENGTHS_AT))
    return "".join(_pieces(table[start : start + size], main))[:characters]


def _pieces(clx: bytes, main: bytes) -> Iterator[str]:
    """The text's pieces in order: each is somewhere in the file, in one of two encodings."""
    at = 0
    while clx[at : at + 1] == b"\x01":  # formatting
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if clx[at : at + 1] != b"\x02":
        raise UnreadableError(_DAMAGED)
    (size,) = struct.unpack_from("<I", clx, at + 1)
    table = clx[at + 5 : at + 5 + size]
    count = (len(table) - 4) // 12
    borders = struct.unpack_from(f"<{count + 1}I", table)
    for index in range(count):
        length = borders[index + 1] - borders[index]
        (place,) = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * index + 2)
        if place & _COMPRESSED:
            start = (place & ~_COMPRESSED) // 2
            yield main[start : start + max(0, length)].decode("cp1252", errors="replace")
        else:
            piece = main[place : place + 2 * max(0, length)]
            yield piece.decode("utf-16-le", errors="replace")


def _without_fields(text: str) -> str:
    """Without the instructions of fields (page numbers, links); their results stay."""
    while (shorter := _FIELD.sub("", text)) != text:
        text = shorter
    return text
