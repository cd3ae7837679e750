"""Turns what a person asks for into inputs of the right conversation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from desktop_app.engine.inputs import (
    Input,
    MutedChanged,
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    TalkCancelled,
    TalkPressed,
    TalkReleased,
    TalkToggled,
    ToolsAnswered,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.engine.next_turns import NextTurns
from desktop_app.engine.ports import Journal
from desktop_app.engine.recording_desk import RecordingIntent
from desktop_app.engine.sound_intents import Sound, SoundIntents
from desktop_app.engine.thread_changes import ThreadChanges
from desktop_app.errors import AppError
from desktop_app.link.asks import Ask, CancelAsk
from desktop_app.link.carried_files import CarryFiles
from desktop_app.link.device_messages import (
    ListDevices,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
    SwitchMicrophone,
)
from desktop_app.link.messages import (
    CancelTalk,
    Hello,
    Intent,
    LinkEvent,
    Notice,
    NoticeLevel,
    NoticeRaised,
    OpenThread,
    Phase,
    PhaseChanged,
    Ping,
    PressTalk,
    Quit,
    ReleaseTalk,
    ReloadSettings,
    RetryMessage,
    SendText,
    SetMuted,
    StartVoice,
    StopReply,
    StopVoice,
    ToggleTalk,
)
from desktop_app.link.notes import DiscardNote, StartNote, StopNote
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayNote,
    PlayUtterance,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.link.replies import AnswerTools, DecideTool, FetchPictures
from desktop_app.link.thread_messages import (
    ChooseAnswerer,
    DeletePicture,
    DeleteThread,
    MarkThread,
    PinThread,
    RenameThread,
    RestorePicture,
    RestoreThread,
    WishNextTurn,
)
from desktop_app.protocol.commands import Answerer
from desktop_app.tasks import Background

logger = logging.getLogger(__name__)


class Conversation(Protocol):
    """An engine, as the controller sees it."""

    @property
    def is_resting(self) -> bool: ...

    @property
    def phase_changed(self) -> PhaseChanged: ...

    def show(self) -> None: ...

    async def run(self) -> None: ...

    def take(self, given: Input) -> None: ...

    def carry(self, files: tuple[str, ...]) -> None: ...

    async def let_go(self, utterance_id: str) -> None: ...

    def renew_line(self) -> None: ...

    def wish_next(self, who: Answerer) -> None: ...

    async def aclose(self) -> None: ...


_BEGINS: Mapping[type, Callable[[], Input]] = {
    StartVoice: VoiceStarted,
    PressTalk: TalkPressed,
    ToggleTalk: TalkToggled,
}


class Controller:
    """Holds the conversations that are open and routes every intent. Event loop only.

    The conversation on screen is kept, and every other one until it rests. Only the one on
    screen can have the microphone: leaving its thread closes it.

    Args:
        open_conversation: Builds the engine of a thread, not running yet.
        publish: Takes news for the window.
        recordings: Carries out what is wanted of recordings.
        reload: Reads the settings again; conversations built later follow them.
        quit_: Ends the program.
        sound: Serves what is asked of devices.

    Attributes:
        next_turns: What is wished for them; wants to notice what the window is told.
    """

    def __init__(
        self,
        *,
        open_conversation: Callable[[str], Conversation],
        journal: Journal,
        publish: Callable[[LinkEvent], None],
        recordings: Callable[[RecordingIntent], None],
        reload: Callable[[], None],
        quit_: Callable[[], None],
        sound: Sound,
    ) -> None:
        self._open_conversation = open_conversation
        self._journal = journal
        self._publish = publish
        self._reload = reload
        self._quit = quit_
        self._sound = SoundIntents(sound, recordings, lambda: self._is_conversing)
        self._conversations: dict[str, Conversation] = {}
        self._outdated: set[str] = set()  # built by settings that hold no longer
        self._voice_thread = ""
        self._is_muted = False
        self._background = Background(self._report)
        self._changes = ThreadChanges(
            journal, publish, self._background, end=self._end, renew=self._renew
        )
        self.thread_id = ""
        self.next_turns = NextTurns()

    def on_intent(self, intent: Intent) -> None:  # noqa: C901 - closed union
        """Carry one intent out, or start to."""
        match intent:
            case Hello() | Ping() | Ask() | CancelAsk() | DecideTool() | FetchPictures():
                pass  # between the ends of the link, and for other desks
            case OpenThread():
                self._show(intent.thread_id)
            case SendText():
                typed = PromptTyped(intent.message_id, intent.text, intent.wishes)
                self._conversation(intent.thread_id).take(typed)
            case RetryMessage():
                again = RetryRequested(intent.message_id)
                self._conversation(intent.thread_id).take(again)
            case WishNextTurn() | CarryFiles():
                self.next_turns.take(intent, self._conversations.get(intent.thread_id))
            case AnswerTools():
                self._conversation(intent.thread_id).take(answered(intent))
            case StartVoice() | PressTalk() | ToggleTalk():
                self._take_voice(intent.thread_id).take(_BEGINS[type(intent)]())
            case StopVoice():
                self._tell_voice(VoiceStopped())
            case CancelTalk():
                self._tell_voice(TalkCancelled())
            case ReleaseTalk():
                self._tell_voice(TalkReleased())
            case SetMuted():
                self._is_muted = intent.is_muted
                self._tell_all(MutedChanged(intent.is_muted))
            case StopReply():
                self._stop_replies()
            case (
                SwitchMicrophone()
                | ListDevices()
                | StartMicrophoneTest()
                | PlayMicrophoneTest()
                | StopMicrophoneTest()
                | StartNote()
                | StopNote()
                | DiscardNote()
            ):
                self._sound.of_devices(intent)
            case (
                PinThread()
                | MarkThread()
                | RenameThread()
                | ChooseAnswerer()
                | DeleteThread()
                | RestoreThread()
                | DeletePicture()
                | RestorePicture()
            ):
                self._changes.take(intent)
            case (
                PlayUtterance()
                | PlayNote()
                | StopUtterance()
                | SaveUtterance()
                | DiscardUtterance()
            ):
                self._sound.of_recordings(intent)
            case ReloadSettings():
                self._reload_settings()
            case Quit():
                self._quit()

    @property
    def phase_changed(self) -> PhaseChanged | None:
        """How the conversation on screen stands; None when none is open."""
        current = self._conversations.get(self.thread_id)
        return None if current is None else current.phase_changed

    @property
    def floor(self) -> Sequence[PhaseChanged]:
        """How every open conversation stands."""
        return [conversation.phase_changed for conversation in self._conversations.values()]

    def on_turn_ended(self, thread_id: str) -> None:
        """A turn is over; where nobody looks, it waits to be read."""
        if thread_id != self.thread_id:
            self._mark(thread_id, is_unread=True)

    async def resume(self) -> None:
        """Take up what an earlier run could not deliver."""
        for thread_id in {message.thread_id for message in await self._journal.pending()}:
            self._conversation(thread_id)

    async def let_go(self, utterance_id: str) -> None:
        """What waits to be sent with this recording does not any more.

        Raises:
            StorageError
        """
        for conversation in tuple(self._conversations.values()):
            await conversation.let_go(utterance_id)

    async def aclose(self) -> None:
        """End every conversation; returns when all are consistent in the journal. Idempotent."""
        for conversation in tuple(self._conversations.values()):
            await conversation.aclose()
        await self._background.aclose()

    # ---- conversations ------------------------------------------------------------------------

    def _conversation(self, thread_id: str) -> Conversation:
        known = self._conversations.get(thread_id)
        if known is not None:
            if not (known.is_resting and thread_id in self._outdated):
                return known
            self._close(thread_id)
        made = self._open_conversation(thread_id)
        if self._is_muted:
            made.take(MutedChanged(True))
        self.next_turns.hand_to(made, thread_id)
        self._conversations[thread_id] = made
        self._background.run(made.run(), name=f"conversation {thread_id}")
        return made

    def _show(self, thread_id: str) -> None:
        self.thread_id = thread_id
        self._leave_voice(but=thread_id)
        self._conversation(thread_id).show()
        self._mark(thread_id, is_unread=False)
        for other in tuple(self._resting(but=thread_id)):
            self._close(other)

    def _resting(self, but: str) -> Iterator[str]:
        for thread_id, conversation in self._conversations.items():
            if thread_id != but and conversation.is_resting:
                yield thread_id

    def _close(self, thread_id: str) -> None:
        conversation = self._conversations.pop(thread_id, None)
        self._outdated.discard(thread_id)
        if conversation is not None:
            self._background.run(conversation.aclose(), name=f"close {thread_id}")
        if self._voice_thread == thread_id:
            self._voice_thread = ""

    @property
    def _is_conversing(self) -> bool:
        """Somebody speaks, or may: there the microphone is not for trying it out."""
        return any(
            one.is_voice_on or not (one.phase is Phase.READY or one.is_written)
            for one in self.floor
        )

    def _take_voice(self, thread_id: str) -> Conversation:
        """Give the microphone to this thread."""
        self._sound.free_microphone()
        self._leave_voice(but=thread_id)
        conversation = self._conversation(thread_id)
        self._voice_thread = thread_id
        return conversation

    def _leave_voice(self, but: str) -> None:
        """No thread but this one may hear the person."""
        if self._voice_thread not in ("", but):
            self._tell_voice(TalkReleased())
            self._tell_voice(VoiceStopped())
            self._voice_thread = ""

    def _tell_voice(self, given: Input) -> None:
        conversation = self._conversations.get(self._voice_thread)
        if conversation is not None:
            conversation.take(given)

    def _stop_replies(self) -> None:
        """On screen, and wherever one is heard; what is only written elsewhere goes on."""
        for thread_id, conversation in tuple(self._conversations.items()):
            is_heard = conversation.phase_changed.phase in (Phase.SPEAKING, Phase.PAUSED)
            if thread_id == self.thread_id or is_heard:
                conversation.take(ReplyStopped())

    def _tell_all(self, given: Input) -> None:
        for conversation in tuple(self._conversations.values()):
            conversation.take(given)

    # ---- threads ------------------------------------------------------------------------------

    def _mark(self, thread_id: str, *, is_unread: bool) -> None:
        self._changes.take(MarkThread(thread_id, is_unread))

    def _renew(self, thread_id: str) -> None:
        if thread_id in self._conversations:
            self._conversations[thread_id].renew_line()

    async def _end(self, thread_id: str) -> None:
        conversation = self._conversations.get(thread_id)
        self._close(thread_id)
        if conversation is not None:
            await conversation.aclose()

    def _reload_settings(self) -> None:
        """Conversations are built anew at their next use: once they rest."""
        self._reload()
        self._outdated = set(self._conversations)
        for thread_id in tuple(self._resting(but="")):
            self._close(thread_id)

    def _report(self, name: str, error: BaseException) -> None:
        logger.error("%s failed", name, exc_info=error)
        is_conversation = name.startswith("conversation ")
        code = "conversation.failed" if is_conversation else "something.failed"
        facts: dict[str, str] = {}
        if isinstance(error, AppError):
            code, facts = error.code, dict(error.facts)
        self._publish(NoticeRaised(Notice(NoticeLevel.ERROR, code, facts)))
        if is_conversation:
            thread_id = name.removeprefix("conversation ")
            self._conversations.pop(thread_id, None)
            self._outdated.discard(thread_id)
            self._publish(PhaseChanged(thread_id, Phase.READY))


def answered(intent: AnswerTools) -> ToolsAnswered:
    """What the person, or a rule of theirs, gives a run that waits."""
    return ToolsAnswered(intent.turn, intent.run_id, intent.outputs, intent.refused)
