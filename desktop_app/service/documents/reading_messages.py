"""What the service and its reading process say to each other: MessagePack, length first."""

from __future__ import annotations

import struct

import msgspec

LENGTH = struct.Struct(">I")


class ReadFile(msgspec.Struct, frozen=True, tag="read"):
    """Read one file; the answer is any number of Passages, then ReadingDone or ReadingFailed.

    Attributes:
        ending: Of the file's name, lower case with its dot; the path has none.
        cpu_s: How much computing it may take.
    """

    path: str
    ending: str
    cpu_s: int


class Passages(msgspec.Struct, frozen=True, tag="passages"):
    """Some passages, as (place, text), in order."""

    passages: list[tuple[str, str]]


class ReadingDone(msgspec.Struct, frozen=True, tag="done"):
    """The file is read; ``note`` is for the person, or empty."""

    summary: str
    total_tokens: int
    note: str = ""


class ReadingFailed(msgspec.Struct, frozen=True, tag="failed"):
    """The file cannot be read, for this reason."""

    sentence: str


Answer = Passages | ReadingDone | ReadingFailed

_encoder = msgspec.msgpack.Encoder()
_order_decoder = msgspec.msgpack.Decoder(ReadFile)
_answer_decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def framed(message: ReadFile | Answer) -> bytes:
    """The message with its length before it."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def order_from(body: bytes) -> ReadFile:
    """Decode what the service asked."""
    return _order_decoder.decode(body)


def answer_from(body: bytes) -> Answer:
    """Decode what the reading process said."""
    return _answer_decoder.decode(body)
