"""Words, wishes and recordings become one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.client.multipart import Recording
from desktop_app.client.turn_request import (
    VoiceDefaults,
    documented_voices,
    spoken_choice,
    spoken_turn,
    typed_turn,
)
from desktop_app.protocol.backboard.messages import (
    HearingChoice,
    MessageRequest,
    SpeakingChoice,
    Voice,
)
from desktop_app.protocol.commands import PromptText, SpeechInput, SpeechOutput, TurnWishes
from desktop_app.protocol.wav_stream import wav_file

BASE = MessageRequest(memory="Auto", llm_provider="builtin", model_name="m", thread_id="t")
NOBODY = VoiceDefaults()
DOCUMENTED = documented_voices()


def typed(**wishes: object) -> MessageRequest:
    prompt = PromptText(1, "Hi", TurnWishes(**wishes))  # type: ignore[arg-type]
    return typed_turn(BASE, prompt, DOCUMENTED).message


def test_plain_words_change_nothing_else():
    asked = typed_turn(BASE, PromptText(1, "Hi"), DOCUMENTED)
    assert asked.message == MessageRequest(
        content="Hi", memory="Auto", llm_provider="builtin", model_name="m", thread_id="t"
    )
    assert (asked.files.parts(), asked.is_spoken) == ([], False)


@pytest.mark.parametrize(
    ("model", "provider", "name"),
    [("openai/gpt-4.1", "openai", "gpt-4.1"), ("or/a/b", "or", "a/b"), ("x", "builtin", "x")],
)
def test_a_model_is_named_with_its_provider(model: str, provider: str, name: str):
    message = typed(model=model)
    assert (message.llm_provider, message.model_name) == (provider, name)


def test_a_reply_is_spoken_by_whoever_was_named_or_is_documented():
    assert typed(is_spoken=True).voice == Voice(
        tts=SpeakingChoice(
            provider="openai", model="tts-1", voice="nova", output_format="pcm_24000"
        )
    )
    assert typed(is_spoken=True, spoken_by="elevenlabs/v3", voice="x").voice == Voice(
        tts=SpeakingChoice(provider="elevenlabs", model="v3", voice="x", output_format="pcm_24000")
    )


def test_a_recording_is_heard_by_whoever_was_named_or_is_documented(tmp_path: Path):
    recording = str(tmp_path / "q.ogg")
    asked = typed_turn(BASE, PromptText(1, "", TurnWishes(recording=recording)), NOBODY)
    assert asked.message.voice == Voice(stt=HearingChoice())
    assert asked.files.audio_file == tmp_path / "q.ogg"
    assert typed(recording=recording).voice == Voice(
        stt=HearingChoice(provider="openai", model="gpt-4o-mini-transcribe")
    )
    assert typed(recording=recording, heard_by="elevenlabs/scribe_v2").voice == Voice(
        stt=HearingChoice(provider="elevenlabs", model="scribe_v2")
    )


def test_plain_words_in_a_spoken_session_are_answered_aloud():
    asked = typed_turn(BASE, PromptText(1, "Hi"), NOBODY, SpeechOutput(voice="v", speed=1.5))
    assert asked.is_spoken
    assert asked.message.voice == Voice(
        tts=SpeakingChoice(voice="v", output_format="pcm_24000", provider_options={"speed": 1.5})
    )


@pytest.mark.parametrize(
    ("spoken_by", "options"),
    [
        ("openai/tts-1", {"speed": 1.5}),
        ("elevenlabs/eleven_v3", {"voice_settings": {"speed": 1.2}}),
        ("", {"speed": 1.5}),
    ],
)
def test_a_typed_turn_that_is_spoken_has_the_speed_of_the_settings(spoken_by, options):
    prompt = PromptText(1, "Hi", TurnWishes(is_spoken=True, spoken_by=spoken_by))
    in_text = typed_turn(BASE, prompt, DOCUMENTED, speed=1.5)
    aloud = typed_turn(BASE, prompt, DOCUMENTED, SpeechOutput("openai/tts-1", "v", 1.5))
    for asked in (in_text, aloud):
        assert asked.message.voice.tts.provider_options == options
    usual = typed_turn(BASE, prompt, DOCUMENTED)
    assert usual.message.voice.tts.provider_options is None


def test_an_utterance_goes_as_a_wav_in_its_language():
    asked = spoken_turn(BASE, b"abcd", DOCUMENTED, SpeechInput(language="de"), None)
    assert asked.message.voice == Voice(
        stt=HearingChoice(provider="openai", model="gpt-4o-mini-transcribe", language="de")
    )
    assert asked.files.audio_file == Recording(
        "utterance.wav", wav_file(b"abcd", 16_000), "audio/wav"
    )
    assert not asked.is_spoken
    detected = spoken_turn(BASE, b"ab", NOBODY, SpeechInput(language=""), SpeechOutput())
    assert detected.message.voice == Voice(
        stt=HearingChoice(), tts=SpeakingChoice(output_format="pcm_24000")
    )
    assert detected.is_spoken


def test_a_field_that_no_message_has_is_left_out():
    message = typed(fields={"web_search": "Auto", "planet": "Mars", "": 1})
    assert message == typed(fields={"web_search": "Auto"})


def test_functions_and_further_fields_go_along():
    tool = {"type": "function", "function": {"name": "price"}}
    message = typed(tools=(tool,), fields={"web_search": "Auto", "thinking": {"effort": "low"}})
    assert message.tools == [tool]
    assert (message.web_search, message.thinking) == ("Auto", {"effort": "low"})


def test_videos_may_be_made_where_they_are_asked_for():
    assert typed(films=True).video_generation == "auto"
    assert typed(draws=True).video_generation is None


def test_what_is_made_directly_is_made_from_the_files():
    wishes = TurnWishes(
        files=("/a.PNG", "/b.mp4", "/c.jpg"), fields={"operation": "generate_video"}
    )
    asked = typed_turn(BASE, PromptText(1, "Move", wishes), DOCUMENTED, SpeechOutput())
    assert (asked.message.operation, asked.message.voice) == ("generate_video", None)
    assert [(part.field, part.source) for part in asked.files.parts()] == [
        ("input_image", Path("/a.PNG")),
        ("input_video", Path("/b.mp4")),
        ("input_references", Path("/c.jpg")),
    ]
    assert not asked.is_spoken


def test_a_picture_is_changed_without_a_voice_even_in_a_spoken_conversation():
    wishes = TurnWishes(edits="/pictures/fox.png", edited_id="p1")
    asked = typed_turn(BASE, PromptText(1, "At night", wishes), DOCUMENTED, SpeechOutput())
    assert (asked.message.operation, asked.message.voice) == ("generate_image", None)
    assert asked.files.input_image == Path("/pictures/fox.png")
    assert not asked.is_spoken


def test_files_go_along_with_an_utterance():
    asked = spoken_turn(BASE, b"ab", NOBODY, SpeechInput(), None, files=("a.md", "b.png"))
    assert asked.files.files == (Path("a.md"), Path("b.png"))
    assert isinstance(asked.files.audio_file, Recording)


@pytest.mark.parametrize(("speed", "told"), [(1.1, 1.1), (2.0, 1.2), (0.5, 0.7)])
def test_elevenlabs_is_asked_for_a_speed_that_it_has(speed, told):
    spoken = SpeechOutput("elevenlabs/eleven_v3", "v9", speed)
    chosen = spoken_choice(spoken, NOBODY)
    assert chosen.provider_options == {"voice_settings": {"speed": told}}


def test_typed_questions_are_asked_without_what_makes_or_speaks():
    question = {"type": "noul", "instructions": "Is it late?"}
    base = MessageRequest(image_generation="auto", video_generation="auto")
    prompt = PromptText(1, "Hi", TurnWishes(fields={"system_one": {"questions": {"a": question}}}))
    asked = typed_turn(base, prompt, DOCUMENTED, SpeechOutput())
    message = asked.message
    assert (message.image_generation, message.video_generation, message.voice) == (None,) * 3
    assert (asked.files.parts(), asked.is_spoken) == ([], False)
