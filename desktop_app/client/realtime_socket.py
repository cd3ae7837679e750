"""A native realtime session over Backboard: contract section 9."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.json_socket import Event, JsonSocket, open_json_socket
from desktop_app.client.session_limits import lifetime_s
from desktop_app.client.voice_socket import socket_address
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.realtime_socket import (
    AudioFormat,
    ProviderEvent,
    RealtimeCancel,
    RealtimeCommit,
    RealtimeConfig,
    RealtimeEvent,
    RealtimeOutput,
    RealtimeOutputs,
    RealtimeText,
)
from desktop_app.protocol.backboard.wire import salvaged

_UNSAID = AudioFormat(encoding="pcm_s16le", sample_rate=24_000, channels=1)


class RealtimeSocket:
    """A session that has begun. Event loop only; open it with ``open_realtime_socket``.

    Attributes:
        session_id, thread_id, assistant_id: As the server names them; empty where it does not.
        input_format, output_format: What is to be sent, and what will come.
        extensions: Provider events that it says it understands.
        lifetime_s: Seconds from its beginning at which the server ends it.
    """

    def __init__(self, socket: JsonSocket) -> None:
        begin = realtime_event(socket.begin)
        self.session_id = begin.session_id
        self.thread_id = begin.thread_id
        self.assistant_id = begin.assistant_id
        self.input_format = begin.input_format or _UNSAID
        self.output_format = begin.output_format or _UNSAID
        self.extensions = frozenset(begin.extensions)
        self.lifetime_s = lifetime_s(socket.begin, wall_s=time.time())
        self._socket = socket

    async def send_sound(self, data: bytes) -> None:
        """More speech in ``input_format``.

        Raises:
            NetworkError: ``network.lost``, as every other ``send``.
        """
        await self._socket.send_sound(data)

    async def send_text(self, text: str) -> None:
        """A typed turn."""
        await self._socket.send(RealtimeText(text=text))

    async def commit(self) -> None:
        """The utterance is complete."""
        await self._socket.send(RealtimeCommit())

    async def cancel(self) -> None:
        """Stop the running reply."""
        await self._socket.send(RealtimeCancel())

    async def send_tool_outputs(self, outputs: Sequence[RealtimeOutput]) -> None:
        """The results of every call of a round, together."""
        await self._socket.send(RealtimeOutputs(outputs=list(outputs)))

    async def send_provider_event(self, event: dict[str, Any]) -> None:
        """A native message for the provider, as it is."""
        await self._socket.send(ProviderEvent(event=event))

    async def ping(self) -> None:
        """Return when the server's end of the WebSocket has answered."""
        await self._socket.ping()

    async def events(self) -> AsyncIterator[RealtimeEvent]:
        """What the server says, first what came before the session began; no idle limit.

        Raises:
            NetworkError: ``network.lost``.
        """
        async for event in self._socket.events():
            yield realtime_event(event)

    async def aclose(self) -> None:
        """End the session. Idempotent."""
        await self._socket.aclose()


async def open_realtime_socket(
    address: ApiAddress, config: RealtimeConfig, message: MessageRequest | None = None
) -> RealtimeSocket:
    """Connect and begin a session.

    Args:
        address: Of the API.
        config: Who answers, and in which thread.
        message: What every turn carries besides: system prompt, tools, memory, pictures.

    Raises:
        NetworkError, AccessError, ProtocolError: See ``open_json_socket``.
    """
    told = {
        **(msgspec.to_builtins(message) if message else {}),
        **msgspec.to_builtins(config),
        "provider_options": config.provider_options,  # told even where there are none
    }
    url = f"{socket_address(address.base_url)}/threads/realtime"
    headers = {"X-API-Key": address.key}
    socket = await open_json_socket(url, told, headers=headers, takes_early_events=True)
    return RealtimeSocket(socket)


def realtime_event(event: Event) -> RealtimeEvent:
    """The fields that are known and of their kind; others are left out."""
    event = {"type": "", **event}
    try:
        return msgspec.convert(event, RealtimeEvent, strict=False)
    except msgspec.ValidationError:
        return salvaged(event, RealtimeEvent)
