"""A response whose events come when they come, and which never looks dead meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

QUIET_S = 10.0
"""After so long without an event a comment is sent: many clients, the official SDK among them, take
30 s without a byte for a lost connection, and a model or a picture may take longer."""

_COMMENT = b":\n\n"


class EventStream(StreamingResponse):
    """Frames as they come, with comments where nothing comes.

    Args:
        frames: Whole frames of ``text/event-stream``.
    """

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        super().__init__(
            frames, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )
        self._is_open = False
        self._sent_s = 0.0

    async def stream_response(self, send: Send) -> None:
        loop = asyncio.get_running_loop()

        async def sent(message: Message) -> None:
            self._is_open = message.get("more_body", True)
            self._sent_s = loop.time()
            await send(message)

        lost: OSError | None = None
        async with asyncio.TaskGroup() as tasks:
            comments = tasks.create_task(self._comment(send), name="comments of a stream")
            try:
                await super().stream_response(sent)
            except OSError as error:  # the framework knows it as itself, not in a group
                lost = error
            finally:
                comments.cancel()
        if lost is not None:
            raise lost

    async def _comment(self, send: Send) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(max(0.0, self._sent_s + QUIET_S - loop.time()))
            if self._is_open and loop.time() - self._sent_s >= QUIET_S:
                self._sent_s = loop.time()
                await send({"type": "http.response.body", "body": _COMMENT, "more_body": True})
