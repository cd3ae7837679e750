"""V5 and V8 of the performance page, and the waterfall of the built-in loop."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import msgspec

from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.audio.level import rms
from desktop_app.audio.wav import read_wav
from desktop_app.children import start_child
from desktop_app.client.addresses import GatewayAddress
from desktop_app.client.gateway_transport import GatewayTransport, open_gateway
from desktop_app.engine.inputs import PromptTyped, ReplyStopped
from desktop_app.journal.records import TurnTimes
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import ConfigureSession
from tests.benchmarks.figures import Figure, Spread, percentile
from tests.benchmarks.rig import END_SILENCE_MS, Rig

ROOT = Path(__file__).parents[2]
PERIOD_MS = 10.0
QUIETEST_VOICE = 60.0
"""The turn detector's own bound, about -55 dBFS."""

QUESTIONS = (
    "resources/demo/ten_miles_in_kilometers.wav",
    "resources/demo/remember_green.wav",
    "resources/demo/favorite_color.wav",
    "tests/sounds/square_root_of_one_hundred.wav",
    "tests/sounds/one_hundred_divided_by_four.wav",
)


def _floor_of_waits(count: int) -> list[float]:
    """The wait for the next tick alone: uniform over a period."""
    return [random.uniform(0, PERIOD_MS) for _ in range(count)]


async def stopping(stops: int = 24) -> list[Figure]:
    """V5: own stop -> silence at the card."""
    wish = json.dumps({"chunks": 100, "paced": False})
    taken: list[float] = []
    old_sound = 0
    async with peer() as (_, url), Rig().running(opener(url)) as rig:
        for _ in range(stops):
            rig.engine.take(PromptTyped(str(uuid4()), wish))
            await rig.phase(Phase.SPEAKING)
            await asyncio.sleep(0.3 + random.uniform(0, PERIOD_MS / 1000))
            card = rig.card.output()
            stopped_s = time.monotonic()
            rig.engine.take(ReplyStopped())
            await rig.phase(Phase.LISTENING)
            await asyncio.sleep(0.1)
            after = [one for one in card.periods if one.done_s > stopped_s]
            first = next(number for number, one in enumerate(after) if not one.has_sound)
            taken.append((after[first].done_s - stopped_s) * 1000)
            old_sound += sum(one.has_sound for one in after[first:])
            await rig.turn()
    within = percentile(taken, 0.9) <= PERIOD_MS + 0.5
    return [
        Figure(
            "V5",
            "stop -> silence at the card, 10 ms periods",
            "ms",
            Spread.of(taken),
            "<= one period, nothing of the old reply after",
            within and old_sound == 0,
            Spread.of(_floor_of_waits(stops)),
            {"old_periods_after": old_sound, "p90": percentile(taken, 0.9)},
        )
    ]


async def built_in_loop() -> list[Figure]:
    """V8: end of speech -> first sample of the spoken answer, whoever ends the utterance."""
    return [
        await _loop("built-in loop: last word -> first sound", is_peer_ending=False),
        await _loop("the same, the service ends utterances", is_peer_ending=True),
    ]


async def _loop(what: str, *, is_peer_ending: bool, rounds: int = 2) -> Figure:
    turns: list[TurnTimes] = []
    rig = Rig(is_peer_ending=is_peer_ending)
    async with _service() as url, rig.running(opener(url)):
        for question in QUESTIONS * rounds:
            card, pcm = rig.card.input(), read_wav(ROOT / question) + bytes(FRAME_BYTES)
            before = len(card.said_s)
            card.speak(pcm)
            times = await rig.turn()
            last_voiced_s = card.said_s[before + last_voiced(pcm)]
            turns.append(msgspec.structs.replace(times, speech_end=last_voiced_s))
            await rig.phase(Phase.LISTENING)
    _print_waterfall(what, turns)
    over = [ms_between(one.speech_end, one.first_sound) - END_SILENCE_MS for one in turns]
    finals = [ms_between(one.commit, one.transcript) for one in turns if one.commit is not None]
    return Figure(
        "V8",
        f"{what}, over the silence",
        "ms",
        Spread.of(over),
        "p50 <= 250 ms",
        percentile(over, 0.5) <= 250,
        Spread.of(finals) if finals else None,
        {"floor_is": "the recogniser's final transcript"},
    )


def last_voiced(pcm: bytes) -> int:
    """Number of the last frame in which somebody speaks."""
    frames = (pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES))
    return max(at for at, frame in enumerate(frames) if rms(frame) > QUIETEST_VOICE)


def _print_waterfall(what: str, turns: Sequence[TurnTimes]) -> None:
    sys.stdout.write(f"\n{what}: ms after the last voiced sample (median of turns)\n")
    for stage in ("commit", "transcript", "first_text", "first_audio", "first_sound", "reply_end"):
        at_s = [(one.speech_end, getattr(one, stage)) for one in turns]
        taken = [ms_between(start, end) for start, end in at_s if end is not None]
        if not taken:
            continue  # who ends utterances is not told
        spread = Spread.of(taken)
        bar = "#" * round(spread.median / 50)
        sys.stdout.write(f"  {stage:12} {spread.median:7.0f}  {bar}\n")
    sys.stdout.write("\n")


def ms_between(start_s: float | None, end_s: float | None) -> float:
    """Milliseconds from one monotonic second to another, both of which are known."""
    assert start_s is not None
    assert end_s is not None
    return (end_s - start_s) * 1000


def opener(url: str, key: str = "") -> Opener:
    """Opens the voice line at this address."""
    return Opener(GatewayAddress(url, key))


class Opener:
    """Opens the voice line at a fixed address."""

    def __init__(self, address: GatewayAddress) -> None:
        self._address = address

    async def __call__(self, configuration: ConfigureSession) -> GatewayTransport:
        return await open_gateway(self._address, configuration)


class Notes:
    """What the peer wrote down, line by line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def next_sent_s(self) -> float:
        """When the first chunk of the next reply left the peer."""
        return self.sent_s()[0]

    def sent_s(self) -> list[float]:
        """When the first chunk of each reply since the last look left the peer."""
        return [row["sent_s"] for row in self._more() if "sent_s" in row]

    def arrivals_s(self) -> dict[int, float]:
        """When each frame of the microphone came since the last look, by its first sample."""
        return {row["block"]: row["at_s"] for row in self._more() if "block" in row}

    def _more(self) -> Iterator[dict[str, float]]:
        for line in self._path.read_text().splitlines()[self._read :]:
            self._read += 1
            yield json.loads(line)


@asynccontextmanager
async def peer(chunks: int = 5) -> AsyncIterator[tuple[Notes, str]]:
    """The scripted gateway in its own process: its notes and its URL.

    Args:
        chunks: How long it answers an utterance.
    """
    program = [sys.executable, "-m", "tests.benchmarks.gateway_peer"]
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        child = await start_child([str(notes), str(chunks)], program=program, name="peer")
        try:
            yield Notes(notes), child.greeting["url"]
        finally:
            await child.aclose()


@asynccontextmanager
async def _service() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PARLEY_LOCAL_MODELS": "off", "PARLEY_DATA_DIR": folder}
        child = await start_child(["serve"], environment=environment)
        try:
            yield f"{child.greeting['voice']}?token={child.greeting['key']}"
        finally:
            await child.aclose()
