"""Where a paused reply goes on."""

from __future__ import annotations

from desktop_app.audio.quiet_spot import quiet_spot

LOUD, SOFT = b"\x00\x20" * 240, b"\x10\x00" * 240  # 10 ms each


def test_it_is_where_the_quietest_ten_milliseconds_begin():
    assert quiet_spot(LOUD * 4 + SOFT + LOUD * 5) == 4 * len(LOUD)


def test_of_two_pauses_the_later_one_is_taken():
    assert quiet_spot(SOFT * 2 + LOUD * 3 + SOFT + LOUD) == 5 * len(LOUD)


def test_less_than_ten_milliseconds_are_repeated_whole():
    assert quiet_spot(b"") == 0
    assert quiet_spot(LOUD[:100]) == 0
