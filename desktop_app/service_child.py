"""The embedded service as a child process, and a note of where it listens for other commands."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from desktop_app.children import Child, start_child
from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.lines import ServiceAddresses
from desktop_app.engine.service_keeper import ServiceAddress
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


def starter(
    folder: Path, language: Callable[[], LanguageSettings]
) -> Callable[[], Awaitable[Child]]:
    """How a ``ServiceKeeper`` starts the service; every start makes a new key."""

    async def start() -> Child:
        key = secrets.token_urlsafe(32)
        environment = {**service_environment(language()), "PARLEY_SERVICE_KEY": key}
        child = await start_child(
            ["serve", "--data", str(folder)], environment=environment, name="service"
        )
        _leave_note(folder / NOTE, child.greeting)
        return child

    return start


def running_service(folder: Path) -> ServiceAddress | None:
    """Where the service of another Parley on this folder listens, if it left a note."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return ServiceAddress(note["api"], note["voice"], note["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def both_doors(address: ServiceAddress) -> ServiceAddresses:
    """The address as the client takes it."""
    return ServiceAddresses(
        ApiAddress(address.api, address.key), GatewayAddress(address.voice, address.key)
    )


def remove_note(folder: Path) -> None:
    """The service is ending: nobody shall look for it there."""
    (folder / NOTE).unlink(missing_ok=True)


def _leave_note(path: Path, greeting: dict[str, object]) -> None:
    """For this user's eyes only: it holds the key."""
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(greeting, file)
    new.replace(path)
