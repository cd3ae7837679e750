"""What OpenAI answers, as far as its wire goes: deterministic, without a model."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Sequence
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from PIL import Image

MODELS = (
    "gpt-4.1-mini",
    "gpt-5-mini-2025-08-07",
    "gpt-image-1",
    "text-embedding-3-small",
    "whisper-1",
    "tts-1",
    "gpt-realtime",
)
_DIMENSIONS = 1536
_JSON = "application/json"
_Sent = tuple[int, str, list[bytes]]


def answer_of(method: str, path: str, head: str, body: bytes, models: Sequence[str]) -> _Sent:
    """Status, content type and pieces of the answer to one request."""
    if (method, path) == ("GET", "/v1/models"):
        listed = [{"id": name, "object": "model", "owned_by": "system"} for name in models]
        return _json({"object": "list", "data": listed})
    if method == "POST" and path == "/v1/images/edits":
        return _pictures(*_form(head, body))
    if method != "POST" or path not in _ANSWERS:
        return _refused(404, f"Invalid URL ({method} {path})")
    asked = json.loads(body)
    if asked.get("model") not in models:
        return _refused(404, f"The model `{asked.get('model')}` does not exist")
    return _ANSWERS[path](asked)


def _chat(asked: dict[str, Any]) -> _Sent:
    last = asked["messages"][-1]
    said = last["content"] if isinstance(last["content"], str) else last["content"][0]["text"]
    wanted = re.findall(r"call (\w+)", said) if last["role"] == "user" else []
    offered = [tool["function"]["name"] for tool in asked.get("tools", ())]
    calls = [_call(name, number) for number, name in enumerate(wanted) if name in offered]
    text = "" if calls else f"You said: {said}"
    usage = {
        "prompt_tokens": len(json.dumps(asked["messages"])) // 4,
        "completion_tokens": len(text) // 4,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    reason = "tool_calls" if calls else "stop"
    if not asked.get("stream"):
        message = {"role": "assistant", "content": text or None, "tool_calls": calls or None}
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return _json({"object": "chat.completion", "choices": [choice], "usage": usage})
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *_call_deltas(calls)]
    deltas += [{"content": word} for word in re.findall(r"\S+\s*", text)]
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": each, "finish_reason": None}]} for each in deltas
    ]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if (asked.get("stream_options") or {}).get("include_usage"):
        chunks.append({"choices": [], "usage": usage})
    lines = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]
    return 200, "text/event-stream", [*lines, b"data: [DONE]\n\n"]


def _call(name: str, number: int) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps({"number": number})}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _call_deltas(calls: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Names first, then the arguments in pieces, as OpenAI streams them."""
    deltas = []
    for index, call in enumerate(calls):
        begun = {**call, "index": index, "function": {**call["function"], "arguments": ""}}
        arguments = call["function"]["arguments"]
        pieces = [arguments[at : at + 5] for at in range(0, len(arguments), 5)]
        deltas.append({"tool_calls": [begun]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces
        ]
    return deltas


def _embeddings(asked: dict[str, Any]) -> _Sent:
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    rows = [
        {"object": "embedding", "index": index, "embedding": _vector(text)}
        for index, text in enumerate(texts)
    ]
    # OpenAI promises the order by index only.
    return _json({"object": "list", "data": rows[::-1], "model": asked["model"]})


def _vector(text: str) -> list[float]:
    """A bag of words: texts that share words are near each other."""
    vector = [0.0] * _DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % _DIMENSIONS] += 3.0
    return vector if any(vector) else [1.0] * _DIMENSIONS


def _pictures(asked: dict[str, Any], sources: Sequence[bytes] = ()) -> _Sent:
    wide, _, high = str(asked.get("size", "64x64")).replace("auto", "64x64").partition("x")
    if not wide.isdigit():
        return _refused(400, f"Invalid size '{asked['size']}'")
    size = (int(wide), int(high))
    shown = [Image.open(io.BytesIO(source)).convert("RGB").resize(size) for source in sources]
    color = "#" + hashlib.sha256(asked["prompt"].encode()).hexdigest()[:6]
    plain = Image.new("RGB", size, color)
    image = Image.blend(shown[0], plain, 0.5) if shown else plain
    file = io.BytesIO()
    kind = str(asked.get("output_format", "png"))
    image.save(file, kind.upper())
    encoded = base64.b64encode(file.getvalue()).decode()
    count = int(asked.get("n", 1))
    return _json({"created": 1, "data": [{"b64_json": encoded}] * count, "output_format": kind})


def _form(head: str, body: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The fields and the pictures of a multipart body."""
    kind = next(line for line in head.split("\r\n") if line.lower().startswith("content-type"))
    message = BytesParser(policy=HTTP).parsebytes(f"{kind}\r\n\r\n".encode() + body)
    fields: dict[str, Any] = {}
    pictures = []
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if name in ("image", "image[]"):
            pictures.append(content)
        else:
            fields[name] = content.decode()
    return fields, pictures


def _json(found: dict[str, Any]) -> _Sent:
    return 200, _JSON, [json.dumps(found).encode()]


def _refused(status: int, message: str) -> _Sent:
    error = {"message": message, "type": "invalid_request_error", "code": None}
    return status, _JSON, [json.dumps({"error": error}).encode()]


_ANSWERS = {
    "/v1/chat/completions": _chat,
    "/v1/embeddings": _embeddings,
    "/v1/images/generations": _pictures,
}
