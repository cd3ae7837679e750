"""Which registration of a chat backend answers a session: contract section 1, resolution order."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from desktop_app.errors import AppError, InputError
from desktop_app.service.gateway.answering.client_wishes import names_provider
from desktop_app.service.gateway.backend_client import BackendClient
from desktop_app.service.gateway.gateway_config import BackendConfig, LlmConfig
from desktop_app.service.gateway.session_plan import WantedBackend
from desktop_app.service.gateway.state.state import State
from desktop_app.service.provider_failures import provider_failures

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
        tasks: Each is made by a task there, however long somebody waits for it.
    """

    def __init__(
        self,
        config: BackendConfig,
        llm: LlmConfig,
        client: BackendClient,
        state: State,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._config = config
        self._llm = llm
        self._client = client
        self._state = state
        self._tasks = tasks
        self._making: dict[str, asyncio.Task[str | AppError]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

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

        Who is cancelled stops waiting; it is still made, and who asks next has it.

        Raises:
            AppError
        """
        key = self._key(llm)
        made = await asyncio.shield(self._making.get(key) or self._begin(key, llm))
        if isinstance(made, AppError):
            raise made
        return Registration(made, llm)

    async def renewed(self, forgotten: Registration) -> Registration | None:
        """A new one in place of one that the backend has forgotten; None where it was not ours.

        Raises:
            AppError
        """
        if forgotten.llm is None:
            return None
        key = self._key(forgotten.llm)
        async with self._locks.setdefault(key, asyncio.Lock()):
            if await self._state.read(key) == forgotten.id:  # else another turn was faster
                await self._state.remove(key)
        return await self.of(forgotten.llm)

    def stop(self) -> None:
        """Give up what is being made."""
        for task in list(self._making.values()):
            task.cancel()

    def _begin(self, key: str, llm: LlmConfig) -> asyncio.Task[str | AppError]:
        task = self._tasks.create_task(self._make(key, llm), name="registration")
        self._making[key] = task
        return task

    async def _make(self, key: str, llm: LlmConfig) -> str | AppError:
        """Its id, or why there is none: a task that raises would end the others."""
        try:
            with provider_failures("backend.broken", "The registration failed unexpectedly."):
                async with self._locks.setdefault(key, asyncio.Lock()):
                    known = await self._state.read(key)
                    if known is None:
                        known = await self._client.register(llm)
                        await self._state.write(key, known, keep_s=KEEP_S)
                    return known
        except AppError as error:
            return error
        finally:
            del self._making[key]

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


@asynccontextmanager
async def open_registrations(
    config: BackendConfig, llm: LlmConfig, client: BackendClient, state: State
) -> AsyncIterator[Registrations]:
    """See ``Registrations``; what is still being made when the block ends is given up."""
    async with asyncio.TaskGroup() as tasks:
        registrations = Registrations(config, llm, client, state, tasks)
        try:
            yield registrations
        finally:
            registrations.stop()


def _as_llm(wanted: WantedBackend) -> LlmConfig:
    return LlmConfig(
        wanted.provider, wanted.api_key, wanted.model, wanted.base_url, wanted.system_prompt
    )


def _with_prompt(llm: LlmConfig, prompt: str) -> LlmConfig:
    return LlmConfig(llm.provider, llm.api_key, llm.model, llm.base_url, prompt)
