"""Any language server that speaks the OpenAI chat dialect: a local one, or one on the network."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from desktop_app.errors import AccessError, AppError, NetworkError, ProtocolError
from desktop_app.loopback import is_loopback
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.events import Usage
from desktop_app.service.providers.ports import (
    Finished,
    LanguageEvent,
    LanguageRequest,
    ReasoningDelta,
)
from desktop_app.service.providers.think_tags import ThinkTags

_TIMEOUT = httpx.Timeout(10.0, read=120.0)  # seconds; a large model may load for a minute
_LONGEST_LINE = 4 * 1024 * 1024  # characters


def chat_root(url: str) -> str:
    """``http://host:1234/`` -> ``http://host:1234/v1``; an address with a version stays.

    Raises:
        ValueError: It is no address.
    """
    url = url.strip().rstrip("/").removesuffix("/chat/completions")
    if not url.startswith(("http://", "https://")):
        url = f"http://{url}"
    if not urlsplit(url).hostname:
        raise ValueError("it names no host")
    return url if re.search(r"/v\d[^/]*$", url) else f"{url}/v1"


class OpenAiLanguage:
    """Answers through ``/chat/completions``.

    Args:
        url: Of the server, with or without ``/v1``.
        provider: The name under which people see it.
        model: Used when a request names none; when empty, the first that the server lists.
        key: Bearer token; may be empty.
    """

    def __init__(
        self, url: str, *, provider: str = "openai", model: str = "", key: str = ""
    ) -> None:
        self.provider = provider
        self.model = model
        self._root = chat_root(url)
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=_TIMEOUT,
            trust_env=not is_loopback(self._root),
        )

    async def reply(self, request: LanguageRequest) -> AsyncIterator[LanguageEvent]:
        """Stream the model's answer.

        Raises:
            NetworkError: The server cannot be reached, failed, or broke off.
            AccessError: It refused the key.
            ProtocolError: It answered something else than a chat.
        """
        with self._errors():
            model = request.model or self.model or await self._first_model()
            body = _body(request, model)
            url = f"{self._root}/chat/completions"
            async with self._http.stream("POST", url, json=body) as response:
                await self._check(response, model)
                async for event in _events(response):
                    yield event

    async def models(self) -> Sequence[ModelInfo]:
        """What the server lists, the model that is used by default first."""
        try:
            with self._errors():
                response = await self._http.get(f"{self._root}/models")
                await self._check(response, "")
            listed = [str(entry["id"]) for entry in response.json()["data"]]
        except (AppError, ValueError, KeyError, TypeError):
            listed = []
        names = dict.fromkeys([*([self.model] if self.model else []), *listed])
        return [ModelInfo(name=name, provider=self.provider) for name in names]

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._http.aclose()

    async def _first_model(self) -> str:
        response = await self._http.get(f"{self._root}/models")
        await self._check(response, "")
        try:
            listed = [entry["id"] for entry in response.json()["data"]]
        except (ValueError, KeyError, TypeError) as error:
            raise self._strange("its list of models cannot be read") from error
        if not listed:
            raise ProtocolError("language.no_model", f"{self._root} has no language model loaded.")
        self.model = str(listed[0])
        return self.model

    async def _check(self, response: httpx.Response, model: str) -> None:
        if response.status_code < 400:
            return
        detail = _detail_of(await response.aread())
        status = response.status_code
        if status in (401, 403):
            raise AccessError("access.refused", f"The language server refused the key. {detail}")
        if status == 404 and model:
            raise NetworkError(
                "language.model_not_found",
                f'The language server does not know the model "{model}". {detail}',
                model=model,
            )
        raise NetworkError(
            f"http.{status}",
            f"The language server answered with error {status}. {detail}".strip(),
            retryable=status == 429 or status >= 500,
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise NetworkError(
                "network.unreachable",
                f"The language server at {self._root} cannot be reached.",
                retryable=True,
            ) from error
        except httpx.TimeoutException as error:
            raise NetworkError(
                "network.timeout", "The language server took too long to answer.", retryable=True
            ) from error
        except httpx.TransportError as error:
            raise NetworkError(
                "network.broken", "The language server broke off its answer.", retryable=True
            ) from error
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise self._strange(str(error)) from error

    def _strange(self, what: str) -> ProtocolError:
        return ProtocolError("language.unreadable", f"{self._root} is no chat server: {what}.")


def _body(request: LanguageRequest, model: str) -> dict[str, Any]:
    messages = [{"role": each.role, "content": each.content} for each in request.history]
    if request.system_prompt:
        messages.insert(0, {"role": "system", "content": request.system_prompt})
    return {
        "model": model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def _detail_of(body: bytes) -> str:
    """What the server says about its failure, in whichever of the usual places."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        return ""
    for name in ("error", "detail", "message"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    return found[:300] if isinstance(found, str) else ""


async def _events(response: httpx.Response) -> AsyncIterator[LanguageEvent]:
    """The events of a streamed answer, or of a whole one where a server cannot stream."""
    if "application/json" in response.headers.get("content-type", ""):
        for event in _whole(await response.aread()):
            yield event
        return
    usage: Usage | None = None
    is_complete = False
    tags = ThinkTags()
    async for data in _data_lines(response):
        if data == "[DONE]":
            is_complete = True
            break
        chunk = _parsed(data)
        usage = _usage_of(chunk) or usage
        for choice in chunk.get("choices") or ():
            is_complete = is_complete or bool(choice.get("finish_reason"))
            for event in _deltas(choice.get("delta") or {}, tags):
                yield event
    for event in tags.finish():
        yield event
    if not is_complete:
        raise NetworkError(
            "network.broken", "The language server broke off its answer.", retryable=True
        )
    yield Finished(usage)


def _whole(body: bytes) -> Iterator[LanguageEvent]:
    found = _parsed(body.decode("utf-8", "replace"))
    choices = found.get("choices") or ()
    if not choices:
        raise ProtocolError("language.unreadable", "The language server sent no answer.")
    tags = ThinkTags()
    yield from _deltas(choices[0].get("message") or {}, tags)
    yield from tags.finish()
    yield Finished(_usage_of(found))


async def _data_lines(response: httpx.Response) -> AsyncIterator[str]:
    waiting = ""
    async for piece in response.aiter_text():
        waiting += piece
        *lines, waiting = waiting.split("\n")
        for line in lines:
            if line.startswith("data:"):
                yield line[5:].strip()
        if len(waiting) > _LONGEST_LINE:
            raise ProtocolError("language.unreadable", "The language server sent an endless line.")
    if waiting.startswith("data:"):
        yield waiting[5:].strip()


def _parsed(data: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise ProtocolError(
            "language.unreadable", "The language server sent something unreadable."
        ) from error
    if not isinstance(found, dict):
        raise ProtocolError("language.unreadable", "The language server sent something unreadable.")
    if found.get("error"):
        raise _failure(found)
    return found


def _failure(found: dict[str, Any]) -> AppError:
    detail = _detail_of(json.dumps(found).encode())
    return NetworkError("language.failed", f"The language server failed. {detail}".strip())


def _deltas(delta: dict[str, Any], tags: ThinkTags) -> Iterator[LanguageEvent]:
    reasoning = delta.get("reasoning_content") or delta.get("reasoning")
    if isinstance(reasoning, str) and reasoning:
        yield ReasoningDelta(reasoning)
    text = delta.get("content")
    if isinstance(text, str) and text:
        yield from tags.feed(text)


def _usage_of(found: dict[str, Any]) -> Usage | None:
    usage = found.get("usage")
    if not isinstance(usage, dict):
        return None
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
