"""What the machine knows about a conversation."""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct

from desktop_app.engine.inputs import LineFailed, PromptTyped, SpeechQueued
from desktop_app.link.messages import Phase


class Stage(Enum):
    """How far the current turn has come."""

    IDLE = auto()  # no turn is running
    HEARING = auto()  # the user speaks
    THINKING = auto()  # the turn is with the server
    SPEAKING = auto()  # the reply is being played


class Line(Enum):
    """The voice line."""

    CLOSED = auto()
    OPENING = auto()
    OPEN = auto()
    LOST = auto()  # being tried again


class Mic(Enum):
    """The microphone."""

    CLOSED = auto()
    OPENING = auto()
    OPEN = auto()
    LOST = auto()  # wanted, but gives nothing


class Talk(Enum):
    """The talk key."""

    UP = auto()
    HELD = auto()
    TAIL = auto()  # released, the last word is still being captured


class Route(Enum):
    """Which line carries the current turn."""

    VOICE = auto()
    TEXT = auto()


class Session(Struct, frozen=True):
    """One conversation; only ``machine.step`` makes a new one.

    A Struct, as it is replaced with each word of a reply: a dataclass takes 30 us for that.

    Attributes:
        turn: Number of the current or last turn, from 1.
        is_voice_on: The person wants to converse hands-free.
        barge_in: Speech interrupts the reply; otherwise the microphone is deaf while it sounds.
        is_duplex_automatic: ``barge_in`` follows what is measured of the echo.
        duplex_reason: Why one cannot talk over the reply, or empty.
        tail_s: Sound that is still captured after the talk key came up.
        listen_s: Silence after which a microphone that listens is closed.
        wants_peer_end: The peer shall decide where utterances end, if it can.
        is_peer_ending: It does, on this line.
        is_key_ending: The talk key decides it: a peer that would was asked not to, until the next
            time that the microphone listens by itself.
        is_attending: Sound flows to such a peer, and it has not noticed speech in it yet: it is
            not recorded, and the turn does not count.
        is_committed: The peer itself considers the utterance complete.
        is_mute_told: The person was told that nobody hears them while they are muted.
        is_idle_told: The person was told that the microphone was closed because nobody spoke.
        device, loudspeaker: What people call the devices that are open, or were last.
        is_silent: The microphone gave nothing but zeros when it was last open.
        can_play: There is a loudspeaker.
        is_confirmed: What the ears hear now is speech and no click.
        is_undelivered: The server does not hear of the turn yet: there is no line, or no speech.
        is_sent_again: A lost line had what was said, and the next one gets it, too.
        has_words: The server has told what it understood of the turn.
        is_wordless: The server found no words in the turn, which is over; they may come yet.
        is_answered: The server has said something about the turn.
        refusal: Why the line was refused for good; None since it was tried again.
        is_text_whole: All words of the reply are there; its sound and its end may still come.
        awaits_voice: The server said so, and nothing since: only its sound and its end can follow.
        is_unspoken: The reply was left to be read, as its sound did not come; it may come yet.
        is_voiceless: So it was with the latest reply of this line.
        reply_ended: No more of the reply will come.
        prompt: The typed question of the turn, None when it was spoken.
        waiting: What was typed or said and waits for its turn, oldest first.
        behind: How many of those are older than what is said in the turn.
        line_wait_s: From the loss of the line to the next try to open it.
        line_problem: Why the line cannot be opened, where only a person can help; told once.
        is_stalled: The open line gives no sign of life.
        tries: How often the first waiting prompt was refused in a row.
        has_sound: Speech of the turn was given to the loudspeaker.
        answers_tools: Somebody here gives the outputs of functions.
        awaits_tools: The turn stands still until they are there.
        is_making: A picture or a video is being made, which may take many minutes.
        is_fetching: What was made is being fetched.
        sound_ms: How much was heard when the sound was last looked after.
        is_slow: The person was told that the reply takes long.
        is_interjected: Somebody speaks while a reply is awaited or heard; not known yet whether
            it is meant to interrupt.
        is_paused: The reply is silent as long as that is not known.
    """

    stage: Stage = Stage.IDLE
    turn: int = 0
    is_voice_on: bool = False
    is_muted: bool = False
    barge_in: bool = True
    is_duplex_automatic: bool = False
    duplex_reason: str = ""
    tail_s: float = 0.2
    listen_s: float = 60.0
    wants_peer_end: bool = False
    is_peer_ending: bool = False
    is_key_ending: bool = False
    is_attending: bool = False
    is_committed: bool = False
    is_mute_told: bool = False
    is_idle_told: bool = False
    can_play: bool = True
    line: Line = Line.CLOSED
    line_wait_s: float = 0.0
    line_problem: str = ""
    refusal: LineFailed | None = None
    mic: Mic = Mic.CLOSED
    device: str = ""
    loudspeaker: str = ""
    is_silent: bool = False
    talk: Talk = Talk.UP
    route: Route = Route.VOICE
    is_confirmed: bool = False
    is_undelivered: bool = False
    is_sent_again: bool = False
    has_words: bool = False
    is_wordless: bool = False
    is_answered: bool = False
    is_text_whole: bool = False
    awaits_voice: bool = False
    is_unspoken: bool = False
    is_voiceless: bool = False
    reply_ended: bool = False
    prompt: PromptTyped | None = None
    waiting: tuple[PromptTyped | SpeechQueued, ...] = ()
    behind: int = 0
    is_stalled: bool = False
    tries: int = 0
    has_sound: bool = False
    answers_tools: bool = False
    awaits_tools: bool = False
    is_making: bool = False
    is_fetching: bool = False
    sound_ms: int = 0
    is_slow: bool = False
    is_interjected: bool = False
    is_paused: bool = False

    @property
    def phase(self) -> Phase:
        """Who holds the floor, as people see it: never more than what the parts can prove."""
        match self.stage:
            case Stage.SPEAKING:
                return Phase.PAUSED if self.is_paused else Phase.SPEAKING
            case Stage.THINKING:
                waits_for_line = self.is_undelivered or self.is_voice_stalled
                return self._line_phase if waits_for_line else Phase.THINKING
            case Stage.HEARING if self.is_attending:
                return self._idle_phase
            case Stage.HEARING:
                return Phase.HEARING if self.mic is Mic.OPEN else Phase.CONNECTING
            case _:
                return self._idle_phase

    @property
    def _idle_phase(self) -> Phase:
        if not self.is_voice_on:
            return Phase.READY
        if self.mic is Mic.LOST or (self.mic is Mic.OPEN and self.is_silent):
            return Phase.NO_INPUT
        if self.line is Line.OPEN and self.mic is not Mic.OPEN:
            return Phase.CONNECTING
        if self.line is not Line.OPEN or self.is_stalled:
            return self._line_phase
        return Phase.LISTENING

    @property
    def _line_phase(self) -> Phase:
        is_away = self.line is Line.LOST or self.is_stalled
        return Phase.RECONNECTING if is_away else Phase.CONNECTING

    @property
    def retry_in_s(self) -> float:
        """From the loss of the line to the next try, where the person is told to wait for it."""
        is_told = self.line is Line.LOST and self.phase is Phase.RECONNECTING
        return self.line_wait_s if is_told else 0.0

    @property
    def is_voice_stalled(self) -> bool:
        """The turn is at the other end of a line that gives no sign of life."""
        return self.is_stalled and self.route is Route.VOICE

    @property
    def is_written(self) -> bool:
        """The answer that is awaited is only read: neither ears nor the loudspeaker are needed."""
        prompt = self.prompt if self.route is Route.TEXT else None
        is_silent = prompt is not None and not prompt.wishes.is_spoken
        return self.stage is Stage.THINKING and is_silent

    @property
    def is_unreached(self) -> bool:
        """Voice is on, but no line is there for it, and nothing waits for one."""
        has_line = self.line is Line.OPEN and not self.is_stalled
        is_idle = self.stage is Stage.IDLE and not self.waiting
        return self.is_voice_on and is_idle and not has_line

    @property
    def is_waiting_for_speech(self) -> bool:
        """The microphone listens, and somebody could speak into it."""
        return self.phase is Phase.LISTENING and not self.is_muted

    @property
    def is_unheard(self) -> bool:
        """Something was said to a line, and nothing shows that its end was heard there."""
        is_waiting = self.stage is Stage.THINKING and not self.is_undelivered
        is_spoken = self.route is Route.VOICE and self.prompt is None
        return is_waiting and is_spoken and not (self.has_words or self.is_answered)

    @property
    def is_unsent(self) -> bool:
        """Something was said, and it has not been sent on the line there is, if any."""
        return self.stage is Stage.THINKING and self.is_undelivered

    @property
    def is_out_of_reach(self) -> bool:
        """What was said waits for a line that was lost: no server is slow to answer it."""
        return self.is_unsent and self.line is Line.LOST

    @property
    def has_queued_speech(self) -> bool:
        """Something that was said waits for its turn."""
        return any(isinstance(one, SpeechQueued) for one in self.waiting)

    @property
    def is_held_back(self) -> bool:
        """Something that was said earlier has to be sent first."""
        return any(isinstance(one, SpeechQueued) for one in self.waiting[: self.behind])

    @property
    def is_resting(self) -> bool:
        """Nothing is going on and nothing waits: the conversation can be closed unnoticed."""
        return self.stage is Stage.IDLE and not self.is_voice_on and not self.waiting

    @property
    def is_between_turns(self) -> bool:
        """Nobody speaks or is answered: what carries the conversation can be exchanged."""
        is_quiet = self.is_attending and not self.is_confirmed
        return self.stage is Stage.IDLE or is_quiet

    @property
    def is_deaf(self) -> bool:
        """What the microphone hears is not even looked at: it may be the reply itself."""
        return not self.barge_in and self.stage is Stage.SPEAKING and not self.is_paused
