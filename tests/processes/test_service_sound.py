"""Who is told to delete sound."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from desktop_app.processes.service_sound import forgetting
from desktop_app.profiles import find_profile
from desktop_app.settings import Settings


@pytest.mark.parametrize(("name", "asked"), [("embedded", [60.0]), ("backboard", [])])
async def test_the_service_on_this_computer_alone_is_told_what_to_forget(name, asked):
    told: list[float] = []

    class Connection:
        async def api(self):
            return SimpleNamespace(recordings=SimpleNamespace(forget=self.forget))

        async def forget(self, older_than_s: float) -> None:
            told.append(older_than_s)

    await forgetting(find_profile(Settings(), name), Connection())(60.0)
    assert told == asked
