"""One turn of a gateway session: what was asked, the text and the speech of the answer."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

from desktop_app.errors import AppError
from desktop_app.protocol.gateway import (
    AssistantCancelled,
    AssistantDelta,
    AssistantMessage,
    AssistantStarted,
    AssistantTool,
    GatewayError,
)
from desktop_app.service.gateway import speech_choice
from desktop_app.service.gateway.answers import Answer, AnswerEnd
from desktop_app.service.gateway.session_plan import Voice
from desktop_app.service.gateway.speaking import Speaking, Tell
from desktop_app.service.provider_failures import code_for_clients
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.runs.events import ToolBegun, ToolFailed
from desktop_app.service.storage.conversation_store import Heard
from desktop_app.tasks import start_in

_STORING_S = 1.0


class Turn:
    """Tells the client how an answer goes, and speaks it where a voice is wanted.

    Args:
        turn_id: Counted from 1 in each session.
        text: What was asked.
        answer: What is said to it.
        voice: Who speaks it, or None.
        tell: The client.
    """

    def __init__(
        self, turn_id: int, text: str, answer: Answer, voice: Voice | None, tell: Tell
    ) -> None:
        self.turn_id = turn_id
        self.answer = answer
        self._text = text
        self._voice = voice
        self._tell = tell
        self._speech: Speaking | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False

    def begin(self, source: ProviderSource, tasks: asyncio.TaskGroup) -> None:
        """Start telling."""
        self._task = start_in(tasks, self._perform(source), name=f"turn {self.turn_id}")

    @property
    def is_over(self) -> bool:
        """Whether text and speech have all been told."""
        return self._task is None or self._task.done()

    async def over(self) -> None:
        """Return when it is."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def heard(self, heard_ms: int | None) -> Heard | None:
        """How much of the reply was heard, where the client says how much of its speech was."""
        if heard_ms is None or self._voice is None:
            return None
        return Heard(heard_ms, self._speech.heard_characters(heard_ms) if self._speech else 0)

    async def stop(self, reason: str, heard: Heard | None = None) -> bool:
        """Silence it and confirm, once what was written is stored.

        Returns:
            False where the whole reply was written before.
        """
        if self._is_stopped:
            return True
        self._is_stopped = True
        was_writing = self.answer.cancel(heard)
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})
        if self._speech is not None:
            await self._speech.close()
        with suppress(TimeoutError):  # a provider slow to let go must not hold the next turn up
            async with asyncio.timeout(_STORING_S):
                await self.answer.ended()
        await self._tell(AssistantCancelled(turn_id=self.turn_id, reason=reason))
        return was_writing

    async def _perform(self, source: ProviderSource) -> None:
        try:
            await self._tell_all(source)
        except asyncio.CancelledError:
            if not self._is_stopped:
                self.answer.leave()
            raise

    async def _tell_all(self, source: ProviderSource) -> None:
        await self._tell(AssistantStarted(text=self._text, turn_id=self.turn_id))
        self._speech = await self._open_speech(source)
        if self._speech is None:
            await self._write()
            return
        async with asyncio.TaskGroup() as tasks:
            speaking = tasks.create_task(self._speech.run(), name=f"speak {self.turn_id}")
            end = await self._write()
            if end.status == "CANCELLED":
                speaking.cancel()
        await self._speech.close()
        if self._speech.failure is not None:
            failure = self._speech.failure
            await self._report(code_for_clients(failure), str(failure))

    async def _open_speech(self, source: ProviderSource) -> Speaking | None:
        if self._voice is None:
            return None
        try:
            providers = await source.get()
        except AppError:
            return None  # the answer fails of the same reason and says so
        try:
            tts = speech_choice.speaking(self._voice, providers)
        except AppError as error:
            await self._report(error.code, str(error))
            return None
        return Speaking(tts, self._voice, self.turn_id, self._tell)

    async def _write(self) -> AnswerEnd:
        """Tell the text as it comes, then as a whole."""
        async with aclosing(self.answer.parts()) as parts:
            async for part in parts:
                await self._tell_part(part)
        end = await self.answer.ended()
        await self._conclude(end)
        return end

    async def _tell_part(self, part: str | ToolBegun | ToolFailed) -> None:
        if not isinstance(part, str):
            has_failed, call = isinstance(part, ToolFailed), part.call
            told = AssistantTool(
                call_id=call.id, name=call.name, turn_id=self.turn_id, has_failed=has_failed
            )
            await self._tell(told)
            return
        await self._tell(AssistantDelta(text=part, turn_id=self.turn_id))
        if self._speech is not None:
            self._speech.feed(part)

    async def _conclude(self, end: AnswerEnd) -> None:
        if self._speech is not None:
            self._speech.finish()
        if end.text or end.status == "COMPLETED":
            has_words = self._speech is not None and self._speech.has_words
            facts = {**end.metadata, "speech": has_words}
            await self._tell(AssistantMessage(text=end.text, metadata=facts, turn_id=self.turn_id))
        if end.status == "FAILED":
            await self._report(end.code, end.error)
        elif end.status == "CANCELLED":
            await self._tell(AssistantCancelled(turn_id=self.turn_id, reason="run cancelled"))

    async def _report(self, code: str, sentence: str) -> None:
        await self._tell(GatewayError(message=sentence, code=code))
