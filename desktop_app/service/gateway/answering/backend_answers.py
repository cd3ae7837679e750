"""Answers of an existing chat backend, which keeps the conversations itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.errors import AppError, NetworkError
from desktop_app.service.gateway.answering.client_wishes import ClientWishes
from desktop_app.service.gateway.answering.registrations import Registration, Registrations
from desktop_app.service.gateway.answering.streamed_answer import AnswerTasks, StreamedAnswer
from desktop_app.service.gateway.answers import AnswerEnd
from desktop_app.service.gateway.backend_client import BackendClient, is_forgotten
from desktop_app.service.gateway.session_plan import SessionPlan, WantedBackend
from desktop_app.service.storage.conversation_store import Heard

REGISTERED_WITHIN_S = 15.0
"""How long a turn waits for its session's registration."""


class BackendAnswers:
    """Satisfies ``Answers``.

    Args:
        answers: Holds the answers in progress.
        client: Asks the backend.
        registrations: Which one answers whom.
        wishes: What clients may ask for.
    """

    def __init__(
        self,
        answers: AnswerTasks,
        client: BackendClient,
        registrations: Registrations,
        wishes: ClientWishes,
    ) -> None:
        self._answers = answers
        self._client = client
        self._registrations = registrations
        self._wishes = wishes

    async def check(self, plan: SessionPlan) -> None:
        """See ``Answers``: whether somebody may answer; the backend is not asked yet."""
        await self._wishes.check(plan.backend)
        self._registrations.check(plan.backend)

    async def prepare(self, plan: SessionPlan) -> None:
        """See ``Answers``: what must be registered is registered."""
        await self._registrations.find(plan.backend)

    async def start(self, text: str, plan: SessionPlan) -> StreamedAnswer:
        """See ``Answers``."""
        chat = _Chat(self._client, self._registrations, plan, text)
        return self._answers.begin(chat)

    async def register(self, wanted: WantedBackend) -> str:
        """See ``Answers``: the backend's own registration."""
        await self._wishes.check(wanted)
        return (await self._registrations.find(wanted)).id


@dataclass(slots=True)
class _Chat:
    """One turn; satisfies ``Writer``. The backend keeps it."""

    client: BackendClient
    registrations: Registrations
    plan: SessionPlan
    text: str

    async def write(self, tell: Callable[[str], None]) -> Mapping[str, Any]:
        registration = await self._registration()
        try:
            return await self._ask(registration, tell)
        except AppError as error:
            renewed = (
                await self.registrations.renewed(registration) if is_forgotten(error) else None
            )
            if renewed is None:
                raise
            return await self._ask(renewed, tell)

    async def keep(self, end: AnswerEnd, heard: Heard | None) -> None:
        pass

    async def mark_heard(self, heard: Heard) -> None:
        pass

    async def _registration(self) -> Registration:
        """The session's own, which may still be made: a turn waits for it, but not for ever.

        Raises:
            AppError
        """
        try:
            async with asyncio.timeout(REGISTERED_WITHIN_S):
                return await self.registrations.find(self.plan.backend)
        except TimeoutError as error:
            sentence = "The chat backend has not registered this session yet."
            raise NetworkError("network.timeout", sentence, retryable=True) from error

    async def _ask(
        self, registration: Registration, tell: Callable[[str], None]
    ) -> Mapping[str, Any]:
        return await self.client.chat(registration.id, self.plan.key, self.text, tell)
