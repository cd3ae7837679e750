"""What was chosen for a thread, put into the configuration of a line. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.client.turn_request import VoiceDefaults, speech_names
from desktop_app.protocol.commands import Answerer, ConfigureSession, SpeechOutput
from desktop_app.protocol.events import SessionReady, bare_name

LIVE_MODEL = "scribe_v2_realtime"
"""The only recogniser that Backboard's voice socket documents (contract section 8.1)."""


def configured_for(configuration: ConfigureSession, who: Answerer) -> ConfigureSession:
    """The session as it says itself, and where it does not, with these."""
    heard, spoken = configuration.speech_input, configuration.speech_output
    if heard is not None:
        heard = replace(heard, model=heard.model or who.heard_by)
    if spoken is not None:
        spoken = _spoken(spoken, who)
    return replace(
        configuration,
        model=configuration.model or who.model,
        speech_input=heard,
        speech_output=spoken,
    )


def _spoken(spoken: SpeechOutput, who: Answerer) -> SpeechOutput:
    wanted = Answerer(spoken_by=spoken.model, voice=spoken.voice).over(who)
    return replace(spoken, model=wanted.spoken_by, voice=wanted.voice)


def ready_session(configuration: ConfigureSession, defaults: VoiceDefaults) -> SessionReady:
    """A session that is begun without a word of the peer: who hears and speaks is as asked."""
    heard_by, spoken_by = speech_names(configuration, defaults)
    return SessionReady(configuration.session_id, heard_by=heard_by, spoken_by=spoken_by)


def is_meant(configuration: ConfigureSession, name: str) -> bool:
    """Whether a model that hears, answers and speaks by itself is wanted: nobody else is."""
    heard, spoken = configuration.speech_input, configuration.speech_output
    wanted = {
        configuration.model,
        heard.model if heard is not None else "",
        spoken.model if spoken is not None else "",
    }
    return wanted <= {"", name}


def hears_live(configuration: ConfigureSession) -> bool:
    """Whether the voice socket hears as is wanted: it has one recogniser."""
    heard = configuration.speech_input
    return heard is None or bare_name(heard.model) in ("", LIVE_MODEL)
