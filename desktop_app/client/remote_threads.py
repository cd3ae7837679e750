"""Which thread of the server stands behind a thread of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from desktop_app.client.errors import NotFoundError
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.assistants import Assistant, NewAssistant
from desktop_app.protocol.backboard.threads import Thread
from desktop_app.protocol.commands import Answerer

ASSISTANT_NAME = "Parley"


class Shelf(Protocol):
    """Where the pairs are remembered: the journal."""

    async def setting(self, key: str) -> str | None: ...

    async def set_setting(self, key: str, value: str) -> None: ...


class AllOfShelf(Protocol):
    """The same, looked through."""

    async def settings(self, beginning: str) -> Mapping[str, str]: ...


class AssistantCalls(Protocol):
    """What is needed of ``api.assistants``."""

    async def page(self, *, limit: int = 100, name: str = "") -> list[Assistant]: ...

    async def create(self, assistant: NewAssistant) -> Assistant: ...


class ThreadCalls(Protocol):
    """What is needed of ``api.threads``."""

    async def create(self, assistant_id: str) -> Thread: ...


class ThreadApi(Protocol):
    """The few calls of the Backboard API that this needs."""

    @property
    def assistants(self) -> AssistantCalls: ...

    @property
    def threads(self) -> ThreadCalls: ...


AnswererOf = Callable[[str], Awaitable[Answerer]]
"""Says who answers in a thread of ours."""


class RemoteThreads:
    """Finds, or makes, the server's thread for ours. One profile, one instance.

    Our ids are made offline; the server gives its own. A pair is made once and remembered under
    the profile, so that the same thread can live with several servers. At a server a thread belongs
    to one assistant for good: ours has one there for each assistant that was chosen for it.

    Args:
        answerer_of: Who answers in a thread; without it, Parley's own assistant.

    Attributes:
        made: The server's ids of those that were made here, in this run.
    """

    def __init__(self, shelf: Shelf, profile: str, answerer_of: AnswererOf | None = None) -> None:
        self._shelf = shelf
        self._profile = profile
        self._answerer_of = answerer_of
        self._making = asyncio.Lock()
        self.made: set[str] = set()

    @property
    def profile(self) -> str:
        """Name of the service."""
        return self._profile

    async def remote_id(self, thread_id: str, api: ThreadApi) -> str:
        """The server's id of this thread; creates assistant and thread where needed.

        Raises:
            NetworkError, AccessError
            InputError: ``assistant.gone``: the thread's assistant is not there any more.
        """
        whose = await self._assistant_of(thread_id)
        key = self._key(thread_id, whose)
        known = await self._shelf.setting(key)
        if known:
            return known
        async with self._making:
            known = await self._shelf.setting(key)
            if known:
                return known
            thread = await self._create(api, whose)
            self.made.add(thread.thread_id)
            await self._shelf.set_setting(key, thread.thread_id)
            return thread.thread_id

    async def known_id(self, thread_id: str) -> str:
        """The server's id of this thread, or empty where it has none; nothing is created."""
        key = self._key(thread_id, await self._assistant_of(thread_id))
        return await self._shelf.setting(key) or ""

    async def adopt(self, remote_id: str, assistant_id: str = "") -> str:
        """Know a thread that the server has; ours gets the same id, which is returned.

        Args:
            assistant_id: Whose it is; empty for Parley's own.
        """
        await self._shelf.set_setting(self._key(remote_id, assistant_id), remote_id)
        return remote_id

    async def pairs(self, shelf: AllOfShelf) -> dict[str, str]:
        """Our ids of the server's threads that are known, by the server's.

        Args:
            shelf: Where the pairs are remembered.
        """
        beginning = f"thread:{self._profile}:"
        known = await shelf.settings(beginning)
        ours = ((key.removeprefix(beginning).partition(":")[0], one) for key, one in known.items())
        return {remote_id: thread_id for thread_id, remote_id in ours if remote_id}

    async def remote_ids(self, thread_id: str, shelf: AllOfShelf) -> list[str]:
        """All the server's threads behind ours, one for each assistant that it had there.

        Args:
            shelf: Where the pairs are remembered.
        """
        beginning = self._key(thread_id, "")
        known = await shelf.settings(beginning)
        return [one for key, one in known.items() if one and f"{key}:".startswith(f"{beginning}:")]

    async def forget(self, thread_id: str) -> None:
        """The server does not know its thread any more: make a new one at the next need."""
        key = self._key(thread_id, await self._assistant_of(thread_id))
        await self._shelf.set_setting(key, "")

    async def known_assistant_id(self) -> str:
        """The server's id of Parley's own assistant, or empty; nothing is asked or created."""
        return await self._shelf.setting(f"assistant:{self._profile}") or ""

    async def forget_assistant(self) -> None:
        """The server does not know Parley's assistant any more: find or make it anew."""
        await self._shelf.set_setting(f"assistant:{self._profile}", "")

    def _key(self, thread_id: str, assistant_id: str) -> str:
        key = f"thread:{self._profile}:{thread_id}"
        return f"{key}:{assistant_id}" if assistant_id else key

    async def _assistant_of(self, thread_id: str) -> str:
        if self._answerer_of is None:
            return ""
        return (await self._answerer_of(thread_id)).assistant_id

    async def _create(self, api: ThreadApi, chosen: str) -> Thread:
        if chosen:
            try:
                return await api.threads.create(chosen)
            except NotFoundError as error:
                raise InputError("assistant.gone") from error
        assistant_id = await self.assistant_id(api)
        try:
            return await api.threads.create(assistant_id)
        except NotFoundError:
            await self.forget_assistant()
            return await api.threads.create(await self.assistant_id(api))

    async def assistant_id(self, api: ThreadApi) -> str:
        """The server's id of Parley's own assistant, which is made where it is missing.

        Raises:
            NetworkError, AccessError
        """
        key = f"assistant:{self._profile}"
        known = await self._shelf.setting(key)
        if known:
            return known
        found = [
            one
            for one in await api.assistants.page(name=ASSISTANT_NAME)
            if one.name == ASSISTANT_NAME
        ]
        assistant = (
            found[0] if found else await api.assistants.create(NewAssistant(name=ASSISTANT_NAME))
        )
        await self._shelf.set_setting(key, assistant.assistant_id)
        return assistant.assistant_id
