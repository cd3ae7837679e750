"""What is known of a model, and how often it is asked for."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.runs import model_rows
from desktop_app.service.runs.model_rows import FRESH_S, ModelRows
from tests.fakes.providers import ScriptedLanguage


class Listed(ScriptedLanguage):
    """Counts how often its catalogue is read; ``is_stuck`` never answers."""

    asked = 0
    is_stuck = False
    names: tuple[str, ...] = ("Parrot", "Owl")

    async def models(self):
        self.asked += 1
        if self.is_stuck:
            await asyncio.Event().wait()
        return [ModelInfo(name=name, provider="scripted") for name in self.names]


class Hands:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("default", "asked", "found"),
    [
        ("parrot", "", "Parrot"),
        ("parrot", "OWL", "Owl"),
        ("parrot", "cuckoo", None),
        ("cuckoo", "", None),
        ("", "", "Parrot"),
    ],
)
async def test_a_row_is_found_by_name_in_either_case(default, asked, found):
    row = await ModelRows().find(Listed(model=default), asked)
    assert (row and row.name) == found


async def test_rows_are_read_once_in_a_while():
    clock, language = Hands(), Listed()
    rows = ModelRows(clock)
    for now in (0.0, FRESH_S - 1, FRESH_S, FRESH_S + 1):
        clock.now = now
        await rows.find(language, "")
    assert language.asked == 2


async def test_a_server_that_took_anothers_place_is_asked_again():
    rows, before, after = ModelRows(), Listed(), Listed()
    await rows.find(before, "")
    await rows.find(after, "")
    assert (before.asked, after.asked) == (1, 1)


async def test_a_server_without_models_yet_is_asked_again():
    rows, language = ModelRows(), Listed()
    language.names = ()
    assert await rows.find(language, "") is None
    language.names = ("parrot",)
    assert await rows.find(language, "") is not None


async def test_a_server_that_does_not_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(model_rows, "PATIENCE_S", 0.0)
    language = Listed()
    language.is_stuck = True
    assert await ModelRows().find(language, "") is None


async def test_old_rows_serve_while_a_server_does_not_answer(monkeypatch):
    clock, language = Hands(), Listed()
    rows = ModelRows(clock)
    await rows.find(language, "")
    monkeypatch.setattr(model_rows, "PATIENCE_S", 0.0)
    clock.now, language.is_stuck = FRESH_S, True
    assert (await rows.find(language, "owl")) is not None
