"""HTTP as uvicorn reads it, except from who never comes to the end of a request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEAD_BYTES = 512 << 10
"""Of a request's line and headers together, before anybody looks at a key. More than one read
of the socket, which may have the end of another request before them."""

HEAD_WITHIN_S = 30.0
"""Or every connection that says nothing would keep a file descriptor for ever."""

REST_WITHIN_S = 30.0
"""Of a body whose request is answered already: uvicorn's own patience ends with its next byte."""

READ_BYTES = 64 << 10
"""Of a socket at a time. asyncio asks for four times that, and a buffer so large may cost more to
have than all else that is done with a request, or with a frame of sound."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Answers 400 to a head that is too long or takes too long, and hangs up.

    It hangs up, too, where the rest of a body does not come after the answer. To a connection that
    is lost nothing more is written, from the moment at which it is.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._is_in_head = True
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there; a socket that begins as a request stays as it is set here."""
        if hasattr(transport, "max_size"):  # not every loop's has it
            transport.max_size = READ_BYTES
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._wait_no_more()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_in_head = True
        self._head_bytes = 0
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head has ended."""
        self._is_in_head = False
        self._wait_no_more()
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            send = partial(_send_while_open, self.cycle, self.cycle.send)
            self.cycle.send = send  # type: ignore[method-assign]  # uvicorn makes cycles itself

    def on_message_complete(self) -> None:
        """Its body has ended."""
        self._wait_no_more()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """It is answered, which may be before its body has come."""
        super().on_response_complete()
        if self.cycle.response_complete and self.cycle.more_body:
            self._wait(REST_WITHIN_S, self.transport.close)

    def data_received(self, data: bytes) -> None:
        """More bytes of a request."""
        super().data_received(data)
        if self._is_in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("The head of the request is too long.")

    def _expect_head(self) -> None:
        self._wait(HEAD_WITHIN_S, self._give_up)

    def _wait(self, within_s: float, give_up: Callable[[], object]) -> None:
        self._wait_no_more()
        self._deadline = self.loop.call_later(within_s, give_up)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect_head()  # the next request's, begun while this one is answered
        elif not self.transport.is_closing():
            self.send_400_response("The head of the request did not come in time.")


async def _send_while_open(
    cycle: RequestResponseCycle,
    send: Callable[[ASGISendEvent], Awaitable[None]],
    message: ASGISendEvent,
) -> None:
    """uvicorn itself learns a moment later that nobody is there."""
    cycle.disconnected = cycle.disconnected or cycle.transport.is_closing()
    await send(message)
