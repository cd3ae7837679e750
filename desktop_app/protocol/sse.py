"""Server-sent events: from any chunks of bytes to the data of each event.

One search for a newline per line, or per event of one line; no byte is searched twice: linear for
any chunking.
"""

from __future__ import annotations

from desktop_app.errors import ProtocolError

MAX_EVENT_BYTES = 32 << 20
"""More than any event that the contract allows: a whole spoken answer in base64."""

_DONE = b"[DONE]"
_NEWLINE, _RETURN = b"\n\r"


class SseDecoder:
    """Splits a stream into the data of its events; one instance per stream.

    Takes LF and CRLF line ends, ``data:`` with and without the space, data over several lines,
    comments and other fields (both ignored) and the closing ``[DONE]`` (ignored).

    Args:
        max_event_bytes: Longest line, and longest event, that is taken.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_event_bytes = max_event_bytes
        self._partial: list[bytes] = []  # pieces of a line whose newline has not come
        self._partial_bytes = 0
        self._data: list[bytes] = []  # data lines of the event whose blank line has not come
        self._data_bytes = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of every event that this chunk completes.

        Raises:
            ProtocolError: ``sse.too_long``: a line or an event exceeds the bound.
        """
        events: list[bytes] = []
        start, size = 0, len(chunk)
        if self._partial:
            end = chunk.find(b"\n")
            self._keep(chunk[:end] if end >= 0 else chunk)
            if end < 0:
                return events
            self._take(b"".join(self._partial), events)
            self._partial.clear()
            self._partial_bytes = 0
            start = end + 1
        while (end := chunk.find(b"\n", start)) >= 0:
            # Nearly all events are one line, whose blank line came with it: no second search.
            if (
                end + 1 < size
                and chunk[end + 1] == _NEWLINE
                and chunk.startswith(b"data: ", start)
                and chunk[end - 1] != _RETURN
                and not self._data
                and end - start <= self._max_event_bytes
            ):
                data = chunk[start + 6 : end]
                if data != _DONE:
                    events.append(data)
                start = end + 2
            else:
                self._take(chunk[start:end], events)
                start = end + 1
        if start < size:
            self._keep(chunk[start:])
        return events

    def finish(self) -> list[bytes]:
        """The event that the end of the stream completes, if its last newlines were left out."""
        return self.feed(b"\n\n")

    def _keep(self, piece: bytes) -> None:
        self._partial.append(piece)
        self._partial_bytes += len(piece)
        if self._partial_bytes > self._max_event_bytes:
            raise self._too_long()

    def _take(self, line: bytes, events: list[bytes]) -> None:
        """One line without its newline."""
        if line.startswith(b"data:"):
            start = 6 if line.startswith(b" ", 5) else 5
            data = line[start:-1] if line.endswith(b"\r") else line[start:]
            self._data_bytes += len(data)
            if self._data_bytes > self._max_event_bytes:
                raise self._too_long()
            self._data.append(data)
        elif (not line or line == b"\r") and self._data:
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            self._data.clear()
            self._data_bytes = 0
            if data != _DONE:
                events.append(data)

    def _too_long(self) -> ProtocolError:
        return ProtocolError("sse.too_long", f"An event exceeds {self._max_event_bytes} bytes.")
