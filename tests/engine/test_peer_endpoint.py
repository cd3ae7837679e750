"""A peer that decides where utterances begin and end."""

from __future__ import annotations

import pytest

from desktop_app.engine.effects import (
    AskEndpoint,
    Capture,
    ClearTimer,
    CloseMicrophone,
    DiscardUtterance,
    DropCapture,
    Effect,
    FailTurn,
    FinishCapture,
    KeepUtterance,
    Record,
    ResendSpeech,
    Send,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import (
    Input,
    LineLost,
    LineOpened,
    MicrophoneLost,
    MicrophoneOpened,
    MutedChanged,
    PlaybackDrained,
    PromptTyped,
    SpeechConfirmed,
    SpeechDropped,
    SpeechStarted,
    TalkCancelled,
    TalkPressed,
    TalkReleased,
    TimerFired,
    TimerName,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.engine.session import Session
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CommitAudio, DiscardAudio, PromptText
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyText,
    SessionReady,
    TranscriptUpdated,
    UtteranceBegun,
    UtteranceOver,
)
from tests.fakes.machine import ENDED, INSISTING, PCM, notices
from tests.fakes.machine import play as play_from

ATTENDING = (
    VoiceStarted(),
    MicrophoneOpened("mic"),
    SessionReady("s", is_ending=True),
    LineOpened(),
)
BEGUN = (*ATTENDING, UtteranceBegun(1))
OVER = (*BEGUN, UtteranceOver(1))
THINKING = (*OVER, ENDED)


def play(*given: Input, session: Session | None = None) -> tuple[Session, list[Effect]]:
    return play_from(*given, session=session or Session(wants_peer_end=True))


def commands(effects: list[Effect]) -> list[object]:
    return [effect.command for effect in effects if isinstance(effect, Send)]


def test_sound_flows_as_soon_as_the_microphone_listens():
    session, effects = play(*ATTENDING)
    assert Capture(1, is_held=True) in effects
    assert (session.phase, session.is_undelivered) == (Phase.LISTENING, False)
    assert effects[-1] == SetTimer(TimerName.NOT_BEGUN, 60.0)


@pytest.mark.parametrize(
    ("wish", "ready"),
    [(False, SessionReady("s", is_ending=True)), (True, SessionReady("s"))],
)
def test_it_flows_only_to_who_was_asked_for_it_and_can(wish, ready):
    given = (VoiceStarted(), MicrophoneOpened("mic"), ready, LineOpened())
    session, effects = play(*given, session=Session(wants_peer_end=wish))
    assert not session.is_attending
    assert not [one for one in effects if isinstance(one, Capture)]


@pytest.mark.parametrize("news", [UtteranceBegun(1), TranscriptUpdated(1, "wha")])
def test_the_peer_says_when_somebody_speaks(news):
    session, _ = play(*ATTENDING, news)
    assert session.phase is Phase.HEARING


def test_the_peer_says_when_it_is_over_and_is_not_told_so():
    session, effects = play(*OVER)
    assert effects == [FinishCapture(1, has_speech=True)]
    assert play(UtteranceOver(1), session=session)[1] == []
    session, effects = play(ENDED, session=session)
    assert effects[0] == KeepUtterance(1, 1.0, 500)
    assert commands(effects) == []
    assert session.phase is Phase.THINKING


def test_final_words_end_an_utterance_whose_end_nobody_told():
    words = TranscriptUpdated(1, "what", is_final=True)
    session, effects = play(*ATTENDING, words)
    assert effects[:2] == [FinishCapture(1, has_speech=True), Record(words)]
    assert commands(play(ENDED, session=session)[1]) == []


def test_what_a_lost_peer_has_understood_before_it_told_the_end_is_not_said_again():
    words = TranscriptUpdated(1, "what", is_final=True)
    session, effects = play(*BEGUN, words, ENDED, LineLost(0.5))
    assert effects[0] == FailTurn(1, "line.lost")
    assert ResendSpeech(1) not in play(LineOpened(), session=session)[1]


def test_where_the_peer_is_lost_silence_ends_what_is_being_said():
    session, effects = play(*BEGUN, LineLost(0.5))
    assert effects == [ClearTimer(TimerName.TALK_HELD), Capture(1, is_held=False)]
    assert (session.phase, session.is_undelivered) == (Phase.HEARING, True)
    session, effects = play(LineLost(1.0), session=session)
    assert effects == [], "it is asked once"


@pytest.mark.parametrize("reply", [ReplyText(1, "x"), ReplyAudio(1, PCM)])
def test_a_reply_ends_it_too(reply):
    _, effects = play(*BEGUN, reply)
    assert effects[0] == FinishCapture(1, has_speech=True)


def test_what_the_peer_takes_back_was_no_utterance():
    session, effects = play(*BEGUN, TranscriptUpdated(1, "", is_final=True))
    assert DiscardUtterance(1) in effects
    assert (session.phase, session.turn) == (Phase.LISTENING, 1)
    assert play(UtteranceBegun(1), session=session)[0].phase is Phase.HEARING
    empty = TranscriptUpdated(1, " ", is_final=True)
    assert play(*ATTENDING, empty)[1] == []


def test_after_the_reply_sound_flows_again():
    given = (ReplyAudio(1, PCM), ReplyEnded(1), PlaybackDrained(1))
    session, effects = play(*THINKING, *given)
    assert Capture(2, is_held=True) in effects
    assert session.phase is Phase.LISTENING


def test_an_interruption_is_noticed_here_and_ended_there():
    session, effects = play(*THINKING, ReplyAudio(1, PCM), *INSISTING)
    assert StopPlayback() in effects
    assert Capture(2, is_held=True) in effects
    assert session.phase is Phase.HEARING
    assert play(UtteranceOver(2), session=session)[1] == [FinishCapture(2, has_speech=True)]


def test_a_key_ends_it_whatever_the_peer_believes():
    session, effects = play(*BEGUN, TalkReleased(), TimerFired(TimerName.TALK_TAIL))
    assert effects == [FinishCapture(1)]
    assert commands(play(ENDED, session=session)[1]) == [CommitAudio(1)]
    assert commands(play(SpeechDropped(), session=session)[1]) == [DiscardAudio(1)]


def test_a_peer_that_never_ends_an_utterance_is_not_waited_for():
    session, effects = play(*BEGUN)
    assert effects[0] == SetTimer(TimerName.TALK_HELD, 60.0)
    session, effects = play(TimerFired(TimerName.TALK_HELD), session=session)
    assert effects == [FinishCapture(1)]


@pytest.mark.parametrize(
    ("given", "phase"),
    [
        (MutedChanged(True), Phase.LISTENING),
        (VoiceStopped(), Phase.READY),
        (LineLost(1.0), Phase.RECONNECTING),
        (MicrophoneLost("device.lost"), Phase.NO_INPUT),
        (TimerFired(TimerName.NOT_BEGUN), Phase.READY),
    ],
)
def test_to_stop_listening_leaves_nothing_behind(given, phase):
    session, effects = play(*ATTENDING, SpeechConfirmed(), given)
    assert effects[0] == DropCapture()
    assert not [one for one in effects if isinstance(one, FinishCapture | KeepUtterance)]
    assert (session.phase, session.is_attending, session.is_confirmed) == (phase, False, False)


def test_nobody_is_waited_for_without_end():
    _, effects = play(*ATTENDING, TimerFired(TimerName.NOT_BEGUN))
    assert CloseMicrophone() in effects
    assert notices(effects) == ["voice.idle"]


def test_a_key_or_a_typed_prompt_finds_the_floor_free():
    _, effects = play(*ATTENDING, TalkPressed())
    assert effects[:3] == [DropCapture(), Send(DiscardAudio(1)), AskEndpoint(by_peer=False)]
    assert Capture(2, is_held=True) in effects
    assert ResendSpeech(1) not in effects, "nobody had spoken"
    _, effects = play(*ATTENDING, PromptTyped("m", "hi"))
    assert Send(PromptText(2, "hi")) in effects


READY = SessionReady("s", is_ending=True)
MANUAL = SessionReady("s")


def test_a_held_key_owns_the_end_and_a_pause_is_none():
    session, effects = play(*ATTENDING, TalkPressed(), MANUAL, SpeechConfirmed())
    assert not session.is_peer_ending
    pause = (UtteranceOver(2), TranscriptUpdated(2, "what", is_final=True))
    session, effects = play(*pause, session=session)
    assert session.phase is Phase.HEARING
    assert not [one for one in effects if isinstance(one, FinishCapture)]
    session, effects = play(TalkReleased(), TimerFired(TimerName.TALK_TAIL), session=session)
    assert FinishCapture(2) in effects
    assert commands(play(ENDED, session=session)[1]) == [CommitAudio(2)]


def test_a_key_pressed_into_the_answer_owns_the_end_of_the_next_utterance():
    session, effects = play(*THINKING, ReplyAudio(1, PCM), TalkPressed())
    assert AskEndpoint(by_peer=False) in effects
    assert not session.is_peer_ending


def test_a_line_can_be_exchanged_while_nobody_speaks_into_it():
    assert play(*ATTENDING)[0].is_between_turns
    assert not play(*ATTENDING, SpeechStarted(), SpeechConfirmed())[0].is_between_turns
    assert not play(*BEGUN)[0].is_between_turns


def test_a_key_takes_over_an_utterance_that_the_voice_began():
    session, effects = play(*BEGUN, TalkPressed())
    assert effects[:3] == [
        AskEndpoint(by_peer=False),
        ResendSpeech(1),
        Capture(1, is_held=True),
    ]
    assert play(UtteranceOver(1), session=session)[1] == []


def test_a_peer_that_comes_while_the_key_is_held_is_asked_to_leave_the_end_to_it():
    connecting = (VoiceStarted(), MicrophoneOpened("mic"), TalkPressed(), SpeechConfirmed())
    session, effects = play(*connecting, READY)
    assert AskEndpoint(by_peer=False) in effects
    assert not session.is_peer_ending
    session, effects = play(LineOpened(), session=session)
    assert effects == [ResendSpeech(1)]
    _, effects = play(LineLost(1.0), READY, session=session)
    assert AskEndpoint(by_peer=False) in effects


def test_after_the_turn_of_the_key_the_peer_decides_again():
    session, _ = play(*ATTENDING, TalkPressed(), MANUAL, SpeechConfirmed(), TalkReleased())
    given = (TimerFired(TimerName.TALK_TAIL), ENDED, ReplyText(2, "x"), ReplyEnded(2))
    session, effects = play(*given, session=session)
    assert session.phase is Phase.LISTENING
    assert effects.count(AskEndpoint(by_peer=True)) == 1
    session, effects = play(READY, session=session)
    assert session.is_attending
    assert Capture(3, is_held=True) in effects


def test_where_the_peer_was_never_asked_to_decide_a_key_asks_nothing():
    given = (VoiceStarted(), MicrophoneOpened("mic"), MANUAL, LineOpened(), TalkPressed())
    _, effects = play(*given, session=Session())
    assert not [one for one in effects if isinstance(one, AskEndpoint)]


def test_nothing_is_being_said_that_could_be_ended_or_cancelled():
    assert play(*ATTENDING, TalkReleased())[1] == []
    assert play(*ATTENDING, TalkCancelled())[1] == []
    assert play(*ATTENDING, TimerFired(TimerName.TALK_HELD))[1] == []
