"""A conversation over the gateway socket: what each message of the client does."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Mapping
from typing import Any, assert_never

import msgspec

from desktop_app.errors import AppError, InputError, ProtocolError
from desktop_app.protocol.gateway import (
    EXTENSIONS,
    MAX_FRAME_BYTES,
    AssistantCancel,
    AssistantCancelled,
    AudioAppend,
    AudioCommit,
    AudioDiscard,
    GatewayClientMessage,
    GatewayConfigured,
    GatewayError,
    GatewayReady,
    InputSpeechStarted,
    InputSpeechStopped,
    Ping,
    Pong,
    SessionClose,
    SessionConfigure,
    SttSessionStarted,
    TextPrompt,
    TranscriptCommitted,
    TranscriptPartial,
    decode_client_message,
)
from desktop_app.service.clock import new_id
from desktop_app.service.gateway import speech_choice
from desktop_app.service.gateway.answers import Answers
from desktop_app.service.gateway.chosen_hearing import ChosenHearing
from desktop_app.service.gateway.gateway_turn import Turn
from desktop_app.service.gateway.session_plan import SessionPlan, read_plan
from desktop_app.service.gateway.speaking import Tell
from desktop_app.service.provider_failures import code_for_clients
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import SpeechToText, Transcript
from desktop_app.service.providers.reply_ports import ReplySpeech
from desktop_app.tasks import start_in

_log = logging.getLogger(__name__)

MERGE_WITHIN_S = 0.25
"""Final texts that come within it are one utterance, where a provider ends utterances."""

LONGEST_WAITING = 20_000
"""Characters that may wait for the end of a reply, where more than one question does."""


class GatewaySession:
    """One socket's state. A bad message is answered with ``error`` and changes nothing."""

    def __init__(
        self,
        answers: Answers,
        source: ProviderSource,
        tell: Tell,
        tasks: asyncio.TaskGroup,
        *,
        took: Callable[[GatewayClientMessage], None] = lambda _message: None,
        voice_ended: Callable[[float], None] = lambda _at_s: None,
        lifetime_s: float | None = None,
    ) -> None:
        """Begin unconfigured.

        Args:
            answers: Who answers.
            source: Who hears and speaks.
            tell: The client.
            tasks: What hears and answers lives there.
            took: Told each message of the client that makes sense.
            voice_ended: Told when an utterance that silence ended was last heard, before that is.
            lifetime_s: After how long the socket is closed, where it is.
        """
        self._answers = answers
        self._source = source
        self._tell = tell
        self._tasks = tasks
        self._took = took
        self._voice_ended = voice_ended
        self._lifetime_s = lifetime_s
        self._plan: SessionPlan | None = None
        self._hearing: ChosenHearing | None = None
        self._utterance = ""
        self._merging: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._queued = ""
        self._queueing: asyncio.Task[None] | None = None
        self._floor = asyncio.Lock()
        self._turn: Turn | None = None
        self._turn_id = 0

    async def greet(self) -> None:
        """The first frame."""
        await self._tell(GatewayReady(extensions=EXTENSIONS))

    async def receive(self, frame: str | bytes) -> bool:
        """Take one frame. False when the client asked to close."""
        try:
            return await self._take(frame)
        except AppError as error:
            await self.on_fault(error)
            return True

    def take_sound(self, sound: bytes) -> bool:
        """Take one frame of sound at once; False where ``receive`` has more to say to it."""
        if self._hearing is None or len(sound) > MAX_FRAME_BYTES:
            return False
        try:
            self._hearing.append(sound)
        except AppError:
            return False
        return True

    # ---- what was heard (hearing.Listener) --------------------------------------------------

    async def on_hearing(self, stt: SpeechToText) -> None:
        """Tell the recogniser's settings, as it understood them."""
        assert self._plan is not None
        config = msgspec.structs.asdict(self._plan.stt) | {
            **_name(stt),
            "sample_rate": self._plan.input_hz,
            "audio_format": f"pcm_{self._plan.input_hz}",
            "language_code": self._plan.stt.language_code or "en",
            "vad_silence_threshold_secs": self._plan.end_silence_s,
        }
        await self.on_upstream(stt, new_id(), config)

    async def on_upstream(
        self, stt: speech_choice.Hears, session_id: str, config: Mapping[str, Any]
    ) -> None:
        """Tell the recogniser's own session."""
        assert self._plan is not None
        named = _name(stt) | dict(config)
        tts = self._voice_name(self._plan)
        await self._tell(SttSessionStarted(session_id=session_id, config=named, tts=tts))

    async def on_speech(self, is_speech: bool) -> None:
        """An utterance that silence will end, or has ended."""
        await self._tell(InputSpeechStarted() if is_speech else InputSpeechStopped())

    def on_voice_ended(self, at_s: float) -> None:
        """For those who measure."""
        self._voice_ended(at_s)

    async def on_partial(self, text: str) -> None:
        """Words so far."""
        await self._tell(TranscriptPartial(text=text))

    async def on_committed(self, transcript: Transcript) -> None:
        """Final words; a turn where there are any."""
        assert self._plan is not None
        committed = TranscriptCommitted(text=transcript.text)
        if self._plan.stt.include_timestamps:
            committed = TranscriptCommitted(text=transcript.text, words=_timed(transcript))
        await self._tell(committed)
        if not transcript.text:
            return
        if self._hearing is not None and self._hearing.merges:
            self._merge(transcript.text)
        else:
            await self._try_turn(transcript.text)

    def _merge(self, text: str) -> None:
        """Contract section 10.14: pieces of one utterance that come apart are one turn."""
        self._utterance = f"{self._utterance} {text}".strip()
        if self._merging is None or self._merging.done():
            self._merging = start_in(self._tasks, self._begin_merged(), name="merge")

    async def _begin_merged(self) -> None:
        while self._utterance:  # more may be heard while a turn is being begun
            await asyncio.sleep(MERGE_WITHIN_S)
            text, self._utterance = self._utterance, ""
            await self._try_turn(text)

    async def _try_turn(self, text: str) -> None:
        """A turn that cannot begin is told; what was heard next may have one."""
        try:
            await self._begin_turn(text)
        except AppError as error:
            await self.on_fault(error)

    async def on_fault(self, error: AppError) -> None:
        """Answer with ``error``; the socket stays."""
        await self._tell(GatewayError(message=str(error), code=code_for_clients(error)))

    # ---- what the client says ---------------------------------------------------------------

    async def _take(self, frame: str | bytes) -> bool:
        size = len(frame.encode() if isinstance(frame, str) else frame)
        if size > MAX_FRAME_BYTES:
            raise ProtocolError(
                "frame.too_large", f"A frame of {size} bytes is over the limit of 1 MiB."
            )
        if isinstance(frame, bytes):
            self._configured_hearing().append(frame)
            return True
        message = decode_client_message(frame)
        if message is None:
            raise ProtocolError("gateway.unknown_type", "This type of message is not known here.")
        self._took(message)
        return await self._obey(message, frame)

    async def _obey(self, message: GatewayClientMessage, frame: str) -> bool:
        match message:
            case SessionConfigure():
                await self._configure(message)
            case AudioAppend():
                self._append(message, frame)
            case AudioCommit():
                self._configured_hearing().commit()
            case AudioDiscard():
                self._configured_hearing().discard()
            case TextPrompt(text=text):
                await self._prompt(text)
            case AssistantCancel(turn_id=turn_id, heard_ms=heard_ms):
                await self._cancel(turn_id, heard_ms)
            case Ping(id=key):
                await self._tell(Pong(id=key))
            case SessionClose():
                return False
            case _ as never:
                assert_never(never)
        return True

    async def _configure(self, message: SessionConfigure) -> None:
        plan = read_plan(message)
        await self._answers.check(plan)
        self._voice_name(plan)  # refuses a format that nobody here speaks
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        self._plan = plan
        known = self._source.known
        await self._tell(
            GatewayConfigured(
                session_id=plan.key,
                extensions=EXTENSIONS,
                max_duration_seconds=self._lifetime_s,
                stt=_name(speech_choice.hearing(plan, known)) if known else {},
                tts=self._voice_name(plan),
            )
        )
        if self._preparing is not None:
            self._preparing.cancel()
        self._preparing = start_in(self._tasks, self._prepare(plan), name="prepare")
        self._hearing = ChosenHearing(plan, self._source, self, self.on_speech)
        self._listening = self._tasks.create_task(self._hearing.run(), name="hear")

    async def _prepare(self, plan: SessionPlan) -> None:
        """While the client is served already: a backend may take a minute.

        A failure is not told: the client would take it for that of a turn.
        """
        try:
            await self._answers.prepare(plan)
        except AppError as error:
            _log.warning("A session could not be prepared: %s", error.code)

    def _voice_name(self, plan: SessionPlan) -> dict[str, Any]:
        """Who will speak, as far as that is known already."""
        known = self._source.known
        if known is None or plan.voice is None:
            return {}
        return _name(speech_choice.speaking(plan.voice, known)) | {"voice_id": plan.voice.name}

    def _append(self, message: AudioAppend, frame: str) -> None:
        hearing = self._configured_hearing()
        assert self._plan is not None
        if message.sample_rate != self._plan.input_hz and '"sample_rate"' in frame:
            raise InputError(
                "audio.sample_rate",
                f"The sound has {message.sample_rate} Hz, but the session was configured with"
                f" {self._plan.input_hz} Hz.",
            )
        try:
            pcm = base64.b64decode(message.audio, validate=True)
        except ValueError as error:
            raise ProtocolError("audio.base64", "The sound is not valid base64.") from error
        hearing.append(pcm, message.previous_text or "")

    async def _prompt(self, text: str) -> None:
        self._configured()
        if not text.strip():
            raise InputError("prompt.empty", "The prompt has no text.")
        await self._begin_turn(text)

    async def _cancel(self, turn_id: int | None, heard_ms: int | None) -> None:
        self._configured()
        async with self._floor:
            turn = self._turn
            if turn is None or turn_id not in (None, turn.turn_id):
                await self._tell(AssistantCancelled(turn_id=turn_id, reason="not running"))
                return
            heard = turn.heard(heard_ms)
            was_writing = await turn.stop("client", heard)
        if not was_writing and heard is not None:
            await turn.answer.mark_heard(heard)

    # ---- turns ------------------------------------------------------------------------------

    async def _begin_turn(self, text: str) -> None:
        """Answer; what is still being said about an earlier question is cut off, or waited for.

        What waited before the session was configured to wait no more is asked along with it.
        """
        plan = self._configured()
        async with self._floor:
            if plan.queues and (self._going_on or self._queued):
                self._queue(text)
            else:
                await self._answer(text, plan)

    @property
    def _going_on(self) -> Turn | None:
        return None if self._turn is None or self._turn.is_over else self._turn

    async def _answer(self, text: str, plan: SessionPlan) -> None:
        """Begin a turn of what waits and of ``text``. With the floor."""
        if self._going_on is not None:
            await self._going_on.stop("superseded")
        text, self._queued = f"{self._queued} {text}".strip(), ""
        answer = await self._answers.start(text, plan)
        self._turn_id += 1
        self._turn = Turn(self._turn_id, text, answer, plan.voice, self._tell)
        self._turn.begin(self._source, self._tasks)

    def _queue(self, text: str) -> None:
        """What is asked during one reply is one question."""
        question = f"{self._queued} {text}".strip()
        if self._queued and len(question) > LONGEST_WAITING:
            raise InputError(
                "session.question_too_long",
                "Too much waits for the end of this reply already. Please ask again after it.",
            )
        self._queued = question
        if self._queueing is None or self._queueing.done():
            self._queueing = start_in(self._tasks, self._begin_queued(), name="queued question")

    async def _begin_queued(self) -> None:
        while self._queued:
            if self._turn is not None:
                await self._turn.over()
            async with self._floor:  # meanwhile another turn may have begun, and taken it along
                if self._queued and self._going_on is None:
                    await self._answer_queued()

    async def _answer_queued(self) -> None:
        try:
            await self._answer("", self._configured())
        except AppError as error:
            await self.on_fault(error)

    def _configured(self) -> SessionPlan:
        if self._plan is None:
            raise ProtocolError(
                "session.not_configured", "Send session.configure before anything else."
            )
        return self._plan

    def _configured_hearing(self) -> ChosenHearing:
        self._configured()
        assert self._hearing is not None
        return self._hearing


def _name(speech: speech_choice.Hears | ReplySpeech) -> dict[str, Any]:
    return {"provider": speech.provider, "model_id": speech.model}


def _timed(transcript: Transcript) -> list[dict[str, Any]]:
    """The words as contract section 7.3 writes them, in seconds since the utterance began."""
    return [
        {"text": word.text, "start": word.start_s, "end": word.end_s, "type": "word"}
        for word in transcript.words
    ]
