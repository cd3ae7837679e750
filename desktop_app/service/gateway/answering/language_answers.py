"""Answers of a language model that is asked directly; the gateway keeps the conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from desktop_app.errors import ProtocolError
from desktop_app.protocol.events import Usage
from desktop_app.service.clock import new_id
from desktop_app.service.gateway.answering.client_languages import ClientLanguages
from desktop_app.service.gateway.answering.client_wishes import ClientWishes
from desktop_app.service.gateway.answering.kept_conversation import KeptConversations, Turn
from desktop_app.service.gateway.answering.own_registrations import OwnRegistrations
from desktop_app.service.gateway.answering.streamed_answer import AnswerTasks, StreamedAnswer
from desktop_app.service.gateway.answers import AnswerEnd
from desktop_app.service.gateway.session_plan import SessionPlan, WantedBackend
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.ports import (
    ChatMessage,
    Finished,
    Language,
    LanguageEvent,
    LanguageRequest,
    TextDelta,
    Unmet,
)
from desktop_app.service.runs.languages import Languages
from desktop_app.service.storage.conversation_store import Heard


@dataclass(frozen=True, slots=True)
class LanguageParts:
    """What the answers are made with.

    Attributes:
        source: The operator's languages.
        brought: Those of clients.
        conversations: What was said before.
        registrations: What was registered here.
        wishes: What clients may ask for.
        system_prompt: Where nobody asks for another.
    """

    source: ProviderSource
    brought: ClientLanguages
    conversations: KeptConversations
    registrations: OwnRegistrations
    wishes: ClientWishes
    system_prompt: str = ""


class LanguageAnswers:
    """Satisfies ``Answers``; the answers in progress live in ``answers``."""

    def __init__(self, answers: AnswerTasks, parts: LanguageParts) -> None:
        self._answers = answers
        self._parts = parts
        self._languages = Languages(parts.source)

    async def check(self, plan: SessionPlan) -> None:
        """See ``Answers``."""
        await self._parts.wishes.check(plan.backend)
        wanted = await self._parts.registrations.settings_of(plan.backend)
        if not _is_brought(wanted):
            await self._languages.get(wanted.provider)

    async def prepare(self, plan: SessionPlan) -> None:
        """See ``Answers``: nothing takes long here."""

    async def start(self, text: str, plan: SessionPlan) -> StreamedAnswer:
        """See ``Answers``."""
        wanted = await self._parts.registrations.settings_of(plan.backend)
        reply = _Reply(self._parts, await self._language(wanted), wanted, plan.key, text)
        return self._answers.begin(reply)

    async def register(self, wanted: WantedBackend) -> str:
        """See ``Answers``."""
        await self._parts.wishes.check(wanted)
        if not _is_brought(wanted):
            await self._languages.get(wanted.provider)
        return await self._parts.registrations.add(wanted)

    async def _language(self, wanted: WantedBackend) -> Language:
        if _is_brought(wanted):
            return self._parts.brought.open(wanted)
        return await self._languages.get(wanted.provider)


def _is_brought(wanted: WantedBackend) -> bool:
    return bool(wanted.base_url or wanted.api_key)


@dataclass(slots=True)
class _Reply:
    """One turn; satisfies ``Writer``."""

    parts: LanguageParts
    language: Language
    wanted: WantedBackend
    key: str
    text: str
    turn_id: str = ""

    async def write(self, tell: Callable[[str], None]) -> Mapping[str, Any]:
        async with AsyncExitStack() as stack:
            if _is_brought(self.wanted):
                stack.push_async_callback(self.language.aclose)
            history = await self.parts.conversations.history(self.key)
            stream = self.language.reply(self._request(history))
            events = await stack.enter_async_context(closing(stream))
            facts = await _told(events, tell)
        return {
            "session_id": self.key,
            "model_provider": self.language.provider,
            "model_name": self.wanted.model or self.language.model,
            **facts,
        }

    async def keep(self, end: AnswerEnd, heard: Heard | None) -> None:
        if end.status == "FAILED" and not end.text:
            return  # nothing was answered; it will be asked again
        self.turn_id = new_id()
        is_stopped = end.status != "COMPLETED"
        turn = Turn(self.turn_id, self.text, end.text, is_stopped)
        await self.parts.conversations.keep(self.key, turn)
        if heard is not None:
            await self.mark_heard(heard)

    async def mark_heard(self, heard: Heard) -> None:
        if self.turn_id:
            await self.parts.conversations.mark_heard(self.key, self.turn_id, heard)

    def _request(self, history: list[ChatMessage]) -> LanguageRequest:
        return LanguageRequest(
            history=[*history, ChatMessage("user", self.text)],
            system_prompt=self.wanted.system_prompt or self.parts.system_prompt,
            model=self.wanted.model,
            thread_id=self.key,
            memory="off",
        )


async def _told(
    events: AsyncIterator[LanguageEvent], tell: Callable[[str], None]
) -> dict[str, Any]:
    """Tell the text; what is known of the reply besides.

    Raises:
        ProtocolError: ``language.empty``
    """
    facts: dict[str, Any] = {}
    unmet: list[str] = []
    has_words = False
    async for event in events:
        match event:
            case TextDelta(text=text):
                has_words = has_words or bool(text.strip())
                tell(text)
            case Unmet(text=sentence):
                unmet.append(sentence)
            case Finished():
                facts = _facts_of(event)
    if not has_words:
        raise ProtocolError("language.empty", "The language model answered nothing.")
    return facts | ({"unmet": unmet} if unmet else {})


def _facts_of(finished: Finished) -> dict[str, Any]:
    usage = finished.usage or Usage()
    facts = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "finish_reason": finished.reason or None,
    }
    return {name: value for name, value in facts.items() if value is not None}
