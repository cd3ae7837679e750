"""The Backboard API over one HTTP client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.errors import http_errors, refusal
from desktop_app.errors import NetworkError
from desktop_app.loopback import is_loopback
from desktop_app.protocol.backboard.assistants import Assistant, NewAssistant
from desktop_app.protocol.backboard.messages import MessageReply, MessageRequest
from desktop_app.protocol.backboard.threads import Thread
from desktop_app.protocol.sse import SseDecoder

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 120.0
"""Between two pieces of an answer; a stream as a whole has no limit."""

_Answer = TypeVar("_Answer")
_JSON = {"Content-Type": "application/json"}


class BackboardApi:
    """An async context manager; event loop only.

    Every method raises NetworkError (``retryable`` says whether another try can help), its
    subclasses AccessError, NotFoundError and RateLimitError, or ProtocolError.
    """

    def __init__(self, address: ApiAddress) -> None:
        self._base_url = address.base_url.rstrip("/")
        self._http = httpx.AsyncClient(
            headers={"X-API-Key": address.key, "User-Agent": "Parley"},
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            trust_env=not is_loopback(address.base_url),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection. Idempotent."""
        await self._http.aclose()

    # ---- assistants --------------------------------------------------------------------------

    async def check_key(self) -> None:
        """Return when the key is good.

        Raises:
            AccessError: It is not.
        """
        await self._call("GET", "/assistants", list[Assistant], params={"limit": 1})

    async def create_assistant(self, assistant: NewAssistant) -> Assistant:
        return await self._call("POST", "/assistants", Assistant, body=assistant)

    async def list_assistants(
        self, *, skip: int = 0, limit: int = 100, name: str = ""
    ) -> list[Assistant]:
        """With ``name`` only those called exactly so, whatever the server makes of it."""
        params: dict[str, str | int] = {"skip": skip, "limit": limit}
        if name:
            params["name"] = name
        found = await self._call("GET", "/assistants", list[Assistant], params=params)
        return [one for one in found if not name or one.name == name]

    async def assistant(self, assistant_id: str) -> Assistant:
        return await self._call("GET", _path("assistants", assistant_id), Assistant)

    async def update_assistant(self, assistant_id: str, **changes: Any) -> Assistant:
        """Replace the named fields; ``tools`` replaces the whole list."""
        return await self._call("PUT", _path("assistants", assistant_id), Assistant, body=changes)

    async def delete_assistant(self, assistant_id: str) -> None:
        """Its threads and documents go with it."""
        await self._send("DELETE", _path("assistants", assistant_id))

    # ---- threads -----------------------------------------------------------------------------

    async def create_thread(self, assistant_id: str) -> Thread:
        path = _path("assistants", assistant_id, "threads")
        return await self._call("POST", path, Thread, body={})

    async def list_threads(
        self, *, assistant_id: str = "", skip: int = 0, limit: int = 100
    ) -> list[Thread]:
        """Without their messages; of one assistant, or all."""
        path = _path("assistants", assistant_id, "threads") if assistant_id else "/threads"
        params = {"skip": skip, "limit": limit, "include_messages": "false"}
        return await self._call("GET", path, list[Thread], params=params)

    async def thread(self, thread_id: str) -> Thread:
        """With its messages, oldest first."""
        found = await self._call("GET", _path("threads", thread_id), Thread)
        messages = sorted(found.messages, key=lambda message: message.created_at)
        return msgspec.structs.replace(found, messages=messages)

    async def delete_thread(self, thread_id: str) -> None:
        await self._send("DELETE", _path("threads", thread_id))

    # ---- messages ----------------------------------------------------------------------------

    async def add_message(self, request: MessageRequest) -> MessageReply:
        """Send and wait for the whole reply.

        Raises:
            NetworkError: ``message.failed``: HTTP said yes and the status FAILED.
        """
        body = msgspec.structs.replace(request, stream=False)
        found = await self._call("POST", "/threads/messages", dict[str, Any], body=body)
        with http_errors():
            reply = msgspec.convert(_flat(found), MessageReply, strict=False)
        if (reply.status or "").upper() == "FAILED":
            raise NetworkError("message.failed", reply.content or reply.message)
        return reply

    async def stream_message(self, request: MessageRequest) -> AsyncGenerator[bytes, None]:
        """Send; the data of each event of the reply, for ``protocol.stream_dialect``.

        Consume it under ``contextlib.aclosing``: leaving it closes the connection.
        """
        body = msgspec.structs.replace(request, stream=True)
        decoder = SseDecoder()
        with http_errors():
            async with self._streamed("/threads/messages", body) as response:
                async for chunk in response.aiter_bytes():
                    for data in decoder.feed(chunk):
                        yield data
            for data in decoder.finish():
                yield data

    async def cancel_run(self, thread_id: str, run_id: str) -> None:
        """Stop a run; repeated calls are fine."""
        await self._send("POST", _path("threads", thread_id, "runs", run_id, "cancel"))

    # ---- one request -------------------------------------------------------------------------

    async def _call(
        self, method: str, path: str, answer: type[_Answer], *, body: Any = None, params: Any = None
    ) -> _Answer:
        response = await self._send(method, path, body=body, params=params)
        with http_errors():
            return msgspec.json.decode(response.content, type=answer, strict=False)

    async def _send(
        self, method: str, path: str, *, body: Any = None, params: Any = None
    ) -> httpx.Response:
        content = None if body is None else msgspec.json.encode(body)
        with http_errors():
            response = await self._http.request(
                method,
                self._base_url + path,
                content=content,
                params=params,
                headers=_JSON if content is not None else None,
            )
        if response.status_code >= 400:
            raise refusal(response)
        return response

    @asynccontextmanager
    async def _streamed(self, path: str, body: Any) -> AsyncIterator[httpx.Response]:
        async with self._http.stream(
            "POST",
            self._base_url + path,
            content=msgspec.json.encode(body),
            headers=_JSON | {"Accept": "text/event-stream"},
        ) as response:
            if response.status_code >= 400:
                await response.aread()  # or ``detail`` would be lost
                raise refusal(response)
            yield response


def _path(*parts: str) -> str:
    return "".join("/" + quote(part, safe="") for part in parts)


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """The flat shape of a reply, out of either shape of contract section 5.6."""
    rows = found.get("messages")
    if isinstance(rows, list) and rows and isinstance(rows[-1], dict):
        found = {**rows[-1], "context_usage": found.get("context_usage")}
    return {"message": "", "timestamp": found.get("created_at") or "", **found}
