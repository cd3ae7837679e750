"""The voice gateway as a service of its own: put together, on a socket, and ended cleanly."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.types import ASGIApp

from desktop_app.errors import AppError, InputError
from desktop_app.loopback import is_loopback_host
from desktop_app.service.gateway.answering.open_answers import open_answers
from desktop_app.service.gateway.answers import Answers
from desktop_app.service.gateway.gateway_config import GatewayConfig
from desktop_app.service.gateway.serving.gateway_guard import GatewayGuard
from desktop_app.service.gateway.serving.gateway_routes import VOICE_PATH, GatewayRoutes
from desktop_app.service.gateway.state.memory_state import MemoryState
from desktop_app.service.gateway.state.state import State
from desktop_app.service.http.error_answers import ERROR_ANSWERS
from desktop_app.service.http.guard import allowed_hosts
from desktop_app.service.listening import authority, bind, serving
from desktop_app.service.provider_source import OpenProviders, ProviderSource, open_source
from desktop_app.service.providers.ports import Recalled


@dataclass(frozen=True, slots=True)
class GatewayAddresses:
    """Where a running gateway is."""

    voice: str
    test: str


@asynccontextmanager
async def open_gateway(
    config: GatewayConfig, host: str, port: int, open_providers: OpenProviders
) -> AsyncIterator[GatewayAddresses]:
    """Serve until the block ends.

    Args:
        config: All that an operator sets.
        host: Where to listen.
        port: 0 takes any free one.
        open_providers: Who hears, speaks and, where no backend does, answers.

    Raises:
        InputError: ``service.port_taken``, ``service.address``, ``provider.bad_address`` or
            ``gateway.redis``.
    """
    with contextlib.closing(bind(host, port)) as listener:
        port = int(listener.getsockname()[1])
        async with (
            open_state(config.redis_url) as state,
            open_source(open_providers, NoRecall()) as source,
            open_answers(config, source, state) as answers,
        ):
            application = build_gateway(answers, source, config, hosts=_hosts(host, port))
            async with serving(application, listener, proxies=config.proxies):
                at = authority(host, port)
                yield GatewayAddresses(f"ws://{at}{VOICE_PATH}", f"http://{at}/test")


def build_gateway(
    answers: Answers, source: ProviderSource, config: GatewayConfig, *, hosts: tuple[str, ...]
) -> ASGIApp:
    """The gateway's routes and nothing else, behind its guard."""
    application = Starlette(
        routes=GatewayRoutes(answers, source, config.limits).routes(),
        exception_handlers=ERROR_ANSWERS,
    )
    application.router.redirect_slashes = False
    return GatewayGuard(application, config, hosts)


@asynccontextmanager
async def open_state(redis_url: str) -> AsyncIterator[State]:
    """What is remembered beyond one socket: in Redis where there is one, else here.

    Raises:
        InputError: ``gateway.redis``: it does not answer.
    """
    state: State = MemoryState()
    if redis_url:
        # Imported for a fleet alone: it takes a while.
        from desktop_app.service.gateway.state.redis_state import open_redis

        state = open_redis(redis_url)
    try:
        try:
            await state.check()
        except AppError as error:
            raise InputError("gateway.redis", "What REDIS_URL names does not answer.") from error
        yield state
    finally:
        await state.aclose()


class NoRecall:
    """Satisfies ``Recall``: a gateway has no memory beyond its conversations."""

    async def remember(self, assistant_id: str, text: str, *, thread_id: str = "") -> None:
        """See ``Recall``: turns of a gateway have their memory off."""
        raise InputError("memory.off", "Nothing is remembered here.")

    async def search(
        self,
        assistant_id: str,
        query: str,
        limit: int = 5,
        *,
        exclude_thread_turn: str | None = None,
    ) -> Sequence[Recalled]:
        """See ``Recall``."""
        return ()

    async def forget(self, assistant_id: str, query: str, *, thread_id: str = "") -> int:
        """See ``Recall``."""
        return 0


def _hosts(host: str, port: int) -> tuple[str, ...]:
    return allowed_hosts(host, port) if is_loopback_host(host) else ()
