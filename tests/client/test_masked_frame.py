from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from desktop_app.client.masked_frame import masked_frame

SIZES = [0, 1, 5, 125, 126, 640, 65_535, 65_536]


def read_by_a_server(wire: bytes) -> Frame:
    """Every byte of it, as one frame."""
    reader = StreamReader()
    reader.feed_data(wire)
    reader.feed_eof()
    reading = Frame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as read:
        next(reading)
    with pytest.raises(StopIteration) as end:
        next(reader.at_eof())
    assert end.value.value
    return read.value.value


@pytest.mark.parametrize("size", SIZES)
def test_a_server_reads_what_was_framed(size):
    payload = bytes(number % 251 for number in range(size))
    assert read_by_a_server(masked_frame(payload, is_text=False)) == Frame(Opcode.BINARY, payload)
    assert read_by_a_server(masked_frame(payload, is_text=True)) == Frame(Opcode.TEXT, payload)


def test_each_frame_has_another_mask():
    masks = [masked_frame(b"", is_text=False)[-4:] for _ in range(2_000)]
    assert {len(mask) for mask in masks} == {4}
    assert len(set(masks)) > 1_990
