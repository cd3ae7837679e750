"""One conversation: carries out what the machine decides, and tells it what happens."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from desktop_app.engine.effects import (
    AskEndpoint,
    AwaitDrain,
    Capture,
    ClearNotice,
    ClearTimer,
    CloseLine,
    CloseMicrophone,
    CutTurn,
    DeliverPrompt,
    DialNow,
    DropCapture,
    Effect,
    FinishCapture,
    FinishPlayback,
    FinishTurn,
    KeepUtterance,
    OpenLine,
    OpenMicrophone,
    OpenRetriedTurn,
    PausePlayback,
    Play,
    QueueSpeech,
    RaiseNotice,
    RecordingEffect,
    ResendSpeech,
    ResumePlayback,
    Send,
    SetAside,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import (
    EchoTranscribed,
    Input,
    ReplyStopped,
    RetryRequested,
    SpeechEnded,
    SpeechStarted,
)
from desktop_app.engine.jobs import Jobs
from desktop_app.engine.ledger import Ledger
from desktop_app.engine.left_files import LeftFiles
from desktop_app.engine.lines import LineEffect, Lines
from desktop_app.engine.loop_breaker import LoopBreaker
from desktop_app.engine.machine import step
from desktop_app.engine.onward_time import OnwardTime
from desktop_app.engine.parts import Parts, Terms
from desktop_app.engine.queued_messages import QueuedMessages
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.sent_speech import SentSpeech
from desktop_app.engine.session import Route, Session, Stage, Talk
from desktop_app.engine.sound_desk import SoundDesk
from desktop_app.engine.timers import Timers
from desktop_app.errors import AppError
from desktop_app.link.messages import (
    NoticeCleared,
    NoticeRaised,
    Phase,
    PhaseChanged,
)
from desktop_app.protocol.commands import Answerer
from desktop_app.protocol.events import ReplyAudio, ReplyText, ServerEvent, TranscriptUpdated

_OVERHEARD = 75  # pieces of sound, mostly frames: 1.5 s


class Engine:
    """Holds one conversation. Everything on the loop's thread.

    It has no opinions: ``machine.step`` decides, this carries out.
    """

    def __init__(self, terms: Terms, parts: Parts) -> None:
        self._terms = terms
        self._parts = parts
        self._session = Session(
            barge_in=terms.barge_in,
            is_duplex_automatic=terms.is_duplex_automatic,
            duplex_reason=terms.duplex_reason,
            answers_tools=terms.answers_tools,
            wants_peer_end=terms.is_peer_ending,
            tail_s=terms.tail_s,
            listen_s=terms.listen_s,
        )
        self._inputs: deque[Input] = deque()
        self._is_stepping = True  # until run() takes them up
        self._has_run = False
        self._closing = asyncio.Event()
        self._failure: Exception | None = None
        self._ended = asyncio.Event()
        self._jobs = Jobs()
        self._ledger = Ledger(parts.publish)
        self._recorder = Recorder(
            terms.thread_id,
            self._ledger,
            parts.journal,
            OnwardTime(parts.time),
            first_sound_s=lambda: parts.loudspeaker.first_sound_s,
            keeps_recordings=terms.keeps_recordings,
            begins=terms.begins,
        )
        self._sound = SoundDesk(
            terms.thread_id, parts, self._jobs, tell=self.take, keep=self._keep_sound
        )
        sent = SentSpeech(
            terms.thread_id, self._ledger, parts.journal, parts.time, parts.find_stored
        )
        self._lines = Lines(
            terms,
            parts,
            self._jobs,
            self._recorder,
            LeftFiles(self._ledger, parts.journal),
            tell=self.take,
            admit=self._admit,
            has_room=lambda: self._ledger.has_room and self._sound.has_room,
            is_free=lambda: self._session.is_between_turns,
            speech_sent=sent.note,
        )
        self._queued = QueuedMessages(
            terms.thread_id,
            parts.journal,
            self._recorder,
            self._lines,
            sent,
            tell=self.take,
            publish=parts.publish,
        )
        self._timers = Timers(parts.time, self.take)
        self._loops = LoopBreaker(parts.time.now)
        self._overheard: deque[bytes] = deque(maxlen=_OVERHEARD)
        self._shown = self.phase_changed

    @property
    def thread_id(self) -> str:
        """Whose conversation this is."""
        return self._terms.thread_id

    @property
    def phase(self) -> Phase:
        """Who holds the floor now."""
        return self._session.phase

    @property
    def is_resting(self) -> bool:
        """Nothing is going on and nothing waits to be delivered."""
        return self._session.is_resting

    @property
    def phase_changed(self) -> PhaseChanged:
        """The current state, as the window is told it."""
        session = self._session
        return PhaseChanged(
            self.thread_id,
            session.phase,
            session.turn,
            session.is_voice_on,
            session.is_muted,
            session.device,
            "full" if session.barge_in else "half",
            session.duplex_reason,
            session.is_written,
            session.is_unreached,
            session.retry_in_s,
        )

    def show(self) -> None:
        """Tell the window, which opens the thread now, what it cannot know from the journal."""
        self._parts.publish(self.phase_changed)
        self._recorder.tell_again(self._session.turn)

    async def run(self) -> None:
        """Hold the conversation until ``aclose`` or a cancellation. Once per engine.

        Whatever ends it: sound stops, lines and devices are closed, the journal is consistent.
        """
        self._has_run = True
        try:
            async with self._jobs:
                try:
                    self._jobs.start("journal", self._ledger.run())
                    self._jobs.start("queued messages", self._queued.resume())
                    self._is_stepping = False
                    self._take_all()
                    await self._closing.wait()
                    if self._failure is not None:
                        raise self._failure
                finally:  # nothing moves any more, or a late job would never be cancelled
                    self._is_stepping = True
                    self._timers.clear_all()
                    self._jobs.cancel_all()
        finally:
            try:
                await self._settle()
            finally:
                self._ended.set()

    def take(self, given: Input) -> None:
        """Take in what happened, or what a person wants. Before ``run`` it waits for that."""
        self._inputs.append(given)
        self._take_all()

    def carry(self, files: tuple[str, ...]) -> None:
        """The next spoken turn takes these files along."""
        self._lines.files.attach(files)

    async def let_go(self, utterance_id: str) -> None:
        """What was said into this recording is not sent, unless that has begun.

        Returns when it is durable that it does not wait.

        Raises:
            StorageError
        """
        turn = self._session.turn
        if self._session.is_unsent and self._recorder.question(turn).utterance_id == utterance_id:
            self.take(ReplyStopped())
            await self._recorder.written()
        await self._queued.let_go(utterance_id)

    def renew_line(self) -> None:
        """Who answers is another one: the voice line, if there is one, is opened anew."""
        self._lines.renew()

    def wish_next(self, who: Answerer) -> None:
        """These answer, hear and speak in the next spoken turn alone."""
        self._lines.next_turn.wish(who)

    async def aclose(self) -> None:
        """End ``run`` and return when it has ended. Idempotent; at once when it never ran."""
        self._closing.set()
        if self._has_run:
            await self._ended.wait()

    # ---- the machine ----------------------------------------------------------------------

    def _take_all(self) -> None:
        if self._is_stepping:
            return
        self._is_stepping = True
        try:
            while self._inputs:
                self._step(self._inputs.popleft())
        except Exception as error:  # a bug ends this conversation, and not whoever told it
            self._failure = error
            self._inputs.clear()
            self._closing.set()
        finally:
            self._is_stepping = False

    def _step(self, given: Input) -> None:
        if isinstance(given, RetryRequested):
            name = f"retry {given.message_id}"
            self._jobs.start(name, self._queued.retry(given.message_id))
            return
        given = self._unless_echo(given)
        before = self._session
        self._session, effects = step(before, given, heard_ms=self._sound.heard_ms)
        if self._session.talk is not Talk.UP:
            self._loops.meant(self._session.turn)
        self._queued.set_aside(effects)
        self._open_recording(before)
        for effect in effects:
            self._carry_out(effect)
        self._sound.follow(self._session)
        if self.phase_changed != self._shown:
            self._shown = self.phase_changed
            self._parts.publish(self._shown)

    def _open_recording(self, before: Session) -> None:
        """An utterance begins: with it what was overheard while a peer listened for one."""
        now = self._session
        is_new = now.turn != before.turn
        if now.stage is not Stage.HEARING or now.is_attending:
            if is_new:
                self._overheard.clear()
            return
        if not (is_new or before.is_attending):
            return
        overheard = () if is_new else tuple(self._overheard)
        self._lines.files.begin(now.turn, self._recorder.open_spoken(now.turn))
        self._lines.begin_speech(b"".join(overheard))
        for pcm in overheard:
            self._recorder.append(now.turn, pcm)
        self._overheard.clear()

    def _unless_echo(self, given: Input) -> Input:
        """The input, or that it is the reply's own words."""
        session, loops = self._session, self._loops
        if session.stage is Stage.SPEAKING and not session.is_paused:
            loops.sounded()
        match given:
            case ReplyText() if given.turn == session.turn:
                loops.spoke(given.turn, given.text)
            case SpeechStarted():
                loops.began()
            case SpeechEnded():
                loops.ended(given.speech_end_s)
            case TranscriptUpdated(is_final=True) if self._sound.may_hear_itself and loops.is_echo(
                given.turn, given.text
            ):
                self._sound.blame_echo()
                return EchoTranscribed(given.turn)
        return given

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case SetTimer():
                self._timers.set(effect.name, effect.after_s)
            case ClearTimer():
                self._timers.clear(effect.name)
            case RaiseNotice():
                self._parts.publish(NoticeRaised(effect.notice))
            case ClearNotice():
                self._parts.publish(NoticeCleared(effect.code))
            case (
                OpenLine()
                | DialNow()
                | CloseLine()
                | AskEndpoint()
                | Send()
                | ResendSpeech()
                | DeliverPrompt()
            ):
                self._use_line(effect)
            case (
                OpenMicrophone()
                | CloseMicrophone()
                | Capture()
                | FinishCapture()
                | DropCapture()
                | Play()
                | FinishPlayback()
                | AwaitDrain()
                | PausePlayback()
                | ResumePlayback()
                | StopPlayback()
            ):
                self._sound.carry_out(effect)
            case OpenRetriedTurn():
                self._loops.meant(effect.turn)
                self._queued.open(effect)
            case SetAside():
                pass  # was done first, as the next recording takes the place of its sound
            case _:
                self._remember(effect)

    def _use_line(self, effect: LineEffect) -> None:
        if isinstance(effect, OpenLine):
            self._sound.open_loudspeaker()
        elif isinstance(effect, CloseLine):
            self._sound.close_loudspeaker()
        elif isinstance(effect, DeliverPrompt) and effect.wishes.is_spoken:
            self._sound.open_loudspeaker()
        self._lines.carry_out(effect)

    def _remember(self, effect: RecordingEffect) -> None:
        if isinstance(effect, KeepUtterance):
            self._lines.files.end(effect.turn, is_late=self._session.is_committed)
        self._recorder.carry_out(effect)
        if isinstance(effect, FinishTurn | CutTurn) and self._session.route is Route.VOICE:
            self._lines.next_turn.end()

    # ---- what passes through --------------------------------------------------------------

    def _keep_sound(self, turn: int, pcm: bytes) -> None:
        if self._session.is_attending:
            self._overheard.append(pcm)
            self._lines.stream(turn, pcm)
            return
        self._recorder.append(turn, pcm)
        self._lines.append_speech(turn, pcm, is_live=not self._session.is_undelivered)

    async def _admit(self, event: ServerEvent) -> None:
        await self._ledger.room()
        if isinstance(event, ReplyAudio):
            await self._sound.room(event.turn)

    async def _settle(self) -> None:
        session = self._session
        is_recorded = session.is_unsent and self._recorder.question(session.turn).utterance_id
        if is_recorded:
            self._recorder.carry_out(QueueSpeech(session.turn))  # the next engine sends it
        elif session.stage is not Stage.IDLE and not session.is_attending:
            self._recorder.shut_down(session.turn, self._sound.heard_ms)
        self._sound.silence()
        await self._ledger.finish()
        with suppress(AppError):  # a device that is gone is closed enough
            await self._sound.aclose()
