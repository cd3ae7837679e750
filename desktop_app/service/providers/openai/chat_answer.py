"""Reads an answer in the OpenAI chat dialect: streamed or whole, with tool calls in pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from desktop_app.errors import ProtocolError
from desktop_app.protocol.events import ToolCall, Usage
from desktop_app.service.providers.openai.openai_connection import OpenAiConnection
from desktop_app.service.providers.openai.think_tags import ThinkTags
from desktop_app.service.providers.ports import (
    Finished,
    LanguageEvent,
    ReasoningDelta,
    ToolsCalled,
)

LAST_WORD_WITHIN_S = 2.0
_LONGEST_LINE = 4 * 1024 * 1024  # characters
_MOST_CALLS = 128


async def answer_events(
    response: httpx.Response, connection: OpenAiConnection
) -> AsyncIterator[LanguageEvent]:
    """The events of an answer, ending with Finished.

    Raises:
        NetworkError: The server failed in the middle, or broke off.
        ProtocolError: What it sent is no answer, or it refused to give one.
    """
    reading = _Answer(connection)
    if "application/json" in response.headers.get("content-type", ""):
        found = await connection.whole(response)
        if not found.get("choices"):
            raise connection.unreadable()
        for event in reading.take(found):
            yield event
        reading.is_complete = True
    else:
        async with aclosing(_data_lines(response)) as lines:
            while (data := await _next_data(lines, reading)) is not None:
                for event in reading.take(connection.parsed(data)):
                    yield event
    for event in reading.finish():
        yield event


async def _next_data(lines: AsyncGenerator[str], reading: _Answer) -> str | None:
    """None at the end of the answer, which servers say in several ways, or in none.

    Once they have said why it ended, only what it cost may follow, and that is not waited for long.
    """
    try:
        async with asyncio.timeout(LAST_WORD_WITHIN_S if reading.is_complete else None):
            data = await anext(lines, None)
    except (TimeoutError, httpx.TransportError):
        if not reading.is_complete:
            raise
        return None
    if data == "[DONE]":
        reading.is_complete = True
        return None
    return data


@dataclass(slots=True)
class _Pieces:
    """A tool call as far as it has come."""

    id: str = ""
    name: str = ""
    arguments: str = ""


class _Answer:
    """What has come of one answer.

    Attributes:
        is_complete: The server said that it is.
    """

    def __init__(self, connection: OpenAiConnection) -> None:
        self.is_complete = False
        self._connection = connection
        self._usage: Usage | None = None
        self._reason = ""
        self._has_text = False
        self._tags = ThinkTags()
        self._calls: list[tuple[int, _Pieces]] = []

    def take(self, chunk: dict[str, Any]) -> Iterator[LanguageEvent]:
        """What one chunk, or a whole answer, adds."""
        self._usage = _usage_of(chunk) or self._usage
        choices = chunk.get("choices") or ()
        for choice in choices[:1] if isinstance(choices, list) else ():
            if not isinstance(choice, dict):
                continue
            reason = choice.get("finish_reason")
            if reason:
                self.is_complete, self._reason = True, str(reason)
            yield from self._deltas(choice.get("delta") or choice.get("message"))

    def finish(self) -> Iterator[LanguageEvent]:
        """The rest, after the last chunk."""
        yield from self._tags.finish()
        if not self.is_complete:
            raise self._connection.broken()
        if self._calls:
            yield ToolsCalled(tuple(self._called()))
        elif self._reason == "content_filter" and not self._has_text:
            raise ProtocolError("language.filtered", "The language server refused to answer this.")
        yield Finished(self._usage, self._reason)

    def _deltas(self, delta: object) -> Iterator[LanguageEvent]:
        if not isinstance(delta, dict):
            return
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(reasoning, str) and reasoning:
            yield ReasoningDelta(reasoning)
        text = delta.get("content") or delta.get("refusal")
        if isinstance(text, str) and text:
            self._has_text = True
            yield from self._tags.feed(text)
        calls = delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict):
                self._piece(call)

    def _piece(self, piece: dict[str, Any]) -> None:
        function = piece.get("function")
        function = function if isinstance(function, dict) else {}
        call = self._call_of(piece, is_new=bool(function.get("name")))
        call.id = call.id or str(piece.get("id") or "")
        call.name = call.name or str(function.get("name") or "")
        arguments = function.get("arguments")
        if isinstance(arguments, dict):  # some servers forget that it is text
            arguments = json.dumps(arguments)
        call.arguments += arguments if isinstance(arguments, str) else ""

    def _call_of(self, piece: dict[str, Any], *, is_new: bool) -> _Pieces:
        """The call that a piece belongs to, by index; whole calls may all come with index 0."""
        given = piece.get("index")
        index = given if isinstance(given, int) else len(self._calls) if is_new else 0
        identity = str(piece.get("id") or "")
        for known, call in reversed(self._calls):
            if known == index:
                if is_new and identity and call.id and identity != call.id:
                    break
                return call
        if len(self._calls) >= _MOST_CALLS:
            raise ProtocolError("language.unreadable", "The language server calls endless tools.")
        self._calls.append((index, _Pieces()))
        return self._calls[-1][1]

    def _called(self) -> Iterator[ToolCall]:
        for _, call in self._calls:
            if not call.name or (self._reason == "length" and not _is_json(call.arguments)):
                raise ProtocolError(
                    "language.unreadable", "The language server broke off in a tool call."
                )
            identity = call.id or f"call_{uuid4().hex}"
            yield ToolCall(identity, call.name, call.arguments.strip() or "{}")


async def _data_lines(response: httpx.Response) -> AsyncGenerator[str]:
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


def _is_json(text: str) -> bool:
    try:
        json.loads(text or "{}")
    except ValueError:
        return False
    return True


def _usage_of(found: dict[str, Any]) -> Usage | None:
    usage = found.get("usage")
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    cost = usage.get("cost")  # OpenRouter's, in dollars
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cost_usd=float(cost) if isinstance(cost, int | float) else None,
        cached_input_tokens=_count(details.get("cached_tokens")),
        cache_write_input_tokens=_count(details.get("cache_write_tokens")),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
