"""The engine's side of V2: plays one long reply on a card that keeps time, linked to a window.

Takes the peer's URL. Says where its link is; for every line of input, when the card missed a period
or was silent since the last one, in monotonic seconds, and how many periods it had.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import Iterator
from uuid import uuid4

from desktop_app.engine.inputs import PromptTyped
from desktop_app.link.messages import Connection, LinkEvent, Phase, Welcome
from desktop_app.link.server import LinkServer
from tests.benchmarks.priority import take_priority
from tests.benchmarks.rig import Rig
from tests.benchmarks.voice import opener

TOKEN = "bench"
_CHUNKS_PER_S = 25
_LONGEST_S = 3_600  # ten minutes of each case, and their starts


async def main(url: str) -> None:
    """Play until the input ends."""
    take_priority()
    server = LinkServer(TOKEN, lambda _intent: None, snapshot)
    port = await server.start()
    async with Rig(server.publish).running(opener(url)) as rig:
        gc.collect()
        gc.freeze()  # as the engine's process does, and before anything is to be heard
        wish = {"chunks": _LONGEST_S * _CHUNKS_PER_S, "paced": True}
        rig.engine.take(PromptTyped(str(uuid4()), json.dumps(wish)))
        await rig.phase(Phase.SPEAKING)
        _say({"link": f"127.0.0.1:{port}", "token": TOKEN})
        await _count_each_span(rig)
    await server.aclose()


async def _count_each_span(rig: Rig) -> None:
    """For every line of input: what the card missed since the last one."""
    card = rig.card.output()
    seen = len(card.periods)
    while await asyncio.to_thread(sys.stdin.readline):
        until = len(card.periods)
        span = list(card.periods.since(seen))
        missed = [one.due_s for one in span if card.is_missed(one) or not one.has_sound]
        silent = sum(not one.has_sound for one in span)
        _say({"missed_at_s": missed, "silent": silent, "periods": len(span)})
        seen = max(until, len(card.periods))


def snapshot() -> Iterator[LinkEvent]:
    """What a window that comes is told first."""
    yield Welcome("bench", "bench", Phase.READY, Connection.READY, "embedded")


def _say(row: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
