"""The gateway's WebSocket around a session: frames in, frames out, and a clean end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from starlette.websockets import WebSocket

from desktop_app.errors import InputError
from desktop_app.protocol.gateway import GatewayError, GatewayServerMessage, encode
from desktop_app.service.gateway.answers import Answers
from desktop_app.service.gateway.gateway_session import GatewaySession
from desktop_app.service.gateway.serving.admission import Admission
from desktop_app.service.gateway.serving.metrics import GatewayMetrics
from desktop_app.service.gateway.serving.session_meter import SessionMeter
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.sockets.socket_frames import (
    INTERNAL_ERROR,
    NORMAL,
    TRY_AGAIN_LATER,
    close,
    next_frame,
    send_json,
    take_sound_by,
)

_log = logging.getLogger(__name__)

_GOODBYE_S = 5.0
"""For the last words to a client, which may not be reading."""


class _Over(Exception):  # noqa: N818  (it ends the session's tasks, it is no fault)
    """The socket is closed, by either side."""


class GatewaySocket:
    """Serves any number of sockets at once.

    Args:
        answers: Who answers.
        source: Who hears and speaks.
        admission: How many there may be.
        metrics: What is counted of them.
        session_s: How long one may live; None for any time.
    """

    def __init__(
        self,
        answers: Answers,
        source: ProviderSource,
        admission: Admission,
        metrics: GatewayMetrics,
        session_s: float | None = None,
    ) -> None:
        self._answers = answers
        self._source = source
        self._admission = admission
        self._metrics = metrics
        self._session_s = session_s

    async def serve(self, websocket: WebSocket) -> None:
        """One socket, from handshake to close."""
        await websocket.accept()
        try:
            with self._admission.admitted(websocket.client.host if websocket.client else ""):
                self._metrics.sessions.add()
                await self._hold(websocket)
        except InputError as refused:
            self._metrics.refused.add()
            await _say_goodbye(websocket, str(refused), refused.code, TRY_AGAIN_LATER)

    async def _hold(self, websocket: WebSocket) -> None:
        deadline = asyncio.timeout(self._session_s)
        try:
            async with deadline:
                await self._hold_session(websocket)
        except* _Over:
            await close(websocket, NORMAL)
        except* Exception as errors:  # the request boundary: one socket must not end the others
            await self._end(websocket, None if deadline.expired() else errors)

    async def _hold_session(self, websocket: WebSocket) -> None:
        meter = SessionMeter(self._metrics)

        async def tell(message: GatewayServerMessage) -> None:
            meter.told(message)
            await send_json(websocket, encode(message))

        async with asyncio.TaskGroup() as tasks:
            session = GatewaySession(
                self._answers,
                self._source,
                tell,
                tasks,
                took=meter.took,
                voice_ended=meter.voice_ended,
                lifetime_s=self._session_s,
            )
            take_sound_by(websocket, session.take_sound)
            await session.greet()
            while (frame := await next_frame(websocket)) is not None:
                if not await session.receive(frame):
                    break
            raise _Over  # cancels what the session still does; its answers may go on elsewhere

    async def _end(self, websocket: WebSocket, errors: ExceptionGroup | None) -> None:
        """Say why it ends: its time is over, or something failed."""
        if errors is None:
            sentence = f"The session has lasted {self._session_s:.0f} s. Please connect again."
            await _say_goodbye(websocket, sentence, "session.time_limit", NORMAL)
            return
        _log.error("A voice session failed", exc_info=errors)
        sentence = "The voice session failed unexpectedly."
        await _say_goodbye(websocket, sentence, "session.broken", INTERNAL_ERROR)


async def _say_goodbye(websocket: WebSocket, sentence: str, code: str, status: int) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_GOODBYE_S):
            error = GatewayError(message=sentence, code=code, fatal=True)
            await send_json(websocket, encode(error))
            await close(websocket, status)
