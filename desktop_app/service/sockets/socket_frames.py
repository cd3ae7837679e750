"""Frames of a WebSocket, for a client that may go away at any moment."""

from __future__ import annotations

from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from desktop_app.service.http.socket_protocol import SOUND_EXTENSION, TakesSound

NORMAL = 1000
POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
TRY_AGAIN_LATER = 1013


async def next_frame(websocket: WebSocket) -> str | bytes | None:
    """The client's next frame; None when it has gone."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text: str | None = message.get("text")
    data: bytes | None = message.get("bytes")
    return text if text is not None else data or b""


def take_sound_by(websocket: WebSocket, take: TakesSound) -> None:
    """Give frames of bytes to ``take`` while ``next_frame`` waits, where the server can."""
    if hand_over := websocket.scope.get("extensions", {}).get(SOUND_EXTENSION):
        hand_over(take)


async def send_json(websocket: WebSocket, encoded: bytes) -> None:
    """Waits while the client does not read. A client that has gone is told nothing."""
    if not _is_open(websocket):
        return
    try:
        await websocket.send_text(encoded.decode())
    except WebSocketDisconnect:
        return


async def close(websocket: WebSocket, code: int) -> None:
    """Close it, unless the client did, even at this moment."""
    if _is_open(websocket):
        with suppress(WebSocketDisconnect):
            await websocket.close(code)


def _is_open(websocket: WebSocket) -> bool:
    connected = WebSocketState.CONNECTED
    return websocket.application_state is connected and websocket.client_state is connected
