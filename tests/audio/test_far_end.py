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


def distances(card: Card, at_s: list[float]) -> list[float]:
    """How far what is handed out with frames of those times lies ahead of them, where it does."""
    handed = [(card.far_end.take(one), one - 0.02) for one in at_s]
    return [card.sounded_s(far) - start_s for far, start_s in handed if far != SILENCE]


def test_frames_that_come_at_once_after_a_stall_do_not_move_it():
    card = Card()
    before = converse(card, 50)[-1]
    for number in range(50, 65):
        card.takes(number * 0.02)
    distances(card, [64 * 0.02] * 15)
    card.takes(65 * 0.02)
    assert distances(card, [65 * 0.02]) == pytest.approx([before])
    assert card.far_end.realigned == 1
    assert card.far_end.lost == 0


def test_frames_that_found_nothing_are_made_up_for_when_the_card_comes_late():
    card = Card()
    before = converse(card, 50)[-1]
    distances(card, [number * 0.02 for number in range(50, 65)])
    for number in range(50, 66):
        card.takes(number * 0.02)
    assert distances(card, [65 * 0.02]) == pytest.approx([before])
    assert card.far_end.realigned == 1


def test_a_card_that_is_late_now_and_then_is_not_taken_for_one_that_takes_less_ahead():
    card = Card()
    before = converse(card, 50)[-1]
    for begin in range(50, 200, 50):
        distances(card, [number * 0.02 for number in range(begin, begin + 15)])
        for number in range(begin, begin + 16):
            card.takes(number * 0.02)
        assert distances(card, [(begin + 15) * 0.02]) == pytest.approx([before])
        for number in range(begin + 16, begin + 50):
            card.takes(number * 0.02)
            card.far_end.take(number * 0.02)
    assert (card.far_end.realigned, card.far_end.lost) == (1, 0)


def test_what_a_silenced_card_never_sounded_is_taken_back():
    card = Card()
    before = converse(card, 50)[-1]
    card.taken, card.latency_s = 100, 0.02  # started again, with an empty buffer
    card.takes(1.0, 10)
    ahead = []
    for number in range(50, 100):
        far = card.far_end.take(number * 0.02)
        if far != SILENCE and far[0] > 100:
            ahead.append((far[0] - 101) * 0.02 + 1.02 - (number - 1) * 0.02)
        card.far_end.put(memoryview(frame(card.taken)), 1.24 + (number - 50) * 0.02)
        card.taken += 1
    assert ahead == pytest.approx([before] * len(ahead))
    assert len(ahead) > 40
    assert card.far_end.realigned == 1


def test_a_card_that_takes_less_ahead_than_before_is_followed():
    card = Card()
    converse(card, 50)
    card.taken, card.latency_s = 0, 0.02
    handed = []
    for number in range(50, 150):
        card.takes(number * 0.02)
        handed.append(card.far_end.take(number * 0.02))
    assert not any(far == SILENCE for far in handed[50:])
    assert card.far_end.lost == 1


def test_a_card_that_ran_dry_leaves_a_hole_as_long_as_it_was_silent():
    card = Card()
    before = converse(card, 50)[-1]
    card.taken += 10
    holes = 0
    for number in range(50, 100):
        if number >= 60:
            card.takes(number * 0.02)
        far = card.far_end.take(number * 0.02)
        holes += far == SILENCE
        if far != SILENCE:
            assert card.sounded_s(far) - (number - 1) * 0.02 == pytest.approx(before)
    assert holes == 10
    assert card.far_end.lost == 0


def test_a_distance_that_was_lost_is_counted():
    card = Card()
    converse(card, 50)
    for number in range(50, 100):
        card.takes(number * 0.02)
        if number >= 75:  # half a second of the microphone is gone
            card.far_end.take(number * 0.02)
    assert card.far_end.lost == 1


def test_a_card_that_began_anew_is_followed_to_what_it_says_once_it_knows():
    card = Card()
    before = converse(card, 50)[-1]
    ahead = []
    for number in range(50, 100):
        card.latency_s = LATENCY_S + (0.06 if number < 55 else 0.08)
        card.takes(number * 0.02)
        far = card.far_end.take(number * 0.02)
        if far != SILENCE and number > 75:
            ahead.append(card.sounded_s(far) - (number - 1) * 0.02)
    assert ahead == pytest.approx([before] * len(ahead), abs=0.001)
    assert ahead
