"""Messages of the link as bytes: a length of 4 bytes (big-endian), then MessagePack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar, get_args

import msgspec

from desktop_app.errors import ProtocolError
from desktop_app.link.messages import Intent, LinkEvent
from desktop_app.protocol.json_faults import UNREADABLE

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
_LENGTH_BYTES = 4

_Message = TypeVar("_Message")
_ENCODER = msgspec.msgpack.Encoder()


def encode(message: Intent | LinkEvent) -> bytes:
    """One message, ready for the wire.

    Raises:
        ProtocolError: ``link.too_long``.
    """
    body = _ENCODER.encode(message)
    _check_length(len(body))
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


class Decoder(Generic[_Message]):
    """Takes bytes in any pieces and gives whole messages, in order.

    Messages whose tag is unknown come from a peer of another version; they are left out.

    Args:
        accepts: The union of what may arrive: ``Intent`` or ``LinkEvent``.
    """

    def __init__(self, accepts: Any) -> None:
        self._tags = {message.__struct_config__.tag for message in get_args(accepts)}
        self._body = msgspec.msgpack.Decoder(accepts)
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Sequence[_Message]:
        """Take the next bytes.

        Raises:
            ProtocolError: ``link.too_long`` or ``link.malformed``. Nothing after it can be read.
        """
        self._waiting += data
        messages: list[_Message] = []
        at = 0
        while (end := self._end_of_message(at)) <= len(self._waiting):
            body = bytes(self._waiting[at + _LENGTH_BYTES : end])
            messages.extend(self._messages_in(body))
            at = end
        del self._waiting[:at]
        return messages

    def _end_of_message(self, at: int) -> int:
        """Where the message that starts at ``at`` ends; its length itself may still be cut."""
        start = at + _LENGTH_BYTES
        if start > len(self._waiting):
            return start
        length = int.from_bytes(self._waiting[at:start], "big")
        _check_length(length)
        return start + length

    def _messages_in(self, body: bytes) -> Sequence[_Message]:
        try:
            return [self._body.decode(body)]
        except UNREADABLE as error:
            if self._is_of_another_version(body):
                return []
            raise ProtocolError("link.malformed", f"A message cannot be read: {error}.") from error

    def _is_of_another_version(self, body: bytes) -> bool:
        try:
            message = msgspec.msgpack.decode(body)
        except UNREADABLE:
            return False
        tag = message.get("type") if isinstance(message, dict) else None
        return isinstance(tag, str) and tag not in self._tags


def _check_length(length: int) -> None:
    if length > MAX_MESSAGE_BYTES:
        raise ProtocolError(
            "link.too_long",
            f"A message of {length} bytes is longer than the {MAX_MESSAGE_BYTES} allowed.",
        )
