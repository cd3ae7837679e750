"""A WebSocket of the client's side that reads messages which come whole at little cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.messages import SimpleQueue
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from desktop_app.websocket_parser import is_between_messages

_KINDS = {0x81: Opcode.TEXT, 0x82: Opcode.BINARY}
"""Of a message in one frame, by its first byte."""

_IN_TWO_BYTES = 126
"""Where the length of a frame is, in place of a length; above it, it is longer or masked."""


_OF_ITS_OWN = 200
"""Bytes that any message takes, an empty one, too."""

MOST_WAITING_BYTES = 16 << 20
"""Of what was read and not taken: four minutes of speech in JSON."""


class WholeMessageConnection(ClientConnection):
    """Cuts whole messages out of what comes; everything else is left to the library.

    The library's way through a frame, step by step, takes longer than all that is done with a
    piece of speech until it is heard.
    """

    takes: Callable[[bytes], bool] | None = None
    """Takes a message at once that nothing waits before; False leaves it to ``recv``."""

    _is_between = False
    """The library waits for the first byte of a message."""

    def read_ahead(self) -> None:
        """Stop to read only where many bytes wait, however many messages they are.

        A ping stands behind the speech that was sent before it. Who answers none for 20 s is given
        up by many servers, and the speech behind it may wait longer for its loudspeaker.
        """
        messages = self.recv_messages
        messages.frames = _Bytes(messages.frames.queue)
        messages.high, messages.low = MOST_WAITING_BYTES, MOST_WAITING_BYTES // 2
        messages.maybe_resume()

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


class _Bytes(SimpleQueue[Frame]):
    """Messages that wait; its length is that of all of them."""

    def __init__(self, frames: deque[Frame]) -> None:
        super().__init__()
        self.queue = frames
        self._size = sum(map(_size, frames))

    def __len__(self) -> int:
        return self._size

    def put(self, item: Frame) -> None:
        """One more."""
        self._size += _size(item)
        super().put(item)

    async def get(self, block: bool = True) -> Frame:
        """The first, once there is one."""
        frame = await super().get(block)
        self._size -= _size(frame)
        return frame

    def put_back(self, items: Sequence[Frame]) -> None:
        """They were not taken after all."""
        self._size += sum(map(_size, items))
        super().put_back(items)


def _size(frame: Frame) -> int:
    return len(frame.data) + _OF_ITS_OWN


def _begin_of_payload(data: bytes, at: int) -> int:
    """Where the payload of the message at ``at`` begins; 0 where that is for the library."""
    if len(data) < at + 4 or data[at] not in _KINDS or data[at + 1] > _IN_TWO_BYTES:
        return 0
    return at + 4 if data[at + 1] == _IN_TWO_BYTES else at + 2


def _length(data: bytes, at: int) -> int:
    length = data[at + 1]
    return length if length < _IN_TWO_BYTES else int.from_bytes(data[at + 2 : at + 4], "big")
