"""``parley serve``: one service process, told by flags and environment, ended with its parent."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from desktop_app.children import on_parent_end, say_to_parent
from desktop_app.credentials import Credentials
from desktop_app.logs import loop_exception_handler, start_logging
from desktop_app.paths import find_paths
from desktop_app.service.provider_source import OpenProviders, Providers
from desktop_app.service.providers.ports import Recall
from desktop_app.service.server import Place, RunningService, open_service
from desktop_app.service.stop_signals import end_from_thread, stop_on_signals

KEY_VARIABLE = "PARLEY_SERVICE_KEY"


def serve(*, host: str = "127.0.0.1", port: int = 0, data: Path | None = None) -> int:
    """Serve until a signal, or until the parent that asked to be watched is gone.

    Returns:
        The exit code.

    Raises:
        AppError: It cannot start.
    """
    paths = find_paths(os.environ)
    start_logging(paths.logs, "service")
    _warn_on_stderr()
    place = Place(
        data=data or paths.data,
        key=os.environ.get(KEY_VARIABLE) or secrets.token_urlsafe(32),
        host=host,
        port=port,
    )
    try:
        asyncio.run(run_service(place, providers_from(os.environ), environment=os.environ))
    except KeyboardInterrupt:
        return 0
    return 0


async def run_service(
    place: Place, open_providers: OpenProviders, *, environment: Mapping[str, str] | None = None
) -> None:
    """Announce the addresses on stdout and serve until told to stop.

    Args:
        place: Where to listen, and the data.
        open_providers: What answers, hears and speaks.
        environment: Says whether there is a parent whose end is ours; None says there is none.

    Raises:
        InputError, StorageError: It cannot start.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(loop_exception_handler())  # logged: nobody looks at a service
    stop_on_signals(loop, stop)
    on_parent_end(lambda: end_from_thread(loop, stop), environment=environment or {})
    async with open_service(place, open_providers) as running:
        _announce(running)
        await stop.wait()


def _warn_on_stderr() -> None:
    """Who runs the service by hand reads there, and a parent keeps the last line."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)


def providers_from(environment: Mapping[str, str]) -> OpenProviders:
    """How to open the providers that the environment names."""

    async def open_them(recall: Recall) -> Providers:
        # Imported behind the announcement, off the loop: it takes longer than all the rest.
        await asyncio.to_thread(__import__, "desktop_app.service.providers.open")
        from desktop_app.service.providers.config import KEYRING_WITHIN_S, read_config
        from desktop_app.service.providers.open import open_providers

        credentials = Credentials(answer_within_s=KEYRING_WITHIN_S)
        return await open_providers(await read_config(environment, credentials), recall)

    return open_them


def _announce(running: RunningService) -> None:
    addresses, aside = running.addresses, running.store.database.set_aside
    told = {"api": addresses.api, "voice": addresses.voice, "key": addresses.key}
    say_to_parent(told | ({"set_aside": aside.name} if aside else {}))
