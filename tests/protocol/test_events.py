"""Events keep their shape between processes, under names that do not change."""

from __future__ import annotations

import msgspec
import pytest

from desktop_app.protocol import events as e

EVENTS: dict[str, e.ServerEvent] = {
    "session_ready": e.SessionReady("s", ("assistant.cancel",), "builtin/basic", lifetime_s=60.0),
    "transcript_updated": e.TranscriptUpdated(1, "hello", is_final=True),
    "reply_started": e.ReplyStarted(1, "hello", "r", "m"),
    "reply_text": e.ReplyText(1, "Hi", is_whole=True),
    "reply_reasoning": e.ReplyReasoning(1, "hm"),
    "reply_audio": e.ReplyAudio(1, b"\x00\x01"),
    "reply_sound": e.ReplySound(1, b"ID3", "audio/mpeg", "u"),
    "tool_call_started": e.ToolCallStarted(1, "1", "f"),
    "tool_call_failed": e.ToolCallFailed(1, "1"),
    "tool_call_ready": e.ToolCallReady(1, e.ToolCall("1", "f", "{}")),
    "tools_requested": e.ToolsRequested(1, "r", (e.ToolCall("1", "f", "{}"),)),
    "memories_recalled": e.MemoriesRecalled(1, (e.Memory("tea", "7", 0.5),)),
    "media_named": e.MediaNamed(1),
    "reply_written": e.ReplyWritten(1),
    "image_ready": e.ImageReady(1, "u", "d", "image/png", 7, b"", "a fox", "a/b", ("o",)),
    "reply_ended": e.ReplyEnded(1, e.ReplyStatus.CANCELLED, "m", e.Usage(1, 2, 0.1, 3.0)),
    "utterance_begun": e.UtteranceBegun(1),
    "utterance_over": e.UtteranceOver(1),
    "upload_progressed": e.UploadProgressed(1, "a.pdf", 7, 9),
    "server_fault": e.ServerFault("no", "x", 1, True, True, {"seconds": 2}),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_comes_back_as_it_was(name: str):
    wire = msgspec.msgpack.encode(EVENTS[name])
    assert msgspec.msgpack.decode(wire)["type"] == name
    assert msgspec.msgpack.decode(wire, type=e.ServerEvent) == EVENTS[name]


def test_every_event_has_an_example_here():
    assert {type(one) for one in EVENTS.values()} == set(e.ServerEvent.__args__)  # type: ignore[attr-defined]


def test_a_class_name_becomes_a_tag():
    assert e.snake("TranscriptUpdated") == "transcript_updated"
