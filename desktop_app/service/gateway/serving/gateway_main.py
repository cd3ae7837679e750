"""``parley serve --gateway``: one gateway process, set up by flags, environment and ``.env``."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_app.children import on_parent_end, say_to_parent
from desktop_app.logs import log_to_stderr, loop_exception_handler
from desktop_app.service.gateway.gateway_config import (
    GatewayConfig,
    check_exposure,
    environment_with_file,
    read_gateway_config,
)
from desktop_app.service.gateway.serving.gateway_server import GatewayAddresses, open_gateway
from desktop_app.service.provider_source import OpenProviders, Providers
from desktop_app.service.providers.ports import Recall
from desktop_app.service.stop_signals import end_from_thread, stop_on_signals

DEFAULT_PORT = 8000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GatewayFlags:
    """What the command line says.

    Attributes:
        port: 0 takes any free one.
        env_file: Variables that the environment does not name; None for ``.env``, if it is there.
        lets_everybody_in: Beyond this computer no token is needed.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    env_file: Path | None = None
    lets_everybody_in: bool = False


def serve_gateway(flags: GatewayFlags) -> int:
    """Serve until a signal, or until the parent that asked to be watched is gone.

    Returns:
        The exit code.

    Raises:
        AppError: It cannot start.
    """
    environment = environment_with_file(os.environ, flags.env_file)
    lets_in = flags.lets_everybody_in
    config = read_gateway_config(
        environment, lambda config: check_exposure(config, flags.host, lets_everybody_in=lets_in)
    )
    log_to_stderr()
    try:
        asyncio.run(_run(config, flags, environment))
    except KeyboardInterrupt:
        return 0
    return 0


async def _run(config: GatewayConfig, flags: GatewayFlags, environment: Mapping[str, str]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(loop_exception_handler())
    stop_on_signals(loop, stop)
    on_parent_end(lambda: end_from_thread(loop, stop), environment=environment)
    async with open_gateway(config, flags.host, flags.port, _providers_of(config)) as addresses:
        _announce(addresses)
        _log.info("The gateway listens at %s", addresses.voice)
        await stop.wait()
    _log.info("The gateway has ended")


def _providers_of(config: GatewayConfig) -> OpenProviders:
    async def open_them(recall: Recall) -> Providers:
        # Imported behind the announcement, off the loop: it takes longer than all the rest.
        await asyncio.to_thread(__import__, "desktop_app.service.providers.open")
        from desktop_app.service.providers.open import open_providers

        return await open_providers(config.providers, recall)

    return open_them


def _announce(addresses: GatewayAddresses) -> None:
    say_to_parent({"voice": addresses.voice, "test": addresses.test})
