"""The model catalogue: filters, pages, and where voice models are found."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.errors import AccessError, NetworkError
from tests.fakes.backboard import ScriptedBackboard


def model(name: str, kind: str = "llm", **fields: Any) -> dict[str, Any]:
    return {"name": name, "provider": "p", "model_type": kind, "context_limit": 8, **fields}


def page(*rows: Any, total: int | None = None) -> dict[str, Any]:
    return {"models": list(rows), "total": len(rows) if total is None else total}


async def test_filters_are_told_and_an_odd_row_costs_nothing(
    api: BackboardApi, backboard: ScriptedBackboard
):
    odd = [{"name": "no provider"}, "text", model("x", supports_tools={"often": 1})]
    backboard.answer(page(model("m", new=1), *odd))
    found = await api.models.page(supports_tools=True, provider="p", min_context=0)
    assert ([one.name for one in found.models], found.total) == (["m"], 4)
    query = "skip=0&limit=100&supports_tools=true&provider=p&min_context=0"
    assert backboard.last[1] == f"/api/models?{query}"


async def test_the_whole_catalogue_is_read_by_500(api: BackboardApi, backboard: ScriptedBackboard):
    rows = [model(str(number)) for number in range(501)]
    backboard.answer(page(*rows[:500], total=501))
    backboard.answer(page(*rows[500:], total=501))
    found = [one.name async for one in api.models.every(model_type="llm")]
    assert found == list(map(str, range(501)))
    assert backboard.last[1] == "/api/models?skip=500&limit=500&model_type=llm"


async def test_a_model_is_found_by_a_name_with_slashes_in_it(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer(model("a/b c"))
    assert (await api.models.get("a/b c")).name == "a/b c"
    assert backboard.last[1] == "/api/models/a/b%20c"


async def test_every_kind_has_its_own_lists(api: BackboardApi, backboard: ScriptedBackboard):
    providers = {"providers": ["p"], "total": 1}
    video = {"id": "v", "supported_durations": [5]}
    answers = [page(model("m")), providers, page(model("e")), providers, model("e", "embedding")]
    answers += [page(model("i")), providers, model("i", "image"), page(video, {}), video]
    for answer in [*answers, providers, {"supported": True}]:
        backboard.answer(answer)
    assert (await api.models.of_provider("p")).models[0].name == "m"
    assert await api.models.providers() == ["p"]
    assert (await api.models.embedding_page(min_dimensions=9)).models[0].name == "e"
    assert await api.models.embedding_providers() == ["p"]
    assert (await api.models.embedding("e")).model_type == "embedding"
    assert (await api.models.image_page(supports_vision=False)).models[0].name == "i"
    assert await api.models.image_providers() == ["p"]
    assert (await api.models.image("i")).name == "i"
    assert [one.id for one in (await api.models.video_page(provider="p")).models] == ["v"]
    assert (await api.models.video("v/1")).supported_durations == [5]
    assert await api.models.providers() == ["p"]
    assert await api.models.thinking("p", "m") == {"supported": True}
    assert [asked.path.removeprefix("/api/models") for asked in backboard.asked] == [
        "/provider/p?skip=0&limit=100",
        "/providers",
        "/embedding/all?skip=0&limit=100&min_dimensions=9",
        "/embedding/providers",
        "/embedding/e",
        "/image/all?skip=0&limit=100&supports_vision=false",
        "/image/providers",
        "/image/i",
        "/video/all?skip=0&limit=100&provider=p",
        "/video/v/1",
        "/providers",
        "/thinking-metadata?provider=p&model=m",
    ]


async def test_voice_models_are_found_where_this_server_lists_them(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer(page(model("s", "stt"), model("m")))
    assert [one.name for one in await api.models.speech("stt")] == ["s"]
    backboard.answer(page(model("m")))  # a server that does not know this filter
    backboard.answer(page(model("s", "stt"), model("t", "tts")))
    assert [one.name for one in await api.models.speech("tts")] == ["t"]
    assert backboard.last[1] == "/api/models/voice/all?skip=0&limit=500"


async def test_a_server_without_voice_lists_has_the_documented_models(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"detail": "unknown model_type"}, status=422)
    backboard.answer({"detail": "not found"}, status=404)
    found = await api.models.speech("stt")
    assert found[0].name == "whisper-1"
    assert {(one.provider, one.model_type) for one in found} == {
        ("openai", "stt"),
        ("elevenlabs", "stt"),
    }


async def test_a_refused_key_or_a_dead_server_is_not_an_empty_list(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"detail": "no"}, status=401)
    with pytest.raises(AccessError):
        await api.models.speech("tts")
    for _ in range(3):
        backboard.answer({"detail": "down"}, status=500)
    with pytest.raises(NetworkError, match="down"):
        await api.models.speech("tts")


async def test_voices_are_the_servers_or_the_documented_ones(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"voices": [{"id": "v", "provider": "p"}, {"name": "odd"}], "total": 2})
    assert [one.id for one in await api.models.voices()] == ["v"]
    backboard.answer({"detail": "not found"}, status=404)
    found = await api.models.voices()
    assert backboard.last[1] == "/api/parley/voices"
    assert {one.provider for one in found} == {"openai", "elevenlabs"}
    assert next(one for one in found if one.id == "nova").models[0] == "gpt-4o-mini-tts"


async def test_a_server_that_is_down_has_not_the_documented_voices(
    api: BackboardApi, backboard: ScriptedBackboard
):
    for _ in range(3):
        backboard.answer({"detail": "down"}, status=500)
    with pytest.raises(NetworkError, match="down"):
        await api.models.voices()
