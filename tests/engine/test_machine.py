"""Every rule about who may speak, as transcripts."""

from __future__ import annotations

import pytest

from desktop_app.engine.effects import (
    AwaitDrain,
    Capture,
    ClearNotice,
    CloseLine,
    CloseMicrophone,
    CutTurn,
    DeliverPrompt,
    DiscardUtterance,
    Effect,
    FailTurn,
    FinishCapture,
    FinishPlayback,
    FinishTurn,
    KeepUtterance,
    OpenLine,
    OpenMicrophone,
    OpenRetriedTurn,
    Play,
    QueuePrompt,
    RaiseNotice,
    Record,
    ResendSpeech,
    Send,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import (
    Input,
    LineFailed,
    LineLost,
    LineOpened,
    LoudspeakerLost,
    LoudspeakerOpened,
    MicrophoneLost,
    MicrophoneOpened,
    MutedChanged,
    PlaybackDrained,
    PromptRefused,
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    SpeechDropped,
    SpeechEnded,
    SpeechRetried,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TimerFired,
    TimerName,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.engine.machine import step
from desktop_app.engine.session import Line, Mic, Session, Stage, Talk
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CancelReply, CommitAudio, DiscardAudio, PromptText
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerFault,
    SessionReady,
    TranscriptUpdated,
)

PCM = b"\1\0" * 480
ENDED = SpeechEnded(1.0, 500)
LISTENING = (VoiceStarted(), MicrophoneOpened("mic"), LineOpened())
ASKED = (*LISTENING, SpeechStarted(), ENDED)
ANSWERING = (*ASKED, ReplyAudio(1, PCM))
ENDING = (*ANSWERING, ReplyEnded(1))
TYPED = (PromptTyped("m1", "hi"),)


def play(
    *given: Input, heard_ms: int = 0, session: Session | None = None
) -> tuple[Session, list[Effect]]:
    """Tell the machine all of these; the effects are those of the last one."""
    session = session or Session()
    effects: tuple[Effect, ...] = ()
    for one in given:
        session, effects = step(session, one, heard_ms=heard_ms)
    return session, list(effects)


def notices(effects: list[Effect]) -> list[str]:
    return [effect.notice.code for effect in effects if isinstance(effect, RaiseNotice)]


def half(*given: Input, heard_ms: int = 0) -> tuple[Session, list[Effect]]:
    return play(*given, heard_ms=heard_ms, session=Session(barge_in=False))


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
    session, effects = play(*ANSWERING, SpeechStarted(), heard_ms=240)
    assert session.turn == 2
    assert effects[:3] == [StopPlayback(), Send(CancelReply(1, 240)), CutTurn(1, 240)]
    assert effects[-1] == Capture(2)


def test_speech_while_thinking_opens_the_next_turn_and_nothing_was_heard():
    _, effects = play(*ASKED, SpeechStarted(), heard_ms=9999)
    assert Send(CancelReply(1, 0)) in effects


@pytest.mark.parametrize("before", [ASKED, ANSWERING])
def test_in_half_duplex_speech_does_not_interrupt_but_a_key_does(before):
    session, effects = half(*before, SpeechStarted())
    assert effects == []
    assert session.is_deaf
    assert StopPlayback() in half(*before, ReplyStopped())[1]
    assert StopPlayback() in half(*before, TalkPressed())[1]


def test_only_the_first_onset_of_an_utterance_counts():
    assert play(*LISTENING, SpeechStarted(), SpeechStarted())[1] == []


def test_speech_without_voice_is_none_of_our_business():
    assert play(SpeechStarted())[1] == []


@pytest.mark.parametrize("late", [ENDED, SpeechDropped()])
def test_the_end_of_an_utterance_that_nobody_opened_is_nothing(late):
    assert play(*LISTENING, late)[1] == []


def test_speech_that_was_none_is_discarded_without_a_word():
    session, effects = play(*LISTENING, SpeechStarted(), SpeechDropped())
    assert effects[:2] == [DiscardUtterance(1), Send(DiscardAudio(1))]
    assert notices(effects) == []
    assert session.phase is Phase.LISTENING


def test_muting_ends_the_utterance_and_speech_is_only_remarked_upon():
    session, effects = play(*LISTENING, SpeechStarted(), MutedChanged(True))
    assert effects == [FinishCapture(1)]
    assert play(*LISTENING, MutedChanged(True))[1] == []
    assert notices(play(*LISTENING, MutedChanged(True), SpeechStarted())[1]) == ["voice.muted"]
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
    assert session.turn == 1
    assert effects[0] == Capture(1, is_held=True)


@pytest.mark.parametrize("name", [TimerName.TALK_TAIL, TimerName.TALK_HELD])
def test_the_tail_and_an_endless_press_finish_the_capture(name):
    assert play(TalkPressed(), TimerFired(name))[1] == [FinishCapture(1)]
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
    session, effects = play(*ASKED, LoudspeakerLost("device.no_output"), ReplyAudio(1, PCM))
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
    assert FinishTurn(1) in effects
    assert session.phase is Phase.LISTENING


# ---- typing ---------------------------------------------------------------------------------


def test_a_prompt_is_kept_before_it_is_delivered():
    _, effects = play(*TYPED)
    assert effects[0] == QueuePrompt("m1", "hi")
    assert DeliverPrompt(1, "m1", "hi") in effects


def test_with_the_voice_line_open_a_prompt_goes_there():
    _, effects = play(*LISTENING, *TYPED)
    assert Send(PromptText(1, "hi")) in effects


def test_a_prompt_cancels_the_reply_that_runs():
    _, effects = play(*ANSWERING, *TYPED, heard_ms=70)
    assert effects[0] == QueuePrompt("m1", "hi")
    assert Send(CancelReply(1, 70)) in effects
    assert effects[-2] == Send(PromptText(2, "hi"))


@pytest.mark.parametrize("before", [(*LISTENING, SpeechStarted()), ASKED])
def test_a_prompt_waits_while_somebody_speaks_or_waits_for_the_first_word(before):
    _, effects = play(*before, *TYPED)
    assert effects == [QueuePrompt("m1", "hi")]
    _, effects = play(*ASKED, *TYPED, ReplyText(1, "yes"), ReplyEnded(1))
    assert Send(PromptText(2, "hi")) in effects


@pytest.mark.parametrize("before", [TYPED, (*ASKED, *TYPED)])
def test_the_same_prompt_twice_is_one(before):
    assert play(*before, *TYPED)[1] == []


def test_a_prompt_that_cannot_be_delivered_yet_is_tried_again_ever_more_patiently():
    session, effects = play(*TYPED, PromptRefused(1, "network.unreachable", True))
    assert session.phase is Phase.READY
    assert QueuePrompt("m1", "hi") in effects
    assert effects[-1] == SetTimer(TimerName.REDELIVER, 0.5)
    again = (TimerFired(TimerName.REDELIVER), PromptRefused(2, "network.unreachable", True))
    session, effects = play(*again, session=session)
    assert effects[-1] == SetTimer(TimerName.REDELIVER, 1.0)
    session, effects = play(TimerFired(TimerName.REDELIVER), ReplyStarted(3), session=session)
    assert ClearNotice("prompt.queued") in effects


def test_a_line_that_opens_delivers_what_waits():
    session, _ = play(*TYPED, PromptRefused(1, "network.unreachable", True), VoiceStarted())
    _, effects = play(LineOpened(), session=session)
    assert effects[0] == ClearNotice("prompt.queued")
    assert Send(PromptText(2, "hi")) in effects


def test_a_redelivery_does_not_disturb_a_turn():
    assert play(*ASKED, TimerFired(TimerName.REDELIVER))[1] == []


def test_a_prompt_refused_for_good_fails():
    _, effects = play(*TYPED, PromptRefused(1, "access.refused", False))
    assert effects[0] == FailTurn(1, "access.refused")
    _, effects = play(*TYPED, ReplyText(1, "Half"), PromptRefused(1, "network.lost", True))
    assert effects[0] == FailTurn(1, "network.lost")


def test_a_refusal_of_another_turn_is_not_news():
    assert play(*TYPED, PromptRefused(7, "network.lost", True))[1] == []
    assert play(PromptRefused(0, "network.lost", True))[1] == []
    assert play(*ASKED, PromptRefused(1, "network.lost", True))[1] == []


def test_speech_is_delivered_again_now_or_when_the_line_is_there():
    _, effects = play(*LISTENING, SpeechRetried("m1"))
    assert OpenRetriedTurn(1, "m1") in effects
    assert effects[-3:-1] == [ResendSpeech(1), Send(CommitAudio(1))]
    session, effects = play(SpeechRetried("m1"))
    assert OpenLine() in effects
    _, effects = play(LineOpened(), session=session)
    assert effects == [ResendSpeech(1), Send(CommitAudio(1))]


def test_a_retry_waits_for_the_question_before_it():
    assert notices(play(*ASKED, SpeechRetried("m1"))[1]) == ["turn.busy"]


def test_a_wish_to_retry_is_looked_up_by_the_engine():
    assert play(RetryRequested("m1")) == (Session(), [])


# ---- lines ----------------------------------------------------------------------------------


def test_words_said_before_the_line_was_there_are_sent_when_it_is():
    assert play(TalkPressed(), LineOpened())[1] == [ResendSpeech(1)]
    given = (TalkPressed(), TalkReleased(), ENDED, LineOpened())
    assert play(*given)[1] == [ResendSpeech(1), Send(CommitAudio(1))]


def test_a_line_that_opens_in_mid_turn_of_a_text_line_changes_nothing():
    assert play(*TYPED, VoiceStarted(), LineOpened())[1] == []


def test_a_line_lost_while_waiting_fails_the_turn():
    session, effects = play(*ASKED, LineLost(0.5))
    assert effects[0] == FailTurn(1, "line.lost")
    assert session.phase is Phase.RECONNECTING
    assert play(LineOpened(), session=session)[0].phase is Phase.LISTENING


def test_a_line_lost_in_mid_sentence_keeps_listening_to_the_sentence():
    session, _ = play(*LISTENING, SpeechStarted(), LineLost(0.5))
    assert session.phase is Phase.HEARING
    _, effects = play(ENDED, LineLost(1.0), session=session)
    assert effects == []


def test_a_line_lost_in_mid_reply_plays_out_what_came():
    session, effects = play(*ANSWERING, LineLost(0.5))
    assert effects == [FailTurn(1, "line.lost", plays_on=True), FinishPlayback(1), AwaitDrain(1)]
    assert play(PlaybackDrained(1), session=session)[0].phase is Phase.RECONNECTING


@pytest.mark.parametrize("before", [LISTENING, ENDING, (VoiceStarted(), *TYPED)])
def test_a_lost_line_concerns_no_turn_that_does_not_need_it(before):
    assert play(*before, LineLost(0.5))[1] == []


def test_speech_during_reconnection_does_not_lose_what_was_said_before():
    _, effects = play(*LISTENING, LineLost(0.5), SpeechStarted(), ENDED, SpeechStarted())
    assert FailTurn(1, "line.lost") in effects


def test_speech_dropped_without_a_line_tells_nobody():
    _, effects = play(TalkPressed(), SpeechDropped())
    assert not [effect for effect in effects if isinstance(effect, Send)]


def test_a_line_refused_for_good_ends_voice():
    session, effects = play(*ASKED, LineFailed("access.refused"))
    assert session.phase is Phase.READY
    assert FailTurn(1, "access.refused") in effects
    assert CloseMicrophone() in effects
    assert notices(effects) == ["access.refused"]


def test_a_line_refused_in_mid_sentence_keeps_the_sentence():
    session, effects = play(TalkPressed(), LineFailed("access.refused"))
    assert effects[0] == FinishCapture(1)
    _, effects = play(ENDED, session=session)
    assert effects[0] == KeepUtterance(1, 1.0, 500)
    assert FailTurn(1, "line.refused") in effects


# ---- what the server says -------------------------------------------------------------------


@pytest.mark.parametrize("news", [ReplyAudio(1, PCM), ReplyText(1, "x"), ReplyEnded(1)])
def test_news_of_an_earlier_turn_is_not_news(news):
    assert play(*ANSWERING, SpeechStarted(), ENDED, news)[1] == []


@pytest.mark.parametrize("news", [ReplyAudio(9, PCM), TranscriptUpdated(9, "x", is_final=True)])
def test_news_of_a_turn_to_come_is_not_news(news):
    assert play(*ASKED, news)[1] == []


def test_the_last_words_of_an_earlier_turn_are_written_down_and_no_more():
    words = TranscriptUpdated(1, "wait", is_final=True)
    assert play(*ASKED, SpeechStarted(), words)[1] == [Record(words)]
    assert play(*ASKED, SpeechStarted(), TranscriptUpdated(1, "wa"))[1] == []
    assert play(*ASKED, ReplyStopped(), words)[1] == [Record(words)]


def test_partial_words_are_shown_and_an_empty_end_in_mid_sentence_is_not_an_end():
    hearing = (*LISTENING, SpeechStarted())
    words = TranscriptUpdated(1, "what")
    assert play(*hearing, words)[1] == [Record(words)]
    assert play(*hearing, TranscriptUpdated(1, " ", is_final=True))[1] == []


def test_final_words_are_written_down_and_the_wait_goes_on():
    words = TranscriptUpdated(1, "what", is_final=True)
    assert play(*ASKED, words)[1] == [Record(words), SetTimer(TimerName.SLOW, 8.0)]
    assert play(*ANSWERING, words)[1] == [Record(words)]


def test_no_words_end_the_turn():
    session, effects = play(*ASKED, TranscriptUpdated(1, " ", is_final=True))
    assert session.phase is Phase.LISTENING
    assert effects[0] == DiscardUtterance(1)
    assert notices(effects) == ["voice.no_speech"]


def test_a_peer_that_ends_the_utterance_itself_is_followed():
    hearing = (*LISTENING, SpeechStarted())
    text, sound = ReplyText(1, "Yes"), ReplyAudio(1, PCM)
    assert play(*hearing, text)[1] == [FinishCapture(1), Record(text)]
    assert play(*hearing, sound)[1] == [FinishCapture(1), Record(sound), Play(1, PCM)]


def test_a_reply_is_played_and_waits_to_be_heard_to_its_end():
    session, effects = play(*ENDING)
    assert AwaitDrain(1) in effects
    assert session.phase is Phase.SPEAKING
    assert play(PlaybackDrained(2), session=session)[1] == []
    session, effects = play(PlaybackDrained(1), session=session)
    assert effects[0] == FinishTurn(1)
    assert session.phase is Phase.LISTENING


def test_a_ring_that_runs_dry_between_two_chunks_is_not_the_end():
    assert play(*ANSWERING, PlaybackDrained(1))[0].phase is Phase.SPEAKING
    assert play(*LISTENING, PlaybackDrained(0))[1] == []


def test_more_sound_is_played_and_none_after_the_end():
    more = ReplyAudio(1, PCM)
    assert play(*ANSWERING, more)[1] == [Play(1, PCM), Record(more)]
    assert play(*ANSWERING, ReplyText(1, "x"))[1] == [Record(ReplyText(1, "x"))]
    assert play(*ENDING, more)[1] == []


def test_a_failed_reply_fails_the_turn():
    _, effects = play(*ASKED, ReplyEnded(1, ReplyStatus.FAILED))
    assert effects[1] == FailTurn(1, "reply.failed")


def test_a_fault_of_the_turn_fails_it_and_one_of_the_session_is_shown():
    _, effects = play(*ASKED, ServerFault("No.", "model.missing", turn=1))
    assert effects[0] == FailTurn(1, "model.missing", "No.")
    for is_fatal in (False, True):
        fault = ServerFault("No.", "server.busy", is_fatal=is_fatal)
        assert notices(play(*LISTENING, fault)[1]) == ["server.busy"]


def test_a_fault_in_mid_sentence_is_shown_and_the_sentence_goes_on():
    fault = ServerFault("No.", "stt.failed", turn=1)
    session, effects = play(*LISTENING, SpeechStarted(), fault)
    assert notices(effects) == ["stt.failed"]
    assert session.stage is Stage.HEARING


def test_a_new_session_is_written_down():
    ready = SessionReady("s", heard_by="builtin/basic")
    assert play(*LISTENING, ready)[1] == [Record(ready)]


# ---- no phase outlives its evidence ---------------------------------------------------------


def test_silence_of_the_server_is_told_after_8_seconds_and_ends_the_turn_after_60():
    session, effects = play(*ASKED, TimerFired(TimerName.SLOW))
    assert notices(effects) == ["reply.slow"]
    assert effects[-1] == SetTimer(TimerName.GIVE_UP, 52.0)
    _, effects = play(ReplyStarted(1), session=session)
    assert ClearNotice("reply.slow") in effects
    session, effects = play(TimerFired(TimerName.GIVE_UP), session=session)
    assert effects[:2] == [Send(CancelReply(1)), FailTurn(1, "reply.timeout")]
    assert session.phase is Phase.LISTENING


def test_giving_up_on_a_line_that_never_came_cancels_nothing():
    given = (TalkPressed(), TalkReleased(), ENDED, TimerFired(TimerName.GIVE_UP))
    assert play(*given)[1][0] == FailTurn(1, "reply.timeout")


@pytest.mark.parametrize("name", [TimerName.SLOW, TimerName.GIVE_UP, TimerName.SOUND])
def test_a_timer_that_comes_too_late_is_nothing(name):
    assert play(*LISTENING, TimerFired(name))[1] == []


def test_sound_that_moves_is_looked_after_again():
    _, effects = play(*ANSWERING, TimerFired(TimerName.SOUND), heard_ms=10)
    assert effects == [SetTimer(TimerName.SOUND, 1.0)]


def test_sound_that_stalls_goes_back_to_thinking_and_is_taken_up_again():
    session, _ = play(*ANSWERING, TimerFired(TimerName.SOUND))
    assert session.phase is Phase.THINKING
    assert play(ReplyAudio(1, PCM), session=session)[0].phase is Phase.SPEAKING
    session, effects = play(ReplyEnded(1), session=session)
    assert session.phase is Phase.SPEAKING
    assert FinishPlayback(1) in effects


def test_a_loudspeaker_that_stands_still_at_the_end_does_not_hang_the_turn():
    session, effects = play(*ENDING, TimerFired(TimerName.SOUND))
    assert notices(effects) == ["device.no_sound"]
    assert FinishTurn(1) in effects
    assert session.phase is Phase.LISTENING


def test_the_stop_key_without_a_reply_is_nothing():
    assert play(*LISTENING, ReplyStopped())[1] == []
    assert play(*LISTENING, SpeechStarted(), ReplyStopped())[1] == []
