"""A cough into a reply, and an interruption: what the machine makes of them."""

from __future__ import annotations

import pytest

from desktop_app.engine.effects import (
    Capture,
    ClearTimer,
    PausePlayback,
    Play,
    ResumePlayback,
    Send,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import (
    LoudspeakerLost,
    MicrophoneLost,
    MutedChanged,
    PlaybackDrained,
    ReplyStopped,
    SpeechConfirmed,
    SpeechDropped,
    SpeechInsisted,
    SpeechStarted,
    TalkPressed,
    TimerFired,
    TimerName,
    VoiceStopped,
)
from desktop_app.engine.session import Session
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CancelReply, CommitAudio
from desktop_app.protocol.events import ReplyAudio, ReplyEnded, TranscriptUpdated
from tests.fakes.machine import (
    ANSWERING,
    ASKED,
    ENDED,
    ENDING,
    INSISTING,
    LISTENING,
    PCM,
    SPEAKING_UP,
    play,
)

PAUSED = (*ANSWERING, SpeechStarted())
GOES_ON = [
    ClearTimer(TimerName.RESUME),
    ResumePlayback(),
    SetTimer(TimerName.SOUND, 1.0),
]


def test_a_sound_into_the_reply_silences_it_at_once_and_ends_nothing():
    session, effects = play(*PAUSED)
    assert effects == [PausePlayback(), SetTimer(TimerName.RESUME, 1.8)]
    assert (session.phase, session.turn) == (Phase.PAUSED, 1)


@pytest.mark.parametrize("end", [ENDED, SpeechDropped()])
def test_a_cough_lets_the_reply_go_on(end):
    session, effects = play(*PAUSED, SpeechConfirmed(), end)
    assert effects == GOES_ON
    assert session.phase is Phase.SPEAKING
    assert play(SpeechStarted(), session=session)[1][0] == PausePlayback(), "and so does the next"


def test_a_sound_that_does_not_end_is_talked_over_after_a_while():
    session, effects = play(*PAUSED, TimerFired(TimerName.RESUME))
    assert effects == GOES_ON
    assert play(ENDED, session=session)[1] == []
    assert play(TimerFired(TimerName.RESUME), session=session)[1] == []
    assert StopPlayback() in play(SpeechInsisted(), session=session)[1]
    session, _ = play(*ANSWERING, *SPEAKING_UP, TimerFired(TimerName.RESUME), SpeechInsisted())
    assert not session.is_undelivered, "it is known to be speech"


def test_in_half_duplex_who_is_talked_over_is_forgotten():
    begun = (*ASKED, SpeechStarted(), SpeechConfirmed(), ReplyAudio(1, PCM))
    session, effects = play(*begun, TimerFired(TimerName.RESUME), session=Session(barge_in=False))
    assert effects == GOES_ON
    assert (session.is_interjected, session.is_confirmed, session.is_deaf) == (False, False, True)


def test_speech_that_insists_ends_the_reply_for_good():
    session, effects = play(*ANSWERING, *INSISTING, heard_ms=240)
    assert effects[:2] == [StopPlayback(), Send(CancelReply(1, 240))]
    assert effects[-1] == Capture(2)
    assert (session.phase, session.is_paused) == (Phase.HEARING, False)
    assert play(TimerFired(TimerName.RESUME), session=session)[1] == []


def test_a_key_does_not_wait_until_speech_insists():
    session, effects = play(*PAUSED, TalkPressed())
    assert StopPlayback() in effects
    assert session.turn == 2


def test_a_noise_while_thinking_changes_nothing():
    session, effects = play(*ASKED, SpeechStarted())
    assert (session.phase, effects) == (Phase.THINKING, [])
    assert play(ENDED, session=session) == (play(*ASKED)[0], [])


def test_an_answer_does_not_begin_into_somebodys_words():
    session, effects = play(*ASKED, SpeechStarted(), ReplyAudio(1, PCM))
    assert session.phase is Phase.PAUSED
    assert effects.index(PausePlayback()) < effects.index(Play(1, PCM))
    assert play(ENDED, session=session)[1] == GOES_ON


def test_a_pause_is_not_a_loudspeaker_that_plays_nothing():
    session, effects = play(*PAUSED, TimerFired(TimerName.SOUND))
    assert (session.phase, effects) == (Phase.PAUSED, [])


def test_a_reply_that_ends_in_a_pause_waits_until_it_was_heard():
    session, _ = play(*PAUSED, ReplyEnded(1), ENDED)
    assert session.phase is Phase.SPEAKING
    assert play(PlaybackDrained(1), session=session)[0].phase is Phase.LISTENING


@pytest.mark.parametrize("end", [MutedChanged(True), VoiceStopped(), MicrophoneLost("device.lost")])
def test_a_reply_goes_on_when_nobody_listens_any_more(end):
    session, effects = play(*PAUSED, end)
    assert ResumePlayback() in effects
    assert session.phase is Phase.SPEAKING


@pytest.mark.parametrize(
    ("end", "phase"),
    [
        (ReplyStopped(), Phase.LISTENING),
        (PlaybackDrained(1), Phase.HEARING),
        (LoudspeakerLost("device.lost"), Phase.HEARING),
    ],
)
def test_no_pause_outlives_its_reply(end, phase):
    session, _ = play(*ENDING, SpeechStarted(), end)
    assert not session.is_paused
    assert session.phase is phase


@pytest.mark.parametrize(
    "end", [(ReplyEnded(1), PlaybackDrained(1)), (ReplyEnded(1), LoudspeakerLost("device.lost"))]
)
def test_a_word_into_the_end_of_a_reply_is_the_next_turn_however_short(end):
    session, effects = play(*PAUSED, SpeechConfirmed(), *end)
    assert effects[-1] == Capture(2), "the reply is over: there is nothing to interrupt"
    assert not session.is_undelivered
    session, effects = play(ENDED, session=session)
    assert Send(CommitAudio(2)) in effects
    assert (session.phase, session.turn) == (Phase.THINKING, 2)


@pytest.mark.parametrize("end", [ReplyEnded(1), TranscriptUpdated(1, "", is_final=True)])
def test_a_word_while_an_answer_is_awaited_that_has_no_sound_is_the_next_turn(end):
    session, effects = play(*ASKED, SpeechStarted(), end)
    assert effects[-1] == Capture(2)
    session, effects = play(SpeechDropped(), session=session)
    assert (session.phase, session.turn) == (Phase.LISTENING, 2), "but a click is nothing"


def test_a_sound_that_was_talked_over_to_the_end_of_the_reply_is_no_turn():
    session, _ = play(*PAUSED, TimerFired(TimerName.RESUME), ReplyEnded(1), PlaybackDrained(1))
    assert (session.phase, session.turn) == (Phase.LISTENING, 1)
    assert Capture(2) in play(SpeechInsisted(), session=session)[1]


def test_no_pause_outlives_the_loudspeaker_though_the_reply_goes_on():
    session, _ = play(*PAUSED, LoudspeakerLost("device.lost"))
    assert (session.phase, session.is_paused) == (Phase.THINKING, False)


def test_speech_that_goes_on_after_the_reply_was_stopped_is_the_next_turn():
    session, effects = play(*PAUSED, ReplyStopped(), SpeechInsisted())
    assert Capture(2) in effects
    assert session.phase is Phase.HEARING


def test_insisting_changes_nothing_for_who_is_heard_already_or_not_at_all():
    assert play(*LISTENING, *INSISTING) == (play(*LISTENING, *SPEAKING_UP)[0], [])
    assert play(*LISTENING, MutedChanged(True), SpeechInsisted())[1] == []
    assert play(SpeechInsisted())[1] == []
