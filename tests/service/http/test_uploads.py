"""Forms with files: streamed to disk, bounded, refused in words, gone afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.service.http import uploads
from desktop_app.service.http.bodies import JsonResponse, Refused
from desktop_app.service.http.message_bodies import receive

Client = httpx.AsyncClient


def _count(folder: Path) -> int:
    return len(list(folder.iterdir()))


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """Of an application that says what it received."""

    async def say(request: Request) -> JsonResponse:
        async with receive(request, MessageRequest, tmp_path) as (message, form):
            files = [
                [one.name, one.filename, one.content_type, one.path.read_bytes().decode()]
                for one in form.uploads
            ]
            assert _count(tmp_path) == len(files)
            return JsonResponse({"message": message, "files": files})

    async def refused(_: Request, error: Exception) -> JsonResponse:
        assert isinstance(error, Refused)
        return JsonResponse({"detail": error.detail}, status_code=error.status)

    app = Starlette(
        routes=[Route("/", say, methods=["POST"])], exception_handlers={Refused: refused}
    )
    transport = httpx.ASGITransport(app)
    return Client(transport=transport, base_url="http://service")


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path):
    yield
    assert list(tmp_path.iterdir()) == []


async def _post(client: Client, **given: Any) -> Any:
    answer = await client.post("/", **given)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_files_and_objects_come_through_a_form(client):
    said = await _post(
        client,
        data={
            "content": "Hi",
            "stream": "true",
            "metadata": '{"a": [1]}',
            "voice": '{"stt": {"provider": "openai", "model": "whisper-1"}}',
            "tools": '[{"type": "function"}]',
            "send_to_llm": "false",
        },
        files=[
            ("files", ("a.txt", b"one", "text/plain")),
            ("files", ("b.md", b"two", "text/markdown")),
            ("audio_file", ("q.wav", b"RIFF", "audio/wav")),
        ],
    )
    assert said["message"] == {
        "content": "Hi",
        "stream": True,
        "metadata": {"a": [1]},
        "voice": {"stt": {"provider": "openai", "model": "whisper-1"}},
        "tools": [{"type": "function"}],
        "send_to_llm": "false",
    }
    assert said["files"] == [
        ["files", "a.txt", "text/plain", "one"],
        ["files", "b.md", "text/markdown", "two"],
        ["audio_file", "q.wav", "audio/wav", "RIFF"],
    ]


@pytest.mark.parametrize("encoding", ["json", "data"])
async def test_the_other_encodings_mean_the_same(client, encoding):
    body = {"content": "Hi", "stream": True, "metadata": {"a": 1}}
    if encoding == "data":
        body = {"content": "Hi", "stream": "true", "metadata": '{"a": 1}'}
    said = await _post(client, **{encoding: body})
    assert said["message"] == {"content": "Hi", "stream": True, "metadata": {"a": 1}}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("\u00fcbung \u4f60\u597d.pdf", "\u00fcbung \u4f60\u597d.pdf"),
        ("folder/", "file"),
    ],
)
async def test_a_filename_is_a_plain_name(client, name, plain):
    said = await _post(client, files=[("files", (name, b"x", "text/plain"))])
    assert said["files"][0][1] == plain


async def test_an_empty_file_is_a_file(client):
    said = await _post(client, files=[("files", ("a.txt", b"", "text/plain"))])
    assert said["files"] == [["files", "a.txt", "text/plain", ""]]


@pytest.mark.parametrize(
    ("limit", "value", "status"),
    [("MAX_UPLOAD_BYTES", 1000, 413), ("MAX_FIELD_BYTES", 10, 413), ("MAX_PARTS", 1, 413)],
)
async def test_a_form_over_a_bound_is_refused_in_words(client, monkeypatch, limit, value, status):
    monkeypatch.setattr(uploads, limit, value)
    answer = await client.post(
        "/",
        data={"content": "many words that are too long"},
        files=[("files", ("a.txt", b"x" * 2000, "text/plain"))],
    )
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=" + "b" * 5_000, b"x"),
        ("multipart/form-data; boundary=b", b"garbage"),
        ("multipart/form-data; boundary=b", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="x"\r\n'),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhalf',
        ),
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b'{"content": 1}'),
        ("application/x-www-form-urlencoded", b"metadata=nonsense"),
        ("application/x-www-form-urlencoded", b"stream=perhaps"),
        ("application/x-www-form-urlencoded", b"voice=[1]"),
    ],
)
async def test_what_cannot_be_read_is_a_422_with_a_list(client, kind, body):
    answer = await client.post("/", content=body, headers={"content-type": kind})
    assert answer.status_code == 422
    assert {"loc", "msg", "type"} == set(answer.json()["detail"][0])
