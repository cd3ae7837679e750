"""Answers of Backboard, which keeps the conversations itself, in threads."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from desktop_app.client.api import BackboardApi
from desktop_app.client.cut_reply import cut_note, with_note
from desktop_app.client.errors import NotFoundError
from desktop_app.client.http_connection import Delivery
from desktop_app.client.reply_stream import reply_events
from desktop_app.client.stoppable_stream import StoppableStream
from desktop_app.errors import InputError, NetworkError
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.events import (
    ReplyEnded,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    ToolsRequested,
    Usage,
)
from desktop_app.protocol.stream_dialect import StreamDialect
from desktop_app.service.gateway.answering.client_wishes import ClientWishes
from desktop_app.service.gateway.answering.own_registrations import OwnRegistrations
from desktop_app.service.gateway.answering.streamed_answer import AnswerTasks, StreamedAnswer
from desktop_app.service.gateway.answers import AnswerEnd
from desktop_app.service.gateway.session_plan import SessionPlan, WantedBackend
from desktop_app.service.gateway.state.state import State
from desktop_app.service.storage.conversation_store import Heard

KEEP_S = 30 * 86_400
_TURN = 1  # a dialect numbers turns; here each has one of its own


@dataclass(frozen=True, slots=True)
class BackboardParts:
    """What the answers are made with.

    Attributes:
        api: Backboard.
        assistant_id: Who answers; empty for the account's default.
        own: What every turn asks for, where nobody asks for something else.
        state: Remembers the thread of a session, and where its last reply was cut.
        registrations: What was registered here.
        wishes: What clients may ask for.
    """

    api: BackboardApi
    assistant_id: str
    own: WantedBackend
    state: State
    registrations: OwnRegistrations
    wishes: ClientWishes


class BackboardAnswers:
    """Satisfies ``Answers``; the answers in progress live in ``answers``."""

    def __init__(self, answers: AnswerTasks, parts: BackboardParts) -> None:
        self._answers = answers
        self._parts = parts

    async def check(self, plan: SessionPlan) -> None:
        """See ``Answers``."""
        await self._check(plan.backend)
        await self._parts.registrations.settings_of(plan.backend)

    async def prepare(self, plan: SessionPlan) -> None:
        """See ``Answers``: nothing takes long here."""

    async def start(self, text: str, plan: SessionPlan) -> StreamedAnswer:
        """See ``Answers``."""
        wanted = await self._parts.registrations.settings_of(plan.backend)
        return self._answers.begin(_Run(self._parts, wanted, plan.key, text))

    async def register(self, wanted: WantedBackend) -> str:
        """See ``Answers``."""
        await self._check(wanted)
        return await self._parts.registrations.add(wanted)

    async def _check(self, wanted: WantedBackend) -> None:
        await self._parts.wishes.check(wanted)
        if wanted.api_key or wanted.base_url:
            raise InputError(
                "session.backend",
                "backend.api_key and backend.base_url mean nothing here: Backboard answers.",
            )


@dataclass(slots=True)
class _Run:
    """One turn; satisfies ``Writer``. Backboard keeps it, this only notes where."""

    parts: BackboardParts
    wanted: WantedBackend
    key: str
    text: str
    told: str = ""
    thread_id: str = ""
    _dialect: StreamDialect = field(default_factory=lambda: StreamDialect(_TURN))

    async def write(self, tell: Callable[[str], None]) -> Mapping[str, Any]:
        self.thread_id = await self.parts.state.read(_thread_key(self.key)) or ""
        message = await self._message()
        try:
            return await self._follow(message, tell)
        except NotFoundError:
            if not self.thread_id:
                raise
            self.thread_id = ""  # somebody deleted it: the conversation begins anew
            return await self._follow(message, tell)

    async def keep(self, end: AnswerEnd, heard: Heard | None) -> None:
        self.told = end.text
        thread_id = self._dialect.thread_id or self.thread_id
        if thread_id:
            await self.parts.state.write(_thread_key(self.key), thread_id, keep_s=KEEP_S)
        if heard is not None:
            await self.mark_heard(heard)

    async def mark_heard(self, heard: Heard) -> None:
        if heard.characters < len(self.told.rstrip()):
            note = cut_note(self.told[: heard.characters].strip())
            await self.parts.state.write(_cut_key(self.key), note, keep_s=KEEP_S)

    async def _message(self) -> MessageRequest:
        prompt = self.wanted.system_prompt or self.parts.own.system_prompt
        if note := await self.parts.state.read(_cut_key(self.key)):
            await self.parts.state.remove(_cut_key(self.key))
            prompt = with_note(prompt or await self._assistants_prompt(), note)
        return MessageRequest(
            content=self.text,
            system_prompt=prompt or None,
            llm_provider=self.wanted.provider or self.parts.own.provider or None,
            model_name=self.wanted.model or self.parts.own.model or None,
        )

    async def _assistants_prompt(self) -> str:
        if not self.parts.assistant_id:
            return ""
        return (await self.parts.api.assistants.get(self.parts.assistant_id)).system_prompt or ""

    async def _follow(
        self, message: MessageRequest, tell: Callable[[str], None]
    ) -> Mapping[str, Any]:
        """Tell the text of a run; stop the run where it is not read to its end."""
        placed = replace(
            message,
            thread_id=self.thread_id or None,
            assistant_id=None if self.thread_id else self.parts.assistant_id or None,
        )
        dialect = self._dialect = StreamDialect(_TURN)
        api = self.parts.api

        def ask(_thread_id: str, delivery: Delivery) -> AsyncGenerator[bytes, None]:
            return api.messages.stream(placed, delivery=delivery)

        followed = StoppableStream(api, dialect, self.thread_id, ask)
        async with (
            aclosing(followed.pieces(stops=True)) as stream,
            aclosing(reply_events(stream, dialect)) as events,
        ):
            return await self._told(events, tell)

    async def _told(
        self, events: AsyncGenerator[ServerEvent, None], tell: Callable[[str], None]
    ) -> Mapping[str, Any]:
        async for event in events:
            self._take(event, tell)
        for event in self._dialect.finish():
            self._take(event, tell)
            if isinstance(event, ReplyEnded):
                return self._facts(event)
        raise NetworkError("stream.ended_early", "Backboard's answer ended before it began.")

    def _take(self, event: ServerEvent, tell: Callable[[str], None]) -> None:
        match event:
            case ReplyText(text=text, is_whole=False):
                self.told += text
                tell(text)
            case ReplyText(text=text) if text.startswith(self.told):
                tell(text[len(self.told) :])
                self.told = text
            case ServerFault(message=message, code=code):
                raise NetworkError(code, message)
            case ToolsRequested():
                raise InputError(
                    "backend.tools", "The assistant asked for tools, which nobody here can use."
                )
            case ReplyEnded(status=ReplyStatus.CANCELLED):
                raise NetworkError("stream.cancelled", "The answer was stopped at Backboard.")
            case _:
                pass

    def _facts(self, end: ReplyEnded) -> dict[str, Any]:
        usage = end.usage or Usage()
        facts = {
            "thread_id": self._dialect.thread_id,
            "run_id": self._dialect.run_id,
            "message_id": end.message_id,
            "model": end.model,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
        }
        return {name: value for name, value in facts.items() if value not in (None, "")}


def _thread_key(session_id: str) -> str:
    return f"backboard-thread:{_hash(session_id)}"


def _cut_key(session_id: str) -> str:
    return f"backboard-cut:{_hash(session_id)}"


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode(errors="replace")).hexdigest()
