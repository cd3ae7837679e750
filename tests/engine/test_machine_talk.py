"""Beginning and ending to talk: keys, commands, silence, and what is sent of it."""

from __future__ import annotations

import pytest

from desktop_app.engine.effects import (
    Capture,
    ClearNotice,
    ClearTimer,
    CloseMicrophone,
    DiscardUtterance,
    DropCapture,
    FinishCapture,
    ResendSpeech,
    Send,
    SetTimer,
)
from desktop_app.engine.inputs import (
    LineFailed,
    LineLost,
    LineOpened,
    MicrophoneOpened,
    MutedChanged,
    PlaybackDrained,
    SpeechConfirmed,
    SpeechDropped,
    SpeechStarted,
    TalkCancelled,
    TalkPressed,
    TalkReleased,
    TalkToggled,
    TimerFired,
    TimerName,
    VoiceStarted,
)
from desktop_app.engine.session import Session, Talk
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CommitAudio, DiscardAudio
from tests.fakes.machine import (
    ANSWERING,
    ASKED,
    ENDED,
    ENDING,
    INSISTING,
    LISTENING,
    SPEAKING_UP,
    notices,
    play,
)

HELD = (TalkPressed(), MicrophoneOpened("mic"), LineOpened())
TAIL = SetTimer(TimerName.TALK_TAIL, 0.2)

# ---- toggle and cancel ----------------------------------------------------------------------


def test_a_toggle_begins_and_ends_what_a_key_would():
    assert play(TalkToggled())[1] == play(TalkPressed())[1]
    assert play(*HELD, TalkToggled()) == play(*HELD, TalkReleased())


def test_a_toggle_in_the_tail_goes_on_with_the_same_turn():
    session, effects = play(*HELD, TalkReleased(), TalkToggled())
    assert (session.talk, session.turn) == (Talk.HELD, 1)
    assert ClearTimer(TimerName.TALK_TAIL) in effects


@pytest.mark.parametrize("before", [(), (*HELD, TalkReleased()), (*LISTENING, SpeechStarted())])
def test_a_key_that_never_comes_up_ends_what_is_said_after_two_minutes(before):
    session, effects = play(*before, TalkPressed())
    assert SetTimer(TimerName.TALK_HELD, 120.0) in effects
    assert ClearTimer(TimerName.TALK_HELD) in play(TalkReleased(), session=session)[1]


def test_a_line_that_is_lost_while_the_key_is_held_leaves_the_end_to_the_key():
    session, effects = play(*HELD, SpeechConfirmed(), LineLost(1.0))
    assert effects == []
    assert (session.talk, session.is_undelivered) == (Talk.HELD, True)


@pytest.mark.parametrize("end", [TalkReleased(), TalkToggled()])
def test_an_utterance_without_a_key_can_be_ended_by_one(end):
    session, effects = play(*LISTENING, *SPEAKING_UP, end)
    assert TAIL in effects
    session, effects = play(TimerFired(TimerName.TALK_TAIL), session=session)
    assert effects == [FinishCapture(1)]
    session, effects = play(ENDED, session=session)
    assert Send(CommitAudio(1)) in effects
    assert session.is_voice_on


def test_a_toggle_ends_a_reply_and_begins_to_listen():
    session, effects = play(*ANSWERING, TalkToggled())
    assert Capture(2, is_held=True) in effects
    assert session.phase is Phase.HEARING


@pytest.mark.parametrize("before", [(), LISTENING, ASKED, ANSWERING])
def test_to_end_or_cancel_what_nobody_says_is_nothing(before):
    assert play(*before, TalkReleased())[1] == []
    assert play(*before, TalkCancelled())[1] == []


def test_what_is_cancelled_was_never_said():
    session, effects = play(*HELD, SpeechConfirmed(), TalkCancelled())
    assert effects[:3] == [DropCapture(), DiscardUtterance(1), Send(DiscardAudio(1))]
    assert CloseMicrophone() in effects
    assert notices(effects) == []
    assert (session.phase, session.talk) == (Phase.READY, Talk.UP)


@pytest.mark.parametrize("given", [TalkPressed(), TalkReleased(), TalkCancelled()])
@pytest.mark.parametrize("before", [(), HELD, (*HELD, SpeechConfirmed())])
def test_what_is_asked_twice_is_done_once(before, given):
    session, _ = play(*before, given)
    assert play(given, session=session) == (session, [])


def test_a_press_into_locked_talk_goes_on_with_it_until_it_is_released():
    locked = TalkToggled(), MicrophoneOpened("mic"), LineOpened()
    session, _ = play(*locked)
    assert play(TalkPressed(), session=session) == (session, [])
    assert play(*locked, TalkPressed(), TalkReleased()) == play(*locked, TalkToggled())


def test_hands_free_words_can_be_cancelled_too():
    session, effects = play(*LISTENING, *SPEAKING_UP, TalkCancelled())
    assert Send(DiscardAudio(1)) in effects
    assert session.phase is Phase.LISTENING


def test_the_tail_is_as_long_as_it_was_set():
    session = Session(tail_s=0.05)
    assert SetTimer(TimerName.TALK_TAIL, 0.05) in play(*HELD, TalkReleased(), session=session)[1]


# ---- nobody speaks --------------------------------------------------------------------------


def test_listening_is_given_up_after_a_while_with_a_word():
    session, effects = play(*LISTENING)
    assert effects[-1] == SetTimer(TimerName.NOT_BEGUN, 60.0)
    session, effects = play(TimerFired(TimerName.NOT_BEGUN), session=session)
    assert CloseMicrophone() in effects
    assert notices(effects) == ["voice.idle"]
    assert session.phase is Phase.READY
    assert ClearNotice("voice.idle") in play(VoiceStarted(), session=session)[1]


@pytest.mark.parametrize("given", [SpeechStarted(), TalkPressed(), LineLost(1.0)])
def test_the_wait_ends_with_the_listening(given):
    session, effects = play(*LISTENING, given)
    assert ClearTimer(TimerName.NOT_BEGUN) in effects
    assert play(TimerFired(TimerName.NOT_BEGUN), session=session)[1] == []


def test_the_wait_begins_anew_after_each_reply():
    assert play(*ENDING, PlaybackDrained(1))[1][-1] == SetTimer(TimerName.NOT_BEGUN, 60.0)


def test_who_is_muted_is_not_waited_for():
    session, effects = play(*LISTENING, MutedChanged(True))
    assert effects == [ClearTimer(TimerName.NOT_BEGUN)]
    assert play(TimerFired(TimerName.NOT_BEGUN), session=session)[1] == []
    effects = play(MutedChanged(False), session=session)[1]
    assert effects[-1] == SetTimer(TimerName.NOT_BEGUN, 60.0)


# ---- what a server is given -----------------------------------------------------------------


def sent(effects) -> list[object]:
    return [effect for effect in effects if isinstance(effect, Send | ResendSpeech)]


def test_nothing_is_sent_before_it_is_known_to_be_speech():
    session, effects = play(*LISTENING, SpeechStarted())
    assert session.is_undelivered
    session, effects = play(SpeechConfirmed(), session=session)
    assert effects == [ResendSpeech(1)]
    assert not session.is_undelivered
    assert sent(play(ENDED, session=session)[1]) == [Send(CommitAudio(1))]


def test_a_press_into_silence_tells_the_server_nothing():
    _, effects = play(*HELD, TalkReleased(), SpeechDropped())
    assert sent(effects) == []
    assert notices(effects) == ["voice.no_speech"]
    assert DiscardUtterance(1) in effects


def test_who_is_cut_off_by_a_refused_line_is_told_that_alone():
    _, effects = play(TalkPressed(), LineFailed("access.refused"), SpeechDropped())
    assert notices(effects) == []
    assert DiscardUtterance(1) in effects


def test_speech_before_the_line_is_there_waits_for_it_and_silence_does_not():
    assert sent(play(TalkPressed(), LineOpened())[1]) == []
    assert sent(play(TalkPressed(), LineOpened(), SpeechConfirmed())[1]) == [ResendSpeech(1)]
    assert sent(play(TalkPressed(), SpeechConfirmed(), LineOpened())[1]) == [ResendSpeech(1)]


def test_an_interruption_is_speech_already_and_sent_at_once():
    session, effects = play(*ANSWERING, *INSISTING)
    assert not session.is_undelivered
    assert ResendSpeech(2) not in effects, "the capture itself gives it"
    assert not play(*ANSWERING, *SPEAKING_UP, TalkPressed())[0].is_undelivered


def test_what_was_speech_says_nothing_of_what_comes_next():
    for end in (ENDED, SpeechDropped()):
        session, _ = play(*LISTENING, *SPEAKING_UP, end, TalkPressed())
        assert session.is_undelivered


def test_voice_without_a_line_is_unreached_until_somebody_speaks():
    assert not Session().is_unreached
    session, _ = play(*LISTENING)
    assert not session.is_unreached
    session, _ = play(LineLost(1.0), session=session)
    assert (session.phase, session.is_unreached) == (Phase.RECONNECTING, True)
    assert not play(LineOpened(), session=session)[0].is_unreached
    session, _ = play(*SPEAKING_UP, session=session)
    assert not session.is_unreached
    session, _ = play(ENDED, session=session)
    assert (session.phase, session.is_unreached) == (Phase.RECONNECTING, False)
