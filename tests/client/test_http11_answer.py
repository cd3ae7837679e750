"""One answer from bytes that are cut anywhere: what is read, what is refused, when it has ended."""

from __future__ import annotations

from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.client.http11_answer import MAX_FRAMING_BYTES, Http11Answer

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
KNOWN = OK + b"Content-Length: 5\r\n"

ANSWERS = [
    # method, wire, status, body, whether the connection can go on
    ("GET", KNOWN + b"\r\nhello", 200, b"hello", True),
    ("GET", KNOWN + b"Connection: close\r\n\r\nhello", 200, b"hello", False),
    ("GET", OK + b"Content-Length: 0\r\n\r\n", 200, b"", True),
    ("GET", b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", False),
    ("GET", b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", True),
    ("GET", b"\r\n" + KNOWN + b"\r\nhello", 200, b"hello", True),
    ("GET", CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 200, b"hello", True),
    ("GET", CHUNKED + b"5;ext=1\r\nhello\r\n0\r\nSum: 1\r\nEnd: 2\r\n\r\n", 200, b"hello", True),
    ("GET", CHUNKED + b"A\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", 200, b"0\r\n\r\n0\r\n\r\n", True),
    ("GET", CHUNKED + b"0\r\n\r\n", 200, b"", True),
    ("HEAD", KNOWN + b"\r\n", 200, b"", True),
    ("HEAD", CHUNKED, 200, b"", True),
    ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, b"", True),
    ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b"", True),
    (
        "GET",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        + KNOWN
        + b"\r\nhello",
        200,
        b"hello",
        True,
    ),
]
UNTIL_CLOSE = OK + b"X-Kind: old\r\n\r\nhello\r\n\r\n0\r\n\r\n"


def fed(answer: Http11Answer, pieces: list[bytes]) -> bytes:
    body = b""
    for piece in pieces:
        answer.feed(piece)
        body += answer.take()
    return body


def cut(wire: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(wire) + 1) for place in places} | {0, len(wire)})
    return [wire[start:end] for start, end in pairwise(ends)]


@given(st.sampled_from(ANSWERS), st.lists(st.integers(0, 1 << 16), max_size=12))
def test_an_answer_cut_anywhere_is_the_same(
    case: tuple[str, bytes, int, bytes, bool], places: list[int]
):
    method, wire, status, body, goes_on = case
    answer = Http11Answer(method)
    assert fed(answer, cut(wire, places)) == body
    assert (answer.status, answer.is_complete, answer.keeps_alive) == (status, True, goes_on)


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_byte_by_byte_ends_with_its_last_byte(
    case: tuple[str, bytes, int, bytes, bool],
):
    method, wire, _, body, goes_on = case
    answer = Http11Answer(method)
    got = b""
    for at in range(len(wire)):
        assert not answer.is_complete, wire[:at]
        answer.feed(wire[at : at + 1])
        got += answer.take()
    assert (got, answer.is_complete, answer.keeps_alive) == (body, True, goes_on)


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_that_is_cut_short_is_no_answer(case: tuple[str, bytes, int, bytes, bool]):
    method, wire, _, _, _ = case
    for length in range(len(wire)):
        answer = Http11Answer(method)
        answer.feed(wire[:length])
        with pytest.raises(httpx.RemoteProtocolError):
            answer.end()


@given(st.lists(st.integers(0, 1 << 16), max_size=12))
def test_a_body_without_a_length_ends_with_the_connection(places: list[int]):
    answer = Http11Answer("GET")
    body = fed(answer, cut(UNTIL_CLOSE, places))
    assert (body, answer.is_complete) == (b"hello\r\n\r\n0\r\n\r\n", False)
    answer.end()
    assert (answer.is_complete, answer.keeps_alive) == (True, False)


def test_a_head_is_told_as_sent_without_interim_ones_and_trailers():
    answer = Http11Answer("GET")
    answer.feed(b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 404 Not ")
    assert not answer.has_head
    answer.feed(b"Found\r\nX-A:  1 \r\nx-a: 2\r\nEmpty:\r\nTransfer-Encoding: Chunked\r\n\r\n")
    answer.feed(b"0\r\nTrailer: 1\r\n\r\n")
    assert (answer.status, answer.reason) == (404, b"Not Found")
    assert answer.headers == [
        (b"X-A", b"1"),
        (b"x-a", b"2"),
        (b"Empty", b""),
        (b"Transfer-Encoding", b"Chunked"),
    ]


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\n\r\n", b"more", b"\0"])
def test_bytes_behind_an_answer_are_not_its_own_and_end_the_connection(size: int, more: bytes):
    wire = KNOWN + b"\r\nhello" + more
    answer = Http11Answer("GET")
    body = fed(answer, [wire[at : at + size] for at in range(0, len(wire), size)])
    assert (body, answer.status, answer.is_complete) == (b"hello", 200, True)
    assert not answer.keeps_alive


def test_a_body_in_answer_to_head_is_not_read():
    answer = Http11Answer("HEAD")
    assert fed(answer, [KNOWN + b"\r\nhello"]) == b""
    assert (answer.is_complete, answer.keeps_alive) == (True, False)


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize(
    "wire",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x16\x03\x01\x02\x00",
        b"HTTP/1.1 twohundred OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip\r\n\r\nxx",
        OK + b"No colon\r\n\r\n",
        CHUNKED + b"five\r\nhello\r\n",
        CHUNKED + b"5\r\nhello, world\r\n",
        CHUNKED + b"-5\r\nhello\r\n",
    ],
)
def test_what_is_no_http_is_refused(wire: bytes, size: int):
    answer = Http11Answer("GET")
    with pytest.raises(httpx.RemoteProtocolError):
        fed(answer, [wire[at : at + size] for at in range(0, len(wire), size)])
    assert not answer.keeps_alive


@pytest.mark.parametrize(
    "wire",
    [
        OK + b"X: " + b"a" * (2 * MAX_FRAMING_BYTES),
        OK + b"X: a\r\n" * MAX_FRAMING_BYTES,
        b"HTTP/1.1 100 Continue\r\n\r\n" * MAX_FRAMING_BYTES,
        CHUNKED + b"0\r\n" + b"X: a\r\n" * MAX_FRAMING_BYTES,
        CHUNKED + b"5;" + b"a" * (2 * MAX_FRAMING_BYTES),
    ],
)
def test_a_head_and_all_else_that_is_no_body_is_bounded(wire: bytes):
    answer = Http11Answer("GET")
    pieces = [wire[at : at + 1_000] for at in range(0, 2 * MAX_FRAMING_BYTES, 1_000)]
    with pytest.raises(httpx.RemoteProtocolError, match="too much"):
        fed(answer, pieces)


def test_a_long_stream_of_tiny_chunks_is_no_flood():
    answer = Http11Answer("GET")
    answer.feed(CHUNKED)
    for _ in range(MAX_FRAMING_BYTES):
        answer.feed(b"1\r\na\r\n")
    assert answer.take() == b"a" * MAX_FRAMING_BYTES
