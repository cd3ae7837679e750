"""The window's questions to the service: asked through the engine, awaited like any call."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from desktop_app.errors import AppError
from desktop_app.link.asks import Answered, Ask, AskAdvanced, CancelAsk
from desktop_app.link.codec import encode
from desktop_app.link.messages import Intent, LinkEvent
from desktop_app.protocol.service_calls import (
    Answer,
    AssistantList,
    Failed,
    ModelList,
    Question,
)

OnAdvance = Callable[[AskAdvanced], None]


class AskError(AppError):
    """There is no answer; ``sentences`` says why by ``code`` and ``facts``."""


class Asks(Protocol):
    """Asks something of the service."""

    async def ask(self, question: Question, on_advance: OnAdvance | None = None) -> Answer:
        """The answer that the question's docstring names; lists that come in parts are whole.

        Args:
            question: One of ``protocol.service_calls``.
            on_advance: Told how far a long question has come.

        Raises:
            AskError: Why there is none.
        """


@dataclass
class _Waiting:
    """One question under way."""

    answer: asyncio.Future[Answer]
    on_advance: OnAdvance | None
    parts: list[Answer] = field(default_factory=list)


class ServiceAsks:
    """Asks, and hands every answer to who asked. Event loop of the window only.

    Cancel the task that awaits an answer and the engine stops asking. A question that is asked
    before the engine is there waits for it; one that is under way when the engine is lost fails
    with ``ask.lost``, and may have been carried out.

    Args:
        send: Takes intents for the engine.
    """

    def __init__(self, send: Callable[[Intent], None]) -> None:
        self._send = send
        self._waiting: dict[str, _Waiting] = {}

    async def ask(self, question: Question, on_advance: OnAdvance | None = None) -> Answer:
        """See ``Asks``."""
        ask = Ask(uuid.uuid4().hex, question)
        encode(ask)  # what is too long for the link is found out here, not in its queue
        waiting = _Waiting(asyncio.get_running_loop().create_future(), on_advance)
        self._waiting[ask.ask_id] = waiting
        self._send(ask)
        try:
            last = await waiting.answer
            return _joined((*waiting.parts, last))
        except asyncio.CancelledError:
            self._send(CancelAsk(ask.ask_id))
            raise
        finally:
            self._waiting.pop(ask.ask_id, None)

    def on_event(self, event: LinkEvent) -> None:
        """Take the engine's news; what nobody here asked for is ignored."""
        match event:
            case Answered(ask_id, answer):
                self._settle(ask_id, answer)
            case AskAdvanced(ask_id):
                waiting = self._waiting.get(ask_id)
                if waiting is not None:
                    _advance(waiting, event)

    def on_engine_lost(self) -> None:
        """Nothing that was asked will be answered; what still waits to be sent is taken back."""
        for ask_id in tuple(self._waiting):
            self._send(CancelAsk(ask_id))
            self._settle(ask_id, Failed("ask.lost", is_retryable=True))

    def _settle(self, ask_id: str, answer: Answer | Failed) -> None:
        waiting = self._waiting.get(ask_id)
        if waiting is None or waiting.answer.done():
            return
        if isinstance(answer, Failed):
            waiting.answer.set_exception(_error_of(answer))
        else:
            waiting.answer.set_result(answer)


def _advance(waiting: _Waiting, event: AskAdvanced) -> None:
    if event.part is not None:
        waiting.parts.append(event.part)
    if waiting.on_advance is not None:
        waiting.on_advance(event)


def _error_of(failed: Failed) -> AskError:
    facts = dict(failed.facts)
    message = facts.get("message", failed.code)
    error = AskError(failed.code, message, retryable=failed.is_retryable)
    error.facts = facts  # ``message`` among them, which is a name of AppError's own
    return error


def _joined(parts: tuple[Answer, ...]) -> Answer:
    """The rows of all parts as one list; what came in one piece is that piece."""
    last = parts[-1]
    match last:
        case ModelList():
            rows = (row for one in parts if isinstance(one, ModelList) for row in one.models)
            return ModelList(tuple(rows))
        case AssistantList():
            of = (row for one in parts if isinstance(one, AssistantList) for row in one.assistants)
            return replace(last, assistants=tuple(of))
    return last
