"""Finds a language server that already runs on this computer: Ollama, LM Studio, llama.cpp."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

_KNOCK_S = 0.2  # on this computer a port that takes longer to open is closed
_LIMIT_S = 0.45  # for everything that is asked of one server, all servers at once


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered.

    Attributes:
        provider: ``ollama``, ``lmstudio`` or ``llamacpp``.
        url: Where it speaks the chat dialect.
        models: Local language models, the one to use first; never empty.
    """

    provider: str
    url: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the servers listen on loopback, unless told otherwise."""

    ollama: int = 11434
    lmstudio: int = 1234
    llamacpp: tuple[int, ...] = (8080, 9931)


async def find_local_servers(ports: Ports | None = None) -> tuple[LocalServer, ...]:
    """Every server that answers within half a second, the preferred one first."""
    ports = ports or Ports()
    every = (ports.ollama, ports.lmstudio, *ports.llamacpp)
    is_open = dict(zip(every, await asyncio.gather(*map(_is_open, every)), strict=True))
    if not any(is_open.values()):
        return ()
    # No proxy, and 127.0.0.1 instead of a name: closed ports must answer at once.
    async with httpx.AsyncClient(trust_env=False, timeout=_LIMIT_S) as http:
        looks = [
            _look(http, ports.ollama, _ollama),
            _look(http, ports.lmstudio, _lm_studio),
            *(_look(http, port, _llama_cpp) for port in ports.llamacpp),
        ]
        # Together, so that a silent one costs no more than its own limit; none of them raises.
        found = await asyncio.gather(*looks)
    return tuple(server for server in found if server is not None)


async def _is_open(port: int) -> bool:
    """Whether anything listens there; under a millisecond, where making a client costs thirty."""
    try:
        async with asyncio.timeout(_KNOCK_S):
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


_Finder = Callable[[httpx.AsyncClient, str], Awaitable["LocalServer | None"]]


async def _look(http: httpx.AsyncClient, port: int, find: _Finder) -> LocalServer | None:
    try:
        async with asyncio.timeout(_LIMIT_S):
            return await find(http, f"http://127.0.0.1:{port}")
    except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, AttributeError):
        return None  # whatever else listens there is not ours to report


async def _ollama(http: httpx.AsyncClient, root: str) -> LocalServer | None:
    version, tags, running = await asyncio.gather(
        _get(http, f"{root}/api/version"),
        _get(http, f"{root}/api/tags"),
        _get(http, f"{root}/api/ps"),
    )
    if version is None or "version" not in version or tags is None:
        return None
    local = [str(model["name"]) for model in tags["models"] if _is_local_chat(model)]
    loaded = [str(model.get("name")) for model in (running or {}).get("models") or ()]
    return _server("ollama", root, [name for name in loaded if name in local] + local)


def is_remote(model: Mapping[str, Any]) -> bool:
    """Whether a model that Ollama lists runs in its cloud."""
    return bool(model.get("remote_host") or model.get("remote_model"))


def _is_local_chat(model: dict[str, Any]) -> bool:
    """Neither a model of Ollama's cloud nor one that only embeds."""
    if is_remote(model):
        return False
    capabilities = model.get("capabilities")
    if capabilities:
        return "completion" in capabilities
    return "embed" not in str(model["name"]).lower()


async def _lm_studio(http: httpx.AsyncClient, root: str) -> LocalServer | None:
    new, old = await asyncio.gather(
        _get(http, f"{root}/api/v1/models"), _get(http, f"{root}/api/v0/models")
    )
    if new is not None and "models" in new:
        chat = [model for model in new["models"] if model.get("type") == "llm"]
        loaded = [str(model["key"]) for model in chat if model.get("loaded_instances")]
        return _server("lmstudio", root, loaded + [str(model["key"]) for model in chat])
    if old is not None and "data" in old:
        chat = [model for model in old["data"] if model.get("type") in ("llm", "vlm")]
        loaded = [str(model["id"]) for model in chat if model.get("state") == "loaded"]
        return _server("lmstudio", root, loaded + [str(model["id"]) for model in chat])
    return None


async def _llama_cpp(http: httpx.AsyncClient, root: str) -> LocalServer | None:
    listed = await _get(http, f"{root}/v1/models")
    if listed is None:
        return None
    models = [str(m["id"]) for m in listed["data"] if m.get("owned_by") == "llamacpp"]
    return _server("llamacpp", root, models)


def _server(provider: str, root: str, models: Sequence[str]) -> LocalServer | None:
    if not models:
        return None
    return LocalServer(provider, f"{root}/v1", tuple(dict.fromkeys(models)))


async def _get(http: httpx.AsyncClient, url: str) -> dict[str, Any] | None:
    """The object at ``url``, or None when there is none."""
    try:
        response = await http.get(url)
        found = json.loads(response.content) if response.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        return None
    return found if isinstance(found, dict) else None
