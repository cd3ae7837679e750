"""WebSockets as uvicorn reads them, at a good part less for each frame of sound."""

from __future__ import annotations

from collections.abc import Callable

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from desktop_app.websocket_parser import is_between_messages

try:
    from websockets.speedups import apply_mask
except ImportError:  # where the package has no wheel
    from websockets.utils import apply_mask

TakesSound = Callable[[bytes], bool]
"""Takes a message of bytes at once; False leaves it to ``receive``."""

SOUND_EXTENSION = "parley.sound"
"""Extension of the scope: a function that is given a ``TakesSound``. While the application waits in
``receive`` and nothing else waits for it, messages of bytes go there, and wake nobody."""

QUEUED_MESSAGES = 16
LARGE_BYTES = 64 << 10
"""A message from here on is taken up before another one is read."""

_WHOLE_TEXT, _WHOLE_BINARY = 0x81, 0x82
"""First byte of a frame that is a message of text, or of bytes."""
_MASKED = 0x80
_IN_TWO_BYTES, _IN_EIGHT_BYTES = 126, 127
"""Where the length of a frame is, in place of a length."""


class ReadAheadSocketProtocol(WebSocketsSansIOProtocol):
    """Lets some small messages wait for the application before it stops to read.

    uvicorn stops after each message and goes on when it was taken, which costs a voice that sends
    50 frames a second an eighth of its time. The library's way through a frame, step by step, costs
    another fifth: whole frames of sound are cut out here, and everything else is left to it. The
    way through the application's tasks costs as much again: sound need not go it.
    """

    _is_between = False
    """The library waits for the first byte of a message."""
    _is_awaited = False
    """The application waits for a message."""
    _takes_sound: TakesSound | None = None
    _heard_s = 0.0
    """When the client last said anything."""

    def handle_connect(self, event: Request) -> None:
        """A client wants a socket."""
        super().handle_connect(event)
        if self.handshake_initiated and not self.handshake_complete:
            extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
            extensions[SOUND_EXTENSION] = self._hand_sound_to

    async def receive(self) -> ASGIReceiveEvent:
        """The application asks for a message."""
        self._is_awaited = True
        try:
            return await super().receive()
        finally:
            self._is_awaited = False

    async def send(self, message: ASGISendEvent) -> None:
        """The application says something; text, as often as there is sound, goes straight out.

        Raises:
            ClientDisconnected: The connection is lost, which uvicorn itself learns a moment later.
        """
        if message["type"] == "websocket.send" and self.transport.is_closing():
            raise ClientDisconnected
        text = message.get("text") if message["type"] == "websocket.send" else None
        if text is None or not self._may_write():
            await super().send(message)
            return
        self.transport.write(_text_frame(str(text).encode()))

    def data_received(self, data: bytes) -> None:
        """Bytes of the client."""
        self._heard_s = self.loop.time()
        at = 0
        if self._is_between and self.conn.state is State.OPEN:
            while end := _end_of_sound(data, at):
                self._take_sound(data, at, end)
                at = end
            if at == len(data):
                return
        super().data_received(data[at:] if at else data)
        self._is_between = self.handshake_complete and is_between_messages(self.conn)

    def keepalive_timeout(self) -> None:
        """A ping was not answered: it may be behind much speech that waits for a loudspeaker.

        Whatever the client said since then shows that it is there.
        """
        if self._heard_s < self.ping_sent_at:
            super().keepalive_timeout()
            return
        self.pong_timer = self.pending_ping_payload = None
        self.schedule_ping()

    def send_receive_event_to_app(self) -> None:
        """A message is complete: queue it, and stop reading only where many wait, or large ones."""
        size = sum(map(len, self.frames))
        was_paused, self.read_paused = self.read_paused, True  # so that it does not stop
        super().send_receive_event_to_app()
        self.read_paused = was_paused
        self._stop_where_much_waits(size)

    def _may_write(self) -> bool:
        """Whether the handshake is over, the client reads, and nobody has said goodbye."""
        is_open = self.handshake_complete and not self.close_sent and not self.disconnected
        is_plain = self.conn.state is State.OPEN and not self.conn.extensions
        return is_open and is_plain and self.writable.is_set()

    def _take_sound(self, data: bytes, at: int, end: int) -> None:
        begin = at + 6 if data[at + 1] != _MASKED | _IN_TWO_BYTES else at + 8
        sound = apply_mask(data[begin:end], data[begin - 4 : begin])
        if self._is_taken_at_once(sound):
            return
        self.queue.put_nowait({"type": "websocket.receive", "bytes": sound})
        self._stop_where_much_waits(len(sound))

    def _hand_sound_to(self, takes_sound: TakesSound) -> None:
        self._takes_sound = takes_sound

    def _is_taken_at_once(self, sound: bytes) -> bool:
        if self._takes_sound is None or not self._is_awaited or not self.queue.empty():
            return False
        return self._takes_sound(sound)

    def _stop_where_much_waits(self, size: int) -> None:
        if self.read_paused or self.close_sent:  # after a goodbye, the client's own is waited for
            return
        if size >= LARGE_BYTES or self.queue.qsize() >= QUEUED_MESSAGES:
            self.read_paused = True
            self.transport.pause_reading()


def _end_of_sound(data: bytes, at: int) -> int:
    """Where the frame at ``at`` ends, if it is a message of masked bytes and all there; else 0."""
    if len(data) < at + 8 or data[at] != _WHOLE_BINARY or data[at + 1] < _MASKED:
        return 0
    length = data[at + 1] - _MASKED
    if length == _IN_EIGHT_BYTES:
        return 0
    end = at + 6 + length
    if length == _IN_TWO_BYTES:
        end = at + 8 + int.from_bytes(data[at + 2 : at + 4], "big")
    return end if end <= len(data) else 0


def _text_frame(text: bytes) -> bytes:
    """A message of a server, which masks nothing."""
    length = len(text)
    if length < _IN_TWO_BYTES:
        return bytes((_WHOLE_TEXT, length)) + text
    if length < 1 << 16:
        return bytes((_WHOLE_TEXT, _IN_TWO_BYTES)) + length.to_bytes(2, "big") + text
    return bytes((_WHOLE_TEXT, _IN_EIGHT_BYTES)) + length.to_bytes(8, "big") + text
