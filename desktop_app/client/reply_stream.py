"""A reply as it streams in, up to the end that its rules give it (contract section 6.4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator

from desktop_app.protocol.events import ServerEvent
from desktop_app.protocol.stream_dialect import StreamDialect

logger = logging.getLogger(__name__)

GRACE_S = 2.0
"""How long a server may keep the stream open after the reply is complete."""

SPEECH_LIMIT_S = 60.0
"""How long it may say nothing when the text is complete and the speech is still to come."""


async def reply_events(
    stream: AsyncGenerator[bytes, None], dialect: StreamDialect
) -> AsyncGenerator[ServerEvent, None]:
    """What a stream says, without the end of the reply, which ``dialect.finish`` then gives.

    Ends when the server closes, or has said nothing for too long after it said everything. Both
    this and ``stream`` are consumed under ``contextlib.aclosing``.

    Args:
        stream: The data of each event, as ``api.messages.stream`` gives it.
        dialect: Of the turn.

    Raises:
        NetworkError, ProtocolError: As the stream.
    """
    while True:
        async for data in stream:
            for event in dialect.feed(data):
                yield event
            if dialect.has_ended_once:
                break
        else:
            return
        try:
            while dialect.has_ended_once:
                async with asyncio.timeout(GRACE_S if dialect.is_complete else SPEECH_LIMIT_S):
                    data = await anext(stream)
                for event in dialect.feed(data):
                    yield event
        except StopAsyncIteration:
            return
        except TimeoutError:
            logger.info("The server left a complete answer open.")
            return
