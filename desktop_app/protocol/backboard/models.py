"""The model catalogue: section 13 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from msgspec import field

from desktop_app.protocol.backboard.wire import WireObject


class ModelInfo(WireObject, frozen=True, omit_defaults=True):
    """One row of the catalogue.

    Attributes:
        model_type: ``llm``, ``embedding``, ``image``, ``stt``, ``tts``, ``video`` or
            ``system_one``.
        system_one_capabilities: Of who answers typed questions: their kinds and most of each.
    """

    name: str
    provider: str
    # Made, not given: the API promises them, so they are written even as defaults.
    model_type: str = field(default_factory=lambda: "llm")
    context_limit: int = field(default_factory=lambda: 0)
    max_output_tokens: int | None = None
    supports_tools: bool | None = None
    supports_vision: bool | None = None
    supports_audio_input: bool | None = None
    supports_video_input: bool | None = None
    supports_image_output: bool | None = None
    supports_audio_output: bool | None = None
    supports_video_output: bool | None = None
    supports_streaming: bool | None = None
    supports_thinking: bool | None = None
    supports_json_output: bool | None = None
    api_mode: str | None = None
    embedding_dimensions: int | None = None
    system_one_capabilities: dict[str, Any] | None = None
    description: str | None = None
    display_name: str | None = None
    architecture: dict[str, Any] | None = None
    supported_parameters: list[str] | None = None
    video_capabilities: dict[str, Any] | None = None
    supported_output_formats: str | None = None
    supported_input_formats: str | None = None
    input_cost_per_1m_tokens: float | None = None
    cached_input_cost_per_1m_tokens: float | None = None
    output_cost_per_1m_tokens: float | None = None
    image_input_cost_per_1m_tokens: float | None = None
    image_output_cost_per_1m_tokens: float | None = None
    cost_per_image: float | None = None
    cost_per_1m_characters: float | None = None
    cost_per_minute: float | None = None
    last_updated: str | None = None


class ModelPage(WireObject, frozen=True):
    models: list[ModelInfo] = field(default_factory=list)
    total: int = 0


class VideoModel(WireObject, frozen=True, omit_defaults=True):
    id: str
    name: str = ""
    provider: str = ""
    architecture: dict[str, Any] | None = None
    supported_durations: list[int] | None = None
    supported_resolutions: list[str] | None = None
    supported_aspect_ratios: list[str] | None = None
    supported_sizes: list[str] | None = None
    supported_frame_images: list[str] | None = None
    generate_audio: bool | None = None
    seed: bool | None = None
    pricing_skus: dict[str, Any] = field(default_factory=dict)


class VideoModelPage(WireObject, frozen=True):
    models: list[VideoModel] = field(default_factory=list)
    total: int = 0


class ProviderPage(WireObject, frozen=True):
    providers: list[str] = field(default_factory=list)
    total: int = 0
