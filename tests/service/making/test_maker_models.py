"""What pictures and videos are made with is asked once in a while."""

from __future__ import annotations

import asyncio

from desktop_app.service.making import maker_models
from desktop_app.service.making.maker_models import FRESH_S, MakerModels
from tests.fakes.pictures import ScriptedPictureMaker


class CountingMaker(ScriptedPictureMaker):
    """Counts how often it is asked; ``is_late`` never answers."""

    asked = 0
    is_late = False

    async def models(self):
        self.asked += 1
        if self.is_late:
            await asyncio.Event().wait()
        return await super().models()


async def test_names_are_kept_for_a_while():
    at_s = 0.0
    models, maker = MakerModels(lambda: at_s), CountingMaker()
    for _ in range(3):
        assert await models.names(maker) == ("brush", "big-brush")
    assert maker.asked == 1
    at_s = FRESH_S
    await models.names(maker)
    assert maker.asked == 2


async def test_another_maker_of_the_same_name_is_asked_itself():
    models = MakerModels()
    await models.names(CountingMaker())
    other = CountingMaker(model="pen")
    assert await models.names(other) == ("pen", "big-brush")


async def test_a_maker_that_is_late_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(maker_models, "PATIENCE_S", 0)
    maker = CountingMaker()
    maker.is_late = True
    assert await MakerModels().names(maker) == ()
