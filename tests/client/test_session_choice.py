"""What was chosen for a thread, in the configuration of a line."""

from __future__ import annotations

import pytest

from desktop_app.client.session_choice import configured_for, hears_live, is_meant, ready_session
from desktop_app.client.turn_request import VoiceDefaults, documented_voices
from desktop_app.protocol.commands import Answerer, ConfigureSession, SpeechInput, SpeechOutput
from desktop_app.protocol.events import SessionReady

CHOSEN = Answerer("a/b", "", "openai/whisper-1", "openai/tts-1", "nova")


def test_bar_45_a_session_that_names_nobody_has_those_of_its_thread():
    session = configured_for(ConfigureSession("s"), CHOSEN)
    assert session.model == "a/b"
    assert session.speech_input == SpeechInput("openai/whisper-1")
    assert session.speech_output == SpeechOutput("openai/tts-1", "nova")


def test_bar_45_what_a_session_names_itself_goes_before_its_thread():
    named = ConfigureSession("s", SpeechInput("x/ear"), SpeechOutput("elevenlabs/eleven_v3"), "c/d")
    assert configured_for(named, CHOSEN) == named  # and no voice of another provider


def test_a_session_in_text_alone_stays_one():
    session = configured_for(ConfigureSession("s", None, None), CHOSEN)
    assert (session.speech_input, session.speech_output) == (None, None)


@pytest.mark.parametrize(
    ("who", "is_wanted"),
    [
        (Answerer(), True),
        (Answerer("openai/live"), True),
        (Answerer("openai/live", "", "openai/live", "openai/live", "marin"), True),
        (Answerer("openai/gpt-4.1"), False),
        (Answerer(heard_by="openai/whisper-1"), False),
        (Answerer(spoken_by="openai/tts-1"), False),
    ],
)
def test_a_model_that_speaks_by_itself_is_passed_by_where_others_were_chosen(who, is_wanted):
    session = configured_for(ConfigureSession("s"), who)
    assert is_meant(session, "openai/live") is is_wanted


@pytest.mark.parametrize(
    ("heard_by", "is_live"),
    [("", True), ("elevenlabs/scribe_v2_realtime", True), ("openai/whisper-1", False)],
)
def test_the_voice_socket_hears_with_one_recogniser(heard_by, is_live):
    assert hears_live(ConfigureSession("s", SpeechInput(heard_by))) is is_live


def test_bar_45_what_is_asked_of_messages_is_told_as_who_hears_and_speaks():
    asked = ConfigureSession("s", SpeechInput("x/ear"), SpeechOutput())
    told = SessionReady("s", heard_by="x/ear", spoken_by="openai/tts-1")
    assert ready_session(asked, documented_voices()) == told
    assert ready_session(ConfigureSession("s"), VoiceDefaults()) == SessionReady("s")
