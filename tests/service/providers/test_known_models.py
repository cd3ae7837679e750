"""Names of models say what they are, from data alone."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.known_models import known_models


@pytest.mark.parametrize(
    ("name", "model_type"),
    [
        ("gpt-4.1", "llm"),
        ("gpt-9-turbo", "llm"),
        ("o7-mini", "llm"),
        ("chatgpt-4o-latest", "llm"),
        ("gpt-image-3", "image"),
        ("gpt-4o-transcribe", "stt"),
        ("whisper-1", "stt"),
        ("gpt-4o-mini-tts", "tts"),
        ("text-embedding-4", "embedding"),
    ],
)
def test_a_name_says_the_type_even_of_models_that_nobody_knows_yet(name, model_type):
    row = known_models("openai").describe(name, "openai")
    assert row is not None
    assert (row.name, row.provider, row.model_type) == (name, "openai", model_type)


@pytest.mark.parametrize(
    "name", ["gpt-realtime", "omni-moderation-latest", "sora-2", "babbage-002"]
)
def test_what_is_of_no_use_here_is_not_described(name):
    assert known_models("openai").describe(name, "openai") is None


@pytest.mark.parametrize(
    ("name", "is_for_talking"),
    [
        ("Wan-AI/Wan2.2-T2V-A14B-Diffusers", False),
        ("sora-2-pro", False),
        ("azure/sora-2", False),
        ("gemini/veo-3.0-generate-preview", False),
        ("tencent/HunyuanVideo", False),
        ("llava-next-video-7b", True),
        ("qwen2.5-vl", True),
    ],
)
def test_models_that_make_videos_are_not_offered_for_talking(name, is_for_talking):
    row = known_models("custom").describe(name, "custom")
    assert (row is not None and row.model_type == "llm") == is_for_talking


def test_a_dated_name_is_the_same_model():
    row = known_models("openai").describe("gpt-4o-2024-08-06", "openai")
    assert row is not None
    assert (row.context_limit, row.input_cost_per_1m_tokens) == (128_000, 2.5)


def test_preferred_models_are_described_ones_and_come_first():
    known = known_models("openai")
    for model_type in ("llm", "image", "embedding"):
        rows = known.of_type(model_type, "openai")
        preferred = [name for name in known.preferred(model_type) if name in [r.name for r in rows]]
        assert [row.name for row in rows][: len(preferred)] == preferred
        assert rows[0].name == known.preferred(model_type)[0]


def test_of_an_unknown_provider_only_the_name_is_read():
    row = known_models("somebody").describe("llama-9", "somebody")
    assert row is not None
    assert (row.model_type, row.context_limit, row.supports_tools) == ("llm", 8_192, None)
