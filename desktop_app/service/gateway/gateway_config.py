"""What an operator sets: environment and ``.env`` file, in the names of the gateway contract.

Source: the gateway contract, section 1. Every fault is told at the start, one sentence for each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from desktop_app.credentials import Secret
from desktop_app.errors import InputError
from desktop_app.loopback import is_loopback_host
from desktop_app.service.gateway.config_reader import ConfigReader
from desktop_app.service.gateway.serving.admission import GatewayLimits
from desktop_app.service.providers.config import (
    ELEVENLABS_SOCKET,
    ELEVENLABS_URL,
    OPENAI_URL,
    ProviderConfig,
)

_PROVIDERS = ("", "builtin", "openai", "elevenlabs")
_VOICES = (*_PROVIDERS, ELEVENLABS_SOCKET)
BACKBOARD_URL = "https://app.backboard.io/api"
_VERSION = re.compile(r"/v\d+[^/]*$")
_OWN_PATHS = ("/v1/chat", "/v1/register")
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class LlmConfig:
    """A language model that is asked directly, or with which a chat backend is registered."""

    provider: str = ""
    api_key: Secret = field(default_factory=lambda: Secret(""))
    model: str = ""
    base_url: str = ""
    system_prompt: str = ""

    def __bool__(self) -> bool:
        return bool(self.api_key or self.base_url)


@dataclass(frozen=True, slots=True)
class BackendConfig:
    """A chat backend.

    Attributes:
        base_url: Its root, without ``/v1/...``; empty for none.
        registration_id: A registration that is there already.
        allows_clients: Clients may bring language models and keys of their own.
        allows_prompts: Clients may bring system prompts.
        sends_api_key_header: Its key goes into ``X-API-Key`` as well.
    """

    base_url: str = ""
    api_key: Secret = field(default_factory=lambda: Secret(""))
    registration_id: str = ""
    allows_clients: bool = False
    allows_prompts: bool = False
    sends_api_key_header: bool = False


@dataclass(frozen=True, slots=True)
class BackboardConfig:
    """Backboard as the chat backend.

    Attributes:
        api_key: Empty where it is none.
        assistant_id: Who answers; empty for the account's default.
    """

    base_url: str = BACKBOARD_URL
    api_key: Secret = field(default_factory=lambda: Secret(""))
    assistant_id: str = ""


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """Everything.

    Attributes:
        token: What clients must know; empty lets everybody in.
        origins: Web pages that may connect, besides our own.
        redis_url: Of what several gateways share; empty where there is one.
        proxies: Addresses whose word is taken for where a client is.
        allows_local_urls: Language servers that clients bring may be on this computer.
    """

    providers: ProviderConfig = field(default_factory=ProviderConfig)
    llm: LlmConfig = field(default_factory=LlmConfig)
    backend: BackendConfig = field(default_factory=BackendConfig)
    backboard: BackboardConfig = field(default_factory=BackboardConfig)
    token: Secret = field(default_factory=lambda: Secret(""))
    origins: tuple[str, ...] = ()
    redis_url: str = ""
    limits: GatewayLimits = field(default_factory=GatewayLimits)
    proxies: str = "127.0.0.1"
    allows_local_urls: bool = False


def environment_with_file(environment: Mapping[str, str], file: Path | None) -> dict[str, str]:
    """The variables of a ``.env`` file under those of the environment, which win.

    Args:
        environment: Of this process.
        file: One that must be there; None for the folder's own, where there is one.

    Raises:
        InputError: ``gateway.env_file``: it cannot be read.
    """
    source = file or Path(".env")
    try:
        text = source.read_text("utf-8") if file or source.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputError("gateway.env_file", f"{source} cannot be read: {reason}.") from error
    found = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value for name, value in found.items() if value is not None} | dict(environment)


def read_gateway_config(
    environment: Mapping[str, str], check: Callable[[GatewayConfig], None] = lambda _config: None
) -> GatewayConfig:
    """Check and take over.

    Args:
        environment: What is set.
        check: Of the whole; may raise an InputError.

    Raises:
        InputError: ``gateway.config``: one line for every fault; that of ``check`` where it is
            the only one.
    """
    reader = ConfigReader(environment)
    config = _read(reader)
    try:
        check(config)
    except InputError as error:
        if not reader.faults:
            raise
        reader.faults.append(str(error))
    if reader.faults:
        raise InputError("gateway.config", "\n".join(reader.faults))
    return config


def check_exposure(config: GatewayConfig, host: str, *, lets_everybody_in: bool) -> None:
    """Whether it may listen there.

    Raises:
        InputError: ``gateway.open``: everybody on the network could talk at the operator's cost.
    """
    if is_loopback_host(host) or config.token or lets_everybody_in:
        return
    raise InputError(
        "gateway.open",
        f"On {host} everybody who reaches it could talk at your cost: set GATEWAY_TOKEN, or say "
        "--allow-everybody.",
        host=host,
    )


def language_root(base_url: str) -> str:
    """The root of an OpenAI-compatible API: contract section 6 appends ``/v1`` where it is not."""
    root = base_url.rstrip("/")
    return root if not root or _VERSION.search(urlsplit(root).path) else f"{root}/v1"


def _read(reader: ConfigReader) -> GatewayConfig:
    elevenlabs_key = reader.secret("ELEVENLABS_API_KEY")
    llm = LlmConfig(
        provider=reader.text("LLM_PROVIDER"),
        api_key=reader.secret("LLM_API_KEY"),
        model=reader.text("LLM_MODEL"),
        base_url=reader.url("LLM_BASE_URL"),
        system_prompt=reader.text("LLM_SYSTEM_PROMPT"),
    )
    config = GatewayConfig(
        providers=ProviderConfig(
            language_url=language_root(llm.base_url or (OPENAI_URL if llm.api_key else "")),
            language_model=llm.model,
            language_key=llm.api_key,
            openai_key=reader.secret("OPENAI_API_KEY"),
            elevenlabs_key=elevenlabs_key,
            elevenlabs_voice=reader.text("ELEVENLABS_VOICE_ID"),
            hearing=reader.choice("STT_PROVIDER", _PROVIDERS),
            speaking=reader.choice("TTS_PROVIDER", _VOICES),
            openai_url=reader.url("OPENAI_BASE_URL", OPENAI_URL),
            elevenlabs_url=reader.url("ELEVENLABS_BASE_URL", ELEVENLABS_URL),
            elevenlabs_live_url=reader.url("ELEVENLABS_LIVE_URL"),
            local_models="off",
        ),
        llm=llm,
        backend=_backend(reader, llm),
        backboard=BackboardConfig(
            base_url=reader.url("BACKBOARD_BASE_URL", BACKBOARD_URL),
            api_key=reader.secret("BACKBOARD_API_KEY"),
            assistant_id=reader.text("BACKBOARD_ASSISTANT_ID"),
        ),
        token=reader.secret("GATEWAY_TOKEN"),
        origins=tuple(reader.text("GATEWAY_ORIGINS").lower().replace(",", " ").split()),
        redis_url=reader.url("REDIS_URL", schemes=("rediss", "redis")),
        limits=GatewayLimits(
            session_s=reader.number("GATEWAY_SESSION_LIMIT_S", 3600, 10, 86_400),
            sessions=reader.number("GATEWAY_SESSIONS", 500, 1, 100_000),
            sessions_per_client=reader.number("GATEWAY_SESSIONS_PER_CLIENT", 20, 1, 100_000),
        ),
        proxies=reader.text("GATEWAY_TRUSTED_PROXIES", "127.0.0.1"),
        allows_local_urls=reader.flag("GATEWAY_ALLOW_LOCAL_URLS"),
    )
    _check_keys(reader, config)
    return config


def _backend(reader: ConfigReader, llm: LlmConfig) -> BackendConfig:
    base_url = reader.url("BACKEND_BASE_URL")
    for path in _OWN_PATHS:
        if path in base_url:
            reader.faults.append(
                f"BACKEND_BASE_URL must be the backend's root: leave “{path}” away."
            )
    backend = BackendConfig(
        base_url=base_url,
        api_key=reader.secret("BACKEND_API_KEY"),
        registration_id=reader.text("DEFAULT_REGISTRATION_ID"),
        allows_clients=reader.flag("ALLOW_FRONTEND_BACKEND_AUTH"),
        allows_prompts=reader.flag("ALLOW_FRONTEND_SYSTEM_PROMPT"),
        sends_api_key_header=reader.flag("BACKEND_SENDS_X_API_KEY"),
    )
    if backend.registration_id and not base_url:
        reader.faults.append("DEFAULT_REGISTRATION_ID needs BACKEND_BASE_URL: whose is it?")
    if base_url and not (backend.registration_id or llm or backend.allows_clients):
        reader.faults.append(
            "BACKEND_BASE_URL needs DEFAULT_REGISTRATION_ID, or LLM_API_KEY to register with."
        )
    return backend


def _check_keys(reader: ConfigReader, config: GatewayConfig) -> None:
    for name, wish in (
        ("STT_PROVIDER", config.providers.hearing),
        ("TTS_PROVIDER", config.providers.speaking),
    ):
        if wish.startswith("elevenlabs") and not config.providers.elevenlabs_key:
            reader.faults.append(f"{name}={wish} needs ELEVENLABS_API_KEY.")
        if wish == "openai" and not config.providers.openai_key:
            reader.faults.append(f"{name}=openai needs OPENAI_API_KEY.")
    if config.backboard.api_key and config.backend.base_url:
        reader.faults.append("BACKEND_BASE_URL and BACKBOARD_API_KEY: only one of them can answer.")
    if config.llm.api_key and not config.llm.base_url and config.llm.provider not in ("", "openai"):
        reader.faults.append(f"LLM_PROVIDER={config.llm.provider} needs LLM_BASE_URL.")
    if config.token and len(config.token.reveal()) < _SHORTEST_TOKEN:
        reader.faults.append(f"GATEWAY_TOKEN must have at least {_SHORTEST_TOKEN} characters.")
