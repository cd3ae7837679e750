"""What is on screen comes first, and memory has an end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop_app.ui.gallery import thumbnail_supply
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply


class Studio:
    """A supply whose pictures are made when the test lets them."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.ways = 0
        self.gate = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.supply = ThumbnailSupply(
            Path("/j"),
            Path("/c"),
            self._worker,
            self._run,
            "x",
            make=self._make,
            measure=lambda path: 4.8 if path.suffix == ".mp4" else 0.0,
        )
        self.supply.use_size(10, 1)

    def _make(self, path: Path, _cache: Path, side: int, _radius: float) -> QImage:
        self.made.append(path.name)
        return QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)

    async def _worker(self, call):
        self.ways += 1
        await self.gate.wait()
        return call()

    def _run(self, work, name: str) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work(), name=name))

    async def finish(self) -> None:
        self.gate.set()
        while any(not task.done() for task in self.tasks):
            await asyncio.gather(*self.tasks)


@pytest.fixture
def arrived(qapp):
    return []


async def test_what_is_no_longer_on_screen_is_not_made(arrived, monkeypatch):
    monkeypatch.setattr(thumbnail_supply, "MOMENT_S", 0)
    studio = Studio()
    studio.supply.arrived.connect(lambda paths: arrived.extend(sorted(paths)))
    studio.supply.want(["a", "b", "c", "d"])
    await asyncio.sleep(0)  # the first ones are on their way
    studio.supply.want(["y", "z"])
    await studio.finish()
    assert studio.made == ["a", "y", "z"]
    assert arrived == ["a", "y", "z"]
    assert studio.supply.image("c") is None
    assert studio.supply.image("z").width() == 10


async def test_what_takes_but_a_moment_goes_one_way_to_the_worker(monkeypatch):
    monkeypatch.setattr(thumbnail_supply, "MOMENT_S", 60)
    studio = Studio()
    studio.supply.want(["a", "b", "c", "d"])
    await studio.finish()
    assert (studio.made, studio.ways) == (["a", "b", "c", "d"], 1)


async def test_what_is_there_is_not_made_again():
    studio = Studio()
    studio.supply.want(["a", "b"])
    await studio.finish()
    studio.supply.want(["a", "b"])
    await studio.finish()
    assert studio.made == ["a", "b"]


async def test_another_size_is_made_anew_and_one_that_came_too_late_is_dropped():
    studio = Studio()
    studio.supply.want(["a"])
    await asyncio.sleep(0)
    studio.supply.use_size(20, 1)
    await studio.finish()
    assert studio.supply.image("a") is None
    studio.supply.want(["a"])
    await studio.finish()
    assert studio.supply.image("a").width() == 20


async def test_what_is_wanted_in_another_size_while_it_is_made_comes_in_that_size():
    studio = Studio()
    studio.supply.want(["a"])
    await asyncio.sleep(0)
    studio.supply.use_size(20, 1)
    studio.supply.want(["a"])
    await studio.finish()
    assert studio.supply.image("a").width() == 20


async def test_what_was_seen_longest_ago_goes_when_memory_is_full(monkeypatch):
    monkeypatch.setattr(thumbnail_supply, "MEMORY_BYTES", 3 * 400)
    studio = Studio()
    studio.supply.want(["a", "b", "c"])
    await studio.finish()
    studio.supply.image("a")
    studio.supply.want(["d"])
    await studio.finish()
    held = [name for name in "abcd" if studio.supply.image(name) is not None]
    assert held == ["a", "c", "d"]


async def test_what_is_wanted_again_stays_though_it_was_seen_longest_ago(monkeypatch):
    monkeypatch.setattr(thumbnail_supply, "MEMORY_BYTES", 3 * 400)
    studio = Studio()
    studio.supply.want(["a", "b", "c"])
    await studio.finish()
    studio.supply.want(["a", "d"])
    await studio.finish()
    assert [name for name in "abcd" if studio.supply.image(name) is not None] == ["a", "c", "d"]


async def test_what_is_near_never_pushes_out_what_is_on_screen(monkeypatch):
    monkeypatch.setattr(thumbnail_supply, "MEMORY_BYTES", 3 * 400)
    studio = Studio()
    studio.supply.want(["a", "b", "c", "d", "e"])
    await studio.finish()
    assert [name for name in "abcde" if studio.supply.image(name) is not None] == ["a", "b", "c"]


async def test_what_is_only_near_waits_for_the_frame_that_shows_what_is_seen(monkeypatch):
    monkeypatch.setattr(thumbnail_supply, "MOMENT_S", 60)
    studio = Studio()
    studio.supply.want(["a", "b", "c", "d"], 2)
    await studio.finish()
    assert (studio.made, studio.ways) == (["a", "b", "c", "d"], 2)
    studio.supply.want(["b", "c", "e"], 2)  # nothing that is seen is missing
    await studio.finish()
    assert (studio.made[4:], studio.ways) == (["e"], 3)


async def test_what_is_seen_next_does_not_wait_for_that_frame(monkeypatch):
    monkeypatch.setattr(thumbnail_supply, "FRAME_S", 60)
    studio = Studio()
    studio.gate.set()
    studio.supply.want(["a", "b"], 1)
    async with asyncio.timeout(5):
        while studio.made != ["a"]:  # noqa: ASYNC110 - a worker does not tell
            await asyncio.sleep(0)
        studio.supply.want(["c"], 1)
        await studio.finish()
    assert studio.made == ["a", "c"]


async def test_what_was_made_together_is_told_together(arrived):
    studio = Studio()
    studio.supply.arrived.connect(arrived.append)
    studio.supply.want(["a", "b", "c"])
    await studio.finish()
    assert arrived == [{"a", "b", "c"}]


async def test_how_long_a_video_is_comes_with_its_picture_and_stays(arrived):
    studio = Studio()
    lengths = {}
    studio.supply.arrived.connect(
        lambda paths: lengths.update({path: studio.supply.length_s(path) for path in paths})
    )
    studio.supply.want(["a.png", "b.mp4"])
    assert studio.supply.length_s("b.mp4") == 0
    await studio.finish()
    assert lengths == {"a.png": 0, "b.mp4": 4.8}
    studio.supply.use_size(20, 1)
    assert studio.supply.length_s("b.mp4") == 4.8
