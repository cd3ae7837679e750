"""One window for one folder."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from desktop_app.ui.raise_server import listen
from desktop_app.ui.single_instance import SingleInstance


def test_the_second_claim_on_a_folder_fails(tmp_path: Path):
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.claim()
    assert not second.claim()
    first.release()
    assert second.claim()
    second.release()


def test_a_lock_left_by_a_killed_process_is_taken_over(tmp_path: Path):
    script = (
        "import pathlib, sys\n"
        "from desktop_app.ui.single_instance import SingleInstance\n"
        "instance = SingleInstance(pathlib.Path(sys.argv[1]))\n"
        "print(instance.claim(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"True"
        instance = SingleInstance(tmp_path)
        assert not instance.claim()
        other.kill()
        other.wait()
    assert not instance.raise_first(within_s=0.1)
    assert instance.claim()
    instance.release()


async def test_a_second_start_raises_the_first(tmp_path: Path):
    instance, raised = SingleInstance(tmp_path), asyncio.Event()
    server = await listen(instance.address, raised.set)
    async with server:
        assert await asyncio.to_thread(SingleInstance(tmp_path).raise_first)
        assert raised.is_set()


async def test_a_stranger_raises_nothing(tmp_path: Path):
    instance, raised = SingleInstance(tmp_path), asyncio.Event()
    async with await listen(instance.address, raised.set):
        known = instance.address.read_text()
        instance.address.write_text(known.replace('token": "', 'token": "x'))
        assert not await asyncio.to_thread(SingleInstance(tmp_path).raise_first, 0.2)
        assert not raised.is_set()


def test_where_nothing_can_be_written_no_other_window_is_blamed(tmp_path):
    """On a full disk the window opens, says so, and goes on once there is room."""
    instance = SingleInstance(tmp_path / "nowhere")
    assert instance.claim()
    instance.release()
