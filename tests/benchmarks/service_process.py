"""The real service with providers that answer at once, on one core, for the load of ``service``.

Says where it listens; for every line of input, what it has used: seconds of CPU, seconds that it
waited for its core, bytes of memory.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.service.providers.ports import Recall, TextDelta, Transcript
from desktop_app.service.server import Place, open_service
from tests.benchmarks.figures import waited_for_core_s
from tests.fakes.providers import ScriptedLanguage, ScriptedProviders, ScriptedStt, ScriptedTts

CHUNK = b"\x01\x00" * 960
"""40 ms at 24 kHz."""

CHUNKS = 25
_PIECES_PER_PARTIAL = 10  # five partials a second, as live recognisers give


class _Utterance:
    """Forgets what it hears; its transcript is in the order of a live recogniser's."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[Transcript | None] = asyncio.Queue()
        self._pieces = 0

    @property
    def has_room(self) -> bool:
        return True

    async def room(self) -> None:
        pass

    def feed(self, pcm: bytes) -> None:
        self._pieces += 1
        if self._pieces % _PIECES_PER_PARTIAL == 0:
            self._news.put_nowait(Transcript(f"word {self._pieces}", is_final=False))

    async def finish(self) -> None:
        self._news.put_nowait(Transcript("what time is it", is_final=True))
        self._news.put_nowait(None)

    async def transcripts(self) -> AsyncIterator[Transcript]:
        while (news := await self._news.get()) is not None:
            yield news

    async def aclose(self) -> None:
        self._news.put_nowait(None)


class _Ear(ScriptedStt):
    def open(self, *, language: str = "en") -> _Utterance:  # type: ignore[override]
        return _Utterance()


class _Mouth(ScriptedTts):
    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncIterator[bytes]:
        for _ in range(CHUNKS):
            yield CHUNK
            await asyncio.sleep(0)


class _Mind(ScriptedLanguage):
    async def reply(self, request):  # type: ignore[no-untyped-def]
        async for event in super().reply(request):
            yield event
        self.requests.clear()


@dataclass
class _Providers(ScriptedProviders):
    language: ScriptedLanguage = field(
        default_factory=lambda: _Mind(pieces=(TextDelta("It is noon, "), TextDelta("exactly.")))
    )
    stt: ScriptedStt = field(default_factory=_Ear)
    tts: ScriptedTts = field(default_factory=_Mouth)


async def main() -> None:
    """Serve until the input ends."""

    async def open_them(recall: Recall) -> _Providers:
        return _Providers(recall=recall)

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        place = Place(data=Path(folder), key="bench")
        async with open_service(place, open_them) as running:
            _say({"url": f"{running.addresses.voice}?token=bench"})
            while await asyncio.to_thread(sys.stdin.readline):
                used = {"cpu_s": time.process_time(), "waited_s": waited_for_core_s()}
                _say(used | {"memory": _memory()})


def _memory() -> int:
    """Bytes of this process that it shares with nobody and holds in memory."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _say(row: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
