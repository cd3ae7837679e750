"""The catalogue over HTTP, and how the providers are asked behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.models.catalogue import FRESH_S, Catalogue
from desktop_app.service.provider_source import ProviderSource
from tests.fakes.embedder import MeaningEmbedder
from tests.fakes.providers import ScriptedLanguage, ScriptedProviders


@dataclass
class Lister:
    """A provider of any kind that has these models; ``failure`` is raised instead."""

    rows: list[ModelInfo]
    failure: Exception | None = None
    provider: str = "scripted"
    model: str = "vec"
    asked: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def models(self) -> Sequence[ModelInfo]:
        self.asked += 1
        await self.may_answer.wait()
        if self.failure is not None:
            raise self.failure
        return self.rows

    async def aclose(self) -> None:
        pass


class Embedding(MeaningEmbedder):
    """An embedder with two models, the dimensions of one of which nobody knows."""

    async def models(self) -> Sequence[ModelInfo]:
        return [row("embedding", "vec", embedding_dimensions=64), row("embedding", "odd")]


class Speaking(ScriptedLanguage):
    """A language provider with several models."""

    rows = (
        ModelInfo(
            name="Parrot",
            provider="scripted",
            context_limit=8_192,
            supports_tools=True,
            supports_thinking=True,
        ),
        ModelInfo(name="org/Owl", provider="scripted", context_limit=32_768),
    )

    async def models(self) -> Sequence[ModelInfo]:
        return self.rows


def row(kind: str, name: str, provider: str = "scripted", **more: Any) -> ModelInfo:
    return ModelInfo(name=name, provider=provider, model_type=kind, **more)


FILM = row(
    "video",
    "org/film",
    "builtin",
    video_capabilities={"supported_durations": [4, 8], "generate_audio": True},
)


def providers() -> ScriptedProviders:
    return ScriptedProviders(
        language=Speaking(),
        picture_makers={
            "builtin": Lister([row("image", "drawing", "builtin", supports_vision=True)])
        },  # type: ignore[dict-item]
        video_makers={"builtin": Lister([FILM, row("video", "bare", "builtin")])},  # type: ignore[dict-item]
        embedders={"scripted": Embedding()},
        transcribers={"builtin": Lister([row("stt", "basic", "builtin")])},  # type: ignore[dict-item]
        speakers={"eleven": Lister([row("tts", "basic", "eleven")])},  # type: ignore[dict-item]
    )


@pytest.fixture
async def http(tmp_path: Path, open_rig: Any) -> AsyncIterator[Any]:
    async with open_rig(tmp_path, providers()) as running:
        yield running.http


async def names(http: Any, path: str) -> list[str]:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["total"] >= len(found["models"])
    return [model["name"] for model in found["models"]]


EVERY = ["Parrot", "org/Owl", "drawing", "org/film", "bare", "vec", "odd", "basic", "basic"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/models", EVERY),
        ("/models?limit=15000", EVERY),
        ("/models?skip=1&limit=2", ["org/Owl", "drawing"]),
        ("/models?skip=99", []),
        ("/models?model_type=stt", ["basic"]),
        ("/models?model_type=LLM", ["Parrot", "org/Owl"]),
        ("/models?provider=Builtin", ["drawing", "org/film", "bare", "basic"]),
        ("/models?model_type=video", ["org/film", "bare"]),
        ("/models?supports_tools=true", ["Parrot"]),
        ("/models?supports_tools=False&model_type=llm", ["org/Owl"]),
        ("/models?supports_thinking=true", ["Parrot"]),
        ("/models?supports_json_output=true", []),
        ("/models?min_context=9000", ["org/Owl"]),
        ("/models?min_context=1&max_context=9000", ["Parrot"]),
        ("/models/provider/ELEVEN", ["basic"]),
        ("/models/provider/nobody", []),
        ("/models/embedding/all", ["vec", "odd"]),
        ("/models/embedding/all?min_dimensions=64&max_dimensions=64", ["vec"]),
        ("/models/image/all", ["drawing"]),
        ("/models/image/all?supports_vision=false", []),
        ("/models/video/all", ["org/film", "bare"]),
        ("/models/video/all?limit=1", ["org/film"]),
        ("/models/video/all?provider=scripted", []),
        ("/models/voice/all", ["basic", "basic"]),
        ("/models/voice/all?model_type=tts", ["basic"]),
        ("/models/voice/all?provider=builtin", ["basic"]),
    ],
)
async def test_each_list_holds_what_was_asked_for_in_order(http, path, expected):
    assert await names(http, path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/models/providers", ["scripted", "builtin", "eleven"]),
        ("/models/embedding/providers", ["scripted"]),
        ("/models/image/providers", ["builtin"]),
        ("/models/video/providers", ["builtin"]),
        ("/models/voice/providers", ["builtin", "eleven"]),
    ],
)
async def test_providers_are_listed_once(http, path, expected):
    found = (await http.get(path)).json()
    assert found == {"providers": expected, "total": len(expected)}


@pytest.mark.parametrize(
    ("path", "provider", "name"),
    [
        ("/models/parrot", "scripted", "Parrot"),
        ("/models/ORG/owl", "scripted", "org/Owl"),
        ("/models/scripted/parrot", "scripted", "Parrot"),
        ("/models/org%2FOwl", "scripted", "org/Owl"),
        ("/models/embedding/VEC", "scripted", "vec"),
        ("/models/image/drawing", "builtin", "drawing"),
        ("/models/video/ORG/film", "builtin", "org/film"),
        ("/models/voice/basic", "builtin", "basic"),
        ("/models/voice/eleven/basic", "eleven", "basic"),
    ],
)
async def test_a_model_is_found_by_its_name_in_either_case(http, path, provider, name):
    found = (await http.get(path)).json()
    assert (found["provider"], found["name"]) == (provider, name)


@pytest.mark.parametrize(
    "path",
    [
        "/models/nobody",
        "/models/embedding/parrot",
        "/models/image/vec",
        "/models/video/some/thing",
        "/models/voice/parrot",
        "/models/thinking-metadata?model=nobody",
    ],
)
async def test_what_is_not_there_is_not_found_in_words(http, path):
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith("not found")


async def test_a_video_model_says_what_it_can(http):
    assert (await http.get("/models/video/org/film")).json() == {
        "id": "org/film",
        "name": "org/film",
        "provider": "builtin",
        "supported_durations": [4, 8],
        "generate_audio": True,
    }
    assert (await http.get("/models/org/film")).json()["model_type"] == "video"


async def test_what_the_api_promises_of_a_row_is_always_written(http):
    rows = (await http.get("/models")).json()["models"]
    assert all({"name", "provider", "model_type", "context_limit"} <= set(each) for each in rows)
    embedding = (await http.get("/models/embedding/odd")).json()
    assert embedding["embedding_dimensions"] == 0


async def test_thinking_is_said_of_a_model_that_can(http):
    path = "/models/thinking-metadata?provider=scripted&model="
    can = (await http.get(path + "parrot")).json()
    assert can["supports_thinking"]
    assert can["thinking_controls"]["allowed_fields"] == [
        "effort",
        "budget_tokens",
        "max_tokens",
        "exclude_reasoning",
    ]
    cannot = (await http.get(path + "org/owl")).json()
    assert cannot["thinking_controls"] == {
        "supported": False,
        "allowed_fields": [],
        "defaults_only": False,
    }


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("/models?limit=0", "limit"),
        ("/models?limit=15001", "limit"),
        ("/models/image/all?limit=501", "limit"),
        ("/models?skip=-1", "skip"),
        ("/models?supports_tools=maybe", "supports_tools"),
        ("/models?min_context=many", "min_context"),
        ("/models/thinking-metadata", "model"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_named(http, query, name):
    answer = await http.get(query)
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert problem["loc"] == ["query", name]


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


async def catalogue_of(lister: Lister, other: Lister) -> tuple[Catalogue, Clock]:
    scripted = ScriptedProviders(picture_makers={"one": lister, "two": other})  # type: ignore[dict-item]
    source, clock = ProviderSource(), Clock()
    await source.fill(scripted.open, None)  # type: ignore[arg-type]
    return Catalogue(source, clock), clock


async def test_providers_are_asked_once_in_a_while():
    lister = Lister([row("image", "a")])
    catalogue, clock = await catalogue_of(lister, Lister([]))
    for _ in range(3):
        await catalogue.rows()
    assert lister.asked == 1
    clock.now_s += FRESH_S
    await catalogue.rows()
    assert lister.asked == 2


async def test_a_provider_that_fails_keeps_no_other_from_being_listed(caplog):
    catalogue, _ = await catalogue_of(
        Lister([], failure=RuntimeError("broken")), Lister([row("image", "a")])
    )
    assert [each.name for each in await catalogue.rows()] == ["parrot", "a"]
    caplog.clear()


async def test_what_a_provider_said_before_stands_while_it_is_late(monkeypatch):
    monkeypatch.setattr("desktop_app.service.models.catalogue.PATIENCE_S", 0.05)
    late = Lister([row("image", "late")])
    catalogue, clock = await catalogue_of(late, Lister([]))
    await catalogue.rows()
    late.may_answer.clear()
    clock.now_s += FRESH_S
    assert [each.name for each in await catalogue.rows()] == ["parrot", "late"]


async def test_the_same_model_is_listed_once():
    same = row("image", "a")
    catalogue, _ = await catalogue_of(Lister([same]), Lister([msgspec.structs.replace(same)]))
    assert [each.name for each in await catalogue.rows()] == ["parrot", "a"]
