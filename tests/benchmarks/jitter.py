"""V7 of the performance page: what is lost of a reply that comes at real pace over a bad link."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass
from uuid import uuid4

from desktop_app.engine.inputs import PromptTyped
from desktop_app.link.messages import Phase
from tests.benchmarks.figures import Figure, Spread
from tests.benchmarks.gateway_peer import CHUNK_MS
from tests.benchmarks.rig import Rig
from tests.benchmarks.voice import Notes, opener, peer

REPLY_S = float(os.environ.get("PARLEY_BENCH_SECONDS", "20"))
REPLIES = 3
_PERIOD_MS = 10
_START_GOAL_MS = 60.0


@dataclass(frozen=True)
class Link:
    """How much later than on time chunks come.

    Attributes:
        spread_ms: Standard deviation of each chunk's lateness.
        burst_share: How many chunks wait for ``burst_ms`` besides.
        lost_goal_ms: Silence that is allowed in a minute of speech.
    """

    name: str
    spread_ms: float
    burst_share: float
    burst_ms: float
    lost_goal_ms: float

    def times_s(self, seed: int) -> list[float]:
        """When each chunk of one reply leaves; none overtakes another."""
        random_of = random.Random(seed)
        times: list[float] = []
        for number in range(round(REPLY_S * 1000 / CHUNK_MS)):
            late_ms = abs(random_of.gauss(0, self.spread_ms))
            if random_of.random() < self.burst_share:
                late_ms += self.burst_ms
            at_s = (number * CHUNK_MS + late_ms) / 1000
            times.append(max(at_s, times[-1]) if times else at_s)
        return times


LINKS = (
    Link("good link", 0.0, 0.0, 0.0, 0.0),
    Link("mild jitter", 15.0, 0.01, 120.0, 40.0),
    Link("rough jitter", 40.0, 0.02, 300.0, 100.0),
)


@dataclass(frozen=True)
class Heard:
    """One reply at the card, in milliseconds."""

    start: float
    silence: float
    lateness: float


async def figures() -> list[Figure]:
    """Each link beside a player that begins at once and never waits."""
    return [await _figure(link) for link in LINKS]


async def _figure(link: Link) -> Figure:
    heard: list[Heard] = []
    async with peer() as (notes, url), Rig().running(opener(url)) as rig:
        for seed in range(REPLIES):
            heard.append(await _reply(rig, notes, link.times_s(seed)))
    known = heard[1:] or heard  # of the first reply nobody knows the link: it pays its lateness
    minutes = len(known) * REPLY_S / 60
    lost = sum(one.silence for one in known) / minutes
    naive = sum(one.lateness for one in known) / minutes
    starts = [one.start for one in heard]
    is_met = lost <= link.lost_goal_ms and (link.spread_ms > 0 or max(starts) <= _START_GOAL_MS)
    return Figure(
        "V7",
        f"silence in a minute of speech on a known link, {link.name}",
        "ms",
        Spread.of([one.silence for one in heard]),
        f"<= {link.lost_goal_ms:.0f} ms a minute" + ("" if link.spread_ms else ", start <= 60 ms"),
        is_met,
        None,
        {
            "lost_ms_per_minute": lost,
            "naive_queue_ms_per_minute": naive,
            "oracle_ms_per_minute": 0.0,
            "first_reply_ms": heard[0].silence,
            "start_ms": ", ".join(f"{start:.0f}" for start in starts),
            "silence_ms": ", ".join(f"{one.silence:.0f}" for one in heard),
        },
    )


async def _reply(rig: Rig, notes: Notes, times_s: list[float]) -> Heard:
    card = rig.card.output()
    before = len(card.periods)
    rig.engine.take(PromptTyped(str(uuid4()), json.dumps({"at_s": times_s})))
    await rig.turn()
    await rig.phase(Phase.LISTENING)
    periods = list(card.periods.since(before))
    sounding = [at for at, one in enumerate(periods) if one.has_sound]
    inside = periods[sounding[0] : sounding[-1] + 1]
    silence = sum(not one.has_sound for one in inside) * _PERIOD_MS
    start = (periods[sounding[0]].done_s - notes.next_sent_s()) * 1000
    return Heard(start, silence, _most_late_ms(times_s))


def _most_late_ms(times_s: list[float]) -> float:
    """What who begins with the first chunk must wait for in all (performance page, section 4)."""
    on_time = [times_s[0] + number * CHUNK_MS / 1000 for number in range(len(times_s))]
    return max(at - due for at, due in zip(times_s, on_time, strict=True)) * 1000
