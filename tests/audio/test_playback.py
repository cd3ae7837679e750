"""What a card is given, with a card that ticks when the test says so."""

from __future__ import annotations

import math
import random
from array import array

import pytest

from desktop_app.audio.playback import Playback

BLOCK = 480
BLOCK_S = 0.01


def tone(seconds: float, amplitude: int = 8_000) -> bytes:
    count = int(24_000 * seconds)
    return array(
        "h", [int(amplitude * math.cos(at * math.tau * 400 / 24_000)) or 1 for at in range(count)]
    ).tobytes()


class Card:
    """A sound card of 10 ms periods on its own clock."""

    def __init__(self, latency_s: float = 0.0) -> None:
        self.now_s = 100.0
        self.playback = Playback(lambda: self.now_s)
        self.playback.latency_s = latency_s
        self.heard = bytearray()

    def tick(self, times: int = 1) -> bytes:
        heard = bytearray()
        for _ in range(times):
            out = bytearray(b"\xee" * BLOCK)
            self.playback.fill(memoryview(out))
            heard += out
            self.now_s += BLOCK_S
        self.heard += heard
        return bytes(heard)


def silent_ms_inside(pcm: bytes) -> float:
    samples = memoryview(pcm.strip(b"\0") + b"\0" * (len(pcm.strip(b"\0")) % 2)).cast("h")
    return sum(sample == 0 for sample in samples) / 24


def test_the_first_block_plays_in_the_next_period():
    card, pcm = Card(), tone(0.04)
    card.tick(5)
    card.playback.play(1, pcm)
    assert card.tick() == pcm[:BLOCK]
    assert card.playback.first_sound_s == pytest.approx(100.05)


def test_nothing_is_lost_or_changed_on_the_way():
    card, pcm = Card(), tone(1.0)
    for at in range(0, len(pcm), 1_921):
        card.playback.play(1, pcm[at : at + 1_921])
        card.tick()
    card.playback.finish(1)
    card.tick(200)
    assert bytes(card.heard).strip(b"\0") == pcm.strip(b"\0")
    assert card.playback.gaps == 0


def test_after_stop_no_sample_of_the_old_reply_is_given():
    card = Card()
    card.playback.play(1, tone(1.0))
    card.tick(10)
    card.playback.stop()
    assert card.tick(50) == bytes(50 * BLOCK)
    assert card.playback.level == 0.0
    assert card.playback.left_s == 0.0


def test_a_new_reply_after_stop_plays_from_its_first_sample():
    card, new = Card(), tone(0.5, amplitude=3_000)
    card.playback.play(1, tone(1.0))
    card.tick(10)
    card.playback.stop()
    card.playback.play(2, new)
    assert card.tick(3) == new[: 3 * BLOCK]
    assert card.playback.heard_ms == 30


def test_what_the_card_still_holds_does_not_count_as_heard():
    card = Card(latency_s=0.2)
    card.playback.play(1, tone(0.5))
    card.playback.finish(1)
    card.tick(30)
    assert card.playback.heard_ms == 100
    card.tick(20)
    assert card.playback.heard_ms == 300
    assert card.playback.is_sounding
    card.tick(20)
    assert card.playback.heard_ms == 500
    assert not card.playback.is_sounding


def test_the_delay_that_the_card_tells_counts_more_than_its_latency():
    card, out = Card(latency_s=0.05), memoryview(bytearray(BLOCK))
    card.playback.play(1, tone(1.0))
    for _ in range(40):
        card.playback.fill(out, 0.3)
        card.now_s += BLOCK_S
    assert card.playback.heard_ms == 100


def test_sound_in_the_card_goes_on_between_two_bursts_of_blocks():
    card = Card(latency_s=0.2)
    card.playback.play(1, tone(1.0))
    card.tick(40)
    card.now_s += 0.05
    assert card.playback.heard_ms == 250


def test_stop_freezes_what_was_heard():
    card = Card(latency_s=0.1)
    card.playback.play(1, tone(2.0))
    card.tick(50)
    card.playback.stop()
    card.tick(50)
    card.playback.stop()
    assert card.playback.heard_ms == 400


def test_a_new_turn_counts_from_its_own_first_sample():
    card = Card()
    card.playback.play(1, tone(0.1))
    card.playback.finish(1)
    card.playback.play(2, tone(0.1))
    card.tick(5)
    assert card.playback.heard_ms == 0
    assert card.playback.first_sound_s is None
    card.tick(10)
    assert card.playback.heard_ms == 50
    assert card.playback.first_sound_s == pytest.approx(100.10)


def test_the_same_turn_number_after_stop_counts_anew():
    card = Card()
    card.playback.play(1, tone(0.1))
    card.tick(5)
    card.playback.stop()
    card.playback.play(1, tone(0.1))
    card.tick(2)
    assert card.playback.heard_ms == 20


def test_a_reply_longer_than_the_ring_waits_outside_and_is_played_whole():
    card, pcm = Card(), tone(1.0) * 40
    card.playback.play(1, pcm)
    assert not card.playback.has_room
    assert card.playback.left_s == pytest.approx(40, abs=0.01)
    for _ in range(45):
        card.tick(100)
        card.playback.pump()
    assert bytes(card.heard[: len(pcm)]) == pcm
    assert card.playback.has_room


def test_a_second_fits_until_the_ring_is_full():
    card = Card()
    card.playback.play(1, tone(29.0))
    assert card.playback.has_room
    card.playback.play(1, tone(0.5))
    assert not card.playback.has_room


def test_finish_plays_a_last_crumb_at_once():
    card, crumb = Card(), tone(0.002)
    card.playback.play(1, crumb)
    assert card.tick() == bytes(BLOCK)
    card.playback.finish(1)
    assert card.tick()[: len(crumb)] == crumb
    assert card.playback.gaps == 0


def test_a_crumb_without_finish_is_not_kept_forever():
    card, crumb = Card(), tone(0.002)
    card.playback.play(1, crumb)
    assert crumb in card.tick(5)


def test_finish_of_another_turn_changes_nothing():
    card = Card()
    card.playback.play(2, tone(0.002))
    card.playback.finish(1)
    assert card.tick() == bytes(BLOCK)


def test_the_end_of_an_unfinished_turn_is_a_gap_and_of_a_finished_one_is_not():
    card = Card()
    card.playback.play(1, tone(0.1))
    card.tick(20)
    assert card.playback.gaps == 1
    card.playback.play(1, tone(0.1))
    card.playback.finish(1)
    card.tick(30)
    assert card.playback.gaps == 1


def test_after_a_late_chunk_the_next_burst_of_that_size_makes_no_gap():
    card, chunk = Card(), tone(0.04)
    lateness = [0, 0, 0, 0.12, 0.08, 0.04] + [0] * 20 + [0.12, 0.08, 0.04] + [0] * 20
    arrivals = [100.0 + at * 0.04 + late for at, late in enumerate(lateness)]
    for arrival in arrivals:
        while card.now_s < arrival - 1e-9:
            card.tick()
        card.playback.play(1, chunk)
    card.playback.finish(1)
    card.tick(100)
    assert card.playback.gaps == 1
    assert silent_ms_inside(bytes(card.heard)) == pytest.approx(120, abs=11)


def test_silence_under_jitter_is_the_largest_lateness_less_the_start_delay():
    dice = random.Random(11)
    late = [0.0] + [max(0.0, dice.gauss(0, 0.015)) for _ in range(199)]
    late[60] = 0.12
    card, chunk, arrival = Card(), tone(0.04), 0.0
    for at in range(200):
        arrival = max(arrival, 100.0 + at * 0.04 + late[at])
        while card.now_s < arrival - 1e-9:
            card.tick()
        card.playback.play(1, chunk)
    card.playback.finish(1)
    card.tick(60)
    assert silent_ms_inside(bytes(card.heard)) <= 120 + 11
    assert len(bytes(card.heard).replace(b"\0\0", b"")) == pytest.approx(200 * len(chunk), rel=0.01)


@pytest.mark.parametrize("chunk_ms", [20, 40, 100, 400])
def test_on_a_known_link_nothing_is_silent_however_long_its_chunks_are(chunk_ms):
    dice, card, chunk = random.Random(chunk_ms), Card(), tone(chunk_ms / 1000)
    for turn in (1, 2):
        begun_s, before = card.now_s, len(card.heard)
        for at in range(60):
            late_s = 0.03 if at == 30 else dice.random() * 0.03
            while card.now_s < begun_s + 0.03 + at * chunk_ms / 1000 + (late_s if at else 0.0):
                card.tick()
            card.playback.play(turn, chunk)
        card.playback.finish(turn)
        card.tick(60)
    assert silent_ms_inside(bytes(card.heard[before:])) == 0
    start_ms = len(card.heard[before:]) / 48 - len(card.heard[before:].lstrip(b"\0")) / 48
    assert start_ms <= 30 + 40 + 10


@pytest.mark.parametrize("asks_after_s", [0.0, 0.001, 0.005, 0.009])
def test_an_even_link_is_heard_without_a_gap_once_it_is_known(asks_after_s):
    """Even to a period, wherever the card stands at the first chunk; known by a better reply."""
    dice, card, chunk = random.Random(4), Card(), tone(0.04)
    for turn, most_late_s in ((1, 0.001), (2, 0.009)):
        card.now_s += asks_after_s
        begun_s, gaps, before = card.now_s, card.playback.gaps, len(card.heard)
        for at in range(50):
            late_s = asks_after_s + (dice.random() * most_late_s if at else 0.0)
            asks_at_s = card.now_s
            while asks_at_s < begun_s + at * 0.04 + late_s:
                card.tick()
                asks_at_s = card.now_s
            card.now_s = begun_s + at * 0.04 + late_s
            card.playback.play(turn, chunk)
            card.now_s = asks_at_s
        card.playback.finish(turn)
        card.tick(60)
    heard = bytes(card.heard[before:])
    assert (card.playback.gaps - gaps, silent_ms_inside(heard)) == (0, 0)
    assert len(heard) - len(heard.lstrip(b"\0")) <= 4 * BLOCK, "40 ms: it is no large cushion"


def test_while_the_pace_is_not_known_the_first_chunk_plays_in_the_next_period():
    card, pcm = Card(), tone(0.04)
    for turn in range(1, 4):
        card.playback.play(turn, pcm)
        assert card.tick() == pcm[:BLOCK]
        card.playback.finish(turn)
        card.tick(20)


def test_what_waited_behind_a_stall_goes_on_at_once():
    card, chunk = Card(), tone(0.04)
    card.playback.play(1, chunk)
    card.tick(24)
    for _ in range(5):  # due 40 to 200 ms after the first
        card.playback.play(1, chunk)
    card.now_s += 0.001  # a card never asks in the same moment
    assert card.tick() != bytes(BLOCK)


def test_chunks_ahead_of_real_time_start_at_once_and_never_gap():
    card = Card()
    for turn in range(1, 6):
        card.playback.play(turn, tone(0.04))
        assert card.tick() != bytes(BLOCK)
        for _ in range(9):
            card.playback.play(turn, tone(0.04))
            card.tick(2)
        card.playback.finish(turn)
        card.tick(60)
    assert card.playback.gaps == 0


def test_the_level_follows_what_is_played():
    card = Card()
    assert card.playback.level == 0.0
    card.playback.play(1, tone(0.5))
    card.tick(5)
    assert card.playback.level > 0.5
    card.playback.finish(1)
    card.tick(100)
    assert card.playback.level == 0.0


def test_a_card_may_ask_for_blocks_of_any_size():
    card, pcm = Card(), tone(0.3)
    big, small = bytearray(2_000), bytearray(100)
    card.playback.fill(memoryview(big))
    card.playback.fill(memoryview(small))
    assert not any(big)
    assert not any(small)
    card.playback.play(1, pcm)
    card.playback.fill(memoryview(big))
    assert bytes(big) == pcm[:2_000]


WORDS = b"".join(tone(0.15, 9_000) + tone(0.05, 200) for _ in range(20))  # a word each 200 ms


def sounded(pcm: bytes) -> bytes:
    """Without the silence behind it."""
    return pcm[: len(pcm.rstrip(b"\0")) + 1 & ~1]


def test_a_pause_is_silent_from_the_next_block_on_and_nothing_is_lost():
    card = Card()
    card.playback.play(1, WORDS)
    before = card.tick(50)
    card.playback.pause()
    card.playback.pause()
    assert card.tick(60) == bytes(60 * BLOCK)
    assert (card.playback.heard_ms, card.playback.level, card.playback.gaps) == (500, 0.0, 0)
    card.playback.resume()
    card.playback.resume()
    card.playback.finish(1)
    after = sounded(card.tick(400))
    lead = len(before) + len(after) - len(WORDS)
    assert before + after[lead:] == WORDS
    assert 0 <= lead <= 0.2 * 48_000
    assert card.playback.heard_ms == 4_000


def test_a_reply_goes_on_between_two_words():
    card = Card()
    card.playback.play(1, WORDS)
    card.tick(50)  # in the middle of a word that began at 400 ms
    card.playback.pause()
    card.tick()
    card.playback.resume()
    assert card.tick() == WORDS[int(0.39 * 48_000) :][:BLOCK]


def test_what_was_heard_stands_still_in_a_pause_and_never_goes_back():
    card = Card()
    card.playback.play(1, WORDS)
    card.tick(50)
    card.playback.pause()
    seen = [card.playback.heard_ms]
    for is_paused in (True, False):
        if not is_paused:
            card.playback.resume()
        for _ in range(30):
            card.tick()
            seen.append(card.playback.heard_ms)
    assert seen == sorted(seen)
    assert seen[30] == 500
    assert seen[-1] == 500 + 300 - 110, "110 ms were heard twice"


@pytest.mark.parametrize("how", ["pause", "hold"])
@pytest.mark.parametrize("silent_blocks", [0, 5])
def test_the_end_of_a_reply_that_only_the_card_still_holds_is_given_to_it_again(
    how: str, silent_blocks: int
):
    card, pcm = Card(latency_s=0.2), tone(0.3)
    card.playback.play(1, pcm)
    card.playback.finish(1)
    card.tick(35)  # nothing has waited for the last of them
    heard_ms = card.playback.heard_ms
    getattr(card.playback, how)()
    assert not any(card.tick(silent_blocks))
    card.playback.resume()
    again = sounded(card.tick(40))
    assert pcm.endswith(again)
    assert len(again) >= (300 - heard_ms) * 48
    assert not card.playback.is_sounding


def test_what_a_card_held_at_the_pause_is_given_to_it_again():
    card = Card(latency_s=0.1)
    card.playback.play(1, WORDS)
    card.tick(60)
    card.playback.pause()
    assert card.playback.heard_ms == 500
    card.tick(20)
    card.playback.resume()
    assert card.tick() in [WORDS[at : at + BLOCK] for at in range(0, 24_000 + 1, BLOCK)]


def test_what_was_paused_and_then_stopped_is_never_heard():
    card, answer = Card(), tone(0.2, amplitude=3_000)
    card.playback.play(1, WORDS)
    card.tick(50)
    card.playback.pause()
    card.tick(10)
    card.playback.stop()
    assert card.playback.heard_ms == 500
    assert not any(card.tick(50))
    card.playback.play(2, answer)
    card.playback.finish(2)
    assert sounded(card.tick(30)) == answer
    assert card.playback.heard_ms == 200


def test_sound_that_comes_in_a_pause_waits_behind_what_was_paused():
    card = Card()
    card.playback.pause()
    card.playback.play(1, WORDS[:9_600])
    assert not any(card.tick(10))
    assert card.playback.left_s == pytest.approx(0.2)
    card.playback.play(1, WORDS[9_600:])
    card.playback.resume()
    card.playback.finish(1)
    assert sounded(card.tick(450)) == WORDS


def test_a_pause_with_a_full_ring_loses_nothing():
    card, long = Card(), WORDS * 9
    for at in range(0, len(long), 4_800):
        card.playback.play(1, long[at : at + 4_800])
    card.playback.finish(1)
    heard = card.tick(50)
    card.playback.pause()
    card.playback.pump()
    card.tick(5)
    card.playback.resume()
    while card.playback.is_sounding:
        card.playback.pump()
        heard += card.tick()
    heard = sounded(heard)
    lead = len(heard) - len(long)
    assert heard[: 50 * BLOCK] + heard[50 * BLOCK + lead :] == long


def test_a_pause_after_the_last_sample_that_came_repeats_nothing():
    card = Card()
    card.playback.play(1, WORDS[:9_600])
    card.tick(40)
    card.playback.pause()
    card.tick(5)
    card.playback.resume()
    assert not any(card.tick(40))
    assert card.playback.heard_ms == 200


def test_what_a_card_held_is_given_to_the_next_one_to_the_sample():
    card = Card(latency_s=0.1)
    card.playback.play(1, WORDS)
    card.playback.finish(1)
    card.tick(60)
    assert card.playback.hold()
    assert not card.playback.hold()
    assert card.playback.heard_ms == 500
    card.now_s += 0.3  # nobody reads: the card is being exchanged
    card.playback.resume()
    after = sounded(card.tick(400))
    assert after == WORDS[-len(after) :]
    assert len(WORDS) - len(after) == 24_000, "from 500 ms on"


def test_a_pause_is_no_place_for_a_hold():
    card = Card()
    card.playback.play(1, WORDS)
    card.tick(50)
    card.playback.pause()
    assert not card.playback.hold()
    assert card.playback.is_paused
