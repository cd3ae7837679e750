"""Voice sockets that one core of the embedded service holds, and what they cost.

What else runs on the machine is measured along: how long service and load waited for their cores is
told beside. ``PARLEY_BENCH_REALTIME=1`` gives both a real-time priority, which keeps others away.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.figures import Figure, Spread, percentile, waited_for_core_s
from tests.benchmarks.priority import take_priority
from tests.benchmarks.voice_load import Measured, speak

SECONDS = float(os.environ.get("PARLEY_BENCH_SECONDS", "12"))
ADDED_MS = 20.0
SOCKETS = (1, 20, 50, 200)
STEPS = (300, 400, 500, 600, 800, 1000, 1300, 1600, 2000)
"""Tried one after another, until a reply comes too late."""


@dataclass(frozen=True)
class Load:
    """One number of sockets."""

    sockets: int
    seen: Measured
    cpu_share: float
    memory: int
    waited_share: float
    load_waited_share: float

    def added_ms(self, share: float, alone_ms: float) -> float:
        """What the others add to the time to the first sound."""
        return percentile(self.seen.first_sound_ms, share) - alone_ms

    @property
    def load_late_ms(self) -> float:
        """How late the load itself was, of 99 in 100 milliseconds of its clock."""
        return percentile([*self.seen.late_ms, *[0.0] * self.seen.on_time], 0.99)

    @property
    def cpu_ms(self) -> float:
        """CPU per socket and second."""
        return self.cpu_share * 1000 / self.sockets


async def figures() -> list[Figure]:
    """The goal's 200 sockets, the growth from 20 to 200, and how many it can be."""
    take_priority()  # the service inherits it
    loads = [await _load(count) for count in SOCKETS]
    alone_ms = percentile(loads[0].seen.first_sound_ms, 0.5)
    held = loads[-1]
    for count in STEPS:
        if not _is_held(held, alone_ms):
            break
        loads.append(await _load(count))
        held = loads[-1]
    most = max((one.sockets for one in loads if _is_held(one, alone_ms)), default=0)
    _print(loads, alone_ms)
    return [_goal(loads, alone_ms, most), _growth(loads)]


def _is_held(load: Load, alone_ms: float) -> bool:
    return load.seen.broken == 0 and load.added_ms(0.99, alone_ms) < ADDED_MS


def _goal(loads: list[Load], alone_ms: float, most: int) -> Figure:
    at = next(load for load in loads if load.sockets == SOCKETS[-1])
    return Figure(
        "S5",
        f"{at.sockets} voice sockets on one core: added to the first sound",
        "ms",
        Spread.of([value - alone_ms for value in at.seen.first_sound_ms]),
        f"p99 < {ADDED_MS:.0f} ms",
        _is_held(at, alone_ms),
        Spread.of(loads[0].seen.first_sound_ms),
        {
            "floor_is": "one socket alone",
            "p50": at.added_ms(0.5, alone_ms),
            "p99": at.added_ms(0.99, alone_ms),
            "cpu_share": at.cpu_share,
            "turns": at.seen.turns,
            "waited_share": at.waited_share,
            "load_waited_share": at.load_waited_share,
            "most_sockets": most,
            "load_late_p99_ms": at.load_late_ms,
        },
    )


def _growth(loads: list[Load]) -> Figure:
    few, many = (next(one for one in loads if one.sockets == n) for n in (20, 200))
    base = loads[0].memory
    return Figure(
        "S5",
        "CPU per socket and second, 200 sockets against 20",
        "ms",
        Spread.of([many.cpu_ms]),
        "<= 1.3 x",
        many.cpu_ms <= 1.3 * few.cpu_ms,
        Spread.of([few.cpu_ms]),
        {
            "kib_per_session_at_20": (few.memory - base) / 1024 / (few.sockets - 1),
            "kib_per_session_at_200": (many.memory - base) / 1024 / (many.sockets - 1),
        },
    )


def _print(loads: list[Load], alone_ms: float) -> None:
    sys.stdout.write("\nsockets  turns  cut off  core  waited   p50 added  p99 added  load late\n")
    for one in loads:
        sys.stdout.write(
            f"{one.sockets:7}  {one.seen.turns:5}  {one.seen.broken:7}  {one.cpu_share:4.0%}"
            f"  {one.waited_share:6.1%}  {one.added_ms(0.5, alone_ms):10.1f}"
            f"  {one.added_ms(0.99, alone_ms):9.1f}  {one.load_late_ms:9.1f}\n"
        )
    sys.stdout.write("\n")


async def _load(sockets: int) -> Load:
    """A fresh service for each, so that none pays for another."""
    async with _service() as (url, ask):
        port = urlsplit(url).port
        assert port is not None
        await speak(url, port, 1, 1.0)  # what the first client of a process loads
        before, waited_s = await ask(), waited_for_core_s()
        asking = asyncio.create_task(_ask_later(ask, SECONDS * 0.8))
        seen = await speak(url, port, sockets, SECONDS)
        memory = int((await asking)["memory"])
        after, waited_s = await ask(), waited_for_core_s() - waited_s
    used = {name: (float(after[name]) - float(before[name])) / SECONDS for name in after}
    return Load(
        sockets, seen, used["cpu_s"], memory, used["waited_s"], load_waited_share=waited_s / SECONDS
    )


async def _ask_later(ask: Any, after_s: float) -> dict[str, Any]:
    await asyncio.sleep(after_s)
    answer: dict[str, Any] = await ask()
    return answer


@asynccontextmanager
async def _service() -> AsyncIterator[tuple[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.service_process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def ask() -> dict[str, Any]:
        stdin.write(b"\n")
        answer: dict[str, Any] = json.loads(await stdout.readline())
        return answer

    _keep_to_the_other_core()
    try:
        yield json.loads(await stdout.readline())["url"], ask
    finally:
        process.kill()
        await process.wait()


def _keep_to_the_other_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = os.sched_getaffinity(0)
        if len(cores) > 1:
            os.sched_setaffinity(0, cores - {min(cores)})
