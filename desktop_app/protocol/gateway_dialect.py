"""The gateway's dialect: our commands to its frames, its messages to our events. Pure.

Its messages carry no turn number of ours and hardly one of its own: ``GatewayTurns`` says what
they belong to. Tolerant as the contract's sections 5 and 10 ask.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import assert_never

import msgspec

from desktop_app.errors import ProtocolError
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    PromptText,
    SubmitToolOutputs,
)
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ReplyWritten,
    ServerEvent,
    ServerFault,
    ToolCallFailed,
    ToolCallStarted,
    TranscriptUpdated,
    UtteranceBegun,
    UtteranceOver,
)
from desktop_app.protocol.gateway import (
    AssistantAudio,
    AssistantAudioChunk,
    AssistantAudioEnd,
    AssistantAudioStart,
    AssistantCancel,
    AssistantCancelled,
    AssistantDelta,
    AssistantMessage,
    AssistantStarted,
    AssistantTool,
    AudioCommit,
    AudioDiscard,
    GatewayConfigured,
    GatewayError,
    GatewayReady,
    GatewayServerMessage,
    InputSpeechStarted,
    InputSpeechStopped,
    Pong,
    SttSessionStarted,
    TextPrompt,
    TranscriptCommitted,
    TranscriptPartial,
)
from desktop_app.protocol.gateway_frames import Frame, configure_frame, sound_frames, text_frame
from desktop_app.protocol.gateway_introduction import Introduction
from desktop_app.protocol.gateway_metadata import (
    is_broken_off,
    is_silent,
    made,
    recalled,
    reply_ended,
)
from desktop_app.protocol.gateway_reply import GatewayReply
from desktop_app.protocol.gateway_speech import MakeResample, ReplySpeech
from desktop_app.protocol.gateway_turns import GatewayTurns

logger = logging.getLogger(__name__)

_SHORTEST_COMMIT_BYTES = 9_600  # 0.3 s at 16 kHz: recognisers refuse to commit less
_MAX_REPLIES = 16


class GatewayDialect:
    """Translates one connection. Feed it everything that is sent and everything that arrives.

    Args:
        configuration: What ``session.configure`` will ask for.
        is_binary: Whether microphone sound goes as binary frames.
        make_resample: Converts speech of other rates to 24 kHz; without it such speech is a fault.

    Attributes:
        answers: Frames that an arrived message calls for; the transport sends and clears them.
        is_binary, turns: Whether sound of LONGEST_CHUNK_BYTES at most goes as it is, and who is
            told when it does.
    """

    def __init__(
        self,
        configuration: ConfigureSession,
        *,
        is_binary: bool = True,
        make_resample: MakeResample | None = None,
    ) -> None:
        self.answers: list[Frame] = []
        self.is_binary = is_binary
        self._peer = Introduction(configuration.session_id)
        self._make_resample = make_resample
        self._replies: deque[GatewayReply] = deque(maxlen=_MAX_REPLIES)
        self._highest_peer_id = 0
        self._adopt(configuration)

    # ---- what we say -------------------------------------------------------------------------

    def frames(self, command: ClientCommand) -> list[Frame]:
        """What to send for a command, in order; may be nothing."""
        match command:
            case AppendAudio():
                self.turns.appended(command.turn, len(command.pcm))
                return sound_frames(command.pcm, is_binary=self.is_binary)
            case CommitAudio():
                self.turns.committed(
                    command.turn, is_answered="input.speech" in self._peer.extensions
                )
                return [text_frame(AudioCommit())]
            case DiscardAudio():
                return self._discard(command.turn)
            case PromptText():
                self.turns.prompted(command.turn, command.text)
                return [text_frame(TextPrompt(text=command.text))]
            case CancelReply():
                return self._cancel(command)
            case ConfigureSession():
                self._adopt(command)
                return [configure_frame(command, self._peer.extensions)]
            case SubmitToolOutputs():
                raise ValueError("A gateway never asks for tools.")
            case _:
                assert_never(command)

    def _adopt(self, configuration: ConfigureSession) -> None:
        heard = configuration.speech_input
        is_ending = heard is not None and heard.commit_strategy == "vad"
        self._peer = Introduction(
            configuration.session_id, self._peer.extensions, is_ending=is_ending
        )
        self._is_spoken = configuration.speech_output is not None
        self.turns = GatewayTurns(is_peer_ending=is_ending)

    def _discard(self, turn: int) -> list[Frame]:
        """A peer without a word for it transcribes, and nobody hears of it."""
        size = self.turns.sound_bytes(turn)
        self.turns.drop(turn)
        if size and "audio.discard" in self._peer.extensions:
            self.turns.discarded(turn)
            return [text_frame(AudioDiscard())]
        if self._peer.is_ending:
            return []  # a commit would only ask for words that nobody wants
        # A peer without our extensions may leave a commit of so little sound unanswered, and
        # the next transcript would be taken for the answer.
        if size == 0 or (size < _SHORTEST_COMMIT_BYTES and not self._peer.extensions):
            return []
        self.turns.committed(turn)
        return [text_frame(AudioCommit())]

    def _cancel(self, command: CancelReply) -> list[Frame]:
        self.turns.cancel(command.turn)
        if "assistant.cancel" not in self._peer.extensions:
            self.turns.forget_commit(command.turn)
            return []
        takes_late = "assistant.heard" in self._peer.extensions
        concerned = [
            one
            for one in self._replies
            if one.turn == command.turn and (not one.has_ended or (takes_late and one.speech))
        ]
        return [
            text_frame(AssistantCancel(turn_id=one.peer_id, heard_ms=command.heard_ms))
            for one in concerned
        ]

    # ---- what the peer says ------------------------------------------------------------------

    def events(self, message: GatewayServerMessage) -> list[ServerEvent]:  # noqa: C901  # a closed union
        """What a message means. Events of dropped turns are left out, except their end."""
        match message:
            case Pong():
                return []
            case GatewayReady():
                self._peer.extensions = message.extensions
                return []
            case GatewayConfigured():
                return [*self._peer.configured(message)]
            case SttSessionStarted():
                return [*self._peer.hearing(message)]
            case InputSpeechStarted():
                turn = self.turns.speaking
                return [] if turn is None else self._wanted(UtteranceBegun(turn))
            case InputSpeechStopped():
                turn = self.turns.ended_by_peer()
                return [] if turn is None else self._wanted(UtteranceOver(turn))
            case TranscriptPartial():
                return self._partial(message.text)
            case TranscriptCommitted():
                return self._transcribed(message.text)
            case AssistantStarted():
                return self._started(message)
            case AssistantDelta():
                return self._delta(message)
            case AssistantTool():
                return self._tool(message)
            case AssistantMessage():
                return self._message(message)
            case AssistantAudioStart() | AssistantAudioChunk() | AssistantAudioEnd():
                return self._sound(message)
            case AssistantAudio():
                return self._whole_sound(message)
            case AssistantCancelled():
                return self._cancelled(message)
            case GatewayError():
                return self._failed(message)
            case _:
                assert_never(message)

    def _partial(self, text: str) -> list[ServerEvent]:
        found = self.turns.partial(text)
        return [] if found is None else self._wanted(TranscriptUpdated(*found))

    def _transcribed(self, text: str) -> list[ServerEvent]:
        found = self.turns.transcribed(text, is_split=not self._peer.extensions)
        if found is None:
            return []
        words = TranscriptUpdated(*found)
        is_kept = words.is_final and words.turn in self.turns.cancelled
        return [words] if is_kept else self._wanted(words)

    def _started(self, message: AssistantStarted) -> list[ServerEvent]:
        turn = self.turns.started(message.text)
        if turn is None:
            logger.info("A reply to nothing was ignored.")
            return []
        # A peer without speech of its own never says that a reply is over.
        before = [
            event for one in self._replies if one.speech is None for event in self._ended_well(one)
        ]
        reply = GatewayReply(turn)
        self._replies.append(reply)
        if message.turn_id is not None:
            self._learn(reply, message.turn_id)
        if turn in self.turns.dropped and "assistant.cancel" in self._peer.extensions:
            self.answers.append(text_frame(AssistantCancel(turn_id=reply.peer_id, heard_ms=0)))
        return before + self._wanted(ReplyStarted(turn, prompt=message.text))

    def _delta(self, message: AssistantDelta) -> list[ServerEvent]:
        reply = self._reply(message.turn_id)
        if reply is None or not message.text:
            return []
        reply.text.append(message.text)
        return self._wanted(ReplyText(reply.turn, message.text))

    def _tool(self, message: AssistantTool) -> list[ServerEvent]:
        reply = self._reply(message.turn_id)
        if reply is None:
            return []
        if message.has_failed:
            return self._wanted(ToolCallFailed(reply.turn, message.call_id))
        return self._wanted(ToolCallStarted(reply.turn, message.call_id, message.name))

    def _message(self, message: AssistantMessage) -> list[ServerEvent]:
        reply = self._reply(message.turn_id)
        if reply is None:
            return []
        events: list[ServerEvent] = list(recalled(reply.turn, message.metadata))
        reply.message = message
        is_over = reply.has_all_speech or not self._is_spoken or is_silent(message)
        if message.text != "".join(reply.text):
            events.append(ReplyText(reply.turn, message.text, is_whole=True))
        if not is_over:
            events.append(ReplyWritten(reply.turn))
        ended = self._ended_well(reply) if is_over else []
        return self._wanted(*events, *made(reply.turn, message.metadata), *ended)

    def _sound(
        self, message: AssistantAudioStart | AssistantAudioChunk | AssistantAudioEnd
    ) -> list[ServerEvent]:
        reply = self._reply(message.turn_id or None, is_sound=True)
        if reply is None or reply.turn in self.turns.dropped:
            return []
        if isinstance(message, AssistantAudioEnd):
            return self._sound_ended(reply, message.chunk_count)
        try:
            if isinstance(message, AssistantAudioStart):
                reply.speech_in(message.output_format, self._make_resample)
                return []
            if reply.is_mute:
                return []
            reply.chunks += 1
            speech = reply.speech_in(message.output_format, self._make_resample)
            return _audio(reply, speech.decode(message.audio))
        except ProtocolError as error:
            return self._muted(reply, error)

    def _sound_ended(self, reply: GatewayReply, chunk_count: int) -> list[ServerEvent]:
        if not (reply.chunks or reply.is_mute):
            return []  # all of it may follow in one piece, whatever this one counts
        if chunk_count and chunk_count != reply.chunks:
            logger.info("Of %d pieces of speech %d came.", chunk_count, reply.chunks)
        reply.has_all_speech = True
        try:
            rest = reply.speech.finish() if reply.speech and not reply.is_mute else b""
        except ProtocolError as error:
            return self._muted(reply, error) + self._ended_well(reply)
        return _audio(reply, rest) + self._ended_well(reply)

    def _whole_sound(self, message: AssistantAudio) -> list[ServerEvent]:
        reply = self._reply(message.turn_id)
        if reply is None or reply.turn in self.turns.dropped:
            return []
        reply.has_all_speech = True
        ended = self._ended_well(reply)
        given_bytes = reply.speech.given_bytes if reply.speech else 0
        try:
            speech = ReplySpeech(message.output_format, self._make_resample)
            return _audio(reply, speech.rest_of(message.audio, given_bytes=given_bytes)) + ended
        except ProtocolError as error:
            return ([] if reply.is_mute else self._muted(reply, error)) + ended

    def _cancelled(self, message: AssistantCancelled) -> list[ServerEvent]:
        reply = self._reply(message.turn_id)
        return [] if reply is None else self._ended(reply, ReplyStatus.CANCELLED)

    def _failed(self, message: GatewayError) -> list[ServerEvent]:
        """An error names no turn: it ends the reply that runs, else the oldest turn that waits.

        A reply whose text is complete stands: only its speech failed.
        """
        fault = ServerFault(
            message.sentence, code=message.code or "server.fault", is_fatal=message.fatal
        )
        reply = self._reply(None)
        turn = self.turns.failed() if reply is None else reply.turn
        is_unwanted = turn in self.turns.dropped and not message.fatal
        if reply is not None and (ended := self._ended_well(reply)):
            return [*ended, fault]
        if reply is not None:
            reply.has_ended = True
        return [] if is_unwanted else [msgspec.structs.replace(fault, turn=turn)]

    # ---- replies -----------------------------------------------------------------------------

    def _reply(self, peer_id: int | None, *, is_sound: bool = False) -> GatewayReply | None:
        """The running reply that the peer means; None when it is over or was never started."""
        running = [one for one in self._replies if not one.has_ended]
        if peer_id is None:
            return running[-1] if running else None
        for reply in running:
            if reply.peer_id == peer_id:
                return reply
        unnumbered = [one for one in running if one.peer_id is None]
        if not unnumbered or peer_id <= self._highest_peer_id:
            return None
        # Sound comes in the order of the replies; other words go to the latest.
        reply = unnumbered[0] if is_sound else unnumbered[-1]
        self._learn(reply, peer_id)
        return reply

    def _learn(self, reply: GatewayReply, peer_id: int) -> None:
        reply.peer_id = peer_id
        self._highest_peer_id = max(self._highest_peer_id, peer_id)

    def _muted(self, reply: GatewayReply, error: ProtocolError) -> list[ServerEvent]:
        """Say once that the speech cannot be played; the text goes on."""
        reply.is_mute = True
        return [ServerFault(str(error), code=error.code, details=dict(error.facts))]

    def _ended_well(self, reply: GatewayReply) -> list[ServerEvent]:
        """The end of a reply with all its text; one that broke off waits for the reason."""
        if reply.message is None or is_broken_off(reply.message):
            return []
        return self._ended(reply)

    def _ended(
        self, reply: GatewayReply, status: ReplyStatus = ReplyStatus.COMPLETED
    ) -> list[ServerEvent]:
        if reply.has_ended:
            return []
        reply.has_ended = True
        if reply.turn in self.turns.dropped and status is not ReplyStatus.CANCELLED:
            return []
        metadata = reply.message.metadata if reply.message else {}
        return [reply_ended(reply.turn, status, metadata)]

    def _wanted(self, *events: ServerEvent) -> list[ServerEvent]:
        """Without those of dropped turns."""
        return [one for one in events if getattr(one, "turn", None) not in self.turns.dropped]


def _audio(reply: GatewayReply, pcm: bytes) -> list[ServerEvent]:
    return [ReplyAudio(reply.turn, pcm)] if pcm else []
