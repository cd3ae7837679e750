"""Registrations that this gateway gives out: settings of a language model by an id."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Protocol

import msgspec

from desktop_app.errors import InputError
from desktop_app.protocol.gateway import BackendOptions
from desktop_app.service.gateway.session_plan import WantedBackend, wanted_backend
from desktop_app.service.gateway.state.memory_state import MemoryState
from desktop_app.service.gateway.state.state import State

DEFAULT_ID = "default"
"""The operator's own settings."""

KEEP_S = 30 * 86_400
KEEP_KEYS_S = 7 * 86_400


class Texts(Protocol):
    """The part of ``State`` that settings with a key are kept by."""

    async def read(self, key: str) -> str | None: ...
    async def write(self, key: str, text: str, *, keep_s: int) -> None: ...


class OwnRegistrations:
    """Makes and finds them.

    Args:
        state: Remembers settings without a key.
        with_keys: Remembers those with one, encrypted; None for this process alone, where they are
            written nowhere: another process answers that it does not know them.
    """

    def __init__(self, state: State, with_keys: Texts | None = None) -> None:
        self._state = state
        self._with_keys: Texts = with_keys or MemoryState()

    async def add(self, wanted: WantedBackend) -> str:
        """The id of these settings, the same for the same settings.

        Raises:
            AppError: ``state.unreachable``
        """
        fields = _fields(wanted)
        if not fields:
            return DEFAULT_ID
        text = json.dumps(fields, sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:32]
        if wanted.api_key:
            await self._with_keys.write(_key(name), text, keep_s=KEEP_KEYS_S)
        else:
            await self._state.write(_key(name), text, keep_s=KEEP_S)
        return name

    async def settings_of(self, asked: WantedBackend) -> WantedBackend:
        """What a session asks for; a prompt of its own goes before its registration's.

        Raises:
            InputError: ``backend.not_registered``
            AppError: ``state.unreachable``
        """
        if not asked.registration_id:
            return asked
        found = await self._find(asked.registration_id)
        return replace(found, system_prompt=asked.system_prompt or found.system_prompt)

    async def _find(self, name: str) -> WantedBackend:
        if name == DEFAULT_ID:
            return WantedBackend()
        found = await self._with_keys.read(_key(name)) or await self._state.read(_key(name))
        if found is None:
            raise InputError(
                "backend.not_registered", "This backend.registration_id is not known here."
            )
        return wanted_backend(msgspec.json.decode(found, type=BackendOptions))


def _fields(wanted: WantedBackend) -> dict[str, str]:
    given = {
        "provider": wanted.provider,
        "api_key": wanted.api_key.reveal(),
        "model": wanted.model,
        "base_url": wanted.base_url,
        "system_prompt": wanted.system_prompt,
    }
    return {name: value for name, value in given.items() if value}


def _key(name: str) -> str:
    return f"own-registration:{name}"
