"""A spoken session over Backboard's voice socket: contract section 8."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import msgspec

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.json_socket import Event, JsonSocket, open_json_socket
from desktop_app.client.session_limits import lifetime_s
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.voice_socket import Control, ReplyHeard, VoiceConfig

IDLE_LIMIT_S = 120.0


class VoiceSocket:
    """A session that has begun. Event loop only; open it with ``open_voice_socket``.

    Attributes:
        session_id, thread_id, assistant_id: As the server names them; empty where it does not.
        pipeline: The stages, opaque.
        extensions: What it understands beyond the contract.
        lifetime_s: Seconds from its beginning at which the server ends it.
    """

    def __init__(self, socket: JsonSocket) -> None:
        self.session_id = str(socket.begin.get("session_id") or "")
        self.thread_id = str(socket.begin.get("thread_id") or "")
        self.assistant_id = str(socket.begin.get("assistant_id") or "")
        pipeline = socket.begin.get("pipeline")
        self.pipeline: dict[str, Any] = pipeline if isinstance(pipeline, dict) else {}
        extensions = socket.begin.get("extensions")
        self.extensions = frozenset(map(str, extensions if isinstance(extensions, list) else ()))
        self.lifetime_s = lifetime_s(socket.begin, wall_s=time.time())
        self._socket = socket

    async def send_sound(self, pcm: bytes) -> None:
        """More speech: s16le mono 16 kHz, about 100 ms at a time.

        Raises:
            NetworkError: ``network.lost``.
        """
        await self._socket.send_sound(pcm)

    async def commit(self) -> None:
        """The utterance is complete."""
        await self._socket.send(Control(type="commit"))

    async def stop(self) -> None:
        """Cancel the running reply."""
        await self._socket.send(Control(type="stop"))

    async def sign_of_life(self) -> None:
        """Return when the server has shown that it is there.

        Raises:
            NetworkError: ``network.lost``.
        """
        await self._socket.sign_of_life()

    async def tell_heard(self, reply: ReplyHeard) -> None:
        """How much of a reply was heard: for who has it among the extensions."""
        await self._socket.send(reply)

    def events(self) -> AsyncIterator[Event]:
        """What the server says, by ``type`` (section 8.3), until it or we close.

        Raises:
            NetworkError: ``network.lost``; ``network.timeout`` after IDLE_LIMIT_S of nothing.
        """
        return self._socket.events(idle_s=IDLE_LIMIT_S)

    async def aclose(self) -> None:
        """End the session. Idempotent."""
        await self._socket.aclose()


async def open_voice_socket(
    address: ApiAddress, config: VoiceConfig, message: MessageRequest | None = None
) -> VoiceSocket:
    """Connect and begin a session.

    Args:
        address: Of the API.
        config: The thread, and how it is heard and spoken.
        message: What every turn carries besides: model, memory, system prompt.

    Raises:
        NetworkError, AccessError, ProtocolError: See ``open_json_socket``.
    """
    query = urlencode({"api_key": address.key})  # this socket knows no header
    url = f"{socket_address(address.base_url)}/threads/messages?{query}"
    more = msgspec.to_builtins(message) if message else {}
    socket = VoiceSocket(await open_json_socket(url, {**more, **msgspec.to_builtins(config)}))
    await socket.sign_of_life()  # the first: whether it answers is known before it matters
    return socket


def socket_address(base_url: str) -> str:
    """``https://x/api/`` -> ``wss://x/api``."""
    return "ws" + base_url.rstrip("/").removeprefix("http")
