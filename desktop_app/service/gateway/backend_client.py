"""An existing chat backend: registrations and chats (gateway contract, section 6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from desktop_app.credentials import Secret
from desktop_app.errors import AppError, InputError, NetworkError, ProtocolError
from desktop_app.protocol.sse import SseDecoder
from desktop_app.service.gateway.gateway_config import BackendConfig, LlmConfig
from desktop_app.service.providers.remote_api import Remote, RemoteApi

WITHIN_S = 60.0
"""For an answer, or between two pieces of one that is streamed."""

_JSON, _STREAM = "application/json", "text/event-stream"
_TEXTS = ("text", "reply", "response", "message", "content", "output", "answer")
_IDS = ("registration_id", "id", "registrationId")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a backend answered; ``metadata`` is all but the text."""

    text: str
    metadata: Mapping[str, Any]


class BackendClient:
    """One backend; every failure in words that people can read, without keys."""

    def __init__(self, config: BackendConfig) -> None:
        remote = Remote(
            name="The chat backend",
            root=config.base_url,
            key=config.api_key,
            refused="backend.refused",
            unreadable="backend.unreadable",
        )
        self._api = RemoteApi(remote)
        sends_twice = config.sends_api_key_header and config.api_key
        self._second: Secret | None = config.api_key if sends_twice else None

    async def register(self, llm: LlmConfig) -> str:
        """A registration's id.

        Raises:
            InputError: ``backend.no_registration``: it makes none.
            AppError: ``backend.refused``, ``backend.unreadable``, ``network.*``, ...
        """
        body = {
            "provider": llm.provider,
            "api_key": llm.api_key.reveal(),
            "model": llm.model,
            "base_url": llm.base_url,
            "system_prompt": llm.system_prompt,
        }
        try:
            found = await self._post("/v1/register", {k: v for k, v in body.items() if v})
        except InputError as error:
            if not is_forgotten(error):
                raise
            raise InputError(
                "backend.no_registration",
                "The chat backend makes no registrations: it needs a backend.registration_id.",
            ) from error
        data = found.get("data")
        for part in (found, data if isinstance(data, dict) else {}):
            for name in _IDS:
                if part.get(name):
                    return str(part[name])
        raise ProtocolError("backend.unreadable", "The chat backend gave no registration.")

    async def chat(
        self, registration_id: str, session_id: str, text: str, tell: Callable[[str], None]
    ) -> Mapping[str, Any]:
        """Tell the reply to ``text``, as it comes where the backend streams.

        Returns:
            What it says besides.

        Raises:
            AppError: As ``register``; what was told stands.
        """
        body = {"registration_id": registration_id, "session_id": session_id, "message": text}
        async with self._answer("/v1/chat", body, accept=f"{_STREAM}, {_JSON}") as answer:
            response, deadline = answer
            if response.headers.get("content-type", "").startswith(_STREAM):
                return await self._read_stream(response, deadline, tell)
            reply = read_reply(self._object(await self._api.body(response)))
        tell(reply.text)
        return reply.metadata

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._answer(path, body, accept=_JSON) as (response, _):
            return self._object(await self._api.body(response))

    @asynccontextmanager
    async def _answer(
        self, path: str, body: Mapping[str, Any], *, accept: str
    ) -> AsyncIterator[tuple[httpx.Response, asyncio.Timeout]]:
        """An answer that is read inside the block, and within its time."""
        headers = {"Accept": accept}
        if self._second:
            headers["X-API-Key"] = self._second.reveal()
        try:
            async with (
                asyncio.timeout(WITHIN_S) as deadline,
                self._api.stream("POST", path, json=body, headers=headers) as response,
            ):
                yield response, deadline
        except TimeoutError as error:
            raise NetworkError(
                "network.timeout", "The chat backend took too long to answer.", retryable=True
            ) from error

    async def _read_stream(
        self, response: httpx.Response, deadline: asyncio.Timeout, tell: Callable[[str], None]
    ) -> Mapping[str, Any]:
        stream = StreamedReply(tell)
        decoder = SseDecoder()
        async for chunk in response.aiter_bytes():
            deadline.reschedule(asyncio.get_running_loop().time() + WITHIN_S)
            for data in decoder.feed(chunk):
                stream.take(self._object(data))
        for data in decoder.finish():
            stream.take(self._object(data))
        return stream.finish()

    def _object(self, body: bytes) -> dict[str, Any]:
        found = self._api.parsed(body)
        if not isinstance(found, dict):
            raise self._api.strange()
        if isinstance(found.get("error"), dict):
            raise self._api.told(found)
        return found


class StreamedReply:
    """A reply in events: ``delta`` is more text, ``text`` the whole of it, with what else is known.

    Pieces as OpenAI's dialect has them are understood too.

    Args:
        tell: Given each piece.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._text = ""
        self._facts: Mapping[str, Any] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """One event."""
        if isinstance(event.get("text"), str):
            rest = event["text"].removeprefix(self._text)
            if len(rest) < len(event["text"]) or not self._text:
                self._add(rest)
            self._facts = {name: value for name, value in event.items() if name != "text"}
            return
        delta = event.get("delta")
        self._add(delta if isinstance(delta, str) else _chosen(event, "delta"))

    def finish(self) -> Mapping[str, Any]:
        """The stream is over.

        Raises:
            ProtocolError: ``backend.empty``
        """
        if not self._text.strip():
            raise _empty()
        return self._facts

    def _add(self, piece: str) -> None:
        if piece:
            self._text += piece
            self._tell(piece)


def is_forgotten(error: AppError) -> bool:
    """Whether the backend does not know the registration any more."""
    return error.facts.get("status") == "404" or error.code == "http.410"


def read_reply(found: Mapping[str, Any]) -> Reply:
    """The first text where any backend puts it; the rest is metadata.

    Raises:
        ProtocolError: ``backend.empty``
    """
    data = found.get("data")
    for part in (found, data if isinstance(data, dict) else {}):
        for name in _TEXTS:
            if isinstance(part.get(name), str) and part[name].strip():
                rest = {key: value for key, value in part.items() if key != name}
                return Reply(part[name], rest)
        for name, text in (("message", _content(part)), ("choices", _chosen(part))):
            if text.strip():
                return Reply(text, {key: value for key, value in part.items() if key != name})
    raise _empty()


def _empty() -> ProtocolError:
    return ProtocolError("backend.empty", "The chat backend answered without any text.")


def _content(part: Mapping[str, Any], name: str = "message") -> str:
    message = part.get(name)
    content = message.get("content") if isinstance(message, dict) else ""
    return content if isinstance(content, str) else ""


def _chosen(part: Mapping[str, Any], name: str = "message") -> str:
    choices = part.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return _content(first, name) if isinstance(first, dict) else ""
