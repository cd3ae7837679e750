"""The far end in step with the microphone: clocks are numbers here."""

from __future__ import annotations

import pytest

from desktop_app.audio.far_end import FAR_FRAME_BYTES, FarEnd

SILENCE = bytes(FAR_FRAME_BYTES)
LATENCY_S = 0.2


def frame(number: int) -> bytes:
    return bytes([number % 255 + 1]) * FAR_FRAME_BYTES


class Card:
    """Takes 20 ms at a time, which sound ``latency_s`` later."""

    def __init__(self, latency_s: float = LATENCY_S) -> None:
        self.far_end = FarEnd()
        self.far_end.begin()
        self.latency_s = latency_s
        self.taken = 0

    def takes(self, now_s: float, count: int = 1) -> None:
        """``count`` frames, the first of which is to sound ``latency_s`` from now."""
        for number in range(count):
            until_s = now_s + self.latency_s + (number + 1) * 0.02
            self.far_end.put(memoryview(frame(self.taken)), until_s)
            self.taken += 1

    def sounded_s(self, pcm: bytes, first_s: float = 0.0) -> float:
        """When a frame began to sound, if frame 0 was taken at ``first_s``."""
        return first_s + (pcm[0] - 1) * 0.02 + self.latency_s


def converse(card: Card, frames: int, *, mic_late_s: float = 0.0) -> list[float]:
    """How far each frame handed out lies ahead of the microphone's frame, in seconds."""
    ahead = []
    for number in range(frames):
        now_s = number * 0.02
        card.takes(now_s)
        far = card.far_end.take(now_s - mic_late_s)
        if far != SILENCE:
            ahead.append(card.sounded_s(far) - (now_s - mic_late_s - 0.02))
    return ahead


def test_nobody_wants_it_and_nothing_is_kept():
    far_end = FarEnd()
    far_end.put(memoryview(frame(0)), 0.1)
    assert far_end.take(0.1) == SILENCE
    far_end.begin()
    far_end.put(memoryview(frame(1)), 0.1)
    far_end.end()
    far_end.put(memoryview(frame(2)), 0.2)
    far_end.begin()
    assert far_end.take(0.2) == SILENCE


@pytest.mark.parametrize("latency_s", [0.0, 0.01, 0.05, 0.2, 0.4])
def test_what_is_handed_out_sounds_with_the_frame_or_a_little_later(latency_s):
    card = Card(latency_s)
    ahead = converse(card, 200)
    assert len(ahead) > 180
    assert all(-0.02 <= one <= 0.3 for one in ahead)
    assert card.far_end.realigned == 1


def test_sound_is_handed_out_whole_and_in_order():
    card = Card()
    heard = []
    for number in range(100):
        card.takes(number * 0.02)
        heard.append(card.far_end.take(number * 0.02))
    sounding = b"".join(far for far in heard if far != SILENCE)
    assert sounding in b"".join(frame(number) for number in range(100))
    assert len(sounding) > 80 * FAR_FRAME_BYTES


def test_a_card_that_takes_much_at_once_leaves_no_holes():
    card = Card()
    holes = []
    for number in range(200):
        now_s = number * 0.02
        if number % 5 == 0:
            card.takes(now_s, 5)
        holes.append(card.far_end.take(now_s) == SILENCE)
    assert not any(holes[20:])


def test_a_card_that_stops_leaves_silence_and_is_found_again():
    card = Card()
    converse(card, 50)
    for number in range(50, 100):
        last = card.far_end.take(number * 0.02)
    assert last == SILENCE
    card.taken = 0
    ahead = []
    for number in range(100, 200):
        card.takes(number * 0.02)
        far = card.far_end.take(number * 0.02)
        if far != SILENCE:
            ahead.append(card.sounded_s(far, 2.0) - (number - 1) * 0.02)
    assert len(ahead) > 80
    assert all(-0.02 <= one <= 0.3 for one in ahead)


def test_clocks_that_drift_apart_are_set_anew():
    card = Card()
    ahead = []
    for number in range(100):
        card.takes(number * 0.02)
        if number % 5:  # the microphone loses every fifth frame
            far = card.far_end.take(number * 0.02)
            ahead.append(card.sounded_s(far) - (number - 1) * 0.02 if far != SILENCE else 0.0)
    assert card.far_end.realigned > 1
    assert min(ahead) > -0.2


def test_one_late_frame_changes_nothing():
    card = Card()
    converse(card, 50)
    card.takes(1.0)
    card.far_end.take(0.2)
    for number in range(51, 80):
        card.takes(number * 0.02)
        card.far_end.take(number * 0.02)
    assert card.far_end.realigned == 1
