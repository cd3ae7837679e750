"""A WebSocket of the client's side that reads messages which come whole at little cost."""

from __future__ import annotations

from collections.abc import Callable

from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from desktop_app.websocket_parser import is_between_messages

_KINDS = {0x81: Opcode.TEXT, 0x82: Opcode.BINARY}
"""Of a message in one frame, by its first byte."""

_IN_TWO_BYTES = 126
"""Where the length of a frame is, in place of a length; above it, it is longer or masked."""


class WholeMessageConnection(ClientConnection):
    """Cuts whole messages out of what comes; everything else is left to the library.

    The library's way through a frame, step by step, takes longer than all that is done with a
    piece of speech until it is heard.
    """

    takes: Callable[[bytes], bool] | None = None
    """Takes a message at once that nothing waits before; False leaves it to ``recv``."""

    _is_between = False
    """The library waits for the first byte of a message."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over.

        Behind a proxy, the library ends one which never began when the handshake of TLS fails.
        """
        if hasattr(self, "recv_messages"):  # made by connection_made
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of the server."""
        at = 0
        if self._is_between and self.protocol.state is State.OPEN:
            while (begin := _begin_of_payload(data, at)) and not self.recv_messages.closed:
                end = begin + _length(data, at)
                if end > len(data):
                    break
                self._give(_KINDS[data[at]], data[begin:end])
                at = end
            if at == len(data):
                return
        super().data_received(data[at:] if at else data)
        self._is_between = is_between_messages(self.protocol)

    def _give(self, kind: Opcode, payload: bytes) -> None:
        waiting = self.recv_messages
        if self.takes is None or len(waiting.frames) or not self.takes(payload):
            waiting.put(Frame(kind, payload))


def _begin_of_payload(data: bytes, at: int) -> int:
    """Where the payload of the message at ``at`` begins; 0 where that is for the library."""
    if len(data) < at + 4 or data[at] not in _KINDS or data[at + 1] > _IN_TWO_BYTES:
        return 0
    return at + 4 if data[at + 1] == _IN_TWO_BYTES else at + 2


def _length(data: bytes, at: int) -> int:
    length = data[at + 1]
    return length if length < _IN_TWO_BYTES else int.from_bytes(data[at + 2 : at + 4], "big")
