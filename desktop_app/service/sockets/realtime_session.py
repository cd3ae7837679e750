"""A conversation over the realtime socket: full duplex, with functions of the client."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, assert_never

import msgspec

from desktop_app.errors import AppError, InputError, ProtocolError
from desktop_app.protocol.backboard.realtime_socket import (
    EXTENSIONS,
    TRUNCATE,
    ProviderEvent,
    RealtimeCancel,
    RealtimeClientFrame,
    RealtimeCommit,
    RealtimeEvent,
    RealtimeOutputs,
    RealtimeText,
)
from desktop_app.protocol.backboard.threads import Thread
from desktop_app.protocol.backboard.voice_socket import SocketError
from desktop_app.protocol.gateway import MAX_FRAME_BYTES
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.service.clock import new_id
from desktop_app.service.gateway.hearing import Hearing
from desktop_app.service.provider_failures import code_for_clients
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import SpeechToText, Transcript
from desktop_app.service.runs.runs import Runs
from desktop_app.service.sockets.realtime_plan import INPUT_FORMAT, OUTPUT_FORMAT, RealtimePlan
from desktop_app.service.sockets.realtime_turn import RealtimeTurn
from desktop_app.service.sockets.session_message import SessionMessage
from desktop_app.service.sockets.session_socket import Tell

WAITING_QUESTIONS = 8
"""More are not read until one of them is begun, which takes no longer than to keep it."""

WORDS_WITHIN_S = 10.0
"""Of a recogniser that takes longer, nobody waits for the words."""


class RealtimeSession:
    """The newest question is answered: an earlier reply that still goes on is cut off.

    Questions are asked in the order in which the client ended them, so that it knows which reply
    is whose: what is typed waits for the words of what was committed before it.

    Args:
        thread: Which is continued.
        message: What every message has besides its words.
        plan: How it hears and speaks.
        source: Who does.
        runs: Answer; they go on when the client has gone.
        tell: Sends a frame.
    """

    def __init__(
        self,
        thread: Thread,
        message: SessionMessage,
        plan: RealtimePlan,
        source: ProviderSource,
        runs: Runs,
        tell: Tell,
    ) -> None:
        self._thread = thread
        self._message = message
        self._plan = plan
        self._source = source
        self._runs = runs
        self._tell = tell
        self._hearing = Hearing(plan.hearing, source, self)
        self._asked: asyncio.Queue[str] = asyncio.Queue(WAITING_QUESTIONS)
        self._counts_commits = plan.hearing.is_manual  # then each has its words, or its fault
        self._unheard = 0
        self._all_heard = asyncio.Event()
        self._all_heard.set()
        self._turn: RealtimeTurn | None = None

    async def begin(self) -> None:
        """Tell that the session stands.

        Raises:
            AppError: The providers could not be opened.
        """
        await self._source.get()
        await self._tell(
            RealtimeEvent(
                type="session.begin",
                session_id=new_id(),
                thread_id=self._thread.thread_id,
                assistant_id=self._thread.assistant_id,
                input_format=INPUT_FORMAT,
                output_format=None if self._plan.voice is None else OUTPUT_FORMAT,
                extensions=EXTENSIONS,
            )
        )

    async def run(self) -> None:
        """Hear and answer until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear(), name="hear")
            tasks.create_task(self._answer(tasks), name="answer")

    async def _hear(self) -> None:
        await self._hearing.run()
        self._counts_commits = False  # nobody hears any more
        self._all_heard.set()

    async def receive(self, frame: str | bytes) -> None:
        """Take one frame; a bad one is answered with ``error`` and changes nothing."""
        try:
            if len(frame) > MAX_FRAME_BYTES:
                raise ProtocolError(
                    "frame.too_large", f"A frame of {len(frame)} bytes is over the limit of 1 MiB."
                )
            if isinstance(frame, bytes):
                self._hearing.append(frame)
            else:
                await self._obey(_read(frame))
        except AppError as error:
            await self._report(error)

    # ---- what was heard (hearing.Listener) --------------------------------------------------

    async def on_hearing(self, stt: SpeechToText) -> None:
        """``session.begin`` said that sound is taken."""

    def on_voice_ended(self, at_s: float) -> None:
        """Nobody measures it here."""

    async def on_partial(self, text: str) -> None:
        """Words so far."""
        await self._tell(RealtimeEvent(type="transcript.partial", role="user", text=text))

    async def on_committed(self, transcript: Transcript) -> None:
        """Final words; a reply where there are any."""
        text = transcript.text
        await self._tell(RealtimeEvent(type="transcript.final", role="user", text=text))
        if text:
            await self._asked.put(text)
        self._note_heard()

    async def on_fault(self, error: AppError) -> None:
        """Tell it; the socket stays."""
        await self._report(error)
        self._note_heard()

    def _note_heard(self) -> None:
        self._unheard = max(0, self._unheard - 1)
        if not self._unheard:
            self._all_heard.set()

    async def _report(self, error: AppError) -> None:
        await self._tell(SocketError(message=str(error), code=code_for_clients(error)))

    # ---- what the client says ---------------------------------------------------------------

    async def _obey(self, frame: RealtimeClientFrame) -> None:
        match frame:
            case RealtimeText(text=text):
                if not text.strip():
                    raise InputError("prompt.empty", "The question has no words.")
                await self._until_all_heard()
                await self._asked.put(text)
            case RealtimeCommit():
                self._hearing.commit()
                if self._counts_commits:
                    self._unheard += 1
                    self._all_heard.clear()
            case RealtimeCancel():
                if self._turn is not None:
                    await self._turn.stop()
            case RealtimeOutputs(outputs=outputs):
                if self._turn is None:
                    raise InputError("session.outputs", "No call waits for an output.")
                self._turn.take(outputs)
            case ProviderEvent(event=event):
                await self._take_native(event)
            case _ as never:
                assert_never(never)

    async def _until_all_heard(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(WORDS_WITHIN_S):
                await self._all_heard.wait()

    async def _take_native(self, event: Mapping[str, Any]) -> None:
        """What is said to a provider: that a reply was cut concerns whoever keeps the thread."""
        if event.get("type") != TRUNCATE:
            raise InputError(
                "session.provider_event", "There is no native provider behind this session."
            )
        heard_ms = event.get("audio_end_ms")
        if isinstance(heard_ms, bool) or not isinstance(heard_ms, int) or heard_ms < 0:
            raise InputError("session.truncate", "audio_end_ms must be a whole number from 0.")
        if self._turn is None:
            raise InputError("session.truncate", "There is no reply to truncate.")
        await self._turn.truncate(str(event.get("item_id") or ""), heard_ms)

    async def _answer(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            text = await self._asked.get()
            if self._turn is not None:
                await self._turn.stop()
            run = self._runs.start(self._message.question(text, self._thread))
            tts = (await self._source.get()).tts
            self._turn = RealtimeTurn(run, self._runs, tts, self._plan.voice, self._tell)
            self._turn.begin(tasks)


def _read(frame: str) -> RealtimeClientFrame:
    try:
        read: RealtimeClientFrame = msgspec.json.decode(frame, type=RealtimeClientFrame)
    except UNREADABLE as error:
        raise ProtocolError("session.frame", f"This frame is not understood: {error}.") from error
    return read
