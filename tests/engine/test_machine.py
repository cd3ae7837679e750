"""Who may speak: phases, voice, the talk key and the devices, as transcripts."""

from __future__ import annotations

import pytest

from desktop_app.engine.effects import (
    Capture,
    ClearNotice,
    ClearTimer,
    CloseLine,
    CloseMicrophone,
    CutTurn,
    DialNow,
    DiscardUtterance,
    DropCapture,
    FinishCapture,
    FinishTurn,
    KeepUtterance,
    OpenLine,
    OpenMicrophone,
    Play,
    Send,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import (
    LineFailed,
    LineLost,
    LineOpened,
    LineResumed,
    LineStalled,
    LoudspeakerLost,
    LoudspeakerOpened,
    MicrophoneLost,
    MicrophoneOpened,
    MutedChanged,
    PlaybackDrained,
    ReplyStopped,
    SpeechDropped,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TimerFired,
    TimerName,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.engine.session import Line, Mic, Talk
from desktop_app.link.messages import Notice, NoticeLevel, Phase
from desktop_app.protocol.commands import CancelReply, CommitAudio
from desktop_app.protocol.events import ReplyAudio, ReplyEnded
from tests.fakes.machine import (
    ANSWERING,
    ASKED,
    ENDED,
    ENDING,
    INSISTING,
    LISTENING,
    PCM,
    TYPED,
    half,
    notices,
    play,
    raised,
)

# ---- phases ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "phase"),
    [
        ((), Phase.READY),
        ((VoiceStarted(),), Phase.CONNECTING),
        ((VoiceStarted(), LineOpened()), Phase.CONNECTING),
        ((VoiceStarted(), MicrophoneOpened("mic")), Phase.CONNECTING),
        (LISTENING, Phase.LISTENING),
        ((*LISTENING, SpeechStarted()), Phase.HEARING),
        (ASKED, Phase.THINKING),
        (ANSWERING, Phase.SPEAKING),
        ((*ENDING, PlaybackDrained(1)), Phase.LISTENING),
        ((*LISTENING, LineLost(0.5)), Phase.RECONNECTING),
        ((*LISTENING, LineStalled()), Phase.RECONNECTING),
        ((*LISTENING, LineStalled(), LineResumed()), Phase.LISTENING),
        ((*LISTENING, LineStalled(), LineLost(0.5), LineOpened()), Phase.LISTENING),
        ((*ASKED, LineStalled()), Phase.RECONNECTING),
        ((*ASKED, LineStalled(), LineResumed()), Phase.THINKING),
        ((*ANSWERING, LineStalled()), Phase.SPEAKING),
        ((*LISTENING, LineLost(0.5), SpeechStarted(), ENDED), Phase.RECONNECTING),
        ((*LISTENING, MicrophoneLost("device.lost")), Phase.NO_INPUT),
        ((TalkPressed(),), Phase.CONNECTING),
        ((*LISTENING, VoiceStopped()), Phase.READY),
        (TYPED, Phase.THINKING),
    ],
)
def test_the_phase_says_no_more_than_the_parts_can_prove(given, phase):
    assert play(*given)[0].phase is phase


# ---- voice ----------------------------------------------------------------------------------


def test_voice_opens_line_and_microphone_once():
    assert OpenLine() in play(VoiceStarted())[1]
    assert OpenMicrophone() in play(VoiceStarted())[1]
    assert play(VoiceStarted(), VoiceStarted())[1] == []


def test_voice_asked_for_again_has_a_lost_line_tried_at_once():
    session, _ = play(*LISTENING, LineLost(8.0))
    after, effects = play(VoiceStarted(), session=session)
    assert effects == [DialNow()]
    assert after.retry_in_s == 0.0, "it is being tried"
    assert play(*LISTENING, VoiceStarted())[1] == []


def test_how_long_a_lost_line_waits_is_told_while_one_waits_for_it():
    session, _ = play(*LISTENING, LineLost(8.0))
    assert session.retry_in_s == 8.0
    assert play(LineLost(16.0), session=session)[0].retry_in_s == 16.0
    assert play(LineOpened(), session=session)[0].retry_in_s == 0.0
    assert play(SpeechStarted(), session=session)[0].retry_in_s == 0.0, "one is heard all the same"
    assert play(*LISTENING, LineStalled())[0].retry_in_s == 0.0, "no try is planned"


def test_voice_turned_off_closes_the_microphone_and_later_the_line():
    session, effects = play(*LISTENING, VoiceStopped())
    assert CloseMicrophone() in effects
    assert SetTimer(TimerName.IDLE_LINE, 60.0) in effects
    session, effects = play(TimerFired(TimerName.IDLE_LINE), session=session)
    assert effects == [CloseLine()]
    assert session.line is Line.CLOSED


def test_voice_turned_off_twice_is_nothing():
    assert play(*LISTENING, VoiceStopped(), VoiceStopped())[1] == []


def test_an_idle_line_stays_while_voice_is_on_or_a_turn_runs():
    assert play(*LISTENING, TimerFired(TimerName.IDLE_LINE))[1] == []
    assert play(*TYPED, TimerFired(TimerName.IDLE_LINE))[1] == []


def test_voice_turned_off_in_mid_sentence_commits_the_sentence_and_closes_the_microphone():
    session, effects = play(*LISTENING, SpeechStarted(), VoiceStopped())
    assert effects == [FinishCapture(1)]
    _, effects = play(ENDED, session=session)
    assert CloseMicrophone() in effects
    assert Send(CommitAudio(1)) in effects


def test_voice_turned_off_while_the_talk_key_is_down_waits_for_the_key():
    assert play(*LISTENING, TalkPressed(), VoiceStopped())[1] == []


def test_voice_turned_off_in_mid_reply_lets_the_reply_go_on():
    session, effects = play(*ANSWERING, VoiceStopped())
    assert CloseMicrophone() in effects
    assert session.phase is Phase.SPEAKING
    assert SetTimer(TimerName.IDLE_LINE, 60.0) not in effects


def test_voice_that_never_got_its_microphone_is_turned_off_all_the_same():
    session, _ = play(VoiceStarted(), MicrophoneLost("device.refused"), VoiceStopped())
    assert session.phase is Phase.READY


def test_a_spoken_turn_is_kept_then_committed():
    _, effects = play(*ASKED)
    assert effects == [
        KeepUtterance(1, 1.0, 500),
        Send(CommitAudio(1)),
        SetTimer(TimerName.SLOW, 8.0),
    ]


def test_barge_in_silences_the_reply_and_says_how_much_was_heard():
    session, effects = play(*ANSWERING, *INSISTING, heard_ms=240)
    assert session.turn == 2
    assert effects[:3] == [StopPlayback(), Send(CancelReply(1, 240)), CutTurn(1, 240)]
    assert effects[-1] == Capture(2)


def test_speech_that_insists_while_thinking_opens_the_next_turn_and_nothing_was_heard():
    _, effects = play(*ASKED, *INSISTING, heard_ms=9999)
    assert Send(CancelReply(1, 0)) in effects


def test_in_half_duplex_speech_does_not_interrupt_but_a_key_does():
    session, effects = half(*ANSWERING, *INSISTING)
    assert effects == []
    assert session.is_deaf
    assert StopPlayback() in half(*ANSWERING, ReplyStopped())[1]
    assert StopPlayback() in half(*ANSWERING, TalkPressed())[1]


def test_in_half_duplex_who_goes_on_before_the_answer_sounds_is_heard():
    session, effects = half(*ASKED, *INSISTING)
    assert Capture(2) in effects
    assert session.phase is Phase.HEARING
    session, effects = half(*ASKED, SpeechStarted(), ReplyAudio(1, PCM))
    assert (session.phase, session.is_deaf) == (Phase.PAUSED, False)
    session, effects = half(*ASKED, SpeechStarted(), ReplyAudio(1, PCM), SpeechDropped())
    assert (session.phase, session.is_deaf) == (Phase.SPEAKING, True)


def test_only_the_first_onset_of_an_utterance_counts():
    assert play(*LISTENING, SpeechStarted(), SpeechStarted())[1] == []


def test_speech_without_voice_is_none_of_our_business():
    assert play(SpeechStarted())[1] == []


@pytest.mark.parametrize("late", [ENDED, SpeechDropped()])
def test_the_end_of_an_utterance_that_nobody_opened_is_nothing(late):
    assert play(*LISTENING, late)[1] == []


def test_speech_that_was_none_is_discarded_without_a_word():
    session, effects = play(*LISTENING, SpeechStarted(), SpeechDropped())
    assert effects[0] == DiscardUtterance(1)
    assert not [effect for effect in effects if isinstance(effect, Send)], "nobody knew of it"
    assert notices(effects) == []
    assert session.phase is Phase.LISTENING


def test_muting_ends_the_utterance_and_speech_is_only_remarked_upon():
    session, effects = play(*LISTENING, SpeechStarted(), MutedChanged(True))
    assert effects == [FinishCapture(1)]
    assert play(*LISTENING, MutedChanged(True))[1] == [ClearTimer(TimerName.NOT_BEGUN)]
    muted, effects = play(*LISTENING, MutedChanged(True), SpeechStarted())
    assert notices(effects) == ["voice.muted"]
    assert effects[-1] == DropCapture(), "what is said meanwhile is not even kept"
    assert notices(play(ENDED, SpeechStarted(), session=muted)[1]) == [], "once is enough"
    again = (MutedChanged(False), MutedChanged(True), SpeechStarted())
    assert notices(play(*again, session=muted)[1]) == ["voice.muted"]
    repeated = (MutedChanged(True), SpeechStarted())
    assert notices(play(*repeated, session=muted)[1]) == [], "muted anew is muted still"
    assert notices(play(*LISTENING, MutedChanged(True), TalkPressed())[1]) == ["voice.muted"]
    assert play(MutedChanged(False), session=session)[1] == [ClearNotice("voice.muted")]


def test_muting_does_not_touch_the_reply():
    session, effects = play(*ANSWERING, MutedChanged(True))
    assert (session.phase, effects) == (Phase.SPEAKING, [])


# ---- the talk key ---------------------------------------------------------------------------


def test_the_talk_key_opens_everything_and_a_turn_at_once():
    _, effects = play(TalkPressed())
    for effect in (OpenLine(), OpenMicrophone(), Capture(1, is_held=True)):
        assert effect in effects


def test_a_repeating_key_and_a_second_release_are_nothing():
    assert play(TalkPressed(), TalkPressed())[1] == []
    assert play(TalkPressed(), TalkReleased(), TalkReleased())[1] == []
    assert play(TalkReleased())[1] == []


def test_a_press_during_the_tail_goes_on_with_the_same_turn():
    session, _ = play(TalkPressed(), TalkReleased(), TalkPressed())
    assert (session.talk, session.turn) == (Talk.HELD, 1)


def test_the_talk_key_takes_over_an_utterance_that_began_by_itself():
    session, effects = play(*LISTENING, SpeechStarted(), TalkPressed())
    assert (session.talk, session.turn) == (Talk.HELD, 1)
    assert effects[0] == Capture(1, is_held=True)


@pytest.mark.parametrize(
    ("name", "told"), [(TimerName.TALK_TAIL, []), (TimerName.TALK_HELD, ["voice.too_long"])]
)
def test_the_tail_and_an_endless_press_finish_the_capture_and_the_latter_is_said(name, told):
    effects = play(TalkPressed(), TimerFired(name))[1]
    assert effects[-1] == FinishCapture(1)
    assert notices(effects) == told
    assert play(TimerFired(name))[1] == []


def test_the_microphone_is_closed_after_the_talk_key_unless_voice_is_on():
    given = (MicrophoneOpened("mic"), LineOpened(), TalkReleased(), ENDED)
    assert CloseMicrophone() in play(TalkPressed(), *given)[1]
    assert CloseMicrophone() not in play(*LISTENING, TalkPressed(), TalkReleased(), ENDED)[1]


def test_a_press_without_speech_says_so():
    session, effects = play(TalkPressed(), TalkReleased(), SpeechDropped())
    assert notices(effects) == ["voice.no_speech"]
    assert session.talk is Talk.UP


def test_the_talk_key_tries_a_lost_microphone_again():
    assert OpenMicrophone() in play(*LISTENING, MicrophoneLost("device.lost"), TalkPressed())[1]


# ---- devices --------------------------------------------------------------------------------


def test_a_microphone_that_opens_too_late_is_ignored():
    assert play(MicrophoneOpened("mic"))[0].mic is Mic.CLOSED
    assert play(MicrophoneLost("device.lost"))[1] == []


def test_a_lost_microphone_is_tried_again_and_clears_its_notice():
    session, effects = play(*LISTENING, MicrophoneLost("device.silent"))
    assert notices(effects) == ["device.silent"]
    assert SetTimer(TimerName.MICROPHONE, 2.0) in effects
    session, effects = play(TimerFired(TimerName.MICROPHONE), session=session)
    assert effects == [OpenMicrophone()]
    session, effects = play(MicrophoneOpened("other"), session=session)
    assert ClearNotice("device.silent") in effects
    assert session.device == "other"
    assert play(TimerFired(TimerName.MICROPHONE), session=session)[1] == []


def test_a_microphone_lost_in_mid_sentence_commits_the_sentence():
    _, effects = play(*LISTENING, SpeechStarted(), MicrophoneLost("device.lost"))
    assert effects[0] == FinishCapture(1)


def test_a_refused_microphone_ends_voice():
    session, effects = play(VoiceStarted(), MicrophoneLost("device.refused"))
    assert not session.is_voice_on
    assert notices(effects) == ["device.refused"]


def test_without_a_loudspeaker_the_reply_is_read():
    session, effects = play(*ASKED, LoudspeakerLost("device.no_output"))
    facts = {"kind": "loudspeaker"}
    told = Notice(NoticeLevel.WARNING, "device.no_output", facts)
    assert raised(effects) == [told], "no step: one would open the microphone"
    session, effects = play(ReplyAudio(1, PCM), session=session)
    assert session.phase is Phase.THINKING
    assert Play(1, PCM) not in effects
    assert play(LoudspeakerOpened(), session=session)[0].can_play


def test_a_loudspeaker_lost_in_mid_reply_leaves_the_text():
    session, _ = play(*ANSWERING, LoudspeakerLost("device.no_output"))
    assert session.phase is Phase.THINKING
    session, effects = play(ReplyEnded(1), session=session)
    assert FinishTurn(1) in effects


def test_a_loudspeaker_lost_after_the_last_word_came_ends_the_turn():
    session, effects = play(*ENDING, LoudspeakerLost("device.no_output"))
    assert StopPlayback() in effects, "the next one plays nothing of it"
    assert FinishTurn(1) in effects
    assert session.phase is Phase.LISTENING


def test_a_proxy_that_lets_nobody_through_is_told_once_and_no_longer_when_it_does():
    session, effects = play(VoiceStarted(), LineLost(0.5, "network.proxy"))
    assert raised(effects) == [Notice(NoticeLevel.WARNING, "network.proxy", {}, "settings")]
    assert session.phase is Phase.RECONNECTING
    session, effects = play(LineLost(1.0, "network.proxy"), session=session)
    assert effects == []
    for better in (
        LineOpened(),
        LineLost(2.0, "network.unreachable"),
        LineFailed("access.refused"),
    ):
        after, effects = play(better, session=session)
        assert ClearNotice("network.proxy") in effects
        assert after.line_problem == ""
    assert play(VoiceStarted(), LineLost(0.5, "network.unreachable"))[0].line_problem == ""
