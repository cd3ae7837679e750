"""Server-sent events come out whole, whatever the network does to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import ProtocolError
from desktop_app.protocol.sse import SseDecoder

WIRE = (
    b': hello\n\ndata: {"a":1}\n\ndata:no space\r\n\r\nevent: x\nid: 3\ndata: one\ndata: two\n\n'
    b"\n\ndata: [DONE]\n\ndata:  \xc3\xa9\n\n"
)
DATA = [b'{"a":1}', b"no space", b"one\ntwo", b" \xc3\xa9"]


def decoded(decoder: SseDecoder, wire: bytes, size: int) -> list[bytes]:
    events = []
    for at in range(0, len(wire), size):
        events += decoder.feed(wire[at : at + size])
    return events


@pytest.mark.parametrize("size", range(1, len(WIRE) + 1))
def test_any_split_gives_the_same_events(size: int):
    assert decoded(SseDecoder(), WIRE, size) == DATA


@given(
    st.lists(st.binary(min_size=1).filter(lambda data: not {10, 13} & set(data)), max_size=5),
    st.integers(1, 40),
)
def test_whatever_was_sent_comes_back(payloads: list[bytes], size: int):
    wire = b"".join(b"data: " + data + b"\n\n" for data in payloads)
    expected = [data for data in payloads if data != b"[DONE]"]
    assert decoded(SseDecoder(), wire, size) == expected


def test_an_event_without_its_last_newlines_is_completed_by_the_end():
    decoder = SseDecoder()
    assert decoder.feed(b"data: last") == []
    assert decoder.finish() == [b"last"]
    assert decoder.finish() == []


def test_an_empty_data_line_is_an_event():
    assert SseDecoder().feed(b"data:\n\n") == [b""]


@pytest.mark.parametrize("wire", [b"data: " + b"x" * 100, b"data: 1234567890\n" * 10])
def test_a_line_or_event_without_end_is_refused(wire: bytes):
    with pytest.raises(ProtocolError) as caught:
        decoded(SseDecoder(max_event_bytes=50), wire, 7)
    assert caught.value.code == "sse.too_long"


def test_the_bound_is_on_one_event_and_not_on_the_stream():
    assert len(decoded(SseDecoder(max_event_bytes=20), b"data: 123456\n\n" * 50, 9)) == 50


def test_no_byte_is_searched_twice():
    class Chunk(bytes):
        searched = 0

        def find(self, sub, start=0, end=None):  # type: ignore[no-untyped-def, override]
            found = super().find(sub, start)
            Chunk.searched += (found if found >= 0 else len(self)) - start
            return found

    decoder = SseDecoder()
    wire = b"data: " + b"x" * 5000
    for at in range(len(wire)):
        decoder.feed(Chunk(wire[at : at + 1]))
    assert Chunk.searched == len(wire)
