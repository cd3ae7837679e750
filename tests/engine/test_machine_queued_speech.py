"""What becomes of what is said while there is no line."""

from __future__ import annotations

from desktop_app.engine.effects import (
    DeliverPrompt,
    DialNow,
    FailTurn,
    OpenLine,
    OpenRetriedTurn,
    QueueSpeech,
    RaiseNotice,
    ResendSpeech,
    Send,
    SetAside,
)
from desktop_app.engine.inputs import (
    LineFailed,
    LineLost,
    LineOpened,
    PromptTyped,
    ReplyStopped,
    SpeechConfirmed,
    SpeechLetGo,
    SpeechQueued,
    SpeechRetried,
)
from desktop_app.engine.session import Session
from desktop_app.engine.turns import MOST_QUEUED
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CancelReply, CommitAudio
from desktop_app.protocol.events import ReplyAudio, ReplyEnded, ReplyText
from tests.fakes.machine import ENDED, INSISTING, LISTENING, PCM, SPEAKING_UP, TYPED, notices, play

AWAY = (*LISTENING, LineLost(0.5), *SPEAKING_UP, ENDED)
FIRST, SECOND = "turn 1", "turn 2"


def waiting(session: Session) -> list[str]:
    return [one.key if isinstance(one, SpeechQueued) else one.text for one in session.waiting]


def test_speech_during_reconnection_does_not_lose_what_was_said_before():
    session, effects = play(*AWAY, *INSISTING)
    assert effects[0] == SetAside(1, FIRST)
    assert not [one for one in effects if isinstance(one, FailTurn)]
    assert session.phase is Phase.HEARING
    session, effects = play(ENDED, session=session)
    assert QueueSpeech(2) in effects
    assert waiting(session) == [FIRST]
    assert session.phase is Phase.RECONNECTING


def test_what_was_said_while_the_line_was_away_is_sent_in_its_order():
    session, effects = play(*AWAY, *INSISTING, ENDED, LineOpened())
    assert effects[0] == SetAside(2, SECOND)
    opened = effects.index(OpenRetriedTurn(3, FIRST))
    assert effects[opened + 1 : opened + 3] == [ResendSpeech(3), Send(CommitAudio(3))]
    assert Send(CommitAudio(2)) not in effects
    session, effects = play(ReplyText(3, "one"), ReplyEnded(3), session=session)
    assert OpenRetriedTurn(4, SECOND) in effects
    session, effects = play(ReplyText(4, "two"), ReplyEnded(4), session=session)
    assert session.phase is Phase.LISTENING


def test_what_is_typed_between_two_recordings_is_asked_between_them():
    session, _ = play(*AWAY, *TYPED, *INSISTING, ENDED, session=Session())
    assert waiting(session) == [FIRST, "hi"]
    session, _ = play(PromptTyped("m2", "ho"), *INSISTING, ENDED, session=session)
    assert waiting(session) == [FIRST, "hi", SECOND, "ho"]
    session, effects = play(LineOpened(), session=session)
    assert OpenRetriedTurn(4, FIRST) in effects
    assert waiting(session) == ["hi", SECOND, "ho", "turn 3"]


def test_a_sentence_that_is_begun_when_the_line_comes_back_is_sent_after_what_waits():
    session, effects = play(*AWAY, *INSISTING, LineOpened(), SpeechConfirmed())
    assert effects == [], "nothing of it goes ahead"
    session, effects = play(ENDED, session=session)
    assert effects[1] == SetAside(2, SECOND)
    assert OpenRetriedTurn(3, FIRST) in effects
    assert waiting(session) == [SECOND]


def test_whoever_talks_over_the_answer_to_what_waited_is_heard_after_the_rest():
    session, _ = play(*AWAY, *INSISTING, ENDED, LineOpened(), ReplyAudio(3, PCM))
    session, effects = play(*INSISTING, session=session)
    assert Send(CancelReply(3, 0)) in effects
    session, effects = play(ENDED, session=session)
    assert OpenRetriedTurn(5, SECOND) in effects
    assert waiting(session) == ["turn 4"]


def test_what_was_said_before_all_that_waits_keeps_its_place_when_it_is_lost_again():
    session, _ = play(*AWAY, *INSISTING, ENDED, LineOpened(), LineLost(0.5))
    session, effects = play(*INSISTING, ENDED, session=session)
    assert waiting(session) == ["turn 3", SECOND]
    session, effects = play(LineOpened(), session=session)
    assert OpenRetriedTurn(5, "turn 3") in effects
    _, effects = play(LineLost(0.5), session=session)
    assert FailTurn(5, "line.lost") in effects, "two lines have had it"
    assert OpenRetriedTurn(6, SECOND) in effects


def test_a_person_may_send_what_waits_before_its_turn_and_it_is_sent_once():
    session, _ = play(*AWAY, *INSISTING, ENDED, LineOpened(), ReplyText(3, "one"))
    session, effects = play(SpeechRetried(SECOND), session=session)
    assert OpenRetriedTurn(4, SECOND) in effects
    assert waiting(session) == []


def test_the_line_is_tried_at_once_when_a_person_asks_for_what_waits_for_it():
    before, _ = play(*AWAY, *INSISTING, ENDED)
    for key in (FIRST, "the message of the turn"):
        session, effects = play(SpeechRetried(key, is_waiting=True), session=before)
        assert effects == [DialNow()]
        assert session == before, "it keeps its place"
    _, effects = play(SpeechRetried("an earlier one"), session=before)
    assert effects[0] == DialNow()
    assert isinstance(effects[1], RaiseNotice), "it waits for those that do"


def test_what_is_asked_for_again_while_the_line_is_away_has_it_tried_at_once():
    _, effects = play(*LISTENING, LineLost(0.5), SpeechRetried("r"))
    assert OpenRetriedTurn(1, "r") in effects
    assert effects[-1] == DialNow()


def test_who_stops_waiting_for_the_line_has_it_kept_for_another_try_by_hand():
    session, effects = play(*AWAY, *INSISTING, ENDED, ReplyStopped())
    assert FailTurn(2, "line.lost") in effects
    assert OpenRetriedTurn(3, FIRST) in effects, "what was said before waits on"
    assert session.phase is Phase.RECONNECTING


def test_what_is_let_go_leaves_the_order_of_the_rest():
    session, _ = play(*AWAY, *INSISTING, ENDED, *TYPED, *INSISTING)
    assert waiting(session) == [FIRST, SECOND, "hi"]
    session, effects = play(SpeechLetGo(FIRST), SpeechLetGo("unknown"), session=session)
    assert effects == []
    session, _ = play(PromptTyped("m2", "ho"), ENDED, LineOpened(), session=session)
    assert waiting(session) == ["hi", "turn 3", "ho"]


def test_a_sentence_behind_nothing_but_what_was_let_go_is_heard_at_once():
    session, _ = play(*AWAY, *INSISTING, SpeechConfirmed(), SpeechLetGo(FIRST))
    assert play(LineOpened(), session=session)[1] == [ResendSpeech(2)]


def test_only_so_much_waits_for_a_line():
    session, _ = play(*AWAY)
    for _ in range(MOST_QUEUED):
        session, effects = play(*INSISTING, ENDED, session=session)
        assert not [one for one in effects if isinstance(one, FailTurn)]
    session, effects = play(*INSISTING, session=session)
    assert FailTurn(MOST_QUEUED + 1, "line.lost") in effects
    assert len(session.waiting) == MOST_QUEUED


def test_a_line_refused_for_good_fails_all_that_waits_and_is_told_once():
    session, effects = play(*AWAY, *INSISTING, ENDED, LineFailed("access.refused"))
    assert FailTurn(2, "access.refused") in effects
    opened = effects.index(OpenRetriedTurn(3, FIRST))
    assert effects[opened + 1] == FailTurn(3, "access.refused")
    assert notices(effects) == ["access.refused"]
    assert not [one for one in effects if isinstance(one, OpenLine)]
    assert session.phase is Phase.READY
    assert waiting(session) == []


def test_what_is_typed_behind_speech_that_a_line_refuses_is_asked_in_writing():
    typed = PromptTyped("m", "hi")
    session, effects = play(*AWAY, *INSISTING, typed, ENDED, LineFailed("access.refused"))
    assert FailTurn(2, "access.refused") in effects
    assert FailTurn(3, "access.refused") in effects
    assert DeliverPrompt(4, "m", "hi") in effects
    assert session.phase is Phase.THINKING
    assert waiting(session) == []


def test_what_an_earlier_run_left_is_delivered_once_and_in_its_order():
    left = (SpeechQueued("a"), *TYPED, SpeechQueued("b"), SpeechQueued("b"))
    session, _ = play(left[0], *left[1:])
    assert waiting(session) == ["hi", "b"]
    _, effects = play(LineOpened(), session=session)
    assert effects[:2] == [ResendSpeech(1), Send(CommitAudio(1))]
