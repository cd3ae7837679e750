"""Providers that open behind the service's start."""

from __future__ import annotations

import pytest

from desktop_app.errors import AppError
from desktop_app.service.provider_source import open_source
from tests.fakes.providers import ScriptedProviders


class NoRecall:
    async def remember(self, assistant_id, text):
        raise AssertionError

    search = forget = remember


async def test_a_broken_provider_is_an_error_for_those_who_need_it(caplog):
    async def break_down(_recall):
        raise ImportError("no such library")

    async with open_source(break_down, NoRecall()) as source:
        with pytest.raises(AppError, match="failed to start"):
            await source.get()
    assert "no such library" in caplog.text
    caplog.clear()


async def test_leaving_early_ends_an_opening_that_hangs():
    providers = ScriptedProviders()
    providers.may_open.clear()
    async with open_source(providers.open, NoRecall()):
        pass
