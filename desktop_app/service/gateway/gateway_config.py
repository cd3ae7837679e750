"""What an operator sets: environment and ``.env`` file, in the names of the gateway contract.

Source: the gateway contract, section 1. Every fault is told at the start, one sentence for each.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from desktop_app.credentials import Secret
from desktop_app.errors import InputError
from desktop_app.loopback import is_loopback_host
from desktop_app.service.providers.config import (
    ELEVENLABS_SOCKET,
    ELEVENLABS_URL,
    OPENAI_URL,
    ProviderConfig,
)

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")
_PROVIDERS = ("", "builtin", "openai", "elevenlabs")
_VOICES = (*_PROVIDERS, ELEVENLABS_SOCKET)
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
        sends_api_key_header: Its key goes into ``X-API-Key`` as well.
    """

    base_url: str = ""
    api_key: Secret = field(default_factory=lambda: Secret(""))
    registration_id: str = ""
    allows_clients: bool = False
    sends_api_key_header: bool = False


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """Everything.

    Attributes:
        token: What clients must know; empty lets everybody in.
        origins: Web pages that may connect, besides our own.
        voice_id: Where a session names none.
        redis_url: Of what several gateways share; empty where there is one.
        session_limit_s: How long a socket may live.
        sessions_per_client: Sockets of one address at once.
    """

    providers: ProviderConfig = field(default_factory=ProviderConfig)
    voice_id: str = ""
    llm: LlmConfig = field(default_factory=LlmConfig)
    backend: BackendConfig = field(default_factory=BackendConfig)
    token: Secret = field(default_factory=lambda: Secret(""))
    origins: tuple[str, ...] = ()
    redis_url: str = ""
    session_limit_s: int = 3600
    sessions_per_client: int = 20


def environment_with_file(environment: Mapping[str, str], file: Path) -> dict[str, str]:
    """The variables of a ``.env`` file under those of the environment, which win.

    Raises:
        InputError: ``gateway.env_file``: it cannot be read.
    """
    try:
        found = dotenv_values(file, interpolate=False) if file.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("gateway.env_file", f"{file} cannot be read: {error}.") from error
    return {name: value for name, value in found.items() if value is not None} | dict(environment)


def read_gateway_config(environment: Mapping[str, str]) -> GatewayConfig:
    """Check and take over.

    Raises:
        InputError: ``gateway.config``: one line for every fault.
    """
    reader = _Reader(environment)
    config = _read(reader)
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


def check_client_url(url: str, *, resolve: Callable[[str], list[str]]) -> None:
    """Whether an address that a client brings may be asked by us.

    Args:
        url: Of a language server.
        resolve: The addresses behind a host name; blocks.

    Raises:
        InputError: ``gateway.client_url``: not https, or a place inside of our own network.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise InputError("gateway.client_url", "backend.base_url must begin with https://.")
    addresses = resolve(parts.hostname)
    if not addresses or not all(_is_public(address) for address in addresses):
        raise InputError(
            "gateway.client_url", "backend.base_url must be an address on the public internet."
        )


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (inner or ip).is_global and not (inner or ip).is_multicast


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._environment.get(name, "").strip() or default

    def secret(self, name: str) -> Secret:
        return Secret(self.text(name))

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in (*_YES, *_NO):
            self.faults.append(f"{name} must be true or false, not “{value}”.")
        return value in _YES

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name).lower()
        if value not in allowed:
            names = ", ".join(one for one in allowed if one)
            self.faults.append(f"{name} must be one of {names}, not “{value}”.")
            return ""
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not low <= int(value) <= high:
            self.faults.append(f"{name} must be a number from {low} to {high}, not “{value}”.")
            return default
        return int(value)

    def url(
        self, name: str, default: str = "", schemes: tuple[str, ...] = ("http", "https")
    ) -> str:
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            is_address = not value or (parts.scheme in schemes and bool(parts.hostname))
        except ValueError:
            is_address = False
        if not is_address:
            self.faults.append(
                f"{name} must be an address that begins with {schemes[-1]}://, not “{value}”."
            )
        return value


def _read(reader: _Reader) -> GatewayConfig:
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
            language_url=language_root(llm.base_url),
            language_model=llm.model,
            language_key=llm.api_key,
            openai_key=reader.secret("OPENAI_API_KEY"),
            elevenlabs_key=elevenlabs_key,
            hearing=reader.choice("STT_PROVIDER", _PROVIDERS),
            speaking=reader.choice("TTS_PROVIDER", _VOICES),
            openai_url=reader.url("OPENAI_BASE_URL", OPENAI_URL),
            elevenlabs_url=reader.url("ELEVENLABS_BASE_URL", ELEVENLABS_URL),
            elevenlabs_live_url=reader.url("ELEVENLABS_LIVE_URL"),
            local_models="off",
        ),
        voice_id=reader.text("ELEVENLABS_VOICE_ID"),
        llm=llm,
        backend=_backend(reader, llm),
        token=reader.secret("GATEWAY_TOKEN"),
        origins=tuple(reader.text("GATEWAY_ORIGINS").lower().replace(",", " ").split()),
        redis_url=reader.url("REDIS_URL", schemes=("rediss", "redis")),
        session_limit_s=reader.number("GATEWAY_SESSION_LIMIT_S", 3600, 10, 86_400),
        sessions_per_client=reader.number("GATEWAY_SESSIONS_PER_CLIENT", 20, 1, 100_000),
    )
    _check_keys(reader, config)
    return config


def _backend(reader: _Reader, llm: LlmConfig) -> BackendConfig:
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
        sends_api_key_header=reader.flag("BACKEND_SENDS_X_API_KEY"),
    )
    if backend.registration_id and not base_url:
        reader.faults.append("DEFAULT_REGISTRATION_ID needs BACKEND_BASE_URL: whose is it?")
    if base_url and not (backend.registration_id or llm or backend.allows_clients):
        reader.faults.append(
            "BACKEND_BASE_URL needs DEFAULT_REGISTRATION_ID, or LLM_API_KEY to register with."
        )
    return backend


def _check_keys(reader: _Reader, config: GatewayConfig) -> None:
    for name, wish in (
        ("STT_PROVIDER", config.providers.hearing),
        ("TTS_PROVIDER", config.providers.speaking),
    ):
        if wish.startswith("elevenlabs") and not config.providers.elevenlabs_key:
            reader.faults.append(f"{name}={wish} needs ELEVENLABS_API_KEY.")
        if wish == "openai" and not config.providers.openai_key:
            reader.faults.append(f"{name}=openai needs OPENAI_API_KEY.")
    if config.llm.api_key and not config.llm.base_url and config.llm.provider not in ("", "openai"):
        reader.faults.append(f"LLM_PROVIDER={config.llm.provider} needs LLM_BASE_URL.")
    if config.token and len(config.token.reveal()) < _SHORTEST_TOKEN:
        reader.faults.append(f"GATEWAY_TOKEN must have at least {_SHORTEST_TOKEN} characters.")
