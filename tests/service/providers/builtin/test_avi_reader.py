"""Files that are no video, or a strange one, cost no time."""

from __future__ import annotations

import io

import pytest

from desktop_app.service.providers.builtin.filming.avi_reader import AviReader
from desktop_app.service.providers.builtin.filming.avi_writer import AviWriter, Format


class Counted(io.BytesIO):
    """Counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def head(after: bytes) -> Counted:
    """A file that has the head of a video, and then only ``after``."""
    written = io.BytesIO()
    AviWriter(written, Format((16, 16), 10, 8_000))
    return Counted(written.getvalue()[:-12] + after)


def test_a_head_before_nothing_but_zeros_is_given_up_soon():
    file = head(bytes(1 << 20))
    with pytest.raises(ValueError, match="no pictures"):
        AviReader(file)
    assert file.reads < 1_100


@pytest.mark.parametrize("piece", [b"LIST\0\0\0\0rec ", b"01wb\0\0\0\0"])
def test_pieces_of_nothing_come_to_an_end(piece):
    file = head(b"LIST\0\0\0\0movi" + piece * 300_000)
    pieces = list(AviReader(file).pieces())
    assert all(content == b"" for _, content in pieces)
    assert file.reads < 500_000
