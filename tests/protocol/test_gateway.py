"""The gateway's messages survive the wire, and what is not one of them is told apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desktop_app.errors import ProtocolError
from desktop_app.protocol import gateway as g

CLIENT: list[g.GatewayClientMessage] = [
    g.SessionConfigure(),
    g.SessionConfigure(
        session_id="voice-test-1",
        backend=g.BackendOptions(registration_id="abc", system_prompt="Be brief."),
        stt=g.SttOptions(commit_strategy="manual", vad_threshold=0.4),
        tts=g.TtsOptions(voice_id="v", voice_settings={"stability": 0.4}),
    ),
    g.AudioAppend(audio="AAA=", previous_text="so"),
    g.AudioCommit(),
    g.AudioDiscard(),
    g.TextPrompt(text="Grüße"),
    g.AssistantCancel(turn_id=3, heard_ms=240),
    g.Ping(id=1),
    g.SessionClose(),
]
SERVER: list[g.GatewayServerMessage] = [
    g.GatewayReady(),
    g.GatewayConfigured(session_id="s", extensions=g.EXTENSIONS, tts={"model_id": "m"}),
    g.SttSessionStarted(session_id="e", config={"sample_rate": 16000}),
    g.TranscriptPartial(text="hel"),
    g.TranscriptCommitted(text="hello", words=[{"text": "hello"}]),
    g.AssistantStarted(text="hello", turn_id=1),
    g.InputSpeechStarted(),
    g.InputSpeechStopped(),
    g.AssistantDelta(text="Hi", turn_id=1),
    g.AssistantTool(call_id="c1", name="generate_image", turn_id=1),
    g.AssistantMessage(text="Hi!", metadata={"message_id": "m"}),
    g.AssistantAudioStart(turn_id=1, output_format="pcm_24000"),
    g.AssistantAudioChunk(audio="AAA=", turn_id=1, chunk_index=1),
    g.AssistantAudioEnd(turn_id=1, chunk_count=1),
    g.AssistantAudio(audio="AAA=", output_format="mp3_44100_128"),
    g.AssistantCancelled(turn_id=1, reason="client"),
    g.Pong(id="a"),
    g.GatewayError(message="no", code="x", fatal=True),
]


@pytest.mark.parametrize("message", CLIENT)
def test_a_client_message_comes_back_as_it_was(message: g.GatewayClientMessage):
    assert g.decode_client_message(g.encode(message)) == message
    assert g.decode_client_message(g.encode(message).decode()) == message


@pytest.mark.parametrize("message", SERVER)
def test_a_server_message_comes_back_as_it_was(message: g.GatewayServerMessage):
    assert g.decode_server_message(g.encode(message)) == message


def test_every_message_has_an_example_here():
    assert {type(one) for one in CLIENT} == set(g.GatewayClientMessage.__args__)  # type: ignore[attr-defined]
    assert {type(one) for one in SERVER} == set(g.GatewayServerMessage.__args__)  # type: ignore[attr-defined]


def test_the_contracts_example_turn_is_read():
    wire: list[dict[str, Any]] = [
        {"type": "assistant.started", "text": "Say hi"},
        {"type": "assistant.message", "text": "Hi!", "metadata": {}, "future": 1},
        {
            "type": "assistant.audio.end",
            "turn_id": 1,
            "content_type": "application/octet-stream",
            "output_format": "pcm_24000",
            "chunk_count": 1,
        },
    ]
    read = [g.decode_server_message(json.dumps(one)) for one in wire]
    assert [type(one) for one in read] == [
        g.AssistantStarted,
        g.AssistantMessage,
        g.AssistantAudioEnd,
    ]


@pytest.mark.parametrize("decode", [g.decode_client_message, g.decode_server_message])
def test_an_unknown_type_is_none(decode: Any):
    assert decode('{"type":"session.future","x":1}') is None


@pytest.mark.parametrize("decode", [g.decode_client_message, g.decode_server_message])
@pytest.mark.parametrize(
    "frame",
    [
        *("", "{", "[]", "{}", '{"type":7}', b"\xff\xfe", b'{"type":"\xff"}'),
        *("[" * 100_000, '{"type":' * 100_000, '{"type":"text.prompt","x":' + "[" * 100_000),
    ],
)
def test_what_is_no_message_is_refused(decode: Any, frame: str | bytes):
    with pytest.raises(ProtocolError) as caught:
        decode(frame)
    assert caught.value.code == "gateway.malformed"


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            '{"type":"assistant.message","text":"Noon.","metadata":null}',
            g.AssistantMessage(text="Noon."),
        ),
        (
            '{"type":"assistant.audio.chunk","turn_id":null,"audio":"AAA=","chunk_index":null}',
            g.AssistantAudioChunk(audio="AAA="),
        ),
        ('{"type":"error","message":null,"error":"Full."}', g.GatewayError(error="Full.")),
    ],
)
def test_null_is_nothing_said(frame: str, message: g.GatewayServerMessage):
    assert g.decode_server_message(frame) == message


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            '{"type":"assistant.message","text":"Noon.","metadata":[]}',
            g.AssistantMessage(text="Noon."),
        ),
        (
            '{"type":"assistant.audio.chunk","turn_id":"a-b","audio":"AAA=","chunk_index":"2"}',
            g.AssistantAudioChunk(audio="AAA=", chunk_index=2),
        ),
        (
            '{"type":"session.configured","session_id":"s","extensions":"ping"}',
            g.GatewayConfigured(session_id="s"),
        ),
        (
            '{"type":"error","message":"Full.","code":429,"fatal":"perhaps"}',
            g.GatewayError(message="Full."),
        ),
    ],
)
def test_a_field_of_another_kind_costs_no_more_than_itself(
    frame: str, message: g.GatewayServerMessage
):
    assert g.decode_server_message(frame) == message


def test_a_known_type_with_wrong_fields_is_refused_by_name():
    with pytest.raises(ProtocolError, match=r"text\.prompt"):
        g.decode_client_message('{"type":"text.prompt","text":5}')
    with pytest.raises(ProtocolError, match=r"transcript\.partial"):
        g.decode_server_message('{"type":"transcript.partial","text":5}')
    with pytest.raises(ProtocolError, match=r"assistant\.audio\.chunk"):
        g.decode_server_message('{"type":"assistant.audio.chunk","audio":["AAA="]}')


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (g.GatewayError(message="a", error="b"), "a"),
        (g.GatewayError(error="b", detail="c"), "b"),
        (g.GatewayError(detail="c"), "c"),
        (g.GatewayError(), "The voice service reported an error."),
    ],
)
def test_an_error_is_readable_wherever_the_peer_put_it(error: g.GatewayError, sentence: str):
    assert error.sentence == sentence
