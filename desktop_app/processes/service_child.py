"""The embedded service as a child process, and a note of where it listens for other commands."""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from desktop_app.children import Child, start_child
from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.service_connection import ServiceAddresses
from desktop_app.engine.service_keeper import ServiceAddress
from desktop_app.errors import ChildError
from desktop_app.private_notes import leave_note, read_note
from desktop_app.settings import LanguageSettings

NOTE = "service.json"


def service_environment(language: LanguageSettings) -> dict[str, str]:
    """What the settings mean to the service; what the environment already says stays."""
    wanted = {
        "PARLEY_LANGUAGE_URL": language.base_url,
        "PARLEY_LANGUAGE_MODEL": language.model,
        "PARLEY_LOCAL_MODELS": language.local_models,
    }
    return {name: value for name, value in wanted.items() if value and name not in os.environ}


class ServiceChild:
    """A running service: its process and where it listens."""

    def __init__(self, child: Child, address: ServiceAddress) -> None:
        self._child = child
        self.address = address
        self.set_aside = str(child.greeting.get("set_aside", ""))

    async def wait(self) -> int:
        """Return its exit code when it ends."""
        return await self._child.wait()

    async def aclose(self) -> None:
        """End it. Idempotent."""
        await self._child.aclose()


def starter(
    folder: Path, language: Callable[[], LanguageSettings], *, is_shared: bool = True
) -> Callable[[], Awaitable[ServiceChild]]:
    """How a ``ServiceKeeper`` starts the service; every start makes a new key.

    Args:
        folder: Its data.
        language: Settings, as they are at each start.
        is_shared: Other commands may use it; not that of a command that ends after its turn.
    """

    async def start() -> ServiceChild:
        key = secrets.token_urlsafe(32)
        environment = {**service_environment(language()), "PARLEY_SERVICE_KEY": key}
        child = await start_child(
            ["serve", "--data", str(folder)], environment=environment, name="service"
        )
        try:
            address = _address_in(child.greeting)
        except (KeyError, TypeError) as error:
            await child.aclose()
            raise ChildError(
                "child.unclear", "The service did not say where it listens.", name="service"
            ) from error
        if is_shared:
            note = {"api": address.api, "voice": address.voice, "key": address.key}
            leave_note(folder / NOTE, note)
        return ServiceChild(child, address)

    return start


def running_service(folder: Path) -> ServiceAddress | None:
    """Where the service of another Parley on this folder listens, if it left a note."""
    try:
        return _address_in(read_note(folder / NOTE))
    except (KeyError, TypeError):
        return None


def _address_in(greeting: dict[str, Any]) -> ServiceAddress:
    """What the service says of itself; KeyError or TypeError when it says less."""
    return ServiceAddress(greeting["api"], greeting["voice"], greeting["key"])


def both_doors(address: ServiceAddress) -> ServiceAddresses:
    """The address as the client takes it."""
    return ServiceAddresses(
        ApiAddress(address.api, address.key), GatewayAddress(address.voice, address.key)
    )


def remove_note(folder: Path) -> None:
    """The service is ending: nobody shall look for it there."""
    (folder / NOTE).unlink(missing_ok=True)
