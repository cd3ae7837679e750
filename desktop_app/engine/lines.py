"""Carries out what the machine decides about the voice line and the text lines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.engine.effects import (
    AskEndpoint,
    CloseLine,
    DeliverPrompt,
    DialNow,
    OpenLine,
    ResendSpeech,
    Send,
)
from desktop_app.engine.file_carrier import FileCarrier
from desktop_app.engine.inputs import Input
from desktop_app.engine.jobs import Jobs
from desktop_app.engine.left_files import LeftFiles
from desktop_app.engine.next_turn_wish import NextTurnWish
from desktop_app.engine.parts import Parts, Terms
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.supervisor import LineUses, Supervisor
from desktop_app.engine.text_line import TextLine
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ClientCommand,
    CommitAudio,
    PromptText,
    SubmitToolOutputs,
)
from desktop_app.protocol.events import ServerEvent

_RESEND_BYTES = FRAME_BYTES * 5

LineEffect = AskEndpoint | OpenLine | DialNow | CloseLine | Send | ResendSpeech | DeliverPrompt


class Lines:
    """Everything that one conversation says to servers. Loop thread only.

    Attributes:
        files: What goes along with what is said.
        next_turn: With whom the next turn is spoken.

    Args:
        terms: Whose conversation, and with which configuration.
        parts: The ways to open lines.
        jobs: Where lines run.
        recorder: What must be durable before it is sent.
        left_files: Which files belong to a recording.
        tell: Takes inputs for the machine.
        admit: Returns when there is room for an event.
        has_room: Whether there is now, whichever comes.
        is_free: Whether no turn runs.
        speech_sent: Told the recording of an utterance, once all of it has left.
    """

    def __init__(  # noqa: PLR0913 - injects ports
        self,
        terms: Terms,
        parts: Parts,
        jobs: Jobs,
        recorder: Recorder,
        left_files: LeftFiles,
        *,
        tell: Callable[[Input], None],
        admit: Callable[[ServerEvent], Awaitable[None]],
        has_room: Callable[[], bool],
        is_free: Callable[[], bool],
        speech_sent: Callable[[str], None],
    ) -> None:
        self._terms = terms
        self._parts = parts
        self._jobs = jobs
        self._recorder = recorder
        self._speech_sent = speech_sent
        self.files = FileCarrier(
            terms.thread_id,
            parts.upload,
            tell=tell,
            publish=parts.publish,
            note=recorder.carry,
            left=left_files,
        )
        self.next_turn = NextTurnWish(
            terms.thread_id, parts.open_voice, renew=self.renew, tell=tell, publish=parts.publish
        )
        self._uses = LineUses(
            self.next_turn.tell,
            admit,
            self._before_send,
            self._sent,
            recorder.has_begun,
            is_free,
            self._load,
            has_room,
        )
        self._text_line = TextLine(parts.open_text, terms.text_session, self._uses, time=parts.time)
        self._voice_line: Supervisor | None = None
        self._texts: set[int] = set()
        self._spoken = bytearray()

    def carry_out(self, effect: LineEffect) -> None:
        """Do what the machine decided."""
        match effect:
            case OpenLine():
                self._open()
            case DialNow():
                if self._voice_line is not None:
                    self._voice_line.dial_now()
            case CloseLine():
                self._jobs.cancel("voice line")
            case AskEndpoint():
                self._send(self._terms.voice_session_ended_by(is_peer=effect.by_peer))
            case Send():
                self._send(effect.command)
            case ResendSpeech():
                self._resend(effect.turn)
            case DeliverPrompt():
                self._texts.add(effect.turn)
                self._jobs.start(f"text {effect.turn}", self._deliver(effect))

    def renew(self) -> None:
        """Hold the voice line anew between turns: who answers is another one."""
        if self._voice_line is not None:
            self._voice_line.renew()

    def begin_speech(self, pcm: bytes = b"") -> None:
        """A new utterance begins, or a recorded one is delivered again."""
        self._spoken = bytearray(pcm)

    @property
    def spoken(self) -> bytes:
        """The sound of the utterance so far: s16le mono 16 kHz."""
        return bytes(self._spoken)

    def append_speech(self, turn: int, pcm: bytes, *, is_live: bool) -> None:
        """Take sound of the utterance.

        Args:
            turn: Whose sound.
            pcm: s16le mono 16 kHz.
            is_live: The line takes it now; otherwise it waits for ``ResendSpeech``.
        """
        self._spoken += pcm
        if is_live and self._voice_line is not None:
            self._voice_line.send(AppendAudio(turn, pcm))

    def stream(self, turn: int, pcm: bytes) -> None:
        """Let the line hear sound in which nobody may be speaking; it is not kept."""
        if self._voice_line is not None:
            self._voice_line.send(AppendAudio(turn, pcm))

    def _open(self) -> None:
        self._voice_line = Supervisor(
            self.next_turn.open,
            self._terms.voice_session,
            self._uses,
            time=self._parts.time,
        )
        self._jobs.start("voice line", self._voice_line.run())

    def _send(self, command: ClientCommand) -> None:
        if isinstance(command, CancelReply) and command.turn in self._texts:
            self._jobs.start(f"text {command.turn} cancel", self._cancel_text(command))
        elif isinstance(command, SubmitToolOutputs) and command.turn in self._texts:
            self._jobs.start(f"text {command.turn} outputs", self._text_line.submit(command))
        elif self._voice_line is not None:
            self._voice_line.send(command)

    def _resend(self, turn: int) -> None:
        for at in range(0, len(self._spoken), _RESEND_BYTES):
            self.stream(turn, bytes(self._spoken[at : at + _RESEND_BYTES]))

    async def _deliver(self, prompt: DeliverPrompt) -> None:
        try:
            await self._text_line.deliver(prompt)
        finally:
            self._texts.discard(prompt.turn)

    async def _cancel_text(self, command: CancelReply) -> None:
        await self._text_line.cancel(command)
        self._jobs.cancel(f"text {command.turn}")

    async def _before_send(self, command: ClientCommand) -> None:
        match command:
            case PromptText():
                await self._recorder.written()
            case AppendAudio() if not self._recorder.has_begun(command.turn):
                await self._recorder.written()
            case _:
                pass

    def _sent(self, command: ClientCommand) -> None:
        match command:
            case PromptText():
                self._recorder.prompt_sent(command.turn)
            case CommitAudio():
                self.files.sent(command)
                self._speech_sent(self.files.recording_of(command.turn))
            case _:
                pass

    async def _load(self, command: CommitAudio, takes_files: bool) -> CommitAudio:
        return await self.files.load(command, takes_files=takes_files)
