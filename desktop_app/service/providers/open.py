"""Opens the providers that a configuration and this computer offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop_app.errors import InputError
from desktop_app.service.providers.espeak_tts import EspeakTts
from desktop_app.service.providers.local_servers import Ports, find_local_servers
from desktop_app.service.providers.openai_language import OpenAiLanguage
from desktop_app.service.providers.pocketsphinx_stt import PocketsphinxStt
from desktop_app.service.providers.ports import Language, Recall, SpeechToText, TextToSpeech
from desktop_app.service.providers.responder import Responder


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What a person set.

    Attributes:
        language_url: Of an OpenAI-compatible server; empty for none.
        language_model: Its model; empty for the first that it lists.
        language_key: Its key; may be empty.
        local_models: ``auto`` looks for servers on this computer, ``off`` does not.
        ports: Where they are looked for.
    """

    language_url: str = ""
    language_model: str = ""
    language_key: str = ""
    local_models: str = "auto"
    ports: Ports = field(default_factory=Ports)


@dataclass(frozen=True, slots=True)
class Providers:
    """What hears, speaks and answers.

    Attributes:
        languages: By provider name; ``builtin`` is always there.
        default_language: A configured server, else one found on this computer, else built in.
        slow_starters: What ``warm_up`` runs.
    """

    stt: SpeechToText
    tts: TextToSpeech
    languages: Mapping[str, Language]
    default_language: Language
    slow_starters: Sequence[Callable[[], Awaitable[None]]] = ()

    async def warm_up(self) -> None:
        """Load what a first spoken turn would wait for, about a second. Idempotent.

        Raises:
            ChildError: A part cannot be loaded.
        """
        for load in self.slow_starters:
            await load()

    async def aclose(self) -> None:
        """Close them all."""
        await self.stt.aclose()
        await self.tts.aclose()
        for language in self.languages.values():
            await language.aclose()


async def open_providers(config: ProviderConfig, recall: Recall) -> Providers:
    """Look for language servers, half a second at most; models are loaded on first use.

    Raises:
        InputError: The configured address is none.
    """
    languages: dict[str, Language] = {}
    if config.language_url:
        languages["openai"] = _configured(config)
    if config.local_models != "off":
        for server in await find_local_servers(config.ports):
            if server.provider not in languages:
                languages[server.provider] = OpenAiLanguage(
                    server.url, provider=server.provider, model=server.models[0]
                )
    responder, stt, tts = Responder(recall), PocketsphinxStt(), EspeakTts()
    languages["builtin"] = responder
    default = next(iter(languages.values()))
    slow_starters = [stt.warm_up, tts.warm_up]
    if default is responder:
        slow_starters.append(responder.warm_up)
    return Providers(stt, tts, languages, default, slow_starters)


def _configured(config: ProviderConfig) -> OpenAiLanguage:
    try:
        return OpenAiLanguage(
            config.language_url, model=config.language_model, key=config.language_key
        )
    except ValueError as error:
        raise InputError(
            "language.bad_address", f'"{config.language_url}" is not the address of a server.'
        ) from error
