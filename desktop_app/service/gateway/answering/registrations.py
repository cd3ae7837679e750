"""Which registration of a chat backend answers a session: contract section 1, resolution order."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass
from weakref import WeakValueDictionary

from desktop_app.errors import InputError
from desktop_app.service.gateway.answering.client_wishes import names_provider
from desktop_app.service.gateway.backend_client import BackendClient
from desktop_app.service.gateway.gateway_config import BackendConfig, LlmConfig
from desktop_app.service.gateway.session_plan import WantedBackend
from desktop_app.service.gateway.state.state import State

KEEP_S = 86_400


@dataclass(frozen=True, slots=True)
class Registration:
    """One of them.

    Attributes:
        llm: What it was made with, so that it can be made again; None for one that was named.
    """

    id: str
    llm: LlmConfig | None = None


class Registrations:
    """Finds registrations, makes those that are missing, and remembers what it made.

    Args:
        config: The backend, and the operator's own registration.
        llm: What the operator registers with.
        client: Asks the backend.
        state: Remembers ids, by a hash of what they were made with.
    """

    def __init__(
        self, config: BackendConfig, llm: LlmConfig, client: BackendClient, state: State
    ) -> None:
        self._config = config
        self._llm = llm
        self._client = client
        self._state = state
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def check(self, wanted: WantedBackend) -> None:
        """Whether there is, or could be, one for a session; nobody is asked.

        Raises:
            InputError: ``backend.no_registration``
        """
        self._chosen(wanted)

    async def find(self, wanted: WantedBackend) -> Registration:
        """The one for a session.

        Raises:
            InputError: ``backend.no_registration``
            AppError: The backend, or what remembers, failed.
        """
        chosen = self._chosen(wanted)
        return chosen if isinstance(chosen, Registration) else await self.of(chosen)

    def _chosen(self, wanted: WantedBackend) -> Registration | LlmConfig:
        """One that is there, or the settings with which one is made."""
        if wanted.registration_id:
            return Registration(wanted.registration_id)
        if names_provider(wanted):
            return _as_llm(wanted)
        if wanted.system_prompt and self._llm:
            return _with_prompt(self._llm, wanted.system_prompt)
        if self._config.registration_id and not wanted.system_prompt:
            return Registration(self._config.registration_id)
        if self._llm and not wanted.system_prompt:
            return self._llm
        raise InputError(
            "backend.no_registration",
            "The chat backend needs a backend.registration_id for this session.",
        )

    async def of(self, llm: LlmConfig) -> Registration:
        """The one made with these settings, remembered or new.

        Raises:
            AppError
        """
        key = self._key(llm)
        async with self._making.setdefault(key, asyncio.Lock()):
            known = await self._state.read(key)
            if known is None:
                known = await self._client.register(llm)
                await self._state.write(key, known, keep_s=KEEP_S)
        return Registration(known, llm)

    async def renewed(self, forgotten: Registration) -> Registration | None:
        """A new one in place of one that the backend has forgotten; None where it was not ours.

        Raises:
            AppError
        """
        if forgotten.llm is None:
            return None
        key = self._key(forgotten.llm)
        async with self._making.setdefault(key, asyncio.Lock()):
            if await self._state.read(key) == forgotten.id:  # else another turn was faster
                await self._state.remove(key)
        return await self.of(forgotten.llm)

    def _key(self, llm: LlmConfig) -> str:
        parts = (
            self._config.base_url,
            llm.provider,
            llm.model,
            llm.base_url,
            hashlib.sha256(llm.api_key.reveal().encode()).hexdigest(),
            llm.system_prompt,
        )
        return "registration:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _as_llm(wanted: WantedBackend) -> LlmConfig:
    return LlmConfig(
        wanted.provider, wanted.api_key, wanted.model, wanted.base_url, wanted.system_prompt
    )


def _with_prompt(llm: LlmConfig, prompt: str) -> LlmConfig:
    return LlmConfig(llm.provider, llm.api_key, llm.model, llm.base_url, prompt)
