"""An existing chat backend: registrations and chats (gateway contract, section 6)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.credentials import Secret
from desktop_app.errors import AppError, InputError, NetworkError, ProtocolError
from desktop_app.service.gateway.gateway_config import BackendConfig, LlmConfig
from desktop_app.service.providers.remote_api import Remote, RemoteApi

WITHIN_S = 60.0
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

    async def chat(self, registration_id: str, session_id: str, text: str) -> Reply:
        """The reply to ``text``.

        Raises:
            AppError: As ``register``.
        """
        body = {"registration_id": registration_id, "session_id": session_id, "message": text}
        return read_reply(await self._post("/v1/chat", body))

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"X-API-Key": self._second.reveal()} if self._second else {}
        try:
            async with asyncio.timeout(WITHIN_S):
                found = await self._api.read("POST", path, json=body, headers=headers)
        except TimeoutError as error:
            raise NetworkError(
                "network.timeout", "The chat backend took too long to answer.", retryable=True
            ) from error
        if not isinstance(found, dict):
            raise self._api.strange()
        return found


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
    raise ProtocolError("backend.empty", "The chat backend answered without any text.")


def _content(part: Mapping[str, Any]) -> str:
    message = part.get("message")
    content = message.get("content") if isinstance(message, dict) else ""
    return content if isinstance(content, str) else ""


def _chosen(part: Mapping[str, Any]) -> str:
    choices = part.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return _content(first) if isinstance(first, dict) else ""
