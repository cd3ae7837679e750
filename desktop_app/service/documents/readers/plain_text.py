"""Texts, code and data files that are read as they are."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from desktop_app.prose import mark
from desktop_app.service.documents.sections import Found, Remark, Section, UnreadableError

MAX_BYTES = 16 << 20

_SAMPLE_BYTES = 64 * 1024
_FEW_LETTERS = 16
_NO_TEXT = mark("It is not a text: no encoding fits.")
_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_lines(path: Path) -> Iterator[Found]:
    """The whole file as one section with line numbers."""
    yield Section("", read_text(path), unit="lines")
    yield from remarks_of(path)


def remarks_of(path: Path) -> Iterator[Remark]:
    """Say so where only the beginning is read."""
    if path.stat().st_size > MAX_BYTES:
        yield Remark(note=f"Only its first {MAX_BYTES >> 20} MiB are searched.")


def read_text(path: Path) -> str:
    """The text, in whatever encoding it is written; at most the first 16 MiB.

    Raises:
        UnreadableError: It is no text.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES)
    is_cut = path.stat().st_size > MAX_BYTES
    return _decoded(content, is_cut=is_cut).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes, *, is_cut: bool) -> str:
    has_bom = content.startswith(_BOMS)
    if not has_bom:
        try:
            text = codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=not is_cut)
        except UnicodeDecodeError:
            pass
        else:
            if "\0" not in text:
                return text
    encoding = _encoding(content[:_SAMPLE_BYTES])
    if not (has_bom or _is_text(content, encoding)):
        raise UnreadableError(_NO_TEXT)
    return content.decode(encoding, errors="replace").lstrip("\ufeff")


def _encoding(sample: bytes) -> str:
    """Raises:
    UnreadableError: None fits.
    """
    high = sum(byte >= 0x80 for byte in sample)
    if high < _FEW_LETTERS and high * 2 <= len(sample):
        return "cp1252"  # a few accents tell nothing: the most usual of old encodings
    found = from_bytes(sample).best()
    if found is None:
        raise UnreadableError(_NO_TEXT)
    return found.encoding


def _is_text(content: bytes, encoding: str) -> bool:
    """Control characters are a sign of binary data that an encoding happens to fit."""
    text = content[:_SAMPLE_BYTES].decode(encoding, errors="replace")
    strange = sum(not (char.isprintable() or char in "\n\r\t\f") for char in text)
    return strange * 50 <= len(text)
