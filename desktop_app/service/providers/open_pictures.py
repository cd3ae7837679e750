"""Opens who draws, who films and who embeds, the preferred one first."""

from __future__ import annotations

from desktop_app.service.providers.builtin.builtin_embedder import BuiltinEmbedder
from desktop_app.service.providers.builtin.builtin_pictures import BuiltinPictures
from desktop_app.service.providers.builtin.builtin_videos import BuiltinVideos
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.known_models import known_models
from desktop_app.service.providers.open_languages import configured_name
from desktop_app.service.providers.openai.openai_embedder import OpenAiEmbedder
from desktop_app.service.providers.openai.openai_pictures import OpenAiPictures
from desktop_app.service.providers.openai.openai_videos import OpenAiVideos
from desktop_app.service.providers.picture_ports import PictureMaker
from desktop_app.service.providers.vector_ports import Embedder
from desktop_app.service.providers.video_ports import VideoMaker


def open_picture_makers(config: ProviderConfig) -> dict[str, PictureMaker]:
    """By provider name; ``builtin`` is always there.

    Raises:
        InputError: ``language.bad_address``
    """
    makers: list[PictureMaker] = []
    if config.openai_key:
        makers.append(OpenAiPictures(config.openai_url, config.openai_key.reveal()))
    makers.append(BuiltinPictures())
    return {maker.provider: maker for maker in makers}


def open_video_makers(config: ProviderConfig) -> dict[str, VideoMaker]:
    """By provider name; ``builtin`` is always there, the configured server only with a model.

    Raises:
        InputError: ``language.bad_address``
    """
    makers: list[VideoMaker] = []
    if config.language_url and config.video_model:
        makers.append(
            OpenAiVideos(
                config.language_url,
                config.language_key.reveal(),
                provider=configured_name(config),
                model=config.video_model,
            )
        )
    makers.append(BuiltinVideos())
    return {maker.provider: maker for maker in makers}


def open_embedders(config: ProviderConfig) -> dict[str, Embedder]:
    """By provider name; the configured server only with a model that it shall embed with."""
    found: list[Embedder] = []
    if config.language_url and config.embedding_model:
        found.append(
            OpenAiEmbedder(
                config.language_url,
                provider=configured_name(config),
                model=config.embedding_model,
                key=config.language_key.reveal(),
            )
        )
    if config.openai_key and "openai" not in [each.provider for each in found]:
        found.append(
            OpenAiEmbedder(
                config.openai_url,
                provider="openai",
                model=known_models("openai").preferred("embedding")[0],
                key=config.openai_key.reveal(),
            )
        )
    if config.sentence_model is not None:
        found.append(BuiltinEmbedder(config.sentence_model))
    return {embedder.provider: embedder for embedder in found}
