"""One hour of spoken conversation with the card's clock twelve times as fast, and what it leaves.

Takes the peer's URL; prints the bytes of memory after the first tenth and at the end, and the
longest that each queue was.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path

from desktop_app.audio.wav import read_wav
from desktop_app.engine.sound_desk import ECHO_TAIL_S
from desktop_app.journal.records import TurnTimes
from desktop_app.link.messages import Phase
from tests.benchmarks.rig import Rig
from tests.benchmarks.voice import QUESTIONS, ROOT, opener

SPEED = 12.0
TURNS = 310
"""Of some 11.5 s each: a question, the silence after it, a reply and a moment."""

_MOMENT_S = ECHO_TAIL_S + 0.05
"""Until somebody asks again, by the clock on the wall: it counts for what rings in the room."""

_WARM = TURNS // 10


async def main(url: str) -> None:
    """Converse, then say what is left of it."""
    questions = [read_wav(ROOT / name) for name in QUESTIONS]
    early = 0
    missed = 0
    async with Rig(speed=SPEED).running(opener(url)) as rig:
        for number in range(TURNS):
            rig.card.input().speak(questions[number % len(questions)])
            missed += not await _turn(rig)
            await rig.phase(Phase.LISTENING)
            await asyncio.sleep(_MOMENT_S)
            for stream in (rig.card.input(), rig.card.output()):
                stream.forget()
            if number + 1 == _WARM:
                early = _memory()
        late = _memory()
        dropped = rig.microphone.dropped
    row = {"early": early, "late": late, "missed": missed, "dropped_blocks": dropped}
    sys.stdout.write(json.dumps(row) + "\n")


async def _turn(rig: Rig) -> TurnTimes | None:
    try:
        return await rig.turn()
    except TimeoutError:
        return None


def _memory() -> int:
    """Bytes that this process holds, its garbage collected."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
