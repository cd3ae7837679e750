"""Messages, tool outputs and runs: what is asked and what is read."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.message_body import MessageFiles
from desktop_app.client.resources.messages import ToolRound
from desktop_app.errors import InputError, NetworkError
from desktop_app.protocol.backboard.messages import MessageRequest, SubmittedOutput
from tests.fakes.backboard import ScriptedBackboard

REPLY = {"message": "ok", "thread_id": "t", "timestamp": "x", "content": "Hi"}
TOOL = {"type": "function", "function": {"name": "f"}}
HELLO = MessageRequest(content="Hello")


async def data_of(events: AsyncGenerator[bytes, None]) -> list[bytes]:
    async with aclosing(events):
        return [data async for data in events]


@pytest.mark.parametrize(
    "body",
    [
        {**REPLY, "status": "COMPLETED"},
        {"messages": [{"thread_id": "t", "content": "?"}, {"thread_id": "t", "content": "Hi"}]},
    ],
)
async def test_both_shapes_of_a_reply_are_read(
    api: BackboardApi, backboard: ScriptedBackboard, body: dict[str, Any]
):
    backboard.answer(body)
    message = MessageRequest(content="Hello", stream=True)
    assert (await api.messages.send(message)).content == "Hi"
    assert backboard.last == ("POST", "/api/threads/messages", {"content": "Hello"})


async def test_what_a_voice_reply_says_of_its_recordings_is_kept_whole(
    api: BackboardApi, backboard: ScriptedBackboard
):
    records = {"stt": {"transcript": "Hi", "odd": [1]}, "tts": {"audio_url": "u"}, "new": None}
    backboard.answer({**REPLY, "voice_records": records})
    assert (await api.messages.send(HELLO)).voice_records == records


@pytest.mark.parametrize(
    ("message", "content"),
    [("no model", None), ("no model", "half an"), ("Message added successfully", "no model")],
)
async def test_a_reply_that_failed_with_http_200_is_a_failure(
    api: BackboardApi, backboard: ScriptedBackboard, message: str, content: str | None
):
    answer = {"message": message, "content": content, "thread_id": "t", "status": "failed"}
    backboard.answer(answer)
    with pytest.raises(NetworkError, match="no model") as caught:
        await api.messages.send(HELLO)
    assert (caught.value.code, caught.value.retryable) == ("message.failed", False)


async def test_files_go_as_a_form_and_are_told_of(
    api: BackboardApi, backboard: ScriptedBackboard, tmp_path: Path
):
    path = tmp_path / "notes.TXT"
    path.write_bytes(b"tea")
    backboard.answer(REPLY)
    told: list[tuple[int, int]] = []
    files = MessageFiles(files=(path,))
    await api.messages.send(HELLO, files, progress=lambda sent, total: told.append((sent, total)))
    form = backboard.asked[-1].form
    assert form.fields == {"content": "Hello"}
    assert [(one.field, one.filename, one.content) for one in form.files] == [
        ("files", "notes.TXT", b"tea")
    ]
    assert told == [(3, 3)]


async def test_a_file_that_is_not_there_is_refused_before_anything_is_sent(
    api: BackboardApi, backboard: ScriptedBackboard, tmp_path: Path
):
    with pytest.raises(InputError, match=r"gone\.pdf cannot be read") as caught:
        await api.messages.send(HELLO, MessageFiles(files=(tmp_path / "gone.pdf",)))
    assert caught.value.code == "upload.unreadable"
    with pytest.raises(InputError, match=r"a\.exe cannot be sent"):
        await data_of(api.messages.stream(HELLO, MessageFiles(files=(tmp_path / "a.exe",))))
    assert backboard.asked == []


async def test_a_stream_gives_the_data_of_its_events(
    api: BackboardApi, backboard: ScriptedBackboard
):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_stream(backboard, b"data: 1\n\nda", b"ta: 2\r\n\r\ndata: 3"))
        message = MessageRequest(content="Hi", memory="Auto")
        assert await data_of(api.messages.stream(message)) == [b"1", b"2", b"3"]
    assert backboard.last == (
        "POST",
        "/api/threads/messages",
        {"content": "Hi", "memory": "Auto", "stream": True},
    )
    assert backboard.asked[0].headers["accept"] == "text/event-stream"


async def _stream(backboard: ScriptedBackboard, *pieces: bytes) -> None:
    stream = await backboard.stream()
    for piece in pieces:
        await stream.write(piece)
    await stream.end()


async def test_a_packed_stream_is_unpacked(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer(gzip.compress(b"data: 1\n\ndata: 2\n\n"), Content_Encoding="gzip")
    assert await data_of(api.messages.stream(HELLO)) == [b"1", b"2"]


async def test_the_reason_of_a_refused_stream_is_not_lost(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"detail": "Free credits cannot be used."}, status=402)
    with pytest.raises(NetworkError, match="Free credits") as caught:
        await anext(api.messages.stream(HELLO))
    assert caught.value.code == "http.402"


async def test_tool_outputs_find_their_run_or_name_it_and_bring_their_tools(
    api: BackboardApi, backboard: ScriptedBackboard
):
    outputs = [SubmittedOutput(tool_call_id="1", output="42")]
    told = [{"tool_call_id": "1", "output": "42"}]
    backboard.answer(REPLY)
    assert (await api.messages.submit(ToolRound("t", outputs))).content == "Hi"
    simple = {"thread_id": "t", "tool_outputs": told}
    assert backboard.last == ("POST", "/api/threads/tool-outputs", simple)
    backboard.answer({"thread_id": "t", "run_id": "r", "status": "COMPLETED"})
    await api.messages.submit(ToolRound("t", outputs, "r 1", [TOOL], {"effort": "low"}))
    path = "/api/threads/t/runs/r%201/submit-tool-outputs?stream=false"
    named = {"tool_outputs": told, "tools": [TOOL], "thinking": {"effort": "low"}}
    assert backboard.last == ("POST", path, named)


@pytest.mark.parametrize(
    ("run_id", "path"),
    [
        ("", "/api/threads/tool-outputs"),
        ("r", "/api/threads/t/runs/r/submit-tool-outputs?stream=true"),
    ],
)
async def test_tool_outputs_are_answered_by_a_stream(
    api: BackboardApi, backboard: ScriptedBackboard, run_id: str, path: str
):
    backboard.answer(b"data: 1\n\n")
    given = ToolRound("t", [SubmittedOutput(tool_call_id="1", output="42")], run_id)
    assert await data_of(api.messages.stream_submitted(given)) == [b"1"]
    assert backboard.last[1] == path
    assert backboard.last[2].get("stream") is (None if run_id else True)


async def test_tools_without_a_named_run_would_be_lost(api: BackboardApi):
    with pytest.raises(ValueError, match="named"):
        await api.messages.submit(ToolRound("t", [], tools=[TOOL]))


async def test_a_run_is_cancelled_by_its_ids(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer({"cancelled": True})
    await api.messages.cancel("t", "r 1")
    assert backboard.last == ("POST", "/api/threads/t/runs/r%201/cancel", None)
