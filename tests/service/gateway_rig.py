"""A voice gateway of its own on a loopback port, set up as an operator does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
from websockets.asyncio.client import connect

from desktop_app.service.gateway.gateway_config import read_gateway_config
from desktop_app.service.gateway.serving.gateway_server import open_gateway
from desktop_app.service.provider_source import OpenProviders
from desktop_app.service.providers.open import Providers, open_providers
from desktop_app.service.providers.ports import Recall
from tests.fakes.providers import ScriptedProviders
from tests.service.conftest import LIMIT_S, Socket

TOKEN = "a-token-of-some-length"


@dataclass
class GatewayRig:
    """A running gateway and its clients."""

    voice: str
    http: httpx.AsyncClient
    providers: ScriptedProviders = field(default_factory=ScriptedProviders)

    @asynccontextmanager
    async def socket(self, query: str = f"?token={TOKEN}", **options) -> AsyncIterator[Socket]:
        async with connect(self.voice + query, max_size=None, **options) as connection:
            yield Socket(connection)

    async def metrics(self) -> dict[str, float]:
        """What `/metrics` says, by name and labels."""
        answer = await self.http.get("/metrics")
        rows = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (row.rsplit(" ", 1) for row in rows)}


@asynccontextmanager
async def gateway(
    variables: Mapping[str, str] | None = None,
    providers: ScriptedProviders | None = None,
    *,
    session_s: float | None = None,
) -> AsyncIterator[GatewayRig]:
    """A gateway with these variables.

    Args:
        variables: As of the environment.
        providers: In place of those that the variables name.
        session_s: How long a socket may live, where an operator could not set so little.
    """
    config = read_gateway_config({"GATEWAY_TOKEN": TOKEN} | dict(variables or {}))

    if session_s is not None:
        config = replace(config, limits=replace(config.limits, session_s=session_s))

    async def real(recall: Recall) -> Providers:
        return await open_providers(config.providers, recall)

    open_them: OpenProviders = providers.open if providers else real
    async with open_gateway(config, "127.0.0.1", 0, open_them) as addresses:
        base = httpx.URL(addresses.test).copy_with(path="/")
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=LIMIT_S) as http:
            yield GatewayRig(addresses.voice, http, providers or ScriptedProviders())
