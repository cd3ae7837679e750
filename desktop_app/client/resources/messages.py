"""Messages, tool outputs and runs of a Backboard API: contract sections 5 to 7."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from desktop_app.client.errors import http_errors
from desktop_app.client.http_connection import Delivery, HttpConnection, Request, path_of
from desktop_app.client.message_body import NO_FILES, MessageFiles, message_body
from desktop_app.client.multipart import Progress
from desktop_app.client.request_body import JsonBody
from desktop_app.client.whole_reply import events_of_whole
from desktop_app.errors import NetworkError
from desktop_app.protocol.backboard.messages import (
    MessageReply,
    MessageRequest,
    RunToolOutputs,
    SubmittedOutput,
    ToolOutputs,
)

_PATH = "/threads/messages"


@dataclass(frozen=True, slots=True)
class ToolRound:
    """The outputs of every call of one round, together.

    Attributes:
        run_id: Empty lets the server find the run that waits. Needed where the tools were given
            with the message, because a server forgets those between two rounds.
        tools, thinking: As they were given with the message.
    """

    thread_id: str
    outputs: Sequence[SubmittedOutput]
    run_id: str = ""
    tools: list[dict[str, Any]] | None = None
    thinking: dict[str, Any] | None = None


class Messages:
    """``api.messages``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def send(
        self,
        message: MessageRequest,
        files: MessageFiles = NO_FILES,
        *,
        progress: Progress | None = None,
        delivery: Delivery | None = None,
    ) -> MessageReply:
        """Send and wait for the whole reply.

        Raises:
            NetworkError: ``message.failed``: HTTP said yes and the status FAILED.
            InputError: A file cannot be sent.
        """
        body = message_body(replace(message, stream=False), files, progress)
        return await self._reply(Request("POST", _PATH, body, delivery=delivery or Delivery()))

    def stream(
        self,
        message: MessageRequest,
        files: MessageFiles = NO_FILES,
        *,
        progress: Progress | None = None,
        delivery: Delivery | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """Send; the data of each event of the reply, for ``protocol.stream_dialect``.

        Typed questions are answered whole (contract 5.3): their events are made from the reply.
        Consume it under ``contextlib.aclosing``: leaving it closes the connection.
        """
        if message.system_one is not None:
            return events_of_whole(self.send(message, files, progress=progress, delivery=delivery))
        body = message_body(replace(message, stream=True), files, progress)
        asked = Request("POST", _PATH, body, delivery=delivery or Delivery())
        return self._connection.events(asked)

    async def submit(self, given: ToolRound) -> MessageReply:
        """Give the outputs and wait for the whole reply, which may ask for more tools.

        Raises:
            NetworkError: ``message.failed``.
        """
        return await self._reply(_tool_request(given, is_stream=False))

    def stream_submitted(self, given: ToolRound) -> AsyncGenerator[bytes, None]:
        """Give the outputs; the data of each event of the reply, as ``stream``."""
        return self._connection.events(_tool_request(given, is_stream=True))

    async def cancel(self, thread_id: str, run_id: str) -> None:
        """Stop a run; repeated calls are fine."""
        path = path_of("threads", thread_id, "runs", run_id, "cancel")
        await self._connection.tell(Request("POST", path))

    async def _reply(self, request: Request) -> MessageReply:
        found = await self._connection.ask(request, dict[str, Any])
        with http_errors():
            reply = msgspec.convert(_flat(found), MessageReply, strict=False)
        if (reply.status or "").upper() == "FAILED":
            raise NetworkError("message.failed", _reason(reply))
        return reply


def _reason(reply: MessageReply) -> str:
    """The message, unless it only says that all was stored; beside it, content is half a reply."""
    told = "" if reply.message.endswith("added successfully") else reply.message
    return told or reply.content or reply.message


def _tool_request(given: ToolRound, *, is_stream: bool) -> Request:
    outputs = list(given.outputs)
    if given.run_id:
        told = RunToolOutputs(tool_outputs=outputs, tools=given.tools, thinking=given.thinking)
        path = path_of("threads", given.thread_id, "runs", given.run_id, "submit-tool-outputs")
        params = {"stream": "true" if is_stream else "false"}
        return Request("POST", path, JsonBody(told), params)
    if given.tools or given.thinking:
        raise ValueError("tools are given again to a run that is named")
    simple = ToolOutputs(thread_id=given.thread_id, tool_outputs=outputs, stream=is_stream)
    return Request("POST", "/threads/tool-outputs", JsonBody(simple))


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """The flat shape of a reply, out of either shape of contract section 5.6."""
    rows = found.get("messages")
    if isinstance(rows, list) and rows and isinstance(rows[-1], dict):
        found = {**rows[-1], "context_usage": found.get("context_usage")}
    return {"message": "", "timestamp": found.get("created_at") or "", **found}
