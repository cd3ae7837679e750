"""News of the sound devices: which one it is that cannot be used."""

from __future__ import annotations

from desktop_app.engine.effects import RaiseNotice
from desktop_app.engine.session import Mic, Session
from desktop_app.engine.sound_news import loudspeaker_lost, microphone_lost
from desktop_app.engine.turns import Step
from desktop_app.sentences import sentence_of


def said_by(step: Step) -> str:
    [notice] = [effect.notice for effect in step[1] if isinstance(effect, RaiseNotice)]
    return sentence_of(notice.code, notice.facts)


def test_a_refused_loudspeaker_is_not_called_a_microphone():
    assert said_by(loudspeaker_lost(Session(), "device.refused")).startswith("The loudspeaker")


def test_a_refused_microphone_is_called_so():
    opening = Session(mic=Mic.OPENING)
    assert said_by(microphone_lost(opening, "device.refused")).startswith("The microphone")
