"""What the server says, and that no phase outlives its evidence."""

from __future__ import annotations

import pytest

from desktop_app.engine.effects import (
    AwaitDrain,
    ClearNotice,
    DiscardUtterance,
    FailTurn,
    FinishCapture,
    FinishPlayback,
    FinishTurn,
    NoteHeard,
    Play,
    Record,
    Send,
    SetTimer,
)
from desktop_app.engine.inputs import (
    LineResumed,
    LineStalled,
    PlaybackDrained,
    ReplyStopped,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TimerFired,
    TimerName,
)
from desktop_app.engine.session import Stage
from desktop_app.link.messages import Notice, NoticeLevel, Phase
from desktop_app.protocol.commands import CancelReply
from desktop_app.protocol.events import (
    ImageReady,
    MediaNamed,
    ReplyAudio,
    ReplyEnded,
    ReplyReasoning,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ReplyWritten,
    ServerFault,
    SessionReady,
    ToolCall,
    ToolCallReady,
    ToolCallStarted,
    TranscriptUpdated,
)
from tests.fakes.machine import (
    ANSWERING,
    ASKED,
    ENDED,
    ENDING,
    INSISTING,
    LISTENING,
    PCM,
    SPEAKING_UP,
    notices,
    play,
    raised,
)

# ---- what the server says -------------------------------------------------------------------


@pytest.mark.parametrize("news", [ReplyAudio(1, PCM), ReplyText(1, "x"), ReplyEnded(1)])
def test_news_of_an_earlier_turn_is_not_news(news):
    assert play(*ANSWERING, *INSISTING, ENDED, news)[1] == []


@pytest.mark.parametrize("news", [ReplyAudio(9, PCM), TranscriptUpdated(9, "x", is_final=True)])
def test_news_of_a_turn_to_come_is_not_news(news):
    assert play(*ASKED, news)[1] == []


def test_the_last_words_of_an_earlier_turn_are_written_down_and_no_more():
    words = TranscriptUpdated(1, "wait", is_final=True)
    assert play(*ASKED, *INSISTING, words)[1] == [Record(words)]
    assert play(*ASKED, *INSISTING, TranscriptUpdated(1, "wa"))[1] == []
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


def test_a_server_that_has_no_words_yet_is_waited_for():
    assert play(*ASKED, TranscriptUpdated(1, ""))[0].phase is Phase.THINKING


def test_no_words_end_the_turn():
    session, effects = play(*ASKED, TranscriptUpdated(1, " ", is_final=True))
    assert session.phase is Phase.LISTENING
    assert effects[0] == DiscardUtterance(1)
    assert notices(effects) == ["voice.no_speech"]


def test_a_peer_that_ends_the_utterance_itself_is_followed():
    hearing = (*LISTENING, SpeechStarted())
    text, sound = ReplyText(1, "Yes"), ReplyAudio(1, PCM)
    assert play(*hearing, text)[1] == [FinishCapture(1), Record(text)]
    session, effects = play(*hearing, sound)
    assert effects == [FinishCapture(1), Record(sound), Play(1, PCM)]
    session, effects = play(ENDED, ReplyEnded(1), session=session)
    assert AwaitDrain(1) in effects
    assert session.phase is Phase.SPEAKING, "it is heard to its end"


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


def test_a_line_that_gives_no_sign_of_life_is_told_as_that_alone():
    session, effects = play(*ASKED, LineStalled(), TimerFired(TimerName.SLOW))
    assert effects == [SetTimer(TimerName.SLOW, 8.0)]
    assert session.phase is Phase.RECONNECTING
    session, effects = play(LineResumed(), TimerFired(TimerName.SLOW), session=session)
    assert notices(effects) == ["reply.slow"]


WHOLE = ReplyText(1, "It is noon.", is_whole=True)


PIECES = (ReplyText(1, "It is "), ReplyText(1, "noon."), ReplyWritten(1))


@pytest.mark.parametrize("words", [(WHOLE,), PIECES])
def test_a_reply_that_is_there_and_was_spoken_needs_nobody_to_say_that_it_ended(words):
    dried = (*ASKED, *words, ReplyAudio(1, PCM), TimerFired(TimerName.SOUND))
    session, effects = play(*dried, TimerFired(TimerName.SLOW))
    assert effects[:3] == [Record(ReplyEnded(1)), FinishPlayback(1), FinishTurn(1)]
    assert notices(effects) == []
    assert session.phase is Phase.LISTENING


def test_a_reply_that_is_there_has_not_failed_when_its_sound_never_came():
    session, effects = play(*ASKED, WHOLE, TimerFired(TimerName.SLOW))
    assert notices(effects) == ["reply.slow"]
    session, effects = play(TimerFired(TimerName.GIVE_UP), session=session)
    assert FinishTurn(1) in effects
    assert not any(isinstance(one, FailTurn) for one in effects)


def test_a_line_whose_last_reply_stayed_unspoken_is_not_waited_for_as_long_once_all_is_written():
    first = (*ASKED, *PIECES)
    session, effects = play(*first)
    assert effects[-1] == SHORT, "it may speak"
    next_turn = (*SPEAKING_UP, ENDED, ReplyText(2, "It is one."))
    session, effects = play(*first, TimerFired(TimerName.SLOW), *next_turn)
    assert effects[-1] == SHORT, "it may write on"
    assert play(ReplyWritten(2), session=session)[1][-1] == SetTimer(TimerName.SLOW, 2.0)
    assert play(ReplyAudio(2, PCM), session=session)[0].is_voiceless is False


def test_more_words_or_a_tool_after_the_whole_text_are_waited_for_again():
    for more in (ReplyText(1, " And"), ToolCallStarted(1, "c", "f")):
        words = (WHOLE, *PIECES, ReplyAudio(1, PCM), more)
        spoken = (*ASKED, *words, TimerFired(TimerName.SOUND))
        assert notices(play(*spoken, TimerFired(TimerName.SLOW))[1]) == ["reply.slow"]


def test_giving_up_on_a_line_that_never_came_cancels_nothing():
    given = (TalkPressed(), TalkReleased(), ENDED, TimerFired(TimerName.GIVE_UP))
    assert play(*given)[1][0] == FailTurn(1, "reply.timeout")


@pytest.mark.parametrize("name", [TimerName.SLOW, TimerName.GIVE_UP, TimerName.SOUND])
def test_a_timer_that_comes_too_late_is_nothing(name):
    assert play(*LISTENING, TimerFired(name))[1] == []


def test_sound_that_moves_is_looked_after_again():
    _, effects = play(*ANSWERING, TimerFired(TimerName.SOUND), heard_ms=10)
    assert effects == [NoteHeard(1, 10), SetTimer(TimerName.SOUND, 1.0)]


def test_sound_that_stalls_goes_back_to_thinking_and_is_taken_up_again():
    session, _ = play(*ANSWERING, TimerFired(TimerName.SOUND))
    assert session.phase is Phase.THINKING
    assert play(ReplyAudio(1, PCM), session=session)[0].phase is Phase.SPEAKING
    session, effects = play(ReplyEnded(1), session=session)
    assert session.phase is Phase.SPEAKING
    assert FinishPlayback(1) in effects


def test_a_loudspeaker_that_stands_still_at_the_end_does_not_hang_the_turn():
    session, effects = play(*ENDING, TimerFired(TimerName.SOUND))
    assert raised(effects) == [Notice(NoticeLevel.WARNING, "device.no_sound")], "no step"
    assert FinishTurn(1) in effects
    assert session.phase is Phase.LISTENING


def test_the_stop_key_without_a_reply_is_nothing():
    assert play(*LISTENING, ReplyStopped())[1] == []
    assert play(*LISTENING, SpeechStarted(), ReplyStopped())[1] == []


# ---- what takes its time --------------------------------------------------------------------

MAKING = (*ASKED, ToolCallStarted(1, "c", "generate_video"))
LONG = SetTimer(TimerName.SLOW, 2_100.0)
SHORT = SetTimer(TimerName.SLOW, 8.0)


def test_a_video_that_is_being_made_or_fetched_is_waited_for_and_not_without_end():
    session, effects = play(*MAKING)
    assert effects[-1] == LONG
    assert (
        play(ToolCallReady(1, ToolCall("c", "generate_video", "{}")), session=session)[1][-1]
        == LONG
    )
    session, effects = play(MediaNamed(1), ReplyText(1, "There."), session=session)
    assert effects[-1] == LONG, "the words come while it is fetched"
    session, effects = play(ImageReady(1, "u", "d"), session=session)
    assert effects[-1] == SHORT
    _, effects = play(*MAKING, TimerFired(TimerName.SLOW))
    assert effects[:2] == [Send(CancelReply(1)), FailTurn(1, "reply.failed")]


@pytest.mark.parametrize("news", [ReplyText(1, "It failed."), ReplyReasoning(1, "Hm.")])
def test_a_model_that_has_gone_on_after_a_video_is_waited_for_as_ever(news):
    assert play(*MAKING, news)[1][-1] == SHORT


def test_other_tools_get_no_more_time():
    assert play(*ASKED, ToolCallStarted(1, "c", "get_weather"))[1][-1] == SHORT


def test_sound_that_ran_dry_while_a_video_is_made_does_not_shorten_the_wait():
    given = (ToolCallStarted(1, "c", "generate_video"), TimerFired(TimerName.SOUND))
    assert play(*ANSWERING, *given)[1] == [LONG]
