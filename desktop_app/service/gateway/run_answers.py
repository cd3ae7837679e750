"""Answers of the service's own runs: threads that are stored, whoever listens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Literal

from desktop_app.errors import InputError
from desktop_app.service.gateway.answering.own_registrations import OwnRegistrations
from desktop_app.service.gateway.answers import AnswerEnd
from desktop_app.service.gateway.session_plan import SessionPlan, WantedBackend
from desktop_app.service.making.makers import MakerChoice
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.providers.video_ports import VIDEO_TOOL
from desktop_app.service.runs.events import RunEnded, ToolBegun, ToolFailed
from desktop_app.service.runs.question import HostedChoice, Question
from desktop_app.service.runs.run import Run, reply_facts, retrieved_passages
from desktop_app.service.runs.runs import Runs
from desktop_app.service.storage.conversation_store import ConversationStore, Heard

_Status = Literal["COMPLETED", "CANCELLED", "FAILED"]
_STATUSES: dict[str, _Status] = {"COMPLETED": "COMPLETED", "CANCELLED": "CANCELLED"}

_MAKING = tuple(HostedChoice(tool, asdict(MakerChoice())) for tool in (PICTURE_TOOL, VIDEO_TOOL))
"""What the model may have made for whoever shows it."""


class RunAnswer:
    """A run; it goes on, and is stored, even if nobody listens any more.

    Args:
        run: What writes it.
        conversations: Where it is kept.
        tells_tools: Whether its listener has asked for the word that a tool begins.
    """

    def __init__(
        self, run: Run, conversations: ConversationStore, *, tells_tools: bool = False
    ) -> None:
        self._run = run
        self._conversations = conversations
        self._tells_tools = tells_tools

    async def parts(self) -> AsyncGenerator[str | ToolBegun | ToolFailed, None]:
        """See ``Answer``."""
        async with aclosing(self._run.events()) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    yield event.text
                elif isinstance(event, ToolBegun | ToolFailed) and self._tells_tools:
                    yield event

    async def ended(self) -> AnswerEnd:
        """See ``Answer``."""
        end = await self._run.ended()
        status = _STATUSES.get(end.status, "FAILED")
        return AnswerEnd(status, end.text, end.error, metadata=self._facts(end))

    def cancel(self, heard: Heard | None = None) -> bool:
        """See ``Answer``."""
        return self._run.cancel(heard)

    def leave(self) -> None:
        """See ``Answer``: it goes on, and is kept for whoever asks for the thread."""

    async def mark_heard(self, heard: Heard) -> None:
        """See ``Answer``."""
        run = self._run
        await self._conversations.cut(run.question.thread_id, run.run_id, heard)

    def _facts(self, end: RunEnded) -> dict[str, object]:
        question = self._run.question
        return {
            "thread_id": question.thread_id,
            "assistant_id": question.assistant_id,
            "run_id": self._run.run_id,
            "message_id": self._run.message_id,
            "user_message_id": self._run.prompt.message_id,
            "status": end.status.lower(),
            **reply_facts(self._run, end),
            "retrieved_passages": retrieved_passages(self._run),
        }


class RunAnswers:
    """Answers with the service's languages, in threads."""

    def __init__(
        self, runs: Runs, conversations: ConversationStore, registrations: OwnRegistrations
    ) -> None:
        self._runs = runs
        self._conversations = conversations
        self._registrations = registrations

    async def check(self, plan: SessionPlan) -> None:
        """Keys and addresses of language servers are the service's own settings.

        Raises:
            InputError: ``session.backend``, ``backend.not_registered`` or ``language.unknown``.
            AppError: The providers could not be opened.
        """
        await self._check(await self._registrations.settings_of(plan.backend))

    async def prepare(self, plan: SessionPlan) -> None:
        """See ``Answers``: nothing takes long here."""

    async def start(self, text: str, plan: SessionPlan) -> RunAnswer:
        """See ``Answers``."""
        wanted = await self._registrations.settings_of(plan.backend)
        thread = await self._conversations.of_session(plan.key)
        run = self._runs.start(
            Question(
                thread_id=thread.thread_id,
                assistant_id=thread.assistant_id,
                text=text,
                provider=wanted.provider,
                model=wanted.model,
                system_prompt=wanted.system_prompt,
                tools=(),  # nobody at this socket could carry them out
                memory=plan.memory,
                hosted=_MAKING if plan.shows_media else (),
            )
        )
        return RunAnswer(run, self._conversations, tells_tools=plan.shows_media)

    async def register(self, wanted: WantedBackend) -> str:
        """See ``Answers``."""
        await self._check(wanted)
        return await self._registrations.add(wanted)

    async def _check(self, wanted: WantedBackend) -> None:
        if wanted.api_key or wanted.base_url:
            raise InputError(
                "session.backend",
                "backend.api_key and backend.base_url are not taken from clients here.",
            )
        if wanted.provider:
            await self._runs.language(wanted.provider)
