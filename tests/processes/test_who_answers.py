"""Who answers, hears and speaks: the thread's choice before that of the settings."""

from __future__ import annotations

import pytest

from desktop_app.journal.records import ThreadRecord
from desktop_app.link.thread_messages import ServiceDescribed
from desktop_app.processes.who_answers import described, who_answers
from desktop_app.protocol.commands import Answerer
from desktop_app.settings import Settings, SpeechSettings

USUAL = Settings(
    speech={
        "embedded": SpeechSettings("openai/whisper-1", "openai/tts-1", "nova", "a/b"),
        "home": SpeechSettings(model="own/model"),
    },
)


def thread(**chosen: str) -> ThreadRecord:
    return ThreadRecord(id="t", created_at=1.0, updated_at=1.0, **chosen)


@pytest.mark.parametrize(
    ("of_thread", "expected"),
    [
        (None, Answerer("a/b", "", "openai/whisper-1", "openai/tts-1", "nova")),
        (thread(), Answerer("", "", "openai/whisper-1", "openai/tts-1", "nova")),
        (
            thread(model="c/d", spoken_by="elevenlabs/eleven_v3"),
            Answerer("c/d", "", "openai/whisper-1", "elevenlabs/eleven_v3", ""),
        ),
        (
            thread(heard_by="x/y", voice="onyx"),
            Answerer("", "", "x/y", "openai/tts-1", "onyx"),
        ),
    ],
)
def test_bar_45_a_thread_goes_before_the_settings_and_a_voice_with_its_model(of_thread, expected):
    assert who_answers(of_thread, USUAL, "embedded") == expected


def test_bar_45_another_service_is_not_asked_for_voices_that_were_chosen_here():
    assert who_answers(thread(), USUAL, "backboard") == Answerer()


def test_bar_45_a_name_that_one_service_knows_is_never_sent_to_another():
    here = thread().chosen(Answerer("c/d", "tutor", "x/y", "p/q", "v"), "embedded")
    assert who_answers(here, USUAL, "embedded") == Answerer("c/d", "tutor", "x/y", "p/q", "v")
    assert who_answers(here, USUAL, "home") == Answerer("own/model"), "the usual one there"
    assert who_answers(here, USUAL, "backboard") == Answerer()


def test_bar_45_each_service_keeps_what_was_chosen_at_it():
    both = thread().chosen(Answerer("c/d"), "embedded").chosen(Answerer("e/f"), "home")
    assert who_answers(both, USUAL, "embedded").model == "c/d"
    assert who_answers(both, USUAL, "home").model == "e/f"
    again = both.chosen(Answerer("g/h"), "embedded")
    assert (again.model, again.profile) == ("g/h", "embedded")
    assert again.elsewhere == {"home": Answerer("e/f")}


def test_the_window_is_told_the_usual_model_of_the_service_in_use():
    assert described(USUAL, "home") == ServiceDescribed("home", "own/model")
    assert described(USUAL, "backboard") == ServiceDescribed("backboard", "")


def test_a_thread_of_an_earlier_version_has_what_was_chosen_for_it():
    assert who_answers(thread(model="c/d"), USUAL, "home").model == "c/d"
