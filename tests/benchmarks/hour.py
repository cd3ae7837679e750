"""V9 of the performance page: what an hour of conversation leaves in memory."""

from __future__ import annotations

import asyncio
import json
import sys

from tests.benchmarks.figures import Figure, Spread
from tests.benchmarks.voice import ROOT, peer

_MIB = 1 << 20
_GOAL_MIB = 5.0


async def figures() -> list[Figure]:
    """In a process of its own, so that nothing else grows in it."""
    async with peer(chunks=125) as (_, url):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.hour_process", url),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    row = json.loads(output)
    grown = (row["late"] - row["early"]) / _MIB
    return [
        Figure(
            "V9",
            "memory grown in an hour of conversation, 12 times as fast",
            "MiB",
            Spread.of([grown]),
            f"<= {_GOAL_MIB:.0f} MiB, no queue over its bound",
            grown <= _GOAL_MIB and not row["missed"] and not row["dropped_blocks"],
            Spread.of([row["early"] / _MIB]),
            {
                "floor_is": "the process after six minutes of it",
                "turns_missed": row["missed"],
                "microphone_blocks_dropped": row["dropped_blocks"],
            },
        )
    ]
