"""Stand-ins for OpenAI and ElevenLabs whose language model does what the prompt tells it.

Stateless, so that any number of tests can share one. What the last message of the person, or the
output of a tool, begins with decides:

    say WORDS           streams the words
    think A | WORDS     reasons first
    call NAME JSON; ... asks for tools (with more words behind " and " it says them first)
    tell system|tools|roles|pictures|model   says what it was given
    fail STATUS [SECONDS]   refuses, with Retry-After where seconds are given; 500 is HTML
                        (prompts for pictures and hearing, and names of voices, may say so too)
    die WORDS           streams the words and drops the connection
    babble              streams what is no event
    wait                streams one word and nothing more (a system prompt may say so too)

Asked for facts, it finds those that begin with "I". Anything else is repeated. Recordings are
heard as "say heard by MODEL".
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

OPENAI_KEY = "sk-stand-in-4f9d1c77a2"
ELEVENLABS_KEY = "el-stand-in-83be02d1c5"
MODELS = ("gpt-4.1", "gpt-4o", "gpt-image-1", "text-embedding-3-small", "whisper-1", "tts-1")
DIMENSIONS = 64

_MEMORY_TASKS = ('{"date"', '{"known"')
_USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}


class _Protocol(HttpToolsProtocol):
    """Lets an endpoint drop its own connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["drop"] = self.transport.close


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@dataclass
class ObedientProviders:
    """Both providers behind one address.

    Attributes:
        url: Where they listen.
        bodies: JSON bodies and form fields that arrived, by path.
    """

    url: str = ""
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What tells a service to use them."""
        return {
            "PARLEY_OPENAI_KEY": OPENAI_KEY,
            "PARLEY_OPENAI_URL": f"{self.url}/v1",
            "PARLEY_ELEVENLABS_KEY": ELEVENLABS_KEY,
            "PARLEY_ELEVENLABS_URL": self.url,
        }

    def application(self) -> Starlette:
        def post(path: str, endpoint: Any) -> Route:
            return Route(path, endpoint, methods=["POST"])

        return Starlette(
            routes=[
                Route("/v1/models", self._models, methods=["GET"]),
                post("/v1/chat/completions", self._chat),
                post("/v1/embeddings", self._embeddings),
                post("/v1/images/generations", self._pictures),
                post("/v1/images/edits", self._pictures),
                post("/v1/audio/transcriptions", self._transcription),
                post("/v1/audio/speech", self._speech),
                post("/v1/speech-to-text", self._scribe),
                post("/v1/text-to-speech/{voice}/stream", self._voice),
                post("/v1/text-to-speech/{voice}", self._voice),
                Route("/v1/voices", self._voices, methods=["GET"]),
                Route("/v1/models/{name}", self._models, methods=["GET"]),
            ]
        )

    async def _models(self, request: Request) -> Response:
        if not _has_key(request):
            return _refused(401)
        data = [{"id": name, "object": "model", "owned_by": "openai"} for name in MODELS]
        return JSONResponse({"object": "list", "data": data})

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append((request.url.path, body))
        if not _has_key(request):
            return _refused(401)
        order, _, rest = ("wait" if _waits(body) else _order(body)).partition(" ")
        if order == "fail":
            return _failure(rest)
        if body.get("stream"):
            stream = _streamed(body, order, rest, request.state.drop)
            return StreamingResponse(stream, media_type="text/event-stream")
        text = "".join(_words(body, order, rest))
        choice = {"index": 0, "message": {"role": "assistant", "content": text}}
        return JSONResponse({"choices": [choice | {"finish_reason": "stop"}], "usage": _USAGE})

    async def _embeddings(self, request: Request) -> Response:
        body = await request.json()
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        data = [{"index": index, "embedding": _vector(text)} for index, text in enumerate(texts)]
        return JSONResponse({"data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}})

    async def _pictures(self, request: Request) -> Response:
        fields = await self._fields(request)
        order, _, rest = str(fields.get("prompt")).partition(" ")
        if order == "fail":
            return _failure(rest)
        count = int(fields.get("n") or 1)
        pictures = [_png(f"{fields.get('prompt')} {number}") for number in range(count)]
        return JSONResponse({"created": 1, "data": [{"b64_json": one} for one in pictures]})

    async def _transcription(self, request: Request) -> Response:
        fields = await self._fields(request)
        order, _, rest = str(fields.get("prompt")).partition(" ")
        if order == "fail":
            return _failure(rest)
        text = f"say heard by {fields['model']}"
        if fields.get("stream") != "true":
            return JSONResponse({"text": text, "usage": {"type": "duration", "seconds": 2}})
        deltas = [{"type": "transcript.text.delta", "delta": word} for word in _pieces(text)]
        lines = [*deltas, {"type": "transcript.text.done", "text": text}]
        return StreamingResponse(_sse(lines), media_type="text/event-stream")

    async def _speech(self, request: Request) -> Response:
        fields = await self._fields(request)
        order, _, rest = str(fields.get("voice")).partition(" ")
        if order == "fail":
            return _failure(rest)
        kind = fields.get("response_format") or "mp3"
        types = {"mp3": "audio/mpeg", "wav": "audio/wav", "pcm": "audio/pcm"}
        return Response(_sound(fields["input"]), media_type=types.get(kind, f"audio/{kind}"))

    async def _scribe(self, request: Request) -> Response:
        fields = await self._fields(request)
        text = f"say heard by {fields['model_id']}"
        return JSONResponse({"text": text, "language_code": "en", "words": []})

    async def _voice(self, request: Request) -> Response:
        fields = await self._fields(request)
        return Response(_sound(fields["text"]), media_type="audio/mpeg")

    async def _voices(self, _request: Request) -> Response:
        return JSONResponse({"voices": [{"voice_id": "v1", "name": "Rachel"}]})

    async def _fields(self, request: Request) -> dict[str, Any]:
        """The JSON or the form; of a file its name and size."""
        if request.headers.get("content-type", "").startswith("application/json"):
            fields: dict[str, Any] = await request.json()
        else:
            async with request.form() as form:
                fields = {
                    name: value if isinstance(value, str) else (value.filename, value.size)
                    for name, value in form.multi_items()
                }
        self.bodies.append((request.url.path, fields))
        return fields


def _has_key(request: Request) -> bool:
    return request.headers.get("authorization") == f"Bearer {OPENAI_KEY}"


def _failure(order: str) -> Response:
    """``STATUS``, or ``STATUS SECONDS``, and whatever follows."""
    numbers = [word for word in order.split()[:2] if word.isdigit()]
    return _refused(*map(int, numbers))


def _refused(status: int, retry_after_s: int | None = None) -> Response:
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    if status >= 500:
        return HTMLResponse("<html><h1>Bad gateway</h1></html>", status, headers)
    error = {"message": f"Refused with {status}.", "type": "stand_in", "code": None}
    return JSONResponse({"error": error}, status, headers)


def _order(body: dict[str, Any]) -> str:
    """The text of the newest message that is a person's or a tool's."""
    for message in reversed(body["messages"]):
        if message["role"] in ("user", "tool"):
            return _text(message.get("content"))
    return ""


def _waits(body: dict[str, Any]) -> bool:
    """Whether the system prompt ends so: what is spoken cannot give orders."""
    system = [_text(one["content"]) for one in body["messages"] if one["role"] == "system"]
    return bool(system) and system[0].endswith("wait")


def _text(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if part["type"] == "text")
    return str(content or "")


def _words(body: dict[str, Any], order: str, rest: str) -> list[str]:
    text = f"{order} {rest}".strip()
    if text.startswith(_MEMORY_TASKS):
        return [_memory_work(json.loads(text))]
    match order:
        case "tell":
            return _pieces(_told(body, rest.split()[0]))
        case "say" | "die":
            return _pieces(rest)
        case _:
            return _pieces(text)


def _memory_work(task: dict[str, Any]) -> str:
    """Takes sentences with "I" for facts, and one that begins like a known one for its update."""
    if "user" in task:
        return json.dumps({"facts": [task["user"]] if task["user"].startswith("I ") else []})
    decisions = []
    for fact in task["facts"]:
        start = fact.split()[:2]
        known = [one["id"] for one in task["known"] if one["text"].split()[:2] == start]
        event = {"event": "UPDATE", "id": known[0]} if known else {"event": "ADD", "id": ""}
        decisions.append({**event, "text": fact})
    return json.dumps({"memory": decisions})


def _told(body: dict[str, Any], what: str) -> str:
    messages = body["messages"]
    match what:
        case "system":
            return "\n".join(_text(m["content"]) for m in messages if m["role"] == "system")
        case "tools":
            return ", ".join(tool["function"]["name"] for tool in body.get("tools") or [])
        case "roles":
            return " ".join(message["role"] for message in messages if message["role"] != "system")
        case "pictures":
            parts = [p for m in messages if isinstance(m["content"], list) for p in m["content"]]
            return str(sum(part["type"] == "image_url" for part in parts))
        case _:
            return str(body["model"])


def _pieces(text: str) -> list[str]:
    return [piece for piece in text.replace(" ", " \0").split("\0") if piece]


async def _streamed(
    body: dict[str, Any], order: str, rest: str, drop: Callable[[], None]
) -> AsyncIterator[bytes]:
    if order == "babble":
        yield b"<<<this is no event>>>\n\n" * 3
        yield b'data: {"choices": 12\n\n'
        return
    for chunk in _chunks(body, order, rest):
        yield b"data: " + json.dumps(chunk).encode() + b"\n\n"
    if order == "die":
        drop()
    if order in ("die", "wait"):
        await asyncio.Event().wait()
    yield b"data: [DONE]\n\n"


def _chunks(body: dict[str, Any], order: str, rest: str) -> Iterator[dict[str, Any]]:
    if order == "think":
        thought, _, rest = rest.partition(" | ")
        yield _chunk({"reasoning_content": thought})
        order = "say"
    if order == "call":
        rest, _, said = rest.partition(" and ")
        for piece in _pieces(said):
            yield _chunk({"content": piece})
        yield from _calls(body, rest)
        return
    for word in ["one "] if order == "wait" else _words(body, order, rest):
        yield _chunk({"content": word})
    if order not in ("die", "wait"):
        yield _chunk({}, "stop") | {"usage": _USAGE}


def _calls(body: dict[str, Any], text: str) -> Iterator[dict[str, Any]]:
    """Each call in two pieces, as the real one cuts the arguments."""
    round_number = sum(message["role"] == "tool" for message in body["messages"])
    for index, call in enumerate(text.split("; ")):
        name, _, arguments = call.strip().partition(" ")
        middle = len(arguments) // 2
        call_id = f"call_{round_number}_{index}"
        function = {"name": name, "arguments": arguments[:middle]}
        start = {"index": index, "id": call_id, "type": "function", "function": function}
        yield _chunk({"tool_calls": [start]})
        rest = {"index": index, "function": {"arguments": arguments[middle:]}}
        yield _chunk({"tool_calls": [rest]})
    yield _chunk({}, "tool_calls") | {"usage": _USAGE}


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c1", "object": "chat.completion.chunk", "choices": [choice]}


async def _sse(lines: list[dict[str, Any]]) -> AsyncIterator[bytes]:
    for line in lines:
        yield b"data: " + json.dumps(line).encode() + b"\n\n"


def _vector(text: str) -> list[float]:
    """Texts that share words point the same way."""
    vector = [0.0] * DIMENSIONS
    for word in text.lower().split():
        vector[hashlib.sha256(word.strip(".,?!").encode()).digest()[0] % DIMENSIONS] += 1.0
    length = sum(value * value for value in vector) ** 0.5 or 1.0
    return [value / length for value in vector]


def _png(seed: str) -> str:
    red, green, blue = hashlib.sha256(seed.encode()).digest()[:3]
    file = io.BytesIO()
    Image.new("RGB", (32, 32), (red, green, blue)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _sound(text: str) -> bytes:
    return b"sound of: " + text.encode()


@asynccontextmanager
async def obedient_providers() -> AsyncIterator[ObedientProviders]:
    """Running stand-ins on a free port."""
    providers = ObedientProviders()
    config = uvicorn.Config(
        providers.application(),
        http=_Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        providers.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[listener]))
            await server.is_up.wait()
            try:
                yield providers
            finally:
                server.should_exit = True
