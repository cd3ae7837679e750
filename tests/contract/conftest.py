"""One service per module with stand-in providers behind it, and whoever calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.contract.callers import OWN, SDK, open_caller
from tests.fakes.loop_thread import background
from tests.fakes.obedient_providers import ObedientProviders, obedient_providers
from tests.fakes.service import RealService, real_service


@pytest.fixture(scope="module")
def providers() -> Iterator[ObedientProviders]:
    with background(obedient_providers()) as running:
        yield running


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, providers: ObedientProviders
) -> Iterator[RealService]:
    with real_service(tmp_path_factory.mktemp("service"), providers.environment) as running:
        yield running


@pytest.fixture(params=[SDK, OWN])
async def caller(request: pytest.FixtureRequest, service: RealService) -> AsyncIterator[Any]:
    """The official SDK, unmodified, and our own client in its shape."""
    async with open_caller(request.param, service.api) as opened:
        yield opened


@pytest.fixture
async def sdk(service: RealService) -> AsyncIterator[Any]:
    async with open_caller(SDK, service.api) as opened:
        yield opened
