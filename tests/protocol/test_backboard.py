"""Backboard's objects: read leniently, written with what was given and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desktop_app.protocol.backboard.assistants import Assistant, NewAssistant
from desktop_app.protocol.backboard.documents import EXTENSIONS, Document
from desktop_app.protocol.backboard.memories import MemoryOperation, MemoryPage, StoredMemory
from desktop_app.protocol.backboard.messages import (
    CalledTool,
    FunctionCall,
    HearingChoice,
    MessageReply,
    MessageRequest,
    SpeakingChoice,
    Voice,
)
from desktop_app.protocol.backboard.models import ModelInfo, ModelPage
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.threads import Attachment, StoredMessage, Thread
from desktop_app.protocol.backboard.wire import error_text

OBJECTS: list[msgspec.Struct] = [
    Assistant(assistant_id="a", name="Parley", tools=[{"type": "function"}]),
    NewAssistant(name="Parley", system_prompt="Be brief."),
    Attachment(document_id="d", filename="x.pdf"),
    Thread(thread_id="t", messages=[StoredMessage(message_id="m", role="user", content="Hi")]),
    MessageRequest(content="Hi", thread_id="t", stream=True, metadata={"a": 1}),
    MessageReply(message="ok", thread_id="t", timestamp="x", content="Hello"),
    StreamEvent(type="run_ended", status="completed", tokens=5, detail=["x"]),
    Voice(stt=HearingChoice(provider="openai"), tts=SpeakingChoice(voice="nova")),
    CalledTool(id="c", function=FunctionCall(name="add", arguments='{"a":1}')),
    Document(document_id="d", filename="x.pdf", status="indexed"),
    MemoryPage(memories=[StoredMemory(id="m", content="x")], total_count=1),
    ModelPage(models=[ModelInfo(name="m", provider="p")], total=1),
]


@pytest.mark.parametrize("value", OBJECTS, ids=lambda value: type(value).__name__)
def test_an_object_comes_back_as_it_was(value: msgspec.Struct):
    assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value


def test_a_request_says_only_what_was_asked_for():
    assert msgspec.json.encode(MessageRequest(content="Hi")) == b'{"content":"Hi"}'
    assert msgspec.json.encode(NewAssistant(name="P")) == b'{"name":"P"}'


def test_unknown_and_missing_fields_are_taken():
    thread = msgspec.json.decode(b'{"thread_id":"t","future":[1],"messages":[]}', type=Thread)
    assert thread == Thread(thread_id="t")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"detail": "no"}, "no"),
        ({"detail": [{"msg": "too long"}, {"loc": 1}, "x"]}, "too long; {'loc': 1}; x"),
        ({"detail": "", "message": "slow"}, "slow"),
        ({"error": {"message": "down"}}, "down"),
        ({"error": "gone"}, "gone"),
        ({"error": {}}, "HTTP 500"),
        ("<html>", "HTTP 500: <html>"),
        ("  ", "HTTP 500"),
        (None, "HTTP 500"),
    ],
)
def test_an_error_body_is_readable_in_every_shape(body: Any, text: str):
    assert error_text(body, 500) == text


@pytest.mark.parametrize(
    ("status", "is_settled", "is_indexed"),
    [
        ("pending", False, False),
        ("processing", False, False),
        ("indexed", True, True),
        ("Completed", True, True),
        ("error", True, False),
        ("failed", True, False),
    ],
)
def test_a_document_is_settled_under_any_name_of_its_end(status, is_settled, is_indexed):
    document = Document(document_id="d", status=status)
    assert (document.is_settled, document.is_indexed) == (is_settled, is_indexed)


@pytest.mark.parametrize(
    ("status", "is_settled"),
    [("IN_PROGRESS", False), ("in_progress", False), ("completed", True), ("ERROR", True)],
)
def test_an_operation_is_settled_in_any_case(status, is_settled):
    assert MemoryOperation(operation_id="o", status=status).is_settled is is_settled


def test_all_documented_kinds_of_files_are_known():
    assert {".pdf", ".md", ".tif", ".jsonl", ".sql", ".webm", ".aac"} < EXTENSIONS
    assert len(EXTENSIONS) == 51
