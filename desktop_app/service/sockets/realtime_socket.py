"""The realtime socket on ``/threads/realtime``: section 9 of the API."""

from __future__ import annotations

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.realtime_socket import RealtimeConfig
from desktop_app.protocol.backboard.threads import Thread
from desktop_app.service.http.described import Described
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.runs.runs import Runs
from desktop_app.service.sockets.realtime_plan import read_options
from desktop_app.service.sockets.realtime_session import RealtimeSession
from desktop_app.service.sockets.session_message import SessionMessage
from desktop_app.service.sockets.session_socket import Session, SessionSocket, Tell, read_config
from desktop_app.service.storage.store import Store


def realtime_route(store: Store, source: ProviderSource, runs: Runs) -> WebSocketRoute:
    """What serves the sockets.

    Any language provider may be named: its replies are written, and spoken while they are.
    """

    async def thread_of(config: RealtimeConfig) -> Thread:
        if config.thread_id is None:
            thread = await store.conversations.create(config.assistant_id)
        else:
            thread = await store.conversations.get(config.thread_id, with_messages=False)
        if thread is None:
            missing = "Assistant" if config.thread_id is None else "Thread"
            raise InputError("session.thread", f"{missing} not found")
        return thread

    async def open_session(frame: str, tell: Tell) -> Session:
        config = read_config(frame, RealtimeConfig)
        if not config.provider or not config.model:
            raise InputError("session.config", "provider and model are required.")
        message = SessionMessage(frame, llm_provider=config.provider, model_name=config.model)
        plan = read_options(config.provider_options)
        await runs.language(config.provider)
        return RealtimeSession(await thread_of(config), message, plan, source, runs, tell)

    socket = SessionSocket(open_session)

    @Described("Talk in realtime: sound and text in both directions, calls of functions")
    async def serve(websocket: WebSocket) -> None:
        await socket.serve(websocket)

    return WebSocketRoute("/api/threads/realtime", serve)
