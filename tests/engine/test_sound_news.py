"""News of the sound devices: which one it is that cannot be used."""

from __future__ import annotations

from desktop_app.engine.effects import ClearNotice, DiscardUtterance, RaiseNotice, Send
from desktop_app.engine.inputs import (
    EchoMeasured,
    EchoTranscribed,
    LoudspeakerLost,
    LoudspeakerOpened,
    MicrophoneLost,
    MicrophoneOpened,
)
from desktop_app.engine.session import Mic, Session
from desktop_app.engine.sound_news import loudspeaker_lost, microphone_lost
from desktop_app.engine.turns import Step
from desktop_app.link.messages import Notice, NoticeLevel, Phase
from desktop_app.protocol.commands import CancelReply
from desktop_app.sentences import sentence_of
from tests.fakes.machine import ANSWERING, ASKED, LISTENING, SPEAKING_UP, play, raised


def said_by(step: Step) -> str:
    [notice] = [effect.notice for effect in step[1] if isinstance(effect, RaiseNotice)]
    return sentence_of(notice.code, notice.facts)


def test_a_refused_loudspeaker_is_not_called_a_microphone():
    assert said_by(loudspeaker_lost(Session(), "device.refused")).startswith("The loudspeaker")


def test_a_refused_microphone_is_called_so():
    opening = Session(mic=Mic.OPENING)
    assert said_by(microphone_lost(opening, "device.refused")).startswith("The microphone")


def test_another_microphone_than_before_is_told_by_its_name_while_voice_goes_on():
    session, effects = play(*LISTENING, MicrophoneOpened("mic"))
    assert effects == []
    session, effects = play(MicrophoneOpened("Headset"), session=session)
    facts = {"device": "Headset"}
    assert raised(effects) == [Notice(NoticeLevel.INFO, "device.other_microphone", facts)]
    assert session.device == "Headset"


def test_another_loudspeaker_than_before_is_told_by_its_name():
    session, effects = play(LoudspeakerOpened("Speakers"))
    assert effects == []
    assert play(LoudspeakerOpened("Speakers"), session=session)[1] == []
    assert play(LoudspeakerOpened(), session=session) == (session, [])
    session, effects = play(LoudspeakerOpened("Headset"), session=session)
    facts = {"device": "Headset", "kind": "loudspeaker"}
    assert raised(effects) == [Notice(NoticeLevel.INFO, "device.other_loudspeaker", facts)]
    assert session.loudspeaker == "Headset"


def test_a_loudspeaker_that_is_back_takes_back_what_was_said_of_it_and_not_of_the_microphone():
    lost, _ = play(*LISTENING, LoudspeakerLost("device.lost"))
    effects = play(LoudspeakerOpened(), session=lost)[1]
    assert effects == [ClearNotice("device.no_output"), ClearNotice("device.lost")]
    both, _ = play(MicrophoneLost("device.lost"), session=lost)
    assert play(LoudspeakerOpened(), session=both)[1] == [ClearNotice("device.no_output")]


def test_duplex_follows_the_echo_only_where_it_is_automatic():
    automatic = Session(barge_in=False, is_duplex_automatic=True, duplex_reason="echo_unknown")
    session, _ = play(EchoMeasured(can_talk_over=True, reason=""), session=automatic)
    assert (session.barge_in, session.duplex_reason) == (True, "")
    session, _ = play(EchoMeasured(can_talk_over=False, reason="echo_left"), session=session)
    assert (session.barge_in, session.duplex_reason) == (False, "echo_left")
    session, _ = play(EchoMeasured(can_talk_over=True, reason=""), session=Session(barge_in=False))
    assert not session.barge_in


def test_a_reply_that_heard_itself_was_no_turn():
    session, effects = play(*ASKED, EchoTranscribed(1))
    assert session.phase is Phase.LISTENING
    assert Send(CancelReply(1)) in effects
    assert DiscardUtterance(1) in effects
    _, effects = play(*ASKED, EchoTranscribed(7))
    assert Send(CancelReply(1)) not in effects
    session, _ = play(*ANSWERING, EchoTranscribed(1))
    assert session.phase is Phase.SPEAKING
    session, effects = play(*LISTENING, *SPEAKING_UP, EchoTranscribed(1))
    assert (session.phase, effects) == (Phase.HEARING, []), "somebody still speaks"
