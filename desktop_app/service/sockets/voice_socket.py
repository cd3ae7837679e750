"""The voice socket on ``/threads/messages``: section 8 of the API."""

from __future__ import annotations

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.voice_socket import VoiceConfig
from desktop_app.service.http.described import Described
from desktop_app.service.messages.voiced_turns import VoicedTurns
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.runs.runs import Runs
from desktop_app.service.sockets.session_message import SessionMessage
from desktop_app.service.sockets.session_socket import Session, SessionSocket, Tell, read_config
from desktop_app.service.sockets.voice_session import VoiceSession
from desktop_app.service.storage.store import Store


def voice_route(
    store: Store, source: ProviderSource, runs: Runs, turns: VoicedTurns
) -> WebSocketRoute:
    """What serves the sockets."""

    async def open_session(frame: str, tell: Tell) -> Session:
        config, message = read_config(frame, VoiceConfig), SessionMessage(frame)
        thread = await store.conversations.get(config.thread_id, with_messages=False)
        if thread is None:
            raise InputError("session.thread", "Thread not found")
        return VoiceSession(thread, config, message, source, runs, turns, tell)

    socket = SessionSocket(open_session)

    @Described("Talk: sound in, transcripts, replies and speech out")
    async def serve(websocket: WebSocket) -> None:
        await socket.serve(websocket)

    return WebSocketRoute("/api/threads/messages", serve)
