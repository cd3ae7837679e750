"""The waterfall of a turn: where the time between the last word and the answer went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.journal.records import TurnTimes


class BarName(StrEnum):
    """What a person waits for, in order."""

    END_OF_TURN = "end_of_turn"
    TRANSCRIPT = "transcript"
    FIRST_WORD = "first_word"
    FIRST_SOUND = "first_sound"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the waterfall: milliseconds from the user's last word."""

    name: BarName
    start_ms: int
    length_ms: int


def bars_of(times: TurnTimes) -> tuple[Bar, ...]:
    """The bars that are known, end to start; a moment out of order gives an empty bar."""
    moments = (
        (BarName.END_OF_TURN, times.commit),
        (BarName.TRANSCRIPT, times.transcript),
        (BarName.FIRST_WORD, times.first_text),
        (BarName.FIRST_SOUND, times.first_sound),
    )
    start = _start(times)
    bars: list[Bar] = []
    before = start
    for name, moment in moments:
        if moment is None or start is None or before is None:
            continue
        if name is BarName.END_OF_TURN and times.speech_end is None:
            continue  # a typed message has no end of speech to wait for
        length_ms = max(0, round((moment - before) * 1000))
        bars.append(Bar(name, round((before - start) * 1000), length_ms))
        before = max(before, moment)
    return tuple(bars)


def to_first_word_s(times: TurnTimes) -> float | None:
    """Seconds from the user's last word (or Enter) to the first word of the reply."""
    start = _start(times)
    if start is None or times.first_text is None:
        return None
    return max(0.0, times.first_text - start)


def _start(times: TurnTimes) -> float | None:
    return times.commit if times.speech_end is None else times.speech_end
