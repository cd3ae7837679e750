"""Answers without a language model: small real work, and a clear word about what is missing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.builtin.attached_note import without_note
from desktop_app.service.providers.builtin.skills import (
    arithmetic,
    drawing,
    passages,
    recall,
    small_talk,
)
from desktop_app.service.providers.builtin.skills.dates_and_times import Clock
from desktop_app.service.providers.builtin.skills.endings import without_ending
from desktop_app.service.providers.builtin.skills.passages import Quoted
from desktop_app.service.providers.builtin.skills.units import UnitConverter
from desktop_app.service.providers.ports import (
    DrewOn,
    Finished,
    LanguageEvent,
    LanguageRequest,
    Recall,
    TextDelta,
    ToolsCalled,
    Unmet,
)
from desktop_app.service.providers.unmet import no_routing, no_search, no_thinking

CONTEXT_TOKENS = 8_192
"""It reads the question alone; this only bounds what is shown to it."""

_NO_MODEL = "No language model is connected"
_CANNOT_FIRST = (
    f"{_NO_MODEL}, so I cannot answer that. To connect one, start Ollama or LM Studio on this"
    f" computer and ask again, or set a server in the settings. {small_talk.ABILITIES}"
)
_CANNOT_AGAIN = "I cannot answer that without a language model."
_QUOTED_FIRST = f"{_NO_MODEL}, so I can only quote your documents."
_QUOTED_AGAIN = "Quoted word for word."
_OPENING = re.compile(
    r"^(?:(?:hello|hi|hey|okay|ok|so|well|please|um|uh|and|now|parley)[,.!]? )+", re.IGNORECASE
)
_ASKING = re.compile(
    r"^(?:(?:can|could|would) you (?:please )?(?:tell me )?|tell me |please |do you know (?=wh)"
    r"|i want to know |i would like to know )",
    re.IGNORECASE,
)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


class Responder:
    """A ``Language`` that is none, and says so.

    Args:
        memory: What the assistants remember.
        now: The time, with the zone of this computer.
    """

    provider = "builtin"
    model = "basic"

    def __init__(self, memory: Recall, now: Callable[[], datetime] = _now) -> None:
        self._memory = memory
        self._now = now
        self._clock = Clock()
        self._units = UnitConverter()

    async def reply(self, request: LanguageRequest) -> AsyncIterator[LanguageEvent]:
        """Stream an answer, word by word, or ask for a picture where it may.

        Raises:
            StorageError: The memory cannot be read or written.
        """
        for sentence in _unmet(request):
            yield Unmet(sentence)
        if call := drawing.call(request):
            yield ToolsCalled((call,))
        else:
            answered = await self._answer(request)
            yield DrewOn(answered.passages)
            text = answered.text
            if request.wants_json:
                text = json.dumps({"answer": text}, ensure_ascii=False)
            for word in re.findall(r"\s*\S+", text):
                yield TextDelta(word)
        yield Finished()

    async def warm_up(self) -> None:
        """Load what the first answer would wait for, 0.2 s on a thread. Idempotent."""
        await asyncio.to_thread(self._units.load)

    async def models(self) -> Sequence[ModelInfo]:
        """One row, which says that it is no language model."""
        return [
            ModelInfo(
                name=self.model,
                provider=self.provider,
                context_limit=CONTEXT_TOKENS,
                supports_tools=False,
                supports_streaming=True,
                input_cost_per_1m_tokens=0.0,
                output_cost_per_1m_tokens=0.0,
                display_name="Built-in responder",
                description=(
                    "No language model: dates and times, sums, units, what it was told, and"
                    " quotations from documents."
                ),
            )
        ]

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _answer(self, request: LanguageRequest) -> Quoted:
        if drawn := drawing.answer(request):
            return _unquoted(drawn)
        question = request.history[-1].content if request.history else ""
        plain = _plain(without_note(question))
        if talk := small_talk.answer(plain.lower()):
            return _unquoted(talk)
        asked = _ASKING.sub("", _OPENING.sub("", plain))
        quoted = passages.quotation(asked, request.knowledge.passages)
        near = passages.nearest(request.knowledge.passages)
        remembered = await recall.answer(asked, self._memory, request)
        if remembered and not (quoted and remembered.startswith(recall.NOTHING_TOLD)):
            return _unquoted(remembered)
        # Zone table and unit definitions are loaded on first use.
        if computed := await asyncio.to_thread(self._computed, asked.lower()):
            return _unquoted(computed)
        told = await recall.told_about(asked, self._memory, request)
        if told.answer:
            return _unquoted(told.answer)
        if quoted is None and told.near:
            return _unquoted(told.near)
        if said := quoted or near:
            return Quoted(f"{said.text}\n\n{_quoted_only(request)}", said.passages)
        return _unquoted(_cannot(request))

    def _computed(self, asked: str) -> str | None:
        return (
            self._clock.answer(asked, self._now())
            or self._units.answer(asked)
            or arithmetic.answer(asked)
            or small_talk.answer(asked)
        )


def _unquoted(text: str) -> Quoted:
    """An answer that rests on no document."""
    return Quoted(text, ())


def _plain(text: str) -> str:
    """One line, straight quotes, nothing at the end."""
    text = " ".join(text.replace("\u2019", "'").split())
    return without_ending(text, ".?!,;:")


def _cannot(request: LanguageRequest) -> str:
    """The long sentence once in a thread, then the short one."""
    return _CANNOT_AGAIN if _was_said(request) else _CANNOT_FIRST


def _quoted_only(request: LanguageRequest) -> str:
    return _QUOTED_AGAIN if _was_said(request) else _QUOTED_FIRST


def _was_said(request: LanguageRequest) -> bool:
    """Whether it told already that there is no model."""
    return any(
        message.role == "assistant" and _NO_MODEL in message.content for message in request.history
    )


def _unmet(request: LanguageRequest) -> list[str]:
    """What only a language model can do for a turn."""
    said = []
    if request.thinking:
        said.append(no_thinking("the built-in responder"))
    if request.searches_web:
        said.append(no_search("the built-in responder"))
    if request.routing:
        said.append(no_routing("the built-in responder answers"))
    return said
