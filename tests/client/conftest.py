"""A client on its scripted server; waiting between tries is noted and costs no time."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from tests.fakes.backboard import ScriptedBackboard


@pytest.fixture
async def backboard() -> AsyncIterator[ScriptedBackboard]:
    async with ScriptedBackboard().running() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
async def api(backboard: ScriptedBackboard, pauses: list[float]) -> AsyncIterator[BackboardApi]:
    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    address = ApiAddress(backboard.base_url + "/", "secret")
    async with BackboardApi(address, sleep=sleep) as opened:
        yield opened
