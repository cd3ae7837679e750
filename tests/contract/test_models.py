"""The model catalogue: section 13 of the API."""

from __future__ import annotations

from tests.contract.callers import refusal


async def test_the_catalogue_lists_what_can_be_used(caller):
    listed = await caller.list_models(limit=500)
    names = {(model.provider, model.name) for model in listed.models}
    assert ("openai", "gpt-4.1") in names
    assert any(provider == "builtin" for provider, _ in names)
    assert listed.total == len(listed.models)
    assert all(model.context_limit >= 0 for model in listed.models)


async def test_the_catalogue_is_read_in_pages(caller):
    whole = await caller.list_models(limit=500)
    pages = [await caller.list_models(skip=skip, limit=1) for skip in range(whole.total)]
    assert [page.models[0].name for page in pages] == [model.name for model in whole.models]
    assert {page.total for page in pages} == {whole.total}


async def test_filters_leave_only_what_fits(caller):
    models = (await caller.list_models(provider="openai", limit=500)).models
    assert {model.provider for model in models} == {"openai"}
    for kind in ("llm", "stt", "tts", "image", "video", "embedding"):
        models = (await caller.list_models(model_type=kind, limit=500)).models
        assert models, kind
        assert {model.model_type for model in models} == {kind}
    models = (await caller.list_models(supports_tools=True)).models
    assert {model.supports_tools for model in models} == {True}
    models = (await caller.list_models(min_context=1000, max_context=200_000)).models
    assert models
    assert all(1000 <= model.context_limit <= 200_000 for model in models)


async def test_a_model_is_found_by_its_name_in_any_case(caller):
    model = await caller.get_model("GPT-4.1")
    assert (model.name, model.provider, model.model_type) == ("gpt-4.1", "openai", "llm")
    assert model.context_limit > 0


async def test_models_are_listed_by_provider(caller):
    providers = await caller.list_providers()
    assert {"openai", "builtin"} <= set(providers.providers)
    assert providers.total == len(providers.providers)
    for provider in providers.providers:
        listed = await caller.list_models_by_provider(provider)
        assert listed.total >= 1
        assert {model.provider for model in listed.models} == {provider}


async def test_embedding_models_are_listed(caller):
    listed = await caller.list_embedding_models()
    assert listed.total == len(listed.models) >= 1
    assert "openai" in (await caller.list_embedding_providers()).providers
    model = await caller.get_embedding_model("text-embedding-3-small")
    assert (model.provider, model.embedding_dimensions > 0) == ("openai", True)
    none = await caller.list_embedding_models(min_dimensions=10**6)
    assert (none.models, none.total) == ([], 0)


async def test_image_models_are_listed_with_the_built_in_one(caller):
    listed = await caller.list_image_models()
    assert {"openai", "builtin"} <= {model.provider for model in listed.models}
    assert {"openai", "builtin"} <= set((await caller.list_image_providers()).providers)
    for model in listed.models:
        assert (await caller.get_image_model(model.name)).name == model.name


async def test_video_models_are_listed_with_what_they_can(caller):
    listed = await caller.list_video_models(provider="builtin")
    (model,) = listed.models
    assert (listed.total, model.provider) == (1, "builtin")
    assert 4 in model.supported_durations
    assert "640x360" in model.supported_sizes
    assert (await caller.get_video_model(model.id)).id == model.id
    none = await caller.list_video_models(provider="openrouter")
    assert (none.models, none.total) == ([], 0)
    assert (await refusal(caller.get_video_model("google/veo-3"))).status == 404


async def test_an_unknown_model_is_not_found(caller):
    for call in (
        caller.get_model("nobody/nothing"),
        caller.get_embedding_model("nothing"),
        caller.get_image_model("nothing"),
    ):
        assert (await refusal(call)).status == 404


async def test_a_page_has_at_most_500_models(caller):
    assert (await refusal(caller.list_embedding_models(limit=501))).status == 422
