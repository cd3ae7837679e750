"""What goes on in an engine is known from what it is asked and tells."""

from __future__ import annotations

import pytest

from desktop_app.link.asks import Answered, Ask, CancelAsk
from desktop_app.link.device_messages import MicrophoneTest, MicrophoneTestChanged
from desktop_app.link.keeping import ImportAdvanced
from desktop_app.link.messages import (
    Phase,
    PhaseChanged,
    Pong,
    PressTalk,
    StartVoice,
    StopVoice,
    ToggleTalk,
)
from desktop_app.link.notes import NoteChanged, NoteState
from desktop_app.link.thread_messages import ThreadRemoved
from desktop_app.protocol.service_calls import Done, GetKeyState, UploadDocument
from desktop_app.ui.engine_work import EngineWork

UPLOAD = UploadDocument("notes.md", assistant_id="a")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (PhaseChanged("t", Phase.THINKING), PhaseChanged("t", Phase.READY)),
        (PhaseChanged("t", Phase.LISTENING, is_voice_on=True), PhaseChanged("t", Phase.READY)),
        (PhaseChanged("t", Phase.READY, is_voice_on=True), PhaseChanged("t", Phase.READY)),
        (PhaseChanged("t", Phase.THINKING), ThreadRemoved("t")),
        (NoteChanged("n", NoteState.RECORDING), NoteChanged("n", NoteState.KEPT)),
        (NoteChanged("n", NoteState.RECORDING), NoteChanged("n", NoteState.GONE)),
        (
            MicrophoneTestChanged(MicrophoneTest.LISTENING),
            MicrophoneTestChanged(MicrophoneTest.PLAYING),
        ),
        (ImportAdvanced("a.zip", 1, 2), ImportAdvanced("a.zip", 2, 2, is_over=True)),
    ],
)
def test_it_is_busy_from_the_first_news_to_the_last(begin, end):
    work = EngineWork()
    assert not work.is_busy
    work.told(begin)
    work.told(PhaseChanged("another", Phase.READY))
    assert work.is_busy
    work.told(end)
    assert not work.is_busy


def test_which_thread_is_busy_is_known():
    work = EngineWork()
    work.told(PhaseChanged("t", Phase.THINKING))
    assert (work.is_busy_in("t"), work.is_busy_in("another")) == (True, False)
    work.told(PhaseChanged("t", Phase.READY))
    assert not work.is_busy_in("t")


def test_voice_that_has_no_line_keeps_an_engine_from_nothing():
    work = EngineWork()
    talking = PhaseChanged("t", Phase.LISTENING, is_voice_on=True)
    away = PhaseChanged("t", Phase.RECONNECTING, is_voice_on=True, is_unreached=True)
    work.told(talking)
    assert (work.is_busy, work.voice_thread) == (True, "t")
    work.told(away)
    work.told(PhaseChanged("another", Phase.READY))
    assert (work.is_busy, work.voice_thread) == (False, "t")
    work.sent(StopVoice())
    assert work.voice_thread == ""
    work.told(talking)
    work.told(PhaseChanged("t", Phase.READY))
    assert (work.is_busy, work.voice_thread) == (False, "")


@pytest.mark.parametrize("is_answered", [True, False])
def test_an_upload_is_work_and_any_other_question_can_be_waited_for(is_answered):
    work = EngineWork()
    work.sent(Ask("1", UPLOAD))
    work.sent(Ask("2", GetKeyState("work")))
    assert (work.is_busy, work.is_asking) == (True, True)
    for ask_id in ("1", "2"):
        if is_answered:
            work.told(Answered(ask_id, Done()))
        else:
            work.sent(CancelAsk(ask_id))
    assert (work.is_busy, work.is_asking) == (False, False)


@pytest.mark.parametrize("begin", [PressTalk("t"), ToggleTalk("t"), StartVoice("t")])
def test_who_begins_to_talk_is_waited_for_until_the_engine_says_whether_it_hears(begin):
    work = EngineWork()
    work.sent(begin)
    work.told(PhaseChanged("t", Phase.READY))
    assert (work.is_busy, work.is_asking, work.is_beginning) == (False, True, True)
    work.told(Pong())
    work.told(Pong())
    assert (work.is_asking, work.is_beginning) == (False, False)


def test_what_was_told_of_voice_before_it_was_stopped_does_not_start_it_again():
    work = EngineWork()
    listening = PhaseChanged("t", Phase.LISTENING, is_voice_on=True)
    work.sent(StartVoice("t"))
    work.told(PhaseChanged("t", Phase.READY))
    assert work.voice_thread == "t", "told before it was started"
    work.told(Pong())
    work.told(listening)
    work.sent(StopVoice())
    work.told(listening)
    assert (work.voice_thread, work.is_beginning) == ("", False)
    work.told(Pong())
    work.told(listening)
    assert work.voice_thread == "t"
