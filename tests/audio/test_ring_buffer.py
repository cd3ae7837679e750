"""The lock-free ring between the engine's loop and the sound card."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.ring_buffer import RingBuffer


def pull(ring: RingBuffer, count: int) -> tuple[int, bytes]:
    out = memoryview(bytearray(b"\xee" * count))
    return ring.read_into(out), bytes(out)


def test_sound_comes_out_in_the_order_it_went_in():
    ring = RingBuffer(16)
    assert ring.write(b"abcd") == 4
    assert ring.write(b"efgh") == 4
    assert pull(ring, 6) == (6, b"abcdef")
    assert ring.starved == 0


def test_a_short_read_is_padded_with_silence_and_counted():
    ring = RingBuffer(16)
    ring.write(b"ab")
    assert pull(ring, 6) == (2, b"ab\0\0\0\0")
    assert pull(ring, 4) == (0, bytes(4))
    assert ring.starved == 2


def test_sound_wraps_around_the_end():
    ring = RingBuffer(8)
    ring.write(b"abcdef")
    pull(ring, 4)
    assert ring.write(b"ghijkl") == 6
    assert pull(ring, 8) == (8, b"efghijkl")


def test_a_full_ring_accepts_only_what_fits():
    ring = RingBuffer(8)
    ring.write(b"abcdef")
    assert ring.free == 2
    assert ring.write(b"ghij") == 2
    assert ring.write(b"kl") == 0
    assert pull(ring, 8) == (8, b"abcdefgh")


def test_discarded_sound_is_never_delivered_and_later_sound_is():
    ring = RingBuffer(16)
    ring.write(b"old sound!")
    pull(ring, 4)
    ring.discard()
    assert ring.available == 0
    ring.write(b"new!")
    assert ring.available == 4
    assert pull(ring, 8) == (4, b"new!\0\0\0\0")


def test_the_room_of_discarded_sound_returns_with_the_next_read():
    ring = RingBuffer(8)
    ring.write(b"abcdefgh")
    ring.discard()
    assert ring.free == 0
    pull(ring, 2)
    assert ring.free == 8


def test_a_discard_can_be_honoured_without_reading():
    ring = RingBuffer(8)
    ring.write(b"abcdefgh")
    assert ring.take_stock() == 8
    ring.discard()
    assert ring.free == 0
    assert ring.take_stock() == 0
    assert ring.free == 8


def test_played_since_mark_counts_only_what_was_really_read():
    ring = RingBuffer(32)
    ring.write(b"before")
    ring.mark()
    ring.write(b"after it")
    pull(ring, 4)
    assert ring.played_since_mark == 0
    pull(ring, 6)
    assert ring.played_since_mark == 4
    pull(ring, 20)
    assert ring.played_since_mark == 8


def test_played_since_mark_stands_still_after_a_discard():
    ring = RingBuffer(32)
    ring.mark()
    ring.write(b"0123456789")
    pull(ring, 4)
    ring.discard()
    assert ring.played_since_mark == 4
    pull(ring, 4)
    assert ring.played_since_mark == 4


def test_a_mark_after_a_discard_starts_at_zero():
    ring = RingBuffer(32)
    ring.write(b"0123456789")
    pull(ring, 4)
    ring.discard()
    ring.mark()
    ring.write(b"abcdef")
    assert ring.played_since_mark == 0
    pull(ring, 4)
    assert ring.played_since_mark == 4


def test_the_last_read_sound_can_be_looked_at_even_across_the_end():
    ring = RingBuffer(8)
    ring.write(b"abcdef")
    pull(ring, 6)
    assert ring.last_read(4) == b"cdef"
    ring.write(b"ghij")
    pull(ring, 4)
    assert ring.last_read(4) == b"ghij"
    assert RingBuffer(8).last_read(4) == b""


@pytest.mark.parametrize("size", [0, -2, 7])
def test_a_ring_without_whole_samples_is_a_programming_error(size):
    with pytest.raises(ValueError, match="16-bit"):
        RingBuffer(size)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=60))
def test_any_mix_of_reads_and_writes_behaves_like_a_queue(steps):
    ring, queue, sent = RingBuffer(34), bytearray(), 0
    for writes, count in steps:
        if writes:
            pcm = bytes((sent + at) % 251 for at in range(count))
            accepted = ring.write(pcm)
            assert accepted == min(count, 34 - len(queue))
            queue += pcm[:accepted]
            sent += accepted
        else:
            expected = bytes(queue[:count])
            assert pull(ring, count) == (len(expected), expected.ljust(count, b"\0"))
            del queue[:count]
    assert ring.available == len(queue)


def test_two_threads_pass_two_hundred_thousand_bytes_intact():
    ring, total = RingBuffer(1024), 200_000
    source = bytes(at % 251 for at in range(total))
    received = bytearray()

    def read() -> None:
        out = memoryview(bytearray(96))
        while len(received) < total:
            received.extend(out[: ring.read_into(out)])

    reader = threading.Thread(target=read)
    reader.start()
    sent = 0
    while sent < total:
        sent += ring.write(source[sent : sent + 250])
    reader.join(timeout=30)
    assert bytes(received) == source


def test_what_was_read_can_be_read_again_as_far_as_it_is_kept():
    ring = RingBuffer(8, kept_bytes=4)
    ring.write(b"abcdefgh")
    pull(ring, 6)
    ring.rewind(4)
    assert (ring.available, ring.played_since_mark) == (4, 4)
    assert pull(ring, 4) == (4, b"efgh")
    ring.rewind(0)
    assert pull(ring, 8) == (4, b"efgh\0\0\0\0"), "no further back than is kept"


def test_a_rewind_goes_neither_forward_nor_before_the_mark_nor_to_what_was_discarded():
    ring = RingBuffer(16, kept_bytes=16)
    ring.write(b"abcd")
    pull(ring, 4)
    ring.mark()
    ring.write(b"efgh")
    pull(ring, 2)
    ring.rewind(4)
    assert ring.played_since_mark == 2
    ring.rewind(-2)
    assert pull(ring, 2) == (2, b"ef")
    ring.discard()
    ring.rewind(0)
    ring.write(b"ij")
    assert pull(ring, 4) == (2, b"ij\0\0")


def test_sound_that_is_kept_is_not_written_over_before_or_after_the_rewind_is_honoured():
    ring = RingBuffer(4, kept_bytes=4)
    ring.write(b"abcd")
    pull(ring, 4)
    assert ring.write(b"efgh") == 4
    ring.rewind(0)
    assert ring.free == 0, "eight bytes wait now"
    assert ring.write(b"ij") == 0
    assert pull(ring, 8) == (8, b"abcdefgh")
    assert ring.write(b"ij") == 2


def test_what_is_discarded_after_a_rewind_is_not_heard_and_counts_from_there():
    ring = RingBuffer(16, kept_bytes=8)
    ring.write(b"abcdefgh")
    pull(ring, 6)
    ring.rewind(2)
    ring.discard()
    assert ring.available == 0
    assert pull(ring, 4) == (0, bytes(4))
    assert ring.played_since_mark == 2


def test_the_sound_before_a_place_can_be_looked_at_where_it_is_kept():
    ring = RingBuffer(8, kept_bytes=4)
    ring.write(b"abcdefgh")
    pull(ring, 6)
    assert ring.read_before(6, 2) == b"ef"
    assert ring.read_before(6, 6) == b"cdef"
    assert ring.read_before(1, 4) == b""


@given(st.lists(st.tuples(st.sampled_from("wrb"), st.integers(0, 40)), max_size=60))
def test_any_mix_with_rewinds_gives_what_was_written_at_that_place(steps):
    ring, written, at = RingBuffer(34, kept_bytes=10), bytearray(), 0
    for kind, count in steps:
        if kind == "w":
            pcm = bytes((len(written) + number) % 251 for number in range(count))
            accepted = ring.write(pcm)
            assert accepted == min(count, 34 - (len(written) - at))
            written += pcm[:accepted]
        elif kind == "r":
            expected = bytes(written[at : at + count])
            assert pull(ring, count) == (len(expected), expected.ljust(count, b"\0"))
            at += len(expected)
        elif (to := at - count) >= 0 and count <= 10 and ring.free >= 10 and at == len(written):
            ring.rewind(to)
            at = to
    assert ring.available == len(written) - at
