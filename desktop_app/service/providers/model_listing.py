"""What a server says about its models: names, context limits, abilities, in several dialects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.known_models import known_models
from desktop_app.service.providers.local_servers import is_remote
from desktop_app.service.providers.openai.openai_connection import OpenAiConnection

_LIMIT_S = 5.0
_MOST_DETAILED = 40  # models of one server that are asked about one by one
_AT_ONCE = 4
_OLLAMA_DEFAULT = 4096  # tokens that Ollama gives a model unless told otherwise
_CONTEXT_NAMES = ("context_length", "max_model_len", "context_window", "max_context_length")

Facts = dict[str, Any]


async def listed_models(connection: OpenAiConnection, provider: str) -> list[ModelInfo]:
    """What the server offers, with all that it and ``known_models`` tell; the preferred first.

    Raises:
        AccessError, NetworkError, ProtocolError: It cannot say what it has.
    """
    listed = await connection.ask("GET", "/models")
    entries = listed.get("data")
    if not isinstance(entries, list):
        raise connection.unreadable()
    known = known_models(provider)
    rows = []
    for entry in entries:
        name = entry.get("id") if isinstance(entry, dict) else None
        row = known.describe(str(name), provider) if name else None
        if row is not None:
            rows.append(_with(row, _said_in_list(entry)))
    details = await _detailed(connection, provider, [row.name for row in rows])
    rows = [_with(row, details.get(row.name, {})) for row in rows]
    return known.in_order([row for row in rows if row.model_type], "llm")


def _with(row: ModelInfo, facts: Facts) -> ModelInfo:
    told = {name: value for name, value in facts.items() if value is not None}
    return msgspec.structs.replace(row, **told) if told else row


def _said_in_list(entry: Mapping[str, Any]) -> Facts:
    """Facts in one entry of ``/models``: vLLM, OpenRouter, Groq, Mistral and llama.cpp add some."""
    meta = entry.get("meta")
    facts: Facts = {"context_limit": next(filter(None, map(_count, _values(entry))), None)}
    if isinstance(meta, dict):
        facts["context_limit"] = _count(meta.get("n_ctx")) or facts["context_limit"]
    parameters = entry.get("supported_parameters")
    if isinstance(parameters, list):
        facts["supported_parameters"] = [str(each) for each in parameters]
        facts["supports_tools"] = "tools" in parameters
        facts["supports_thinking"] = "reasoning" in parameters
    architecture = entry.get("architecture")
    if isinstance(architecture, dict) and isinstance(architecture.get("input_modalities"), list):
        facts["supports_vision"] = "image" in architecture["input_modalities"]
    return facts


def _values(entry: Mapping[str, Any]) -> list[object]:
    return [entry.get(name) for name in _CONTEXT_NAMES]


async def _detailed(
    connection: OpenAiConnection, provider: str, names: Sequence[str]
) -> dict[str, Facts]:
    """What the server tells in its own dialect, by name; nothing where it has none."""
    for tell in _DIALECTS.get(provider, ()):
        try:
            return await tell(connection, names)
        except (AppError, KeyError, TypeError, ValueError, AttributeError):
            continue  # an older or another server: what is listed must do
    return {}


async def _ollama(connection: OpenAiConnection, names: Sequence[str]) -> dict[str, Facts]:
    running = await connection.ask("GET", "/api/ps", is_native=True, patience_s=_LIMIT_S)
    loaded = {each["name"]: _count(each.get("context_length")) for each in running["models"]}
    tags = await connection.ask("GET", "/api/tags", is_native=True, patience_s=_LIMIT_S)
    # Models of Ollama's cloud are listed beside local ones: what is said shall not leave.
    remote = [each["name"] for each in tags["models"] if is_remote(each)]
    facts: dict[str, Facts] = {name: {"model_type": ""} for name in remote}
    turns = asyncio.Semaphore(_AT_ONCE)

    async def look(name: str) -> None:
        async with turns:
            shown = await connection.ask(
                "POST", "/api/show", json={"model": name}, is_native=True, patience_s=_LIMIT_S
            )
        facts[name] = _shown_by_ollama(shown, loaded.get(name))

    try:
        async with asyncio.TaskGroup() as tasks:
            for name in [each for each in names if each not in facts][:_MOST_DETAILED]:
                tasks.create_task(look(name), name=f"show {name}")
    except* (AppError, KeyError, TypeError, ValueError, AttributeError):
        pass  # the others are told all the same
    return facts


def _shown_by_ollama(shown: Mapping[str, Any], loaded: int | None) -> Facts:
    """Ollama trains on more than it gives: what counts is what it has loaded, or would load."""
    info = shown.get("model_info") or {}
    trained = next((_count(info[key]) for key in info if key.endswith(".context_length")), None)
    set_to = re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters") or ""), re.MULTILINE)
    given = loaded or (
        int(set_to[1]) if set_to else min(trained or _OLLAMA_DEFAULT, _OLLAMA_DEFAULT)
    )
    abilities = shown.get("capabilities") or []
    facts: Facts = {"context_limit": given}
    if abilities:
        facts |= {
            "supports_tools": "tools" in abilities,
            "supports_vision": "vision" in abilities,
            "supports_thinking": "thinking" in abilities,
            "model_type": "llm" if "completion" in abilities else "embedding",
        }
    return facts


async def _lm_studio(connection: OpenAiConnection, _names: Sequence[str]) -> dict[str, Facts]:
    listed = await connection.ask("GET", "/api/v1/models", is_native=True, patience_s=_LIMIT_S)
    facts: dict[str, Facts] = {}
    for model in listed["models"]:
        loaded = [each.get("config") or {} for each in model.get("loaded_instances") or ()]
        abilities = model.get("capabilities") or {}
        facts[model["key"]] = {
            "context_limit": next((_count(each.get("context_length")) for each in loaded), None)
            or _count(model.get("max_context_length")),
            "supports_tools": abilities.get("trained_for_tool_use"),
            "supports_vision": abilities.get("vision"),
            "model_type": "embedding" if model.get("type") == "embedding" else "llm",
        }
    return facts


async def _old_lm_studio(connection: OpenAiConnection, _names: Sequence[str]) -> dict[str, Facts]:
    listed = await connection.ask("GET", "/api/v0/models", is_native=True, patience_s=_LIMIT_S)
    return {
        model["id"]: {
            "context_limit": _count(model.get("loaded_context_length"))
            or _count(model.get("max_context_length")),
            "supports_tools": "tool_use" in (model.get("capabilities") or ()),
            "supports_vision": model.get("type") == "vlm",
            "model_type": "embedding" if model.get("type") == "embeddings" else "llm",
        }
        for model in listed["data"]
    }


async def _llama_cpp(connection: OpenAiConnection, names: Sequence[str]) -> dict[str, Facts]:
    """It serves one model, whose properties are the server's."""
    props = await connection.ask("GET", "/props", is_native=True, patience_s=_LIMIT_S)
    abilities = props.get("chat_template_caps") or {}
    facts: Facts = {
        "context_limit": _count(props["default_generation_settings"].get("n_ctx")),
        "supports_vision": (props.get("modalities") or {}).get("vision"),
        "supports_tools": abilities.get("supports_tools"),
    }
    return dict.fromkeys(names, facts)


_Tell = Callable[[OpenAiConnection, Sequence[str]], Awaitable[dict[str, Facts]]]
_DIALECTS: dict[str, tuple[_Tell, ...]] = {
    "ollama": (_ollama,),
    "lmstudio": (_lm_studio, _old_lm_studio),
    "llamacpp": (_llama_cpp,),
    "custom": (_ollama, _lm_studio, _old_lm_studio, _llama_cpp),
}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
