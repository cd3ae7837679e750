"""A run's event stream becomes the events of one turn, whatever the server leaves out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from desktop_app.protocol.events import (
    ImageReady,
    MemoriesRecalled,
    Memory,
    ReplyAudio,
    ReplyEnded,
    ReplyReasoning,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    ToolCall,
    ToolsRequested,
    TranscriptUpdated,
    Usage,
)
from desktop_app.protocol.stream_dialect import StreamDialect


def event(kind: str, **fields: Any) -> bytes:
    return json.dumps({"type": kind, **fields}).encode()


def told(dialect: StreamDialect, *data: bytes) -> list[ServerEvent]:
    return [news for one in data for news in dialect.feed(one)]


def text(content: str) -> bytes:
    return event("content_streaming", content=content)


def speech(pcm: bytes, **fields: Any) -> bytes:
    return event("tts_audio_chunk", data=base64.b64encode(pcm).decode(), **fields)


def test_a_text_run_from_start_to_end():
    dialect = StreamDialect(4)
    assert told(
        dialect,
        event("user_message", thread_id="t", assistant_id="a", message_id="u"),
        event("memory_retrieved", memories=[{"memory": "tea", "score": 0.5}]),
        event("run_started", run_id="r", model_name="m"),
        event("run_started", run_id="r", model_name="m"),
        event("reasoning_streaming", content="hm"),
        text("Hel"),
        text("lo"),
        event("run_ended", status="COMPLETED", message_id="x", tokens=5, cost_usd=0.1),
    ) == [
        MemoriesRecalled(4, (Memory("tea", score=0.5),)),
        ReplyStarted(4, run_id="r", model="m"),
        ReplyReasoning(4, "hm"),
        ReplyText(4, "Hel"),
        ReplyText(4, "lo"),
    ]
    assert (dialect.thread_id, dialect.assistant_id, dialect.run_id) == ("t", "a", "r")
    assert dialect.is_complete
    end = ReplyEnded(4, message_id="x", usage=Usage(output_tokens=5, cost_usd=0.1))
    assert dialect.finish() == [end]
    assert dialect.finish() == []


def test_a_server_that_repeats_everything_is_not_shown_twice():
    dialect = StreamDialect(1)
    assert told(dialect, text("Hel"), text("Hello"), text("Hello you"), text("")) == [
        ReplyText(1, "Hel"),
        ReplyText(1, "lo"),
        ReplyText(1, " you"),
    ]


@pytest.mark.parametrize("kind", ["run_ended", "run_completed", "message_complete"])
def test_a_longer_text_at_the_end_replaces_the_deltas(kind: str):
    dialect = StreamDialect(1)
    told(dialect, text("a"))
    assert told(dialect, event(kind, final_content="ab")) == [ReplyText(1, "ab", is_whole=True)]
    assert dialect.finish() == [ReplyEnded(1)]


def test_a_shorter_text_at_the_end_changes_nothing_and_the_last_end_counts():
    dialect = StreamDialect(1)
    recalled = [{"memory": "tea"}]
    events = told(
        dialect,
        text("abc"),
        event("run_ended", content="a", message_id="1"),
        text("d"),
        event("run_ended", message_id="2", retrieved_memories=recalled),
        event("memory_retrieved", memories=recalled),
    )
    assert events[2:] == [MemoriesRecalled(1, (Memory("tea"),))]
    assert dialect.finish() == [ReplyEnded(1, message_id="2")]


def test_the_share_of_the_context_is_told():
    dialect = StreamDialect(1)
    told(dialect, event("run_ended", input_tokens=1, output_tokens=2, context_usage={"percent": 3}))
    assert dialect.finish() == [ReplyEnded(1, usage=Usage(1, 2, None, 3.0))]


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (event("run_failed", error="broken"), "broken"),
        (event("error", message="no credit"), "no credit"),
        (event("error"), "The answer failed."),
        (event("run_ended", status="failed"), "The answer ended as failed."),
    ],
)
def test_a_failed_run_is_a_fault_of_its_turn(last: bytes, sentence: str):
    dialect = StreamDialect(1)
    assert told(dialect, last) == [ServerFault(sentence, code="stream.failed", turn=1)]
    assert told(dialect, text("late")) == dialect.finish() == []
    assert dialect.is_complete


@pytest.mark.parametrize("last", [event("run_cancelled"), event("run_ended", status="Cancelled")])
def test_a_cancelled_run_ends_cancelled(last: bytes):
    assert told(StreamDialect(1), last) == [ReplyEnded(1, ReplyStatus.CANCELLED)]


def test_a_stream_that_ends_early_keeps_its_text_or_is_a_fault():
    dialect = StreamDialect(1)
    told(dialect, text("a"))
    assert dialect.finish() == [ReplyEnded(1, ReplyStatus.INCOMPLETE)]
    (fault,) = StreamDialect(2).finish()
    assert isinstance(fault, ServerFault)
    assert (fault.code, fault.turn) == ("stream.ended_early", 2)


def test_a_message_that_was_only_saved_completes_the_turn():
    dialect = StreamDialect(1)
    assert told(dialect, event("message_saved", message_id="m")) == []
    assert dialect.is_complete
    assert dialect.finish() == [ReplyEnded(1, message_id="m")]


def test_a_request_for_tools_ends_the_stream():
    dialect = StreamDialect(1)
    calls = [
        {"id": "1", "function": {"name": "f", "arguments": "{}"}},
        {"id": "2", "function": {"name": "g", "arguments": {"x": 1}}},
        {"id": "3"},
    ]
    assert told(dialect, event("tool_submit_required", run_id="r", tool_calls=calls)) == [
        ToolsRequested(
            1,
            "r",
            (ToolCall("1", "f", "{}"), ToolCall("2", "g", '{"x":1}'), ToolCall("3", "", "{}")),
        )
    ]
    assert dialect.finish() == []


def test_a_picture_is_told_with_its_link():
    media = {"url": "u", "document_id": "d", "mime_type": "image/png", "file_size_bytes": 7}
    dialect = StreamDialect(1)
    assert told(dialect, event("media_generated", media=media)) == [
        ImageReady(1, "u", "d", "image/png", 7)
    ]
    assert told(dialect, event("media_generated")) == [ImageReady(1, "", "")]


def test_what_was_heard_grows_and_becomes_final():
    dialect = StreamDialect(1)
    assert told(
        dialect,
        event("stt_stream_start"),
        event("stt_text_delta", delta="a"),
        event("stt_text_delta", text="b"),
        event("stt_stream_end"),
        event("stt_stream_end", transcript="ab!"),
    ) == [
        TranscriptUpdated(1, "a"),
        TranscriptUpdated(1, "ab"),
        TranscriptUpdated(1, "ab", is_final=True),
        TranscriptUpdated(1, "ab!", is_final=True),
    ]


def test_a_spoken_run_goes_on_until_its_speech_ends():
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"), event("run_ended"))
    assert not dialect.is_complete
    assert told(
        dialect, event("tts_stream_start", content_type="audio/pcm"), speech(b"abc"), speech(b"def")
    ) == [ReplyAudio(1, b"ab"), ReplyAudio(1, b"cdef")]
    told(dialect, event("tts_stream_end"))
    assert dialect.is_complete
    assert dialect.finish() == [ReplyEnded(1)]


def test_sound_is_found_however_its_json_is_written():
    pcm = bytes(range(256)) * 4  # its base64 holds slashes
    encoded = base64.b64encode(pcm).decode()
    late = (
        event("x", y="z" * 60)[:-1] + f', "type": "tts_audio_chunk", "data": "{encoded}"}}'.encode()
    )
    late = late.replace(b'"type": "x", ', b"")
    escaped = speech(pcm).replace(b"/", b"\\/")
    for data in (speech(pcm), late, escaped):
        assert told(StreamDialect(1), data) == [ReplyAudio(1, pcm)]


def test_a_chunk_without_sound_is_nothing_and_a_broken_one_is_failed_speech():
    assert told(StreamDialect(1), event("tts_audio_chunk"), speech(b"")) == []
    assert told(StreamDialect(1), event("tts_audio_chunk", data=None, x="YWI=")) == []
    assert told(StreamDialect(1), b'{"type":"tts_audio_chunk","data":"') == []
    (fault,) = told(StreamDialect(1), event("tts_audio_chunk", data="%%"))
    assert isinstance(fault, ServerFault)
    assert fault.code == "stream.speech_failed"


def test_speech_that_failed_leaves_the_text_standing():
    dialect = StreamDialect(1, is_spoken=True)
    told(dialect, text("a"), event("run_ended"))
    assert told(dialect, event("tts_error", error="no voice"), speech(b"ab")) == [
        ServerFault("no voice", code="stream.speech_failed")
    ]
    assert dialect.finish() == [ReplyEnded(1)]


def test_speech_in_another_format_is_said_once_and_not_played():
    dialect = StreamDialect(1, is_spoken=True)
    events = told(dialect, event("tts_stream_start", mime_type="audio/mpeg"), speech(b"ab"))
    assert [type(news) for news in events] == [ServerFault]


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"a":1}', event("tool_call_start"), event("new")])
def test_what_is_not_known_is_skipped(data: bytes):
    assert told(StreamDialect(1), data) == []


def test_a_field_of_another_kind_does_not_cost_the_text():
    data = event("content_streaming", content="a", tokens={"many": 1}, memories="none")
    assert told(StreamDialect(1), data) == [ReplyText(1, "a")]
