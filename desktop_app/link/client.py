"""The window's end of the link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from desktop_app.errors import AccessError, NetworkError
from desktop_app.link.messages import Hello, Intent, LinkEvent
from desktop_app.link.stream import MessageStream

WELCOME_WITHIN_S = 10.0

_Events = AsyncGenerator[LinkEvent, None]


class LinkClient:
    """One connection to a running engine. Event loop only; works on qasync too."""

    def __init__(
        self, stream: MessageStream[LinkEvent], first: LinkEvent, incoming: _Events
    ) -> None:
        self._stream = stream
        self._first = first
        self._incoming = incoming

    @classmethod
    async def connect(cls, host: str, port: int, token: str) -> LinkClient:
        """Connect and be welcomed.

        Raises:
            NetworkError: ``link.unreachable``.
            AccessError: ``link.refused``: the token is not that of this run.
            ProtocolError: Something else answers there.
        """
        stream = await _connected(host, port)
        incoming = stream.messages()
        try:
            stream.write(Hello(token))
            async with asyncio.timeout(WELCOME_WITHIN_S):
                first = await anext(incoming)
        except StopAsyncIteration:
            await _given_up(stream, incoming)
            raise AccessError("link.refused", "The engine did not accept this window.") from None
        except TimeoutError as error:
            await _given_up(stream, incoming)
            raise _unreachable("it does not answer") from error
        except BaseException:
            await _given_up(stream, incoming)
            raise
        return cls(stream, first, incoming)

    def send(self, intent: Intent) -> None:
        """Ask the engine for something, without waiting.

        Raises:
            NetworkError: ``link.lost``.
        """
        self._stream.write(intent)

    async def events(self) -> _Events:
        """What the engine tells, from its Welcome on; ends when the engine is gone. Use once.

        Raises:
            ProtocolError: The engine cannot be understood.
        """
        yield self._first
        async with aclosing(self._incoming) as incoming:
            async for event in incoming:
                yield event

    async def aclose(self) -> None:
        """Close after what was sent has left. Idempotent."""
        await self._stream.aclose()


async def _connected(host: str, port: int) -> MessageStream[LinkEvent]:
    try:
        async with asyncio.timeout(WELCOME_WITHIN_S):
            reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:  # TimeoutError is one
        raise _unreachable(str(error)) from error
    return MessageStream(reader, writer, LinkEvent)


async def _given_up(stream: MessageStream[LinkEvent], incoming: _Events) -> None:
    stream.abort()
    await incoming.aclose()
    await stream.aclose()


def _unreachable(reason: str) -> NetworkError:
    return NetworkError(
        "link.unreachable",
        f"The part of Parley that speaks and listens cannot be reached: {reason}.",
        retryable=True,
        reason=reason,
    )
