"""The waterfall of a turn: where the time between the last word and the answer went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.journal.records import TurnTimes


class StageName(StrEnum):
    """What a person waits for, in order."""

    END_OF_TURN = "end_of_turn"
    TRANSCRIPT = "transcript"
    FIRST_WORD = "first_word"
    FIRST_SOUND = "first_sound"


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar of the waterfall: milliseconds from the user's last word."""

    name: StageName
    start_ms: int
    length_ms: int


def turn_stages(times: TurnTimes) -> tuple[Stage, ...]:
    """The stages that are known, end to start; a moment out of order gives an empty bar."""
    moments = (
        (StageName.END_OF_TURN, times.commit),
        (StageName.TRANSCRIPT, times.transcript),
        (StageName.FIRST_WORD, times.first_text),
        (StageName.FIRST_SOUND, times.first_sound),
    )
    start = _start(times)
    stages: list[Stage] = []
    before = start
    for name, moment in moments:
        if moment is None or start is None or before is None:
            continue
        if name is StageName.END_OF_TURN and times.speech_end is None:
            continue  # a typed message has no end of speech to wait for
        length_ms = max(0, round((moment - before) * 1000))
        stages.append(Stage(name, round((before - start) * 1000), length_ms))
        before = max(before, moment)
    return tuple(stages)


def to_first_word_s(times: TurnTimes) -> float | None:
    """Seconds from the user's last word (or Enter) to the first word of the reply."""
    start = _start(times)
    if start is None or times.first_text is None:
        return None
    return max(0.0, times.first_text - start)


def _start(times: TurnTimes) -> float | None:
    return times.commit if times.speech_end is None else times.speech_end
