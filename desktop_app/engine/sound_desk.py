"""Carries out what the machine decides about the microphone and the loudspeaker."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.audio.frames import AudioFrame
from desktop_app.audio.level import loudness
from desktop_app.engine.ears import Ears
from desktop_app.engine.echo_control import EchoControl
from desktop_app.engine.effects import (
    AwaitDrain,
    Capture,
    CloseMicrophone,
    DropCapture,
    FinishCapture,
    FinishPlayback,
    OpenMicrophone,
    PausePlayback,
    Play,
    ResumePlayback,
    StopPlayback,
)
from desktop_app.engine.inputs import (
    Input,
    InputSilenced,
    LoudspeakerLost,
    LoudspeakerOpened,
    MicrophoneLost,
    MicrophoneOpened,
    PlaybackDrained,
)
from desktop_app.engine.jobs import Jobs
from desktop_app.engine.parts import Parts
from desktop_app.engine.ports import Timer
from desktop_app.engine.session import Mic, Session, Stage
from desktop_app.errors import DeviceError
from desktop_app.link.messages import LevelMeasured, SpeechHeard

ECHO_TAIL_S = 0.2
"""So long a room rings after the last sample has left the loudspeaker, in half duplex."""

HEARD_EVERY_S = 0.2
REST_S = 10.0
SPEAKER_RETRY_S = 2.0
_FRAMES_PER_LEVEL = 2  # 25 levels a second

PlaybackEffect = Play | FinishPlayback | AwaitDrain | PausePlayback | ResumePlayback | StopPlayback
SoundEffect = (
    OpenMicrophone | CloseMicrophone | Capture | FinishCapture | DropCapture | PlaybackEffect
)


class SoundDesk:
    """Sound in and sound out of one conversation. Loop thread only.

    Args:
        thread_id: For the news about sound.
        parts: Microphone, loudspeaker, detectors, time.
        jobs: Where listening and waiting run.
        tell: Takes inputs for the machine.
        keep: Takes the sound of a turn, in order.
    """

    def __init__(
        self,
        thread_id: str,
        parts: Parts,
        jobs: Jobs,
        *,
        tell: Callable[[Input], None],
        keep: Callable[[int, bytes], None],
    ) -> None:
        self._thread_id = thread_id
        self._parts = parts
        self._jobs = jobs
        self._tell = tell
        self._echo = EchoControl(parts.echo, tell)
        self._ears = Ears(parts.detector, parts.turn_detector, tell=tell, keep=keep)
        self._session = Session()
        self._is_deaf = False  # of that session, looked up for each frame
        self._deaf_until_s = 0.0  # what was captured before is the end of our own reply
        self._frames_heard = 0
        self._heard_timer: Timer | None = None
        self._is_speaker_wanted = False
        self._is_speaker_resting = False
        self._rest_timer: Timer | None = None
        self._retry_timer: Timer | None = None

    @property
    def heard_ms(self) -> int:
        """How much of the current turn's speech has left the loudspeaker."""
        return self._parts.loudspeaker.heard_ms

    def carry_out(self, effect: SoundEffect) -> None:
        """Do what the machine decided."""
        match effect:
            case OpenMicrophone():
                self._ears.forget()  # what an earlier one heard does not go on here
                self._jobs.start("microphone", self._listen())
                if not self._session.can_play:  # what was lost may be back
                    self.open_loudspeaker()
            case CloseMicrophone():
                self._jobs.cancel("microphone")
            case Capture():
                self._ears.capture(effect.turn, is_held=effect.is_held)
            case FinishCapture():
                self._ears.finish(has_speech=effect.has_speech)
            case DropCapture():
                self._ears.drop()
            case _:
                self._play(effect)

    def _play(self, effect: PlaybackEffect) -> None:
        loudspeaker = self._parts.loudspeaker
        match effect:
            case Play():
                loudspeaker.play(effect.turn, effect.pcm)
            case FinishPlayback():
                loudspeaker.finish(effect.turn)
            case AwaitDrain():
                self._jobs.start("drain", self._drain(effect.turn))
            case PausePlayback():
                loudspeaker.pause()
            case ResumePlayback():
                loudspeaker.resume()
            case StopPlayback():
                self._jobs.cancel("drain")
                loudspeaker.stop()

    def follow(self, session: Session) -> None:
        """Know how the conversation stands now."""
        if session.is_muted != self._session.is_muted:
            self._ears.forget()
        was_deaf, self._is_deaf = self._is_deaf, session.is_deaf
        if was_deaf and not self._is_deaf:
            self._deaf_until_s = self._parts.time.now() + ECHO_TAIL_S
        self._session = session
        if session.stage is Stage.SPEAKING and self._heard_timer is None:
            self._heard_timer = self._parts.time.after(HEARD_EVERY_S, self._tell_heard)
        self._rest_or_wake()

    def open_loudspeaker(self) -> None:
        """Get the loudspeaker ready, or learn that there is none."""
        self._is_speaker_wanted, self._is_speaker_resting = True, False
        self._jobs.start("loudspeaker", self._open_loudspeaker())

    def close_loudspeaker(self) -> None:
        """Release the loudspeaker."""
        self._is_speaker_wanted = False
        self._jobs.start("loudspeaker", self._parts.loudspeaker.close())

    def _rest_or_wake(self) -> None:
        """A card that plays silence costs as much as one that speaks: outside voice it rests."""
        if self._session.is_voice_on or self._session.stage is not Stage.IDLE:
            if self._rest_timer is not None:
                self._rest_timer.cancel()
                self._rest_timer = None
            if self._is_speaker_resting and self._is_speaker_wanted:
                self.open_loudspeaker()
        elif self._is_speaker_wanted and not self._is_speaker_resting and self._rest_timer is None:
            self._rest_timer = self._parts.time.after(REST_S, self._rest)

    def _rest(self) -> None:
        self._rest_timer = None
        if self._is_speaker_wanted:
            self._is_speaker_resting = True
            self._jobs.start("loudspeaker", self._parts.loudspeaker.close())

    @property
    def has_room(self) -> bool:
        """Whether ``room`` would return at once, whatever the turn."""
        return self._parts.loudspeaker.has_room

    async def room(self, turn: int) -> None:
        """Return when the loudspeaker can take more of the turn, plays none of it, or is lost."""
        if turn != self._session.turn or not self._session.can_play:
            return
        try:
            await self._parts.loudspeaker.room()
        except DeviceError as error:
            self._lose_loudspeaker(error)

    def silence(self) -> None:
        """Stop every sound and every timer now."""
        self._parts.loudspeaker.stop()
        for timer in (self._heard_timer, self._rest_timer, self._retry_timer):
            if timer is not None:
                timer.cancel()

    async def aclose(self) -> None:
        """Release both devices."""
        await self._parts.microphone.close()
        await self._parts.loudspeaker.close()

    async def _listen(self) -> None:
        microphone = self._parts.microphone
        try:
            await microphone.open()
            self._tell(MicrophoneOpened(microphone.device_name))
            self._jobs.start("echo", self._echo.open())  # the first word does not wait for it
            await microphone.listen(self._take)
        except DeviceError as error:
            self._tell(MicrophoneLost(error.code))
        finally:
            self._echo.close()
            self._parts.publish(LevelMeasured(0.0, self._parts.loudspeaker.level))
            await microphone.close()

    def _take(self, captured: AudioFrame) -> None:
        frame = self._echo.clean(captured)
        is_deaf = self._is_deaf or (captured.at_s < self._deaf_until_s and self._is_deaf_to_tail)
        if not is_deaf:
            self._ears.pass_on(frame)  # on its way before the judge takes its millisecond
        self._frames_heard += 1
        if self._frames_heard % _FRAMES_PER_LEVEL == 0:
            self._tell_level(frame)
            self._notice_silence(captured)
            self._notice_other_devices()
        if is_deaf:
            if not self._session.is_attending:  # else a recording has begun: it goes on later
                self._ears.forget()
            self._echo.heard(is_speech=None)
        else:
            self._echo.heard(is_speech=self._ears.hear(frame))

    @property
    def _is_deaf_to_tail(self) -> bool:
        """Whether what was captured while our own reply rang is not heard.

        It counts when it was captured, not when it is looked at. Whoever presses the talk key is
        heard from then on.
        """
        return self._session.stage is not Stage.HEARING or self._session.is_attending

    def _tell_level(self, frame: AudioFrame) -> None:
        level = 0.0 if self._session.is_muted else loudness(frame.energy)
        self._parts.publish(LevelMeasured(level, self._parts.loudspeaker.level))

    @property
    def may_hear_itself(self) -> bool:
        """Whether the reply can come back, as far as it is known: not with headphones."""
        return self._echo.may_come_back

    def blame_echo(self) -> None:
        """What was taken for a person was the reply."""
        self._echo.blame()

    def _notice_silence(self, frame: AudioFrame) -> None:
        if self._is_deaf or self._session.is_muted:
            return
        was_silent = self._session.is_silent
        is_silent = not any(frame.pcm) if was_silent else self._parts.microphone.is_muted
        if is_silent == was_silent:
            return
        if is_silent:
            if not self._jobs.is_running("silence"):
                self._jobs.start("silence", self._tell_silence())
        else:
            self._tell(InputSilenced(False))

    async def _tell_silence(self) -> None:
        """Say it with another microphone to take, if there is one."""
        others = await self._parts.microphone.others()
        if not self._parts.microphone.is_muted:
            return
        if others:
            other = others[0]
            self._tell(InputSilenced(True, other.name, other.id or other.name))
        else:
            self._tell(InputSilenced(True))

    def _notice_other_devices(self) -> None:
        """Devices go away, and others take their place without a word."""
        microphone = self._parts.microphone.device_name
        if self._session.mic is Mic.OPEN and microphone not in ("", self._session.device):
            self._tell(MicrophoneOpened(microphone))
        self._notice_other_loudspeaker()

    def _notice_other_loudspeaker(self) -> None:
        loudspeaker = self._parts.loudspeaker.device_name
        if self._session.can_play and loudspeaker not in ("", self._session.loudspeaker):
            self._tell(LoudspeakerOpened(loudspeaker))

    async def _drain(self, turn: int) -> None:
        try:
            await self._parts.loudspeaker.drained()
        except DeviceError as error:
            self._lose_loudspeaker(error)
        else:
            self._tell(PlaybackDrained(turn))

    def _lose_loudspeaker(self, error: DeviceError) -> None:
        """What has not been heard will not be: it is read."""
        self._parts.loudspeaker.stop()
        self._miss_loudspeaker(error)

    async def _open_loudspeaker(self) -> None:
        loudspeaker = self._parts.loudspeaker
        try:
            await loudspeaker.open()
        except DeviceError as error:
            self._miss_loudspeaker(error)
        else:
            self._tell(LoudspeakerOpened(loudspeaker.device_name))

    def _miss_loudspeaker(self, error: DeviceError) -> None:
        """It may come back: look for it now and then as long as it is wanted."""
        self._tell(LoudspeakerLost(error.code))
        if self._retry_timer is not None:
            self._retry_timer.cancel()
        self._retry_timer = self._parts.time.after(SPEAKER_RETRY_S, self._retry_loudspeaker)

    def _retry_loudspeaker(self) -> None:
        self._retry_timer = None
        is_wanted = self._is_speaker_wanted and not self._is_speaker_resting
        if is_wanted and not self._session.can_play:
            self.open_loudspeaker()

    def _tell_heard(self) -> None:
        self._heard_timer = None
        if self._session.stage is Stage.SPEAKING:
            turn = self._session.turn
            self._parts.publish(SpeechHeard(self._thread_id, turn, self.heard_ms))
            self._notice_other_loudspeaker()
            if self._session.mic is not Mic.OPEN:  # no frames come that would tell the level
                self._parts.publish(LevelMeasured(0.0, self._parts.loudspeaker.level))
            self._heard_timer = self._parts.time.after(HEARD_EVERY_S, self._tell_heard)
