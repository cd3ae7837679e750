"""What a person connected: addresses, models and keys, from the environment and the keyring."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.credentials import (
    KEY_VARIABLES,
    Credentials,
    CredentialsUnavailableError,
    Secret,
)
from desktop_app.service.providers.builtin.installed_model import installed_model
from desktop_app.service.providers.local_servers import Ports

KEYRING_WITHIN_S = 3.0
OPENAI_URL = "https://api.openai.com/v1"
ELEVENLABS_URL = "https://api.elevenlabs.io"
TYPESAFE_URL = "https://api.typesafe.ai"
ELEVENLABS_SOCKET = "elevenlabs-socket"
"""Chosen as who speaks: ElevenLabs, over one socket for each reply instead of HTTP."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What a person set.

    Attributes:
        language_url: Of an OpenAI-compatible server; empty for none.
        language_model: Its model; empty for the first that it lists.
        language_key: Its key; may be empty.
        embedding_model: Its model of meaning; empty where it shall not be asked for one.
        video_model: Its model of videos; empty where it shall not be asked for any.
        openai_key: Of OpenAI itself, which is used only with one.
        openai_model: Its language model; empty for the catalogue's first.
        elevenlabs_key: Of ElevenLabs, which is used only with one.
        elevenlabs_voice: Its voice where a session names none; empty for the first.
        typesafe_key: Of TypeSafe, which is used only with one.
        hearing, speaking: Who hears and speaks live, where a session does not say: ``builtin``,
            ``openai`` or ``elevenlabs``; empty for the best that there is a key for. Who speaks may
            be ``ELEVENLABS_SOCKET``.
        openai_url, elevenlabs_url, typesafe_url: Where they are.
        elevenlabs_live_url: Where its realtime sockets are, where that is another host.
        local_models: ``auto`` looks for servers on this computer, ``off`` does not.
        sentence_model: Folder of a model of meaning on this computer; None where there is none.
        ports: Where they are looked for.
    """

    language_url: str = ""
    language_model: str = ""
    language_key: Secret = field(default_factory=lambda: Secret(""))
    embedding_model: str = ""
    video_model: str = ""
    openai_key: Secret = field(default_factory=lambda: Secret(""))
    openai_model: str = ""
    elevenlabs_key: Secret = field(default_factory=lambda: Secret(""))
    elevenlabs_voice: str = ""
    typesafe_key: Secret = field(default_factory=lambda: Secret(""))
    hearing: str = ""
    speaking: str = ""
    openai_url: str = OPENAI_URL
    elevenlabs_url: str = ELEVENLABS_URL
    elevenlabs_live_url: str = ""
    typesafe_url: str = TYPESAFE_URL
    local_models: str = "auto"
    sentence_model: Path | None = None
    ports: Ports = field(default_factory=Ports)


async def read_config(environment: Mapping[str, str], credentials: Credentials) -> ProviderConfig:
    """What the environment says and, for keys that it does not name, the keyring.

    Takes as long as the keyring; one that is locked or missing counts as empty.
    """
    keys = await _keys(environment, credentials)
    local_models = environment.get("PARLEY_LOCAL_MODELS", "auto")
    return ProviderConfig(
        language_url=environment.get("PARLEY_LANGUAGE_URL", ""),
        language_model=environment.get("PARLEY_LANGUAGE_MODEL", ""),
        language_key=keys["language"],
        embedding_model=environment.get("PARLEY_EMBEDDING_MODEL", ""),
        video_model=environment.get("PARLEY_VIDEO_MODEL", ""),
        openai_key=keys["openai"],
        openai_model=environment.get("PARLEY_OPENAI_MODEL", ""),
        elevenlabs_key=keys["elevenlabs"],
        typesafe_key=keys["typesafe"],
        hearing=environment.get("PARLEY_HEARING", ""),
        speaking=environment.get("PARLEY_SPEAKING", ""),
        openai_url=environment.get("PARLEY_OPENAI_URL") or OPENAI_URL,
        elevenlabs_url=environment.get("PARLEY_ELEVENLABS_URL") or ELEVENLABS_URL,
        elevenlabs_live_url=environment.get("PARLEY_ELEVENLABS_LIVE_URL", ""),
        typesafe_url=environment.get("PARLEY_TYPESAFE_URL") or TYPESAFE_URL,
        local_models=local_models,
        sentence_model=None if local_models == "off" else installed_model(),
    )


async def _keys(environment: Mapping[str, str], credentials: Credentials) -> dict[str, Secret]:
    """One for each name, empty where there is none."""
    keys = {name: Secret(environment.get(variable, "")) for name, variable in KEY_VARIABLES.items()}
    wanted = [name for name, key in keys.items() if not key]
    if not environment.get("PARLEY_LANGUAGE_URL") and "language" in wanted:
        wanted.remove("language")  # nobody would be given it
    async with asyncio.TaskGroup() as tasks:
        asked = {name: tasks.create_task(_kept(name, credentials)) for name in wanted}
    return keys | {name: task.result() for name, task in asked.items()}


async def _kept(name: str, credentials: Credentials) -> Secret:
    try:
        return await credentials.get(name) or Secret("")
    except CredentialsUnavailableError as unavailable:
        _log.info("The key %s is not taken from the keyring: %s", name, unavailable)
        return Secret("")
