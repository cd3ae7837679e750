"""Where the WebSocket library stands in what it reads: whoever cuts out whole frames must know."""

from __future__ import annotations

from types import GeneratorType

from websockets.protocol import Protocol
from websockets.streams import StreamReader


def is_between_messages(library: Protocol) -> bool:
    """Whether nothing of a frame, nor of a message of several, has been read yet."""
    step: object = library.parser
    while isinstance(step, GeneratorType) and step.gi_yieldfrom is not None:
        step = step.gi_yieldfrom
    at_eof = StreamReader.at_eof.__code__
    waits_for_a_frame = isinstance(step, GeneratorType) and step.gi_code is at_eof
    return waits_for_a_frame and library.current_size is None and not library.extensions
