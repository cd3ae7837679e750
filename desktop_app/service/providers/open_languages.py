"""Opens the language servers that a person connected."""

from __future__ import annotations

from desktop_app.errors import InputError
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.openai.openai_connection import api_root
from desktop_app.service.providers.openai.openai_language import OpenAiLanguage
from desktop_app.service.providers.ports import Language


def open_languages(config: ProviderConfig) -> list[Language]:
    """The configured server, then OpenAI, as far as they are connected.

    Raises:
        InputError: ``language.bad_address``
    """
    connected: list[Language] = []
    if config.language_url:
        connected.append(_configured(config))
    if config.openai_key and "openai" not in [each.provider for each in connected]:
        connected.append(_openai(config))
    return connected


def configured_name(config: ProviderConfig) -> str:
    """Of the configured server: ``openai`` where that is what stands there, else ``custom``.

    Raises:
        InputError: ``language.bad_address``
    """
    is_openai = _root(config.language_url) == _root(config.openai_url)
    return "openai" if is_openai else "custom"


def _configured(config: ProviderConfig) -> OpenAiLanguage:
    return OpenAiLanguage(
        _root(config.language_url),
        provider=configured_name(config),
        model=config.language_model,
        key=config.language_key.reveal(),
    )


def _openai(config: ProviderConfig) -> OpenAiLanguage:
    return OpenAiLanguage(
        _root(config.openai_url),
        provider="openai",
        model=config.openai_model,
        key=config.openai_key.reveal(),
    )


def _root(url: str) -> str:
    try:
        return api_root(url)
    except ValueError as error:
        sentence = f'"{url}" is not the address of a server.'
        raise InputError("language.bad_address", sentence) from error
