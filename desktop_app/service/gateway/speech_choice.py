"""Who hears and who speaks in a session: by the models it names, else as the service is set up.

Contract section 10.26: several providers can stand behind the same messages, mixed freely.
"""

from __future__ import annotations

from desktop_app.errors import InputError
from desktop_app.service.gateway.session_plan import SessionPlan, Voice
from desktop_app.service.provider_source import Providers
from desktop_app.service.providers.elevenlabs.voice_messages import NOT_ON_SOCKETS
from desktop_app.service.providers.heard_utterances import HeardUtterances
from desktop_app.service.providers.live_ports import LiveSpeechToText
from desktop_app.service.providers.one_by_one import OneByOne
from desktop_app.service.providers.ports import BUILT_IN, SpeechToText
from desktop_app.service.providers.reply_ports import ReplySpeech
from desktop_app.service.providers.speech_models import provider_of
from desktop_app.service.providers.spoken_sentences import SAMPLES, SpokenSentences

Hears = LiveSpeechToText | SpeechToText


def hearing(plan: SessionPlan, providers: Providers) -> Hears:
    """Who hears the session."""
    wanted = provider_of("stt", plan.stt.model_id) or providers.preferred_stt
    if wanted in providers.live_stt and plan.input_hz in providers.live_stt[wanted].rates_hz:
        return providers.live_stt[wanted]
    if wanted != BUILT_IN and wanted in providers.transcribers:
        transcriber = providers.transcribers[wanted]
        named = provider_of("stt", plan.stt.model_id) == wanted
        return HeardUtterances(transcriber, plan.stt.model_id if named else "")
    return providers.stt


def speaking(voice: Voice, providers: Providers) -> ReplySpeech:
    """Who speaks the session's replies.

    Raises:
        InputError: ``speech.format``: it has no such format.
    """
    wanted = provider_of("tts", voice.model) or providers.preferred_tts
    if wanted not in providers.speakers:
        wanted = BUILT_IN
    if wanted == BUILT_IN and not voice.is_coded:
        return OneByOne(providers.tts)
    if wanted not in providers.speakers:
        raise InputError("speech.format", f"Nobody here speaks as {voice.output_format}.")
    model = voice.model if provider_of("tts", voice.model) == wanted else ""
    output_format = voice.output_format if voice.is_coded else SAMPLES
    if wanted in providers.voice_sockets and model not in NOT_ON_SOCKETS:
        opens = providers.voice_sockets[wanted]
        return opens(model, output_format=output_format, settings=voice.settings)
    speech = SpokenSentences(
        providers.speakers[wanted], model, output_format=output_format, settings=voice.settings
    )
    speech.content_type()  # refuses before anything is asked
    return speech
