"""What becomes of typed prompts, and of the lines that carry them."""

from __future__ import annotations

import pytest

from desktop_app.engine.effects import (
    AwaitDrain,
    ClearNotice,
    ClearTimer,
    CloseLine,
    CloseMicrophone,
    DeliverPrompt,
    FailTurn,
    FinishCapture,
    FinishPlayback,
    KeepUtterance,
    OpenLine,
    OpenRetriedTurn,
    QueuePrompt,
    QueueSpeech,
    ResendSpeech,
    Send,
    SetTimer,
)
from desktop_app.engine.inputs import (
    LineFailed,
    LineKept,
    LineLost,
    LineOpened,
    LineResumed,
    LineStalled,
    LoudspeakerLost,
    PlaybackDrained,
    PromptRefused,
    PromptTyped,
    RetryRequested,
    SpeechConfirmed,
    SpeechDropped,
    SpeechRetried,
    SpeechStarted,
    TalkPressed,
    TalkReleased,
    TimerFired,
    TimerName,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.engine.session import Session
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CancelReply, CommitAudio, PromptText
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyText,
    TranscriptUpdated,
)
from tests.fakes.machine import (
    ANSWERING,
    ASKED,
    ENDED,
    ENDING,
    LISTENING,
    PCM,
    SPEAKING_UP,
    TYPED,
    notices,
    play,
)

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


def test_a_line_that_opens_in_mid_sentence_is_told_no_less():
    session, _ = play(*TYPED, PromptRefused(1, "network.unreachable", True), TalkPressed())
    assert play(LineOpened(), session=session)[1] == [ClearNotice("prompt.queued")]


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
    for news in (ReplyStarted(3), PromptRefused(3, "access.refused", False)):
        after, effects = play(TimerFired(TimerName.REDELIVER), news, session=session)
        assert after.tries == 0, "the next one is tried as soon as the first"
    session, effects = play(TimerFired(TimerName.REDELIVER), ReplyStarted(3), session=session)
    assert ClearNotice("prompt.queued") in effects


def test_no_prompt_waits_longer_than_half_a_minute_for_another_try():
    session, _ = play(*TYPED)
    for turn in range(1, 10):
        refused = PromptRefused(turn, "network.unreachable", True)
        _, effects = play(refused, session=session)
        session, _ = play(refused, TimerFired(TimerName.REDELIVER), session=session)
    assert effects[-1] == SetTimer(TimerName.REDELIVER, 30.0)


def test_a_prompt_that_waits_for_another_try_is_not_called_slow_meanwhile():
    slow = (*TYPED, TimerFired(TimerName.SLOW))
    _, effects = play(*slow, PromptRefused(1, "network.unreachable", True))
    assert ClearNotice("reply.slow") in effects
    assert ClearTimer(TimerName.GIVE_UP) in effects


def test_a_prompt_that_cannot_be_delivered_stays_before_those_behind_it():
    session, _ = play(*TYPED, PromptTyped("m2", "ho"))
    assert [one.message_id for one in session.waiting] == ["m2"]
    session, _ = play(PromptRefused(1, "network.unreachable", True), session=session)
    assert [one.message_id for one in session.waiting] == ["m1", "m2"]
    session, effects = play(TimerFired(TimerName.REDELIVER), session=session)
    assert DeliverPrompt(2, "m1", "hi") in effects
    assert [one.message_id for one in session.waiting] == ["m2"]


def test_once_voice_is_off_a_prompt_is_not_answered_aloud_by_the_line_that_is_left():
    _, effects = play(*LISTENING, VoiceStopped(), *TYPED)
    assert DeliverPrompt(1, "m1", "hi") in effects


def test_a_prompt_that_waits_for_another_try_is_tried_when_a_person_asks_for_it():
    session, _ = play(*TYPED, PromptRefused(1, "network.unreachable", True))
    session, effects = play(*TYPED, session=session)
    assert effects[0] == ClearTimer(TimerName.REDELIVER)
    assert DeliverPrompt(2, "m1", "hi") in effects
    assert play(*TYPED, session=session)[1] == [], "once"


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
    sent = effects.index(ResendSpeech(1))
    assert effects[sent + 1] == Send(CommitAudio(1))
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
    assert play(TalkPressed(), SpeechConfirmed(), LineOpened())[1] == [ResendSpeech(1)]
    given = (TalkPressed(), TalkReleased(), ENDED, LineOpened())
    assert play(*given)[1] == [ResendSpeech(1), Send(CommitAudio(1))]


def test_a_line_that_opens_in_mid_turn_of_a_text_line_changes_nothing():
    assert play(*TYPED, VoiceStarted(), LineOpened())[1] == []


WORDS = TranscriptUpdated(1, "hello", is_final=True)


def test_what_a_lost_line_may_not_have_heard_is_queued_and_said_once_more():
    session, effects = play(*ASKED, LineLost(0.5))
    assert effects == [QueueSpeech(1), ClearTimer(TimerName.SLOW)]
    assert session.phase is Phase.RECONNECTING
    assert play(LineLost(1.0), session=session)[1] == []
    session, effects = play(LineOpened(), session=session)
    assert effects[:2] == [ResendSpeech(1), Send(CommitAudio(1))]
    assert session.phase is Phase.THINKING
    session, effects = play(LineLost(0.5), session=session)
    assert effects[0] == FailTurn(1, "line.lost")
    assert play(LineOpened(), session=session)[0].phase is Phase.LISTENING


def test_a_new_turn_may_be_said_once_more_too():
    session, _ = play(*ASKED, LineLost(0.5), LineOpened(), WORDS, ReplyEnded(1))
    session, effects = play(*SPEAKING_UP, ENDED, LineLost(0.5), session=session)
    assert effects[0] == QueueSpeech(2)


RAN_DRY = (ReplyAudio(1, PCM), TimerFired(TimerName.SOUND))
ONLY_READ = (LoudspeakerLost("device.no_output"), ReplyAudio(1, PCM))


@pytest.mark.parametrize(
    "news", [(WORDS,), (ReplyStarted(1),), (ReplyText(1, "Hi"),), RAN_DRY, ONLY_READ]
)
def test_what_a_lost_line_has_understood_is_not_said_again(news):
    _, effects = play(*ASKED, *news, LineLost(0.5))
    assert FailTurn(1, "line.lost") in effects
    assert QueueSpeech(1) not in effects


def test_words_that_are_not_final_are_no_proof_that_the_end_was_heard():
    _, effects = play(*ASKED, TranscriptUpdated(1, "hel"), LineLost(0.5))
    assert effects[0] == QueueSpeech(1)


def test_a_typed_prompt_is_never_sent_twice_by_itself():
    _, effects = play(*LISTENING, *TYPED, LineLost(0.5))
    assert effects[0] == FailTurn(1, "line.lost")


def test_what_is_said_while_the_line_is_lost_is_queued():
    _, effects = play(*LISTENING, LineLost(0.5), *SPEAKING_UP, ENDED)
    assert QueueSpeech(1) in effects


def test_nobody_is_called_slow_while_the_line_is_away_and_nothing_is_given_up():
    away, effects = play(*ASKED, TimerFired(TimerName.SLOW), LineLost(0.5))
    assert ClearNotice("reply.slow") in effects
    assert ClearTimer(TimerName.GIVE_UP) in effects
    assert ClearTimer(TimerName.SLOW) in effects
    assert play(TimerFired(TimerName.SLOW), session=away) == (away, [])
    back = play(LineOpened(), session=away)[1]
    assert back[2:] == [ClearTimer(TimerName.GIVE_UP), SetTimer(TimerName.SLOW, 8.0)]


def test_what_is_said_before_a_line_could_be_had_at_all_is_queued_too():
    first = (TalkPressed(), SpeechConfirmed(), ENDED)
    session, effects = play(*first, TimerFired(TimerName.SLOW), LineLost(0.5))
    assert QueueSpeech(1) in effects
    assert ClearTimer(TimerName.GIVE_UP) in effects
    assert session.phase is Phase.RECONNECTING


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
    effects = play(*before, LineLost(0.5))[1]
    assert [one for one in effects if one != ClearTimer(TimerName.NOT_BEGUN)] == []


def test_speech_dropped_without_a_line_tells_nobody():
    _, effects = play(TalkPressed(), SpeechDropped())
    assert not [effect for effect in effects if isinstance(effect, Send)]


def test_a_line_refused_for_good_ends_voice():
    session, effects = play(*ASKED, LineFailed("access.refused"))
    assert session.phase is Phase.READY
    assert FailTurn(1, "access.refused") in effects
    assert CloseMicrophone() in effects
    assert notices(effects) == ["access.refused"]


def test_a_line_refused_for_good_says_why_in_the_peers_words():
    _, effects = play(*ASKED, LineFailed("gateway.refused", "None left."))
    facts = {"message": "None left.", "reason": "None left."}
    assert FailTurn(1, "gateway.refused", "None left.", facts) in effects
    assert effects[-1].notice.facts == facts


def test_a_line_refused_in_mid_sentence_keeps_the_sentence():
    session, effects = play(TalkPressed(), LineFailed("access.refused"))
    assert effects[0] == FinishCapture(1)
    _, effects = play(ENDED, session=session)
    assert effects[0] == KeepUtterance(1, 1.0, 500)
    assert FailTurn(1, "line.refused") in effects


def test_a_choice_that_voice_cannot_have_is_told_and_the_line_stays():
    before, _ = play(*ASKED)
    session, effects = play(*ASKED, LineKept("It has no such model."))
    assert session == before
    assert effects[-1].notice.code == "line.kept"


def test_a_silent_line_is_told_until_it_answers_or_is_gone():
    session, effects = play(*ANSWERING, LineStalled())
    assert notices(effects) == ["line.stalled"]
    _, effects = play(LineResumed(), session=session)
    assert effects == [ClearNotice("line.stalled")]
    _, effects = play(LineLost(0.5), session=session)
    assert ClearNotice("line.stalled") in effects


@pytest.mark.parametrize("before", [LISTENING, (*LISTENING, SpeechStarted()), ANSWERING])
def test_another_line_in_place_of_a_silent_one_is_not_silent(before):
    session, effects = play(*before, LineStalled(), LineOpened())
    assert effects[0] == ClearNotice("line.stalled")
    assert not session.is_stalled
    assert play(LineOpened(), session=session)[1] == []


def test_a_silent_line_that_nobody_needs_any_more_is_told_no_longer():
    _, effects = play(*LISTENING, VoiceStopped(), LineStalled(), TimerFired(TimerName.IDLE_LINE))
    assert effects == [ClearNotice("line.stalled"), CloseLine()]
