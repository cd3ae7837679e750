"""Backboard's objects: read leniently, written with what was given and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desktop_app.protocol import backboard as b

OBJECTS: list[msgspec.Struct] = [
    b.Assistant(assistant_id="a", name="Parley", tools=[{"type": "function"}]),
    b.NewAssistant(name="Parley", system_prompt="Be brief."),
    b.Attachment(document_id="d", filename="x.pdf"),
    b.Thread(thread_id="t", messages=[b.StoredMessage(message_id="m", role="user", content="Hi")]),
    b.MessageRequest(content="Hi", thread_id="t", stream=True, metadata={"a": 1}),
    b.MessageReply(message="ok", thread_id="t", timestamp="x", content="Hello"),
    b.StreamEvent(type="run_ended", status="completed", tokens=5, detail=["x"]),
]


@pytest.mark.parametrize("value", OBJECTS, ids=lambda value: type(value).__name__)
def test_an_object_comes_back_as_it_was(value: msgspec.Struct):
    assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value


def test_a_request_says_only_what_was_asked_for():
    assert msgspec.json.encode(b.MessageRequest(content="Hi")) == b'{"content":"Hi"}'
    assert msgspec.json.encode(b.NewAssistant(name="P")) == b'{"name":"P"}'


def test_unknown_and_missing_fields_are_taken():
    thread = msgspec.json.decode(b'{"thread_id":"t","future":[1],"messages":[]}', type=b.Thread)
    assert thread == b.Thread(thread_id="t")


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
    assert b.error_text(body, 500) == text
