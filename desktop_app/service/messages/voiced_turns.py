"""Turns with a voice: the recording is heard, the question answered, the reply spoken."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial

import msgspec

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.messages import MessageReply, SpeakingChoice, Voice
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.service.messages.message_stream import events_of, flat_reply
from desktop_app.service.messages.voiced_message import VoicedMessages
from desktop_app.service.messages.voiced_turn import INTERRUPTED, SpokenQuestion, VoicedTurn
from desktop_app.service.providers.recording_ports import Recording
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.run import Run
from desktop_app.service.runs.runs import Runs
from desktop_app.service.storage.kept_messages import keep_question, saved_events, saved_reply
from desktop_app.service.storage.store import Store
from desktop_app.tasks import start_in

_log = logging.getLogger(__name__)


class VoicedTurns:
    """Starts them, and finishes them whoever listens."""

    def __init__(
        self, store: Store, runs: Runs, voices: VoicedMessages, tasks: asyncio.TaskGroup
    ) -> None:
        self._store = store
        self._runs = runs
        self._voices = voices
        self._tasks = tasks
        self._going: dict[VoicedTurn, asyncio.Task[MessageReply | AppError]] = {}
        self._spared: set[str] = set()

    async def check(self, voice: Voice) -> None:
        """See ``VoicedMessages.check``.

        Raises:
            AppError
        """
        await self._voices.check(voice)

    def start(self, asked: SpokenQuestion, *, is_streamed: bool) -> VoicedTurn:
        """Begin; ``events`` or ``reply`` of what is returned tell how it goes."""
        turn = VoicedTurn(asked, is_streamed=is_streamed)
        task = start_in(self._tasks, self._outcome(turn), name="voiced turn")
        if task is None:
            raise AppError("service.stopping", "The service is stopping.")
        self._going[turn] = task
        task.add_done_callback(partial(self._end, turn))
        return turn

    @contextmanager
    def spare(self, message_id: str) -> Iterator[None]:
        """``message_ids`` names this one, too: its recording is kept before its turn can start."""
        self._spared.add(message_id)
        try:
            yield
        finally:
            self._spared.discard(message_id)

    def message_ids(self) -> set[str]:
        """Of the questions that are or shall be heard, and of the replies that are spoken."""
        asked = {turn.asked.question.message_id for turn in self._going}
        return (
            self._spared
            | asked
            | {turn.run.message_id for turn in self._going if turn.run is not None}
        )

    def stop(self, turn: VoicedTurn) -> bool:
        """Stop what it is at, hearing, its run or its speech; the reply so far is kept.

        Returns:
            Whether there was anything to stop.
        """
        if turn.run is not None and turn.run.cancel():
            return True
        task = self._going.get(turn)
        return task is not None and task.cancel()

    def cancel(self, thread_id: str, run_id: str) -> bool:
        """Stop a turn by its run's name, before, in and after the run. False where it is over."""
        for turn in self._going:
            if turn.run_id == run_id and turn.asked.question.thread_id == thread_id:
                return self.stop(turn)
        return False

    def cancel_thread(self, thread_id: str) -> None:
        """Stop what is heard and spoken in a thread."""
        for turn, task in self._going.items():
            if turn.asked.question.thread_id == thread_id:
                task.cancel()

    def cancel_assistant(self, assistant_id: str) -> None:
        """Stop what is heard and spoken in all threads of an assistant."""
        for turn, task in self._going.items():
            if turn.asked.question.assistant_id == assistant_id:
                task.cancel()

    def cancel_all(self) -> None:
        """Stop them all."""
        for task in self._going.values():
            task.cancel()

    def _end(self, turn: VoicedTurn, task: asyncio.Task[MessageReply | AppError]) -> None:
        del self._going[turn]
        turn.end(_stopped(turn) if task.cancelled() else task.result())

    async def _outcome(self, turn: VoicedTurn) -> MessageReply | AppError:
        """Fails only by being cancelled."""
        try:
            return await self._all_or_nothing(turn)
        except AppError as error:
            return error
        except Exception:  # the request boundary: one bad turn must not end the service
            _log.exception("A turn with a voice failed")
            return AppError("turn.failed", "The message could not be answered.")

    async def _all_or_nothing(self, turn: VoicedTurn) -> MessageReply:
        """A message that cannot be kept, or is stopped before, leaves no sound and no thread."""
        try:
            return await self._attempt(turn)
        except (AppError, asyncio.CancelledError):
            if turn.run is None:  # a run keeps its question itself
                await self._leave_nothing(turn.asked)
            raise

    async def _leave_nothing(self, asked: SpokenQuestion) -> None:
        if asked.recording is not None:
            await self._store.media.delete_unasked(asked.recording)
        if asked.opens_thread:
            await self._store.conversations.discard_empty(asked.question.thread_id)

    async def _attempt(self, turn: VoicedTurn) -> MessageReply:
        asked = turn.asked
        question = await self._heard(turn)
        if not asked.is_answered:
            stored = await keep_question(self._store.conversations, question)
            for event in saved_events(stored, question):
                turn.tell(event)
            return _with_records(saved_reply(stored, question), turn)
        if not question.text.strip():
            raise InputError(
                "voice.no_words",
                "The user message has no content: no words were heard in the recording.",
            )
        run = turn.run = self._runs.start(question, turn.run_id)
        async with aclosing(events_of(run)) as events:
            async for event in events:
                turn.tell(event)
        end = await run.ended()
        if end.status == "COMPLETED" and asked.voice.tts is not None:
            await self._speak(turn, run, asked.voice.tts)
        return _with_records(flat_reply(run, end), turn)

    async def _heard(self, turn: VoicedTurn) -> Question:
        """The question with the words of its recording."""
        asked = turn.asked
        if asked.recording is None or asked.voice.stt is None:
            return asked.question
        media = asked.recording
        recording = Recording(
            self._store.media.path_of(media), str(media.metadata["filename"]), media.mime_type
        )
        words = ""
        async with aclosing(self._voices.hear(recording, asked.voice.stt)) as events:
            async for event in events:
                words = event.transcript or words
                turn.records |= event.voice_records or {}
                turn.tell(_named(event, turn))
        heard = {**turn.records.get("stt", {}), "document_id": media.id}
        turn.records["stt"] = heard
        text = "\n\n".join(part for part in (asked.question.text.strip(), words.strip()) if part)
        metadata = {**(asked.question.metadata or {}), "voice_records": {"stt": heard}}
        return replace(asked.question, text=text, metadata=metadata)

    async def _speak(self, turn: VoicedTurn, run: Run, choice: SpeakingChoice) -> None:
        thread_id = run.question.thread_id
        speech = self._voices.speak(
            run.text, choice, thread_id=thread_id, message_id=run.message_id
        )
        async with aclosing(speech) as events:
            async for event in events:
                turn.records |= event.voice_records or {}
                if event.voice_records:  # whoever is told the end can read the whole message
                    await self._note(turn, run)
                turn.tell(event)

    async def _note(self, turn: VoicedTurn, run: Run) -> None:
        await self._store.conversations.note(run.message_id, {"voice_records": turn.records})


def _named(event: StreamEvent, turn: VoicedTurn) -> StreamEvent:
    """The first event says by what name the turn can be stopped."""
    if event.type != "stt_stream_start":
        return event
    return msgspec.structs.replace(event, run_id=turn.run_id)


def _stopped(turn: VoicedTurn) -> MessageReply | AppError:
    """A reply stands, though its speech was stopped."""
    if turn.run is None or turn.run.end is None:
        return AppError(INTERRUPTED, "This was stopped before it was answered.")
    turn.tell(StreamEvent(type="tts_error", error="The speech was stopped."))
    return _with_records(flat_reply(turn.run, turn.run.end), turn)


def _with_records(reply: MessageReply, turn: VoicedTurn) -> MessageReply:
    if not turn.records:
        return reply
    notice = turn.records.get("stt", {}).get("notice")
    message = f"{reply.message.rstrip('.')}. {notice}" if notice else reply.message
    return msgspec.structs.replace(reply, voice_records=turn.records, message=message)


@asynccontextmanager
async def open_voiced_turns(
    store: Store, runs: Runs, voices: VoicedMessages
) -> AsyncIterator[VoicedTurns]:
    """Turns that are stopped at the end."""
    async with asyncio.TaskGroup() as tasks:
        turns = VoicedTurns(store, runs, voices, tasks)
        try:
            yield turns
        finally:
            turns.cancel_all()
