"""One builder for every message: JSON without files, a form with them, nothing lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop_app.client.message_body import NO_FILES, MessageFiles, check_extension, message_body
from desktop_app.client.multipart import Recording
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.messages import (
    HearingChoice,
    MessageRequest,
    SpeakingChoice,
    Voice,
)
from tests.fakes.forms import SentForm, read_form

WAV = Recording("q.wav", b"RIFF", "audio/wav")
VOICE = Voice(
    stt=HearingChoice(provider="openai", model="whisper-1", provider_options={"prompt": "x"}),
    tts=SpeakingChoice(provider="elevenlabs", voice="v", output_format="pcm_24000"),
)
EVERYTHING = MessageRequest(
    content="Hi",
    thread_id="t",
    assistant_id="a",
    stream=True,
    system_prompt="Be brief.",
    llm_provider="openai",
    model_name="gpt-4.1",
    memory="Auto",
    memory_response_citation=False,
    web_search="off",
    tools=[{"type": "function", "function": {"name": "f"}}],
    send_to_llm=False,
    json_output=True,
    metadata={"custom_timestamp": "2026-11-01", "deep": [1, None]},
    thinking={"effort": "high"},
    openrouter={"sort": "price"},
    voice=VOICE,
    image_generation="auto",
    image_config={"n": 2},
)
AS_JSON = {
    "content": "Hi",
    "thread_id": "t",
    "assistant_id": "a",
    "stream": True,
    "system_prompt": "Be brief.",
    "llm_provider": "openai",
    "model_name": "gpt-4.1",
    "memory": "Auto",
    "memory_response_citation": False,
    "web_search": "off",
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "send_to_llm": "false",
    "json_output": True,
    "metadata": {"custom_timestamp": "2026-11-01", "deep": [1, None]},
    "thinking": {"effort": "high"},
    "openrouter": {"sort": "price"},
    "voice": {
        "stt": {"provider": "openai", "model": "whisper-1", "provider_options": {"prompt": "x"}},
        "tts": {"provider": "elevenlabs", "voice": "v", "output_format": "pcm_24000"},
    },
    "image_generation": "auto",
    "image_config": {"n": 2},
}


async def as_json(request: MessageRequest) -> Any:
    async with message_body(request).opened() as content:
        assert isinstance(content.data, bytes)
        assert content.headers == {"Content-Type": "application/json"}
        return json.loads(content.data)


async def as_form(request: MessageRequest, files: MessageFiles) -> SentForm:
    async with message_body(request, files).opened() as content:
        assert not isinstance(content.data, bytes)
        whole = b"".join([block async for block in content.data])
        return read_form(content.headers["Content-Type"], whole)


async def test_without_files_every_field_is_json():
    assert await as_json(EVERYTHING) == AS_JSON
    assert await as_json(MessageRequest()) == {}


async def test_with_a_file_every_field_is_text_and_none_is_lost():
    form = await as_form(EVERYTHING, MessageFiles(audio_file=WAV))
    assert set(form.fields) == set(AS_JSON)
    texts = {name: value for name, value in AS_JSON.items() if isinstance(value, str)}
    assert {name: form.fields[name] for name in texts} == texts
    others = set(AS_JSON) - set(texts)
    assert {name: json.loads(form.fields[name]) for name in others} == {
        name: AS_JSON[name] for name in others
    }
    assert (form.fields["stream"], form.fields["memory_response_citation"]) == ("true", "false")
    assert [(file.field, file.filename) for file in form.files] == [("audio_file", "q.wav")]


@pytest.mark.parametrize("files", [NO_FILES, MessageFiles(audio_file=WAV)])
async def test_voice_citation_and_json_output_survive_thinking(files: MessageFiles):
    request = MessageRequest(
        voice=VOICE, thinking={"effort": "low"}, json_output=True, memory_response_citation=True
    )
    told = (await as_form(request, files)).fields if files.parts() else await as_json(request)
    wanted = {"voice", "thinking", "json_output", "memory_response_citation"}
    assert set(told) == wanted


@pytest.mark.parametrize("given", [True, "true"])
async def test_the_wish_to_be_answered_is_always_text(given: bool | str):
    assert await as_json(MessageRequest(send_to_llm=given)) == {"send_to_llm": "true"}


async def test_a_sound_format_is_never_sent_to_openai():
    voice = Voice(tts=SpeakingChoice(provider="openai", voice="nova", output_format="mp3"))
    told = await as_json(MessageRequest(voice=voice))
    assert told == {"voice": {"tts": {"provider": "openai", "voice": "nova"}}}


async def test_files_go_in_their_own_fields(tmp_path: Path):
    names = ["a.pdf", "i.png", "l.png", "v.mp4", "r1.png", "r2.png"]
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_bytes(b"x")
    files = MessageFiles((paths[0],), None, *paths[1:4], (paths[4], paths[5]))
    request = MessageRequest(content="A cat", operation="generate_video")
    form = await as_form(request, files)
    assert [(file.field, file.filename) for file in form.files] == [
        ("files", "a.pdf"),
        ("input_image", "i.png"),
        ("input_last_frame", "l.png"),
        ("input_video", "v.mp4"),
        ("input_references", "r1.png"),
        ("input_references", "r2.png"),
    ]
    assert form.fields["operation"] == "generate_video"


@pytest.mark.parametrize(
    ("request_", "files"),
    [
        (MessageRequest(), MessageFiles(input_image=Path("a.png"))),
        (MessageRequest(operation="chat"), MessageFiles(input_references=(Path("a.png"),))),
        (MessageRequest(operation="generate_image"), MessageFiles(audio_file=WAV)),
        (MessageRequest(operation="generate_image", voice=VOICE), NO_FILES),
    ],
)
def test_files_where_no_server_takes_them_are_refused(
    request_: MessageRequest, files: MessageFiles
):
    with pytest.raises(InputError) as caught:
        message_body(request_, files)
    assert caught.value.code == "upload.misplaced"


def test_extensions_are_taken_in_either_case_and_not_asked_of_a_recording():
    check_extension(Path("Plan.PDF"))
    message_body(MessageRequest(voice=VOICE), MessageFiles(audio_file=Path("q.opus")))
    with pytest.raises(InputError, match=r"a\.exe cannot be sent.*\.pdf") as caught:
        message_body(MessageRequest(), MessageFiles(files=(Path("a.exe"),)))
    assert caught.value.facts == {"file": "a.exe", "kind": ".exe"}


def test_no_field_of_the_contract_is_missing():
    named = {field.name for field in msgspec.structs.fields(MessageRequest)}
    assert {"operation", "video_config", "system_one", "memory_pro", "image_model_name"} <= named
