"""A video goes to the disk as it comes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.client.video_file import video_file

LIMIT_S = 5


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for piece in given:
        yield piece


def sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.iterdir()]


async def test_what_came_is_on_the_disk_with_its_size_and_name(tmp_path: Path):
    made = await video_file(pieces(b"a" * 700_000, b"b" * 700_000, b"c"), tmp_path / "new" / "one")
    content = made.path.read_bytes()
    assert content == b"a" * 700_000 + b"b" * 700_000 + b"c"
    assert (made.size_bytes, made.sha256) == (1_400_001, hashlib.sha256(content).hexdigest())
    assert made.path.stat().st_mode & 0o077 == 0


async def test_most_of_it_is_on_the_disk_before_the_rest_comes(tmp_path: Path):
    """It is written by the piece, so that no more than one of them is ever held."""
    is_asked, may_end = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield bytes(1 << 20)
        is_asked.set()
        await may_end.wait()

    writing = asyncio.create_task(video_file(slowly(), tmp_path))
    async with asyncio.timeout(LIMIT_S):
        await is_asked.wait()
        assert sizes(tmp_path) == [8 << 20]
        may_end.set()
        assert (await writing).size_bytes == 8 << 20


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_what_does_not_come_to_its_end_leaves_no_file(tmp_path: Path, is_cancelled: bool):
    has_begun, never = asyncio.Event(), asyncio.Event()

    async def broken() -> AsyncIterator[bytes]:
        yield bytes(2 << 20)
        has_begun.set()
        if is_cancelled:
            await never.wait()
        raise ConnectionError

    writing = asyncio.create_task(video_file(broken(), tmp_path))
    async with asyncio.timeout(LIMIT_S):
        await has_begun.wait()
        if is_cancelled:
            writing.cancel()
        with pytest.raises((ConnectionError, asyncio.CancelledError)):
            await writing
    assert sizes(tmp_path) == []


async def test_it_is_durable_before_anybody_keeps_it(tmp_path: Path, monkeypatch):
    synced: list[tuple[int, bool]] = []
    fsync = os.fsync

    def noted(number: int) -> None:
        fsync(number)
        is_elsewhere = threading.current_thread() is not threading.main_thread()
        synced.append((os.fstat(number).st_size, is_elsewhere))

    monkeypatch.setattr(os, "fsync", noted)
    await video_file(pieces(b"a" * (2 << 20), b"end"), tmp_path)
    assert synced == [((2 << 20) + 3, True)]
