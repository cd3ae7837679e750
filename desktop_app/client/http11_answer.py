"""One HTTP/1.1 answer as its bytes arrive: head, body and end (RFC 9112). Knows no socket."""

from __future__ import annotations

import httptools
import httpx

MAX_FRAMING_BYTES = 100 << 10
"""Of a head, trailers or chunk extensions: what may come between two pieces of a body."""

_NO_BODY = frozenset({204, 304})
_SWITCHED = 101


class Http11Answer:
    """Parses what a server sends in answer to one request; interim answers (1xx) are passed over.

    Args:
        method: Of the request: an answer to HEAD has no body, whatever its head says.

    Attributes:
        status, reason, headers: As sent; of use once ``has_head``.
        has_head: Whether the final head has come.
        is_complete: Whether the body has ended as its head announced.
        keeps_alive: Whether the connection can carry another exchange after this one.
        waiting_bytes: Of the body that nobody has taken yet.
    """

    def __init__(self, method: str) -> None:
        self.status = 0
        self.reason = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.has_begun = False
        self.has_head = False
        self.is_complete = False
        self.keeps_alive = False
        self.waiting_bytes = 0
        self._is_of_head = method == "HEAD"
        self._ends_with_connection = False
        self._pieces: list[bytes] = []
        self._framing_bytes = 0
        self._fault = ""
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """The next bytes of the connection, cut anywhere.

        Raises:
            httpx.RemoteProtocolError: They are no HTTP/1.1, or of no use to us.
        """
        self.has_begun = True
        if self._parser is None:  # nobody asked for more
            self.keeps_alive = False
            return
        before = self.waiting_bytes
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.keeps_alive = False
            self._fault = self._fault or str(error)
        if self.is_complete:
            self._parser = None  # it knows us and we know it: garbage only a collection finds
            return
        self._framing_bytes = 0 if self.waiting_bytes > before else self._framing_bytes + len(data)
        if self._framing_bytes > MAX_FRAMING_BYTES:
            self._fault = "too much of the answer is not its body"
        if self._fault:
            self._parser = None
            raise httpx.RemoteProtocolError(f"the server does not speak HTTP/1.1: {self._fault}")

    def end(self) -> None:
        """The server has sent all that it will.

        Raises:
            httpx.RemoteProtocolError: The answer is not complete.
        """
        self.keeps_alive = False
        self._parser = None
        if self._ends_with_connection:
            self.is_complete = True
        elif not self.is_complete:
            missing = "the end of its answer" if self.has_begun else "an answer"
            raise httpx.RemoteProtocolError(f"the server hung up without {missing}")

    def take(self) -> bytes:
        """All of the body that has come and was not taken; empty if nothing has."""
        pieces = self._pieces
        if not pieces:
            return b""
        self._pieces, self.waiting_bytes = [], 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    # ---- called by the parser --------------------------------------------------------------

    def on_message_begin(self) -> None:
        self.keeps_alive = False  # another answer behind the complete one

    def on_status(self, text: bytes) -> None:
        if not self.has_head:
            self.reason += text

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:  # or it is a trailer, of which no use is made
            self.headers.append((name, value.strip()))

    def on_headers_complete(self) -> None:
        if self.has_head or self._parser is None:
            return
        status = self._parser.get_status_code()
        if status < 200:
            if status == _SWITCHED:
                self._fault = "it switches to another protocol"
            self.reason, self.headers = b"", []
            return
        named = {name.lower(): value for name, value in self.headers}
        coding = named.get(b"transfer-encoding")
        if coding is not None and coding.lower() != b"chunked":
            self._fault = "it uses a transfer coding other than chunked"
            return
        is_bare = self._is_of_head or status in _NO_BODY
        self.status = status
        self.has_head = True
        self.keeps_alive = self._parser.should_keep_alive()
        self.is_complete = self._is_of_head
        self._ends_with_connection = (
            not is_bare and coding is None and b"content-length" not in named
        )

    def on_body(self, piece: bytes) -> None:
        if self.is_complete:
            self.keeps_alive = False
            return
        self._pieces.append(piece)
        self.waiting_bytes += len(piece)

    def on_message_complete(self) -> None:
        if self.has_head:
            self.is_complete = True
