"""A conversation over the voice socket: utterances in, transcripts and spoken replies out."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, TypeVar

import msgspec

from desktop_app.errors import AppError, InputError, ProtocolError
from desktop_app.protocol.backboard.messages import Voice
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.threads import Thread
from desktop_app.protocol.backboard.voice_socket import (
    EXTENSIONS,
    REPLY_HEARD,
    Control,
    LiveHearing,
    ReplyHeard,
    SessionBegin,
    SocketError,
    VoiceConfig,
)
from desktop_app.protocol.gateway import MAX_FRAME_BYTES, SessionConfigure, SttOptions
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.service.clock import new_id
from desktop_app.service.gateway.hearing import Hearing
from desktop_app.service.gateway.session_plan import SessionPlan, read_plan
from desktop_app.service.messages.voiced_turn import SpokenQuestion, VoicedTurn
from desktop_app.service.messages.voiced_turns import VoicedTurns
from desktop_app.service.provider_failures import code_for_clients
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import SpeechToText, Transcript
from desktop_app.service.runs.runs import Runs
from desktop_app.service.sockets.session_message import SessionMessage
from desktop_app.service.sockets.session_socket import Tell
from desktop_app.service.storage.conversation_store import Heard

_Frame = TypeVar("_Frame", bound=msgspec.Struct)

_STOPPED = ""
"""In the place of words whose answer was stopped before it began: who waits for it is told."""


class VoiceSession:
    """Half duplex: while a reply is written and spoken, what the client sends is not heard.

    Args:
        thread: Which is continued.
        config: As the client sent it.
        message: What the same frame says of every message.
        source: Who hears.
        runs: Knows who answers.
        turns: Answer and speak; they go on when the client has gone.
        tell: Sends a frame.
    """

    def __init__(
        self,
        thread: Thread,
        config: VoiceConfig,
        message: SessionMessage,
        source: ProviderSource,
        runs: Runs,
        turns: VoicedTurns,
        tell: Tell,
    ) -> None:
        self._thread = thread
        self._config = config
        self._message = message
        self._source = source
        self._runs = runs
        self._turns = turns
        self._tell = tell
        self._voice = Voice(tts=None if config.is_dictation else config.voice.tts)
        self._plan = _plan(config.voice.stt or LiveHearing())
        self._hearing = Hearing(self._plan, source, self)
        self._heard: asyncio.Queue[str] = asyncio.Queue()  # no more than a person can say
        self._stops = 0
        self._turn: VoicedTurn | None = None

    async def begin(self) -> None:
        """Check what is asked for and tell that the session stands.

        Raises:
            InputError: A provider or a format that is not there.
            AppError: The providers could not be opened.
        """
        await self._turns.check(self._voice)
        pipeline = {"stt": await self._stt(), "llm": await self._llm(), "tts": self._tts()}
        await self._tell(
            SessionBegin(
                session_id=new_id(),
                thread_id=self._thread.thread_id,
                assistant_id=self._thread.assistant_id,
                pipeline=pipeline,
                extensions=EXTENSIONS,
            )
        )

    async def run(self) -> None:
        """Hear and answer until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hearing.run(), name="hear")
            tasks.create_task(self._answer(), name="answer")

    async def receive(self, frame: str | bytes) -> None:
        """Take one frame; a bad one is answered with ``error`` and changes nothing."""
        try:
            await self._take(frame)
        except AppError as error:
            await self.on_fault(error)

    # ---- what was heard (hearing.Listener) --------------------------------------------------

    async def on_hearing(self, stt: SpeechToText) -> None:
        """It was told in ``session.begin`` already."""

    def on_voice_ended(self, at_s: float) -> None:
        """Nobody measures it here."""

    async def on_partial(self, text: str) -> None:
        """Words so far."""
        await self._tell(StreamEvent(type="transcript.partial", text=text))

    async def on_committed(self, transcript: Transcript) -> None:
        """Final words; a turn where there are any."""
        stops = self._stops
        await self._tell(StreamEvent(type="transcript.final", text=transcript.text))
        if transcript.text and not self._config.is_dictation:
            self._heard.put_nowait(transcript.text if stops == self._stops else _STOPPED)

    async def on_fault(self, error: AppError) -> None:
        """Tell it; the socket stays."""
        await self._tell(SocketError(message=str(error), code=code_for_clients(error)))

    # ---- what the client says ---------------------------------------------------------------

    async def _take(self, frame: str | bytes) -> None:
        if len(frame) > MAX_FRAME_BYTES:
            raise ProtocolError(
                "frame.too_large", f"A frame of {len(frame)} bytes is over the limit of 1 MiB."
            )
        if isinstance(frame, bytes):
            if self._turn is None:
                self._hearing.append(frame)
            return
        match _read(frame, Control).type:
            case "commit":
                self._hearing.commit()
            case "stop":
                self._stop()
            case kind if kind == REPLY_HEARD:
                await self._cut(_read(frame, ReplyHeard))
            case _:
                raise ProtocolError("session.frame", "Only commit and stop are understood here.")

    def _stop(self) -> None:
        self._stops += 1
        for _ in range(self._heard.qsize()):
            self._heard.get_nowait()
            self._heard.put_nowait(_STOPPED)
        if self._turn is not None:
            self._turns.stop(self._turn)

    async def _cut(self, reply: ReplyHeard) -> None:
        heard, turn = Heard(max(reply.heard_ms, 0), max(reply.heard_chars, 0)), self._turn
        if turn is not None and turn.run is not None and turn.run_id == reply.run_id:
            if turn.run.cancel(heard):
                return
            self._turns.stop(turn)  # its speech alone is left
        await self._runs.interrupt(self._thread.thread_id, reply.run_id, heard)

    # ---- turns ------------------------------------------------------------------------------

    async def _answer(self) -> None:
        """One question after the other."""
        while True:
            words = await self._heard.get()
            if words == _STOPPED:
                await self._tell(StreamEvent(type="run_cancelled"))
                await self._tell(StreamEvent(type="input.resumed"))
                continue
            question = self._message.question(words, self._thread)
            self._turn = self._turns.start(SpokenQuestion(question, self._voice), is_streamed=True)
            try:
                self._hearing.discard()
            except InputError as error:  # it is full of what is not heard for now
                await self.on_fault(error)
            await self._tell(StreamEvent(type="input.paused"))
            async with aclosing(self._turn.events()) as events:
                async for event in events:
                    await self._tell(event)
            self._turn = None
            await self._tell(StreamEvent(type="input.resumed"))

    # ---- who does what ----------------------------------------------------------------------

    async def _stt(self) -> dict[str, Any]:
        stt = (await self._source.get()).stt
        return {
            "provider": stt.provider,
            "model": stt.model,
            "sample_rate": self._plan.input_hz,
            "commit_strategy": "manual" if self._plan.is_manual else "vad",
        }

    async def _llm(self) -> dict[str, Any] | None:
        if self._config.is_dictation:
            return None
        language = await self._runs.language(self._message.provider)
        return {"provider": language.provider, "model": self._message.model or language.model}

    def _tts(self) -> dict[str, Any] | None:
        choice = self._voice.tts
        return None if choice is None else msgspec.to_builtins(choice)


def _read(frame: str, shape: type[_Frame]) -> _Frame:
    try:
        return msgspec.json.decode(frame, type=shape)
    except UNREADABLE as error:
        raise ProtocolError("session.frame", f"This frame is not understood: {error}.") from error


def _plan(stt: LiveHearing) -> SessionPlan:
    """How the client's sound is cut into utterances.

    Raises:
        InputError: ``session.*``
    """
    if stt.audio_format != "pcm_16000" or stt.sample_rate != 16_000:
        raise InputError(
            "session.audio_format", "Sound is taken as pcm_16000 here: 16 kHz, 16 bit, mono."
        )
    options = SttOptions(
        language_code=stt.language or "",
        commit_strategy=stt.commit_strategy,
        vad_threshold=stt.vad_threshold,
        vad_silence_threshold_secs=stt.vad_silence_threshold_secs,
        min_speech_duration_ms=stt.min_speech_duration_ms,
        min_silence_duration_ms=stt.min_silence_duration_ms,
    )
    return read_plan(SessionConfigure(stt=options))
