"""One request as it goes out: framed as its head says, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from desktop_app.client.http11_request import wire_of

HEAD = b"POST /a%20b?q=1 HTTP/1.1\r\nHost: example.org\r\n"


async def blocks(parts: Sequence[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def post(content: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Request("POST", "http://example.org/a b?q=1", content=content, headers=named)


async def test_a_body_in_memory_goes_with_its_head():
    wire = [block async for block in wire_of(post(b"hello"))]
    assert wire == [HEAD + b"Content-Length: 5\r\n\r\nhello"]


async def test_a_stream_is_chunked_and_an_empty_block_is_not_its_end():
    wire = [block async for block in wire_of(post(blocks([b"he", b"", b"l" * 20])))]
    assert wire == [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        b"2\r\nhe\r\n",
        b"14\r\n" + b"l" * 20 + b"\r\n",
        b"0\r\n\r\n",
    ]


async def test_a_stream_of_known_length_goes_as_it_is():
    request = post(blocks([b"he", b"llo"]), Content_Length="5")
    assert [block async for block in wire_of(request)] == [
        HEAD + b"Content-Length: 5\r\n\r\n",
        b"he",
        b"llo",
    ]


@pytest.mark.parametrize("parts", [[b"hell"], [b"hello", b"!"], [b"hello!"], []])
async def test_a_stream_of_another_length_than_said_is_not_sent_as_whole(parts: list[bytes]):
    sent: list[bytes] = []

    async def send() -> None:
        async for block in wire_of(post(blocks(parts), Content_Length="5")):
            sent.append(block)

    with pytest.raises(httpx.LocalProtocolError):
        await send()
    assert len(b"".join(sent[1:])) <= 5


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Key": "a\r\nX-Other: b"},
        {"X-Key": "a\nb"},
        {"X-Key": "a\0b"},
        {"X Key": "a"},
        {"X-Key:": "a"},
        {"": "a"},
        {"X\r\nY": "a"},
    ],
)
async def test_a_header_that_would_be_more_than_a_header_is_refused(headers: dict[str, str]):
    request = httpx.Request("GET", "http://example.org", headers=headers)
    with pytest.raises(httpx.LocalProtocolError):
        await anext(wire_of(request))
