"""What is asked of a Backboard API in one turn: words, wishes and recordings as a message. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from desktop_app.client.message_body import GENERATIONS, NO_FILES, MessageFiles, sources_of
from desktop_app.client.multipart import Recording
from desktop_app.protocol.backboard.messages import (
    HearingChoice,
    MessageRequest,
    SpeakingChoice,
    Voice,
)
from desktop_app.protocol.backboard.voice_models import DOCUMENTED_HEARING, DOCUMENTED_SPEAKING
from desktop_app.protocol.backboard.voices import elevenlabs_speed
from desktop_app.protocol.commands import (
    Answerer,
    ConfigureSession,
    PromptText,
    SpeechInput,
    SpeechOutput,
    TurnWishes,
)
from desktop_app.protocol.events import provider_name
from desktop_app.protocol.wav_stream import wav_file

RECORDING_RATE_HZ = 16_000

_PCM = "pcm_24000"  # what is played: needs no decoding, and comes while it is spoken


@dataclass(frozen=True, slots=True)
class VoiceDefaults:
    """Who hears and speaks where a turn does not say; empty fields leave the choice to the peer."""

    hearing: HearingChoice = field(default_factory=HearingChoice)
    speaking: SpeakingChoice = field(default_factory=SpeakingChoice)


def documented_voices() -> VoiceDefaults:
    """For a peer that has to be told (contract section 7)."""
    return VoiceDefaults(DOCUMENTED_HEARING, DOCUMENTED_SPEAKING)


def chosen_voices(who: Answerer, defaults: VoiceDefaults) -> VoiceDefaults:
    """The defaults of a conversation for which a person may have chosen who hears and speaks."""
    hearing = _hearing(who.heard_by, defaults)
    speaking = replace(_speaking(who.spoken_by, who.voice, defaults), output_format=None)
    return VoiceDefaults(hearing, speaking)


def speech_names(configuration: ConfigureSession, defaults: VoiceDefaults) -> tuple[str, str]:
    """``provider/model`` of who is asked to hear and to speak; empty where the peer chooses."""
    heard, spoken = configuration.speech_input, configuration.speech_output
    hearing = _hearing(heard.model if heard is not None else "", defaults)
    speaking = _speaking(spoken.model if spoken is not None else "", "", defaults)
    return (
        provider_name(hearing.provider, hearing.model),
        provider_name(speaking.provider, speaking.model),
    )


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """A message and what goes along; ``is_spoken`` says whether speech was asked for."""

    message: MessageRequest
    files: MessageFiles
    is_spoken: bool


def typed_turn(
    base: MessageRequest,
    prompt: PromptText,
    defaults: VoiceDefaults,
    spoken: SpeechOutput | None = None,
    *,
    speed: float = 1.0,
) -> TurnRequest:
    """A typed turn with its wishes.

    Args:
        base: What every message of the conversation carries.
        prompt: The words, and what goes along.
        defaults: Who hears and speaks where the wishes do not say.
        spoken: How the conversation is spoken; None where it is in text alone.
        speed: Of a reply that is spoken in such a conversation, because the wishes say so.
    """
    wishes = prompt.wishes
    message = replace(
        answered_by(wishes.model, base),
        content=prompt.text,
        memory=wishes.memory or base.memory,
        image_generation="auto" if wishes.draws else base.image_generation,
        video_generation="auto" if wishes.films else base.video_generation,
        tools=list(wishes.tools) or base.tools,
        voice=_voice_of(wishes, defaults, spoken, speed),
    )
    message = replace(message, **_known(wishes.fields))
    if message.system_one is not None:  # answered whole, and in writing
        asked = replace(
            message, voice=None, image_generation=None, video_generation=None, tools=None
        )
        return TurnRequest(asked, NO_FILES, is_spoken=False)
    if wishes.edits:
        operation = "generate_video" if wishes.films else "generate_image"
        drawn = replace(message, operation=operation, voice=None)
        return TurnRequest(drawn, MessageFiles(input_image=Path(wishes.edits)), is_spoken=False)
    along = tuple(Path(path) for path in wishes.files)
    if message.operation in GENERATIONS:
        return TurnRequest(replace(message, voice=None), sources_of(along), is_spoken=False)
    files = MessageFiles(
        files=along, audio_file=Path(wishes.recording) if wishes.recording else None
    )
    return TurnRequest(message, files, wishes.is_spoken or spoken is not None)


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those that a message has: a window of another version may wish for more."""
    has = MessageRequest.__struct_fields__
    return {name: value for name, value in fields.items() if name in has}


def answered_by(model: str, message: MessageRequest) -> MessageRequest:
    """The message, answered by ``provider/model``; an empty name leaves it as it is."""
    provider, name = _named(model)
    if not name:
        return message
    return replace(message, llm_provider=provider or message.llm_provider, model_name=name)


def judged_by(model: str, asked: TurnRequest) -> TurnRequest:
    """Typed questions put to ``provider/model`` where no model is chosen; others as they are."""
    if asked.message.system_one is None or asked.message.model_name:
        return asked
    return dataclasses.replace(asked, message=answered_by(model, asked.message))


def spoken_turn(
    base: MessageRequest,
    pcm: bytes,
    defaults: VoiceDefaults,
    heard: SpeechInput,
    spoken: SpeechOutput | None,
    *,
    files: tuple[str, ...] = (),
) -> TurnRequest:
    """An utterance.

    Args:
        base: What every message of the conversation carries.
        pcm: s16le mono 16 kHz.
        defaults: Who hears and speaks where the next two do not say.
        heard: How it is recognised.
        spoken: How it is answered; None for text alone.
        files: Paths of what goes along.
    """
    hearing = _hearing(heard.model, defaults)
    if heard.language:
        hearing = replace(hearing, language=heard.language)
    voice = Voice(stt=hearing, tts=spoken_choice(spoken, defaults) if spoken else None)
    recording = Recording("utterance.wav", wav_file(pcm, RECORDING_RATE_HZ), "audio/wav")
    message = replace(base, content="", voice=voice)
    along = MessageFiles(files=tuple(Path(path) for path in files), audio_file=recording)
    return TurnRequest(message, along, spoken is not None)


def _voice_of(
    wishes: TurnWishes, defaults: VoiceDefaults, spoken: SpeechOutput | None, speed: float
) -> Voice | None:
    hearing = _hearing(wishes.heard_by, defaults) if wishes.recording else None
    speaking = None
    if wishes.is_spoken:
        speed = spoken.speed if spoken is not None else speed
        speaking = spoken_choice(SpeechOutput(wishes.spoken_by, wishes.voice, speed), defaults)
    elif spoken is not None:
        speaking = spoken_choice(spoken, defaults)
    return Voice(stt=hearing, tts=speaking) if hearing or speaking else None


def _hearing(name: str, defaults: VoiceDefaults) -> HearingChoice:
    provider, model = _named(name)
    if not model:
        return defaults.hearing
    return HearingChoice(provider=provider or defaults.hearing.provider, model=model)


def spoken_choice(spoken: SpeechOutput, defaults: VoiceDefaults) -> SpeakingChoice:
    """How replies of a session are spoken."""
    chosen = _speaking(spoken.model, spoken.voice, defaults)
    if spoken.speed == 1.0:
        return chosen
    if chosen.provider != "elevenlabs":
        return replace(chosen, provider_options={"speed": spoken.speed})
    speed = elevenlabs_speed(spoken.speed)
    return replace(chosen, provider_options={"voice_settings": {"speed": speed}})


def _speaking(name: str, voice: str, defaults: VoiceDefaults) -> SpeakingChoice:
    provider, model = _named(name)
    chosen = defaults.speaking
    if model:
        chosen = SpeakingChoice(provider=provider or chosen.provider, model=model)
    return replace(chosen, voice=voice or chosen.voice, output_format=_PCM)


def _named(name: str) -> tuple[str, str]:
    """``provider/model``, of which the model may hold more slashes, or a model alone."""
    provider, slash, model = name.partition("/")
    return (provider, model) if slash else ("", name)
