"""The floor of V2: a card in a process of its own that is given silence, and nothing else.

What it misses is the machine's. For every line of input it says when, in monotonic seconds.
"""

from __future__ import annotations

import gc
import json
import sys

from desktop_app.audio.devices import Direction
from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.sound_stream import StreamRequest
from tests.benchmarks.card import TickingStream
from tests.benchmarks.priority import take_priority

_PERIOD_MS = 10


def main() -> None:
    """Tick until the input ends."""
    take_priority()

    def on_wanted(outdata: memoryview, *_: object) -> None:
        outdata[:] = bytes(len(outdata))

    request = StreamRequest(Direction.OUTPUT, SPEECH_RATE_HZ, _PERIOD_MS, on_wanted, lambda: None)
    card = TickingStream(request)
    gc.freeze()
    seen = 0
    for _ in sys.stdin:
        until = len(card.periods)
        missed = [one.due_s for one in card.periods.since(seen) if card.is_missed(one)]
        sys.stdout.write(json.dumps({"missed_at_s": missed, "periods": until - seen}) + "\n")
        sys.stdout.flush()
        seen = until
    card.stop()


if __name__ == "__main__":
    main()
